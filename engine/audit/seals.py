"""Seals: salted digests that stand in a record for personal texts, so that these can go while the hash stays.

A sealed text is the string `sealed:` and a SHA-256. A text that looks like that by itself is sealed too, so that
nothing needs escaping.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any

MARK = "sealed:"
REDACTED = "redacted:"
SHOWN_DIGITS = 16
SALT_BYTES = 16
_SEALED = re.compile(re.escape(MARK) + "[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Seal:
    """One sealed text; the salt keeps its digest from being found by trying texts."""

    digest: str
    salt: str
    value: str


def digest_of(salt: str, value: str) -> str:
    """Return the digest that stands for a text."""
    return hashlib.sha256((salt + value).encode()).hexdigest()


def seal(document: Any, personal: Collection[str]) -> tuple[Any, tuple[Seal, ...]]:
    """Return a JSON document with each text, and each key, that holds a personal text sealed, and the seals.

    A personal text of one character counts only where it stands as a word of its own.
    """
    is_personal = _finder(personal)
    salt = secrets.token_hex(SALT_BYTES)
    seals: dict[str, Seal] = {}

    def sealed(text: str) -> str:
        if not is_personal(text):
            return text
        if text not in seals:
            seals[text] = Seal(digest_of(salt, text), salt, text)
        return MARK + seals[text].digest

    return _mapped(document, sealed), tuple(seals.values())


def unseal(document: Any, texts: Mapping[str, str | None]) -> Any:
    """Return a sealed document with its texts back; a redacted or missing one is shown by how its digest begins."""

    def opened(text: str) -> str:
        if _SEALED.fullmatch(text) is None:
            return text
        digest = text.removeprefix(MARK)
        value = texts.get(digest)
        return REDACTED + digest[:SHOWN_DIGITS] if value is None else value

    return _mapped(document, opened)


def _finder(personal: Collection[str]) -> Callable[[str], object]:
    """Return a test whether a text holds a personal one, or could be taken for a seal."""
    texts = sorted({text for text in personal if text.strip()}, key=len, reverse=True)
    parts = [re.escape(text) if len(text) > 1 else rf"(?<!\w){re.escape(text)}(?!\w)" for text in texts]
    return re.compile("|".join([rf"\A{re.escape(MARK)}", *parts])).search


def _mapped(document: Any, change: Callable[[str], str]) -> Any:
    """Return a JSON document with every string and every key changed."""
    if isinstance(document, str):
        return change(document)
    if isinstance(document, Mapping):
        return {change(key): _mapped(value, change) for key, value in document.items()}
    if isinstance(document, (list, tuple)):
        return [_mapped(value, change) for value in document]
    return document
