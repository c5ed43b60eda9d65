"""sangdo whatif"""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import click

from sangdo.commands.customer import load_rules, read_customer
from sangdo.commands.options import customer_options, output_options
from sangdo.commands.output import Output, as_json


@click.command("whatif")
@customer_options
@click.option("--set", "changes", multiple=True, metavar="FACT=VALUE", help="Change this; may be given several times.")
@click.option("--target", metavar="QUESTION=ANSWER", help="Find the least changes that bring this answer about.")
@click.option("--who", type=click.Choice(["rep", "company"]), help="Change only what they can change.")
@click.option(
    "--seconds", type=click.FloatRange(0, 3600, min_open=True), default=10, show_default=True,
    help="Search no longer than this.",
)  # fmt: skip
@output_options("text", "md", "html", "json")
def command(
    customer: str | None, facts: Path | None, book: Path | None, rules: Path, lang: str, as_of: date | None,
    changes: tuple[str, ...], target: str | None, who: str | None, seconds: float, output: Output,
) -> None:  # fmt: skip
    """Show what one customer's plan would be with some facts changed, or what to change for another answer.

    \b
    Examples:
      sangdo whatif 12347 --book examples/book --set stability=0.8
      sangdo whatif 12347 --book examples/book --set contribution_line=600
      sangdo whatif 12347 --book examples/book --target quadrant=EI --who rep
    """
    if bool(changes) == bool(target):
        raise click.UsageError("give either --set FACT=VALUE or --target QUESTION=ANSWER")
    from sangdo.engine.decision.decision import Decider
    from sangdo.engine.decision.pages.whatif_page import render_what_if
    from sangdo.engine.decision.whatif import apply_settings, read_settings, tell_customer, tell_what_if

    rulebook = load_rules(rules)
    known, decider = read_customer(rulebook, customer, facts, book, as_of), Decider(rulebook)
    before = decider.decide(known)
    told: dict[str, Any] = tell_customer(before, lang)
    if target is None:
        settings = read_settings(changes, rulebook, known)
        after = decider.decide(apply_settings(known, settings, rulebook))
        told |= tell_what_if(before, after, settings, lang)
    else:
        from sangdo.engine.verify.search.target import read_target
        from sangdo.engine.verify.search.targets import search_ways, tell_search

        wanted = read_target(target, rulebook, known)
        told |= tell_search(search_ways(decider, before, wanted, who, seconds), before, lang)
    output.write(as_json(told) if output.form == "json" else render_what_if(told, rulebook, output.form))
