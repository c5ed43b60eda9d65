"""Conditions taken alone: every fact they read is free, answers of questions like any other."""

from __future__ import annotations

from collections.abc import Iterator

import z3

from sangdo.engine.language.reading import tests_in
from sangdo.engine.language.rulebook import (
    Condition,
    NoneOf,
    Operator,
    Question,
    Rule,
    Rulebook,
    Status,
    Test,
    Text,
)
from sangdo.engine.verify.proofs.stage import Suspicion
from sangdo.engine.verify.proofs.world import World
from sangdo.engine.verify.solver.kleene import condition_term
from sangdo.engine.verify.solver.model_facts import SolverGaveUp
from sangdo.engine.verify.solver.terms import Term, domain_of, free, texts_named
from sangdo.engine.verify.solver.truth import Truth, and_, not_


class ConditionsAlone:
    """Says of conditions, in one world, whether they can be true and whether they can be anything else."""

    def __init__(self, world: World) -> None:
        self._rulebook: Rulebook = world.rulebook
        self._lines = world.encoding.lines
        self._texts = texts_named(world.rulebook)
        self._terms: dict[str, Term] = {}
        self._world = world
        self._solver = z3.Solver()
        self._solver.add(*world.domain)

    def can_hold(self, question: Question, rule: Rule | None) -> bool:
        """Return whether the question can apply and, if there is one, the rule's condition be true then."""
        truths = [condition_term(question.applies, True, self._read, self._lines)]
        if rule is not None:
            truths.append(condition_term(rule.when, True, self._read, self._lines))
            if isinstance(rule.points, str):
                truths.append(self._read(rule.points).known)
        return self._is_possible(and_(truths))

    def is_settled(self, condition: Condition, as_: bool) -> bool:
        """Return whether the condition is true (or false, as `as_`) whenever the facts whose values it tests are
        known."""
        known = [self._read(test.fact).known for test in _value_tests(condition)]
        return not self._is_possible(and_([*known, not_(condition_term(condition, as_, self._read, self._lines))]))

    def _read(self, name: str) -> Term:
        if name not in self._terms:
            fact = self._rulebook.facts[name]
            term = self._terms[name] = free(fact, f"any {name}", self._texts.get(name, ()))
            self._solver.add(*domain_of(fact, term))
        return self._terms[name]

    def _is_possible(self, truth: Truth) -> bool:
        if isinstance(truth, bool):
            return truth
        self._solver.set("timeout", self._world.deadline.left())
        self._solver.push()
        self._solver.add(truth)
        result = self._solver.check()
        self._solver.pop()
        if result == z3.unknown:
            raise SolverGaveUp(self._solver.reason_unknown())
        return bool(result == z3.sat)


def find_always_true(alone: tuple[ConditionsAlone, ...], question: Question) -> Iterator[Suspicion]:
    """Yield the conditions of a question, and tests in them, that are true of whomever the facts are known."""
    if question.status is Status.RETIRED:
        return
    for rule, condition in ((None, question.applies), *((rule, rule.when) for rule in question.rules)):
        found = list(_idle_parts(alone, condition, True)) if condition is not None else []
        for part, is_true in found:
            test = next(tests_in(part))
            rules = (rule.id,) if rule else ()
            text = _sentence(question, rule, part, is_true)
            yield Suspicion("always_true", text, rules, test.location, question.name, about=str(test.location))


def _idle_parts(
    alone: tuple[ConditionsAlone, ...], condition: Condition, as_: bool
) -> Iterator[tuple[Condition, bool]]:
    """Yield the smallest parts that are settled; within `none` those that are settled as false."""
    if isinstance(condition, Test):
        if all(one.is_settled(condition, as_) for one in alone):
            yield condition, as_
        return
    inner = as_ is not isinstance(condition, NoneOf)
    found = [one for part in condition.parts for one in _idle_parts(alone, part, inner)]
    if not found and len(condition.parts) > 1 and all(one.is_settled(condition, as_) for one in alone):
        found = [(condition, as_)]
    yield from found


def _sentence(question: Question, rule: Rule | None, part: Condition, is_true: bool) -> Text:
    where = Text(f"규칙 {rule.id}", f"rule {rule.id}") if rule else Text(
        f"{question.name}의 applies", f"the applies of {question.name}"
    )  # fmt: skip
    ko, en = ("참", "true") if is_true else ("거짓", "false")
    facts = ", ".join(dict.fromkeys(test.fact for test in tests_in(part)))
    if isinstance(part, Test):
        return Text(
            f"{where.ko}에서 {facts}의 검사는 값을 알기만 하면 언제나 {ko}이다.",
            f"In {where.en} the test of {facts} is {en} whatever its value.",
        )
    return Text(
        f"{where.ko}에서 {facts}의 조건은 값을 알기만 하면 언제나 {ko}이다.",
        f"In {where.en} the condition on {facts} is {en} whatever the values.",
    )


def _value_tests(condition: Condition) -> Iterator[Test]:
    return (test for test in tests_in(condition) if test.operator not in (Operator.KNOWN, Operator.UNKNOWN))
