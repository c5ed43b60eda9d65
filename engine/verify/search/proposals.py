"""The solver's proposals of changes that bring a target about, the least first."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import z3

from sangdo.engine.decision.decision import Decision
from sangdo.engine.decision.whatif import Setting
from sangdo.engine.language.rulebook import Choose, Level
from sangdo.engine.verify.search.levers import Lever
from sangdo.engine.verify.search.target import Target
from sangdo.engine.verify.solver.encoding import Encoding


class OutOfTime(Exception):
    """The solver has not decided in time."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """Levers with what they are set to, what that costs, and how far they move in all."""

    moves: tuple[tuple[Lever, Setting], ...]
    cost: Fraction
    move: Fraction


class Proposals:
    """What the solver proposes for one customer, until a time of the monotonic clock.

    Costs and moves are made least by halving what is left between the best model and what is proved impossible:
    the optimiser of Z3 mixes up moves of whole steps.
    """

    def __init__(self, before: Decision, target: Target, levers: Sequence[Lever], deadline: float) -> None:
        self._levers, self._deadline = levers, deadline
        self._encoding = encoding = _encode(before, {lever.fact.name for lever in levers})
        self._solver = solver = z3.Solver()
        solver.add(target.term(encoding))
        solver.add(*(lever.moves(encoding) for lever in levers))
        for question in before.rulebook.questions.values():
            if question.choose is Choose.EXACTLY_ONE:
                products = [None] if question.level is Level.CUSTOMER else before.facts.products
                solver.add(*(z3.Not(encoding.conflicts(question.name, product)) for product in products))
        solver.add(*encoding.domain)
        self._cost = z3.Sum([z3.If(lever.changed, z3.Q(*lever.cost.as_integer_ratio()), 0) for lever in levers])
        self._move = z3.Sum([lever.move() for lever in levers])

    def next_least(self) -> Proposal | None:
        """Return the least proposal that contains none made before, or None. Raises OutOfTime."""
        self._solver.push()
        try:
            model = self._model()
            if model is None:
                return None
            model, cost = self._least(model, self._cost)
            model, move = self._least(model, self._move)
        finally:
            self._solver.pop()
        found = self._encoding.facts_of(model)
        changed = [lever for lever in self._levers if z3.is_true(model.eval(lever.changed, model_completion=True))]
        self._solver.add(z3.Or([z3.Not(lever.changed) for lever in changed]))
        return Proposal(tuple((lever, lever.setting(model, found)) for lever in changed), cost, move)

    def _least(self, model: z3.ModelRef, figure: z3.ArithRef) -> tuple[z3.ModelRef, Fraction]:
        """Return a model with the least value of a figure that is never negative, and hold the solver to it."""
        impossible, best = Fraction(0), _value(model, figure)
        while best > 0:
            middle = (impossible + best) / 2
            better = self._model(figure <= z3.Q(*middle.as_integer_ratio()))
            if better is None:
                impossible = middle
                better = self._model(figure < z3.Q(*best.as_integer_ratio()))
            if better is None:
                break
            model, best = better, _value(better, figure)
        self._solver.add(figure <= z3.Q(*best.as_integer_ratio()))
        return model, best

    def _model(self, *wanted: z3.BoolRef) -> z3.ModelRef | None:
        left = int((self._deadline - time.monotonic()) * 1000)
        if left <= 0:
            raise OutOfTime
        self._solver.set("timeout", left)
        self._solver.push()
        self._solver.add(*wanted)
        verdict = self._solver.check()
        model = self._solver.model() if verdict == z3.sat else None
        self._solver.pop()
        if verdict == z3.unknown:
            raise OutOfTime
        return model


def _value(model: z3.ModelRef, figure: z3.ArithRef) -> Fraction:
    value = model.eval(figure, model_completion=True)
    return Fraction(value.as_fraction() if isinstance(value, z3.RatNumRef) else value.as_long())


def _encode(before: Decision, free: set[str]) -> Encoding:
    """One customer as terms, its thresholds as they stand, with some facts left free."""
    facts = before.facts
    fixed = {name: known.value for name, known in facts.values.items() if name not in free}
    products = {
        product: {name: known.value for name, known in own.items() if name not in free}
        for product, own in facts.products.items()
    }
    lines = {name: line.value for name, line in before.trace.thresholds.items()}
    return Encoding(before.rulebook, lines, fixed=fixed, fixed_products=products, free=free)
