"""Conditions as boolean columns: the three-valued logic of the rules is that of SQL, null being unknown."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, TypeAlias

import ibis  # type: ignore[import-untyped]
import ibis.expr.operations as ops  # type: ignore[import-untyped]

from sangdo.engine.bulk.expressions.row import Column, Row, bit, is_coded, literal
from sangdo.engine.language.rulebook import (
    AllOf,
    AnyOf,
    Condition,
    Fact,
    FactType,
    Operator,
    Rule,
    Test,
    ThresholdName,
    Value,
)

Verdict: TypeAlias = Any
"""A boolean column, or True, False or None (unknown) where it is the same in every row."""


def verdict_of(condition: Condition | None, row: Row) -> Verdict:
    """Return whether a condition holds in each row."""
    if condition is None:
        return True
    if isinstance(condition, Test):
        return _test(condition, row)
    parts = [verdict_of(part, row) for part in condition.parts]
    if isinstance(condition, AllOf):
        return all_of(parts)
    held = any_of(parts)
    return held if isinstance(condition, AnyOf) else negated(held)


def rule_verdict(rule: Rule, row: Row) -> Verdict:
    """Return whether a rule holds; one that holds but whose numeric fact is unknown is undecided."""
    verdict = verdict_of(rule.when, row)
    if not isinstance(rule.points, str):
        return verdict
    points = row.column(rule.points)
    return all_of([verdict, None if points is None else any_of([points.notnull(), None])])


def all_of(parts: Iterable[Verdict]) -> Verdict:
    """Kleene's conjunction."""
    open_parts = [part for part in parts if part is not True]
    if any(part is False for part in open_parts):
        return False
    return _joined(open_parts, lambda a, b: a & b) if open_parts else True


def any_of(parts: Iterable[Verdict]) -> Verdict:
    """Kleene's disjunction."""
    open_parts = [part for part in parts if part is not False]
    if any(part is True for part in open_parts):
        return True
    return _joined(open_parts, lambda a, b: a | b) if open_parts else False


def negated(verdict: Verdict) -> Verdict:
    """Kleene's negation."""
    return not verdict if isinstance(verdict, bool) else None if verdict is None else ~verdict


def undecided(verdict: Verdict) -> Verdict:
    """Return whether a verdict is neither true nor false."""
    if verdict is None or isinstance(verdict, bool):
        return verdict is None
    # What is negated is as unknown as it is; SQL would read NOT x IS NULL as NOT (x IS NULL).
    while isinstance(verdict.op(), ops.Not):
        verdict = verdict.op().arg.to_expr()
    return verdict.isnull()


def certain(verdict: Verdict) -> Verdict:
    """Return whether a verdict is true, which is never unknown."""
    return verdict if isinstance(verdict, bool) else False if verdict is None else verdict.fill_null(False)


def is_constant(verdict: Verdict) -> bool:
    """Whether a verdict is the same in every row."""
    return verdict is None or isinstance(verdict, bool)


def as_column(verdict: Verdict) -> Column:
    """Return a verdict as a column, also where it is the same in every row."""
    if verdict is None:
        return ibis.null("boolean")
    return ibis.literal(verdict) if isinstance(verdict, bool) else verdict


def _joined(parts: list[Verdict], join: Any) -> Verdict:
    if all(part is None for part in parts):
        return None
    joined = as_column(parts[0])
    for part in parts[1:]:
        joined = join(joined, as_column(part))
    return joined


def _test(test: Test, row: Row) -> Verdict:
    column, operator = row.column(test.fact), test.operator
    if operator in (Operator.KNOWN, Operator.UNKNOWN):
        known = False if column is None else column.notnull()
        return known if operator is Operator.KNOWN else negated(known)
    if column is None:
        return None
    fact = row.rulebook.facts[test.fact]
    operands = list(_operands(test, row))
    if operator is Operator.IS_NOT:
        return negated(_is(fact, column, operands))
    if operator in (Operator.IS, Operator.ONE_OF):
        return _is(fact, column, operands)
    if operator is Operator.INCLUDES:
        return any_of(_includes(fact, column, str(operand)) for operand in operands)
    if operator is Operator.BETWEEN:
        bounds = zip((Operator.AT_LEAST, Operator.AT_MOST), operands, strict=True)
        return all_of(_compared(bound, fact, column, operand) for bound, operand in bounds)
    return _compared(operator, fact, column, operands[0])


def _operands(test: Test, row: Row) -> Iterator[Value | None]:
    for operand in test.operands:
        yield row.thresholds[operand.name].value if isinstance(operand, ThresholdName) else operand


def _is(fact: Fact, column: Column, operands: list[Value | None]) -> Verdict:
    known = [operand for operand in operands if operand is not None]
    # A line without a value leaves open whether it is met.
    unsure = [None] if len(known) < len(operands) else []
    if fact.type is FactType.FLAG:
        return any_of([*(column if operand else ~column for operand in known), *unsure])
    if len(known) > 1:
        return any_of([column.isin([_number_or(fact, operand) for operand in known]), *unsure])
    return any_of([*(column == _number_or(fact, operand) for operand in known), *unsure])


def _includes(fact: Fact, column: Column, word: str) -> Verdict:
    if is_coded(fact):
        return (column & bit(fact, word)) != 0
    return column.contains(word)


def _compared(operator: Operator, fact: Fact, column: Column, operand: Value | None) -> Verdict:
    if operand is None:
        return None
    value = _number_or(fact, operand)
    match operator:
        case Operator.AT_LEAST:
            return column >= value
        case Operator.MORE_THAN:
            return column > value
        case Operator.AT_MOST:
            return column <= value
        case _:
            return column < value


def _number_or(fact: Fact, operand: Value) -> Column:
    """An operand as a literal: a whole number may be tested against a line with a fraction."""
    if fact.type.is_numeric:
        return ibis.literal(float(operand), "float64")  # type: ignore[arg-type]
    return literal(fact, operand)
