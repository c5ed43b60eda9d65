"""Customers whom the rules of a question forget or answer twice: gap, conflict, boundary."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import z3

from sangdo.engine.decision.decision import Decision
from sangdo.engine.inference.trace import Closing
from sangdo.engine.language.errors import RulesInvalid
from sangdo.engine.language.rulebook import (
    AllOf,
    AnyOf,
    Choose,
    Condition,
    Fact,
    NoneOf,
    Operand,
    Operator,
    Question,
    Rule,
    Test,
    Text,
    ThresholdName,
)
from sangdo.engine.language.values import show_raw
from sangdo.engine.verify.proofs.stage import Outcome, Proof, Stage, Suspicion
from sangdo.engine.verify.proofs.world import World
from sangdo.engine.verify.solver.terms import Figure, as_number, real_term
from sangdo.engine.verify.solver.truth import and_, bool_term


def find_gaps(stage: Stage, question: Question) -> Iterator[Suspicion]:
    """Yield the question if it applies to a customer of whom every rule fails, and there is no otherwise."""
    if question.choose in (Choose.ALL_THAT_APPLY, Choose.SUM) or question.otherwise is not None:
        return

    def wanted(world: World) -> z3.BoolRef:
        product, encoding = world.product(question), world.encoding
        return z3.And(
            encoding.asked(question.name, product), *(encoding.fails(rule.id, product) for rule in question.rules)
        )

    world = stage.where(question, wanted)
    if world is not None:
        text = Text(
            f"{question.name}에 해당하지만 어느 규칙에도 맞지 않는 고객이 있다.",
            f"{question.name} applies to a customer whom none of its rules fits.",
        )
        shows = Text(f"{question.name}에 답이 없다.", f"{question.name} gets no answer.")
        seen = _closes(question, lambda closing: closing.how == "none")
        yield Suspicion("gap", text, (), question.location, question.name, Proof(world, wanted, shows, seen))


def find_conflicts(stage: Stage, question: Question) -> Iterator[Suspicion]:
    """Yield the pairs of rules that inference would refuse: the first that holds, and the first with another answer."""
    if question.choose is not Choose.EXACTLY_ONE:
        return
    for i, first in enumerate(question.rules):
        for j, second in enumerate(question.rules[i + 1 :], i + 1):
            if first.then == second.then:
                continue
            passed = [r.id for k, r in enumerate(question.rules[:j]) if k < i or (k > i and r.then != first.then)]
            pair = _Pair(question, first, second, tuple(passed))
            world = stage.where(question, pair.wanted)
            if world is not None:
                yield pair.suspicion(world)


@dataclass(frozen=True, slots=True)
class _Pair:
    """Two rules with different answers, and those before the second that must not hold for them to be named."""

    question: Question
    first: Rule
    second: Rule
    passed: tuple[str, ...]

    def wanted(self, world: World) -> z3.BoolRef:
        product, encoding = world.product(self.question), world.encoding
        both = (encoding.holds(rule.id, product) for rule in (self.first, self.second))
        return z3.And(*both, *(z3.Not(encoding.holds(rule, product)) for rule in self.passed))

    def suspicion(self, world: World) -> Suspicion:
        first, second, name = self.first, self.second, self.question.name
        answers = f"{_shown(first.then)}, {_shown(second.then)}"
        text = Text(
            f"규칙 {first.id}과(와) {second.id}이(가) 한 고객에게 함께 성립하는데 답이 다르다({answers}).",
            f"Rules {first.id} and {second.id} hold for one customer, with different answers ({answers}).",
        )
        shows = Text(f"{name}의 답이 둘이어서 계획을 세우지 않는다.", f"{name} gets two answers, so no plan is made.")
        proof = Proof(world, self.wanted, shows, self._is_seen, is_conflict=True)
        return Suspicion("conflict", text, (first.id, second.id), second.location, name, proof, about=second.id)

    def _is_seen(self, outcome: Outcome) -> bool:
        return isinstance(outcome, RulesInvalid) and any(
            problem.location == self.second.location and self.first.id in problem.message
            for problem in outcome.problems
        )


def find_boundaries(stage: Stage, question: Question) -> Iterator[Suspicion]:
    """Yield the values on a line that a rule below and a rule above it leave out."""
    if question.choose in (Choose.ALL_THAT_APPLY, Choose.SUM):
        return
    for edge in _edges(question):
        fact = stage.rulebook.facts[edge.below.fact]
        world = stage.where(question, edge.wanted, settled=True)
        if world is not None:
            yield edge.suspicion(world, fact)


@dataclass(frozen=True, slots=True)
class _Edge:
    """A line that a test of one rule lies strictly below, and a test of another strictly above."""

    question: Question
    low: Rule
    high: Rule
    below: Test
    above: Test

    def wanted(self, world: World) -> z3.BoolRef:
        """Return the term that the value is on the line, where either rule would hold but for it, and no rule does."""
        product, encoding = world.product(self.question), world.encoding
        operand = self.below.operands[0]
        if isinstance(operand, ThresholdName) and encoding.lines[operand.name] is None:
            return z3.BoolVal(False)
        line = encoding.line(operand.name) if isinstance(operand, ThresholdName) else real_term(as_number(operand))
        figure = encoding.term(self.below.fact, product)
        assert isinstance(figure, Figure)
        widened = (encoding.true(_widened(rule.when, test), product) for rule, test in self._sides)
        misses = (z3.Not(encoding.holds(rule.id, product)) for rule in self.question.rules)
        asked = encoding.asked(self.question.name, product)
        return bool_term(and_((figure.known, real_term(figure.number) == line, asked, *widened, *misses)))

    @property
    def _sides(self) -> tuple[tuple[Rule, Test], tuple[Rule, Test]]:
        return (self.low, self.below), (self.high, self.above)

    def suspicion(self, world: World, fact: Fact) -> Suspicion:
        operand = self.below.operands[0]
        line = operand.name if isinstance(operand, ThresholdName) else _shown(operand)
        low, high, name = self.low.id, self.high.id, self.question.name
        text = Text(
            f"규칙 {low}은(는) {fact.name}이(가) {line} 미만, {high}은(는) 초과일 때만 성립하여 정확히 {line}이면 "
            "어느 규칙도 성립하지 않는다.",
            f"Rule {low} takes {fact.name} less than {line} and {high} more than {line}; exactly {line} fits no rule.",
        )
        closes = _closes(self.question, lambda closing: closing.how in ("none", "otherwise"))
        shows = Text(f"{name}을(를) 결정하는 규칙이 없다.", f"No rule decides {name}.")
        proof = Proof(world, self.wanted, shows, closes)
        about = f"{fact.name} {line} {high}"
        return Suspicion("boundary", text, (low, high), self.above.location, name, proof, about)


def _edges(question: Question) -> Iterator[_Edge]:
    sides = [(rule, test, strict) for rule in question.rules for test, strict in _strict_tests(rule.when, True)]
    for low, below, side in sides:
        for high, above, other in sides:
            same = low is not high and below.fact == above.fact and below.operands == above.operands
            if same and (side, other) == (Operator.LESS_THAN, Operator.MORE_THAN):
                yield _Edge(question, low, high, below, above)


def _strict_tests(condition: Condition | None, as_: bool) -> Iterator[tuple[Test, Operator]]:
    """Yield the tests that say less than or more than; within `none` at least says less than."""
    if condition is None:
        return
    if isinstance(condition, Test):
        strict = condition.operator if as_ else _OPPOSITE.get(condition.operator)
        if strict in (Operator.LESS_THAN, Operator.MORE_THAN):
            yield condition, strict
        return
    for part in condition.parts:
        yield from _strict_tests(part, as_ is not isinstance(condition, NoneOf))


_OPPOSITE = {Operator.AT_LEAST: Operator.LESS_THAN, Operator.AT_MOST: Operator.MORE_THAN}
_WIDER = {
    Operator.LESS_THAN: Operator.AT_MOST,
    Operator.MORE_THAN: Operator.AT_LEAST,
    Operator.AT_LEAST: Operator.MORE_THAN,
    Operator.AT_MOST: Operator.LESS_THAN,
}


def _widened(condition: Condition | None, test: Test) -> Condition | None:
    """Return the condition with the line let in to one of its tests."""
    if condition is test:
        return Test(test.fact, _WIDER[test.operator], test.operands, test.location)
    if condition is None or isinstance(condition, Test):
        return condition
    parts = tuple(part for part in (_widened(part, test) for part in condition.parts) if part is not None)
    kind: type[AllOf] | type[AnyOf] | type[NoneOf] = type(condition)
    return kind(parts)


def _closes(question: Question, expected: Callable[[Closing], bool]) -> Callable[[Outcome], bool]:
    def is_seen(outcome: Outcome) -> bool:
        return isinstance(outcome, Decision) and any(
            expected(closing) for closing in outcome.trace.closings if closing.question == question.name
        )

    return is_seen


def _shown(value: Operand | None) -> str:
    return show_raw(value) if isinstance(value, bool) else str(value)
