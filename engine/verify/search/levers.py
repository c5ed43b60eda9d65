"""The levers of one customer: the facts that somebody can change, and what moving them takes, as Z3 terms."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from functools import cached_property

import z3

from sangdo.engine.decision.whatif import Setting
from sangdo.engine.facts.facts import Facts, Known
from sangdo.engine.language.reading import facts_of_question
from sangdo.engine.language.rulebook import Change, Fact, FactType, Level, Rulebook, Value
from sangdo.engine.verify.solver.encoding import Encoding
from sangdo.engine.verify.solver.model_facts import ModelFacts
from sangdo.engine.verify.solver.terms import OTHER


@dataclass(frozen=True)
class Lever:
    """One fact, of the customer or of a product, that can be changed; `now` is None where it is unknown."""

    fact: Fact
    change: Change
    product: str | None
    now: Value | None

    @property
    def cost(self) -> Fraction:
        """What changing it costs, in points of effort."""
        return exact(self.change.cost)

    @cached_property
    def changed(self) -> z3.BoolRef:
        """Whether it is changed."""
        return z3.Bool(f"changed {self._name}")

    @cached_property
    def _steps(self) -> z3.ArithRef:
        return z3.Int(f"steps {self._name}")

    @property
    def _name(self) -> str:
        return self.fact.name if self.product is None else f"{self.product}/{self.fact.name}"

    @property
    def _grid(self) -> tuple[Fraction, Fraction, Fraction]:
        """The lowest value, the highest and the step."""
        change = self.change
        assert change.minimum is not None
        assert change.maximum is not None
        assert change.step is not None
        return exact(change.minimum), exact(change.maximum), exact(change.step)

    def stays(self, encoding: Encoding) -> z3.BoolRef:
        """That the fact is what it is now."""
        return pinned(encoding, self.fact.name, self.product, self.now)

    def moves(self, encoding: Encoding) -> z3.BoolRef:
        """That the fact is what it is now, or is changed to another value on its grid."""
        stays = self.stays(encoding)
        known = encoding.known(self.fact.name, self.product)
        return z3.If(self.changed, z3.And(known, z3.Not(stays), *self._on_grid(encoding)), stays)

    def _on_grid(self, encoding: Encoding) -> list[z3.BoolRef]:
        if not self.fact.type.is_numeric:
            return []
        low, high, step = self._grid
        steps = self._steps
        number = encoding.number(self.fact.name, self.product)
        if self.fact.type is FactType.INTEGER:
            reached = number == int(low) + int(step) * steps
        else:
            reached = number == _real(low) + _real(step) * z3.ToReal(steps)
        return [steps >= 0, steps <= int((high - low) // step), reached]

    def move(self) -> z3.ArithRef:
        """How far it moves, as a share of its bounds' width; 1 for what is no number, or was unknown."""
        far = z3.RealVal(1)
        if self.fact.type.is_numeric and self.now is not None:
            low, high, step = self._grid
            ahead = _real(low) + _real(step) * z3.ToReal(self._steps) - _real(exact(self.now))
            far = z3.If(ahead >= 0, ahead, -ahead) / _real(high - low)
        return z3.If(self.changed, far, 0)

    def setting(self, model: z3.ModelRef, found: ModelFacts) -> Setting:
        """Return the change that a model of the solver makes."""
        name, product = self.fact.name, self.product
        if not self.fact.type.is_numeric:
            values = found.values if product is None else found.products[product]
            return Setting(name, product, values[name])
        low, _, step = self._grid
        number = low + step * model.eval(self._steps, model_completion=True).as_long()
        return Setting(name, product, int(number) if number.denominator == 1 else float(number))


def find_levers(rulebook: Rulebook, facts: Facts, by: str | None) -> list[Lever]:
    """Return what can be changed (by the rep or the company, if one is named) of all that the questions read."""
    read = {name for question in rulebook.questions.values() for name in facts_of_question(question)}
    levers = []
    for fact in rulebook.facts.values():
        if fact.change is None or fact.name not in read or by not in (None, fact.change.by):
            continue
        for product, own in subjects(fact, facts):
            known = own.get(fact.name)
            levers.append(Lever(fact, fact.change, product, known.value if known else None))
    return levers


def subjects(fact: Fact, facts: Facts) -> Iterable[tuple[str | None, Mapping[str, Known]]]:
    """Yield whom a fact is about, the customer or each product, with what is known of them."""
    return [(None, facts.values)] if fact.level is Level.CUSTOMER else facts.products.items()


def pinned(encoding: Encoding, name: str, product: str | None, value: Value | None) -> z3.BoolRef:
    """That a fact has a value, or is unknown."""
    if value is None:
        return z3.Not(encoding.known(name, product))
    term = encoding.equals(name, value, product)
    # Texts that no rule names are told apart by none.
    return encoding.equals(name, OTHER, product) if isinstance(value, str) and z3.is_false(term) else term


def exact(value: Value) -> Fraction:
    """A number as it is written, not its binary neighbour."""
    assert not isinstance(value, date | str | frozenset)
    return Fraction(repr(value))


def _real(number: Fraction) -> z3.RatNumRef:
    return z3.Q(number.numerator, number.denominator)
