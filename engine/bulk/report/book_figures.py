"""Book figures: how large a book is, what it brings, and on what that rests."""

# The SQL here is made of this project's own words.
# ruff: noqa: S608

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from sangdo.engine.bulk.report.decided_book import DecidedBook
from sangdo.engine.bulk.report.volumes import QUARTER_NAMES
from sangdo.engine.facts.measures import QUARTER_MONTHS, QUARTERS, YEAR_QUARTERS, period
from sangdo.engine.facts.months import YEAR_MONTHS, months_before

CENTS = Decimal("0.01")


def amount(value: Decimal | float | None) -> float:
    """Return a sum of money or hours as a number with two decimals."""
    return float(Decimal(value or 0).quantize(CENTS))


def share_of(part: float, whole: float) -> float | None:
    """Return a part of a whole, rounded to four decimals; None where there is no whole."""
    return round(part / whole, 4) if whole > 0 else None


def tell_book(decided: DecidedBook, shown: str) -> dict[str, Any]:
    """Tell the size, dates and revenue of a book, and the fewest customers that bring half of the revenue."""
    book, span = decided.book, period(decided.book.as_of)
    revenue, before, hours, reps = decided.row(
        "SELECT sum(revenue), sum(revenue_before), sum(hours), count(DISTINCT rep) FROM people"
    )
    first, last, rows = _orders(decided)
    capacity = book.settings.hours_per_week
    return {
        "name": book.settings.name or shown,
        "currency": book.settings.currency,
        "attribution": book.settings.attribution,
        "as_of": book.as_of.isoformat(),
        "since": decided.since.isoformat() if decided.since else None,
        "customers": book.counts.customers,
        "orders": rows,
        "first_order": first.isoformat() if first else None,
        "last_order": last.isoformat() if last else None,
        "bad_rows": book.counts.bad_rows,
        "reps": reps,
        "revenue_is": "last_12_months" if decided.has_orders else "contribution_a_year",
        "revenue_from": months_before(span.month_end + timedelta(days=1), YEAR_MONTHS).isoformat(),
        "revenue_to": span.month_end.isoformat(),
        "revenue": amount(revenue),
        "revenue_before": amount(before) if reaches_back(decided, 2 * YEAR_MONTHS) else None,
        "half": _half(decided),
        **_trends(decided, amount(revenue), amount(before)),
        "hours": amount(hours),
        "hours_of_reps": reps * capacity if capacity and reps else None,
    }


def _trends(decided: DecidedBook, revenue: float, before: float) -> dict[str, Any]:
    quarters = quarters_of(decided.row(f"SELECT {quarter_sums(decided) or 'NULL'} FROM volumes"))
    trend = share_of(revenue, before) if reaches_back(decided, 2 * YEAR_MONTHS) else None
    return {"trend": trend, "quarter_trend": quarter_trend(quarters), "quarters": quarters}


def quarter_sums(decided: DecidedBook) -> str:
    """Return SQL of the sums of the quarters that the orders cover, the oldest first."""
    return ", ".join(f"sum({name})" for name in reversed(QUARTER_NAMES[: covered_quarters(decided)]))


def quarters_of(sums: tuple[Any, ...]) -> list[float]:
    """Return sums of quarters as numbers; those of a book without quarters are none."""
    return [amount(volume) for volume in sums] if any(volume is not None for volume in sums) else []


def quarter_trend(quarters: list[float]) -> float | None:
    """Return the last quarter against the same one a year ago; None where that is not known or nothing."""
    return share_of(quarters[-1], quarters[-1 - YEAR_QUARTERS]) if len(quarters) > YEAR_QUARTERS else None


def reaches_back(decided: DecidedBook, months: int) -> bool:
    """Return whether the orders reach back so many complete months, the first of them from its early days on."""
    first = _orders(decided)[0]
    start = months_before(period(decided.book.as_of).month_end + timedelta(days=1), months)
    return first is not None and first < months_before(start, -1)


def covered_quarters(decided: DecidedBook) -> int:
    """Return how many of the last eight quarters the orders cover."""
    return max((n for n in range(1, QUARTERS + 1) if reaches_back(decided, n * QUARTER_MONTHS)), default=0)


def _orders(decided: DecidedBook) -> tuple[date | None, date | None, int]:
    if not decided.has_orders:
        return None, None, 0
    row = decided.row(f"SELECT min(date), max(date), count(*) FROM orders WHERE date <= DATE '{decided.book.as_of}'")
    return row[0], row[1], row[2]


def _half(decided: DecidedBook) -> int | None:
    """How many customers it takes to bring half of the revenue."""
    running = "sum(revenue) OVER (ORDER BY revenue DESC, customer_id ROWS UNBOUNDED PRECEDING) - revenue AS before"
    half = "(SELECT sum(revenue) / 2 FROM people WHERE revenue > 0)"
    found: int = decided.row(
        f"SELECT count(*) FROM (SELECT {running} FROM people WHERE revenue > 0) WHERE before < {half}"
    )[0]
    return found or None


def tell_assumed(decided: DecidedBook) -> list[dict[str, Any]]:
    """Tell what the figures rest on: each a code and its values."""
    return list(_assumed(decided))


def _assumed(decided: DecidedBook) -> Iterator[dict[str, Any]]:
    settings, orders = decided.book.settings, decided.has_orders
    if not orders:
        yield {"code": "no_orders"}
    else:
        margins, returns = decided.row(
            "SELECT count(margin), -sum(CAST(amount AS DECIMAL(28, 9))) FILTER (amount < 0) FROM orders "
            f"WHERE date <= DATE '{decided.book.as_of}'"
        )
        if returns:
            yield {"code": "returns", "amount": amount(returns)}
        if not margins:
            yield {"code": "no_margin"}
        if not reaches_back(decided, 2 * YEAR_MONTHS):
            yield {"code": "short_history"}
    for name, threshold in decided.rulebook.thresholds.items():
        resolved = decided.thresholds[name]
        if threshold.method is not None and resolved.value is not None:
            then = decided.thresholds_then.get(name)
            yield {
                "code": "line", "threshold": name, "of": threshold.of, "value": resolved.value, "how": resolved.how,
                "then": then.value if then else None,
            }  # fmt: skip
    for fact, value in settings.defaults.items():
        yield {"code": "default", "fact": fact, "value": value}
    if settings.currency is None:
        yield {"code": "no_currency"}
    if decided.since is not None:
        yield {"code": "rules_of_today"}
