"""The visits of one or more reps as an iCalendar file (RFC 5545).

Times are local to whoever opens the file; holidays are all-day events that leave the day free. Nothing depends on the
clock, so the same book gives the same bytes.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any

from sangdo.engine.bulk.week.week_words import week_words
from sangdo.engine.decision.pages.rendering import printable
from sangdo.engine.decision.wording import Wording
from sangdo.engine.language.rulebook import Rulebook

if TYPE_CHECKING:
    from icalendar import Event


def as_calendar(weeks: Sequence[Mapping[str, Any]], rulebook: Rulebook, language: str) -> str:
    """Return the weeks (their JSON objects) as one calendar: an event for each visit and each holiday.

    With several reps the rep stands before the customer. A customer's event keeps its id when it moves to another time
    of the week.
    """
    from icalendar import Calendar

    calendar = Calendar()
    calendar.add("prodid", f"-//Sangdo//week//{language.upper()}")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", _named(weeks, language))
    for event in _holidays(weeks, language):
        calendar.add_component(event)
    for week in weeks:
        for event in _visits(week, Wording(rulebook, language), several=len(weeks) > 1):
            calendar.add_component(event)
    written: bytes = calendar.to_ical()
    return written.decode("utf-8")


def _named(weeks: Sequence[Mapping[str, Any]], language: str) -> str:
    say = week_words(language)
    whose = printable(weeks[0]["rep"]) if len(weeks) == 1 else say["every_rep"]
    return f"{say['title']}: {whose}"


def _holidays(weeks: Sequence[Mapping[str, Any]], language: str) -> Iterator[Event]:
    """The holidays, once for all reps."""
    say = week_words(language)
    for week in weeks[:1]:
        for day in week["days"]:
            if day["holiday"]:
                event = _event(f"holiday {day['date']}", f"{say['holiday']}: {day['holiday']}", week["as_of"])
                begins = date.fromisoformat(day["date"])
                event.add("dtstart", begins)
                event.add("dtend", begins + timedelta(1))
                event.add("transp", "TRANSPARENT")
                yield event


def _visits(week: Mapping[str, Any], wording: Wording, *, several: bool) -> Iterator[Event]:
    say = week_words(wording.language)
    for day in week["days"]:
        for visit in day["visits"]:
            name = printable(visit["name"])
            whose = f"{printable(week['rep'])}: {name}" if several else name
            summary = whose if visit["visit"] else f"{whose} ({say['desk']})"
            event = _event(f"{week['week']} {visit['customer_id']}", summary, week["as_of"])
            event.add("dtstart", datetime.fromisoformat(visit["start"]))
            event.add("dtend", datetime.fromisoformat(visit["end"]))
            event.add("description", "\n".join(_described(visit, wording)))
            event.add("categories", [printable(week["rep"])])
            yield event


def _described(visit: Mapping[str, Any], wording: Wording) -> Iterator[str]:
    say = week_words(wording.language)
    given, asked = wording.hours(visit["hours"]), wording.hours(visit["asked"])
    yield say["of_asked"].format(given, asked) if visit["hours"] < visit["asked"] else given
    yield wording.named("visit_every", visit["visit_every"])
    rules = [one for behind in visit["rules"].values() for one in behind]
    yield ", ".join(f"{one['rule']} ({say['house']})" if one["basis"] == "house" else one["rule"] for one in rules)


def _event(key: str, summary: str, as_of: str) -> Event:
    from icalendar import Event

    event = Event()
    event.add("uid", f"{hashlib.sha256(key.encode('utf-8', 'surrogatepass')).hexdigest()[:32]}@sangdo")
    event.add("dtstamp", datetime.combine(date.fromisoformat(as_of), time(0), UTC))
    event.add("summary", summary)
    return event
