"""sangdo log show"""

from __future__ import annotations

from pathlib import Path

import click

from sangdo.commands.log_place import place_of_log
from sangdo.commands.options import book_option, log_option, output_options
from sangdo.commands.output import Output, as_json


@click.command("show")
@click.argument("name", metavar="ID")
@log_option
@book_option
@output_options("text", "md", "html", "json")
def command(name: str, log: str | None, book: Path | None, output: Output) -> None:
    """Show one record, by the id of a decision (the newest of it) or by #NUMBER: who, when, and the plan as it was.

    \b
    Example:
      sangdo log show '#12' --book my-book
    """
    from sangdo.engine.audit.log_report import whole_record
    from sangdo.engine.audit.replay import Replayer
    from sangdo.engine.audit.shown_record import shown_plan
    from sangdo.engine.audit.store.reader import LogReader
    from sangdo.engine.decision.pages.rendering import render

    with LogReader.open(place_of_log(log, book)) as reader:
        record = reader.find(name)
        if record.kind != "decision" or output.form == "json":
            output.write(as_json(whole_record(record)))
            return
        rulebook = Replayer(reader.release_files).decider(record.body["plan"]["rulebook"]["sha256"]).rulebook
    output.write(render(shown_plan(record), rulebook, output.form))
