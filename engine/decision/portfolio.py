"""A rep's book as one subject: its mix of customers and where the time goes (clause K2)."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence

from sangdo.engine.decision.decision import Decision
from sangdo.engine.facts.facts import Facts, Known
from sangdo.engine.language.part import part_of
from sangdo.engine.language.rulebook import Rulebook, Value

QUESTIONS = ("portfolio_gap",)
WEAK = "EIV"


def portfolio_rules(rulebook: Rulebook) -> Rulebook:
    """Return the part of a rulebook that speaks of a whole book."""
    return part_of(rulebook, QUESTIONS)


def portfolio_facts(rep: str, decisions: Sequence[Decision]) -> Facts:
    """Return what the book of a rep is, as facts, from the decisions on its customers (at least one).

    Counted are existing, prospective and future customers, the hours a week that the rules give to all of
    them, and the share of these that EIV customers take.
    """
    kinds: Counter[str] = Counter()
    hours: defaultdict[str, float] = defaultdict(float)
    for decision in decisions:
        values = decision.trace.values
        kinds[str(values.get("kind"))] += 1
        hours[str(values.get("quadrant"))] += float(values.get("hours_per_week", 0))  # type: ignore[arg-type]
    total = sum(hours.values())
    found: dict[str, Value] = {
        "book_existing": kinds["existing"],
        "book_prospects": kinds["prospective"],
        "book_future": kinds["future"],
        "book_hours": total,
    }
    if total:
        found["book_weak_share"] = 100 * hours[WEAK] / total
    known = {name: Known(value, "measured", f"{sum(kinds.values())} customers") for name, value in found.items()}
    facts = decisions[0].facts
    return Facts(rep, facts.as_of, {"name": Known(rep, "given", "customers"), **known}, currency=facts.currency)
