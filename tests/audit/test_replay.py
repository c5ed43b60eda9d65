"""Replay: what was logged comes out the same on the rules kept with it, and shows what other rules would change."""

from __future__ import annotations

import shutil
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner

from sangdo.cli import cli
from sangdo.engine.audit.log_report import ChangeTotals, change_row
from sangdo.engine.audit.replay import Replayer, change_by
from sangdo.engine.audit.replay_report import ReplayReport
from sangdo.engine.audit.store.log_url import LogUnusable
from sangdo.engine.audit.store.reader import LogReader
from sangdo.engine.audit.store.redaction import redact
from sangdo.engine.audit.store.verification import verify
from sangdo.engine.audit.store.writer import LogWriter
from sangdo.engine.decision.decision import Decider
from sangdo.engine.language.cached_rulebook import load_cached
from sangdo.tests.audit.plans import RULES, STEADY, TODAY, decide, decider, log_book
from sangdo.tests.audit.plans import log as log_plans

DATES = (date(2010, 12, 1), date(2011, 2, 1), date(2011, 4, 1), date(2011, 6, 1))


def edited(folder: Path, file: str, *edits: tuple[str, str]) -> Decider:
    """A decider on the rules with some edits."""
    rules = Path(shutil.copytree(RULES, folder / "rules"))
    text = (rules / file).read_text("utf-8")
    for old, new in edits:
        assert old in text
        text = text.replace(old, new)
    (rules / file).write_text(text, "utf-8")
    return Decider(load_cached(rules, {}))


def replay_all(url: str) -> ReplayReport:
    report = ReplayReport()
    with LogReader.open(url) as reader:
        assert not verify(reader).faults
        replayer = Replayer(reader.release_files)
        for record in reader.records(kinds=("decision",)):
            report.add(replayer, record)
    return report


def replay_the_book(url: str, customers: int, cache: Path) -> None:
    count = log_book(url, DATES, customers, {"SANGDO_CACHE": str(cache)})
    report = replay_all(url)
    assert report.failures == []
    assert report.identical == count == customers * len(DATES)


def test_decisions_of_the_example_book_replay_identical(log: str, tmp_path: Path) -> None:
    replay_the_book(log, 5, tmp_path / "cache")


@pytest.mark.nightly
def test_a_thousand_decisions_of_the_example_book_replay_identical(log: str, tmp_path: Path) -> None:
    replay_the_book(log, 250, tmp_path / "cache")


def test_each_release_is_replayed_on_its_own_rules(tmp_path: Path) -> None:
    url = str(tmp_path / "d.sqlite")
    other = edited(tmp_path, "existing/stability_level.yaml", (": stability_line}", ": 0.1}"))
    now, then = decide(STEADY), other.decide(decide(STEADY).facts)
    plans = log_plans(url, now, then)
    assert [plan["answers"]["quadrant"] for plan in plans] == ["EII", "EI"]
    shutil.rmtree(tmp_path / "rules")
    assert replay_all(url).identical == 2


def test_a_difference_is_named_by_its_place(tmp_path: Path) -> None:
    url = str(tmp_path / "d.sqlite")
    log_plans(url, decide(STEADY))
    with LogReader.open(url) as reader:
        (record,) = reader.records()
        body = {
            **record.body,
            "plan": {**record.body["plan"], "answers": {**record.body["plan"]["answers"], "quadrant": "EI"}},
        }
        done = Replayer(reader.release_files).replay(replace(record, body=body))
    assert done.differences == ('plan.answers.quadrant: "EI" -> "EII"',)


def test_a_redacted_decision_still_replays_but_for_what_is_gone(log: str) -> None:
    log_plans(log, decide(STEADY + "quadrant: EI\nreasons: {quadrant: 사장이 말했다}\n"))
    with LogWriter.open(log) as writer:
        redact(writer, "C-7", "Hana", "asked for it")
    report = replay_all(log)
    assert (report.identical, report.failures) == (1, [])
    assert any("were not compared" in note for note in report.notes)
    with LogReader.open(log) as reader:
        assert "한빛상사" not in str([record.body for record in reader.records()])


def test_after_a_redaction_the_next_plan_has_no_last_one(log: str) -> None:
    log_plans(log, decide(STEADY))
    with LogWriter.open(log) as writer:
        redact(writer, "C-7", "Hana", "asked for it")
    (plan,) = log_plans(log, decide(STEADY.replace("0.5\n", "0.8\n")))
    assert plan["since"] is None


def test_rules_of_another_hash_are_refused(tmp_path: Path) -> None:
    url = str(tmp_path / "d.sqlite")
    log_plans(url, decide(STEADY))
    with LogReader.open(url) as reader:
        (record,) = reader.records()
        files = reader.release_files(record.release or "")
    changed = {**files, "rulebook.yaml": files["rulebook.yaml"] + b"\n"}
    with pytest.raises(LogUnusable, match="are not those of its hash"):
        Replayer(lambda _: changed).replay(record)
    with pytest.raises(LogUnusable, match="outside their folder"):
        Replayer(lambda _: {"../evil.yaml": b""}).replay(record)


