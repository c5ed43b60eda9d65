"""What the solver finds in small rulebooks, each finding with a customer that shows it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

import pytest

from sangdo.engine.language.errors import Location
from sangdo.engine.language.rulebook import (
    Action,
    AllOf,
    AnyOf,
    Basis,
    Choose,
    Fact,
    FactType,
    Level,
    Method,
    NoneOf,
    Operator,
    Origin,
    Question,
    Rulebook,
    Status,
    Tally,
    Text,
    Threshold,
    ThresholdName,
)
from sangdo.engine.verify.findings.finding import CODES, Finding
from sangdo.engine.verify.proofs.analysis import analyze
from sangdo.tests.verify.test_encoding import HERE, WORD, check, fact, question, rule, rulebook

TODAY = date(2026, 11, 23)
SCORE = fact("score", FactType.NUMBER, minimum=0, maximum=1)
VISITS = fact("visits", FactType.INTEGER, minimum=0)
FLAG = fact("flag", FactType.FLAG)
LOW, HIGH = check("score", Operator.LESS_THAN, 0.5), check("score", Operator.MORE_THAN, 0.5)


def book(facts: Sequence[Fact], *questions: Question, lines: Sequence[Threshold] = ()) -> Rulebook:
    step = Text("전화한다", "Call about {visits}.")
    call = Action("call", WORD, (step,), "rep", 1, None, 1, (), Basis.HOUSE, False, Location("actions"))
    made = rulebook(list(facts), *questions)
    return replace(made, actions={"call": call}, thresholds={line.name: line for line in lines})


def found(rules: Rulebook, *codes: str, seconds: float = 600) -> list[Finding]:
    analysis = analyze(rules, TODAY, select=codes or tuple(CODES), seconds=seconds)
    assert analysis.faults == ()
    return list(analysis.findings)


def line(*values: tuple[date, float], method: Method | None = None) -> Threshold:
    return Threshold("line", WORD, None, values, "score" if method else None, method, HERE)


def test_a_gap_has_a_customer_of_few_facts() -> None:
    asked = question("q", Choose.EXACTLY_ONE, rule("Q-1", LOW, "low"), rule("Q-2", HIGH, "high"))
    (gap,) = found(book([SCORE, VISITS], asked), "gap")
    assert gap.example is not None
    assert gap.example.yaml == "as_of: 2026-11-23\nscore: 0.5\n"
    assert gap.example.facts.values["score"].value == 0.5
    assert (gap.question, gap.rules, gap.as_of) == ("q", (), None)


def test_what_is_merely_unknown_is_no_gap() -> None:
    sides = (rule("Q-1", LOW, "low"), rule("Q-2", check("score", Operator.AT_LEAST, 0.5), "high"))
    assert found(book([SCORE], question("q", Choose.EXACTLY_ONE, *sides)), "gap", "conflict") == []


def test_a_conflict_names_both_rules_and_inference_refuses_its_customer() -> None:
    asked = question(
        "q", Choose.EXACTLY_ONE, rule("Q-1", check("score", Operator.AT_MOST, 0.5), "low"),
        rule("Q-2", check("score", Operator.AT_LEAST, 0.5), "high"),
    )  # fmt: skip
    (conflict,) = found(book([SCORE], asked), "conflict", "gap")
    assert (conflict.code, conflict.rules) == ("conflict", ("Q-1", "Q-2"))
    assert conflict.example is not None
    assert conflict.example.yaml.endswith("score: 0.5\n")


CHAIN = question("level", Choose.FIRST_MATCH, rule("L-1", LOW, "low"), rule("L-2", HIGH, "high"))


def test_a_rule_is_dead_when_the_answer_it_waits_for_never_comes() -> None:
    both = AllOf((check("level", Operator.IS, "low"), check("score", Operator.MORE_THAN, 0.7)))
    asked = question("q", Choose.FIRST_MATCH, rule("Q-1", both, "a"), rule("Q-2", None, "b"))
    (dead,) = found(book([SCORE], CHAIN, asked), "dead", "impossible", "unreachable_answer")
    assert (dead.code, dead.rules, dead.example) == ("dead", ("Q-1",), None)
    assert dead.text.en == (
        "Rule Q-1 holds for no customer. So nobody gets the answer a. It does only when a person gives level."
    )


def test_a_condition_at_odds_with_itself_is_impossible_rather_than_dead() -> None:
    asked = question("q", Choose.FIRST_MATCH, rule("Q-1", AllOf((LOW, HIGH)), "a"), rule("Q-2", None, "b"))
    assert [(one.code, one.rules) for one in found(book([SCORE], asked), "dead", "impossible")] == [
        ("impossible", ("Q-1",))
    ]


def test_a_question_that_applies_to_nobody_is_found_once() -> None:
    rules = (rule("Q-1", LOW, "a"), rule("Q-2", HIGH, "b"))
    asked = question("q", Choose.FIRST_MATCH, *rules, applies=check("score", Operator.MORE_THAN, 1))
    (dead,) = found(book([SCORE], asked), "dead", "impossible")
    assert (dead.code, dead.rules) == ("impossible", ("Q-1", "Q-2"))


def test_a_retired_question_has_no_findings() -> None:
    asked = question("q", Choose.FIRST_MATCH, rule("Q-1", AllOf((LOW, HIGH)), "a"), status=Status.RETIRED)
    assert found(book([SCORE], asked)) == []


def test_a_shadowed_rule_names_the_earlier_ones_that_cover_it() -> None:
    asked = question(
        "q", Choose.FIRST_MATCH, rule("Q-0", check("flag", Operator.IS, True), "z"), rule("Q-1", LOW, "a"),
        rule("Q-2", check("score", Operator.AT_LEAST, 0.5), "b"), rule("Q-3", check("score", Operator.KNOWN), "c"),
    )  # fmt: skip
    (shadowed,) = found(book([SCORE, FLAG], asked), "shadowed", "unreachable_answer")
    assert (shadowed.code, shadowed.rules) == ("shadowed", ("Q-3", "Q-1", "Q-2"))
    assert shadowed.example is not None
    assert set(shadowed.example.facts.values) == {"score"}


def test_a_rule_that_does_what_the_otherwise_does_is_redundant_unless_it_calls_an_action() -> None:
    rules = (rule("Q-1", LOW, "a"), rule("Q-2", HIGH, "b"))
    asked = question("q", Choose.FIRST_MATCH, *rules, otherwise="b")
    assert [one.rules for one in found(book([SCORE], asked), "redundant")] == [("Q-2",)]
    acting = replace(asked, rules=(rules[0], replace(rules[1], actions=("call",))))
    assert found(book([SCORE, VISITS], acting), "redundant") == []


def test_a_rule_of_a_sum_that_adds_nothing_is_redundant() -> None:
    asked = question("q", Choose.SUM, rule("Q-1", LOW, points=1, if_unknown=0), rule("Q-2", None, points=0))
    assert [one.rules for one in found(book([SCORE], asked), "redundant")] == [("Q-2",)]


@pytest.mark.parametrize(
    ("condition", "count"),
    [
        (check("score", Operator.AT_LEAST, 0), 1),
        (check("score", Operator.AT_LEAST, 0.1), 0),
        (check("score", Operator.KNOWN), 0),
        (NoneOf((check("score", Operator.MORE_THAN, 1), check("flag", Operator.IS, True))), 1),
        (AnyOf((check("score", Operator.AT_MOST, 0.5), HIGH)), 1),
        (AnyOf((LOW, HIGH)), 0),
        (AllOf((LOW, check("flag", Operator.ONE_OF, True, False))), 1),
    ],
)
def test_a_test_that_tells_nobody_apart_is_always_true(condition: AllOf, count: int) -> None:
    asked = question("q", Choose.FIRST_MATCH, rule("Q-1", condition, "a"), rule("Q-2", None, "b"))
    assert len(found(book([SCORE, FLAG], asked), "always_true")) == count


def test_a_value_on_the_line_that_both_sides_leave_out_is_found() -> None:
    yes = check("flag", Operator.IS, True)
    rules = (rule("Q-1", AllOf((LOW, yes)), "a"), rule("Q-2", AllOf((HIGH, yes)), "b"))
    asked = question("q", Choose.FIRST_MATCH, *rules, otherwise="c")
    (boundary,) = found(book([SCORE, FLAG], asked), "boundary")
    assert boundary.rules == ("Q-1", "Q-2")
    assert boundary.example is not None
    assert {name: known.value for name, known in boundary.example.facts.values.items()} == {"score": 0.5, "flag": True}
    closed = replace(asked, rules=(*rules, rule("Q-3", AllOf((check("score", Operator.IS, 0.5), yes)), "b")))
    assert found(book([SCORE, FLAG], closed), "boundary") == []


def test_an_otherwise_that_never_comes_is_an_answer_nobody_gets() -> None:
    asked = question("q", Choose.FIRST_MATCH, rule("Q-1", LOW, "a"), rule("Q-2", None, "b"), otherwise="c")
    (unreachable,) = found(book([SCORE], replace(asked, answers=("a", "b", "c"))), "unreachable_answer")
    assert unreachable.text.en == "No customer gets the answer c of q."


def test_an_action_of_rules_that_decide_for_nobody_is_unreachable() -> None:
    dead = replace(rule("Q-1", AllOf((LOW, HIGH)), "a"), actions=("call",))
    asked = question("q", Choose.FIRST_MATCH, dead, rule("Q-2", None, "b"))
    (unreachable,) = found(book([SCORE, VISITS], asked), "unreachable_action")
    assert (unreachable.rules, unreachable.location.path) == (("Q-1",), "actions")


def test_a_text_that_may_show_an_unknown_fact_is_found_where_it_stands() -> None:
    calling = replace(rule("Q-1", LOW, "a"), actions=("call",), because=Text("{score}", "{score}"))
    (placeholder,) = found(book([SCORE, VISITS], question("q", Choose.FIRST_MATCH, calling)), "placeholder")
    assert (placeholder.rules, placeholder.location.path) == (("Q-1",), "actions")
    assert "visits" in placeholder.text.en


def test_a_finding_of_a_later_date_says_from_when() -> None:
    sides = (check("score", Operator.LESS_THAN, ThresholdName("line")), check("score", Operator.AT_LEAST, 0.5))
    rules = book(
        [SCORE],
        question("q", Choose.EXACTLY_ONE, rule("Q-1", sides[0], "a"), rule("Q-2", sides[1], "b")),
        lines=[line((date(2020, 1, 1), 0.5), (date(2027, 1, 1), 0.25), (date(2028, 1, 1), 0.75))],
    )
    analysis = analyze(rules, TODAY, select=("gap", "conflict"), seconds=600)
    assert analysis.dates == (TODAY, date(2027, 1, 1), date(2028, 1, 1))
    assert [(one.code, one.as_of) for one in analysis.findings] == [
        ("gap", date(2027, 1, 1)), ("conflict", date(2028, 1, 1))
    ]  # fmt: skip
    assert all(one.example and one.example.yaml.startswith(f"as_of: {one.as_of}\n") for one in analysis.findings)


def test_a_line_of_a_book_is_any_within_its_bounds_and_stands_in_the_example() -> None:
    above = AllOf((check("score", Operator.AT_LEAST, ThresholdName("line")), check("score", Operator.LESS_THAN, 0.5)))
    asked = question("q", Choose.FIRST_MATCH, rule("Q-1", above, "a"), rule("Q-2", LOW, "b"))
    within = line((date(2000, 1, 1), 0.7), method=Method("median", None, (0.6, 0.8)))
    assert [one.rules for one in found(book([SCORE], asked, lines=[within]), "dead", "impossible")] == [("Q-1",)]
    wide = line((date(2000, 1, 1), 0.7), method=Method("median", None, (0.4, 0.8)))
    assert found(book([SCORE], asked, lines=[wide]), "dead", "impossible") == []
    other = question("q", Choose.EXACTLY_ONE, rule("Q-1", above, "a"), rule("Q-2", LOW, "b"))
    (conflict,) = found(book([SCORE], other, lines=[wide]), "conflict")
    assert conflict.example is not None
    assert 0.4 <= conflict.example.facts.lines["line"] < 0.5


def test_as_many_products_are_tried_as_a_count_needs() -> None:
    name = fact("product", FactType.TEXT, level=Level.PRODUCT)
    weak = fact("weak", FactType.FLAG, level=Level.PRODUCT)
    count = replace(
        fact("weak_ones", FactType.INTEGER), origin=Origin.COUNTED, tally=Tally("count", "verdict", "drop")
    )  # fmt: skip
    verdict = question(
        "verdict", Choose.EXACTLY_ONE, rule("V-1", check("weak", Operator.IS, True), "drop"), level=Level.PRODUCT
    )
    trouble = question(
        "trouble", Choose.EXACTLY_ONE, rule("T-1", check("weak_ones", Operator.AT_LEAST, 3), "yes"),
        rule("T-2", check("weak_ones", Operator.LESS_THAN, 2), "no"),
    )  # fmt: skip
    findings = {one.question: one for one in found(book([name, weak, count], verdict, trouble), "gap", "dead")}
    example = findings["trouble"].example
    assert example is not None
    assert [own["weak"].value for own in example.facts.products.values()] == [True, True]
    many = replace(trouble, rules=(rule("T-1", check("weak_ones", Operator.AT_LEAST, 300), "yes"),))
    undecided = found(book([name, weak, count], verdict, many), "dead", "undecided")
    assert [(one.code, one.question) for one in undecided] == [("undecided", "trouble")]


def test_what_is_not_decided_in_time_is_said() -> None:
    asked = question("q", Choose.EXACTLY_ONE, rule("Q-1", LOW, "low"))
    analysis = analyze(book([SCORE], asked), TODAY, select=("gap", "undecided"), seconds=0)
    assert [(one.code, one.question) for one in analysis.findings] == [("undecided", "q")]
    assert analysis.undecided == (("q", ("gap",)),)
