"""sangdo log head"""

from __future__ import annotations

from pathlib import Path

import click

from sangdo.commands.log_place import place_of_log
from sangdo.commands.options import book_option, log_option


@click.command("head")
@log_option
@book_option
def command(log: str | None, book: Path | None) -> None:
    """Print a short anchor of the log, to be kept elsewhere: with it, log verify finds a cut-off tail too.

    \b
    Example:
      sangdo log head --book my-book
    """
    from sangdo.engine.audit.store.reader import LogReader

    with LogReader.open(place_of_log(log, book)) as reader:
        click.echo(str(reader.head()))
