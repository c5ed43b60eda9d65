"""sangdo log redact"""

from __future__ import annotations

from pathlib import Path

import click

from sangdo.commands.log_place import place_of_log
from sangdo.commands.options import book_option, by_option, log_option


@click.command("redact")
@click.argument("customer")
@click.option("--reason", required=True, help="Why, without naming the customer; it stays in the log.")
@by_option
@log_option
@book_option
def command(customer: str, reason: str, by: str, log: str | None, book: Path | None) -> None:
    """Replace a customer's names and free text in the log by their hashes, for good; the log still verifies.

    \b
    Example:
      sangdo log redact 12347 --reason "asked to be forgotten" --book my-book
    """
    from sangdo.engine.audit.store.redaction import redact
    from sangdo.engine.audit.store.writer import LogWriter

    with LogWriter.open_existing(place_of_log(log, book)) as writer:
        done = redact(writer, customer, by, reason)
    click.echo(f"{customer}: texts redacted: {done.texts}, in records: {done.records}; recorded as #{done.seq}")
    if not done.overwritten:
        click.echo("note: another process is reading the log; until it ends and", err=True, nl=False)
        click.echo(" one more plan is logged, the texts are still in the journal beside the file", err=True)
