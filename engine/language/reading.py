"""What a condition or a rule reads: the facts and the thresholds in it."""

from __future__ import annotations

from collections.abc import Iterator

from sangdo.engine.language.rulebook import Condition, Question, Rule, Test, ThresholdName


def tests_in(condition: Condition | None) -> Iterator[Test]:
    """Yield every test of a condition, in the order written."""
    if condition is None:
        return
    if isinstance(condition, Test):
        yield condition
    else:
        for part in condition.parts:
            yield from tests_in(part)


def thresholds_in(condition: Condition | None) -> Iterator[str]:
    """Yield the names of the thresholds of a condition."""
    for test in tests_in(condition):
        yield from (operand.name for operand in test.operands if isinstance(operand, ThresholdName))


def facts_of_rule(rule: Rule) -> Iterator[str]:
    """Yield the facts a rule reads, in its condition and its points."""
    yield from (test.fact for test in tests_in(rule.when))
    if isinstance(rule.points, str):
        yield rule.points


def facts_of_question(question: Question) -> dict[str, None]:
    """Return the facts a question reads, each once, in the order read."""
    read = dict.fromkeys(test.fact for test in tests_in(question.applies))
    for rule in question.rules:
        read.update(dict.fromkeys(facts_of_rule(rule)))
    return read
