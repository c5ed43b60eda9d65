"""The customer of a model: what the solver chose, read back as plain values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import TypeAlias

import z3

from sangdo.engine.language.rulebook import Fact, FactType, Value
from sangdo.engine.verify.terms import OTHER, Cases, Figure, Term, Words
from sangdo.engine.verify.truth import bool_term, not_

SHORTEST, LONGEST = 0, 6
"""Decimals tried for the numbers of a customer."""

Place: TypeAlias = tuple[str, str | None]
"""A fact and the product it is of, None for the customer's own."""


class SolverGaveUp(RuntimeError):
    """The solver found neither a customer nor a proof that there is none."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"the solver came to no result: {reason}")


@dataclass(frozen=True, slots=True)
class ModelFacts:
    """What is known of a customer that the solver found: values by name, those of each product, and the lines it
    chose for free thresholds."""

    values: Mapping[str, Value]
    products: Mapping[str, Mapping[str, Value]]
    lines: Mapping[str, float]


def value_in(model: z3.ModelRef, fact: Fact, term: Term, texts: tuple[str, ...]) -> Value | None:
    """Return the value of a fact in a model; None where it is unknown."""
    if not _is_true(model, term.known):
        return None
    match term:
        case Figure(number, _):
            found = number_in(model, number) if isinstance(number, z3.ExprRef) else Fraction(repr(number))
            return date.fromordinal(int(found)) if fact.type is FactType.DATE else _short(found)
        case Words(words, _):
            return frozenset(word for word, has in words.items() if _is_true(model, has))
        case Cases(cases, _):
            value = next(value for value, truth in cases.items() if _is_true(model, truth))
            return _another(texts) if value == OTHER else value


def _is_true(model: z3.ModelRef, truth: bool | z3.BoolRef) -> bool:
    return bool(z3.is_true(model.eval(bool_term(truth), model_completion=True)))


def number_in(model: z3.ModelRef, number: z3.ArithRef) -> Fraction:
    """Return what a number is in a model, exactly."""
    found = model.eval(number, model_completion=True)
    return (
        Fraction(found.numerator_as_long(), found.denominator_as_long())
        if z3.is_rational_value(found)
        else Fraction(found.as_long())
    )


def _short(number: Fraction) -> int | float:
    return int(number) if number.denominator == 1 else float(number)


def _another(texts: tuple[str, ...]) -> str:
    """Return a text that is none of those the rules name."""
    text = "x"
    while text in texts:
        text += "x"
    return text


def plain_model(solver: z3.Solver, terms: Mapping[Place, Term], lines: Mapping[str, z3.ArithRef]) -> z3.ModelRef | None:
    """Return a model with few known facts and short numbers, or None when the solver's assertions cannot all hold.

    Raises SolverGaveUp when the solver comes to no result, as it may under a time limit.
    """
    if not _is_possible(solver):
        return None
    solver.push()
    try:
        _forget(solver, [term.known for term in terms.values() if not isinstance(term.known, bool)])
        _shorten(solver, [t.number for t in terms.values() if isinstance(t, Figure)], list(lines.values()))
        return _checked_model(solver)
    finally:
        solver.pop()


def _is_possible(solver: z3.Solver, *wanted: z3.BoolRef) -> bool:
    solver.push()
    try:
        solver.add(*wanted)
        result = solver.check()
        if result == z3.unknown:
            raise SolverGaveUp(solver.reason_unknown())
        return bool(result == z3.sat)
    finally:
        solver.pop()


def _checked_model(solver: z3.Solver) -> z3.ModelRef:
    result = solver.check()
    if result != z3.sat:
        raise SolverGaveUp(solver.reason_unknown())
    return solver.model()


def _forget(solver: z3.Solver, known: list[z3.BoolRef]) -> None:
    """Assert that facts are unknown, as many as may be, by halves."""
    unknown = [not_(truth) for truth in known]
    if not unknown:
        return
    if _is_possible(solver, *unknown):
        solver.add(*unknown)
    elif len(known) > 1:
        half = len(known) // 2
        _forget(solver, known[:half])
        _forget(solver, known[half:])


def _shorten(solver: z3.Solver, numbers: list[object], lines: list[z3.ArithRef]) -> None:
    """Assert values with few decimals, of all numbers at once if that is possible, else of one after another."""
    reals = [number for number in (*numbers, *lines) if isinstance(number, z3.ArithRef) and number.is_real()]
    if not _pin(solver, reals):
        for number in reals:
            _pin(solver, [number])


def _pin(solver: z3.Solver, numbers: list[z3.ArithRef]) -> bool:
    model = _checked_model(solver)
    exact = [number_in(model, number) for number in numbers]
    for decimals in range(SHORTEST, LONGEST + 1):
        pins = [number == z3.RealVal(str(round(e, decimals))) for number, e in zip(numbers, exact, strict=True)]
        if _is_possible(solver, *pins):
            solver.add(*pins)
            return True
    return False
