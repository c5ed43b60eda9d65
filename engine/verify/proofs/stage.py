"""A stage: the worlds of one date, and what is possible in some of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date

from sangdo.engine.decision.decision import Decision
from sangdo.engine.language.errors import Location, RulesInvalid
from sangdo.engine.language.reading import facts_of_question
from sangdo.engine.language.rulebook import Question, Rulebook, Text
from sangdo.engine.verify.proofs.world import World
from sangdo.engine.verify.solver.model_facts import SolverGaveUp
from sangdo.engine.verify.solver.truth import Truth

Wanted = Callable[[World], Truth]
"""From a world to the truth that a customer of it is one of those sought."""

Outcome = Decision | RulesInvalid
"""What inference makes of a customer: a decision, or two answers to a question that has one."""


@dataclass(frozen=True, slots=True)
class Proof:
    """Where customers that show a finding are: in a world, those for whom `wanted` holds.

    `shows` says what is seen when one is run, and `is_seen` whether it is.
    """

    world: World
    wanted: Wanted
    shows: Text
    is_seen: Callable[[Outcome], bool]
    is_conflict: bool = False


@dataclass(frozen=True, slots=True)
class Suspicion:
    """A finding at one date, whose example is still to be made; `about` tells apart those of one rule and code."""

    code: str
    text: Text
    rules: tuple[str, ...]
    location: Location
    question: str | None
    proof: Proof | None = None
    about: str = ""

    @property
    def key(self) -> tuple[str, str | None, str | None, str]:
        """What makes it the same at two dates."""
        return self.code, self.question, self.rules[0] if self.rules else None, self.about


@dataclass(frozen=True)
class Stage:
    """One date of an analysis; remembers what it has proved of rules."""

    rulebook: Rulebook
    day: date
    worlds: tuple[World, ...]
    upstream: Mapping[str, frozenset[str]]
    _givable: list[World] = field(default_factory=list)
    _known: dict[tuple[str, str], bool] = field(default_factory=dict)

    def where(self, question: Question, wanted: Wanted, settled: bool = False) -> World | None:
        """Return the first world with such a customer, or None when there is none anywhere.

        No question before this one has two answers, nor, if `settled`, this one. Raises SolverGaveUp.
        """
        peaceful = self.upstream[question.name] | ({question.name} if settled else set())
        found = next((world for world in self.worlds if world.can(wanted(world), peaceful)), None)
        enough = all(world.has_enough_products for world in self.worlds)
        if found is None and not enough and any(self._counts(name) for name in {question.name, *peaceful}):
            raise SolverGaveUp("customers with more products were not tried")
        return found

    def _counts(self, question: str) -> bool:
        return any(self.rulebook.facts[fact].tally for fact in facts_of_question(self.rulebook.questions[question]))

    def holds(self, question: Question, rule: str) -> bool:
        """Return whether the rule holds for some customer. Raises SolverGaveUp."""
        return self._remember("holds", question, rule, lambda w: w.encoding.holds(rule, w.product(question)))

    def decides(self, question: Question, rule: str) -> bool:
        """Return whether the rule is behind the answer of some customer. Raises SolverGaveUp."""
        return self._remember("decides", question, rule, lambda w: w.encoding.decides(rule, w.product(question)))

    def is_asked(self, question: Question) -> bool:
        """Return whether the question applies to some customer. Raises SolverGaveUp."""
        name = question.name
        return self._remember("asked", question, name, lambda w: w.encoding.asked(name, w.product(question)))

    @property
    def worlds_with_given(self) -> list[World]:
        """The worlds once more, with answers that a person may give; made when first asked for."""
        if not self._givable:
            questions = tuple(self.rulebook.questions)
            self._givable.extend(World(self.rulebook, self.day, w.lines, w.deadline, questions) for w in self.worlds)
        return self._givable

    def _remember(self, what: str, question: Question, name: str, wanted: Wanted) -> bool:
        if (what, name) not in self._known:
            self._known[what, name] = self.where(question, wanted) is not None
        return self._known[what, name]
