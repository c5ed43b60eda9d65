"""The watch-list in words: a figure, its line, and what would become of the customer across it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sangdo.engine.bulk.week.cited_rules import cite_rules
from sangdo.engine.decision.pages.figures import capitalised, heading_of, value_of
from sangdo.engine.decision.pages.findings import AIMS
from sangdo.engine.decision.particles import settle_particles
from sangdo.engine.decision.wording import Wording
from sangdo.engine.language.rulebook import FactType

CHANGES_SHOWN = 2
MOST_PLACES = 7
_GROUPS = ("quadrant", "prospect_quadrant")


def arrange_near(one: Mapping[str, Any], wording: Wording, say: Mapping[str, str]) -> dict[str, Any]:
    """Return one entry of the watch-list (of the JSON of a week) in words."""
    name = one["fact"]
    how = "rises_to" if one["at"] == one["line"] else "falls_below" if one["at"] < one["line"] else "rises_above"
    label = heading_of(wording, name)
    value, line = _apart(name, one["value"], one["line"], wording)
    crossed = say[how].format(line)
    return {
        "name": one["name"],
        "label": f"{one['product']}: {label}" if "product" in one else label,
        "value": value,
        "line": line,
        "away": per_cent(wording, one["distance"]),
        "if": settle_particles(crossed) if wording.language == "ko" else capitalised(crossed),
        "changes": [_change(change, wording, say) for change in _telling(one["changes"])],
    }


def per_cent(wording: Wording, share: float) -> str:
    """Return a share that is already in per cent."""
    return f"{wording.number(share)}%"


def _apart(name: str, value: float, line: float, wording: Wording) -> tuple[str, str]:
    """A figure and its line in words, with as many decimals as it takes to tell them apart."""
    one, other = (value_of(wording, name, number) for number in (value, line))
    if one != other or value == line:
        return one, other
    sign = wording.currency_sign if wording.rulebook.facts[name].type is FactType.MONEY else ""
    places = next((places for places in range(2, MOST_PLACES) if f"{value:.{places}f}" != f"{line:.{places}f}"), 0)
    return (one, other) if not places else (f"{sign}{value:,.{places}f}", f"{sign}{line:,.{places}f}")


def _change(change: Mapping[str, Any], wording: Wording, say: Mapping[str, str]) -> dict[str, Any]:
    name = change["question"]
    before, after = (
        say["unanswered"] if change[side] is None else value_of(wording, name, change[side])
        for side in ("before", "after")
    )
    return {"label": heading_of(wording, name), "before": before, "after": after, "cite": cite_rules(change["rules"])}


def _telling(changes: Sequence[Mapping[str, Any]]) -> Sequence[Mapping[str, Any]]:
    """The changes that tell most: the group and the aim where they change, else those that have an answer."""
    aims = [one for one in changes if one["question"] in (*_GROUPS, *AIMS)]
    answered = [one for one in changes if one["after"] is not None]
    return (aims or answered or changes)[:CHANGES_SHOWN]
