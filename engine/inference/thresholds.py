"""Thresholds as they stand for one decision: dated ones at the as-of date, measured ones from the book."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from sangdo.engine.language.rulebook import Rulebook


@dataclass(frozen=True, slots=True)
class ResolvedThreshold:
    """The value in force and where it came from: `book`, `dated` (in force `since` a date), `set` (moved for one
    question) or `none`, unknown."""

    name: str
    value: float | None
    how: str
    since: date | None = None


def resolve_thresholds(rulebook: Rulebook, as_of: date, lines: Mapping[str, float]) -> dict[str, ResolvedThreshold]:
    """Resolve every threshold. A measured line wins over dated values; with neither, the value is unknown
    and every test against it is unknown."""
    resolved = {}
    for name, threshold in rulebook.thresholds.items():
        in_force = [(since, value) for since, value in threshold.values if since <= as_of]
        if name in lines:
            resolved[name] = ResolvedThreshold(name, lines[name], "book" if threshold.method else "set")
        elif in_force:
            since, value = in_force[-1]
            resolved[name] = ResolvedThreshold(name, value, "dated", since)
        else:
            resolved[name] = ResolvedThreshold(name, None, "none")
    return resolved
