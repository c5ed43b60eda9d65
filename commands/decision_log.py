"""The decision log that the words on a command line name."""

from __future__ import annotations

import getpass
from collections.abc import Callable
from dataclasses import fields
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from sangdo.commands.options import Day, book_option, environment_option

if TYPE_CHECKING:
    from sangdo.engine.audit.reader import LogReader

_F = TypeVar("_F", bound=Callable[..., Any])

NONE = "none"

log_option = environment_option(
    "--log", metavar="URL", help='Decision log: a file, sqlite:/// or postgresql:// URL, or "none"; else the one of the book.'
)


def _user() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):  # a user id without a name
        return "unknown"


by_option = environment_option(
    "--by", metavar="NAME", default=_user, show_default="the user of the system", help="Who asks, for the decision log."
)


def log_of(log: str | None, book: Path | None) -> str | None:
    """Return the place of the log: the one named, or the one beside the files of the book; None for no log."""
    if log is not None:
        return None if log == NONE else log
    if book is None:
        return None
    return str(book / "decisions.sqlite" if book.is_dir() else book.with_name(f"{book.stem}.decisions.sqlite"))


def needed_log(log: str | None, book: Path | None) -> str:
    """Return the place of the log that a verb reads or writes. Raises UsageError when none is named."""
    found = log_of(log, book)
    if found is None:
        raise click.UsageError("give the decision log: --log URL, or --book PATH for the one beside a book")
    return found


def open_log(log: str | None, book: Path | None) -> LogReader:
    """Open the log named for reading."""
    from sangdo.engine.audit.reader import LogReader

    return LogReader.open(needed_log(log, book))


def which_log(command: _F) -> _F:
    """Which log a verb is about: --log, or --book."""
    return log_option(book_option(command))


def selection_options(command: _F) -> Any:
    """Conditions on the records of a log, given to the command as one `selection`."""
    from sangdo.engine.audit.selection import Selection

    names = [one.name for one in fields(Selection)]

    @wraps(command)
    def selecting(*given: Any, **named: Any) -> Any:
        return command(*given, selection=Selection(**{name: named.pop(name) for name in names}), **named)

    options = (
        click.option("--since", type=Day(), help="Only records from this day on (UTC)."),
        click.option("--until", type=Day(), help="Only records up to this day (UTC)."),
        click.option("--customer", metavar="ID", help="Only of this customer."),
        click.option("--rule", metavar="ID", help="Only where this rule decided."),
        click.option("--clause", metavar="ID", help="Only where this clause, or one under it, is cited."),
        click.option("--release", metavar="NAME", help="Only by this release: its name, or how its SHA-256 begins."),
        click.option("--answer", metavar="Q=V", callback=_answer, help="Only where this question has this answer."),
    )
    for option in reversed(options):
        selecting = option(selecting)
    return selecting


def _answer(_: click.Context, __: click.Parameter, value: str | None) -> str | None:
    if value is not None and not all(value.partition("=")):
        raise click.BadParameter(f'"{value}" is no answer; expected question=value, such as quadrant=EI')
    return value
