"""A rule file as it is written: entries in their order, words as they are spelt, comments where they belong."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, TypeAlias

import yaml
from yaml import events

from sangdo.engine.language.block_text import BLOCK_STYLES, read_block_text
from sangdo.engine.language.comments import Comment, Comments
from sangdo.engine.language.errors import Location, RulesInvalid
from sangdo.engine.language.source import Source, yaml_loader

LONGEST_KEY = 1000
BRACKETS = ("[", "]", "{", "}")


@dataclass(frozen=True, slots=True)
class Words:
    """A scalar as it is spelt; its further lines are without indentation."""

    lines: tuple[str, ...]
    style: str
    """Empty for a bare word, else a quotation mark, | or >."""


@dataclass(frozen=True, slots=True)
class Group:
    """A mapping or a list, and the comments at its end."""

    is_list: bool
    entries: tuple[Entry, ...]
    below: tuple[Comment, ...] = ()


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry of a mapping, or an item of a list, whose key is None.

    `name` is the key without quotes, `beside` the comment at the end of its line, `spaced` whether a blank line
    stands before it (and behind its comments).
    """

    key: str | None
    name: str
    value: Value
    before: tuple[Comment, ...]
    beside: Comment | None
    spaced: bool


Value: TypeAlias = Words | Group


def read_outline(source: Source, text: str) -> Entry:
    """Return the outline of a text that the source has read without a problem, as one entry without a key.

    Raises RulesInvalid for a key that cannot stand on one line.
    """
    return _Reader(source, text).read()


class _Reader:
    """Builds the outline from parser events and claims each comment on the way."""

    def __init__(self, source: Source, text: str) -> None:
        self._source, self._text = source, text
        found = yaml.parse(text, Loader=yaml_loader())
        kinds = (events.ScalarEvent, events.CollectionStartEvent, events.CollectionEndEvent)
        self._events: deque[Any] = deque(event for event in found if isinstance(event, kinds))
        self._end = 0
        self._comments = Comments(text, self._spans())

    def _spans(self) -> Iterator[tuple[int, int]]:
        """Yield where words and brackets begin and end; of a block of text, its comment is left out."""
        for event in self._events:
            start, end = event.start_mark.index, event.end_mark.index
            if not isinstance(event, events.ScalarEvent):
                if self._text[start:end] in BRACKETS:
                    yield start, end
            elif event.style in BLOCK_STYLES:
                block = read_block_text(self._text, start, end)
                yield start, block.mark_end
                yield block.head_end, block.end
            elif end > start:
                yield start, end

    def read(self) -> Entry:
        entry = self._entry(False, -1)
        assert isinstance(entry.value, Group)
        rest = (*entry.value.below, *self._comments.before(len(self._text) + 1))
        whole = Group(entry.value.is_list, entry.value.entries, rest)
        return Entry(None, "", whole, entry.before, entry.beside, entry.spaced)

    def _entry(self, named: bool, column: int) -> Entry:
        start = self._events[0].start_mark.index
        before = self._comments.before(start)
        spaced = self._comments.is_spaced(self._end, start)
        beside: list[Comment] = []
        key, name = None, ""
        if named:
            event = self._events.popleft()
            key, name = self._key(event), event.value
            beside += self._pass(event.end_mark.index)
        value = self._value(column, before, beside)
        before += beside[1:]
        return Entry(key, name, value, tuple(before), beside[0] if beside else None, spaced)

    def _pass(self, end: int) -> list[Comment]:
        """Go on behind a word or bracket; return the comment beside it."""
        self._end = end
        return self._comments.beside(end)

    def _key(self, event: Any) -> str:
        spelt = self._text[event.start_mark.index : event.end_mark.index]
        if "\n" in spelt or event.style in BLOCK_STYLES or len(spelt) > LONGEST_KEY:
            at = Location(self._source.path, event.start_mark.line + 1, event.start_mark.column + 1)
            expected = f"a key on one line, of at most {LONGEST_KEY} characters"
            raise RulesInvalid(self._source.problem(at, "this key cannot be laid out", expected=expected))
        return spelt

    def _value(self, column: int, before: list[Comment], beside: list[Comment]) -> Value:
        event = self._events[0]
        if isinstance(event, events.ScalarEvent):
            return self._words(column, before, beside)
        if event.flow_style:
            return self._flow(column, before, beside)
        return self._block(column)

    def _words(self, column: int, before: list[Comment], beside: list[Comment]) -> Words:
        event = self._events.popleft()
        start, end = event.start_mark.index, event.end_mark.index
        if start == end:
            return Words(("",), "")
        before += self._comments.before(start)
        if event.style in BLOCK_STYLES:
            return self._block_text(event, column, beside)
        beside += self._pass(end)
        first, *rest = self._text[start:end].split("\n")
        return Words((first, *(line.lstrip(" \t") for line in rest)), event.style or "")

    def _block_text(self, event: Any, column: int, beside: list[Comment]) -> Words:
        block = read_block_text(self._text, event.start_mark.index, event.end_mark.index)
        beside += self._pass(block.mark_end)
        self._end = block.end
        return Words(block.lines(column), event.style)

    def _flow(self, column: int, before: list[Comment], beside: list[Comment]) -> Group:
        event = self._events.popleft()
        before += self._comments.before(event.start_mark.index)
        beside += self._bracket(event)
        is_list = isinstance(event, events.SequenceStartEvent)
        entries = self._entries(is_list, column)
        closing = self._events.popleft()
        below = self._comments.before(closing.start_mark.index)
        beside += self._bracket(closing)
        if not entries:
            before += below
            below = []
        return Group(is_list, entries, tuple(below))

    def _bracket(self, event: Any) -> list[Comment]:
        """Pass a bracket; a mapping of one pair in a list may have none."""
        start, end = event.start_mark.index, event.end_mark.index
        return self._pass(end) if self._text[start:end] in BRACKETS else []

    def _block(self, column: int) -> Group:
        event = self._events.popleft()
        own = event.start_mark.column
        is_list = isinstance(event, events.SequenceStartEvent)
        entries = self._entries(is_list, own)
        self._events.popleft()
        return Group(is_list, entries, tuple(self._comments.below(self._end, max(own, column + 1))))

    def _entries(self, is_list: bool, column: int) -> tuple[Entry, ...]:
        entries = []
        while not isinstance(self._events[0], events.CollectionEndEvent):
            entries.append(self._entry(not is_list, column))
        return tuple(entries)
