"""sangdo report"""

from __future__ import annotations

from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

import click

from sangdo.commands.customer import load_rules
from sangdo.commands.options import Day, as_of_option, book_option, lang_option, output_options, rules_option
from sangdo.commands.output import Output, as_json
from sangdo.commands.progress import shown_progress


@click.command("report")
@book_option
@click.option("--since", type=Day(), help="Compare with this earlier date, instead of a year before.")
@as_of_option
@rules_option
@lang_option
@output_options("text", "html", "md", "json")
def command(
    book: Path | None, since: date | None, as_of: date | None, rules: Path, lang: str, output: Output
) -> None:  # fmt: skip
    """Print what a sales director asks of a whole book: groups, movement, season, rules, quality of the data.

    \b
    Example:
      sangdo report --book examples/book -o report.html
    """
    if book is None:
        raise click.UsageError("give the book: --book PATH")
    from sangdo.engine.bulk.report.decided_book import decide_book
    from sangdo.engine.bulk.report.report import tell_report

    rulebook = load_rules(rules)
    with TemporaryDirectory(prefix="sangdo-") as folder:
        with shown_progress() as progress:
            decided = decide_book(book, rulebook, as_of, since, Path(folder), today=date.today(), progress=progress)
        report = tell_report(decided, book.name)
        if output.form == "json":
            output.write(as_json(report))
            return
        from sangdo.engine.bulk.report.rendering import render_report
        from sangdo.engine.bulk.report.spots import find_spots

        spots = find_spots(decided) if output.form == "html" else None
        output.write(render_report(report, spots, rulebook, decided.groups, output.form, lang))
