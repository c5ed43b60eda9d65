"""sangdo log scorecard"""

from __future__ import annotations

from pathlib import Path

import click

from sangdo.commands.log_place import place_of_log
from sangdo.commands.log_selection import selection_options
from sangdo.commands.options import book_option, log_option, output_options
from sangdo.commands.output import Output, as_json
from sangdo.engine.audit.selection import Selection


@click.command("scorecard")
@log_option
@book_option
@selection_options
@output_options("text", "md", "csv", "json")
def command(log: str | None, book: Path | None, selection: Selection, output: Output) -> None:
    """Count the feedback by rule, clause and action: in how many plans, and done, skipped or wrong.

    \b
    Example:
      sangdo log scorecard --book my-book --rule EIV-2
    """
    from sangdo.engine.audit.log_report import as_csv, as_markdown, as_table, score_rows
    from sangdo.engine.audit.scorecard import count_scores
    from sangdo.engine.audit.store.reader import LogReader

    with LogReader.open(place_of_log(log, book)) as reader:
        decisions = selection.records(reader, ("decision",))
        rows = score_rows(count_scores(decisions, reader.records(kinds=("feedback",))))
    written = {"json": lambda: as_json(rows), "csv": lambda: "".join(as_csv(rows)), "md": lambda: as_markdown(rows)}
    output.write(written.get(output.form, lambda: as_table(rows))())
