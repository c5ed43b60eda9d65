"""What unknown means: a verdict is what every completion agrees on, and the asks are what it still hangs on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import product

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.strategies import DataObject, DrawFn

from sangdo.engine.explain.asks import unknowns
from sangdo.engine.explain.evaluation import Evaluator, ready
from sangdo.engine.inference.thresholds import resolve_thresholds
from sangdo.engine.language.errors import RulesInvalid
from sangdo.engine.language.rulebook import AllOf, AnyOf, Condition, NoneOf, Operator, Origin, Rulebook, Value
from sangdo.engine.language.rulebook import Test as FactTest
from sangdo.tests.property.strategies import HERE, customers, rulebooks

SETTINGS = settings(
    max_examples=150, derandomize=True, deadline=None, suppress_health_check=list(HealthCheck), database=None
)
DOMAINS: Mapping[str, tuple[Value, ...]] = {
    "a": (True, False),
    "b": (True, False),
    "n": (1, 2, 3),
    "m": (0.1, 0.1 + 0.2, 0.3),
    "w": ("가", "나", "다"),
    "s": (frozenset(), frozenset("x"), frozenset("xy")),
}
LEAVES: Mapping[str, tuple[tuple[Operator, tuple[Value, ...]], ...]] = {
    "a": ((Operator.IS, (True,)), (Operator.IS_NOT, (True,))),
    "b": ((Operator.IS, (False,)),),
    "n": (
        (Operator.AT_LEAST, (2,)),
        (Operator.MORE_THAN, (2,)),
        (Operator.BETWEEN, (2, 2.5)),
        (Operator.ONE_OF, (1, 3)),
    ),
    "m": ((Operator.LESS_THAN, (0.3,)), (Operator.AT_MOST, (0.3,)), (Operator.IS, (0.3,))),
    "w": ((Operator.IS, ("가",)), (Operator.ONE_OF, ("가", "다")), (Operator.IS_NOT, ("나",))),
    "s": ((Operator.INCLUDES, ("x",)), (Operator.INCLUDES, ("x", "y")), (Operator.INCLUDES, ("y",))),
}
"""Tests that hold on some value of their fact and fail on another."""


def _all_of(parts: tuple[Condition, ...]) -> Condition:
    return AllOf(parts)


def _any_of(parts: tuple[Condition, ...]) -> Condition:
    return AnyOf(parts)


def _none_of(parts: tuple[Condition, ...]) -> Condition:
    return NoneOf(parts)


@st.composite
def read_once(draw: DrawFn) -> Condition:
    """A condition that reads each of its facts once."""
    names = draw(st.permutations(list(DOMAINS)))
    parts: list[Condition] = []
    for name in names[: draw(st.integers(1, len(names)))]:
        operator, operands = draw(st.sampled_from(LEAVES[name]))
        parts.append(FactTest(name, operator, operands, HERE))
    while len(parts) > 1 or draw(st.integers(0, 3)) == 3:
        count = draw(st.integers(1, min(3, len(parts))))
        group = draw(st.sampled_from((_all_of, _any_of, _none_of)))
        parts = [*parts[count:], group(tuple(parts[:count]))]
    return parts[0]


def truth(condition: Condition, world: Mapping[str, Value]) -> bool:
    """Two-valued logic, said again: whether a condition holds where everything is known."""
    if isinstance(condition, FactTest):
        value, operands = world[condition.fact], condition.operands
        first = operands[0]
        match condition.operator:
            case Operator.INCLUDES:
                return bool(set(operands) & set(value))  # type: ignore[arg-type]
            case Operator.IS | Operator.ONE_OF:
                return value in operands
            case Operator.IS_NOT:
                return value not in operands
            case Operator.BETWEEN:
                return bool(first <= value <= operands[1])  # type: ignore[operator]
            case Operator.AT_LEAST:
                return bool(value >= first)  # type: ignore[operator]
            case Operator.AT_MOST:
                return bool(value <= first)  # type: ignore[operator]
            case Operator.MORE_THAN:
                return bool(value > first)  # type: ignore[operator]
        assert condition.operator is Operator.LESS_THAN
        return bool(value < first)  # type: ignore[operator]
    holds = [truth(part, world) for part in condition.parts]
    return {AllOf: all(holds), AnyOf: any(holds), NoneOf: not any(holds)}[type(condition)]


def completions(known: Mapping[str, Value]) -> Iterator[dict[str, Value]]:
    """Every world that agrees with what is known."""
    for world in product(*((known[name],) if name in known else domain for name, domain in DOMAINS.items())):
        yield dict(zip(DOMAINS, world, strict=True))


known_facts = st.fixed_dictionaries({}, optional={name: st.sampled_from(domain) for name, domain in DOMAINS.items()})


@SETTINGS
@given(read_once(), known_facts)
def test_a_verdict_is_what_every_completion_agrees_on(condition: Condition, known: dict[str, Value]) -> None:
    outcomes = {truth(condition, world) for world in completions(known)}
    assert ready(condition, {})(known) is (outcomes.pop() if len(outcomes) == 1 else None)


@SETTINGS
@given(read_once(), known_facts)
def test_the_facts_to_ask_for_are_those_that_can_still_turn_the_verdict(
    condition: Condition, known: dict[str, Value]
) -> None:
    turning = set()
    for world in completions(known):
        for name in DOMAINS.keys() - known.keys():
            if len({truth(condition, {**world, name: value}) for value in DOMAINS[name]}) == 2:
                turning.add(name)
    assert set(unknowns(condition, known, {})) == turning


@settings(SETTINGS, max_examples=80)
@given(rulebooks(monotone=True), st.data())
def test_learning_a_fact_never_changes_an_answer_reached_without_it(rulebook: Rulebook, data: DataObject) -> None:
    """Where no rule asks what is known and nothing stands in for the unknown (`otherwise`, `if unknown`, a first match,
    a set that more rules may join), an answer that is known stays, unless two rules now contradict each other."""
    facts = data.draw(customers(rulebook))
    evaluator = Evaluator(rulebook, resolve_thresholds(rulebook, facts.as_of, facts.lines))
    observed = [name for name in sorted(facts.values) if rulebook.facts[name].origin in (Origin.GIVEN, Origin.MEASURED)]
    learned = data.draw(st.sets(st.sampled_from(observed))) if observed else set()
    less = replace(facts, values={name: known for name, known in facts.values.items() if name not in learned})
    try:
        before = evaluator.evaluate(less)
        after = evaluator.evaluate(facts)
    except RulesInvalid:
        return
    assert before.values.items() <= after.values.items()
    for product_name, values in before.product_values.items():
        assert values.items() <= after.product_values[product_name].items()
