"""The working days of a week: Monday to Friday, less the public holidays of a country."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from sangdo.engine.bulk.week.rhythm import WORK_DAYS
from sangdo.engine.language.errors import DataInvalid, Location, Problem, nearest

HOME = "KR"
"""The country whose holidays count where the book names none."""
_SATURDAY = 5


@dataclass(frozen=True, slots=True)
class WorkingWeek:
    """One week: its Monday, its working days, and the holidays among Monday to Friday with their names."""

    monday: date
    days: tuple[date, ...]
    holidays: Mapping[date, str]

    @property
    def friday(self) -> date:
        """The last weekday of the week."""
        return self.monday + timedelta(WORK_DAYS - 1)


def week_containing(day: date) -> date:
    """Return the Monday of the week of a day; at the weekend the one that follows."""
    monday = day - timedelta(day.weekday())
    return monday + timedelta(7) if day.weekday() >= _SATURDAY else monday


def read_holidays(country: str | None, first: date, last: date, language: str, place: Location) -> Mapping[date, str]:
    """Return the public holidays of a country between two dates, named in the language where it is known.

    `country` is an ISO 3166 code, KR when None. Raises DataInvalid at `place` for a country without a calendar.
    """
    import holidays

    code = country or HOME
    known = holidays.list_supported_countries()
    if code not in known:
        message = f'no calendar of public holidays is known for "{code}"'
        wanted = "the ISO 3166 code of a country, such as KR, DE, GB"
        raise DataInvalid(Problem(place, message, expected=wanted, suggestion=nearest(code, known)))
    years = range(first.year, last.year + 1)
    found = holidays.country_holidays(code, years=years, language=_spoken(code, language))
    return {day: name for day, name in sorted(found.items()) if first <= day <= last}


def working_week(monday: date, holidays: Mapping[date, str]) -> WorkingWeek:
    """Return the week that begins on a Monday."""
    weekdays = [monday + timedelta(day) for day in range(WORK_DAYS)]
    free = {day: holidays[day] for day in weekdays if day in holidays}
    return WorkingWeek(monday, tuple(day for day in weekdays if day not in free), free)


def _spoken(code: str, language: str) -> str | None:
    """The language in which the calendar names its days: the one asked for, else English, else its own."""
    import holidays

    spoken = holidays.country_holidays(code).supported_languages
    for wanted in (language, "en"):
        for one in spoken:
            if one.partition("_")[0] == wanted:
                return str(one)
    return None
