"""sangdo log export"""

from __future__ import annotations

from pathlib import Path

import click

from sangdo.commands.log_place import place_of_log
from sangdo.commands.log_selection import selection_options
from sangdo.commands.options import book_option, log_option, output_options
from sangdo.commands.output import Output
from sangdo.engine.audit.selection import Selection


@click.command("export")
@log_option
@book_option
@selection_options
@output_options("jsonl", "csv")
def command(log: str | None, book: Path | None, selection: Selection, output: Output) -> None:
    """Write records out: whole, one line of JSON each, with their personal texts; or as CSV, a summary of decisions.

    \b
    Example:
      sangdo log export --book my-book --until 2026-06-30 -o half-year.jsonl
    """
    from sangdo.engine.audit.log_report import as_csv, as_json_lines, record_row, whole_record
    from sangdo.engine.audit.store.reader import LogReader

    with LogReader.open(place_of_log(log, book)) as reader:
        if output.form == "csv":
            output.write_lines(as_csv(record_row(record) for record in selection.records(reader, ("decision",))))
        else:
            output.write_lines(as_json_lines(whole_record(record) for record in selection.records(reader)))
