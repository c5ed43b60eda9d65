"""A mapping read as a record: known keys only, each of its kind, in their fixed order where one is set."""

from __future__ import annotations

import re
from datetime import date

from sangdo.engine.language.errors import Location
from sangdo.engine.language.rulebook import Text
from sangdo.engine.language.source import Listing, Mapping, Node, Scalar, Source
from sangdo.engine.language.values import LARGEST, show_raw

NAME = re.compile(r"[a-z가-힣][a-z0-9_가-힣]*\Z")
MAX_NAME = 60
FIRST_DAY, LAST_DAY = date(1900, 1, 1), date(2199, 12, 31)
RESERVED = (
    "any", "all", "none", "known", "unknown", "as_of", "products", "lines", "currency", "reasons", "facts",
    "fired", "ask", "error",
)  # fmt: skip
"""Words that conditions, files of facts and tables of decisions use themselves."""


class Record:
    """Reads the entries of one mapping; whatever is wrong is collected in the source.

    Readers return None (or an empty tuple) for an entry that is absent or wrong, after reporting it.
    """

    def __init__(
        self,
        source: Source,
        node: Node | None,
        what: str,
        keys: tuple[str, ...],
        required: tuple[str, ...] = (),
        ordered: bool = True,
    ) -> None:
        self.source = source
        self.what = what
        self.location = node.location if node else Location(source.path)
        self._entries: dict[str, Node] = {}
        if node is None:
            return
        if not isinstance(node, Mapping):
            source.add(node, f"{what} must be a mapping", expected="keys " + ", ".join(keys))
            return
        self._collect(node, keys, ordered)
        for key in required:
            if key not in self._entries:
                source.add(node, f'{what} has no "{key}"', expected=f'the key "{key}"')

    def _collect(self, node: Mapping, keys: tuple[str, ...], ordered: bool) -> None:
        latest = -1
        for key, value in node.entries:
            name = str(key.value)
            if name not in keys:
                self.source.unknown(key, f"key in {self.what}", name, list(keys))
                continue
            position = keys.index(name)
            if ordered and position < latest:
                order = ", ".join(k for k in keys if node.get(k) is not None)
                self.source.add(key, f'"{name}" comes too late in {self.what}', expected=f"the order {order}")
            latest = max(latest, position)
            self._entries[name] = value

    def __contains__(self, key: str) -> bool:
        return key in self._entries

    def node(self, key: str) -> Node | None:
        """Return the node under a key as it stands."""
        return self._entries.get(key)

    def at(self, key: str) -> Location:
        """Return the place of a key's value, or of the record."""
        node = self._entries.get(key)
        return node.location if node else self.location

    def text(self, key: str) -> Text | None:
        """Return a text in both languages."""
        return read_text(self.source, self._entries.get(key), f"{key} of {self.what}")

    def texts(self, key: str) -> tuple[Text, ...]:
        """Return a list of texts, each in both languages."""
        node = self._entries.get(key)
        if node is None:
            return ()
        if not isinstance(node, Listing):
            self.source.add(node, f"{key} of {self.what} must be a list", expected="- {ko: ..., en: ...}")
            return ()
        read = (read_text(self.source, item, f"{key} of {self.what}") for item in node.items)
        return tuple(text for text in read if text)

    def word(self, key: str, allowed: tuple[str, ...] | None = None) -> str | None:
        """Return a single word or short text, one of the allowed ones if they are given."""
        node = self._entries.get(key)
        if node is None:
            return None
        if not isinstance(node, Scalar) or not isinstance(node.value, str) or not node.value.strip():
            self.source.add(node, f"{key} of {self.what} must be a word", expected=", ".join(allowed or ()) or None)
            return None
        if allowed is not None and node.value not in allowed:
            self.source.unknown(node, key, node.value, list(allowed))
            return None
        return node.value

    def words(self, key: str) -> tuple[tuple[str, Location], ...]:
        """Return a list of words, each with its place."""
        node = self._entries.get(key)
        if node is None:
            return ()
        items = node.items if isinstance(node, Listing) else ()
        if not isinstance(node, Listing) or not all(isinstance(i, Scalar) and isinstance(i.value, str) for i in items):
            self.source.add(node, f"{key} of {self.what} must be a list of words", expected="[first, second]")
            return ()
        words = tuple((str(item.value), item.location) for item in items if isinstance(item, Scalar))
        if len({word for word, _ in words}) < len(words):
            self.source.add(node, f"{key} of {self.what} names something twice")
        return words

    def number(self, key: str) -> float | None:
        """Return a finite number."""
        return read_number(self.source, self._entries.get(key), f"{key} of {self.what}")

    def flag(self, key: str) -> bool:
        """Return true or false; false when absent."""
        node = self._entries.get(key)
        if node is None:
            return False
        if not isinstance(node, Scalar) or not isinstance(node.value, bool):
            self.source.add(node, f"{key} of {self.what} must be true or false")
            return False
        return node.value

    def items(self, key: str) -> list[tuple[str, Node, Location]]:
        """Return the named entries of an inner mapping: name, node, place of the name."""
        node = self._entries.get(key)
        if node is None:
            return []
        if not isinstance(node, Mapping):
            self.source.add(node, f"{key} of {self.what} must be a mapping", expected="name: ...")
            return []
        return [(str(name.value), inner, name.location) for name, inner in node.entries]

    def listing(self, key: str) -> tuple[Node, ...]:
        """Return the items of a list."""
        node = self._entries.get(key)
        if node is None:
            return ()
        if not isinstance(node, Listing):
            self.source.add(node, f"{key} of {self.what} must be a list", expected="- ...")
            return ()
        return node.items

    def dated_numbers(self, key: str) -> tuple[tuple[date, float], ...]:
        """Return dated numbers, earliest first."""
        node = self._entries.get(key)
        if node is None:
            return ()
        if not isinstance(node, Mapping) or not node.entries:
            self.source.add(node, f"{key} of {self.what} must be dated values", expected="{2026-01-01: 100}")
            return ()
        found = []
        for when, inner in node.entries:
            number = read_number(self.source, inner, f"{key} of {self.what}")
            if not isinstance(when.value, date):
                self.source.add(when, f"{show_raw(when.value)} is not a date", expected="a date as YYYY-MM-DD")
            elif number is not None:
                found.append((when.value, number))
        return tuple(sorted(found))


