"""sangdo log list"""

from __future__ import annotations

from pathlib import Path

import click

from sangdo.commands.log_place import place_of_log
from sangdo.commands.log_selection import selection_options
from sangdo.commands.options import book_option, log_option, output_options
from sangdo.commands.output import Output, as_json
from sangdo.engine.audit.selection import Selection


@click.command("list")
@log_option
@book_option
@selection_options
@output_options("text", "csv", "json")
def command(log: str | None, book: Path | None, selection: Selection, output: Output) -> None:
    """List the decisions of the log, the newest last.

    \b
    Example:
      sangdo log list --book my-book --clause E5 --since 2026-01-01
    """
    from sangdo.engine.audit.log_report import as_csv, as_table, record_row
    from sangdo.engine.audit.store.reader import LogReader

    with LogReader.open(place_of_log(log, book)) as reader:
        rows = [record_row(record) for record in selection.records(reader, ("decision",))]
    if output.form == "json":
        output.write(as_json(rows))
    else:
        output.write("".join(as_csv(rows)) if output.form == "csv" else as_table(rows))
