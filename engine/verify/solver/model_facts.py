"""The customer of a model: what the solver chose, read back as plain values."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

import z3

from sangdo.engine.language.rulebook import Fact, FactType, Value
from sangdo.engine.verify.solver.terms import OTHER, Cases, Figure, Term, Words
from sangdo.engine.verify.solver.truth import Truth, bool_term, not_

LONGEST = 6
"""The most decimals tried for the numbers of a customer."""


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
    if not is_true_in(model, term.known):
        return None
    match term:
        case Figure(number, _):
            found = number_in(model, number) if isinstance(number, z3.ExprRef) else Fraction(repr(number))
            return date.fromordinal(int(found)) if fact.type is FactType.DATE else _short(found)
        case Words(words, _):
            return frozenset(word for word, has in words.items() if is_true_in(model, has))
        case Cases(cases, _):
            value = next(value for value, truth in cases.items() if is_true_in(model, truth))
            return _another(texts) if value == OTHER else value


def is_true_in(model: z3.ModelRef, truth: Truth) -> bool:
    """Return whether a truth holds in a model."""
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


def plain_model(
    solver: z3.Solver, terms: Collection[Term], products: Collection[Truth], lines: Collection[z3.ArithRef]
) -> z3.ModelRef | None:
    """Return a model with few products and few known facts, as short numbers, or None when the solver's assertions
    cannot all hold. Leaves assertions in the solver, which the caller pops.

    Raises SolverGaveUp when the solver comes to no result, as it may under a limit.
    """
    if not _is_possible(solver):
        return None
    away = [[not_(exists)] for exists in products if not isinstance(exists, bool)]
    unknown = [literals for term in terms if (literals := _unknown(term))]
    _assert_most(solver, [*away, *unknown])
    _shorten(solver, [term for term in terms if isinstance(term, Figure)], list(lines))
    return _model(solver)


def _is_possible(solver: z3.Solver, *literals: z3.BoolRef) -> bool:
    result = solver.check(*literals)
    if result == z3.unknown:
        raise SolverGaveUp(solver.reason_unknown())
    return bool(result == z3.sat)


def _model(solver: z3.Solver) -> z3.ModelRef:
    _is_possible(solver)
    return solver.model()


def _unknown(term: Term) -> list[z3.BoolRef]:
    """Return the literals that together make a free fact unknown; none where it is always known."""
    if isinstance(term.known, bool):
        return []
    return [not_(truth) for truth in term.cases.values()] if isinstance(term, Cases) else [not_(term.known)]


def _assert_most(solver: z3.Solver, groups: list[list[z3.BoolRef]]) -> None:
    """Assert groups of literals, as many as may be: first leave out one of each contradiction, then take back in
    those that fit after all."""
    kept, left = dict(enumerate(groups)), []
    while not _is_possible(solver, *(literal for group in kept.values() for literal in group)):
        core = {literal.get_id() for literal in solver.unsat_core()}
        left.append(next(n for n, group in kept.items() if any(literal.get_id() in core for literal in group)))
        del kept[left[-1]]
    solver.add(*(literal for group in kept.values() for literal in group))
    for number in left[:-1]:
        if _is_possible(solver, *groups[number]):
            solver.add(*groups[number])


def _shorten(solver: z3.Solver, figures: list[Figure], lines: list[z3.ArithRef]) -> None:
    """Assert values with few decimals: of all numbers at once if that is possible, else of one after another."""
    model = _model(solver)
    known = [figure.number for figure in figures if is_true_in(model, figure.known)]
    reals = [number for number in (*known, *lines) if number.is_real()]
    if not _pin(solver, reals):
        for number in reals:
            _pin(solver, [number])


def _pin(solver: z3.Solver, numbers: list[z3.ArithRef]) -> bool:
    """Assert the numbers of a model, rounded to as few decimals as are possible."""
    model = _model(solver)
    exact = [number_in(model, number) for number in numbers]
    for decimals in range(LONGEST + 1):
        solver.push()
        pins = zip(numbers, exact, strict=True)
        solver.add(*(number == z3.RealVal(str(round(value, decimals))) for number, value in pins))
        if _is_possible(solver):
            return True
        solver.pop()
    return False
