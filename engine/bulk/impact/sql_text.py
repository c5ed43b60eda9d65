"""Names, texts and lists as SQL writes them."""

from __future__ import annotations

from collections.abc import Iterable


def name(word: str) -> str:
    """Return a name quoted."""
    return '"' + word.replace('"', '""') + '"'


def literal(text: str) -> str:
    """Return a text quoted."""
    return "'" + text.replace("'", "''") + "'"


def listed(texts: Iterable[str]) -> str:
    """Return a list of texts."""
    return f"[{', '.join(map(literal, texts))}]::VARCHAR[]"
