"""A customer on whom two rulebooks differ, run through inference under both."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from sangdo.engine.decision.decision import Decider, Decision
from sangdo.engine.facts.facts_file import parse_facts
from sangdo.engine.inference.trace import Closing
from sangdo.engine.language.errors import RulesInvalid
from sangdo.engine.language.rulebook import Origin, Rulebook, Value
from sangdo.engine.verify.solver.facts_text import facts_text
from sangdo.engine.verify.solver.model_facts import ModelFacts

NAME = "customer.yaml"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one rulebook makes of a question: how it closed, the answer, the deciding rules and their actions.

    `how` is as in a closing, or `conflict` where two rules contradict each other, so that there is no plan, or
    `no_question` where the rulebook does not ask it. `problem` is what inference says of a conflict.
    """

    how: str
    answer: Value | None = None
    rules: tuple[str, ...] = ()
    actions: tuple[str, ...] = ()
    problem: str | None = None


@dataclass(frozen=True, slots=True)
class Witness:
    """A customer, as the facts file that each of the two rulebooks accepts, decided by both.

    `given` are the questions whose answers a person gives. A decision is None where two rules contradict each other;
    `problems` then says which.
    """

    as_of: date
    files: tuple[str, str]
    given: tuple[str, ...]
    decisions: tuple[Decision | None, Decision | None]
    problems: tuple[str | None, str | None]

    @property
    def is_one_file(self) -> bool:
        """Whether both rulebooks accept the same file."""
        return self.files[0] == self.files[1]

    def products(self) -> tuple[str, ...]:
        """The products of the customer."""
        decided = [decision for decision in self.decisions if decision is not None]
        return tuple(dict.fromkeys(product for decision in decided for product in decision.facts.products))

    def outcomes(self, question: str, product: str | None) -> tuple[Outcome, Outcome]:
        """Return what each rulebook makes of a question."""
        old, new = zip(self.decisions, self.problems, strict=True)
        return _outcome(*old, question, product), _outcome(*new, question, product)


def differing(outcomes: tuple[Outcome, Outcome]) -> str | None:
    """Return what differs between two outcomes: the `answer`, the `actions`, or nothing (None)."""
    old, new = outcomes
    is_one_kind = isinstance(old.answer, bool) is isinstance(new.answer, bool)
    is_one_end = (old.how == "conflict") is (new.how == "conflict")
    if old.answer != new.answer or not is_one_kind or not is_one_end:
        return "answer"
    return "actions" if set(old.actions) != set(new.actions) else None


class Replay:
    """Runs customers through inference under both rulebooks."""

    def __init__(self, old: Rulebook, new: Rulebook) -> None:
        self._rulebooks = old, new
        self._deciders = Decider(old), Decider(new)

    def run(self, found: tuple[ModelFacts, ModelFacts], as_of: date, lines: Collection[str]) -> Witness:
        """Write a customer down for each rulebook, with those of its `lines` that matter, and decide it from what is
        written. Raises SangdoError when a rulebook refuses its file."""
        files = [facts_text(one, rulebook, as_of, lines) for one, rulebook in zip(found, self._rulebooks, strict=True)]
        decided = [self._decide(file, number) for number, file in enumerate(files)]
        given = {name for one, book in zip(found, self._rulebooks, strict=True) for name in _given(one, book)}
        return Witness(
            as_of, (files[0], files[1]), tuple(sorted(given)), (decided[0][0], decided[1][0]),
            (decided[0][1], decided[1][1]),
        )  # fmt: skip

    def close(self) -> None:
        """Free what inference holds."""
        for decider in self._deciders:
            decider.engine.close()

    def _decide(self, file: str, number: int) -> tuple[Decision | None, str | None]:
        facts = parse_facts(file.encode("utf-8"), NAME, self._rulebooks[number], date.min)
        try:
            return self._deciders[number].decide(facts), None
        except RulesInvalid as conflict:
            return None, conflict.problems[0].message


def _given(found: ModelFacts, rulebook: Rulebook) -> Collection[str]:
    names = [*found.values, *(name for own in found.products.values() for name in own)]
    return [name for name in names if name in rulebook.facts and rulebook.facts[name].origin is Origin.QUESTION]


def _outcome(decision: Decision | None, problem: str | None, question: str, product: str | None) -> Outcome:
    if decision is None:
        return Outcome("conflict", problem=problem)
    closing = _closing(decision, question, product)
    if closing is None:
        return Outcome("no_question")
    rules = decision.rulebook.questions[question].rules
    actions = dict.fromkeys(action for rule in rules if rule.id in closing.deciding for action in rule.actions)
    return Outcome(closing.how, closing.answer, closing.deciding, tuple(actions))


def _closing(decision: Decision, question: str, product: str | None) -> Closing | None:
    try:
        return decision.trace.closing(question, product)
    except KeyError:
        return None
