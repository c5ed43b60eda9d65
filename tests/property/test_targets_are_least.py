"""The ways to a target are least: trying out every change on small rulebooks finds none that costs or moves less."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import chain, combinations, product
from math import prod

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn

from sangdo.engine.decision.decision import Decider, Decision
from sangdo.engine.decision.whatif import Setting, apply_settings
from sangdo.engine.explain.evaluation import Evaluator
from sangdo.engine.facts.facts import Facts
from sangdo.engine.language.errors import RulesInvalid
from sangdo.engine.language.rulebook import (
    AllOf,
    AnyOf,
    Basis,
    Choose,
    Fact,
    FactType,
    Level,
    Origin,
    Question,
    Rule,
    Rulebook,
    Status,
    Text,
    Value,
)
from sangdo.engine.verify.search.levers import Lever, exact, find_levers
from sangdo.engine.verify.search.target import Target
from sangdo.engine.verify.search.targets import MOST_WAYS, Search, search_ways
from sangdo.tests.property.strategies import HERE, Scope, customers, rulebooks, with_changes
from sangdo.tests.property.strategies import tests as one_test

LEVERS = 4
CUSTOMERS = 3
MOST_TRIES = 1000
SECONDS = 120.0
QUIET = list(HealthCheck)


@dataclass(frozen=True)
class Tried:
    """A change that reaches the target: the levers moved, what that costs, and how far it moves."""

    levers: frozenset[tuple[str, str | None]]
    cost: Fraction
    move: Fraction


@st.composite
def searches(draw: DrawFn) -> tuple[Rulebook, list[Facts], list[int]]:
    """A rulebook, customers with one product at most, and numbers to reach."""
    rulebook, aims = with_goal(draw, draw(rulebooks()))
    rulebook = with_changes(draw, rulebook, LEVERS, aims)
    drawn = [draw(customers(rulebook)) for _ in range(CUSTOMERS)]
    few = [replace(facts, products=dict(list(facts.products.items())[:1])) for facts in drawn]
    return rulebook, few, draw(st.lists(st.sampled_from((0, 1, 4, 7.5, -2.5)), min_size=1, max_size=2, unique=True))


def with_goal(draw: DrawFn, rulebook: Rulebook) -> tuple[Rulebook, tuple[str, ...]]:
    """The rulebook with a question that a few facts answer in several ways, so that there is something to choose."""
    kinds = (Origin.GIVEN, Origin.MEASURED)
    base = [fact for fact in rulebook.facts.values() if fact.origin in kinds and fact.level is Level.CUSTOMER]
    scope = Scope(draw(st.permutations(base))[:LEVERS], [], False)
    several = tuple(AllOf((draw(one_test(scope)), draw(one_test(scope)))) for _ in range(LEVERS))
    words = Text("목표", "goal")
    when = AnyOf(several)
    rule = Rule("GOAL-1", words, Basis.HOUSE, ("H1",), when, True, None, 1, None, (), None, HERE)
    goal = Question(
        "goal", words, Level.CUSTOMER, None, (True, False), Choose.EXACTLY_ONE, None, "owner", Status.STABLE, (rule,),
        (), HERE,
    )  # fmt: skip
    fact = Fact("goal", words, FactType.FLAG, Origin.QUESTION, Level.CUSTOMER, HERE)
    return replace(
        rulebook,
        facts={**rulebook.facts, "goal": fact},
        questions={**rulebook.questions, "goal": goal},
        strata=(*rulebook.strata, ("goal",)),
    ), tuple(fact.name for fact in scope.facts)


def targets_of(rulebook: Rulebook, facts: Facts, numbers: list[int]) -> Iterator[Target]:
    for question in rulebook.questions.values():
        for place in [None] if question.level is Level.CUSTOMER else facts.products:
            yield from (Target(question.name, place, answer) for answer in question.answers or numbers)


def adds_up_exactly(rulebook: Rulebook, facts: Facts) -> bool:
    """Whether all that sums add up has few digits: inference adds binary fractions and rounds, the solver does not."""
    names = {
        name for q in rulebook.questions.values() if q.choose is Choose.SUM for r in q.rules for name in [r.points]
    }
    figures = [name for name in names if isinstance(name, (int, float))]
    for own in (facts.values, *facts.products.values()):
        figures += [own[name].value for name in names if isinstance(name, str) and name in own]  # type: ignore[misc]
    return all(abs(figure) < 1e6 and 10**6 % exact(figure).denominator == 0 for figure in figures)


def settings_of(lever: Lever) -> Iterator[Value | None]:
    """Yield every value that a lever may be set to, None for staying as it is."""
    yield None
    for value in all_values(lever):
        if value != lever.now:
            yield value


def all_values(lever: Lever) -> Iterator[Value]:
    fact, change = lever.fact, lever.change
    words = sorted(fact.values or {})
    if fact.type is FactType.FLAG:
        yield from (True, False)
    elif fact.type is FactType.CHOICE:
        yield from words
    elif fact.type is FactType.CHOICES:
        yield from map(frozenset, chain.from_iterable(combinations(words, n) for n in range(len(words) + 1)))
    else:
        assert change.minimum is not None
        assert change.maximum is not None
        assert change.step is not None
        value, step = exact(change.minimum), exact(change.step)
        while value <= exact(change.maximum):
            yield int(value) if value.denominator == 1 else float(value)
            value += step


def move_of(lever: Lever, value: Value) -> Fraction:
    change = lever.change
    if not lever.fact.type.is_numeric or lever.now is None:
        return Fraction(1)
    assert change.minimum is not None
    assert change.maximum is not None
    return abs(exact(value) - exact(lever.now)) / (exact(change.maximum) - exact(change.minimum))


def try_all(before: Decision, levers: list[Lever]) -> list[tuple[Tried, Decision]]:
    """Evaluate every combination of settings; what makes two rules contradict each other is left out."""
    evaluator = Evaluator(before.rulebook, before.trace.thresholds)
    found = []
    for values in product(*map(list, map(settings_of, levers))):
        moved = [(lever, value) for lever, value in zip(levers, values, strict=True) if value is not None]
        wanted = [Setting(lever.fact.name, lever.product, value) for lever, value in moved]
        try:
            evaluation = evaluator.evaluate(apply_settings(before.facts, wanted, before.rulebook))
        except RulesInvalid:
            continue
        names = frozenset((lever.fact.name, lever.product) for lever, _ in moved)
        cost = sum((exact(lever.change.cost) for lever, _ in moved), Fraction(0))
        move = sum((move_of(*one) for one in moved), Fraction(0))
        after = replace(before, trace=replace(before.trace, closings=evaluation.closings))
        found.append((Tried(names, cost, move), after))
    return found


def assert_least(search: Search, tried: list[Tried]) -> None:
    """Each way is as good as the best of those that contain none before it, and there is no way left out."""
    for way in search.ways:
        best = min((one.cost, one.move) for one in tried)
        assert (way.cost, way.move) == best
        names = {(setting.name, setting.product) for setting in way.settings}
        assert any(one.levers == names and (one.cost, one.move) == best for one in tried)
        tried = [one for one in tried if not names <= one.levers]
    assert len(search.ways) == MOST_WAYS or not tried


def search_all(rulebook: Rulebook, facts: Facts, numbers: list[int], report: Counter[str]) -> None:
    decider = Decider(rulebook)
    try:
        before = decider.decide(facts)
    except RulesInvalid:
        return
    levers = find_levers(rulebook, before.facts, None)
    if prod(len(list(settings_of(lever))) for lever in levers) > MOST_TRIES:
        return
    tried = try_all(before, levers)
    for target in targets_of(rulebook, facts, numbers):
        search = search_ways(decider, before, target, None, SECONDS)
        report[search.outcome] += 1
        report["several ways"] += len(search.ways) > 1
        report["several facts"] += any(len(way.settings) > 1 for way in search.ways)
        assert search.outcome == ("reached" if target.is_reached(before) else "ways" if search.ways else "none")
        if search.outcome != "reached":
            assert_least(search, [one for one, after in tried if target.is_reached(after)])
    decider.engine.close()


def run_property(examples: int, report: Counter[str]) -> None:
    @settings(max_examples=examples, deadline=None, suppress_health_check=QUIET, database=None, derandomize=True)
    @given(searches())
    def compare(drawn: tuple[Rulebook, list[Facts], list[int]]) -> None:
        rulebook, few, numbers = drawn
        for facts in few:
            if adds_up_exactly(rulebook, facts):
                search_all(rulebook, facts, numbers, report)

    compare()


def test_trying_everything_finds_no_lesser_change() -> None:
    report: Counter[str] = Counter()
    run_property(40, report)
    assert all(report[what] >= 10 for what in ("reached", "ways", "none")), report
    assert report["several ways"], report


@pytest.mark.nightly
def test_trying_everything_finds_no_lesser_change_in_thousands_of_searches() -> None:
    report: Counter[str] = Counter()
    run_property(1500, report)
    assert all(report[what] >= 50 for what in ("several ways", "several facts")), report
    sys.stdout.write(f"{dict(report)}\n")
