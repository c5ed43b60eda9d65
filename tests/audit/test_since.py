"""Since the last plan: each change is put down to the rules, the date or the data, and to nothing else."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from sangdo.cli import cli
from sangdo.engine.audit.decision_body import decision_body
from sangdo.engine.audit.passing_time import Reread, pass_time
from sangdo.engine.audit.since import Past, changes_since
from sangdo.engine.audit.store.reader import LogReader
from sangdo.engine.decision.decision import Decision
from sangdo.engine.decision.pages.rendering import render
from sangdo.engine.decision.plan import build_plan
from sangdo.engine.facts.facts import Facts, Known, Outlook
from sangdo.engine.language.rulebook import Value
from sangdo.tests.audit.plans import BOOK, RULES, STEADY, decide, decider, facts_of_text, log

AT = datetime(2026, 7, 1, tzinfo=UTC)
LATER = date(2026, 7, 14)
ALONE = Past()
LEVEL, LINE = "existing/contribution_level.yaml", "contribution_line"


def since(old: Decision, new: Decision, past: Past = ALONE) -> dict[str, Any]:
    return dict(changes_since(decision_body(old, build_plan(old, "en")), AT, new, build_plan(new, "en"), past))


def causes(found: Mapping[str, Any]) -> dict[str, str]:
    return {one["question"]: one["by"] for one in found["answers"]}


def rules_with(folder: Path, file: str, old: str, new: str) -> Path:
    """The rules with one edit."""
    rules = Path(shutil.copytree(RULES, folder / "rules"))
    text = (rules / file).read_text("utf-8")
    assert old in text
    (rules / file).write_text(text.replace(old, new), "utf-8")
    return rules


@pytest.fixture
def steadier_line(tmp_path: Path) -> Path:
    """Rules by which every existing customer of some stability is called loyal."""
    return rules_with(tmp_path, "existing/stability_level.yaml", ": stability_line}", ": 0.1}")


def measured(as_of: date, days_silent: int, stability: float, orders: int = 5) -> Facts:
    """A customer with the given last order and stability, measured as of a date."""
    base = facts_of_text(STEADY.replace("stability: 0.5\n", ""), as_of)
    figures: dict[str, Value] = {"stability": stability, "days_silent": days_silent, "orders_last_year": orders}
    return replace(base, values={**base.values, **{n: Known(v, "measured", "orders.csv") for n, v in figures.items()}})


def test_new_data_on_the_same_day_are_the_cause() -> None:
    """Clause E1: contribution and stability together make the group."""
    found = since(decide(STEADY), decide(STEADY.replace("0.5\n", "0.8\n")))
    assert set(causes(found).values()) == {"data"}
    changed = {one["question"]: one for one in found["answers"]}
    assert (changed["quadrant"]["before"], changed["quadrant"]["after"]) == ("EII", "EI")
    assert (changed["quadrant"]["because"], changed["quadrant"]["roots"]) == (["stability_level"], ["stability"])
    assert {one["by"] for one in found["actions"]} == {"data"}
    assert [one["fact"] for one in found["facts"]] == ["stability"]


def test_other_rules_on_the_same_facts_are_the_cause(steadier_line: Path) -> None:
    found = since(decide(STEADY), decide(STEADY, rules=steadier_line))
    assert set(causes(found).values()) == {"rule"}
    changed = {one["question"]: one for one in found["answers"]}
    assert changed["quadrant"]["roots"] == ["stability_level"]
    assert (found["facts"], found["thresholds"]) == ([], [])


def test_a_line_that_comes_into_force_is_the_work_of_the_date(tmp_path: Path) -> None:
    old = "values: {2000-01-01: 1}"
    dated = rules_with(tmp_path, "existing/churn_cause.yaml", old, "values: {2000-01-01: 1, 2026-07-10: 3}")
    text = STEADY + "open_complaints: 2\n"
    before, after = decide(text, rules=dated), decide(text, LATER, rules=dated)
    assert before.trace.closing("churn_cause").answer != after.trace.closing("churn_cause").answer
    assert set(causes(since(before, after)).values()) == {"date"}


def test_figures_that_age_without_an_order_are_the_work_of_the_date() -> None:
    before = decider().decide(measured(date(2026, 6, 30), 40, 0.7))
    after = decider().decide(measured(date(2026, 8, 31), 102, 0.4))
    found = since(before, after)
    assert causes(found)["quadrant"] == "date"
    roots = {one["question"]: one["roots"] for one in found["answers"]}
    assert roots["quadrant"] == ["stability"]


def test_the_same_figures_after_a_new_order_are_data() -> None:
    before = decider().decide(measured(date(2026, 6, 30), 40, 0.7))
    after = decider().decide(measured(date(2026, 8, 31), 30, 0.4))
    assert causes(since(before, after))["quadrant"] == "data"


def test_a_measured_line_that_the_rules_fix_is_the_work_of_the_rules(tmp_path: Path) -> None:
    measured_line = "of: contribution\n    from: book\n    method: {pareto: 0.8}"
    fixed = rules_with(tmp_path, LEVEL, measured_line, "values: {2000-01-01: 999999}")
    facts = facts_of_text(STEADY)
    found = since(decider().decide(facts), decider(fixed).decide(replace(facts, lines={"stability_line": 0.6})))
    assert causes(found)["contribution_level"] == "rule"
    assert set(causes(found).values()) == {"rule"}


def test_a_line_that_the_rules_measure_in_another_way_is_the_work_of_the_rules(tmp_path: Path) -> None:
    steeper = rules_with(tmp_path, LEVEL, "{pareto: 0.8}", "{pareto: 0.3}")
    facts = facts_of_text(STEADY)
    old, new = decider().decide(facts), decider(steeper).decide(replace(facts, lines={**facts.lines, LINE: 999999.0}))
    found = since(old, new, Past(rulebook=lambda release: old.rulebook if release == old.rulebook.sha256 else None))
    assert set(causes(found).values()) == {"rule"}
    assert causes(since(old, new))["contribution_level"] == "data"


@pytest.mark.parametrize(("newer", "cause"), [(False, "date"), (True, "data")])
def test_a_line_of_the_book_is_the_work_of_the_date_only_where_nobody_has_ordered_since(
    newer: bool, cause: str
) -> None:
    old = measured(date(2026, 7, 1), 10, 0.5)
    new = replace(measured(LATER, 10, 0.5), lines={**old.lines, LINE: 999999.0})
    found = since(decider().decide(old), decider().decide(new), Past(reread=lambda _: Reread(old, newer)))
    assert causes(found)["contribution_level"] == cause


def test_an_old_order_that_was_corrected_is_data_though_the_date_has_moved() -> None:
    old, new = measured(date(2026, 7, 1), 10, 0.5), measured(LATER, 10, 0.9)
    corrected, untouched = measured(date(2026, 7, 1), 10, 0.9), old
    decided = decider().decide(old), decider().decide(new)
    found = [since(*decided, Past(reread=lambda _, book=book: Reread(book, False))) for book in (corrected, untouched)]
    assert [causes(one)["stability_level"] for one in found] == ["data", "date"]


def test_the_book_is_read_again_for_a_plan_of_another_date(tmp_path: Path) -> None:
    """A whole run: only the date moves, and with it the lines of the book; nothing is put down to data."""
    book = Path(shutil.copytree(BOOK, tmp_path / "book", ignore=shutil.ignore_patterns("decisions*")))
    for day in ("2011-06-01", "2011-08-20"):
        done = CliRunner().invoke(cli, ["plan", "12362", "--book", str(book), "--as-of", day, "-f", "json", "-q"])
    found = json.loads(done.stdout)["since"]
    assert found["thresholds"]
    assert {one["by"] for one in (*found["answers"], *found["actions"])} == {"date"}


def test_rule_date_and_data_are_told_apart_in_one_plan(tmp_path: Path) -> None:
    """The line of visits is the rules' doing, the group that of time, the complaint that of what was observed."""
    rules = rules_with(tmp_path, "existing/rateable.yaml", "otherwise: false", "otherwise: true")
    old = measured(date(2026, 6, 30), 40, 0.7)
    new, unrated = measured(date(2026, 8, 31), 102, 0.4), {"standing": Known("new", "given", "x")}
    before = decider().decide(replace(old, values={**old.values, **unrated}))
    complained = {**unrated, "open_complaints": Known(5, "given", "y")}
    after = decider(rules).decide(replace(new, values={**new.values, **complained}))
    found = causes(since(before, after))
    assert found["rateable"] == "rule"
    assert found["stability_level"] == "date"
    assert found["churn_cause"] == "data"


