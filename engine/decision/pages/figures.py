"""The figures: what is known of a customer in numbers and words, against its line, with where it came from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any, NamedTuple

from sangdo.engine.decision.phrases import phrases_in
from sangdo.engine.decision.wording import Wording
from sangdo.engine.language.rulebook import FactType, Origin, Value

PARTS = {"stability": ("stability_quarters", "stability_months", "stability_orders")}
"""Figures that are made of others, as measures.md defines them."""
LEADING = ("contribution", "stability", "orders_last_year", "days_silent", "volume_trend")
IN_THE_HEAD = ("customer_id", "name", "kind", "role", "rep", "standing", "product")
_BAR_ROOM = 1.25


class Figure(NamedTuple):
    """One figure in words: `share` and `mark` (0 to 1) draw it and its line as a bar, where that makes sense."""

    name: str
    label: str
    value: str
    against: str
    origin: str
    source: str
    share: float | None = None
    mark: float | None = None
    parts: tuple[Figure, ...] = ()


def value_of(wording: Wording, name: str, value: Any) -> str:
    """Return a value of the plan (as JSON has it) in words, with its unit."""
    fact = wording.rulebook.facts[name]
    typed: Value = value
    if isinstance(value, list):
        typed = frozenset(value)
    elif fact.type is FactType.DATE:
        typed = date.fromisoformat(value)
    words = wording.value(fact, typed)
    if fact.type is FactType.INTEGER and fact.unit is None and fact.minimum == 1 and fact.maximum is not None:
        return f"{words} / {wording.number(fact.maximum)}"
    if fact.type is FactType.MONEY and fact.unit is not None:
        unit = wording.text(fact.unit)
        return f"{unit} {words}" if wording.language == "ko" else f"{words} {unit}"
    return words


def heading_of(wording: Wording, name: str) -> str:
    """Return the label of a fact as it stands at the head of a line."""
    return capitalised(wording.text(wording.rulebook.facts[name].label))


def capitalised(words: str) -> str:
    """Return words with a capital at their head; Korean has none and stays as it is."""
    return words[:1].upper() + words[1:]


def list_figures(plan: Mapping[str, Any], wording: Wording) -> Iterator[Figure]:
    """List the leading figures that are known, each against its line where a rule draws one."""
    facts = plan["facts"]
    for name in LEADING:
        if name in facts and name in wording.rulebook.facts:
            yield _silence(plan, wording) if name == "days_silent" else _figure(plan, wording, name)


def list_observations(plan: Mapping[str, Any], wording: Wording, product: str | None = None) -> Iterator[Figure]:
    """List everything else that was measured, given or counted of the customer, or of one product."""
    facts = plan["facts"] if product is None else plan["products"][product]["facts"]
    shown = {*LEADING, *IN_THE_HEAD, *(part for parts in PARTS.values() for part in parts)}
    if "days_silent" in facts:
        shown.add("usual_gap_days")
    for name, declared in wording.rulebook.facts.items():
        if name in facts and name not in shown and declared.origin is not Origin.QUESTION:
            known = facts[name]
            if known["origin"] != "default":
                yield _plain(wording, name, known)


def _plain(wording: Wording, name: str, known: Mapping[str, Any]) -> Figure:
    label = heading_of(wording, name)
    share = _share(wording, name, known["value"])
    return Figure(name, label, value_of(wording, name, known["value"]), "", origin_of(wording, known),
                  str(known["source"] or ""), share)  # fmt: skip


def _figure(plan: Mapping[str, Any], wording: Wording, name: str) -> Figure:
    facts, say = plan["facts"], phrases_in(wording.language)
    known = facts[name]
    value, share, mark, against = known["value"], _share(wording, name, known["value"]), None, ""
    line = _line_for(plan, wording, name)
    if line is not None:
        limit, how = line
        against = say["at_or_above" if value >= limit else "below"].format(value_of(wording, name, limit))
        against = f"{against} ({how})"
        if share is not None:
            mark = limit
        elif max(value, limit) > 0:
            room = max(value, limit) * _BAR_ROOM
            share, mark = value / room, limit / room
    parts = tuple(_plain(wording, part, facts[part]) for part in PARTS.get(name, ()) if part in facts)
    label = say["trend"] if name == "volume_trend" else heading_of(wording, name)
    words = _trend(wording, value) if name == "volume_trend" else value_of(wording, name, value)
    return Figure(
        name, label, words, against, origin_of(wording, known), str(known["source"] or ""), share, mark, parts
    )


def _line_for(plan: Mapping[str, Any], wording: Wording, name: str) -> tuple[float, str] | None:
    """The line drawn on a figure, and where that line comes from."""
    say = phrases_in(wording.language)
    for threshold in wording.rulebook.thresholds.values():
        resolved = plan["thresholds"].get(threshold.name) if threshold.of == name else None
        if resolved is not None and resolved["value"] is not None:
            return resolved["value"], say["line_of_book" if resolved["how"] == "book" else "line_of_rules"]
    return None


def _silence(plan: Mapping[str, Any], wording: Wording) -> Figure:
    """How long no order has come, beside the gap that is usual for the customer."""
    facts, say = plan["facts"], phrases_in(wording.language)
    known, usual, against = facts["days_silent"], facts.get("usual_gap_days"), ""
    if usual and usual["value"] > 0:
        times = wording.number(round(known["value"] / usual["value"], 1))
        against = say["times_the_gap"].format(value_of(wording, "usual_gap_days", usual["value"]), times)
    words = value_of(wording, "days_silent", known["value"])
    return Figure("days_silent", say["silence"], words, against, origin_of(wording, known), str(known["source"] or ""))


def _trend(wording: Wording, ratio: float) -> str:
    """A ratio to the year before, as the change in per cent."""
    say, change = phrases_in(wording.language), round((ratio - 1) * 100)
    if change == 0:
        return say["trend_same"]
    return say["trend_up" if change > 0 else "trend_down"].format(wording.number(abs(change)))


def _share(wording: Wording, name: str, value: Any) -> float | None:
    """The value itself where the vocabulary bounds it to 0..1."""
    fact = wording.rulebook.facts[name]
    if fact.type is FactType.NUMBER and fact.minimum == 0 and fact.maximum == 1:
        return float(value)
    return None


def origin_of(wording: Wording, known: Mapping[str, Any]) -> str:
    """Return where a value came from, in words: measured, or given by whom and when."""
    say = phrases_in(wording.language)
    if known["origin"] != "given":
        return say[known["origin"]]
    by, day = known.get("by"), known.get("date")
    when = wording.short_date(date.fromisoformat(day)) if day else ""
    if by:
        return say["given_by_on"].format(by, when) if when else say["given_by"].format(by)
    return say["given_on"].format(when) if when else say["given"]
