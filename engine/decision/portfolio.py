"""A rep's book as one subject: its mix of customers and where the time goes (clause K2)."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import date

from sangdo.engine.decision.decision import Decider
from sangdo.engine.facts.book import Book
from sangdo.engine.facts.facts import Facts, Known
from sangdo.engine.language.errors import Location, NothingMatched, Problem, nearest
from sangdo.engine.language.part import part_of
from sangdo.engine.language.rulebook import Rulebook, Value

QUESTIONS = ("portfolio_gap",)
WEAK = "EIV"


def portfolio_rules(rulebook: Rulebook) -> Rulebook:
    """Return the part of a rulebook that speaks of a whole book."""
    return part_of(rulebook, QUESTIONS)


def portfolio_facts(book: Book, decider: Decider, rep: str) -> Facts:
    """Decide every customer of a rep and return what their book is as facts.

    Counted are existing, prospective and future customers, the hours a week that the rules give to all of
    them, and the share of these that EIV customers take. Raises NothingMatched for a rep without customers.
    """
    reps: set[str] = set()
    kinds: Counter[str] = Counter()
    hours: defaultdict[str, float] = defaultdict(float)
    as_of, currency = date.min, None
    for customer in book.customers():
        facts = book.facts(customer)
        owner = facts.values.get("rep")
        reps.update([str(owner.value)] if owner else [])
        if owner is None or owner.value != rep:
            continue
        as_of, currency = facts.as_of, facts.currency
        values = decider.decide(facts).trace.values
        kinds[str(values.get("kind"))] += 1
        hours[str(values.get("quadrant"))] += float(values.get("hours_per_week", 0))  # type: ignore[arg-type]
    if not kinds:
        raise NothingMatched(
            Problem(
                Location(book.shown), f'no customer of the book belongs to "{rep[:100]}"',
                expected=", ".join(sorted(reps)[:12]) or "a column rep in customers", suggestion=nearest(rep, reps),
            )
        )  # fmt: skip
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
    return Facts(rep, as_of, {"name": Known(rep, "given", "customers"), **known}, currency=currency)