def test_a_change_belongs_to_the_step_from_which_on_it_has_its_value(steadier_line: Path) -> None:
    """The rules alone would have made the customer loyal; the new figure keeps the group as it was: no change."""
    found = since(decide(STEADY), decide(STEADY.replace("0.5\n", "0.05\n"), rules=steadier_line))
    assert "quadrant" not in causes(found)
    back = since(decide(STEADY.replace("0.5\n", "0.05\n")), decide(STEADY, rules=steadier_line))
    assert causes(back)["quadrant"] == "data"


def test_an_action_is_put_down_like_an_answer(steadier_line: Path) -> None:
    found = since(decide(STEADY), decide(STEADY, rules=steadier_line))
    assert {(one["change"], one["by"]) for one in found["actions"]} == {("new", "rule"), ("dropped", "rule")}


def test_old_facts_that_the_rules_no_longer_know_are_left_out() -> None:
    old = decide(STEADY + "satisfaction: 5\n")
    facts = replace(old.facts, values={**old.facts.values, "forgotten": Known(1, "given", "x")})
    body = decision_body(replace(old, facts=facts), build_plan(old, "en"))
    new = decide(STEADY, LATER)
    assert changes_since(body, AT, new, build_plan(new, "en"))["decision_id"] == old.id


# ---------------------------------------------------------------- time alone