# ---------------------------------------------------------------- what other rules would change


def test_other_rules_show_which_answers_and_actions_they_change_and_because_of_which_rule(tmp_path: Path) -> None:
    url = str(tmp_path / "d.sqlite")
    log_plans(url, decide(STEADY), decide(STEADY.replace("0.5\n", "0.8\n").replace("C-7", "C-8")))
    other = edited(tmp_path, "existing/stability_level.yaml", (": stability_line}", ": 0.1}"))
    totals = ChangeTotals()
    with LogReader.open(url) as reader:
        changes = [change for record in reader.records() if totals.count(change := change_by(record, other))]
    (row,) = [change_row(change) for change in changes]
    assert (row["customer"], row["as_of"]) == ("C-7", TODAY.isoformat())
    assert "quadrant: EII -> EI" in row["answers"]
    assert row["because"] == ["SL-1", "SL-2"]
    assert row["new"]
    assert row["dropped"]
    assert (totals.decisions, totals.changed) == (2, 1)
    assert totals.as_json()["because"] == {"SL-1": 1, "SL-2": 1}


def test_the_same_rules_change_nothing(tmp_path: Path) -> None:
    url = str(tmp_path / "d.sqlite")
    log_plans(url, decide(STEADY))
    totals = ChangeTotals()
    with LogReader.open(url) as reader:
        assert not [record for record in reader.records() if totals.count(change_by(record, decider()))]
    assert list(totals.lines()) == ["1 decision: 0 would change"]


def test_a_measured_line_that_other_rules_fix_has_their_value(tmp_path: Path) -> None:
    """Clause E1: the line of that day would hide what the edit does."""
    url = str(tmp_path / "d.sqlite")
    log_plans(url, decide(STEADY))
    measured_line = "of: contribution\n    from: book\n    method: {pareto: 0.8}"
    fixed = edited(tmp_path, "existing/contribution_level.yaml", (measured_line, "values: {2000-01-01: 999999}"))
    with LogReader.open(url) as reader:
        (change,) = [change_by(record, fixed) for record in reader.records()]
    assert "contribution_level: high -> low" in change_row(change)["answers"]
    assert change.because == ("contribution_line",)


def test_a_line_that_other_rules_measure_otherwise_is_named(tmp_path: Path) -> None:
    log_plans(str(tmp_path / "d.sqlite"), decide(STEADY))
    edited(tmp_path, "existing/contribution_level.yaml", ("pareto: 0.8", "pareto: 0.5"))
    options = ["log", "replay", "--all", "--log", str(tmp_path / "d.sqlite"), "--rules", str(tmp_path / "rules")]
    done = CliRunner().invoke(cli, options)
    assert done.stdout == "1 decision: 0 would change\n"
    assert "contribution_line is measured in another way by these rules" in done.stderr


def test_totals_stand_by_frequency_then_name(tmp_path: Path) -> None:
    url = str(tmp_path / "d.sqlite")
    log_plans(url, decide(STEADY))
    other = edited(tmp_path, "existing/stability_level.yaml", (": stability_line}", ": 0.1}"))
    totals = ChangeTotals()
    with LogReader.open(url) as reader:
        assert [totals.count(change_by(record, other)) for record in reader.records()] == [True]
    for counted in ("questions", "actions", "because"):
        assert [*totals.as_json()[counted]] == sorted(totals.as_json()[counted])


def test_facts_that_other_rules_do_not_allow_are_named_and_left_out(tmp_path: Path) -> None:
    url = str(tmp_path / "d.sqlite")
    log_plans(url, decide(STEADY + "stated_cause: novelty\n"))
    with LogReader.open(url) as reader:
        (record,) = reader.records()
    values = [*record.body["facts"]["values"], {"fact": "forgotten", "value": 1, "origin": "given", "source": "x"}]
    values = [{**one, "value": "weather"} if one["fact"] == "stated_cause" else one for one in values]
    body = {**record.body, "facts": {**record.body["facts"], "values": values}}
    change = change_by(replace(record, body=body), decider())
    assert change.problem is None
    assert [note.split(";")[0] for note in change.left_out] == [
        'stated_cause cannot be "weather"', "forgotten is no fact of these rules",
    ]  # fmt: skip


def test_a_conflict_under_other_rules_is_told_and_does_not_stop_the_others(tmp_path: Path) -> None:
    url = str(tmp_path / "d.sqlite")
    log_plans(url, decide(STEADY))
    other = edited(
        tmp_path,
        "existing/stability_level.yaml",
        ("less than: stability_line", "less than: 0.9"),
        ("at least: stability_line", "at least: 0.1"),
    )
    with LogReader.open(url) as reader:
        (change,) = [change_by(record, other) for record in reader.records()]
    assert "SL-1 and SL-2 both hold" in (change.problem or "")
    totals = ChangeTotals()
    assert totals.count(change)
    assert list(totals.lines()) == ["1 decision: 0 would change, 1 cannot be decided by these rules"]
