"""Stretches of values in words, and as the rules write them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date

from sangdo.engine.decision.phrases import phrases_in
from sangdo.engine.decision.wording import Wording
from sangdo.engine.explain.possible_values import OtherText, Span, Stretch
from sangdo.engine.language.rulebook import Fact, FactType, Value
from sangdo.engine.language.values import as_json

DISCRETE = (FactType.INTEGER, FactType.DATE)


def as_test(stretch: Stretch) -> object:
    """Return a stretch as a rule would test for it: a bare value, or limits; limits that are empty allow anything."""
    if isinstance(stretch, OtherText):
        return {"is not": list(stretch.named)}
    if not isinstance(stretch, Span):
        return as_json(stretch)
    if stretch.low is not None and stretch.low == stretch.high:
        return as_json(stretch.low)
    limits: dict[str, object] = {}
    if stretch.low is not None:
        limits["at least" if stretch.low_included else "more than"] = as_json(stretch.low)
    if stretch.high is not None:
        limits["at most" if stretch.high_included else "less than"] = as_json(stretch.high)
    return limits


def in_words(values: tuple[Stretch, ...], fact: Fact, wording: Wording) -> str:
    """Return stretches of a fact's values in words, such as "1 to 2, 5" or "3일 이상"."""
    return ", ".join(_words(values, fact, wording))


def range_in_words(fact: Fact, wording: Wording) -> str:
    """Return the range of a fact in words with its unit; nothing where any number or date will do."""
    low, high = fact.minimum, fact.maximum
    say = phrases_in(wording.language)
    if low is not None and high is not None:
        return say["from_to"].format(_first(low, high, fact, wording), wording.value(fact, high))
    if low is not None:
        return say["at_least"].format(wording.value(fact, low))
    return say["at_most"].format(wording.value(fact, high)) if high is not None else ""


def _words(values: tuple[Stretch, ...], fact: Fact, wording: Wording) -> Iterator[str]:
    say = phrases_in(wording.language)
    for stretch in values:
        if isinstance(stretch, OtherText):
            yield say["other_text" if stretch.named else "any_answer"]
        elif isinstance(stretch, Span):
            yield (
                _date_span(stretch, say, wording) if fact.type is FactType.DATE else _span(stretch, fact, say, wording)
            )
        elif stretch == frozenset():
            yield say["none_of_these"]
        else:
            yield f'"{stretch}"' if fact.type is FactType.TEXT else wording.value(fact, stretch)


def _date_span(span: Span, say: Mapping[str, str], wording: Wording) -> str:
    low, high = (wording.short_date(day) if isinstance(day, date) else "" for day in (span.low, span.high))
    if low and high:
        return low if low == high else say["from_to"].format(low, high)
    return say["from_day"].format(low) if low else say["to_day"].format(high) if high else say["any_answer"]


def _span(span: Span, fact: Fact, say: Mapping[str, str], wording: Wording) -> str:
    low, high = span.low, span.high
    if low is not None and low == high:
        return wording.value(fact, low)
    # What the range of the fact says anyway is left out, unless whole numbers are counted off.
    if fact.type not in DISCRETE or low == fact.minimum is None:
        low = None if low == fact.minimum and span.low_included else low
        high = None if high == fact.maximum and span.high_included else high
    if low is None and high is None:
        return say["any_answer"]
    if high is None:
        return say["at_least" if span.low_included else "more_than"].format(wording.value(fact, _known(low)))
    if low is None:
        return say["at_most" if span.high_included else "less_than"].format(wording.value(fact, _known(high)))
    joint = {
        (True, True): "from_to", (True, False): "from_below", (False, True): "above_to", (False, False): "above_below",
    }[span.low_included, span.high_included]  # fmt: skip
    return say[joint].format(_first(low, high, fact, wording), wording.value(fact, high))


def _first(low: Value, high: Value, fact: Fact, wording: Wording) -> str:
    """The lower limit, without its unit where that of the upper one serves both."""
    assert isinstance(low, (int, float))
    assert isinstance(high, (int, float))
    bare = wording.number(low)
    both = wording.value(fact, low).startswith(bare) and wording.value(fact, high).startswith(wording.number(high))
    return bare if both else wording.value(fact, low)


def _known(limit: Value | None) -> Value:
    assert limit is not None
    return limit
