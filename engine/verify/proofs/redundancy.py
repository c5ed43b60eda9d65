"""Rules without which every customer gets the same answer and the same actions."""

from __future__ import annotations

from collections.abc import Collection, Iterator

import z3

from sangdo.engine.decision.decision import Decision
from sangdo.engine.language.rulebook import Question, Rule, Text
from sangdo.engine.verify.proofs.stage import Outcome, Proof, Stage, Suspicion
from sangdo.engine.verify.proofs.world import World
from sangdo.engine.verify.solver.closing_terms import ClosingTerms
from sangdo.engine.verify.solver.terms import Cases, Figure, Term, Words
from sangdo.engine.verify.solver.truth import Truth, and_, bool_term, not_, or_


def find_redundant(stage: Stage, question: Question, twins: Collection[str]) -> Iterator[Suspicion]:
    """Yield the rules that decide for somebody, and could be left out; those of `twins` are passed over.

    The actions compared are those that the rules of the question call.
    """
    for rule in question.rules:
        if rule.id in twins or not stage.decides(question, rule.id):
            continue
        finder = _Redundancy(question, rule)
        if stage.where(question, finder.makes_a_difference, settled=True) is not None:
            continue
        world = stage.where(question, finder.decides, settled=True)
        if world is not None:
            yield finder.suspicion(world)


class _Redundancy:
    """What leaving out one rule does."""

    def __init__(self, question: Question, rule: Rule) -> None:
        self._question, self._rule = question, rule
        self._callers = {
            action: [one.id for one in question.rules if action in one.actions]
            for action in dict.fromkeys(action for one in question.rules for action in one.actions)
        }

    def decides(self, world: World) -> z3.BoolRef:
        return world.encoding.decides(self._rule.id, world.product(self._question))

    def makes_a_difference(self, world: World) -> Truth:
        """Return the truth that the answer or an action is another without the rule."""
        product = world.product(self._question)
        before = world.encoding.closing(self._question.name, product)
        after = world.encoding.without(self._rule.id, product)
        actions = (
            _differ(_called(before, callers), _called(after, callers)) for callers in self._callers.values()
        )  # fmt: skip
        return and_((before.asked, or_((_answers_differ(before.answer, after.answer), *actions))))

    def suspicion(self, world: World) -> Suspicion:
        rule = self._rule.id
        text = Text(
            f"규칙 {rule}을(를) 빼도 모든 고객의 {self._question.name} 답과 할 일이 그대로이다.",
            f"Without rule {rule} every customer gets the same answer to {self._question.name} and the same actions.",
        )
        shows = Text(
            f"{rule}이(가) 결정하지만, 빼도 답과 할 일이 같다.",
            f"{rule} decides, yet without it the answer and the actions are the same.",
        )
        proof = Proof(world, self.decides, shows, self._is_seen)
        return Suspicion("redundant", text, (rule,), self._rule.location, self._question.name, proof)

    def _is_seen(self, outcome: Outcome) -> bool:
        return isinstance(outcome, Decision) and any(
            self._rule.id in closing.deciding for closing in outcome.trace.closings
        )


def _called(closing: ClosingTerms, rules: list[str]) -> Truth:
    return or_(closing.decides[rule] for rule in rules if rule in closing.decides)


def _answers_differ(one: Term, other: Term) -> Truth:
    match one, other:
        case Cases(), Cases():
            values = dict.fromkeys((*one.cases, *other.cases))
            return or_(_differ(one.equals(value), other.equals(value)) for value in values)
        case Words(), Words():
            words = dict.fromkeys((*one.words, *other.words))
            return or_(_differ(one.includes(word), other.includes(word)) for word in words)
        case Figure(), Figure():
            return or_((_differ(one.known, other.known), and_((one.known, not_(other.equals(one.number))))))
    raise TypeError(f"{one} and {other} are not of one kind")


def _differ(one: Truth, other: Truth) -> Truth:
    if isinstance(one, bool) or isinstance(other, bool):
        if isinstance(one, bool):
            return not_(other) if one else other
        return not_(one) if other else one
    return z3.Xor(bool_term(one), bool_term(other))
