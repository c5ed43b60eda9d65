"""sangdo feedback"""

from __future__ import annotations

from pathlib import Path

import click

from sangdo.commands.log_place import place_of_log
from sangdo.commands.options import book_option, by_option, log_option


@click.command("feedback")
@click.argument("decision")
@click.argument("verdict", type=click.Choice(["done", "skipped", "wrong"]))
@click.option("--action", required=True, metavar="ID", help="The action of the plan that this is about.")
@click.option("--reason", help="Why, in your own words; needed unless done.")
@by_option
@log_option
@book_option
def command(
    decision: str, verdict: str, action: str, reason: str | None, by: str, log: str | None, book: Path | None
) -> None:
    """Say of one action of a plan that it was done, skipped or wrong; it is logged, for the scorecard of the rules.

    \b
    Example:
      sangdo feedback 1f0c5d2a9b7e4466 skipped --action visit --reason "they were away" --book my-book
    """
    from sangdo.engine.audit.feedback import feedback_entry
    from sangdo.engine.audit.selection import find_decision
    from sangdo.engine.audit.store.reader import LogReader
    from sangdo.engine.audit.store.writer import LogWriter

    if verdict != "done" and not (reason or "").strip():
        raise click.UsageError(f"say why it was {verdict}: --reason TEXT")
    place = place_of_log(log, book)
    with LogReader.open(place) as reader:
        entry = feedback_entry(find_decision(reader, decision), action, verdict, reason, by)
    with LogWriter.open(place) as writer:
        receipt = writer.append(entry)
    click.echo(f"{action}: {verdict}, recorded as #{receipt.seq}")
