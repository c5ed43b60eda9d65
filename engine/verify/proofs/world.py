"""A world: all customers there may be on one date, as a solver that is told what holds of each of them."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from time import monotonic

import z3

from sangdo.engine.inference.thresholds import resolve_thresholds
from sangdo.engine.language.reading import tests_in
from sangdo.engine.language.rulebook import Level, Origin, Question, Rulebook, Threshold
from sangdo.engine.language.strata import questions_read
from sangdo.engine.verify.proofs.products import products_needed
from sangdo.engine.verify.solver.encoding import FREE, Encoding, Line
from sangdo.engine.verify.solver.model_facts import ModelFacts, SolverGaveUp
from sangdo.engine.verify.solver.truth import Truth, bool_term

EFFORT = 50_000_000
"""The most that Z3 may count up (its rlimit) for one answer: some tens of seconds."""

MODERATE = 10**9
"""The largest figure of an example, unless a rule asks for more."""

PRODUCT = "product"
"""The fact that names a product, which a facts file always gives."""


@dataclass(frozen=True, slots=True)
class Deadline:
    """The moment, on the clock of `time.monotonic`, from which on the solver gives up."""

    at: float

    @classmethod
    def after(cls, seconds: float) -> Deadline:
        return cls(monotonic() + seconds)

    def left(self) -> int:
        """Return the milliseconds left. Raises SolverGaveUp when there are none."""
        left = int((self.at - monotonic()) * 1000)
        if left <= 0:
            raise SolverGaveUp("the time is over")
        return min(left, 2**31)


class World:
    """The customers of a rulebook on one date, with the thresholds there are then.

    A line that is FREE is any that a book may draw. `given` names questions that a person may answer.
    """

    def __init__(
        self, rulebook: Rulebook, day: date, lines: Mapping[str, Line], deadline: Deadline, given: Collection[str] = ()
    ) -> None:
        self.rulebook, self.day, self.lines = rulebook, day, lines
        known = {name: line if isinstance(line, (int, float)) else None for name, line in lines.items()}
        products, self.has_enough_products = products_needed(rulebook, known)
        self.encoding = Encoding(rulebook, lines, free_products=products, free=given)
        self.domain = [*self.encoding.domain, *self._lines_in_range(), *self._named_products()]
        self._solver, self._finder = self._new_solver(), self._new_solver()
        self.deadline = deadline
        self._peace: dict[str, z3.BoolRef] = {}

    def product(self, question: Question) -> str | None:
        """Return the product to ask about, which stands for any; None for a question on the customer."""
        return None if question.level is Level.CUSTOMER else self.encoding.products[0]

    def products(self, question: Question) -> tuple[str | None, ...]:
        """Return all products the question is asked of."""
        return (None,) if question.level is Level.CUSTOMER else self.encoding.products

    def can(self, wanted: Truth, peaceful: Collection[str]) -> bool:
        """Return whether there is a customer for whom `wanted` holds and no question of `peaceful` has two answers.

        Raises SolverGaveUp.
        """
        term = bool_term(wanted)
        if z3.is_false(term):
            return False
        literals = [self.peace(name) for name in peaceful]
        self._solver.set("timeout", self.deadline.left())
        self._solver.push()
        self._solver.add(term)
        result = self._solver.check(*literals)
        self._solver.pop()
        if result == z3.unknown:
            raise SolverGaveUp(self._solver.reason_unknown())
        return bool(result == z3.sat)

    def customer(self, wanted: Truth, peaceful: Collection[str]) -> ModelFacts | None:
        """Return such a customer, with few facts and no huge figures if possible. Raises SolverGaveUp."""
        self._finder.set("timeout", self.deadline.left())
        terms = [bool_term(wanted), *(self.peace(name) for name in peaceful)]
        return self.encoding.solve(self._finder, self._moderate, *terms) or self.encoding.solve(self._finder, *terms)

    @cached_property
    def _moderate(self) -> z3.BoolRef:
        """The term that all figures are such as people have, of which Python adds up cents exactly."""
        numbers = [self.encoding.line(name) for name, line in self.lines.items() if line is FREE]
        for fact in self.rulebook.facts.values():
            if fact.type.is_numeric and fact.origin in (Origin.GIVEN, Origin.MEASURED):
                products = (None,) if fact.level is Level.CUSTOMER else self.encoding.products
                numbers += [self.encoding.number(fact.name, product) for product in products]
        return z3.And([z3.And(number >= -MODERATE, number <= MODERATE) for number in numbers])

    def peace(self, name: str) -> z3.BoolRef:
        """Return the literal that a question has no two answers, of no product."""
        if name not in self._peace:
            literal = self._peace[name] = z3.Bool(f"peace of {name}")
            for product in self.products(self.rulebook.questions[name]):
                for solver in (self._solver, self._finder):
                    solver.add(z3.Implies(literal, z3.Not(self.encoding.conflicts(name, product))))
        return self._peace[name]

    def _new_solver(self) -> z3.Solver:
        solver = z3.Solver()
        solver.set("rlimit", EFFORT)
        solver.add(*self.domain)
        return solver

    def _lines_in_range(self) -> Iterator[z3.BoolRef]:
        for name, line in self.lines.items():
            if line is FREE:
                low, high = range_of(self.rulebook, self.rulebook.thresholds[name])
                term = self.encoding.line(name)
                yield from (() if low is None else (term >= z3.RealVal(str(low)),))
                yield from (() if high is None else (term <= z3.RealVal(str(high)),))

    def _named_products(self) -> Iterator[z3.BoolRef]:
        fact = self.rulebook.facts.get(PRODUCT)
        if fact is not None and fact.level is Level.PRODUCT:
            for product in self.encoding.products:
                yield z3.Implies(self.encoding.exists(product), self.encoding.known(PRODUCT, product))


def worlds_at(rulebook: Rulebook, day: date, deadline: Deadline) -> tuple[World, ...]:
    """Return the worlds of a date: with any book, and without one where its lines then are not such a book's."""
    resolved = {name: line.value for name, line in resolve_thresholds(rulebook, day, {}).items()}
    measured = [line for line in rulebook.thresholds.values() if line.method]
    drawn: dict[str, Line] = {**resolved, **dict.fromkeys((line.name for line in measured), FREE)}
    with_book = World(rulebook, day, drawn, deadline)
    if all(_is_drawn(rulebook, line, resolved[line.name]) for line in measured):
        return (with_book,)
    return with_book, World(rulebook, day, resolved, deadline)


