"""sangdo plan"""

from __future__ import annotations

from datetime import date
from pathlib import Path

import click

from sangdo.commands.customer import load_rules, plan_as_text, read_customer
from sangdo.commands.options import by_option, customer_options, output_options, quiet_option
from sangdo.commands.output import Output, note


@click.command("plan")
@customer_options
@click.option("--interactive", is_flag=True, help="Ask what is missing first, and save the answers in the book.")
@by_option
@output_options("text", "md", "html", "json")
@quiet_option
def command(
    customer: str | None, facts: Path | None, book: Path | None, rules: Path, lang: str, as_of: date | None,
    interactive: bool, by: str | None, output: Output, quiet: bool,
) -> None:  # fmt: skip
    """Print the plan of one customer.

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
    made = build_plan(decision, lang)
    if not quiet:
        note(made["warnings"])
    output.write(plan_as_text(made, rulebook, output.form))
