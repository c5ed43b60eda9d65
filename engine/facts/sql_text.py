"""SQL text: values, names and paths written so that DuckDB reads them as what they are."""

from __future__ import annotations

from pathlib import Path

_GLOB = set("*?[]{}")


def literal(text: str) -> str:
    """Return a text as a literal of SQL."""
    return "'" + text.replace("'", "''") + "'"


def quoted(name: str) -> str:
    """Return a name in quotes, as a column or a table may be called anything."""
    return '"' + name.replace('"', '""') + '"'


def plain_path(path: Path, folder: Path) -> str:
    """Return a path that DuckDB does not take for a pattern: itself, or a link to it in a folder."""
    if not _GLOB & set(str(path)):
        return str(path)
    link = folder / f"table-{abs(hash(str(path)))}{path.suffix}"
    if not link.exists():
        link.symlink_to(path)
    return str(link)


def first_line(error: Exception) -> str:
    """Return the first line of a message of DuckDB, cut to a readable length."""
    return str(error).splitlines()[0][:200]
