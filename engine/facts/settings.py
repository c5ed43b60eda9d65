"""The settings of a book: book.yaml."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from sangdo.engine.facts.calendar import Calendar
from sangdo.engine.facts.months import YEAR_MONTHS
from sangdo.engine.language.errors import DataInvalid, Location, nearest
from sangdo.engine.language.record import Record, read_day
from sangdo.engine.language.rulebook import Fact, Level, Value
from sangdo.engine.language.source import Listing, Scalar, raise_problems, read_source
from sangdo.engine.language.values import WrongValue, typed

KEYS = ("name", "currency", "as_of", "hours_per_week", "holidays", "attribution", "source", "season", "defaults")
WEEK_HOURS = 168


@dataclass(frozen=True, slots=True)
class Settings:
    """What book.yaml says: `currency` is an ISO 4217 code, `as_of` the date used when none is asked for,
    `holidays` a country's ISO 3166 code (written at `holidays_at`), `season` the months that count as off-season and as
    peak, `defaults` the values of facts that nothing else is known of."""

    name: str | None = None
    currency: str | None = None
    as_of: date | None = None
    hours_per_week: float | None = None
    holidays: str | None = None
    attribution: str | None = None
    source: str | None = None
    season: Calendar = field(default_factory=Calendar)
    defaults: Mapping[str, Value] = field(default_factory=dict)
    holidays_at: Location | None = None


def read_settings(path: Path, shown: str, facts: Mapping[str, Fact]) -> Settings:
    """Read book.yaml. Raises DataInvalid with all its problems."""
    source, node = read_source(path, shown, DataInvalid, ("off",))
    record = Record(source, node, "the book", KEYS, ordered=False)
    settings = Settings(
        record.word("name"),
        _code(record, "currency", 3),
        read_day(source, record.node("as_of"), "as_of"),
        _hours(record),
        _code(record, "holidays", 2),
        record.word("attribution"),
        record.word("source"),
        _season(record),
        _defaults(record, facts),
        record.at("holidays"),
    )
    raise_problems(source.problems, DataInvalid)
    return settings


def _code(record: Record, key: str, letters: int) -> str | None:
    code = record.word(key)
    if code is None or (len(code) == letters and code.isascii() and code.isalpha() and code.isupper()):
        return code
    example = "KRW, EUR, GBP" if letters == 3 else "KR, DE, GB"
    record.source.add(record.at(key), f"{key} must be a code of {letters} capital letters", expected=f"{example}, ...")
    return None


def _hours(record: Record) -> float | None:
    hours = record.number("hours_per_week")
    if hours is not None and not 0 < hours <= WEEK_HOURS:
        record.source.add(
            record.at("hours_per_week"), "a week cannot have these hours", expected="more than 0, at most 168"
        )
        return None
    return hours


def _season(record: Record) -> Calendar:
    if "season" not in record:
        return Calendar()
    inner = Record(record.source, record.node("season"), "the season of the book", ("off", "peak"))
    off, peak = _months(inner, "off"), _months(inner, "peak")
    if off & peak:
        both = ", ".join(str(month) for month in sorted(off & peak))
        inner.source.add(inner.at("off"), f"a month cannot be off-season and peak: {both}")
    return Calendar(off, peak)


def _months(record: Record, key: str) -> frozenset[int]:
    node = record.node(key)
    if node is None:
        return frozenset()
    items = node.items if isinstance(node, Listing) else ()
    months = [item.value if isinstance(item, Scalar) else None for item in items]
    good = [month for month in months if type(month) is int and 1 <= month <= YEAR_MONTHS]
    if not good or len(good) < len(months):
        record.source.add(node, f"{key} must be a list of months", expected="numbers from 1 to 12, such as [11, 12, 1]")
    return frozenset(good)


def _defaults(record: Record, facts: Mapping[str, Fact]) -> dict[str, Value]:
    known = [name for name, fact in facts.items() if fact.level is Level.CUSTOMER]
    defaults: dict[str, Value] = {}
    for name, node, at in record.items("defaults"):
        if name not in known:
            record.source.add(
                at, f'unknown fact "{name}"', expected="a fact of the vocabulary", suggestion=nearest(name, known)
            )
            continue
        try:
            defaults[name] = typed(facts[name], node.value if isinstance(node, Scalar) else None)
        except WrongValue as wrong:
            record.source.add(node, str(wrong), expected=wrong.expected, suggestion=wrong.suggestion)
    return defaults
