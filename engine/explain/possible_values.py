"""The possible values of a fact, cut where the rules draw a line: one value to try for each stretch between lines."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import TypeAlias

from sangdo.engine.language.rulebook import Fact, FactType, Value
from sangdo.engine.language.values import LARGEST


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of numbers or dates; None is open, and the ends of whole numbers and dates are always included."""

    low: float | date | None
    high: float | date | None
    low_included: bool = True
    high_included: bool = True


@dataclass(frozen=True, slots=True)
class OtherText:
    """Any text but those named."""

    named: tuple[str, ...]


Stretch: TypeAlias = Value | Span | OtherText
"""Values that no test of the rules tells apart."""


@dataclass(frozen=True, slots=True)
class Possible:
    """One stretch of values, and the value in it that is tried."""

    stretch: Stretch
    tried: Value


def list_possible(fact: Fact, cuts: Iterable[Value]) -> tuple[Possible, ...]:
    """List what a fact can be, in order, given the values that rules test it against.

    A flag is both; a choice each allowed word; choices none and each single word; a text each tested one and another;
    numbers and dates each cut inside the range and each stretch between.
    """
    if fact.type is FactType.FLAG:
        return tuple(Possible(flag, flag) for flag in (True, False))
    if fact.type is FactType.CHOICE:
        return tuple(Possible(word, word) for word in fact.values or ())
    if fact.type is FactType.CHOICES:
        sets: list[frozenset[str]] = [frozenset(), *(frozenset([word]) for word in fact.values or ())]
        return tuple(Possible(words, words) for words in sets)
    if fact.type is FactType.TEXT:
        return _texts(tuple(dict.fromkeys(str(cut) for cut in cuts)))
    if fact.type is FactType.DATE:
        days = {cut.toordinal() for cut in cuts if isinstance(cut, date)}
        return tuple(_days(days))
    numbers = {cut for cut in cuts if isinstance(cut, (int, float)) and not isinstance(cut, bool)}
    return tuple(_whole(fact, numbers) if fact.type is FactType.INTEGER else _numbers(fact, numbers))


def joined(first: Span, second: Span) -> Span:
    """Return two stretches that follow each other as one."""
    return Span(first.low, second.high, first.low_included, second.high_included)


def as_span(value: float | date) -> Span:
    """Return a single number or date as a stretch."""
    return Span(value, value)


def _texts(tested: tuple[str, ...]) -> tuple[Possible, ...]:
    other = "?"
    while other in tested:
        other += "?"
    return (*(Possible(text, text) for text in tested), Possible(OtherText(tested), other))


def _days(cuts: set[int]) -> Iterator[Possible]:
    first, last = date.min.toordinal(), date.max.toordinal()
    for low, high in _segments(cuts, first, last):
        span = Span(None if low == first else date.fromordinal(low), None if high == last else date.fromordinal(high))
        yield Possible(span, date.fromordinal(high if low == first else low))


def _whole(fact: Fact, cuts: set[float]) -> Iterator[Possible]:
    low = -LARGEST if fact.minimum is None else math.ceil(fact.minimum)
    high = LARGEST if fact.maximum is None else math.floor(fact.maximum)
    for start, end in _segments(cuts, low, high):
        open_low, open_high = fact.minimum is None and start == low, fact.maximum is None and end == high
        yield Possible(Span(None if open_low else start, None if open_high else end), end if open_low else start)


def _segments(cuts: Iterable[float], low: int, high: int) -> Iterator[tuple[int, int]]:
    """Split whole numbers from low to high: each whole cut by itself, and what lies between."""
    starts = {low}
    for cut in cuts:
        starts.add(math.ceil(cut))
        starts.add(math.floor(cut) + 1)
    inside = sorted(start for start in starts if low <= start <= high)
    for start, following in zip(inside, [*inside[1:], high + 1], strict=True):
        yield start, following - 1


def _numbers(fact: Fact, cuts: set[float]) -> Iterator[Possible]:
    low, high = fact.minimum, fact.maximum
    inside = {cut for cut in cuts if (low is None or cut >= low) and (high is None or cut <= high)}
    edges = sorted(inside | {bound for bound in (low, high) if bound is not None})
    if not edges:
        yield Possible(Span(None, None), 0)
        return
    if low is None and edges[0] > -LARGEST:
        yield Possible(Span(None, edges[0], high_included=False), max(edges[0] - 1, -LARGEST))
    for edge, following in zip(edges, [*edges[1:], None], strict=True):
        yield Possible(as_span(edge), edge)
        if following is not None and edge < (middle := _between(edge, following)) < following:
            yield Possible(Span(edge, following, False, False), middle)
    if high is None and edges[-1] < LARGEST:
        yield Possible(Span(edges[-1], None, low_included=False), min(edges[-1] + 1, LARGEST))


def _between(low: float, high: float) -> float:
    """A number between two, a whole one where there is one."""
    return low + 1 if low + 1 < high else low + (high - low) / 2
