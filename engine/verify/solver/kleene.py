"""A condition as Z3 terms in Kleene's logic: one term for true, one for false; where neither holds it is undecided."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from sangdo.engine.language.rulebook import (
    AllOf,
    Condition,
    NoneOf,
    Operand,
    Operator,
    Test,
    ThresholdName,
    Value,
)
from sangdo.engine.verify.solver.terms import Figure, Number, Term, Words, as_number, at_least, more_than
from sangdo.engine.verify.solver.truth import Truth, and_, not_, or_

Reader: TypeAlias = Callable[[str], Term]
"""From the name of a fact to its term."""

Lines: TypeAlias = Mapping[str, Number | None]
"""The thresholds: a number, a term where the solver may choose, or None where there is no value."""

NEGATED = {
    Operator.IS_NOT: Operator.ONE_OF,
    Operator.AT_MOST: Operator.MORE_THAN,
    Operator.LESS_THAN: Operator.AT_LEAST,
    Operator.UNKNOWN: Operator.KNOWN,
}
"""Tests that hold exactly when another fails."""


def condition_term(condition: Condition | None, wanted: bool, read: Reader, lines: Lines) -> Truth:
    """Return the truth that a condition is true, or that it is false, as `wanted`; none is always true."""
    if condition is None:
        return wanted
    if isinstance(condition, Test):
        return _test_term(condition, wanted, read(condition.fact), lines)
    of_parts = wanted is not isinstance(condition, NoneOf)
    terms = (condition_term(part, of_parts, read, lines) for part in condition.parts)
    every_part = wanted is isinstance(condition, (AllOf, NoneOf))
    return and_(terms) if every_part else or_(terms)


def _test_term(test: Test, wanted: bool, term: Term, lines: Lines) -> Truth:
    operator = test.operator
    if operator in NEGATED:
        operator, wanted = NEGATED[operator], not wanted
    if operator is Operator.KNOWN:
        return term.known if wanted else not_(term.known)
    operands = [_operand(operand, lines) for operand in test.operands]
    if operator is Operator.BETWEEN:
        above = _line_term(term, operands[0], wanted, at_least)
        below = _line_term(term, operands[1], not wanted, more_than)
        return and_((above, below)) if wanted else or_((above, below))
    if operator in (Operator.AT_LEAST, Operator.MORE_THAN):
        return _line_term(term, operands[0], wanted, at_least if operator is Operator.AT_LEAST else more_than)
    return _one_of_term(term, operands, wanted)


def _operand(operand: Operand, lines: Lines) -> Any:
    return lines[operand.name] if isinstance(operand, ThresholdName) else operand


def _line_term(
    term: Term, line: Value | Number | None, wanted: bool, compare: Callable[[Number, Number], Truth]
) -> Truth:
    """Compare a figure with a line; without the line it is neither above nor below."""
    if line is None:
        return False
    assert isinstance(term, Figure)
    above = compare(term.number, as_number(line))
    return and_((term.known, above if wanted else not_(above)))


def _one_of_term(term: Term, operands: list[Any], wanted: bool) -> Truth:
    """Compare with several values; one that is missing keeps the test from failing, not from holding."""
    found = term.includes if isinstance(term, Words) else term.equals
    if wanted:
        return or_(found(operand) for operand in operands if operand is not None)
    if any(operand is None for operand in operands):
        return False
    return and_((term.known, *(not_(found(operand)) for operand in operands)))
