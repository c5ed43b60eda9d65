"""The plain evaluator: the meaning of a rulebook in a few lines of Python, three-valued.

It shares nothing with the compiler of durable-rules but the hit policies, and every decision is checked
against it. True, false and None (unknown) combine as in Kleene's strong logic.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

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
    Operand,
    Operator,
    Origin,
    Question,
    Rule,
    Rulebook,
    Test,
    ThresholdName,
    Value,
)


@dataclass(frozen=True, slots=True)
class Evaluation:
    """How every question closed, in chain order, and all known values, answers included."""

    values: Mapping[str, Value]
    product_values: Mapping[str, Mapping[str, Value]]
    closings: tuple[Closing, ...]


def evaluate(rulebook: Rulebook, facts: Facts, thresholds: Mapping[str, ResolvedThreshold]) -> Evaluation:
    """Evaluate all questions on the facts of one customer. Raises RulesInvalid on a conflict."""
    values = {name: known.value for name, known in facts.values.items()}
    products = {
        name: {fact: known.value for fact, known in known_facts.items()} for name, known_facts in facts.products.items()
    }
    given = _given(rulebook, values)
    given_of = {name: _given(rulebook, own) for name, own in products.items()}
    closings: list[Closing] = []
    for stratum in rulebook.strata:
        questions = [rulebook.questions[name] for name in stratum]
        if questions[0].level is Level.CUSTOMER:
            closings += _close(questions, None, values, values, thresholds, given)
            continue
        for product, own in products.items():
            closings += _close(questions, product, own, {**values, **own}, thresholds, given_of[product])
        values.update(_counted(rulebook.facts.values(), facts, products))
    return Evaluation(values, products, tuple(closings))


def _given(rulebook: Rulebook, values: Mapping[str, Value]) -> dict[str, Value]:
    return {name: value for name, value in values.items() if rulebook.facts[name].origin is Origin.QUESTION}


def _close(
    questions: list[Question],
    product: str | None,
    own: dict[str, Value],
    seen: Mapping[str, Value],
    thresholds: Mapping[str, ResolvedThreshold],
    given: Mapping[str, Value],
) -> list[Closing]:
    closings = []
    for question in questions:
        asked = holds(question.applies, seen, thresholds) is True
        results = {rule.id: rule_holds(rule, seen, thresholds) for rule in question.rules} if asked else {}
        held = [rule for rule, result in results.items() if result is True]
        failed = [rule for rule, result in results.items() if result is False]
        closings.append(close_question(question, product, asked, held, failed, seen, given.get(question.name)))
    own.update({closing.question: closing.answer for closing in closings if closing.answer is not None})
    return closings


def _counted(facts: Iterable[Fact], given: Facts, products: Mapping[str, Mapping[str, Value]]) -> dict[str, Value]:
    counted = {}
    for fact in facts:
        if fact.tally is not None and fact.name not in given.values:
            value = tally(fact, products)
            if value is not None:
                counted[fact.name] = value
    return counted


def rule_holds(rule: Rule, values: Mapping[str, Value], thresholds: Mapping[str, ResolvedThreshold]) -> bool | None:
    """Return whether a rule holds; in a sum, one whose numeric fact is unknown is undecided."""
    result = holds(rule.when, values, thresholds)
    if result is True and isinstance(rule.points, str) and rule.points not in values:
        return None
    return result


def holds(
    condition: Condition | None, values: Mapping[str, Value], thresholds: Mapping[str, ResolvedThreshold]
) -> bool | None:
    """Return true, false, or None when unknown facts leave it undecided; no condition always holds."""
    if condition is None:
        return True
    if isinstance(condition, Test):
        return _test_holds(condition, values, thresholds)
    results = [holds(part, values, thresholds) for part in condition.parts]
    if isinstance(condition, AllOf):
        return _all(results)
    if isinstance(condition, AnyOf):
        return _any(results)
    assert isinstance(condition, NoneOf)
    return _all([_not(result) for result in results])


def _all(results: Iterable[bool | None]) -> bool | None:
    collected = set(results)
    return False if False in collected else None if None in collected else True


def _not(result: bool | None) -> bool | None:
    return None if result is None else not result


def _any(results: Iterable[bool | None]) -> bool | None:
    return _not(_all([_not(result) for result in results]))


def _test_holds(test: Test, values: Mapping[str, Value], thresholds: Mapping[str, ResolvedThreshold]) -> bool | None:
    value = values.get(test.fact)
    if test.operator is Operator.KNOWN:
        return value is not None
    if test.operator is Operator.UNKNOWN:
        return value is None
    if value is None:
        return None
    operands = [_resolved(operand, thresholds) for operand in test.operands]
    if isinstance(value, frozenset):
        return any(operand in value for operand in operands)
    if test.operator is Operator.IS_NOT:
        return _not(_equal(value, operands[0]))
    if test.operator in (Operator.IS, Operator.ONE_OF):
        return _any(_equal(value, operand) for operand in operands)
    if test.operator is Operator.BETWEEN:
        low, high = operands
        return _all([_compare(Operator.AT_LEAST, value, low), _compare(Operator.AT_MOST, value, high)])
    return _compare(test.operator, value, operands[0])


def _resolved(operand: Operand, thresholds: Mapping[str, ResolvedThreshold]) -> Value | None:
    return thresholds[operand.name].value if isinstance(operand, ThresholdName) else operand


def _equal(value: Value, operand: Value | None) -> bool | None:
    return None if operand is None else value == operand


def _compare(operator: Operator, value: Value, operand: Value | None) -> bool | None:
    if operand is None:
        return None
    difference = _order(value) - _order(operand)
    return {
        Operator.AT_LEAST: difference >= 0,
        Operator.MORE_THAN: difference > 0,
        Operator.AT_MOST: difference <= 0,
        Operator.LESS_THAN: difference < 0,
    }[operator]


def _order(value: Value) -> float:
    """A number that orders numbers and dates."""
    return value.toordinal() if hasattr(value, "toordinal") else float(value)  # type: ignore[arg-type]
