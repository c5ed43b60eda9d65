"""Seals: salted digests that stand in a record for personal texts, so that these can go while the hash stays.

A sealed text is the string `sealed:` and a SHA-256. A text that looks like that by itself is sealed too, so that
nothing needs escaping.
"""

from __future__ import annotations

import hashlib
import json
import re
import secrets
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any

MARK = "sealed:"
REDACTED = "redacted:"
SHOWN_DIGITS = 16
SALT_BYTES = 16
OUTER = 2
"""How deep a document is always looked into: to the parts of a plan."""
_JSON = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), allow_nan=False)
_SEALED = re.compile(re.escape(MARK) + "[0-9a-f]{64}")
_WORD = re.compile(r"[a-z][a-z0-9_]*|[A-Z]{1,4}[0-9]*([-.][0-9]+)*|[0-9]{4}(-[0-9]{2}){2}(T[0-9:.+]+)?|[0-9a-f]{12,64}")
"""A word of the log itself: the name of a fact or part, the id of a rule or clause, a date, a number in hexadecimal."""


@dataclass(frozen=True, slots=True)
class Seal:
    """One sealed text; the salt keeps its digest from being found by trying texts."""

    digest: str
    salt: str
    value: str


def digest_of(salt: str, value: str) -> str:
    """Return the digest that stands for a text."""
    return hashlib.sha256((salt + value).encode()).hexdigest()


def seal(document: Mapping[str, Any], personal: Collection[str]) -> tuple[str, tuple[Seal, ...]]:
    """Return a document as JSON with each text, and each key, that holds a personal text sealed, and the seals.

    A personal text of one character counts only where it stands as a word of its own, and none counts within a word of
    the log itself: a customer "ST" takes nothing from the rule ST-4. Raises ValueError or TypeError where JSON has no
    word for a value.
    """
    sealing = _Sealing(personal)
    return sealing.write(document), tuple(sealing.seals.values())


def unseal(document: Any, texts: Mapping[str, str | None]) -> Any:
    """Return a sealed document with its texts back; a redacted or missing one is shown by how its digest begins."""

    def opened(text: str) -> str:
        if _SEALED.fullmatch(text) is None:
            return text
        digest = text.removeprefix(MARK)
        value = texts.get(digest)
        return REDACTED + digest[:SHOWN_DIGITS] if value is None else value

    return _mapped(document, opened)


def as_written(value: object) -> str:
    """Write a value as JSON as it stands, so that it is read back in its order."""
    return _JSON.encode(value)


def _finder(personal: Collection[str]) -> Callable[[str], object]:
    """Return a test whether a text holds a personal one, or could be taken for a seal."""
    texts = sorted({text for text in personal if text.strip()}, key=len, reverse=True)
    parts = [re.escape(text) if len(text) > 1 else rf"(?<!\w){re.escape(text)}(?!\w)" for text in texts]
    return re.compile("|".join([rf"\A{re.escape(MARK)}", *parts])).search


class _Sealing:
    """Writes one document. Only the parts whose JSON holds a personal text somewhere are looked at text by text."""

    def __init__(self, personal: Collection[str]) -> None:
        self.seals: dict[str, Seal] = {}
        self._personal = frozenset(personal)
        self._is_personal = _finder(personal)
        self._signs = [f'"{MARK}', *(as_written(text)[1:-1] for text in personal if text.strip())]
        self._salt = secrets.token_hex(SALT_BYTES)

    def write(self, part: Any, depth: int = 0) -> str:
        """Write a part of the document; the outermost ones are too large to be written twice."""
        if depth >= OUTER or not isinstance(part, (Mapping, list, tuple)):
            text = as_written(part)
            if not any(sign in text for sign in self._signs):
                return text
        if isinstance(part, Mapping):
            pairs = [f"{self._key(key)}:{self.write(value, depth + 1)}" for key, value in part.items()]
            return f"{{{','.join(pairs)}}}"
        if isinstance(part, (list, tuple)):
            return f"[{','.join([self.write(value, depth + 1) for value in part])}]"
        return self._text(part) if isinstance(part, str) else as_written(part)

    def _key(self, key: str) -> str:
        """Write a key; one that is a word of the log keeps the document readable, whatever a customer is called."""
        return as_written(key) if _WORD.fullmatch(key) else self._text(key)

    def _text(self, text: str) -> str:
        if not self._is_personal(text) or (text not in self._personal and _WORD.fullmatch(text)):
            return as_written(text)
        if text not in self.seals:
            self.seals[text] = Seal(digest_of(self._salt, text), self._salt, text)
        return as_written(MARK + self.seals[text].digest)


def _mapped(document: Any, change: Callable[[str], str]) -> Any:
    """Return a JSON document with every string and every key changed."""
    if isinstance(document, str):
        return change(document)
    if isinstance(document, dict):
        return {change(key): _mapped(value, change) for key, value in document.items()}
    if isinstance(document, list):
        return [_mapped(value, change) for value in document]
    return document
