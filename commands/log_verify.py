"""sangdo log verify"""

from __future__ import annotations

from pathlib import Path

import click

from sangdo.commands.log_place import place_of_log
from sangdo.commands.options import book_option, log_option


@click.command("verify")
@log_option
@book_option
@click.option("--head", "anchor", metavar="ANCHOR", help="What log head printed earlier; it must still be in the log.")
def command(log: str | None, book: Path | None, anchor: str | None) -> None:
    """Check that no record was changed, deleted, reordered, inserted or cut off; exit 8 names the first bad one.

    \b
    Example:
      sangdo log verify --book my-book --head 3:0f1e2d3c4b5a69788796a5b4c3d2e1f0
    """
    from sangdo.engine.audit.store.reader import LogReader
    from sangdo.engine.audit.store.verification import parse_anchor, verify

    expected = parse_anchor(anchor) if anchor is not None else None
    with LogReader.open(place_of_log(log, book)) as reader:
        found = verify(reader, expected)
        found.confirm(reader.url.shown)
    records = "1 record" if found.records == 1 else f"{found.records} records"
    click.echo(f"{records}, head {found.head}: no problems")
