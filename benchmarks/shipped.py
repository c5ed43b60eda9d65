"""The shipped rules and the example book: how fast whole customers are decided, and their plans made."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import sangdo
from sangdo.benchmarks.contest import Contest
from sangdo.benchmarks.rounds import run_rounds
from sangdo.engine.decision.decision import Decider, Decision
from sangdo.engine.decision.plan import build_plan
from sangdo.engine.facts.book import open_book
from sangdo.engine.language.loading import load_rulebook

ROOT = Path(sangdo.__file__).resolve().parent
BOOK = ROOT / "examples" / "book"
CUSTOMERS = 60


def decide_example_book(count: int) -> list[Decision]:
    """Decide the first customers of the example book by the shipped rules."""
    rulebook = load_rulebook(ROOT / "rules")
    book = open_book(BOOK, rulebook, today=date.today())
    decider = Decider(rulebook)
    return [decider.decide(book.facts(customer)) for customer in book.customers()[:count]]


def measure_shipped(rounds: int) -> Contest:
    """Time decisions and plans of the example book's customers."""
    decisions = decide_example_book(CUSTOMERS)
    rulebook = decisions[0].rulebook
    decider = Decider(rulebook)
    count = sum(len(question.rules) for question in rulebook.questions.values())
    times = run_rounds(
        {
            "decided and checked": lambda: [decider.decide(one.facts) for one in decisions],
            "engine alone": lambda: [decider.engine.run(one.facts) for one in decisions],
            "plan of a decision": lambda: [build_plan(one, "en") for one in decisions],
        },
        rounds,
    )
    firings = sum(len(one.trace.firings) for one in decisions) / len(decisions)
    title = (
        f"Shipped rules: {count} rules in {len(rulebook.questions)} questions, {len(decisions)} customers of the "
        f"example book, {firings:.1f} firings each"
    )
    return Contest(title, times, len(decisions), "a second")
