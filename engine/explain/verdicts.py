"""Verdicts: a condition judged part by part on the facts of one customer, three-valued, with how far off it is."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any

from sangdo.engine.explain.evaluation import ready
from sangdo.engine.inference.thresholds import ResolvedThreshold
from sangdo.engine.language.rulebook import (
    AllOf,
    AnyOf,
    Condition,
    Operator,
    Rule,
    Test,
    ThresholdName,
    Value,
)


class Kind(StrEnum):
    """What was judged: one test, or a group."""

    TEST = "test"
    ALL = "all"
    ANY = "any"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of a condition: `result` is None when unknown facts or lines leave it undecided.

    `wanted` is what would let the whole condition hold: False inside a `none` group. A test has its `operands` with
    the thresholds resolved and the `value` found (None when unknown); a group has its `parts`. `distance` says by how
    much the value must rise (above 0) or fall (below 0) to reach the edge of what is wanted, in the fact's unit, days
    for dates; 0 means it stands on the edge itself. It is None where nothing is missing or nothing can be measured.
    """

    kind: Kind
    result: bool | None
    wanted: bool = True
    test: Test | None = None
    operands: tuple[Value | None, ...] = ()
    value: Value | None = None
    distance: float | None = None
    parts: tuple[Verdict, ...] = ()


def judge(
    condition: Condition | None,
    values: Mapping[str, Value],
    thresholds: Mapping[str, ResolvedThreshold],
    wanted: bool = True,
) -> Verdict:
    """Judge a condition and every part of it; no condition is a group of no parts, which holds."""
    if condition is None:
        return Verdict(Kind.ALL, True, wanted)
    if isinstance(condition, Test):
        return _judge_test(condition, values, thresholds, wanted)
    kind = Kind.ALL if isinstance(condition, AllOf) else Kind.ANY if isinstance(condition, AnyOf) else Kind.NONE
    inner = wanted is not (kind is Kind.NONE)
    parts = tuple(judge(part, values, thresholds, inner) for part in condition.parts)
    return Verdict(kind, _combine(kind, [part.result for part in parts]), wanted, parts=parts)


def judge_rule(rule: Rule, values: Mapping[str, Value], thresholds: Mapping[str, ResolvedThreshold]) -> Verdict:
    """Judge a rule's condition; in a sum, its numeric fact must be known too, as one more part of the group."""
    verdict = judge(rule.when, values, thresholds)
    if not isinstance(rule.points, str) or verdict.result is False:
        return verdict
    known = rule.points in values
    figure = Verdict(
        Kind.TEST, True if known else None, True, Test(rule.points, Operator.KNOWN, (), rule.location), (),
        values.get(rule.points),
    )  # fmt: skip
    parts = verdict.parts if verdict.kind is Kind.ALL else (verdict,)
    return Verdict(Kind.ALL, verdict.result if known else None, parts=(*parts, figure))


def in_the_way(verdict: Verdict) -> Iterator[Verdict]:
    """Yield the tests that keep a condition from holding, in the order written; none when it holds."""
    if verdict.result is verdict.wanted:
        return
    if verdict.kind is Kind.TEST:
        yield verdict
    for part in verdict.parts:
        yield from in_the_way(part)


def tests_of(verdict: Verdict) -> Iterator[Verdict]:
    """Yield the verdict of every test, in the order written."""
    if verdict.kind is Kind.TEST:
        yield verdict
    for part in verdict.parts:
        yield from tests_of(part)


def _judge_test(
    test: Test, values: Mapping[str, Value], thresholds: Mapping[str, ResolvedThreshold], wanted: bool
) -> Verdict:
    operands = tuple(thresholds[o.name].value if isinstance(o, ThresholdName) else o for o in test.operands)
    result, value = ready(test, thresholds)(values), values.get(test.fact)
    off = result is not None and result is not wanted and _is_ordered(value)
    distance = _distance(test.operator, value, operands, wanted) if off else None
    return Verdict(Kind.TEST, result, wanted, test, operands, value, distance)


def _combine(kind: Kind, results: Collection[bool | None]) -> bool | None:
    """Kleene's logic: one part that fails decides `all`, one that holds decides `any` and `none`."""
    decisive = kind is not Kind.ALL
    if decisive in results:
        return kind is Kind.ANY
    if None in results:
        return None
    return kind is not Kind.ANY


def _is_ordered(value: Value | None) -> bool:
    return isinstance(value, (int, float, date)) and not isinstance(value, bool)


def _distance(operator: Operator, value: Any, operands: tuple[Any, ...], wanted: bool) -> float | None:
    """The way from a value to the edge of what is wanted: to the nearest edge where there are several."""
    is_set = operator in (Operator.IS, Operator.ONE_OF)
    leaves_a_point = is_set if not wanted else operator is Operator.IS_NOT
    if leaves_a_point or operator in (Operator.KNOWN, Operator.UNKNOWN):
        return None
    edges = operands
    if operator is Operator.BETWEEN and wanted:
        low, high = operands  # one of them may be unknown; the test failed at the other
        edges = (low,) if low is not None and value < low else (high,)
    return min((_way(value, edge) for edge in edges), key=abs)


def _way(value: Any, edge: Any) -> float:
    if isinstance(value, date):
        return (edge - value).days  # type: ignore[no-any-return]
    return float(Decimal(str(edge)) - Decimal(str(value)))  # as written, not between binary neighbours
