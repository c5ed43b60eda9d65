"""A block of text in YAML: the mark | or > on one line, the text indented below it."""

from __future__ import annotations

import re
from dataclasses import dataclass

BLOCK_STYLES = ("|", ">")
_HEAD = re.compile(r"([|>])([0-9+-]*)[ \t]*(#.*)?")


@dataclass(frozen=True, slots=True)
class BlockText:
    """A block of text, and where its mark, the line of the mark and the text itself end."""

    style: str
    digit: str
    chomp: str
    below: tuple[str, ...]
    mark_end: int
    head_end: int
    end: int

    def lines(self, column: int) -> tuple[str, ...]:
        """Return the mark and the lines without their indentation, in a collection that begins at a column."""
        filled = (_indent(line) for line in self.below if line.strip(" "))
        indent = column + int(self.digit) if self.digit else next(filled, max(map(len, self.below), default=0))
        below = [line[indent:] for line in self.below]
        while below and not below[-1] and self.chomp != "+":
            below.pop()
        return (self.style + ("2" if self.digit else "") + self.chomp, *below)


def read_block_text(text: str, start: int, end: int) -> BlockText:
    """Read the block of text that a parser found between two positions."""
    head = _HEAD.match(text, start)
    assert head is not None
    marks, written = head.group(2), text[start:end]
    digit = re.sub(r"[^0-9]", "", marks)
    chomp = re.sub(r"[^+-]", "", marks)
    if not written.endswith("\n"):
        chomp = "-"  # the file ends without the line end that it is about to get
    below = text[head.end() : end].removesuffix("\n").split("\n")[1:]
    last = len(written.removesuffix("\n")) if chomp == "+" else len(written.rstrip(" \n"))
    return BlockText(head.group(1), digit, chomp, tuple(below), head.end(2), head.end(), max(head.end(), start + last))


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip(" "))
