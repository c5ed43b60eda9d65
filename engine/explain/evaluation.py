"""The plain evaluator: the meaning of a rulebook in a few lines of Python, three-valued.

It shares nothing with the compiler of durable-rules but the hit policies, and every decision is checked
against it. True, false and None (unknown) combine as in Kleene's strong logic.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from sangdo.engine.facts.facts import Facts
from sangdo.engine.inference.hit_policy import close_question, tally
from sangdo.engine.inference.thresholds import ResolvedThreshold
from sangdo.engine.inference.trace import Closing
from sangdo.engine.language.rulebook import (
    AllOf,
    AnyOf,
    Condition,
    Fact,
    Level,
    NoneOf,
    Operator,
    Origin,
    Question,
    Rule,
    Rulebook,
    Status,
    Test,
    ThresholdName,
    Value,
)
from sangdo.engine.language.strata import arrange_runs

Verdict: TypeAlias = Callable[[Mapping[str, Value]], bool | None]
"""A condition made ready: from known values to true, false, or None when unknown facts leave it undecided."""


@dataclass(frozen=True, slots=True)
class Evaluation:
    """How every question closed, in chain order; the rules left undecided, by question and product (all of them
    where it is undecided whether the question applies); and all known values, answers included."""

    values: Mapping[str, Value]
    product_values: Mapping[str, Mapping[str, Value]]
    closings: tuple[Closing, ...]
    undecided: Mapping[tuple[str, str | None], tuple[str, ...]]


class Evaluator:
    """Evaluates facts against one rulebook with its thresholds resolved."""

    def __init__(self, rulebook: Rulebook, thresholds: Mapping[str, ResolvedThreshold]) -> None:
        self.rulebook = rulebook
        self.thresholds = thresholds
        self.runs = [
            [rulebook.questions[name] for stratum in run for name in stratum] for run in arrange_runs(rulebook)
        ]
        self._applies = {q.name: ready(q.applies, thresholds) for q in rulebook.questions.values()}
        self._rules = {
            question.name: [(rule.id, ready_rule(rule, thresholds)) for rule in question.rules]
            for question in rulebook.questions.values()
        }

    def evaluate(self, facts: Facts) -> Evaluation:
        """Evaluate all questions on the facts of one customer. Raises RulesInvalid on a conflict."""
        rulebook = self.rulebook
        values = {name: known.value for name, known in facts.values.items()}
        products = {
            product: {name: known.value for name, known in own.items()} for product, own in facts.products.items()
        }
        given = self.given_answers(values)
        given_of = {product: self.given_answers(own) for product, own in products.items()}
        closings: list[Closing] = []
        undecided: dict[tuple[str, str | None], tuple[str, ...]] = {}
        for questions in self.runs:
            if questions[0].level is Level.CUSTOMER:
                closings += self.close(questions, None, values, values, given, undecided)
                continue
            for product, own in products.items():
                closings += self.close(questions, product, own, {**values, **own}, given_of[product], undecided)
            values.update(count_answers(rulebook.facts.values(), facts, products))
        return Evaluation(values, products, tuple(closings), undecided)

    def given_answers(self, values: Mapping[str, Value]) -> dict[str, Value]:
        """Return those of the values that answer a question."""
        facts = self.rulebook.facts
        return {name: value for name, value in values.items() if facts[name].origin is Origin.QUESTION}

    def close(
        self,
        questions: list[Question],
        product: str | None,
        own: dict[str, Value],
        seen: dict[str, Value],
        given: Mapping[str, Value],
        undecided: dict[tuple[str, str | None], tuple[str, ...]],
    ) -> list[Closing]:
        """Close questions of one run in chain order; each answer is added to `own` and `seen` for those after it."""
        closings = []
        for question in questions:
            applies = question.status is not Status.RETIRED and self._applies[question.name](seen)
            rules = self._rules[question.name] if applies is not False else []
            verdicts = [(rule, holds(seen) if applies else None) for rule, holds in rules]
            held = [rule for rule, verdict in verdicts if verdict is True]
            failed = [rule for rule, verdict in verdicts if verdict is False]
            undecided[question.name, product] = tuple(rule for rule, verdict in verdicts if verdict is None)
            closing = close_question(question, product, applies is True, held, failed, seen, given.get(question.name))
            closings.append(closing)
            if closing.answer is not None:
                own[question.name] = seen[question.name] = closing.answer
        return closings


def count_answers(facts: Iterable[Fact], given: Facts, products: Mapping[str, Mapping[str, Value]]) -> dict[str, Value]:
    """Return the counted facts that are known from the answers of the products and not given."""
    counted = {}
    for fact in facts:
        if fact.tally is not None and fact.name not in given.values:
            value = tally(fact, products)
            if value is not None:
                counted[fact.name] = value
    return counted


def ready_rule(rule: Rule, thresholds: Mapping[str, ResolvedThreshold]) -> Verdict:
    """Make a rule's condition ready; in a sum, a rule that holds but whose numeric fact is unknown is undecided."""
    verdict, points = ready(rule.when, thresholds), rule.points
    if not isinstance(points, str):
        return verdict

    def with_points(values: Mapping[str, Value]) -> bool | None:
        result = verdict(values)
        return None if result is True and points not in values else result

    return with_points


