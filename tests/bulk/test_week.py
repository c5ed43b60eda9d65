"""A rep's week from a book: hours, days, what is put off, what to watch and to ask; and its errors."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from icalendar import Calendar

from sangdo.cli import cli
from sangdo.engine.bulk.week.attention import Attention
from sangdo.engine.bulk.week.rep_customers import decide_rep
from sangdo.engine.bulk.week.rhythm import check_rhythms
from sangdo.engine.bulk.week.turns import first_week_needed, take_turns
from sangdo.engine.bulk.week.watching import Watch
from sangdo.engine.bulk.week.working_days import read_holidays, week_containing, working_week
from sangdo.engine.decision.decision import Decider
from sangdo.engine.facts.book import open_book
from sangdo.engine.facts.facts import Facts, Known
from sangdo.engine.language.errors import DataInvalid, Location, RulesInvalid, SangdoError
from sangdo.engine.language.loading import load_rulebook
from sangdo.engine.language.part import part_of

ROOT = Path(__file__).parents[2]
BOOK = ROOT / "examples" / "book"
RULEBOOK = load_rulebook(ROOT / "rules")
SETTINGS = "as_of: 2026-06-10\nhours_per_week: {hours}\nholidays: {country}\n"
SMALL = """\
customer_id,name,kind,rep,quadrant,open_complaints
A,가온상사,existing,Hana,EII,1
B,나래상사,existing,Hana,EI,
C,다온상사,existing,Hana,EIII,
D,라온상사,existing,Minjun,EIV,
E,"<b>마루</b> | x",existing,,EI,
F,바다상사,prospective,Hana,,
"""


def run(*words: str) -> Result:
    return CliRunner().invoke(cli, ["book", *words])


def told(*words: str) -> Any:
    done = run(*words, "-f", "json")
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout)


def small_book(folder: Path, *, hours: str = "40", country: str = "KR", customers: str = SMALL) -> Path:
    (folder / "book.yaml").write_text(SETTINGS.format(hours=hours, country=country), encoding="utf-8")
    (folder / "customers.csv").write_text(customers, encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def hana() -> Any:
    return told("Hana", "--book", str(BOOK), "--lang", "en")


def visits(week: Any) -> dict[str, Any]:
    return {visit["customer_id"]: {**visit, "day": day["date"]} for day in week["days"] for visit in day["visits"]}


# ---- hours


def test_the_week_of_a_holiday_has_the_hours_of_the_days_left(hana: Any) -> None:
    assert [day["holiday"] for day in hana["days"]] == ["Spring Bank Holiday", None, None, None, None]
    assert hana["hours"]["this_week"] == 32
    assert hana["hours"]["given"] == sum(visit["hours"] for visit in visits(hana).values()) == 32
    assert hana["hours"]["put_off"] == hana["hours"]["asked"] - 32 == sum(one["put_off"] for one in hana["deferred"])


def test_the_hours_and_the_rhythm_are_the_answers_of_the_rules(hana: Any) -> None:
    known = {decision.facts.customer_id: decision.trace.values for decision in hanas_decisions()}
    assert len(hana["attention"]) == len(known) == hana["customers"]
    for one in hana["attention"]:
        values = known[one["customer_id"]]
        assert (one["hours_per_week"], one["visit_every"]) == (values["hours_per_week"], values["visit_every"])
        assert one["rules"]["hours_per_week"]


def hanas_decisions() -> list[Any]:
    return decide_rep(open_book(BOOK, RULEBOOK), Decider(RULEBOOK), "Hana").decisions


def test_what_is_put_off_says_who_came_before_and_by_which_rules(hana: Any) -> None:
    drifting = [one for one in hana["deferred"] if one["weight"] == 5]
    assert drifting
    for one in drifting:
        assert [rule["rule"] for rule in one["rules"]["attention_weight"]] == ["AW-1"]
        assert one["before"]["heavier"] == 1
        assert {"rule": "AW-5", "basis": "house"} in one["before"]["rules"]
        assert date.fromisoformat(one["to"]) > date.fromisoformat(hana["week"])


def test_without_hours_in_the_book_forty_are_assumed_and_said_so(tmp_path: Path) -> None:
    book = small_book(tmp_path)
    (book / "book.yaml").write_text("as_of: 2026-06-10\n", encoding="utf-8")
    week = told("Hana", "--book", str(book))
    assert (week["hours"]["per_week"], week["hours"]["assumed"]) == (40, True)
    assert "The book gives no hours_per_week; 40 hours are assumed." in run(
        "Hana", "--book", str(book), "--lang", "en"
    ).stdout.replace("\n  ", " ")


def test_who_finds_no_hours_is_put_off_to_the_next_week_and_comes_first_there(tmp_path: Path) -> None:
    lines = [f"{name},,existing,Hana,EII," for name in "ABCDEFGH"]
    head = SMALL.splitlines()[0]
    book = small_book(tmp_path, hours="1", customers="\n".join([head, *lines]) + "\n")
    week = told("Hana", "--book", str(book))
    following = (date.fromisoformat(week["week"]) + timedelta(7)).isoformat()
    waiting = {one["customer_id"] for one in week["deferred"] if not one["hours"]}
    assert len(waiting) == 4
    assert {one["to"] for one in week["deferred"] if one["customer_id"] in waiting} == {following}
    assert set(visits(told("Hana", "--book", str(book), "--week", following))) == waiting


def test_the_same_book_gives_the_same_bytes_and_another_customer_leaves_the_others_alone(tmp_path: Path) -> None:
    book = small_book(tmp_path)
    before = told("Hana", "--book", str(book))
    assert before == told("Hana", "--book", str(book))
    small_book(tmp_path, customers=SMALL + "G,사랑상사,existing,Hana,EII,\n")
    after = visits(told("Hana", "--book", str(book)))
    assert "G" in after
    for customer, visit in visits(before).items():
        assert (visit["day"], visit["hours"]) == (after[customer]["day"], after[customer]["hours"])


# ---- days


@pytest.mark.parametrize(
    ("day", "monday"),
    [
        ("2026-06-08", "2026-06-08"),
        ("2026-06-12", "2026-06-08"),
        ("2026-06-13", "2026-06-15"),
        ("2026-06-14", "2026-06-15"),
    ],
)
def test_the_week_is_the_one_of_the_day_and_at_the_weekend_the_next(day: str, monday: str) -> None:
    assert week_containing(date.fromisoformat(day)).isoformat() == monday


def test_holidays_are_named_in_the_language_where_the_calendar_knows_it() -> None:
    first, last, place = date(2026, 9, 1), date(2026, 9, 30), Location("book.yaml")
    assert read_holidays("KR", first, last, "ko", place)[date(2026, 9, 25)] == "추석"
    assert read_holidays(None, first, last, "en", place)[date(2026, 9, 25)] == "Chuseok"
    assert read_holidays("GB", date(2026, 12, 25), date(2026, 12, 25), "ko", place) == {
        date(2026, 12, 25): "Christmas Day"
    }
    week = working_week(date(2026, 9, 21), read_holidays("KR", first, last, "ko", place))
    assert [day.day for day in week.days] == [21, 22, 23]


def test_a_week_without_a_working_day_puts_everything_off_to_the_next() -> None:
    monday = date(2026, 6, 8)
    holidays = {monday + timedelta(day): "holiday" for day in range(5)}
    one = Attention("A", "A", 1.0, 1.0, (0, 0), "week", {})
    (turn,) = take_turns([one], 40, monday, holidays).turns
    assert (turn.day, turn.given, turn.lacks, turn.following) == (None, 0, "hours", monday + timedelta(7))
    (turn,) = take_turns([one], 40, monday + timedelta(7), holidays).turns
    assert (turn.given, turn.waited) == (4, 1)


def test_the_weeks_before_are_gone_through_from_a_whole_quarter_back() -> None:
    monday = date(2026, 6, 8)
    assert timedelta(weeks=13) <= monday - first_week_needed(monday) < timedelta(weeks=26)
    assert first_week_needed(monday).weekday() == 0


# ---- actions, mix, watch, asks


def test_actions_due_are_those_of_the_plans(hana: Any) -> None:
    due = {(one["customer_id"], task["id"]) for one in hana["actions"]["customers"] for task in one["actions"]}
    assert hana["actions"]["due"] == len(due) > 0
    customer, action = min(due)
    plan = json.loads(CliRunner().invoke(cli, ["plan", customer, "--book", str(BOOK), "-f", "json"]).stdout)
    assert "2011-05-30" <= next(one["due"] for one in plan["actions"] if one["id"] == action) <= "2011-06-05"


def test_the_mix_of_customers_is_judged_with_rules_and_marks(hana: Any) -> None:
    """Clause K2: existing customers alone secure the target but never make a top seller."""
    assert hana["portfolio"]["answers"] == {"portfolio_gap": ["no_future", "no_prospects"]}
    page = run("Hana", "--book", str(BOOK), "--lang", "en").stdout
    assert "(PG-1 · K1, K2)" in page
    weak = {**hana["portfolio"]["fired"][0], "rule": "PG-3", "basis": "house"}
    assert weak["basis"] != hana["portfolio"]["fired"][0]["basis"]


def test_what_the_watch_list_says_would_become_is_what_a_full_decision_answers(hana: Any) -> None:
    """Every customer on the list is decided anew with the figure moved, by both engines."""
    assert len(hana["watch"]) > 20
    decider, book = Decider(RULEBOOK), open_book(BOOK, RULEBOOK)
    for one in hana["watch"]:
        facts = book.facts(one["customer_id"])
        moved = {**facts.values, one["fact"]: Known(one["at"], "given", "moved")}
        decided = decider.decide(Facts(facts.customer_id, facts.as_of, moved, facts.products, facts.lines))
        for change in one["changes"]:
            answer = decided.trace.values.get(change["question"])
            assert change["after"] == (sorted(answer) if isinstance(answer, frozenset) else answer)
            assert change["after"] != change["before"]
        assert one["distance"] <= hana["near"]
    assert [one["distance"] for one in hana["watch"]] == sorted(one["distance"] for one in hana["watch"])


def test_a_customer_just_above_the_contribution_line_would_drop_from_ei_to_eiii() -> None:
    facts = {
        "kind": "existing", "standing": "rated", "contribution": 1050.0, "stability": 0.9,
    }  # fmt: skip
    known = {name: Known(value, "given", "facts.yaml") for name, value in facts.items()}  # type: ignore[arg-type]
    lines = {"contribution_line": 1000.0, "stability_line": 0.5}
    decision = Decider(RULEBOOK).decide(Facts("X", date(2026, 6, 10), known, lines=lines))
    (near,) = Watch(RULEBOOK, 0.1).watch(decision)
    assert (near.fact, near.line.threshold, near.moved < 1000) == ("contribution", "contribution_line", True)
    changed = {change.question: (change.before, change.after) for change in near.changes}
    assert changed["quadrant"] == ("EI", "EIII")
    assert changed["strategy"] == ("consolidate", "develop")
    assert Watch(RULEBOOK, 0.04).watch(decision) == ()


def test_a_count_is_near_only_when_its_next_value_is() -> None:
    """Satisfaction stands at its line of 2, but the next grade is half the line away."""
    facts = {"quadrant": "EII", "satisfaction": 2}
    known = {name: Known(value, "given", "facts.yaml") for name, value in facts.items()}  # type: ignore[arg-type]
    decision = Decider(RULEBOOK).decide(Facts("X", date(2026, 6, 10), known))
    assert Watch(RULEBOOK, 0.49).watch(decision) == ()
    assert [near.fact for near in Watch(RULEBOOK, 0.5).watch(decision)] == ["satisfaction"]


def test_questions_are_ranked_by_how_many_plans_hang_on_them(hana: Any) -> None:
    assert [one["plans"] for one in hana["ask"]] == sorted((one["plans"] for one in hana["ask"]), reverse=True)
    first = hana["ask"][0]
    weights = {one["customer_id"]: one["weight"] for one in hana["attention"]}
    asked = [weights[one["customer_id"]] for one in first["customers"]]
    assert asked == sorted(asked, reverse=True)
    customer = first["customers"][0]["customer_id"]
    plan = json.loads(CliRunner().invoke(cli, ["plan", customer, "--book", str(BOOK), "-f", "json"]).stdout)
    assert {one["fact"]: one["weight"] for one in plan["ask"]}[first["fact"]] == first["customers"][0]["parts"]


# ---- all reps


def test_all_reps_have_a_line_in_the_summary_and_customers_without_one_are_named(tmp_path: Path) -> None:
    made = told("--all", "--book", str(small_book(tmp_path)))
    assert [(one["rep"], one["customers"]) for one in made["summary"]] == [("Hana", 4), ("Minjun", 1)]
    assert made["no_rep"] == [{"customer_id": "E", "name": "<b>마루</b> | x", "hours_per_week": 1}]
    assert made["reps"][0] == told("Hana", "--book", str(tmp_path))


def test_a_customer_on_whom_rules_contradict_each_other_does_not_stop_the_week(tmp_path: Path) -> None:
    rules = Path(shutil.copytree(ROOT / "rules", tmp_path / "rules"))
    urgency = rules / "attention" / "urgency.yaml"
    text = urgency.read_text("utf-8").replace(
        "when: {strategy: consolidate}", "when: {strategy: [consolidate, convert]}"
    )
    urgency.write_text(text, encoding="utf-8")
    (tmp_path / "book").mkdir()
    week = told("Hana", "--book", str(small_book(tmp_path / "book")), "--rules", str(rules))
    assert [one["customer_id"] for one in week["undecided"]] == ["A"]
    assert "UR-1" in week["undecided"][0]["problem"]
    assert {one["customer_id"] for one in week["attention"]} == {"B", "C", "F"}


# ---- forms


@pytest.mark.parametrize("language", ["ko", "en"])
def test_the_calendar_reads_back_as_one_event_a_visit_and_a_holiday(language: str, hana: Any) -> None:
    text = run("Hana", "--book", str(BOOK), "--lang", language, "-f", "ics").stdout
    events = list(Calendar.from_ical(text).walk("VEVENT"))
    planned = [visit for day in hana["days"] for visit in day["visits"]]
    timed = [event for event in events if "TRANSP" not in event]
    assert [event["DTSTART"].dt.isoformat(timespec="minutes") for event in timed] == [one["start"] for one in planned]
    assert all(event["DTSTART"].dt.tzinfo is None for event in timed)
    assert len({str(event["UID"]) for event in events}) == len(events) == len(planned) + 1
    (holiday,) = (event for event in events if "TRANSP" in event)
    assert holiday["DTSTART"].dt == date(2011, 5, 30)
    assert {event["DTSTAMP"].dt.date() for event in events} == {date(2011, 6, 1)}


def test_the_calendar_is_the_same_bytes_each_time_and_its_ids_stay_when_the_time_moves(tmp_path: Path) -> None:
    book = str(small_book(tmp_path))
    text = run("Hana", "--book", book, "-f", "ics").stdout
    assert text == run("Hana", "--book", book, "-f", "ics").stdout
    small_book(tmp_path, hours="3")
    ids, shorter = ({e["UID"]: e["DTEND"].dt for e in Calendar.from_ical(one).walk("VEVENT")}
                    for one in (text, run("Hana", "--book", book, "-f", "ics").stdout))  # fmt: skip
    assert set(shorter) <= set(ids)
    assert ids != shorter


def test_a_file_that_ends_in_ics_is_a_calendar(tmp_path: Path) -> None:
    path = tmp_path / "weeks.ics"
    done = run("--all", "--book", str(small_book(tmp_path)), "--lang", "ko", "-o", str(path))
    assert done.exit_code == 0, done.output
    summaries = [str(event["SUMMARY"]) for event in Calendar.from_ical(path.read_bytes()).walk("VEVENT")]
    assert summaries
    assert all(summary.startswith(("Hana: ", "Minjun: ", "휴일: ")) for summary in summaries)


@pytest.mark.parametrize("form", ["text", "md", "html"])
@pytest.mark.parametrize("language", ["ko", "en"])
def test_every_form_names_rep_visits_and_rules_and_marks_what_is_the_house_s(language: str, form: str) -> None:
    page = run("Hana", "--book", str(BOOK), "--lang", language, "-f", form).stdout
    for word in ("Hana", "Customer 14088", "AW-1", "PG-1", "자체 기준" if language == "ko" else "house"):
        assert word in page
    assert "None" not in page
    if language == "ko":
        assert "(을)" not in page


def test_what_a_customer_is_called_cannot_act_as_markup(tmp_path: Path) -> None:
    book = str(small_book(tmp_path))
    html, markdown = (run("--all", "--book", book, "-f", form).stdout for form in ("html", "md"))
    assert "&lt;b&gt;마루" in html
    assert "<b>마루" not in html
    assert r"\<b\>마루\</b\> \| x" in markdown


# ---- errors


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["Hana"], "give the book: --book PATH"),
        (["--book", "."], "give either REP or --all"),
        (["Hana", "--all", "--book", "."], "give either REP or --all"),
        (["Hana", "--book", ".", "--week", "24-1"], '"24-1" is not a date; expected YYYY-MM-DD'),
        (["Hana", "--book", ".", "--near", "much"], '"much" is not a share; expected 0% to 100%'),
        (["Hana", "--book", ".", "--near", "nan"], '"nan" is not a share'),
    ],
)
def test_words_that_do_not_fit_are_refused(words: list[str], message: str) -> None:
    done = run(*words)
    assert done.exit_code == 2
    assert message in done.stderr


def test_an_unknown_rep_gets_the_nearest_name(tmp_path: Path) -> None:
    done = run("Minjn", "--book", str(small_book(tmp_path)))
    assert isinstance(done.exception, SangdoError)
    assert done.exception.exit_code == 7
    assert 'no customer of the book belongs to "Minjn"' in str(done.exception)
    assert 'did you mean "Minjun"?' in str(done.exception)


def test_a_country_without_a_calendar_is_refused_where_it_is_written(tmp_path: Path) -> None:
    done = run("Hana", "--book", str(small_book(tmp_path, country="XX")))
    assert isinstance(done.exception, DataInvalid)
    assert str(done.exception).startswith('book.yaml:3:11: no calendar of public holidays is known for "XX"')


def test_a_rhythm_that_is_none_is_refused_where_the_question_is() -> None:
    question = RULEBOOK.questions["visit_every"]
    odd = replace(question, answers=("week", "two_week", "none"))
    with pytest.raises(RulesInvalid) as caught:
        check_rhythms(replace(RULEBOOK, questions={**RULEBOOK.questions, "visit_every": odd}))
    assert str(caught.value).startswith(f'{question.location}: "two_week" is not a rhythm of visits')
    assert "expected: week, two_weeks, month" in str(caught.value)
    assert 'did you mean "two_weeks"?' in str(caught.value)


def test_rules_without_hours_make_no_week() -> None:
    with pytest.raises(RulesInvalid, match="a week needs the question hours_per_week, which the rules do not have"):
        check_rhythms(part_of(RULEBOOK, ["quadrant"]))
