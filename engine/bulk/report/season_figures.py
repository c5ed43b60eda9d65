"""Season figures: the index of each month for a book's market, its parts and its largest dealers."""

# The SQL here is made of this project's own words.
# ruff: noqa: S608

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, TypeAlias

import ibis  # type: ignore[import-untyped]

from sangdo.engine.bulk.report.decided_book import DecidedBook
from sangdo.engine.facts.book_contents import DEALER
from sangdo.engine.facts.dealers import covered_until
from sangdo.engine.facts.months import YEAR_MONTHS, month_number
from sangdo.engine.facts.season import market_index, market_volumes, monthly_volumes, shrunk_index

MARKET, REP, PRODUCT = "market", "rep", "product"
MOST_PARTS = 8
"""Reps, products and dealers shown at most of each, those with the most revenue."""
MARKET_LINE, DEALER_LINE = "market_off_season_line", "off_season_line"
PEAK = 1.15
"""A month is a peak where the index lies as far above the year's average as a dealer's off-season lies below it."""
DECIMALS = 3
_ORDERS = {"customer_id": "string", "date": "date", "amount": "float64", "product": "string", "rep": "string"}
_MONTHS = {"part": "string", "number": "int64", "volume": "decimal(38, 9)"}

Table: TypeAlias = Any


def tell_season(decided: DecidedBook) -> dict[str, Any] | None:
    """Tell the seasonal index by month of the market, of its reps and products, and of dealers; None without a year of
    orders.

    A month is off below the line of the rules in force, a peak at PEAK or more. The months that book.yaml says are off
    or peak are told beside them.
    """
    if not decided.has_orders:
        return None
    newest = decided.row(f"SELECT max(date) FROM orders WHERE date <= DATE '{decided.book.as_of}'")[0]
    covered = covered_until(newest, decided.book.as_of)
    seasons = _Seasons(decided, covered)
    market = seasons.index_of(market_volumes(seasons.volumes()))
    if not market:
        return None
    line, own_line = (decided.thresholds[name].value if name in decided.thresholds else None
                      for name in (MARKET_LINE, DEALER_LINE))  # fmt: skip
    rows = [_row(MARKET, "", market, line)]
    rows += [_row(kind, name, index, line) for kind in (REP, PRODUCT) for name, index in seasons.parts(kind)]
    rows += [_row(DEALER, name, index, own_line) for name, index in seasons.dealers()]
    calendar = decided.book.settings.season
    return {
        "to": covered.isoformat(),
        "years": seasons.years(),
        "lines": [{"threshold": MARKET_LINE, "value": line}, {"threshold": DEALER_LINE, "value": own_line}],
        "peak_line": PEAK,
        "calendar_off": sorted(calendar.off),
        "calendar_peak": sorted(calendar.peak),
        "rows": rows,
    }


def _row(kind: str, name: str, index: Sequence[float], line: float | None) -> dict[str, Any]:
    return {
        "kind": kind,
        "name": name,
        "index": [round(value, DECIMALS) for value in index],
        "off": [month for month, value in enumerate(index, 1) if line is not None and value < line],
        "peak": [month for month, value in enumerate(index, 1) if value >= PEAK],
    }


class _Seasons:
    def __init__(self, decided: DecidedBook, covered: Any) -> None:
        self._decided, self._covered = decided, covered
        reps = "people.rep" if "rep" in decided.facts else "NULL"
        decided.rows(
            f"CREATE OR REPLACE TEMP VIEW told_orders AS SELECT orders.*, {reps} AS rep FROM orders "
            "LEFT JOIN people USING (customer_id)"
        )

    def volumes(self, *more: str) -> Table:
        return monthly_volumes(ibis.table(_ORDERS, name="told_orders"), self._covered, *more)

    def years(self) -> float:
        """How many years the orders reach back."""
        first = self._decided.row("SELECT min(date) FROM orders")[0]
        return round((month_number(self._covered) - month_number(first) + 1) / YEAR_MONTHS, 2)

    def index_of(self, volumes: Table) -> list[float]:
        """The index of the twelve months; empty where it cannot be told."""
        rows = self._decided.rows(_sql(market_index(volumes, self._covered).order_by("month")))
        values = [row[1] for row in rows]
        return values if len(values) == YEAR_MONTHS and None not in values else []

    def parts(self, column: str) -> Iterator[tuple[str, list[float]]]:
        """The index of each of the largest parts of the market; nothing where there is only one."""
        volumes = self.volumes(column)
        months = volumes.group_by("number", part=volumes[column]).agg(volume=volumes.volume.sum())
        self._decided.rows(f"CREATE OR REPLACE TEMP TABLE part_months AS {_sql(months)}")
        largest = self._decided.rows(
            "SELECT part FROM part_months WHERE part IS NOT NULL GROUP BY part ORDER BY sum(volume) DESC, part "
            f"LIMIT {MOST_PARTS}"
        )
        if len(largest) < 2:
            return
        table = ibis.table(_MONTHS, name="part_months")
        for (name,) in largest:
            index = self.index_of(table.filter(table.part == name).drop("part"))
            if index:
                yield name, index

    def dealers(self) -> Iterator[tuple[str, list[float]]]:
        """The own index of the dealers with the most revenue, shrunk to the market's."""
        decided = self._decided
        if "role" not in decided.rulebook.facts:
            return
        role = "coalesce(known.role, ?)" if "role" in decided.facts else "?"
        default = decided.rulebook.facts["role"].default
        query = (
            "CREATE OR REPLACE TEMP TABLE shown_dealers AS SELECT customer_id, coalesce(people.name, customer_id) AS "
            f"name, revenue FROM people JOIN customers AS known USING (customer_id) WHERE {role} = '{DEALER}' "
            f"AND revenue > 0 ORDER BY revenue DESC, customer_id LIMIT {MOST_PARTS}"
        )
        decided.cursor.execute(query, [default]).fetchall()
        if not decided.row("SELECT count(*) FROM shown_dealers")[0]:
            return
        rows = "SELECT * FROM told_orders SEMI JOIN shown_dealers USING (customer_id)"
        decided.rows(f"CREATE OR REPLACE TEMP VIEW dealer_rows AS {rows}")
        market = market_index(market_volumes(self.volumes()), self._covered)
        decided.rows(f"CREATE OR REPLACE TEMP TABLE told_market AS {_sql(market)}")
        told_market = ibis.table({"month": "int64", "market_index": "float64"}, name="told_market")
        own = monthly_volumes(ibis.table(_ORDERS, name="dealer_rows"), self._covered)
        index = _sql(shrunk_index(own, told_market, self._covered))
        found = decided.rows(
            f"SELECT name, list(season_index ORDER BY month) FROM ({index}) JOIN shown_dealers USING (customer_id) "
            f"GROUP BY customer_id, name, revenue ORDER BY revenue DESC, customer_id"
        )
        for name, values in found:
            if len(values) == YEAR_MONTHS and None not in values:
                yield name, values


def _sql(expression: Table) -> str:
    return str(ibis.to_sql(expression, dialect="duckdb"))
