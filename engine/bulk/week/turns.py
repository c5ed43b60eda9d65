"""Whose turn it is in a week, for how long, and on which day.

What a week cannot hold is put off to the next one and comes first there. To know who waits, the weeks before are gone
through as well, from the beginning of the quarter before on.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sangdo.engine.bulk.week.attention import Attention
from sangdo.engine.bulk.week.placing import Visit, place_visits
from sangdo.engine.bulk.week.rhythm import WORK_DAYS, is_due, lot_of, monday_of, next_due, week_number, weekday_of
from sangdo.engine.bulk.week.sharing import UNITS_AN_HOUR, Claim, in_order, in_units, share_units
from sangdo.engine.bulk.week.working_days import WorkingWeek, working_week

QUARTER_WEEKS = 13
LONGEST_DAY = 12
"""Hours: however many a week has, no day is planned longer than this."""


@dataclass(frozen=True, slots=True)
class Turn:
    """One customer's turn in a week, in quarters of an hour: asked for and given. `day` is None when it is put off;
    `lacks` says for want of what less is given than asked for: hours, or room in a day, or nothing; `waited` are the
    weeks it has been put off before; `following` is the Monday of the week of the next turn."""

    attention: Attention
    asked: int
    given: int
    day: date | None
    lacks: str
    waited: int
    following: date


@dataclass(frozen=True, slots=True)
class Turns:
    """The turns of a week, the first to be served first, and the units that the week and each of its days hold."""

    week: WorkingWeek
    capacity: int
    room: int
    turns: tuple[Turn, ...]


def first_week_needed(monday: date) -> date:
    """Return the Monday from which on weeks are gone through to know who waits."""
    return monday_of((week_number(monday) // QUARTER_WEEKS - 1) * QUARTER_WEEKS)


def take_turns(attentions: Sequence[Attention], hours: float, monday: date, holidays: Mapping[date, str]) -> Turns:
    """Return the turns in the week of a Monday, for a rep with so many hours in a week of five working days."""
    room = in_units(min(hours / WORK_DAYS, LONGEST_DAY))
    waiting: Mapping[str, int] = {}
    for number in range(week_number(first_week_needed(monday)), week_number(monday)):
        passed = _turns(attentions, room, hours, working_week(monday_of(number), holidays), waiting)
        waiting = {turn.attention.customer_id: turn.waited + 1 for turn in passed.turns if turn.day is None}
    return _turns(attentions, room, hours, working_week(monday, holidays), waiting)


def _turns(
    attentions: Sequence[Attention], room: int, hours: float, week: WorkingWeek, waiting: Mapping[str, int]
) -> Turns:
    number = week_number(week.monday)
    turned = {
        one.customer_id: one
        for one in attentions
        if one.customer_id in waiting or is_due(one.customer_id, one.every, number)
    }
    claims = in_order(
        Claim(one.customer_id, min(in_units(one.hours * one.every), room), one.weight, one.ranks,
              waiting.get(one.customer_id, 0), lot_of(one.customer_id, number))
        for one in turned.values()
    )  # fmt: skip
    # Rounded down, so that no week ever holds more than its hours.
    whole = int(min(hours, LONGEST_DAY * WORK_DAYS) * UNITS_AN_HOUR * len(week.days) / WORK_DAYS)
    shares = share_units(claims, whole)
    visits = [Visit(c.customer_id, shares[c.customer_id], weekday_of(c.customer_id)) for c in claims]
    placed = place_visits([visit for visit in visits if visit.units], week.days, room)
    turns = []
    for claim in claims:
        one, day = turned[claim.customer_id], placed.get(claim.customer_id)
        given = shares[claim.customer_id] if day is not None else 0
        following = next_due(one.customer_id, one.every, number) if day is not None else number + 1
        lacks = "" if given == claim.units else "hours" if given == shares[claim.customer_id] else "room"
        turns.append(Turn(one, claim.units, given, day, lacks, claim.waited, monday_of(following)))
    return Turns(week, whole, room, tuple(turns))
