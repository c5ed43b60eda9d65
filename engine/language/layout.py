"""The canonical layout: an outline written out, its keys in order, on one line what may and fits, else in blocks."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from sangdo.engine.language.block_text import BLOCK_STYLES
from sangdo.engine.language.comments import Comment
from sangdo.engine.language.outline import Entry, Group, Value, Words
from sangdo.engine.language.shapes import Grammar, Shape

WIDTH = 120
STEP = 2
_BARE = re.compile(r"([^\s\-?:,\[\]{}#&*!|>'\"%@`]|-(?=[^\s,\[\]{}]))[^,\[\]{}:?#]*\Z")
"""A bare word that reads the same between braces."""


@dataclass(frozen=True, slots=True)
class _Block:
    """Lines written out; `open` when a blank line behind them would become part of a text."""

    lines: list[str]
    open: bool = False


@dataclass(frozen=True, slots=True)
class _Piece:
    """An entry written out: its comments, whether a blank line stands behind them, and its lines."""

    before: tuple[Comment, ...]
    spaced: bool
    block: _Block


def lay_out(root: Entry, grammar: Grammar, kind: str) -> str:
    """Return the text of a file of a kind in canonical layout."""
    assert isinstance(root.value, Group)
    before = (*root.before, *filter(None, [root.beside]))
    body = _Layout(grammar).block(root.value, grammar.shapes[kind], 0)
    return "\n".join(_joined([_Piece(before, root.spaced, body)], 0).lines) + "\n"


@dataclass(frozen=True, slots=True)
class _Layout:
    grammar: Grammar

    def block(self, group: Group, shape: Shape, indent: int) -> _Block:
        """Write the entries of a group on lines of their own, then the comments at its end."""
        return _joined(self._pieces(group, shape, indent), indent, group.below)

    def _pieces(self, group: Group, shape: Shape, indent: int) -> list[_Piece]:
        return [self._piece(self._raised(entry, shape), self._shape(shape, entry), indent)
                for entry in _in_order(group, shape)]  # fmt: skip

    def _shape(self, shape: Shape, entry: Entry) -> Shape:
        return self.grammar.shapes[shape.of(entry.name)]

    def _piece(self, entry: Entry, shape: Shape, indent: int) -> _Piece:
        lead = " " * indent + ("-" if entry.key is None else f"{entry.key}:")
        value = entry.value
        if isinstance(value, Words):
            return _Piece(entry.before, entry.spaced, _words(lead, value, entry.beside, indent + STEP))
        flat = self._flat(value, shape)
        if flat is not None and (not value.entries or len(lead) + 1 + len(flat) <= WIDTH):
            return _Piece(entry.before, entry.spaced, _Block([_with(f"{lead} {flat}", entry.beside)]))
        if entry.key is None:
            return self._item(entry, value, shape, indent)
        body = self.block(value, shape, indent + STEP)
        body = replace(body, lines=[_with(lead, entry.beside), *body.lines])
        return _Piece(entry.before, entry.spaced, body)

    def _raised(self, entry: Entry, parent: Shape) -> Entry:
        """Move the comments of an item's first entry, which will stand behind the dash, above the item."""
        group, shape = entry.value, self._shape(parent, entry)
        if entry.key is not None or isinstance(group, Words) or not group.entries:
            return entry
        first, *rest = _in_order(group, shape)
        first = self._raised(first, shape)
        if not first.before:
            return entry
        top, *others = first.before
        top = replace(top, spaced=top.spaced or (entry.spaced and bool(entry.before)))
        bare = replace(group, entries=(replace(first, before=(), spaced=False), *rest))
        return replace(entry, before=(*entry.before, top, *others), value=bare, spaced=first.spaced)

    def _item(self, entry: Entry, group: Group, shape: Shape, indent: int) -> _Piece:
        """Write a mapping or list as an item: its first entry stands behind the dash."""
        block = self.block(group, shape, indent + STEP)
        dashed = " " * indent + "- " + block.lines[0][indent + STEP :]
        before = (*entry.before, *filter(None, [entry.beside]))
        return _Piece(before, entry.spaced, replace(block, lines=[dashed, *block.lines[1:]]))

    def _flat(self, value: Value, shape: Shape) -> str | None:
        """Write a value on one line, or return None when it may not stand there."""
        if isinstance(value, Words):
            bare_or_quoted = len(value.lines) == 1 and (value.style in ("'", '"') or _BARE.match(value.lines[0]))
            return value.lines[0] if bare_or_quoted else None
        if value.below or (shape.block and value.entries) or (len(value.entries) > 1 and not shape.several):
            return None
        parts = [self._flat_entry(entry, self._shape(shape, entry)) for entry in _in_order(value, shape)]
        written = ", ".join(part for part in parts if part is not None)
        if None in parts:
            return None
        return f"[{written}]" if value.is_list else f"{{{written}}}"

    def _flat_entry(self, entry: Entry, shape: Shape) -> str | None:
        flat = self._flat(entry.value, shape)
        if flat is None or entry.before or entry.beside:
            return None
        if entry.key is None:
            return flat
        return f"{entry.key}: {flat}" if entry.key[0] in "'\"" or _BARE.match(entry.key) else None


def _in_order(group: Group, shape: Shape) -> Sequence[Entry]:
    if group.is_list:
        return group.entries
    return [group.entries[position] for position in shape.order([entry.name for entry in group.entries])]


def _words(lead: str, words: Words, beside: Comment | None, indent: int) -> _Block:
    first, *rest = words.lines
    lines = [f"{lead} {first}" if first else lead]
    lines += [" " * indent + line if line else "" for line in rest]
    place = 0 if words.style in BLOCK_STYLES else -1
    lines[place] = _with(lines[place], beside)
    is_open = first.endswith("+") or not lines[-1].strip()
    return _Block(lines, words.style in BLOCK_STYLES and is_open)


def _with(line: str, beside: Comment | None) -> str:
    return f"{line}  {beside.text}" if beside else line


def _joined(pieces: Iterable[_Piece], indent: int, below: tuple[Comment, ...] = ()) -> _Block:
    """Join entries, their comments and blank lines; a group never begins with a blank line."""
    lines: list[str] = []
    is_open = True
    for piece in (*pieces, _Piece(below, False, _Block([]))):
        for comment in piece.before:
            lines += [""] * (comment.spaced and not is_open) + [" " * indent + comment.text]
            is_open = False
        lines += [""] * (piece.spaced and not is_open) + piece.block.lines
        is_open = piece.block.open if piece.block.lines else is_open
    return _Block(lines, is_open)
