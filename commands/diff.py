"""sangdo diff"""

from __future__ import annotations

from datetime import date
from pathlib import Path

import click

from sangdo.commands.customer import load_rules
from sangdo.commands.options import as_of_option, lang_option, output_options
from sangdo.commands.output import Output, as_json

DIFFERENT = 5
FAULT = "fault: {}; this is a fault of sangdo, and the question counts as not decided"


@click.command("diff")
@click.argument("old", type=click.Path(path_type=Path))
@click.argument("new", type=click.Path(path_type=Path))
@lang_option
@as_of_option
@click.option(
    "--seconds", type=click.FloatRange(0.001, 3600), default=10, show_default=True,
    help="About how long to look at one question, at most.",
)  # fmt: skip
@click.option("--fail", is_flag=True, help="Exit 5 unless all answers and actions are proved the same.")
@output_options("text", "json", "md")
def command(old: Path, new: Path, lang: str, as_of: date | None, seconds: float, fail: bool, output: Output) -> None:
    """Show what two folders of rules make different: what was rewritten, and whose answers change.

    Each question gets a customer whose answer differs, or the proof that there is none.

    \b
    Examples:
      sangdo diff rules my-rules
      sangdo diff rules my-rules --fail -o difference.md
    """
    from sangdo.engine.verify.difference.difference_report import difference_as_json, report_difference
    from sangdo.engine.verify.difference.equivalence import compare_answers
    from sangdo.engine.verify.difference.rulebook_difference import compare_rulebooks

    before, after = load_rules(old), load_rules(new)
    equivalence = compare_answers(before, after, as_of or date.today(), seconds)
    for fault in equivalence.faults:
        click.echo(FAULT.format(fault), err=True)
    difference = difference_as_json(before, after, compare_rulebooks(before, after), equivalence, lang)
    output.write(as_json(difference) if output.form == "json" else report_difference(difference, output.form, lang))
    if fail and not equivalence.is_proved:
        raise SystemExit(DIFFERENT)
