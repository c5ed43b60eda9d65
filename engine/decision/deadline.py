"""The deadline of an action: a working day within its time, or some months before the peak season."""

from __future__ import annotations

from datetime import date, timedelta
from typing import NamedTuple

from sangdo.engine.facts.months import first_of, month_number, months_before
from sangdo.engine.language.rulebook import Action


class Deadline(NamedTuple):
    """The day an action is due, None for a rhythm; `before_peak` are the months it lies before the peak, where that
    is what set the day."""

    due: date | None
    before_peak: int | None = None


def set_deadline(action: Action, as_of: date, months_to_peak: int | None) -> Deadline:
    """Return the last working day of the time allowed, never before the decision itself.

    An action that counts from the peak has at least the time within which it would be done otherwise, but none of
    it after the peak begins; where the months to the peak are not known, or it is here, that time alone counts.
    """
    if action.within_days is None or action.avoid:
        return Deadline(None)
    within = weekday_before(as_of + timedelta(action.within_days))
    if action.before_peak is None or not months_to_peak:
        return Deadline(max(as_of, within))
    peak = first_of(month_number(as_of) + months_to_peak)
    goal = weekday_before(months_before(peak, action.before_peak))
    least = min(within, weekday_before(peak - timedelta(1)))
    due = max(goal, least, as_of)
    return Deadline(due, action.before_peak if due == goal else None)


def weekday_before(day: date) -> date:
    """Return the day itself, or the Friday before when it falls on a weekend."""
    return day - timedelta(max(0, day.weekday() - 4))
