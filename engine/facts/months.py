"""Months as they are counted: forward and back from a day, and as whole numbers."""

from __future__ import annotations

from calendar import monthrange
from datetime import date

YEAR_MONTHS = 12


def months_before(day: date, months: int) -> date:
    """Return the same day some months earlier, or that month's last day where it is shorter."""
    year, month = divmod(day.year * YEAR_MONTHS + day.month - 1 - months, YEAR_MONTHS)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def month_number(day: date) -> int:
    """Return 12 x year + month - 1 of a date, so that months can be subtracted."""
    return day.year * YEAR_MONTHS + day.month - 1


def first_of(number: int) -> date:
    """Return the first day of a numbered month."""
    year, month = divmod(number, YEAR_MONTHS)
    return date(year, month + 1, 1)


def month_end(day: date) -> date:
    """Return the last day of a day's month."""
    return day.replace(day=monthrange(day.year, day.month)[1])