def ready(condition: Condition | None, thresholds: Mapping[str, ResolvedThreshold]) -> Verdict:
    """Make a condition ready to be evaluated; no condition always holds."""
    if condition is None:
        return lambda values: True  # noqa: ARG005
    if isinstance(condition, Test):
        return _ready_test(condition, thresholds)
    parts = [ready(part, thresholds) for part in condition.parts]
    if isinstance(condition, AllOf):
        return lambda values: _all([part(values) for part in parts])
    if isinstance(condition, AnyOf):
        return lambda values: _any([part(values) for part in parts])
    assert isinstance(condition, NoneOf)
    return lambda values: _not(_any([part(values) for part in parts]))


def _ready_test(test: Test, thresholds: Mapping[str, ResolvedThreshold]) -> Verdict:
    name = test.fact
    operands = [thresholds[o.name].value if isinstance(o, ThresholdName) else o for o in test.operands]
    if test.operator in (Operator.KNOWN, Operator.UNKNOWN):
        return lambda values: (name in values) is (test.operator is Operator.KNOWN)
    simple = _SIMPLE.get(test.operator)
    if simple is not None and len(operands) == 1 and operands[0] is not None:
        return _ready_comparison(name, simple, operands[0])
    compare = _COMPARISONS[test.operator]

    def verdict(values: Mapping[str, Value]) -> bool | None:
        value = values.get(name)
        return None if value is None else compare(value, operands)

    return verdict


def _ready_comparison(name: str, compare: Callable[[Any, Any], bool], operand: Value) -> Verdict:
    """Make the most common test ready: a fact against one known operand."""

    def verdict(values: Mapping[str, Value]) -> bool | None:
        value = values.get(name)
        return None if value is None else compare(value, operand)

    return verdict


def _all(results: Collection[bool | None]) -> bool | None:
    """Kleene's conjunction: false as soon as one is false, else unknown as soon as one is."""
    if False in results:
        return False
    return None if None in results else True


def _any(results: Collection[bool | None]) -> bool | None:
    """Kleene's disjunction: true as soon as one is true, else unknown as soon as one is."""
    if True in results:
        return True
    return None if None in results else False


def _not(result: bool | None) -> bool | None:
    return None if result is None else not result


_Operands: TypeAlias = list[Value | None]


def _is(value: Value, operands: _Operands) -> bool | None:
    return True if value in operands else None if None in operands else False


def _is_not(value: Value, operands: _Operands) -> bool | None:
    return _not(_is(value, operands))


def _includes(value: Any, operands: _Operands) -> bool | None:
    return any(operand in value for operand in operands)


def _at_least(value: Any, operands: list[Any]) -> bool | None:
    return None if operands[0] is None else value >= operands[0]


def _more_than(value: Any, operands: list[Any]) -> bool | None:
    return None if operands[0] is None else value > operands[0]


def _at_most(value: Any, operands: list[Any]) -> bool | None:
    return _not(_more_than(value, operands))


def _less_than(value: Any, operands: list[Any]) -> bool | None:
    return _not(_at_least(value, operands))


def _between(value: Value, operands: _Operands) -> bool | None:
    return _all((_at_least(value, operands[:1]), _at_most(value, operands[1:])))


_COMPARISONS: Mapping[Operator, Callable[[Any, list[Any]], bool | None]] = {
    Operator.IS: _is,
    Operator.ONE_OF: _is,
    Operator.IS_NOT: _is_not,
    Operator.INCLUDES: _includes,
    Operator.AT_LEAST: _at_least,
    Operator.MORE_THAN: _more_than,
    Operator.AT_MOST: _at_most,
    Operator.LESS_THAN: _less_than,
    Operator.BETWEEN: _between,
}
_SIMPLE: Mapping[Operator, Callable[[Any, Any], bool]] = {
    Operator.IS: operator.eq,
    Operator.ONE_OF: operator.eq,
    Operator.IS_NOT: operator.ne,
    Operator.AT_LEAST: operator.ge,
    Operator.MORE_THAN: operator.gt,
    Operator.AT_MOST: operator.le,
    Operator.LESS_THAN: operator.lt,
}
