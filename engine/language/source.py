"""YAML read as nodes that know their place; every YAML trap is refused by name.

Only plain mappings, lists and scalars exist here: anchors, aliases, tags, several documents and
YAML 1.1's surprises (`no`, `on`, octal and sexagesimal numbers) are problems, not values.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any, NoReturn, TypeAlias
from unicodedata import normalize

import yaml
from yaml import events

from sangdo.engine.language.errors import Location, Problem, RulesInvalid, SangdoError, nearest

MAX_BYTES = 2_000_000
MAX_DEPTH = 24
MAX_NODES = 50_000
MAX_PROBLEMS = 50
MAX_COLLECTED = 200
MAX_MESSAGE = 400

Raw: TypeAlias = bool | int | float | str | date | None

_INTEGER = re.compile(r"[-+]?(0|[1-9][0-9]*)\Z")
_FLOAT = re.compile(r"[-+]?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?\Z")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}\Z")
_YES_NO = {"yes": "true", "on": "true", "y": "true", "no": "false", "off": "false", "n": "false"}
_COMPARISON = re.compile(r"(:|-)\s*[<>]=?")
_FOLDED_NUMBER = re.compile(r"(:|-)\s*>\s*\d")
_UNQUOTED = "an unquoted < or > cannot be read"
_IN_WORDS = "words: {more than: x}, {at least: x}, {less than: x}, {at most: x}"
_LONGEST_INTEGER = 30


@dataclass(frozen=True, slots=True)
class Scalar:
    """A scalar: its value after strict resolution, whether it was quoted, and how it is spelt."""

    value: Raw
    quoted: bool
    location: Location
    spelling: str = ""


@dataclass(frozen=True, slots=True)
class Listing:
    """A list of nodes."""

    items: tuple[Node, ...]
    location: Location


@dataclass(frozen=True, slots=True)
class Mapping:
    """A mapping, in file order; keys are scalars and no key occurs twice."""

    entries: tuple[tuple[Scalar, Node], ...]
    location: Location

    def get(self, key: str) -> Node | None:
        """Return the node under a key, or None."""
        return next((node for name, node in self.entries if name.value == key), None)

    def keys(self) -> list[str]:
        """Return the keys as text, in file order."""
        return [str(name.value) for name, _ in self.entries]


Node: TypeAlias = Scalar | Listing | Mapping


class _Refused(Exception):
    """Stops the reading of one file at the problem it carries."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem


class Source:
    """One file's text, and the problems found in it so far; of a great many it raises the first, as `error`."""

    def __init__(self, path: str, text: str, error: type[SangdoError] = RulesInvalid) -> None:
        self.path = path
        self.text = text
        self._error = error
        self.problems: list[Problem] = []
        self._lines: list[str] | None = None

    def line(self, number: int) -> str | None:
        """Return the text of one line, cut to a readable length, or None outside the file."""
        if self._lines is None:
            self._lines = re.split(r"\r\n|\r|\n", self.text)
        if not 1 <= number <= len(self._lines):
            return None
        return self._lines[number - 1][:200]

    def problem(
        self, at: Location, message: str, *, expected: str | None = None, suggestion: str | None = None
    ) -> Problem:
        """Make a problem that quotes the line it is on."""
        if len(message) > MAX_MESSAGE:
            message = message[:MAX_MESSAGE] + "..."
        return Problem(at, message, self.line(at.line), expected, suggestion)

    def add(
        self, at: Node | Location, message: str, *, expected: str | None = None, suggestion: str | None = None
    ) -> None:
        """Collect a problem at a node or place of this file."""
        place = at if isinstance(at, Location) else at.location
        self.problems.append(self.problem(place, message, expected=expected, suggestion=suggestion))
        if len(self.problems) >= MAX_COLLECTED:
            raise_problems(self.problems, self._error)

    def unknown(self, at: Node, what: str, word: object, known: list[str]) -> None:
        """Collect a problem about a word that is none of the known ones."""
        listed = ", ".join(known) if len(known) <= 12 else None
        self.add(at, f'unknown {what} "{word}"', expected=listed, suggestion=nearest(str(word), known))


