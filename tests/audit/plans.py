"""Plans to log in tests: of a facts file as text, or of customers of the example book."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from sangdo.engine.audit.logged_plan import log_plan
from sangdo.engine.audit.store.writer import LogWriter
from sangdo.engine.decision.decision import Decider, Decision
from sangdo.engine.decision.plan import build_plan
from sangdo.engine.facts.book import open_book
from sangdo.engine.facts.facts import Facts
from sangdo.engine.facts.facts_file import parse_facts
from sangdo.engine.language.cached_rulebook import load_cached

ROOT = Path(__file__).parents[2]
RULES = ROOT / "rules"
BOOK = ROOT / "examples" / "book"
TODAY = date(2026, 6, 30)
STEADY = """\
customer_id: C-7
name: 한빛상사
kind: existing
standing: rated
contribution: 900
stability: 0.5
lines: {contribution_line: 500, stability_line: 0.6}
"""


@cache
def decider(rules: Path = RULES) -> Decider:
    """A decider that the tests of one process share."""
    return Decider(load_cached(rules, {}))


def decide(text: str, as_of: date = TODAY, rules: Path = RULES) -> Decision:
    """Decide a customer given as a facts file."""
    return decider(rules).decide(parse_facts(text.encode(), "customer.yaml", decider(rules).rulebook, as_of))


def log(url: str, *decisions: Decision, by: str = "Hana", language: str = "en") -> list[dict[str, Any]]:
    """Log decisions and return their plans."""
    with LogWriter.open(url) as writer:
        return [log_plan(writer, decision, build_plan(decision, language), by) for decision in decisions]


def log_book(url: str, dates: Iterable[date], customers: int, environment: Mapping[str, str]) -> int:
    """Log the plans of the first customers of the example book on some dates; returns how many."""
    rulebook, count = decider().rulebook, 0
    with LogWriter.open(url) as writer:
        for day in dates:
            book = open_book(BOOK, rulebook, day, environment=environment)
            for customer in book.customers()[:customers]:
                decision = decider().decide(book.facts(customer))
                log_plan(writer, decision, build_plan(decision, "ko" if count % 2 else "en"), "Hana")
                count += 1
    return count


def facts_of_text(text: str, as_of: date = TODAY) -> Facts:
    return parse_facts(text.encode(), "customer.yaml", decider().rulebook, as_of)