def read_text(source: Source, node: Node | None, what: str) -> Text | None:
    """Read a text in both languages; both are required."""
    if node is None:
        return None
    if not isinstance(node, Mapping):
        source.add(node, f"{what} must be in both languages", expected="{ko: ..., en: ...}")
        return None
    found: dict[str, str] = {}
    for key, inner in node.entries:
        language = str(key.value)
        if language not in ("ko", "en"):
            source.unknown(key, f"language in {what}", language, ["ko", "en"])
        elif not isinstance(inner, Scalar) or inner.value is None or not inner.spelling.strip():
            source.add(inner, f"{what} has no text in {language}", expected="a text, in quotes if it has : or #")
        else:
            found[language] = inner.spelling.strip()
    missing = [language for language in ("ko", "en") if language not in found and node.get(language) is None]
    for language in missing:
        source.add(node, f"{what} has no text in {language}", expected="{ko: ..., en: ...}")
    return Text(found["ko"], found["en"]) if len(found) == 2 else None


def read_number(source: Source, node: Node | None, what: str) -> float | None:
    """Read a finite number of a sensible size."""
    if node is None:
        return None
    value = node.value if isinstance(node, Scalar) else None
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not abs(value) <= LARGEST:
        shown = show_raw(value) if isinstance(node, Scalar) else "a list or mapping"
        source.add(node, f"{what} must be a number, not {shown}", expected="a number between -2^53 and 2^53")
        return None
    return value


def read_day(source: Source, node: Node | None, what: str) -> date | None:
    """Read a date to decide on, within the years that decisions can be reckoned in."""
    if node is None:
        return None
    day = node.value if isinstance(node, Scalar) else None
    if not isinstance(day, date):
        source.add(node, f"{what} must be a date", expected="a date as YYYY-MM-DD")
        return None
    if not FIRST_DAY <= day <= LAST_DAY:
        source.add(node, f"{what} cannot be {day}", expected=f"a date from {FIRST_DAY} to {LAST_DAY}")
        return None
    return day


def check_name(source: Source, name: str, at: Location, what: str) -> bool:
    """Report a name that is not lower case words joined by underscores, or that means something already."""
    if name in RESERVED:
        source.add(at, f'"{name}" cannot name a {what}: the word is taken', expected="another name")
        return False
    if NAME.match(name) and len(name) <= MAX_NAME:
        return True
    source.add(at, f'"{name[:MAX_NAME]}" cannot name a {what}', expected="lower-case letters (or Hangul), digits and _")
    return False
