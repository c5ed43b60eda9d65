"""The comments of a YAML text, each with what tells where it belongs."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass

_BLANK_LINE = re.compile(r"\n[ \t]*\n")
_LINE_ABOVE = re.compile(r"\n[ \t]*\n[ \t]*([-?][ \t]+)*\Z")
_COMMENT = re.compile(r"(?<![^\s,\[\]{}:\"'])#[^\n]*")
_INDICATOR = re.compile(r"[-?,]")


@dataclass(frozen=True, slots=True)
class Comment:
    """A comment, and whether a blank line stands before it."""

    text: str
    spaced: bool = False


@dataclass(frozen=True, slots=True)
class _Placed:
    comment: Comment
    start: int
    end: int
    column: int
    after: int
    """Where the word or bracket before it ends."""
    beside: bool
    """It stands on the line of that word or bracket."""
    alone: bool
    """No dash, question mark or comma stands between them, so nothing new has begun."""


def _placed(text: str, spans: Iterable[tuple[int, int]]) -> Iterable[_Placed]:
    """Find the comments between the spans of words and brackets; within a word a # is part of it."""
    after = 0
    for start, end in (*spans, (len(text), len(text))):
        last, alone = after, True
        for found in _COMMENT.finditer(text, after, start):
            between = text[last : found.start()]
            alone = alone and not _INDICATOR.search(between)
            comment = Comment(found.group().rstrip(), bool(_BLANK_LINE.search(between)))
            column = found.start() - text.rfind("\n", 0, found.start()) - 1
            beside = "\n" not in text[after : found.start()]
            yield _Placed(comment, found.start(), found.end(), column, after, beside, alone)
            last = found.end()
        after = max(after, end)


class Comments:
    """The comments of a text, handed out once each, in the order of the text."""

    def __init__(self, text: str, spans: Iterable[tuple[int, int]]) -> None:
        self._text = text
        self._waiting = deque(_placed(text, spans))
        self._end = 0

    def _take(self) -> Comment:
        taken = self._waiting.popleft()
        self._end = taken.end
        return taken.comment

    def before(self, position: int) -> list[Comment]:
        """Take those that stand before a position."""
        found = []
        while self._waiting and self._waiting[0].start < position:
            found.append(self._take())
        return found

    def beside(self, end: int) -> list[Comment]:
        """Take the one that ends the line on which a word or bracket ends."""
        first = self._waiting[0] if self._waiting else None
        return [self._take()] if first and first.after == end and first.beside else []

    def below(self, end: int, column: int) -> list[Comment]:
        """Take those that close a block: behind its last word, indented at least to a column."""
        found = []
        while self._waiting and self._closes(self._waiting[0], end, column):
            found.append(self._take())
        return found

    @staticmethod
    def _closes(placed: _Placed, end: int, column: int) -> bool:
        return placed.after == end and placed.alone and placed.column >= column

    def is_spaced(self, end: int, position: int) -> bool:
        """Say whether the line above a position, behind the last word or comment, is blank."""
        return bool(_LINE_ABOVE.search(self._text[max(end, self._end) : position]))
