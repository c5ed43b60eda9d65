"""Volumes: what each customer bought, less returns, by year and quarter up to the last complete month."""

# The SQL here is made of this project's own words.
# ruff: noqa: S608

from __future__ import annotations

from collections.abc import Collection
from datetime import date

import duckdb

from sangdo.engine.facts.measures import MONEY, QUARTER_MONTHS, QUARTERS, period
from sangdo.engine.facts.months import YEAR_MONTHS, month_number

TABLE = "volumes"
NOW, BEFORE, THEN = "year_now", "year_before", "year_then"
QUARTER_NAMES = tuple(f"q{n}" for n in range(QUARTERS))
"""Columns of the last quarters, the newest first."""
COLUMNS = (*QUARTER_NAMES, NOW, BEFORE, THEN)


def add_volumes(connection: duckdb.DuckDBPyConnection, as_of: date, since: date | None) -> None:
    """Make TABLE from `orders`: customer_id and COLUMNS, `year_then` being the year before the earlier date.

    Sums are made in decimals, so that no order of rows can change a digit of them.
    """
    last = month_number(period(as_of).month_end)
    spans = {name: (n * QUARTER_MONTHS, (n + 1) * QUARTER_MONTHS) for n, name in enumerate(QUARTER_NAMES)}
    spans |= {NOW: (0, YEAR_MONTHS), BEFORE: (YEAR_MONTHS, 2 * YEAR_MONTHS)}
    start = last - month_number(period(since).month_end) if since else 0
    spans[THEN] = (start, start + YEAR_MONTHS) if since else (0, 0)
    sums = ", ".join(
        f"sum(amount) FILTER (age >= {low} AND age < {high}) AS {name}" for name, (low, high) in spans.items()
    )
    age = f"{last} - ({YEAR_MONTHS} * year(date) + month(date) - 1)"
    rows = f"SELECT customer_id, CAST(amount AS {MONEY}) AS amount, {age} AS age FROM orders WHERE date <= '{as_of}'"
    connection.execute(f"CREATE TEMP TABLE {TABLE} AS SELECT customer_id, {sums} FROM ({rows}) GROUP BY 1").fetchall()


def assume_volumes(connection: duckdb.DuckDBPyConnection, facts: Collection[str]) -> None:
    """Make TABLE for a book without orders: a year of the contribution, where that is known."""
    known = {NOW: "4 * contribution"} if "contribution" in facts else {}
    columns = ", ".join(f"CAST({known.get(name, 'NULL')} AS {MONEY}) AS {name}" for name in COLUMNS)
    connection.execute(f"CREATE TEMP TABLE {TABLE} AS SELECT customer_id, {columns} FROM customers").fetchall()
