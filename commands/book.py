"""sangdo book"""

from __future__ import annotations

from datetime import date
from pathlib import Path

import click

from sangdo.commands.customer import load_rules, plan_as_text
from sangdo.commands.options import as_of_option, book_option, lang_option, output_options, rules_option
from sangdo.commands.output import Output


@click.command("book")
@click.argument("rep")
@book_option
@rules_option
@lang_option
@as_of_option
@output_options("text", "md", "html", "json")
def command(rep: str, book: Path | None, rules: Path, lang: str, as_of: date | None, output: Output) -> None:
    """Print what is missing in one rep's mix of customers.

    \b
    Example:
      sangdo book Hana --book examples/book
    """
    from sangdo.engine.decision.decision import Decider
    from sangdo.engine.decision.plan import build_plan
    from sangdo.engine.decision.portfolio import portfolio_facts, portfolio_rules
    from sangdo.engine.facts.book import open_book

    if book is None:
        raise click.UsageError("give the book: --book PATH")
    rulebook = load_rules(rules)
    facts = portfolio_facts(open_book(book, rulebook, as_of, today=date.today()), Decider(rulebook), rep)
    own = portfolio_rules(rulebook)
    made = build_plan(Decider(own).decide(facts), lang)
    output.write(plan_as_text(made, own, output.form))
