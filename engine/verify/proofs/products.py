"""How many products a customer needs before one more makes no difference to any rule."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from string import ascii_uppercase

from sangdo.engine.language.reading import tests_in
from sangdo.engine.language.rulebook import Level, Operator, Rulebook, Test, ThresholdName

MOST = 8
"""The most products tried."""

_REACHING = (Operator.AT_LEAST, Operator.LESS_THAN)


def products_needed(rulebook: Rulebook, lines: Mapping[str, float | None]) -> tuple[tuple[str, ...], bool]:
    """Return the names of the products to try, and whether no customer needs more.

    Of a customer's products it is enough to keep the one asked about, one without an answer for each question that is
    counted, and of each answer counted as many as tell every test on the count apart.
    """
    if all(fact.level is not Level.PRODUCT for fact in rulebook.facts.values()):
        return (), True
    counted = {fact.name: fact.tally for fact in rulebook.facts.values() if fact.tally}
    enough = dict.fromkeys(counted, 0)
    bounded = True
    for test in _tests(rulebook):
        if test.fact in counted:
            reach = _reach(test, lines)
            bounded = bounded and reach is not None
            enough[test.fact] = max(enough[test.fact], reach or 0)
    for question in rulebook.questions.values():
        bounded = bounded and all(rule.points not in counted for rule in question.rules)
    needed = 1 + sum(enough.values()) + len({tally.question for name, tally in counted.items() if enough[name]})
    return tuple(ascii_uppercase[: min(needed, MOST)]), bounded and needed <= MOST


def _tests(rulebook: Rulebook) -> Iterator[Test]:
    for question in rulebook.questions.values():
        yield from tests_in(question.applies)
        for rule in question.rules:
            yield from tests_in(rule.when)


def _reach(test: Test, lines: Mapping[str, float | None]) -> int | None:
    """The count from which on a test stays as it is; None when that is not known."""
    operands = [lines[one.name] if isinstance(one, ThresholdName) else one for one in test.operands]
    if any(isinstance(one, ThresholdName) and lines[one.name] is None for one in test.operands):
        return None
    numbers = [one for one in operands if isinstance(one, (int, float)) and not isinstance(one, bool)]
    if not numbers:
        return 1
    return max(0, math.ceil(max(numbers)) if test.operator in _REACHING else math.floor(max(numbers)) + 1)
