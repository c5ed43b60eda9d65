"""Whether two rulebooks answer alike: for each question a customer who shows that they do not, or the proof that there
is none."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from itertools import product as pairs
from typing import Final

from sangdo.engine.inference.thresholds import resolve_thresholds
from sangdo.engine.language.errors import SangdoError
from sangdo.engine.language.reading import tests_in
from sangdo.engine.language.rulebook import Operand, Question, Rulebook, ThresholdName
from sangdo.engine.verify.difference.common_vocabulary import CommonVocabulary, common_vocabulary
from sangdo.engine.verify.difference.cone import Cone, cones_of
from sangdo.engine.verify.difference.paired_terms import PairedTerms, Situation
from sangdo.engine.verify.difference.witness import Outcome, Replay, Witness, differing
from sangdo.engine.verify.solver.model_facts import ModelFacts, SolverGaveUp

STEPS_A_SECOND: Final = 3_000_000
"""What the solver does in a second, in its own count of steps: a limit in steps gives the same result anywhere."""

MOST_PRODUCTS: Final = 24


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was found of one question.

    `verdict` is `unchanged` (it reads the same, and so does all it depends on), `same` (proved for every customer of
    both vocabularies), `differs` or `undecided`. What `differs` is the `answer` or only the `actions`, for `witness`,
    of this `product`. `why` an undecided one is: `time`, `products` (a difference would need more of them than were
    tried) or `replay` (inference did not confirm the customer found, which is a fault). `narrowed` are facts it
    depends on of which one vocabulary refuses a value that the other allows: the proof does not speak of customers
    with such values.
    """

    question: str
    verdict: str
    what: str | None = None
    witness: Witness | None = None
    product: str | None = None
    why: str | None = None
    narrowed: tuple[str, ...] = ()

    @property
    def outcomes(self) -> tuple[Outcome, Outcome] | None:
        """What each rulebook makes of the question for the witness."""
        return self.witness.outcomes(self.question, self.product) if self.witness else None


@dataclass(frozen=True, slots=True)
class Equivalence:
    """The verdict on every question, in chain order; what only the old rulebook asks comes last. `dates` are those
    compared, and `faults` what inference did not confirm."""

    dates: tuple[date, ...]
    verdicts: tuple[Verdict, ...]
    faults: tuple[str, ...]

    @property
    def is_proved(self) -> bool:
        """Whether every question has the same answer and actions for every customer."""
        return all(verdict.verdict in ("unchanged", "same") for verdict in self.verdicts)


def compare_answers(old: Rulebook, new: Rulebook, today: date, seconds: float) -> Equivalence:
    """Compare what two rulebooks answer, from `today` on at every date on which a line changes.

    A question takes at most about so many seconds for each date and way of differing.
    """
    comparison = _Comparison(old, new, today, max(1, int(seconds * STEPS_A_SECOND)))
    try:
        verdicts = [comparison.judge(name) for name in {**new.questions, **old.questions}]
    finally:
        comparison.replay.close()
    return Equivalence(comparison.dates, tuple(verdicts), tuple(comparison.faults))


