"""The facts of a customer as time alone changes them: nothing new was ordered or observed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from math import isclose

from sangdo.engine.facts.facts import Facts, Known
from sangdo.engine.facts.months import YEAR_MONTHS, first_of, month_number
from sangdo.engine.language.rulebook import Value

CALENDAR = "book.yaml"
SEASON = ("season_index", "next_season_index", "months_to_peak", "off_season", "off_season_next")


@dataclass(frozen=True, slots=True)
class Reread:
    """The customer in today's book as of the day of the old decision, and whether anyone has ordered after that day."""

    facts: Facts
    newer_orders: bool


def pass_time(old: Facts, new: Facts, reread: Reread | None = None) -> Facts:
    """Return the old facts on the date of the new ones.

    Where the customer has no newer order, everything measured is taken from the new facts, since only the window of
    time has moved; otherwise a dealer's season moves along the index that was known. The book's calendar moves with
    the month. Given facts and observations are data, and stay; so does what today's book says otherwise of the old
    day: it was corrected. Lines measured from the whole book move only where nobody in it has ordered since.
    """
    moved = replace(old, as_of=new.as_of)
    if not _ordered_since(old, new):
        again = reread.facts if reread is not None else old
        products = {
            product: _measured(*(facts.products.get(product, {}) for facts in (old, new, again)))
            for product in dict.fromkeys((*new.products, *old.products))
        }
        kept = {product: known for product, known in products.items() if known}
        outlook = new.outlook if again.outlook == old.outlook else old.outlook
        values = _measured(old.values, new.values, again.values)
        moved = replace(moved, values=values, products=kept, outlook=outlook)
    if reread is not None and not reread.newer_orders:
        moved = replace(moved, lines=_lines(old.lines, new.lines, reread.facts.lines))
    return replace(moved, values={**moved.values, **_season(moved), **_calendar(old, new)})


def _measured(old: Mapping[str, Known], new: Mapping[str, Known], again: Mapping[str, Known]) -> dict[str, Known]:
    """What is measured as in the new facts, unless it was corrected; all else as in the old ones."""
    moving = {
        name
        for name in {*old, *new}
        if all(name not in facts or facts[name].origin == "measured" for facts in (old, new))
        and _same(_number(old, name), _number(again, name))
    }
    kept = {name: known for name, known in old.items() if name not in moving}
    return kept | {name: known for name, known in new.items() if name in moving}


def _lines(old: Mapping[str, float], new: Mapping[str, float], again: Mapping[str, float]) -> dict[str, float]:
    """The lines of the new facts where today's book draws the old one as it was; all else as in the old facts."""
    moving = {name for name in {*old, *new} if _same(old.get(name), again.get(name))}
    kept = {name: line for name, line in old.items() if name not in moving}
    return kept | {name: line for name, line in new.items() if name in moving}


def _number(facts: Mapping[str, Known], name: str) -> Value | None:
    return facts[name].value if name in facts else None


def _same(one: Value | None, other: Value | None) -> bool:
    """Whether two values are equal, but for the last digits of a sum of amounts."""
    if isinstance(one, float) and isinstance(other, float):
        return isclose(one, other, rel_tol=1e-9)
    return one == other


def _ordered_since(old: Facts, new: Facts) -> bool:
    """Whether there is a newer order: the possible days of the last one differ, or more were counted in a year."""
    before, after = _last_order(old), _last_order(new)
    if before is None or after is None:
        return before != after
    return after[0] > before[1] or after[1] < before[0] or _count(new) > _count(old)


def _last_order(facts: Facts) -> tuple[date, date] | None:
    """The first and last day on which the last order can have been, by the days of silence up to the last whole month.

    One day also stands for any order since.
    """
    known = facts.values.get("days_silent")
    if known is None or known.origin != "measured" or not isinstance(known.value, int):
        return None
    end = first_of(month_number(facts.as_of + timedelta(days=1))) - timedelta(days=1)
    day = end - timedelta(days=known.value)
    return (day, facts.as_of) if known.value == 1 else (day, day)


def _count(facts: Facts) -> float:
    known = facts.values.get("orders_last_year")
    return known.value if known is not None and isinstance(known.value, int) else 0


def _season(facts: Facts) -> dict[str, Known]:
    """A dealer's measured season in the month of the facts, by the index of the outlook."""
    if facts.outlook is None:
        return {}
    index, month = facts.outlook.index, facts.as_of.month - 1
    read: dict[str, float | None] = {
        "season_index": index[month],
        "next_season_index": index[(month + 1) % YEAR_MONTHS],
    }
    known = [value for value in index if value is not None]
    if len(known) == YEAR_MONTHS:
        read["months_to_peak"] = (known.index(max(known)) - month) % YEAR_MONTHS
    return {
        name: replace(facts.values[name], value=value)
        for name, value in read.items()
        if value is not None and name in facts.values and facts.values[name].origin == "measured"
    }


def _calendar(old: Facts, new: Facts) -> dict[str, Known]:
    """What the book's calendar says of the new month; in the same month a difference is an edit of the book."""
    if (old.as_of.year, old.as_of.month) == (new.as_of.year, new.as_of.month):
        return {}
    return {
        name: new.values[name]
        for name in SEASON
        if all(name in facts.values and facts.values[name].source == CALENDAR for facts in (old, new))
    }
