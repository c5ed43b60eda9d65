"""The customers of a book, decided and grouped by rep."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from sangdo.engine.decision.decision import Decider, Decision
from sangdo.engine.facts.book import Book
from sangdo.engine.facts.facts import Facts
from sangdo.engine.language.errors import Location, NothingMatched, Problem, SangdoError, nearest

REPS_NAMED = 12


@dataclass(frozen=True, slots=True)
class Undecided:
    """A customer on whom no decision can be made, and why in one line."""

    customer_id: str
    name: str
    problem: str


@dataclass(frozen=True, slots=True)
class RepCustomers:
    """The customers of one rep (None for those without one), in the order of their ids."""

    rep: str | None
    decisions: list[Decision] = field(default_factory=list)
    undecided: list[Undecided] = field(default_factory=list)


def decide_rep(book: Book, decider: Decider, rep: str) -> RepCustomers:
    """Decide the customers of one rep. Raises NothingMatched for a rep without customers."""
    reps: set[str] = set()
    own = RepCustomers(rep)
    for facts in _all_facts(book):
        owner = rep_of(facts)
        reps.update([owner] if owner else [])
        if owner == rep:
            _decide(facts, decider, own)
    if rep not in reps:
        raise NothingMatched(
            Problem(
                Location(book.shown), f'no customer of the book belongs to "{rep[:100]}"',
                expected=", ".join(sorted(reps)[:REPS_NAMED]) or "a column rep in customers",
                suggestion=nearest(rep, reps),
            )
        )  # fmt: skip
    return own


def decide_all(book: Book, decider: Decider) -> tuple[RepCustomers, ...]:
    """Decide every customer of a book; the reps are in the order of their names, customers without one last."""
    groups: dict[str | None, RepCustomers] = {}
    for facts in _all_facts(book):
        owner = rep_of(facts)
        _decide(facts, decider, groups.setdefault(owner, RepCustomers(owner)))
    return tuple(sorted(groups.values(), key=lambda group: (group.rep is None, group.rep or "")))


def rep_of(facts: Facts) -> str | None:
    """Return the rep of a customer, or None."""
    known = facts.values.get("rep")
    return (str(known.value).strip() or None) if known is not None else None


def _all_facts(book: Book) -> Iterator[Facts]:
    for customer in book.customers():
        yield book.facts(customer)


def _decide(facts: Facts, decider: Decider, group: RepCustomers) -> None:
    """Add one customer to a group; one whom the rules contradict each other on does not stop the others."""
    try:
        group.decisions.append(decider.decide(facts))
    except SangdoError as error:
        name = facts.values.get("name")
        problem = error.problems[0]
        shown = str(name.value) if name is not None else facts.customer_id
        group.undecided.append(Undecided(facts.customer_id, shown, f"{problem.location}: {problem.message}"))