def test_the_last_order_is_the_same_when_the_days_of_silence_count_back_to_it() -> None:
    old, new = measured(date(2026, 6, 30), 10, 0.7), measured(date(2026, 7, 31), 41, 0.5)
    moved = pass_time(old, new)
    assert (moved.as_of, moved.values["stability"].value) == (new.as_of, 0.5)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (measured(date(2026, 6, 30), 10, 0.7), measured(date(2026, 7, 31), 20, 0.5)),
        (measured(date(2026, 6, 30), 1, 0.7), measured(date(2026, 8, 31), 1, 0.5)),
        (measured(date(2026, 6, 10), 1, 0.7, orders=5), measured(date(2026, 6, 20), 1, 0.5, orders=6)),
        (measured(date(2026, 6, 30), 10, 0.7), measured(date(2026, 7, 31), 90, 0.5)),
    ],
)
def test_measured_facts_stay_when_the_last_order_is_another(old: Facts, new: Facts) -> None:
    assert pass_time(old, new).values["stability"].value == 0.7


def test_an_order_after_the_last_whole_month_may_still_be_the_same_one() -> None:
    """One day of silence stands for every order since the last whole month."""
    old = measured(date(2026, 6, 10), 1, 0.7)
    assert pass_time(old, measured(date(2026, 6, 20), 1, 0.5)).values["stability"].value == 0.5
    assert pass_time(old, measured(date(2026, 7, 31), 51, 0.5)).values["stability"].value == 0.5


def test_what_a_person_says_stays_however_much_time_passes() -> None:
    old, new = measured(date(2026, 6, 30), 10, 0.7), measured(date(2026, 7, 31), 41, 0.5)
    said = {**old.values, "stability": Known(0.9, "given", "observations.csv:3")}
    assert pass_time(replace(old, values=said), new).values["stability"].value == 0.9


def test_the_season_of_a_dealer_who_keeps_ordering_moves_with_the_month() -> None:
    index = tuple(0.5 + month / 10 for month in range(12))
    old = measured(date(2026, 6, 30), 1, 0.7)
    season = {"season_index": index[5], "next_season_index": index[6], "months_to_peak": 6}
    values = {**old.values, **{name: Known(v, "measured", "orders.csv") for name, v in season.items()}}
    moved = pass_time(replace(old, values=values, outlook=Outlook(index, {}, {})), measured(date(2026, 11, 30), 1, 0.5))
    assert {name: moved.values[name].value for name in season} == {
        "season_index": index[10], "next_season_index": index[11], "months_to_peak": 1,
    }  # fmt: skip
    assert moved.values["stability"].value == 0.7


@pytest.mark.parametrize(("day", "moves"), [(date(2026, 7, 31), True), (date(2026, 6, 29), False)])
def test_the_calendar_of_the_book_moves_with_the_month_and_not_within_it(day: date, moves: bool) -> None:
    def on(as_of: date, off: bool) -> Facts:
        facts = measured(as_of, 1, 0.7)
        return replace(facts, values={**facts.values, "off_season": Known(off, "given", "book.yaml")})

    assert pass_time(on(date(2026, 6, 10), False), on(day, True)).values["off_season"].value is moves


# ---------------------------------------------------------------- which plan is the last one


