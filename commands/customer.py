"""The customer that the words on a command line name, decided."""

from __future__ import annotations

import sys
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sangdo.commands.output import as_json

if TYPE_CHECKING:
    from sangdo.engine.facts.facts import Facts
    from sangdo.engine.language.rulebook import Rulebook


def load_rules(rules: Path) -> Rulebook:
    """Load the rules of a folder."""
    from sangdo.engine.language.cached_rulebook import load_cached

    return load_cached(rules)


def read_customer(
    rulebook: Rulebook, customer: str | None, facts: Path | None, book: Path | None, as_of: date | None
) -> Facts:
    """Return the facts of the customer named: either of a book, or of a facts file."""
    from sangdo.engine.facts.facts_file import parse_facts, read_facts

    if facts is not None and customer is None:
        day = as_of or date.today()
        if str(facts) == "-":
            return parse_facts(sys.stdin.buffer.read(), "<stdin>", rulebook, day)
        return read_facts(facts, rulebook, day)
    if customer is not None and book is not None and facts is None:
        from sangdo.engine.facts.book import open_book

        return open_book(book, rulebook, as_of, today=date.today()).facts(customer)
    raise click.UsageError("give either CUSTOMER with --book PATH, or --facts FILE")


def plan_as_text(made: dict[str, Any], rulebook: Rulebook, form: str) -> str:
    """A plan as JSON, or rendered."""
    if form == "json":
        return as_json(made)
    from sangdo.engine.decision.pages.rendering import render

    return render(made, rulebook, form)
