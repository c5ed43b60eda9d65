"""Placeholders in texts: `{fact}` (or Jinja's `{{ fact }}`) stands for a fact's value, and nothing else is allowed."""

from __future__ import annotations

import re
from functools import lru_cache

_PIECE = re.compile(r"\{\{\s*([^{}]*?)\s*\}\}|\{([^{}]*)\}")
_NAME = re.compile(r"[a-z가-힣][a-z0-9_가-힣]*\Z")
_JINJA = re.compile(r"\{%|\{#")


class WrongPlaceholder(ValueError):
    """A placeholder that is more, or less, than the name of a fact."""


@lru_cache(maxsize=4096)
def split_placeholders(text: str) -> tuple[tuple[str, str | None], ...]:
    """Split a text into pairs of (literal, name of the placeholder after it or None).

    Raises WrongPlaceholder for anything in braces that is not a bare name.
    """
    if _JINJA.search(text):
        raise WrongPlaceholder("only {name} can stand in a text, no statement")
    pieces: list[tuple[str, str | None]] = []
    end = 0
    for found in _PIECE.finditer(text):
        name = found.group(1) if found.group(1) is not None else found.group(2).strip()
        if not _NAME.match(name):
            raise WrongPlaceholder(f'only the name of a fact can stand in braces, not "{found.group(0)[:60]}"')
        pieces.append((_literal(text[end : found.start()]), name))
        end = found.end()
    pieces.append((_literal(text[end:]), None))
    return tuple(pieces)


def _literal(text: str) -> str:
    if "{" in text or "}" in text:
        raise WrongPlaceholder("a brace stands alone")
    return text


def names_in(text: str) -> tuple[str, ...]:
    """Return the names of the placeholders of a text; raises WrongPlaceholder."""
    return tuple(name for _, name in split_placeholders(text) if name)
