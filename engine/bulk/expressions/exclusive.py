"""Whether two rules can never hold together, as far as their plain tests show it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import combinations

from sangdo.engine.inference.thresholds import ResolvedThreshold
from sangdo.engine.language.rulebook import AllOf, Condition, Operator, Question, Test, ThresholdName, Value

_LOWER = {Operator.AT_LEAST: True, Operator.MORE_THAN: False}
_UPPER = {Operator.AT_MOST: True, Operator.LESS_THAN: False}
_EQUAL = (Operator.IS, Operator.ONE_OF)


def rules_exclude_each_other(question: Question, thresholds: Mapping[str, ResolvedThreshold]) -> bool:
    """Whether at most one rule of a question can hold. A no may be mistaken, a yes is certain."""
    return all(_exclude(first.when, second.when, thresholds) for first, second in combinations(question.rules, 2))


def _exclude(first: Condition | None, second: Condition | None, thresholds: Mapping[str, ResolvedThreshold]) -> bool:
    return any(
        one.fact == other.fact and (_contradict(one, other, thresholds) or _contradict(other, one, thresholds))
        for one in _plain_tests(first)
        for other in _plain_tests(second)
    )


def _plain_tests(condition: Condition | None) -> Iterator[Test]:
    """The tests that all have to hold."""
    if isinstance(condition, Test):
        yield condition
    elif isinstance(condition, AllOf):
        for part in condition.parts:
            yield from _plain_tests(part)


def _contradict(one: Test, other: Test, thresholds: Mapping[str, ResolvedThreshold]) -> bool:
    if one.operator is Operator.UNKNOWN:
        return other.operator is not Operator.UNKNOWN
    first, second = ([_value(operand, thresholds) for operand in test.operands] for test in (one, other))
    if one.operator in _EQUAL and other.operator in _EQUAL:
        return not set(first) & set(second)
    if one.operator in _EQUAL and other.operator is Operator.IS_NOT:
        return set(first) <= set(second)
    if one.operator in _LOWER and other.operator in _UPPER:
        low, high = first[0], second[0]
        if low is None or high is None:
            return True  # Such a test never holds.
        both = _LOWER[one.operator] and _UPPER[other.operator]
        return high < low or (high == low and not both)  # type: ignore[operator]
    return False


def _value(operand: Value | ThresholdName, thresholds: Mapping[str, ResolvedThreshold]) -> Value | None:
    return thresholds[operand.name].value if isinstance(operand, ThresholdName) else operand