def test_the_last_plan_is_the_one_of_the_latest_date_up_to_this_one(tmp_path: Path) -> None:
    url = str(tmp_path / "d.sqlite")
    days = [date(2026, 1, 5), date(2026, 3, 5), date(2026, 2, 5)]
    first, _, between = log(
        url, *(decide(STEADY.replace("0.5\n", f"0.{n}\n"), day) for n, day in enumerate(days, start=2))
    )
    assert first["since"] is None
    assert between["since"]["decision_id"] == first["decision_id"]


def test_the_same_plan_again_is_the_same_plan(tmp_path: Path) -> None:
    url = str(tmp_path / "d.sqlite")
    old, new = decide(STEADY), decide(STEADY.replace("0.5\n", "0.8\n"), LATER)
    plans = log(url, old, new, new, new)
    assert plans[1]["since"]["decision_id"] == plans[0]["decision_id"]
    assert plans[1] == plans[2] == plans[3]


def test_another_customer_is_not_the_last_plan(tmp_path: Path) -> None:
    url = str(tmp_path / "d.sqlite")
    log(url, decide(STEADY))
    (plan,) = log(url, decide(STEADY.replace("C-7", "C-8"), LATER))
    assert plan["since"] is None


def test_the_last_plan_in_another_language_is_told_in_this_one(tmp_path: Path) -> None:
    url = str(tmp_path / "d.sqlite")
    log(url, decide(STEADY), language="ko")
    (plan,) = log(url, decide(STEADY.replace("0.5\n", "0.8\n"), LATER))
    dropped = [one["title"] for one in plan["since"]["actions"] if one["change"] == "dropped"]
    assert dropped
    assert all(title.isascii() for title in dropped)


def test_a_record_that_was_made_for_another_log_is_said_to_be_damaged(tmp_path: Path) -> None:
    from sangdo.engine.audit.store.log_url import LogUnusable
    from sangdo.engine.audit.store.record import Entry
    from sangdo.engine.audit.store.writer import LogWriter

    url = str(tmp_path / "d.sqlite")
    with LogWriter.open(url) as writer:
        writer.append(Entry("decision", "x", "C-7", "0" * 16, None, ("as_of:2026-01-01",), {"note": "no plan"}))
    with pytest.raises(LogUnusable, match="record #1 is damaged"):
        log(url, decide(STEADY))
    with LogReader.open(url) as reader:
        assert [record.seq for record in reader.records()] == [1]


# ---------------------------------------------------------------- as it is read


def rendered(old: Decision, new: Decision, language: str, form: str) -> str:
    plan = build_plan(new, language) | {"since": since(old, new)}
    return render(plan, new.rulebook, form)


@pytest.mark.parametrize("form", ["text", "md", "html"])
@pytest.mark.parametrize(("language", "heading"), [("ko", "지난 계획"), ("en", "Since the last plan (30 Jun 2026)")])
def test_what_changed_stands_near_the_top_with_its_cause_and_its_rules(form: str, language: str, heading: str) -> None:
    page = rendered(decide(STEADY), decide(STEADY.replace("0.5\n", "0.8\n"), LATER), language, form)
    said = page.replace("\\", "")
    assert (
        0 < said.index(heading) < said.index("Q-1") < said.index({"ko": "판단 근거", "en": "Why we say so"}[language])
    )
    assert "0.5 → 0.8" in said
    assert {"ko": "자료가 바뀌어", "en": "Because the data changed"}[language] in said


@pytest.mark.parametrize("form", ["text", "md", "html"])
def test_nothing_is_said_when_nothing_changed(form: str) -> None:
    new = decide(STEADY, LATER)
    assert rendered(decide(STEADY), new, "en", form) == render(build_plan(new, "en"), new.rulebook, form)


def test_what_the_house_added_is_marked_among_the_changes() -> None:
    page = rendered(decide(STEADY), decide(STEADY.replace("0.5\n", "0.8\n"), LATER), "en", "text")
    section = page[page.index("Since the last plan") : page.index("== The numbers")]
    (level,) = [line for line in section.splitlines() if "SL-1" in line]
    (group,) = [line for line in section.splitlines() if "Q-1" in line]
    assert "[house]" in level
    assert "[house]" not in group


def test_days_between_are_not_a_cause_by_themselves() -> None:
    found = since(decide(STEADY), decide(STEADY, LATER + timedelta(days=3)))
    assert (found["answers"], found["actions"]) == ([], [])
