"""sangdo diff"""

from __future__ import annotations

from datetime import date
from pathlib import Path

import click

from sangdo.commands.compared_rules import load_compared
from sangdo.commands.options import as_of_option, book_option, lang_option, log_option, output_options
from sangdo.commands.output import Output, as_json

DIFFERENT = 5
FAULT = "fault: {}; this is a fault of sangdo, and the question counts as not decided"


@click.command("diff")
@click.argument("old")
@click.argument("new")
@log_option
@book_option
@lang_option
@as_of_option
@click.option(
    "--seconds", type=click.FloatRange(0.001, 3600), default=10, show_default=True,
    help="About how long to look at one question, at most.",
)  # fmt: skip
@click.option("--fail", is_flag=True, help="Exit 5 unless all answers and actions are proved the same.")
@output_options("text", "json", "md")
def command(
    old: str, new: str, log: str | None, book: Path | None, lang: str, as_of: date | None, seconds: float, fail: bool,
    output: Output,
) -> None:  # fmt: skip
    """Show what two rulebooks make different: what was rewritten, and whose answers change.

    OLD and NEW are folders of rules; log:NAME is a release that the decision log keeps, by its name or how its SHA-256
    begins. Each question gets a customer whose answer differs, or the proof that there is none.

    \b
    Examples:
      sangdo diff rules my-rules
      sangdo diff rules my-rules --fail -o difference.md
      sangdo diff log:2026.1 rules --book my-book
    """
    from sangdo.engine.verify.difference.difference_report import difference_as_json, report_difference
    from sangdo.engine.verify.difference.equivalence import compare_answers
    from sangdo.engine.verify.difference.rulebook_difference import compare_rulebooks

    before, after = (load_compared(named, log, book) for named in (old, new))
    equivalence = compare_answers(before, after, as_of or date.today(), seconds)
    for fault in equivalence.faults:
        click.echo(FAULT.format(fault), err=True)
    difference = difference_as_json(before, after, compare_rulebooks(before, after), equivalence, lang)
    output.write(as_json(difference) if output.form == "json" else report_difference(difference, output.form, lang))
    if fail and not equivalence.is_proved:
        raise SystemExit(DIFFERENT)
