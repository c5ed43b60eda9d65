"""Visits placed on the working days of a week, each on its own weekday as long as there is room.

A day keeps its own visits before it takes those of others, so one visit more moves only those that no longer fit.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

OVERRUN = 2
"""The units by which a day may run over when a visit fits nowhere else in one piece."""


@dataclass(frozen=True, slots=True)
class Visit:
    """A stretch of time for one customer, wanted on a weekday (0 for Monday)."""

    customer_id: str
    units: int
    weekday: int


def place_visits(visits: Sequence[Visit], days: Sequence[date], room: int) -> Mapping[str, date]:
    """Place visits, the first to be served first, on days with `room` units each; return the day of each customer.

    A visit that does not fit on its own day goes to the next working day with room, then to an earlier one; a
    customer who is not in the result is put off.
    """
    if not days:
        return {}
    left = dict.fromkeys(days, room)
    placed: dict[str, date] = {}
    spilled: list[Visit] = []
    full: set[date] = set()
    for visit in visits:
        home = own_day(visit.weekday, days)
        # After the first that does not fit, none of this day's visits jumps the queue: a small one would hold the
        # place only until somebody before it needs a little more.
        if home in full or visit.units > left[home]:
            full.add(home)
            spilled.append(visit)
        else:
            left[home] -= visit.units
            placed[visit.customer_id] = home
    for visit in spilled:
        day = _other_day(visit, days, left)
        if day is not None:
            left[day] -= visit.units
            placed[visit.customer_id] = day
    return placed


def own_day(weekday: int, days: Sequence[date]) -> date:
    """Return the first working day on or after a weekday, or the first of the week when none is left."""
    return next((day for day in days if day.weekday() >= weekday), days[0])


def _other_day(visit: Visit, days: Sequence[date], left: Mapping[date, int]) -> date | None:
    home = own_day(visit.weekday, days)
    following = [day for day in days if day >= home] + [day for day in days if day < home]
    fitting = next((day for day in following if left[day] >= visit.units), None)
    if fitting is not None:
        return fitting
    roomiest = max(following, key=lambda day: left[day])
    return roomiest if visit.units - left[roomiest] <= OVERRUN else None
