"""When a customer's turn comes: by the rhythm of the rules, and a phase that rests on the customer's id alone.

So one more customer never moves the turn of another, and the same book gives the same week.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Final

from sangdo.engine.language.errors import Location, Problem, RulesInvalid, nearest
from sangdo.engine.language.rulebook import Rulebook

VISIT_EVERY: Final = "visit_every"
NO_VISIT: Final = "none"
WEEKS: Final[Mapping[str, int]] = {
    "week": 1, "two_weeks": 2, "month": 4, "quarter": 13, "half_year": 26, "year": 52, NO_VISIT: 4,
}  # fmt: skip
"""How many weeks lie between two turns; work without a visit is done once a month."""
WORK_DAYS: Final = 5
_DAYS: Final = 7


def check_rhythms(rulebook: Rulebook) -> None:
    """Check that the rules give hours and a rhythm that a week can be made of.

    Raises RulesInvalid when a question is missing, or an answer of `visit_every` is no rhythm.
    """
    missing = [name for name in ("hours_per_week", VISIT_EVERY) if name not in rulebook.questions]
    if missing:
        message = f"a week needs the question {missing[0]}, which the rules do not have"
        raise RulesInvalid(Problem(Location(rulebook.root), message))
    question = rulebook.questions[VISIT_EVERY]
    problems = [
        Problem(question.location, f'"{word}" is not a rhythm of visits', expected=", ".join(WEEKS),
                suggestion=nearest(str(word), WEEKS))
        for word in question.answers
        if word not in WEEKS
    ]  # fmt: skip
    if problems:
        raise RulesInvalid(*problems)


def week_number(monday: date) -> int:
    """Return the number of a week, counted without a break over the years."""
    return (monday - timedelta(monday.weekday())).toordinal() // _DAYS


def monday_of(number: int) -> date:
    """Return the Monday of a numbered week."""
    return date.fromordinal(number * _DAYS + 1)


def is_due(customer: str, every: int, number: int) -> bool:
    """Tell whether a customer's turn falls in a numbered week, once in `every` weeks."""
    return (number + _drawn(customer, "week")) % every == 0


def next_due(customer: str, every: int, number: int) -> int:
    """Return the number of the first week after the given one in which a customer's turn comes."""
    return number + every - (number + _drawn(customer, "week")) % every


def weekday_of(customer: str) -> int:
    """Return the weekday on which a customer is visited if there is room, 0 for Monday to 4 for Friday."""
    return _drawn(customer, "day") % WORK_DAYS


def lot_of(customer: str, number: int) -> int:
    """Return a customer's lot for a numbered week: among equals the lowest comes first, and each week is drawn anew."""
    return _drawn(customer, str(number))


def _drawn(customer: str, purpose: str) -> int:
    return int.from_bytes(hashlib.sha256(f"{purpose} {customer}".encode("utf-8", "surrogatepass")).digest()[:8])
