"""Lists of texts as SQL writes them."""

from __future__ import annotations

from collections.abc import Iterable

from sangdo.engine.facts.sql_text import literal


def listed(texts: Iterable[str]) -> str:
    """Return a list of texts as a literal of SQL."""
    return f"[{', '.join(map(literal, texts))}]::VARCHAR[]"
