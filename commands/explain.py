"""sangdo explain"""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import click

from sangdo.commands.customer import load_rules, read_customer
from sangdo.commands.options import customer_options, output_options
from sangdo.commands.output import Output, as_json


def _once(ctx: click.Context, param: click.Parameter, values: tuple[str, ...]) -> str | None:
    """The one value of an option; given twice it is not clear which is meant."""
    if len(values) > 1:
        raise click.BadParameter("give it once; one run explains one rule or one question", ctx, param)
    return values[0] if values else None


@click.command("explain")
@customer_options
@click.option("--rule", multiple=True, callback=_once, metavar="ID", help="Why this rule fired, or why not.")
@click.option("--question", multiple=True, callback=_once, metavar="NAME", help="All rules of this question.")
@click.option("--depth", type=click.IntRange(0), help="Steps to follow back from an answer.")
@output_options("text", "md", "html", "json", "dot")
def command(
    customer: str | None, facts: Path | None, book: Path | None, rules: Path, lang: str, as_of: date | None,
    rule: str | None, question: str | None, depth: int | None, output: Output,
) -> None:  # fmt: skip
    """Explain the answers for one customer: which rules decided, on which facts, and why others did not.

    \b
    Examples:
      sangdo explain 12347 --book examples/book
      sangdo explain 12347 --book examples/book --rule Q-2
    """
    from sangdo.engine.decision.decision import Decider
    from sangdo.engine.decision.why.explanation import explain_decision

    if rule is not None and question is not None:
        raise click.UsageError("give either --rule or --question, not both")
    rulebook = load_rules(rules)
    decision = Decider(rulebook).decide(read_customer(rulebook, customer, facts, book, as_of))
    explained = explain_decision(decision, lang, depth=depth, rule=rule, question=question)
    output.write(_as_text(explained, output.form))


def _as_text(explained: dict[str, Any], form: str) -> str:
    if form == "json":
        return as_json(explained)
    if form == "dot":
        from sangdo.engine.decision.why.graph import explanation_graph

        return explanation_graph(explained)
    from sangdo.engine.decision.why.text import render_explanation

    return render_explanation(explained, form)
