"""Thresholds on one fact that change places at some date."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from itertools import combinations

from sangdo.engine.language.reading import tests_in
from sangdo.engine.language.rulebook import Rulebook, Status, Test, Text, Threshold, ThresholdName
from sangdo.engine.language.values import plain
from sangdo.engine.verify.findings.finding import Finding


def find_threshold_order(rulebook: Rulebook) -> Iterator[Finding]:
    """Yield each pair of dated thresholds that one fact is compared with and whose order a later date turns round.

    All dates in the files count, past ones too. A line measured from a book has no order of its own and is left out.
    """
    owner = {name: question.name for question in rulebook.questions.values() for name in question.thresholds}
    seen: set[tuple[str, str]] = set()
    for fact, readers in _lines_on(rulebook).items():
        for pair in combinations(readers, 2):
            first, second = (rulebook.thresholds[name] for name in pair)
            day = None if pair in seen else _day_of_swap(first, second)
            if day is None:
                continue
            seen.add(pair)
            moved = first if day in dict(first.values) else second
            rules = tuple(dict.fromkeys(readers[pair[0]] + readers[pair[1]]))
            yield Finding(
                "threshold_order", _sentence(fact, first, second, day), rules, moved.location, owner[moved.name], day
            )


def _lines_on(rulebook: Rulebook) -> dict[str, dict[str, list[str]]]:
    """The dated thresholds that each fact is compared with in questions that are asked, and the rules that do so."""
    lines: dict[str, dict[str, list[str]]] = {}
    asked = [question for question in rulebook.questions.values() if question.status is not Status.RETIRED]
    tests: list[tuple[str | None, Test]] = [(None, test) for question in asked for test in tests_in(question.applies)]
    tests += [(rule.id, test) for question in asked for rule in question.rules for test in tests_in(rule.when)]
    for rule, test in tests:
        for operand in test.operands:
            if isinstance(operand, ThresholdName) and rulebook.thresholds[operand.name].method is None:
                lines.setdefault(test.fact, {}).setdefault(operand.name, []).extend([rule] if rule else [])
    return lines


def _day_of_swap(first: Threshold, second: Threshold) -> date | None:
    """The first date from which the threshold that lay below lies above."""
    above: bool | None = None
    for day in sorted({day for threshold in (first, second) for day, _ in threshold.values}):
        one, other = _in_force(first, day), _in_force(second, day)
        if one is None or other is None or one == other:
            continue
        if above is not None and above != (one > other):
            return day
        above = one > other
    return None


def _in_force(threshold: Threshold, day: date) -> float | None:
    return next((value for since, value in reversed(threshold.values) if since <= day), None)


def _sentence(fact: str, first: Threshold, second: Threshold, day: date) -> Text:
    high, low = sorted(((_in_force(one, day) or 0, one.name) for one in (first, second)), reverse=True)
    return Text(
        f"{day}부터 {fact}의 기준선 {high[1]}({plain(high[0])})이(가) {low[1]}({plain(low[0])})보다 높다. "
        "그전에는 낮았다.",
        f"From {day} the threshold {high[1]} ({plain(high[0])}) on {fact} lies above {low[1]} ({plain(low[0])}); "
        "until then it lay below.",
    )
