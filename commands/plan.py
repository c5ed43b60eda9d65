"""sangdo plan"""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sangdo.commands.customer import load_rules, plan_as_text, read_customer
from sangdo.commands.log_place import log_beside
from sangdo.commands.options import by_option, customer_options, log_option, output_options, quiet_option
from sangdo.commands.output import Output, note
from sangdo.engine.language.errors import SangdoError

if TYPE_CHECKING:
    from sangdo.engine.audit.passing_time import Reread
    from sangdo.engine.decision.decision import Decision

NO_LOG = "none"


@click.command("plan")
@customer_options
@click.option("--interactive", is_flag=True, help="Ask what is missing first, and save the answers in the book.")
@log_option
@by_option
@output_options("text", "md", "html", "json")
@quiet_option
def command(
    customer: str | None, facts: Path | None, book: Path | None, rules: Path, lang: str, as_of: date | None,
    interactive: bool, log: str | None, by: str, output: Output, quiet: bool,
) -> None:  # fmt: skip
    """Print the plan of one customer; of a book's customer it is kept in the decision log first.

    \b
    Examples:
      sangdo plan 12347 --book examples/book
      sangdo plan --facts customer.yaml --lang ko -o plan.html
      sangdo plan 12347 --book my-book --interactive
    """
    from sangdo.engine.decision.decision import Decider
    from sangdo.engine.decision.plan import build_plan

    rulebook = load_rules(rules)
    known = read_customer(rulebook, customer, facts, book, as_of)
    if interactive:
        from sangdo.commands.interview import interview_customer

        known = interview_customer(rulebook, known, facts, book, lang, by)
    decision = Decider(rulebook).decide(known)
    made, notes = _logged(decision, build_plan(decision, lang), log, book if facts is None else None, by)
    if not quiet:
        note([*made["warnings"], *notes])
    output.write(plan_as_text(made, rulebook, output.form))


def _logged(
    decision: Decision, plan: dict[str, Any], log: str | None, book: Path | None, by: str
) -> tuple[dict[str, Any], list[str]]:
    """The plan once it is kept in the log, and notes; only a log that was named must be one that can be written."""
    place = log if log is not None else str(log_beside(book)) if book is not None else NO_LOG
    if place == NO_LOG:
        return plan, []
    from sangdo.engine.audit.logged_plan import log_plan
    from sangdo.engine.audit.store.log_url import LogUnusable
    from sangdo.engine.audit.store.writer import LogWriter

    try:
        with LogWriter.open(place) as writer:
            return log_plan(writer, decision, plan, by, lambda day: _reread(decision, book, day)), []
    except LogUnusable as error:
        if log is not None:
            raise
        return plan, [
            f"this plan is not in the decision log: {error.problems[0].location}: {error.problems[0].message}"
        ]


def _reread(decision: Decision, book: Path | None, day: date) -> Reread | None:
    """The customer in the book as of an earlier day; None without a book, or where it cannot say."""
    if book is None:
        return None
    from sangdo.engine.audit.passing_time import Reread
    from sangdo.engine.facts.book import open_book

    try:
        then, now = (open_book(book, decision.rulebook, as_of) for as_of in (day, decision.facts.as_of))
        return Reread(then.facts(decision.facts.customer_id), then.later_orders > now.later_orders)
    except SangdoError:
        return None
