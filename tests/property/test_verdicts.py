"""Verdicts agree with what the evaluator and the engine decide, part by part, on any rulebook and any customer."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from pathlib import Path

from hypothesis import HealthCheck, Phase, given, settings

from sangdo.engine.decision.decision import Decider, Decision
from sangdo.engine.decision.why.explanation import explain_decision
from sangdo.engine.decision.why.graph import explanation_graph
from sangdo.engine.decision.why.text import FORMS, render_explanation
from sangdo.engine.explain import verdicts
from sangdo.engine.explain.evaluation import Evaluator, ready, ready_rule
from sangdo.engine.explain.verdicts import Kind, Verdict, in_the_way, judge, judge_rule
from sangdo.engine.facts.book import open_book
from sangdo.engine.facts.facts import Facts
from sangdo.engine.inference.thresholds import ResolvedThreshold, resolve_thresholds
from sangdo.engine.language.errors import RulesInvalid
from sangdo.engine.language.loading import load_rulebook
from sangdo.engine.language.rulebook import Condition, Operator, Rulebook, Value
from sangdo.engine.language.rulebook import Test as FactTest
from sangdo.tests.property.strategies import decisions

every_test = verdicts.tests_of
ROOT = Path(__file__).parents[2]
SETTINGS = settings(
    max_examples=40, derandomize=True, deadline=None, database=None, suppress_health_check=list(HealthCheck),
    phases=[Phase.generate],
)  # fmt: skip
SAMPLE_STEP = 40


def seen_by(rulebook: Rulebook, facts: Facts) -> Iterator[tuple[Mapping[str, Value], str | None]]:
    """All values known after a decision, for the customer and with each product; none where rules conflict."""
    thresholds = resolve_thresholds(rulebook, facts.as_of, facts.lines)
    try:
        evaluation = Evaluator(rulebook, thresholds).evaluate(facts)
    except RulesInvalid:
        return
    yield evaluation.values, None
    for product, own in evaluation.product_values.items():
        yield {**evaluation.values, **own}, product


def conditions_of(rulebook: Rulebook) -> Iterator[Condition]:
    for question in rulebook.questions.values():
        for condition in (question.applies, *(rule.when for rule in question.rules)):
            if condition is not None:
                yield condition


def assert_same(
    verdict: Verdict, condition: Condition, values: Mapping[str, Value], lines: Mapping[str, ResolvedThreshold]
) -> None:
    """The verdict and each of its parts is what the evaluator makes of the same condition."""
    assert verdict.result is ready(condition, lines)(values)
    if isinstance(condition, FactTest):
        assert (verdict.kind, verdict.test, verdict.value) == (Kind.TEST, condition, values.get(condition.fact))
        return
    for part, of in zip(verdict.parts, condition.parts, strict=True):
        assert_same(part, of, values, lines)


def test_every_part_of_a_verdict_is_what_the_evaluator_makes_of_it() -> None:
    seen: Counter[bool | None] = Counter()

    @SETTINGS
    @given(decisions())
    def compare(decision: tuple[Rulebook, tuple[Facts, ...]]) -> None:
        rulebook, customers = decision
        for facts in customers:
            thresholds = resolve_thresholds(rulebook, facts.as_of, facts.lines)
            for values, _ in seen_by(rulebook, facts):
                for condition in conditions_of(rulebook):
                    verdict = judge(condition, values, thresholds)
                    assert_same(verdict, condition, values, thresholds)
                    seen[verdict.result] += 1
                for question in rulebook.questions.values():
                    for rule in question.rules:
                        assert judge_rule(rule, values, thresholds).result is ready_rule(rule, thresholds)(values)

    compare()
    assert min(seen[result] for result in (True, False, None)) > 50, seen


def test_what_stands_in_the_way_is_all_that_does_and_nothing_else() -> None:
    """Were each test in the way as wanted, the condition would hold; and none is named where it holds."""

    def settled(verdict: Verdict) -> bool | None:
        """The result of a verdict whose tests in the way have come out as wanted."""
        if verdict.kind is Kind.TEST:
            return verdict.wanted if id(verdict) in blocking else verdict.result
        results = [settled(part) for part in verdict.parts]
        if verdict.kind is Kind.ALL:
            return False if False in results else None if None in results else True
        found = True if True in results else None if None in results else False
        return found if verdict.kind is Kind.ANY else None if found is None else not found

    blocking: set[int] = set()

    @SETTINGS
    @given(decisions(2))
    def compare(decision: tuple[Rulebook, tuple[Facts, ...]]) -> None:
        rulebook, customers = decision
        for facts in customers:
            thresholds = resolve_thresholds(rulebook, facts.as_of, facts.lines)
            for values, _ in seen_by(rulebook, facts):
                for condition in conditions_of(rulebook):
                    verdict = judge(condition, values, thresholds)
                    blocking.clear()
                    blocking.update(id(one) for one in in_the_way(verdict))
                    assert bool(blocking) is (verdict.result is not True)
                    assert settled(verdict) is True
                    assert all(one.result is not one.wanted for one in in_the_way(verdict))

    compare()


def has_no_way(verdict: Verdict) -> bool:
    """Whether no value can satisfy a test: a range that is empty, or whose other end is unknown."""
    if verdict.test is None or verdict.test.operator is not Operator.BETWEEN:
        return False
    low, high = verdict.operands
    return low is None or high is None or low > high  # type: ignore[operator]


def moved(verdict: Verdict) -> list[Value]:
    """Where a value comes to that goes the distance: the edge itself, and just beyond it."""
    value, way = verdict.value, verdict.distance
    assert way is not None
    if isinstance(value, date):
        step = timedelta(1 if way > 0 else -1)
        edge = value + timedelta(int(way))
        return [edge, edge + step] if date.min < edge < date.max else [edge]
    assert isinstance(value, (int, float))
    numbers = [one for one in verdict.operands if isinstance(one, (int, float))]
    reached = min(numbers, key=lambda one: abs(one - value - way))
    return [reached, math.nextafter(reached, math.inf if way > 0 else -math.inf)]


def test_a_value_that_goes_the_distance_makes_its_test_come_out_as_wanted() -> None:
    found: Counter[str] = Counter()

    @SETTINGS
    @given(decisions(2))
    def compare(decision: tuple[Rulebook, tuple[Facts, ...]]) -> None:
        rulebook, customers = decision
        for facts in customers:
            thresholds = resolve_thresholds(rulebook, facts.as_of, facts.lines)
            for values, _ in seen_by(rulebook, facts):
                for condition in conditions_of(rulebook):
                    for one in every_test(judge(condition, values, thresholds)):
                        if not one.distance or one.test is None or has_no_way(one):
                            continue
                        results = [ready(one.test, thresholds)({one.test.fact: to}) for to in moved(one)]
                        assert one.wanted in results or len(results) == 1, one  # no day is later than the last
                        found["up" if one.distance > 0 else "down"] += 1

    compare()
    assert min(found["up"], found["down"]) > 20, found


def assert_told_as_decided(decision: Decision) -> Counter[str]:
    """Each question's explanation says of every rule what the engine made of it."""
    thresholds = decision.trace.thresholds
    evaluation = Evaluator(decision.rulebook, thresholds).evaluate(decision.facts)
    fired = {(firing.rule, firing.product) for firing in decision.trace.firings}
    told: Counter[str] = Counter()
    for name, question in decision.rulebook.questions.items():
        explained = explain_decision(decision, "en", question=name)
        for one in explained["questions"]:
            undecided = evaluation.undecided[name, one["product"]]
            assert [rule["rule"] for rule in one["rules"]] == [rule.id for rule in question.rules]
            for rule in one["rules"]:
                holds = rule["outcome"] in ("decided", "lost")
                assert holds is ((rule["rule"], one["product"]) in fired)
                assert rule["conditions"]["verdict"] == rule["verdict"]
                assert (rule["verdict"] == "holds") is (rule["why_not"] == [])
                assert not holds or rule["verdict"] == "holds"
                open_question = rule["outcome"] == "not_asked" and one["applies"]["verdict"] == "unknown"
                waits = rule["outcome"] in ("undecided", "assumed") or open_question
                assert waits is (rule["rule"] in undecided)
                told[rule["outcome"]] += 1
        for form in FORMS:
            assert render_explanation(explained, form)
        assert explanation_graph(explained).startswith("digraph")
    return told


