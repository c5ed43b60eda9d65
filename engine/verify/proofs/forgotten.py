"""Customers whom no rule of a question fits, though there is nothing left to ask."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product as choices

from sangdo.engine.decision.decision import Decision
from sangdo.engine.language.reading import facts_of_question, thresholds_in
from sangdo.engine.language.rulebook import (
    AllOf,
    AnyOf,
    Choose,
    Condition,
    Fact,
    NoneOf,
    Operator,
    Origin,
    Question,
    Rulebook,
    Status,
    Test,
    Text,
)
from sangdo.engine.verify.proofs.stage import Outcome, Proof, Stage, Suspicion
from sangdo.engine.verify.proofs.world import World
from sangdo.engine.verify.solver.truth import Truth, and_, not_, or_

Unknowns = frozenset[str]
"""Facts that are not known."""


def find_forgotten(stage: Stage, question: Question) -> Iterator[Suspicion]:
    """Yield the question if it applies to a customer whom no rule fits, and of whom everything is known that counts.

    Rules that fail need no such proof. But a rule may also wait for an answer that this customer never gets, or for a
    fact whose absence other rules of the question provide for: what is known is then all, or all but such facts.
    """
    if question.choose not in (Choose.EXACTLY_ONE, Choose.FIRST_MATCH) or question.otherwise is not None:
        return
    search = _Search(stage, question)
    world = stage.where(question, search.wanted)
    if world is None:
        return
    name = question.name
    text = Text(
        f"{name}에 해당하지만 어느 규칙에도 맞지 않는 고객이 있다. 더 물을 것도 없다.",
        f"{name} applies to a customer whom none of its rules fits, and there is nothing left to ask.",
    )
    shows = Text(f"{name}에 답이 없다.", f"{name} gets no answer.")
    yield Suspicion("gap", text, (), question.location, name, Proof(world, search.wanted, shows, search.is_seen))


class _Search:
    """What is sought of one question."""

    def __init__(self, stage: Stage, question: Question) -> None:
        self._question = question
        self._rulebook = stage.rulebook
        self._cone = [stage.rulebook.questions[name] for name in (*stage.upstream[question.name], question.name)]
        self._cone = [one for one in self._cone if one.status is not Status.RETIRED]
        rules = [rule for rule in question.rules if stage.holds(question, rule.id)]
        unknowns = {one for rule in rules for one in provided_for(rule.when, stage.rulebook)}
        self._unknowns = sorted({frozenset[str](), *unknowns}, key=sorted)

    def wanted(self, world: World) -> Truth:
        """Return the truth that no rule holds and nothing is left to ask; false where a line has no value."""
        if any(world.encoding.lines[name] is None for one in self._cone for name in _lines_of(one)):
            return False
        product, encoding = world.product(self._question), world.encoding
        misses = (not_(encoding.closing(self._question.name, product).holds[rule.id]) for rule in self._question.rules)
        asked = encoding.closing(self._question.name, product).asked
        return and_((asked, *misses, or_(self._is_all(world, unknowns) for unknowns in self._unknowns)))

    def _is_all(self, world: World, unknowns: Unknowns) -> Truth:
        """Return the truth that these facts are unknown, and all others known that the questions asked read."""
        product = world.product(self._question)
        absent = (not_(world.encoding.term(fact, product).known) for fact in unknowns)
        return and_((*absent, *(self._is_settled(world, one, unknowns) for one in self._cone)))

    def _is_settled(self, world: World, question: Question, unknowns: Unknowns) -> Truth:
        """Return the truth that a question does not apply, or that its facts are known, of every product."""
        places = [world.product(self._question)] if question is self._question else world.products(question)
        return and_(self._is_settled_of(world, question, product, unknowns) for product in places)

    def _is_settled_of(self, world: World, question: Question, product: str | None, unknowns: Unknowns) -> Truth:
        facts = [self._rulebook.facts[name] for name in facts_of_question(question) if name not in unknowns]
        known = and_(world.encoding.term(fact.name, product).known for fact in facts if _can_be_asked(fact))
        exists = world.encoding.exists(product) if product is not None else True
        applies = question.applies
        elsewhere = False if applies is None else world.encoding.true(NoneOf((applies,)), product)
        return or_((known, elsewhere, not_(exists)))

    def is_seen(self, outcome: Outcome) -> bool:
        return isinstance(outcome, Decision) and any(
            closing.question == self._question.name and closing.how == "none" for closing in outcome.trace.closings
        )


def _can_be_asked(fact: Fact) -> bool:
    return fact.origin in (Origin.GIVEN, Origin.MEASURED)


def _lines_of(question: Question) -> Iterator[str]:
    yield from thresholds_in(question.applies)
    for rule in question.rules:
        yield from thresholds_in(rule.when)


def provided_for(condition: Condition | None, rulebook: Rulebook) -> set[Unknowns]:
    """Return the facts, of one alternative after the other, that a condition wants to be unknown."""
    if isinstance(condition, Test):
        wanted = condition.operator is Operator.UNKNOWN and _can_be_asked(rulebook.facts[condition.fact])
        return {frozenset([condition.fact] if wanted else [])}
    if isinstance(condition, AnyOf):
        return {one for part in condition.parts for one in provided_for(part, rulebook)}
    if isinstance(condition, AllOf):
        parts = (provided_for(part, rulebook) for part in condition.parts)
        return {frozenset[str]().union(*chosen) for chosen in choices(*parts)}
    return {frozenset()}
