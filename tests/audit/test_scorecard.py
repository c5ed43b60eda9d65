"""Feedback is checked against the plan, and counted by rule, clause and action."""

from __future__ import annotations

import pytest

from sangdo.engine.audit.feedback import feedback_entry
from sangdo.engine.audit.scorecard import Score, count_scores
from sangdo.engine.audit.selection import Selection, find_decision
from sangdo.engine.audit.store.reader import LogReader
from sangdo.engine.audit.store.writer import LogWriter
from sangdo.engine.language.errors import NothingMatched
from sangdo.tests.audit.plans import STEADY, decide
from sangdo.tests.audit.plans import log as log_plans


def say(url: str, decision: str, action: str, verdict: str, reason: str | None = None) -> None:
    with LogReader.open(url) as reader:
        entry = feedback_entry(find_decision(reader, decision), action, verdict, reason, "Hana")
    with LogWriter.open(url) as writer:
        writer.append(entry)


def scores(url: str, selection: Selection = Selection()) -> dict[tuple[str, str], Score]:  # noqa: B008
    with LogReader.open(url) as reader:
        counted = count_scores(selection.records(reader, ("decision",)), reader.records(kinds=("feedback",)))
    return {(score.subject, score.name): score for score in counted}


def test_feedback_counts_for_the_action_and_the_rules_and_clauses_behind_it(log: str) -> None:
    plan, other = log_plans(log, decide(STEADY), decide(STEADY.replace("C-7", "C-8")))
    action = plan["actions"][0]
    say(log, plan["decision_id"], action["id"], "done")
    say(log, other["decision_id"], action["id"], "wrong", "그런 일은 없다")
    found = scores(log)
    for subject, names in (("action", [action["id"]]), ("rule", action["rules"]), ("clause", action["clauses"])):
        for name in names:
            score = found[subject, name]
            assert (score.plans, score.done, score.skipped, score.wrong) == (2, 1, 0, 1)
            assert score.shares == {"done": 0.5, "skipped": 0.0, "wrong": 0.5}
    silent = found["action", plan["actions"][1]["id"]]
    assert (silent.plans, silent.feedback, silent.shares["done"]) == (2, 0, None)


def test_the_last_word_on_an_action_counts_and_a_plan_logged_twice_is_one(log: str) -> None:
    plan, _ = log_plans(log, decide(STEADY), decide(STEADY))
    action = plan["actions"][0]["id"]
    say(log, plan["decision_id"], action, "skipped", "no time")
    say(log, "#1", action, "done")
    score = scores(log)["action", action]
    assert (score.plans, score.done, score.skipped) == (1, 1, 0)


def test_a_selection_counts_only_its_decisions(log: str) -> None:
    plan, _ = log_plans(log, decide(STEADY), decide(STEADY.replace("C-7", "C-8")))
    say(log, plan["decision_id"], plan["actions"][0]["id"], "done")
    assert scores(log, Selection(customer="C-8"))["action", plan["actions"][0]["id"]].feedback == 0


def test_an_action_that_the_plan_has_not_is_refused_with_the_nearest(log: str) -> None:
    (plan,) = log_plans(log, decide(STEADY))
    action = plan["actions"][0]["id"]
    with pytest.raises(NothingMatched, match=f'did you mean "{action}"'):
        say(log, plan["decision_id"], action[:-1], "done")


def test_feedback_on_feedback_is_refused(log: str) -> None:
    (plan,) = log_plans(log, decide(STEADY))
    say(log, plan["decision_id"], plan["actions"][0]["id"], "done")
    with pytest.raises(NothingMatched, match="is a feedback, not a decision"):
        say(log, "#2", plan["actions"][0]["id"], "done")


def test_the_reason_is_personal(log: str) -> None:
    (plan,) = log_plans(log, decide(STEADY))
    with LogReader.open(log) as reader:
        entry = feedback_entry(
            reader.find(plan["decision_id"]), plan["actions"][0]["id"], "wrong", "김 사장이 화를 냈다", "Hana"
        )
    assert entry.personal == ("김 사장이 화를 냈다",)


@pytest.mark.parametrize(
    ("selection", "count"),
    [
        (Selection(rule="Q-2"), 1),
        (Selection(clause="E3"), 1),
        (Selection(clause="E2.1"), 1),
        (Selection(clause="E1"), 2),
        (Selection(answer="quadrant=EI"), 1),
        (Selection(release="2026.1"), 2),
        (Selection(customer="C-8"), 1),
    ],
    ids=str,
)
def test_records_are_selected_by_what_their_plans_rest_on(log: str, selection: Selection, count: int) -> None:
    log_plans(log, decide(STEADY), decide(STEADY.replace("0.5\n", "0.8\n").replace("C-7", "C-8")))
    with LogReader.open(log) as reader:
        assert len(list(selection.records(reader, ("decision",)))) == count
        sha256 = list(reader.records())[0].release  # noqa: RUF015
        assert len(list(Selection(release=(sha256 or "")[:10]).records(reader))) == 2


@pytest.mark.parametrize(
    ("selection", "meant"),
    [
        (Selection(rule="Q-22"), "Q-2"),
        (Selection(answer="quadrant=EIX"), "quadrant=EII"),
        (Selection(customer="C7"), "C-7"),
    ],
    ids=str,
)
def test_nothing_found_says_what_was_probably_meant(log: str, selection: Selection, meant: str) -> None:
    log_plans(log, decide(STEADY))
    with LogReader.open(log) as reader, pytest.raises(NothingMatched, match=f'did you mean "{meant}"'):
        list(selection.records(reader, ("decision",)))