def test_a_rule_is_told_as_it_was_decided_on_random_rulebooks() -> None:
    told: Counter[str] = Counter()

    @settings(SETTINGS, max_examples=25)
    @given(decisions(1))
    def compare(decision: tuple[Rulebook, tuple[Facts, ...]]) -> None:
        rulebook, customers = decision
        decider = Decider(rulebook)
        try:
            for facts in customers:
                try:
                    made = decider.decide(facts)
                except RulesInvalid:
                    continue
                told.update(assert_told_as_decided(made))
        finally:
            decider.engine.close()

    compare()
    assert {"decided", "lost", "fails", "undecided", "not_asked"} <= set(told), told


def test_a_rule_is_told_as_it_was_decided_over_the_example_book(tmp_path: Path) -> None:
    rulebook = load_rulebook(ROOT / "rules")
    book = open_book(ROOT / "examples" / "book", rulebook, environment={"SANGDO_CACHE": str(tmp_path)})
    decider = Decider(rulebook)
    told: Counter[str] = Counter()
    customers = [line.split(",")[0] for line in (ROOT / "examples/book/customers.csv").read_text("utf-8").splitlines()]
    for customer in customers[1::SAMPLE_STEP]:
        told.update(assert_told_as_decided(decider.decide(book.facts(customer))))
    decider.engine.close()
    assert told["decided"] > 20
    assert told["fails"] > 20
