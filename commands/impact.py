"""sangdo impact"""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sangdo.commands.compared_rules import load_compared
from sangdo.commands.customer import load_rules
from sangdo.commands.options import as_of_option, book_option, lang_option, log_option, output_options, rules_option
from sangdo.commands.output import Output
from sangdo.commands.progress import shown_progress

if TYPE_CHECKING:
    from sangdo.engine.bulk.impact.side import Side

TOO_MANY = 5
MOVED = "{moved} of {customers} customers move ({share:.1f} %), more than {limit}"


@dataclass(frozen=True, slots=True)
class Limit:
    """How many customers may move: a number, or a share of them in per cent."""

    written: str
    number: float
    is_share: bool

    def allows(self, moved: int, customers: int) -> bool:
        """Whether these are not too many."""
        return moved * 100 <= self.number * customers if self.is_share else moved <= self.number


class LimitType(click.ParamType[Limit]):
    """A number of customers, or a percentage of them."""

    name = "limit"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Limit:
        written = str(value).strip()
        is_share = written.endswith("%")
        try:
            number = float(written.removesuffix("%")) if is_share else int(written)
        except ValueError:
            number = -1
        if not 0 <= number <= (100 if is_share else float("inf")):
            self.fail(
                f'"{value}" is no limit; expected a share such as 3%, or a number of customers such as 20', param, ctx
            )
        return Limit(written, number, is_share)


@click.command("impact")
@click.argument("old", required=False)
@click.argument("new", required=False)
@click.option(
    "--set", "changes", multiple=True, metavar="THRESHOLD=VALUE",
    help="Compare --rules with this line moved; may be given several times.",
)  # fmt: skip
@book_option
@rules_option
@log_option
@lang_option
@as_of_option
@click.option("--of", metavar="QUESTION", help="Count the customers who get another answer to this question.")
@click.option("--max-moved", "limit", type=LimitType(), metavar="LIMIT", help="Exit 5 when more move: 3%, or 20.")
@output_options("text", "html", "csv", "json", "md")
def command(
    old: str | None, new: str | None, changes: tuple[str, ...], book: Path | None, rules: Path, log: str | None,
    lang: str, as_of: date | None, of: str | None, limit: Limit | None, output: Output,
) -> None:  # fmt: skip
    """Show what a change of rules does to a whole book: who moves to another group, and by which rules.

    OLD and NEW are folders of rules; log:NAME is a release that the decision log keeps, by its name or how its SHA-256
    begins.

    \b
    Examples:
      sangdo impact rules my-rules --book examples/book
      sangdo impact --set contribution_line=800 --book examples/book -o impact.html
      sangdo impact rules my-rules --book examples/book --max-moved 3%
      sangdo impact log:2026.1 rules --book my-book
    """
    from sangdo.engine.bulk.impact.grouping import read_grouping
    from sangdo.engine.bulk.impact.impact import measure_impact
    from sangdo.engine.bulk.impact.rendering import impact_lines

    if book is None:
        raise click.UsageError("give the book: --book PATH")
    before, after = _sides(old, new, changes, rules, log, book)
    grouping = read_grouping(of, before.rulebook, after.rulebook)
    with ExitStack() as stack:
        with shown_progress() as progress:
            measuring = measure_impact(book, before, after, grouping, as_of, date.today(), lang, progress)
            impact = stack.enter_context(measuring)
        output.write_lines(impact_lines(impact, after.rulebook, output.form, lang))
        customers = impact.told["customers"]
    moved, everybody = customers["moved"], customers["all"]
    if limit is not None and not limit.allows(moved, everybody):
        share = 100 * moved / everybody
        click.echo(MOVED.format(moved=moved, customers=everybody, share=share, limit=limit.written), err=True)
        raise SystemExit(TOO_MANY)


def _sides(
    old: str | None, new: str | None, changes: tuple[str, ...], rules: Path, log: str | None, book: Path
) -> tuple[Side, Side]:
    """What is compared: two rulebooks, or one with itself and some lines moved."""
    from sangdo.engine.bulk.impact.side import Side, read_moved_lines

    if changes and old is None:
        rulebook = load_rules(rules)
        return Side(rulebook), Side(rulebook, read_moved_lines(changes, rulebook))
    if changes or old is None or new is None:
        raise click.UsageError("give either two rulebooks, OLD and NEW, or --set THRESHOLD=VALUE")
    return Side(load_compared(old, log, book)), Side(load_compared(new, log, book))
