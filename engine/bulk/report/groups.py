"""Groups: where each customer of a book stands, by the rules' quadrants, the standing and the kind."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from sangdo.engine.language.errors import Location, Problem, RulesInvalid
from sangdo.engine.language.rulebook import Rulebook

QUADRANT, PROSPECTS = "quadrant", "prospect_quadrant"
NEW, LOST, PROSPECTIVE, FUTURE, UNKNOWN, ERROR = "new", "lost", "prospective", "future", "unknown", "error"
ABSENT = "absent"
"""A customer who had bought nothing up to the date."""


@dataclass(frozen=True, slots=True)
class Groups:
    """The groups of a rulebook in the order they are shown; those of existing customers, best first, lead."""

    quadrants: tuple[str, ...]
    prospects: tuple[str, ...]

    @property
    def existing(self) -> tuple[str, ...]:
        """The groups of customers who have bought."""
        return (*self.quadrants, NEW, LOST)

    @property
    def every(self) -> tuple[str, ...]:
        """All groups."""
        return (*self.existing, *self.prospects, PROSPECTIVE, FUTURE, ABSENT, UNKNOWN, ERROR)


def groups_of(rulebook: Rulebook) -> Groups:
    """Return the groups that a rulebook tells apart. Raises RulesInvalid without the question of the quadrant."""
    if QUADRANT not in rulebook.questions:
        raise RulesInvalid(Problem(Location(rulebook.root), f"there is no question {QUADRANT}"))
    prospects = rulebook.questions[PROSPECTS].answers if PROSPECTS in rulebook.questions else ()
    return Groups(tuple(map(str, rulebook.questions[QUADRANT].answers)), tuple(map(str, prospects)))


def group_sql(answers: Collection[str], facts: Collection[str]) -> str:
    """Return SQL of a customer's group: `decided` has the answers and error, `known` the facts."""
    cases = [("decided.error IS NOT NULL", f"'{ERROR}'"), (f"{QUADRANT} IS NOT NULL", QUADRANT)]
    if PROSPECTS in answers:
        cases.append((f"{PROSPECTS} IS NOT NULL", PROSPECTS))
    if "kind" in facts:
        cases += [(f"known.kind = '{kind}'", f"'{kind}'") for kind in (FUTURE, PROSPECTIVE)]
    if "standing" in facts:
        cases += [(f"known.standing = '{standing}'", f"'{standing}'") for standing in (NEW, LOST)]
        # Listed as a customer, but nothing bought up to the date.
        cases.append(("known.kind = 'existing' AND known.standing IS NULL", f"'{ABSENT}'"))
    told = " ".join(f"WHEN {test} THEN {group}" for test, group in cases)
    return f"CASE {told} ELSE '{UNKNOWN}' END"