def _is_drawn(rulebook: Rulebook, line: Threshold, value: float | None) -> bool:
    """Whether a book might draw the line there."""
    low, high = range_of(rulebook, line)
    return value is not None and (low is None or value >= low) and (high is None or value <= high)


def range_of(rulebook: Rulebook, line: Threshold) -> tuple[float | None, float | None]:
    """Return between which values a book may draw a line."""
    if line.method is not None and line.method.within is not None:
        return line.method.within
    fact = rulebook.facts[line.of or ""]
    return fact.minimum, fact.maximum


def upstream_of(rulebook: Rulebook) -> dict[str, frozenset[str]]:
    """Return for each question all questions it depends on."""
    upstream: dict[str, frozenset[str]] = {}
    for name, question in rulebook.questions.items():
        read = questions_read(question, rulebook.questions, rulebook.facts)
        upstream[name] = frozenset(read).union(*(upstream[one] for one in read))
    return upstream


def changing_dates(rulebook: Rulebook, today: date) -> tuple[date, ...]:
    """Return today, and every later date from which on a threshold that some question reads is another."""
    read = {operand for question in rulebook.questions.values() for condition in
            (question.applies, *(rule.when for rule in question.rules)) for test in tests_in(condition)
            for operand in test.operands}  # fmt: skip
    names = {getattr(operand, "name", None) for operand in read}
    later = {
        since
        for line in rulebook.thresholds.values()
        for since, _ in line.values
        if line.name in names and since > today
    }
    return today, *sorted(later)
