"""The watch-list: figures of a customer near a line, and the answers that would change if they crossed it.

What would change is not guessed: the plain evaluator answers again with the figure moved to the line or just past it.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from sangdo.engine.decision.decision import Decision
from sangdo.engine.decision.pages.findings import ATTENTION, IN_BETWEEN
from sangdo.engine.explain.reevaluation import Reevaluation
from sangdo.engine.inference.thresholds import ResolvedThreshold
from sangdo.engine.inference.trace import Trace
from sangdo.engine.language.errors import RulesInvalid
from sangdo.engine.language.reading import tests_in
from sangdo.engine.language.rulebook import (
    Choose,
    Fact,
    FactType,
    Operator,
    Question,
    Rulebook,
    ThresholdName,
    Value,
)

_LIMITS = (Operator.AT_LEAST, Operator.MORE_THAN, Operator.AT_MOST, Operator.LESS_THAN, Operator.BETWEEN)
_STEP = 1e-6
_DECIMALS = 5


@dataclass(frozen=True, slots=True)
class Line:
    """A number that a rule tests a fact against, a threshold's value where `threshold` is its name."""

    value: float
    threshold: str | None


@dataclass(frozen=True, slots=True)
class Change:
    """One answer as it is and as it would be, with the rules that would decide."""

    question: str
    product: str | None
    before: Value | None
    after: Value | None
    rules: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Near:
    """A figure near a line: `moved` is the first value across it at which answers change, `distance` the way there as
    a share of the line."""

    fact: str
    product: str | None
    value: float
    line: Line
    moved: float
    distance: float
    changes: tuple[Change, ...]


class _Figure(NamedTuple):
    fact: str
    product: str | None
    value: float


class Watch:
    """Finds the figures near a line, for customers decided by one rulebook."""

    def __init__(self, rulebook: Rulebook, near: float) -> None:
        """Take `near` as a share of the line: 0.1 for ten per cent."""
        self._near, self._rulebook = near, rulebook
        self._matter = {name for name, question in rulebook.questions.items() if _matters(question)}
        self._tested = dict(_tested(rulebook))

    def watch(self, decision: Decision) -> tuple[Near, ...]:
        """Return the figures of a customer that are near a line, the nearest first, each with its nearest line."""
        trace = decision.trace
        again = Reevaluation(decision.evaluator, trace.facts, trace.values, trace.product_values)
        found = []
        for product, values in ((None, trace.values), *trace.product_values.items()):
            for name, operands in self._tested.items():
                value = values.get(name)
                lines = {line for operand in operands if (line := _line(operand, trace.thresholds)) is not None}
                if isinstance(value, (int, float)):
                    found += self._nearest(trace, again, _Figure(name, product, value), lines)
        return tuple(sorted(found, key=lambda near: (near.distance, near.fact, near.product or "")))

    def _nearest(self, trace: Trace, again: Reevaluation, figure: _Figure, lines: set[Line]) -> list[Near]:
        """The nearest of the lines at which an answer changes, if any is near."""
        name, product, value = figure
        for line in sorted(lines, key=lambda line: (abs(line.value - value), line.threshold or "")):
            for moved in _beyond(self._rulebook.facts[name], value, line.value):
                distance = _distance(value, moved, line.value)
                if distance <= self._near and (changes := self._changes(trace, again, figure, moved)):
                    return [Near(name, product, value, line, moved, distance, changes)]
        return []

    def _changes(self, trace: Trace, again: Reevaluation, figure: _Figure, moved: float) -> tuple[Change, ...]:
        answers = {(closing.question, closing.product): closing.answer for closing in trace.closings}
        try:
            closings = again.with_value(figure.fact, figure.product, moved).closings
        except RulesInvalid:
            return ()  # rules that contradict each other there are for `sangdo analyze` to find
        return tuple(
            Change(closing.question, closing.product, before, closing.answer, closing.deciding)
            for closing in closings
            if closing.question in self._matter and closing.question != figure.fact
            if closing.answer != (before := answers[closing.question, closing.product])
        )


def _matters(question: Question) -> bool:
    """Whether an answer says what a customer is or what is aimed at; not one that only shares out time or calls
    actions, and not a figure."""
    if question.name in (*ATTENTION, *IN_BETWEEN) or question.choose is Choose.SUM:
        return False
    return not any(rule.actions for rule in question.rules)


def _tested(rulebook: Rulebook) -> Iterator[tuple[str, tuple[float | ThresholdName, ...]]]:
    """The numeric facts that rules test against limits, each with those limits."""
    limits: dict[str, dict[float | ThresholdName, None]] = {}
    for question in rulebook.questions.values():
        for condition in (question.applies, *(rule.when for rule in question.rules)):
            for test in tests_in(condition):
                if test.operator in _LIMITS and rulebook.facts[test.fact].type.is_numeric:
                    limits.setdefault(test.fact, {}).update(dict.fromkeys(test.operands))  # type: ignore[arg-type]
    yield from ((name, tuple(operands)) for name, operands in limits.items())


def _line(operand: float | ThresholdName, thresholds: Mapping[str, ResolvedThreshold]) -> Line | None:
    if not isinstance(operand, ThresholdName):
        return Line(operand, None)
    value = thresholds[operand.name].value
    return None if value is None else Line(value, operand.name)


def _distance(value: float, moved: float, line: float) -> float:
    """How far a value has to move, as a share of the line; to a line at zero no share is small."""
    return round(abs(moved - value) / abs(line), _DECIMALS) if line else math.inf


def _beyond(fact: Fact, value: float, line: float) -> Iterator[float]:
    """The values to try across a line: the line itself, and the first beyond it."""
    whole = fact.type is FactType.INTEGER
    below = math.ceil(line) - 1 if whole else line - _STEP * max(1.0, abs(line))
    above = math.floor(line) + 1 if whole else line + _STEP * max(1.0, abs(line))
    on = [int(line) if whole else line] if not whole or line == int(line) else []
    tried = [below, above] if value == line else [*on, below] if value > line else [*on, above]
    for one in tried:
        if (fact.minimum is None or one >= fact.minimum) and (fact.maximum is None or one <= fact.maximum):
            yield one