def read_source(
    path: Path, shown: str, error: type[SangdoError] = RulesInvalid, words: Collection[str] = ()
) -> tuple[Source, Node | None]:
    """Read one YAML (or JSON) file; `shown` is the path that problems name.

    `words` may stand bare though YAML takes them for yes or no.
    The node is None when the file is unreadable, empty or broken; the source then carries the problem.
    """
    source = Source(shown, "", error)
    try:
        if path.stat().st_size > MAX_BYTES:
            source.add(Location(shown), f"the file is larger than {MAX_BYTES // 1_000_000} MB")
            return source, None
        return parse_source(path.read_bytes(), shown, error, words)
    except OSError as failure:
        source.add(Location(shown), f"cannot be read: {failure.strerror or failure}")
        return source, None


def parse_source(
    data: bytes, shown: str, error: type[SangdoError] = RulesInvalid, words: Collection[str] = ()
) -> tuple[Source, Node | None]:
    """Parse YAML (or JSON) bytes into nodes; see read_source."""
    source = Source(shown, "", error)
    if len(data) > MAX_BYTES:
        source.add(Location(shown), f"the file is larger than {MAX_BYTES // 1_000_000} MB")
        return source, None
    try:
        # Hangul typed on some systems comes in parts: the same word must be the same text.
        text = normalize("NFC", data.decode("utf-8-sig"))
    except UnicodeDecodeError as wrong:
        line = data[: wrong.start].count(b"\n") + 1
        column = wrong.start - (data.rfind(b"\n", 0, wrong.start) + 1) + 1
        source.add(
            Location(shown, line, column),
            "the file is not UTF-8",
            expected="text saved as UTF-8 (in the editor: save with encoding UTF-8, not CP949/EUC-KR or UTF-16)",
        )
        return source, None
    source = Source(shown, text, error)
    try:
        return source, _Builder(source, words).build()
    except _Refused as refused:
        source.problems.append(refused.problem)
    except yaml.MarkedYAMLError as wrong_yaml:
        source.problems.append(_explain(source, wrong_yaml))
    except (yaml.YAMLError, ValueError) as unreadable:
        source.add(Location(shown), "cannot be read as YAML: " + " ".join(str(unreadable).split())[:200])
    return source, None


def _explain(source: Source, error: yaml.MarkedYAMLError) -> Problem:
    """Turn a YAML error into a problem, naming the trap where it is a known one."""
    mark = error.problem_mark or error.context_mark
    at = Location(source.path, mark.line + 1, mark.column + 1) if mark else Location(source.path)
    line = source.line(at.line) or ""
    if "\t" in line[: len(line) - len(line.lstrip())] or "'\\t'" in str(error.problem):
        return source.problem(at, "a tab is used for indentation", expected="spaces")
    nearby = next((n for n in (at.line, at.line - 1) if _COMPARISON.search(source.line(n) or "")), None)
    if nearby:
        column = (source.line(nearby) or "").find(":") + 2
        return source.problem(Location(source.path, nearby, column), _UNQUOTED, expected=_IN_WORDS)
    message = " ".join(str(part) for part in (error.context, error.problem) if part)
    return source.problem(at, f"cannot be read as YAML: {message}")


