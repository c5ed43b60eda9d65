"""Problems with what a person wrote, and the errors that carry them.

Every stage collects all the problems of its input before it raises; each problem says where it is,
what was expected and which word was probably meant.
"""

from __future__ import annotations

import difflib
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Location:
    """A place in a file; line and column count from 1, and 0 means the whole file (or row)."""

    path: str
    line: int = 0
    column: int = 0

    def __str__(self) -> str:
        parts = [self.path]
        if self.line:
            parts.append(str(self.line))
            if self.column:
                parts.append(str(self.column))
        return ":".join(parts)


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong: where, what, the offending line, what was expected, the nearest right word."""

    location: Location
    message: str
    source: str | None = None
    expected: str | None = None
    suggestion: str | None = None

    def __str__(self) -> str:
        lines = [f"{self.location}: {self.message}"]
        if self.source is not None and self.location.line:
            margin = f"{self.location.line:>6} | "
            lines.append(margin + self.source)
            if 0 < self.location.column <= len(self.source) + 1:
                before = self.source[: self.location.column - 1]
                lines.append(" " * 7 + "| " + " " * _width(before) + "^")
        if self.expected:
            lines.append(f"       expected: {self.expected}")
        if self.suggestion:
            lines.append(f'       did you mean "{self.suggestion}"?')
        return "\n".join(lines)


class SangdoError(Exception):
    """The base of every error a person can cause; `exit_code` is what the command line returns."""

    exit_code = 1

    def __init__(self, *problems: Problem) -> None:
        self.problems = tuple(sorted(problems, key=lambda p: (p.location.path, p.location.line, p.location.column)))
        super().__init__("\n".join(map(str, self.problems)))


class RulesInvalid(SangdoError):
    """The rulebook cannot be used: something in a rule file is wrong."""

    exit_code = 3


class DataInvalid(SangdoError):
    """Facts, orders, customers or observations cannot be used as they are."""

    exit_code = 6


class NothingMatched(SangdoError):
    """The customer, rule or question asked for does not exist."""

    exit_code = 7


def _width(text: str) -> int:
    """The columns a terminal needs for a text: Hangul takes two."""
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def nearest(word: str, known: Iterable[str]) -> str | None:
    """The known word closest to a misspelt one, or None when nothing is close."""
    words = list(known)
    if alike := [one for one in words if one.casefold() == word.casefold()]:
        return alike[0]
    matches = difflib.get_close_matches(word[:100], words, n=1, cutoff=0.6)
    return matches[0] if matches else None
