"""Which log the words on a command line mean."""

from __future__ import annotations

from pathlib import Path

import click

NAME = "decisions.sqlite"


def log_beside(book: Path) -> Path:
    """The log that belongs to a book: a file in its folder, or beside a lone file of orders."""
    return book / NAME if book.is_dir() else book.with_name(f"{book.stem}.{NAME}")


def place_of_log(log: str | None, book: Path | None) -> str:
    """Return the path or URL of the log named, or of the one beside the book."""
    if log is not None:
        return log
    if book is None:
        raise click.UsageError("give either --log URL or --book PATH")
    return str(log_beside(book))