class _Builder:
    """Builds nodes from parser events, with every limit checked on the way."""

    def __init__(self, source: Source, words: Collection[str]) -> None:
        self._source, self._words = source, words
        self._events: Iterator[Any] = yaml.parse(source.text, Loader=yaml_loader())
        self._count = 0

    def build(self) -> Node | None:
        node: Node | None = None
        for event in self._events:
            if isinstance(event, events.DocumentStartEvent):
                if node is not None:
                    self._refuse(event, "a second document begins here", "one document a file, without ---")
            elif isinstance(event, (events.ScalarEvent, events.MappingStartEvent, events.SequenceStartEvent)):
                node = self._node(event, 1)
            elif isinstance(event, events.AliasEvent):
                self._refuse(event, "aliases (*name) are not allowed", "the text written out")
        if node is None or (isinstance(node, Scalar) and node.value is None):
            self._source.add(Location(self._source.path), "the file is empty")
            return None
        return node

    def _refuse(self, event: Any, message: str, expected: str | None = None) -> NoReturn:
        raise _Refused(self._source.problem(self._at(event), message, expected=expected))

    def _at(self, event: Any) -> Location:
        return Location(self._source.path, event.start_mark.line + 1, event.start_mark.column + 1)

    def _node(self, event: Any, depth: int) -> Node:
        self._count += 1
        if self._count > MAX_NODES:
            self._refuse(event, f"the file has more than {MAX_NODES} values")
        if depth > MAX_DEPTH:
            self._refuse(event, f"nested deeper than {MAX_DEPTH} levels")
        if isinstance(event, events.AliasEvent):
            self._refuse(event, "aliases (*name) are not allowed", "the text written out")
        if event.anchor is not None:
            self._refuse(event, "anchors (&name) are not allowed", "the text written out")
        if event.tag is not None:
            self._refuse(event, f'the tag "{event.tag}" is not allowed', "a plain value")
        if isinstance(event, events.ScalarEvent):
            return self._scalar(event)
        if isinstance(event, events.SequenceStartEvent):
            return self._listing(event, depth)
        return self._mapping(event, depth)

    def _listing(self, start: Any, depth: int) -> Listing:
        items: list[Node] = []
        for event in self._events:
            if isinstance(event, events.SequenceEndEvent):
                break
            items.append(self._node(event, depth + 1))
        return Listing(tuple(items), self._at(start))

    def _mapping(self, start: Any, depth: int) -> Mapping:
        entries: list[tuple[Scalar, Node]] = []
        first: dict[str, int] = {}
        for event in self._events:
            if isinstance(event, events.MappingEndEvent):
                break
            key = self._node(event, depth + 1)
            if not isinstance(key, Scalar):
                self._refuse(event, "a key must be a single word", 'for example "name: value"')
            node = self._node(next(self._events), depth + 1)
            name = str(key.value)
            if key.value is None:
                self._source.add(key, "a key is empty", expected="name: value")
            elif name in first:
                self._source.add(key, f'the key "{name}" is given twice (first on line {first[name]})')
            else:
                first[name] = key.location.line
                entries.append((key, node))
        return Mapping(tuple(entries), self._at(start))

    def _scalar(self, event: Any) -> Scalar:
        at, text = self._at(event), event.value
        if event.style == ">" and _FOLDED_NUMBER.search(self._source.line(at.line) or ""):
            self._refuse(event, _UNQUOTED, _IN_WORDS)
        if not event.implicit[0]:
            return Scalar(text, True, at, text)
        if text in ("", "~", "null", "Null", "NULL"):
            return Scalar(None, False, at, text)
        if text in ("true", "True", "TRUE", "false", "False", "FALSE"):
            return Scalar(text.lower() == "true", False, at, text)
        if text.lower() in _YES_NO and text not in self._words:
            meant = _YES_NO[text.lower()]
            self._source.add(at, f'"{text}" may mean {meant} or a text', expected=f'{meant}, or "{text}" in quotes')
            return Scalar(text, False, at, text)
        if _INTEGER.match(text) and len(text) <= _LONGEST_INTEGER:
            return Scalar(int(text), False, at, text)
        if _FLOAT.match(text):
            return Scalar(float(text), False, at, text)
        if _DATE.match(text):
            return Scalar(self._date(text, at), False, at, text)
        return Scalar(text, False, at, text)

    def _date(self, text: str, at: Location) -> date | str:
        try:
            return date.fromisoformat(text)
        except ValueError:
            self._source.add(at, f"there is no date {text}", expected="a date as YYYY-MM-DD")
            return text


def yaml_loader() -> Any:
    """Return the class that parses YAML: in C where PyYAML was built so."""
    return getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def raise_problems(problems: list[Problem], error: type[SangdoError]) -> None:
    """Raise the error with all the problems (the first ones of a great many), if there are any."""
    if problems:
        shown = problems[:MAX_PROBLEMS]
        if len(problems) > MAX_PROBLEMS:
            last = shown.pop()
            rest = f"{last.message} (and {len(problems) - MAX_PROBLEMS} more problems)"
            shown.append(replace(last, message=rest))
        raise error(*shown)
