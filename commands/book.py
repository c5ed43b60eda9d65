"""sangdo book"""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sangdo.commands.customer import load_rules
from sangdo.commands.options import Day, as_of_option, book_option, lang_option, output_options, rules_option
from sangdo.commands.output import Output, as_json

if TYPE_CHECKING:
    from sangdo.engine.language.rulebook import Rulebook


class Near(click.ParamType[float]):
    """A share in per cent, such as 10% or 10."""

    name = "percent"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        try:
            share = float(str(value).strip().removesuffix("%"))
        except ValueError:
            share = -1
        if not 0 <= share <= 100:
            self.fail(f'"{value}" is not a share; expected 0% to 100%, such as 10%', param, ctx)
        return share / 100


@click.command("book")
@click.argument("rep", required=False)
@click.option("--all", "every_rep", is_flag=True, help="The week of every rep, and a summary.")
@click.option("--week", type=Day(), help="Any day of the week wanted, instead of the week of the as-of date.")
@click.option("--near", type=Near(), default="10%", show_default=True, help="How near to a line is watched.")
@book_option
@rules_option
@lang_option
@as_of_option
@output_options("text", "md", "html", "ics", "json")
def command(
    rep: str | None, every_rep: bool, week: date | None, near: float, book: Path | None, rules: Path, lang: str,
    as_of: date | None, output: Output,
) -> None:  # fmt: skip
    """Print a rep's week: hours and visits, what is put off and why, what to watch and to ask.

    \b
    Examples:
      sangdo book Hana --book examples/book
      sangdo book Hana --book examples/book --week 2011-06-13 -o hana.ics
      sangdo book --all --book examples/book -o weeks.html
    """
    if book is None:
        raise click.UsageError("give the book: --book PATH")
    if (rep is not None) == every_rep:
        raise click.UsageError("give either REP or --all")
    from sangdo.engine.bulk.week.rep_customers import decide_all, decide_rep
    from sangdo.engine.bulk.week.rep_week import plan_week, terms_of
    from sangdo.engine.bulk.week.rhythm import check_rhythms
    from sangdo.engine.bulk.week.telling import tell_book, tell_no_rep, tell_week
    from sangdo.engine.decision.decision import Decider
    from sangdo.engine.facts.book import open_book

    rulebook = load_rules(rules)
    check_rhythms(rulebook)
    opened, decider = open_book(book, rulebook, as_of, today=date.today()), Decider(rulebook)
    terms = terms_of(opened, week, near, lang)
    groups = decide_all(opened, decider) if rep is None else (decide_rep(opened, decider, rep),)
    weeks = [
        tell_week(plan_week(group.rep, group.decisions, group.undecided, rulebook, terms), rulebook)
        for group in groups
        if group.rep is not None
    ]
    if rep is not None:
        told = weeks[0]
    else:
        told = tell_book(weeks, [one for g in groups if g.rep is None for one in tell_no_rep(g.decisions, g.undecided)])
    output.write(_as_text(told, weeks, rulebook, output.form, lang))


def _as_text(told: dict[str, Any], weeks: list[dict[str, Any]], rulebook: Rulebook, form: str, lang: str) -> str:
    if form == "json":
        return as_json(told)
    if form == "ics":
        from sangdo.engine.bulk.week.calendar_file import as_calendar

        return as_calendar(weeks, rulebook, lang)
    from sangdo.engine.bulk.week.rendering import render_weeks

    return render_weeks(told, rulebook, form, lang)
