"""A rule file in its canonical form: the same meaning and comments, keys in order, one layout."""

from __future__ import annotations

import re
from collections import Counter

from sangdo.engine.language.errors import Location, RulesInvalid
from sangdo.engine.language.layout import lay_out
from sangdo.engine.language.outline import Entry, Group, read_outline
from sangdo.engine.language.shapes import Grammar, Shape
from sangdo.engine.language.source import Listing, Mapping, Node, Scalar, Source, parse_source, raise_problems

_UNSEEN_BREAK = re.compile("[\x85\u2028\u2029]")


class MeaningChanged(Exception):
    """The canonical form of a file does not say what the file says: a fault of the formatter."""


def format_file(data: bytes, shown: str, grammar: Grammar) -> str:
    """Return the canonical form of a file; `shown` is the path that problems name.

    Raises RulesInvalid when it is not YAML of a known kind, MeaningChanged (a fault) when the result differs.
    """
    source, node = parse_source(data, shown)
    raise_problems(source.problems, RulesInvalid)
    assert node is not None
    kind = grammar.kind(node.keys()) if isinstance(node, Mapping) else None
    if kind is None:
        keys = sorted({grammar.shapes[file].keys[0] for file in grammar.files})
        problem = source.problem(node.location, "this is no kind of rule file", expected="the key " + " or ".join(keys))
        raise RulesInvalid(problem)
    text = _with_plain_line_ends(source)
    outline = read_outline(source, text)
    formatted = lay_out(outline, grammar, kind)
    if formatted != source.text:
        _check(node, outline, formatted, grammar, kind)
    return formatted


def _with_plain_line_ends(source: Source) -> str:
    text = source.text.replace("\r\n", "\n").replace("\r", "\n")
    unseen = _UNSEEN_BREAK.search(text)
    if unseen:
        line = text[: unseen.start()].count("\n") + 1
        column = unseen.start() - text.rfind("\n", 0, unseen.start())
        message = f"the character U+{ord(unseen.group()):04X} breaks the line, but editors do not show it"
        at = Location(source.path, line, column)
        raise RulesInvalid(source.problem(at, message, expected="a plain end of line, or a space"))
    return text


def _check(node: Node, outline: Entry, formatted: str, grammar: Grammar, kind: str) -> None:
    """Read the canonical form again: it must hold the same values up to the order of keys, and the same comments."""
    source, again = parse_source(formatted.encode(), "the canonical form")
    if again is None or source.problems or not _is_same(node, again, grammar, grammar.shapes[kind]):
        raise MeaningChanged(f"the canonical form of {node.location.path} would not mean the same")
    if Counter(_comments(outline)) != Counter(_comments(read_outline(source, formatted))):
        raise MeaningChanged(f"the canonical form of {node.location.path} would lose a comment")


def _is_same(node: Node, again: Node, grammar: Grammar, shape: Shape) -> bool:
    if isinstance(node, Scalar) or isinstance(again, Scalar):
        return isinstance(node, Scalar) and isinstance(again, Scalar) and _parts(node) == _parts(again)
    if isinstance(node, Listing) and isinstance(again, Listing):
        inner = grammar.shapes[shape.of("")]
        pairs = zip(node.items, again.items, strict=False)
        return len(node.items) == len(again.items) and all(_is_same(a, b, grammar, inner) for a, b in pairs)
    if not isinstance(node, Mapping) or not isinstance(again, Mapping) or len(node.entries) != len(again.entries):
        return False
    ordered = [node.entries[position] for position in shape.order(node.keys())]
    return all(
        _parts(key) == _parts(key_again) and _is_same(a, b, grammar, grammar.shapes[shape.of(str(key.value))])
        for (key, a), (key_again, b) in zip(ordered, again.entries, strict=True)
    )


def _parts(scalar: Scalar) -> tuple[object, ...]:
    return type(scalar.value), scalar.value, scalar.quoted, scalar.spelling


def _comments(entry: Entry) -> list[str]:
    """Return the comments of an entry and of all within it."""
    found = [comment.text for comment in (*entry.before, *filter(None, [entry.beside]))]
    if isinstance(entry.value, Group):
        found += [comment.text for comment in entry.value.below]
        found += [text for inner in entry.value.entries for text in _comments(inner)]
    return found
