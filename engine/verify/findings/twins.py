"""Twins: two rules of one question that differ in nothing but their id and their wording."""

from __future__ import annotations

from collections.abc import Hashable, Iterator

from sangdo.engine.language.rulebook import Condition, Question, Rule, Rulebook, Status, Test, Text
from sangdo.engine.verify.findings.finding import Finding


def find_twins(rulebook: Rulebook) -> Iterator[Finding]:
    """Yield each rule that says what an earlier rule of its question says; the order of tests does not matter."""
    for question in rulebook.questions.values():
        if question.status is not Status.RETIRED:
            yield from _twins_of(question)


def _twins_of(question: Question) -> Iterator[Finding]:
    first: dict[Hashable, Rule] = {}
    for rule in question.rules:
        twin = first.setdefault(_meaning(rule), rule)
        if twin is not rule:
            text = Text(
                f"규칙 {rule.id}의 조건, 답, 할 일이 {twin.id}와(과) 같다.",
                f"Rule {rule.id} has the condition, the answer and the actions of {twin.id}.",
            )
            yield Finding("twins", text, (twin.id, rule.id), rule.location, question.name)


def _meaning(rule: Rule) -> Hashable:
    """All that a rule does, and the clauses it stands on; not its id, its texts and its place."""
    return (
        rule.basis, frozenset(rule.clauses), _normal(rule.when), rule.then, rule.points, rule.sign, rule.if_unknown,
        frozenset(rule.actions),
    )  # fmt: skip


def _normal(condition: Condition | None) -> Hashable:
    """A condition without places, its parts in no order and a group of one dissolved."""
    if condition is None:
        return None
    if isinstance(condition, Test):
        return condition.fact, condition.operator, _typed(condition.operands)
    parts = frozenset(map(_normal, condition.parts))
    kind = type(condition).__name__
    if len(parts) == 1 and kind != "NoneOf":
        return next(iter(parts))
    return kind, parts


def _typed(operands: tuple[object, ...]) -> Hashable:
    """Operands with their types, since to Python true is 1."""
    return tuple((type(operand), operand) for operand in operands)
