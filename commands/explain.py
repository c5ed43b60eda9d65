"""sangdo explain"""

from __future__ import annotations

from datetime import date
from pathlib import Path

import click

from sangdo.commands.customer import load_rules, read_customer
from sangdo.commands.options import customer_options, output_options
from sangdo.commands.output import Output, as_json


@click.command("explain")
@customer_options
@output_options("text", "json")
def command(
    customer: str | None, facts: Path | None, book: Path | None, rules: Path, lang: str, as_of: date | None,
    output: Output,
) -> None:  # fmt: skip
    """Show which rules fired for one customer, on which facts, and what each question answered.

    \b
    Example:
      sangdo explain 12347 --book examples/book
    """
    from sangdo.engine.decision.decision import Decider
    from sangdo.engine.decision.explanation import explain_decision, explanation_tree

    rulebook = load_rules(rules)
    decision = Decider(rulebook).decide(read_customer(rulebook, customer, facts, book, as_of))
    explained = explain_decision(decision, lang)
    output.write(as_json(explained) if output.form == "json" else explanation_tree(explained, lang))