class _Comparison:
    """The comparison while it runs: what is proved so far serves the questions that come after."""

    def __init__(self, old: Rulebook, new: Rulebook, today: date, limit: int) -> None:
        self._common: CommonVocabulary = common_vocabulary(old, new)
        self._cones = cones_of(old), cones_of(new)
        self._limit = limit
        self.dates = dates_of_change((old, new), today)
        self.replay = Replay(old, new)
        self.faults: list[str] = []
        self._pairs: dict[tuple[Situation, bool], PairedTerms] = {}
        self._same: set[str] = set()
        self._witnesses: list[Witness] = []
        self._bound = products_needed((old, new), self.dates)
        self._products = tuple(map(str, range(1, min(self._bound, MOST_PRODUCTS) + 1)))

    def judge(self, name: str) -> Verdict:
        """Return the verdict on a question; those before it in the chain have theirs."""
        cones = [cones[name] for cones in self._cones if name in cones]
        if len(cones) == 2 and cones[0].fingerprint == cones[1].fingerprint:
            self._same.add(name)
            return Verdict(name, "unchanged")
        verdict = self._shown(name) or self._searched(name, self._situations(cones), self._modes(cones))
        if verdict.verdict == "same":
            self._same.add(name)
        return verdict

    def _shown(self, name: str) -> Verdict | None:
        """Return the verdict where a customer found already shows a difference without any given answer."""
        for witness in self._witnesses:
            if not witness.given and None not in witness.decisions:
                verdict = _verdict_of(name, witness)
                if verdict and verdict.what == "answer":
                    return verdict
        return None

    def _searched(self, name: str, situations: list[Situation], modes: list[bool]) -> Verdict:
        """Return the verdict after asking the solver: with free counts where that may prove it, else with products."""
        for counted in modes:
            open_ones = [s for s in situations if self._pair(s, counted).is_possible(name, "either", None) is not False]
            if open_ones and counted is modes[-1]:
                return self._found(name, open_ones, counted)
            if not open_ones and counted and self._bound > len(self._products):
                return Verdict(name, "undecided", why="products")
            if not open_ones:
                break
        return Verdict(name, "same", narrowed=self._narrowed(name))

    def _found(self, name: str, situations: list[Situation], counted: bool) -> Verdict:
        """Return the verdict with a customer for a difference: of answers before actions, without given answers
        before with them, today before later."""
        why = None
        for what, given, situation in pairs(("answer", "actions"), (False, True), situations):
            pair = self._pair(situation, counted)
            possible = pair.is_possible(name, what, given)
            if possible is not True:
                why = why or ("time" if possible is None else None)
                continue
            try:
                found = pair.find(name, what, given)
            except SolverGaveUp:
                why = why or "time"
                continue
            verdict = self._replayed(name, found, situation.as_of)
            if verdict is not None:
                return verdict
            why = "replay"
        return Verdict(name, "undecided", why=why) if why else Verdict(name, "same", narrowed=self._narrowed(name))

    def _replayed(self, name: str, found: tuple[ModelFacts, ModelFacts], as_of: date) -> Verdict | None:
        """Return the verdict that inference confirms, or None, and note the fault."""
        try:
            lines = {line for cones in self._cones if name in cones for line in cones[name].thresholds}
            verdict = _verdict_of(name, self.replay.run(found, as_of, lines))
        except SangdoError as refused:
            self.faults.append(f"{name}: {refused}")
            return None
        if verdict is None or verdict.witness is None:
            self.faults.append(f"{name}: inference finds no difference for {found[1]} as of {as_of}")
            return None
        self._witnesses.append(verdict.witness)
        return verdict

    def _pair(self, situation: Situation, counted: bool) -> PairedTerms:
        key = situation, counted
        if key not in self._pairs:
            self._pairs[key] = PairedTerms(self._common, situation, self._products if counted else None, self._limit)
        return self._pairs[key]

    def _situations(self, cones: Iterable[Cone]) -> list[Situation]:
        """Return the situations that differ in a line on which the question depends."""
        names = {name for cone in cones for name in cone.thresholds}
        found: dict[object, Situation] = {}
        for as_of, with_book in pairs(self.dates, (True, False)):
            key = [
                (name, "book" if with_book and threshold.method else resolved[name].value)
                for rulebook in (self._common.old, self._common.new)
                for resolved in (resolve_thresholds(rulebook, as_of, {}),)
                for name, threshold in rulebook.thresholds.items()
                if name in names
            ]
            found.setdefault(tuple(key), Situation(as_of, with_book))
        return list(found.values())

    def _modes(self, cones: Iterable[Cone]) -> list[bool]:
        """Return whether to compare with counts left free, and then with real products: a count is the same in both
        where the question counted is."""
        counted = {
            fact.tally.question
            for rulebook in (self._common.old, self._common.new)
            for fact in rulebook.facts.values()
            if fact.tally is not None and any(fact.name in cone.facts for cone in cones)
        }
        if not counted:
            return [False]
        return [False, True] if counted <= self._same and not self._recounted() else [True]

    def _recounted(self) -> bool:
        """Whether a fact of both counts something else in each."""
        old, new = self._common.old.facts, self._common.new.facts
        return any(fact.tally != new[name].tally for name, fact in old.items() if name in new)

    def _narrowed(self, name: str) -> tuple[str, ...]:
        read = {fact for cones in self._cones if name in cones for fact in cones[name].facts}
        return tuple(sorted(read & {*self._common.narrowed, *self._common.apart}))


def _verdict_of(name: str, witness: Witness) -> Verdict | None:
    """Return the verdict that a customer proves of a question, or None when both rulebooks do the same with it."""
    found = [
        (what, product)
        for product in (None, *witness.products())
        if (what := differing(witness.outcomes(name, product)))
    ]
    if not found:
        return None
    what, product = min(found, key=lambda one: one[0] != "answer")
    return Verdict(name, "differs", what, witness, product)


def dates_of_change(rulebooks: Iterable[Rulebook], today: date) -> tuple[date, ...]:
    """Return today, and every later date from which a line has another value."""
    days = {since for rulebook in rulebooks for line in rulebook.thresholds.values() for since, _ in line.values}
    return (today, *sorted(day for day in days if day > today))


def products_needed(rulebooks: Iterable[Rulebook], dates: Iterable[date]) -> int:
    """Return with how many products every difference shows that any number of products can show.

    Counts beyond the highest line that they are compared with are all alike: so many products with an answer under
    either rulebook suffice, and one without an answer under each.
    """
    needed, dates = 1, tuple(dates)
    for rulebook in rulebooks:
        tallies = [fact for fact in rulebook.facts.values() if fact.tally is not None]
        needed += len({fact.tally.question for fact in tallies if fact.tally})
        for fact in tallies:
            needed += 1 if fact.tally and fact.tally.how == "any" else _highest(fact.name, rulebook, dates)
    return needed


def _highest(count: str, rulebook: Rulebook, dates: tuple[date, ...]) -> int:
    """Return the count from which on all counts are alike to the rules."""
    lines = [
        line
        for question in rulebook.questions.values()
        for operand in _compared(question, count)
        for line in _values(operand, rulebook, dates)
    ]
    is_added = any(rule.points == count for question in rulebook.questions.values() for rule in question.rules)
    return MOST_PRODUCTS if is_added else max([math.floor(line) + 1 for line in lines], default=0)


def _compared(question: Question, fact: str) -> Iterable[Operand]:
    for condition in (question.applies, *(rule.when for rule in question.rules)):
        for test in tests_in(condition):
            yield from test.operands if test.fact == fact else ()


def _values(operand: Operand, rulebook: Rulebook, dates: tuple[date, ...]) -> list[float]:
    if not isinstance(operand, ThresholdName):
        return [operand] if isinstance(operand, (int, float)) else []
    if rulebook.thresholds[operand.name].method is not None:
        return [float(MOST_PRODUCTS)]
    resolved = (resolve_thresholds(rulebook, as_of, {})[operand.name].value for as_of in dates)
    return [value for value in resolved if value is not None]
