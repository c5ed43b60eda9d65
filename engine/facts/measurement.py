"""A measurement: the measures of all customers of an order file on one date, in DuckDB, with the lines drawn."""

# The SQL here is made of this project's own words; values and paths are parameters or quoted literals.
# ruff: noqa: S608

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, TypeAlias

import duckdb
import ibis  # type: ignore[import-untyped]

from sangdo.engine.facts.lines import measure_lines
from sangdo.engine.facts.measures import COLUMNS, measure
from sangdo.engine.facts.orders import TABLE, Orders
from sangdo.engine.facts.season import seasonal_index
from sangdo.engine.language.rulebook import Threshold

MEASURED = "measured"
STALE_DAYS = 90
BATCH = 5_000
SCHEMA = {"customer_id": "string", "date": "date", "amount": "float64", "order_id": "string", "margin": "float64"}

SeasonRow: TypeAlias = tuple[str, int, float | None, float | None, float]
"""A customer and a calendar month, its index, the market's, and the customer's years of history."""


@dataclass(frozen=True, slots=True)
class Measurement:
    """The table MEASURED in the connection has one row a customer, sorted by id, with the columns of measures."""

    connection: duckdb.DuckDBPyConnection
    as_of: date
    lines: Mapping[str, float]
    warnings: tuple[str, ...]
    later: int
    """How many rows are after the date."""

    def rows(self) -> Iterator[dict[str, Any]]:
        """Yield the customers one at a time, each as its columns by name."""
        cursor = self.connection.execute(f"SELECT {', '.join(COLUMNS)} FROM {MEASURED} ORDER BY customer_id")
        while batch := cursor.fetchmany(BATCH):
            for row in batch:
                yield dict(zip(COLUMNS, row, strict=True))


def measure_orders(orders: Orders, as_of: date, thresholds: Mapping[str, Threshold]) -> Measurement:
    """Measure all customers who had a row up to the date, and draw the lines of the thresholds."""
    connection = orders.connection
    expression = measure(ibis.table(SCHEMA, name=TABLE), as_of).order_by("customer_id")
    connection.execute(f"CREATE OR REPLACE TABLE {MEASURED} AS {ibis.to_sql(expression, dialect='duckdb')}")
    lines = measure_lines(thresholds, _rated(connection, thresholds))
    after = orders.after(as_of)
    warnings = age_warnings(orders.shown, orders.rows, after, orders.first, orders.last, as_of)
    return Measurement(connection, as_of, lines, warnings, after)


def season_rows(orders: Orders, as_of: date) -> list[SeasonRow]:
    """Return the columns of seasonal_index for all customers of the orders, sorted by customer and month."""
    seasons = seasonal_index(ibis.table(SCHEMA, name=TABLE), as_of).order_by("customer_id", "month")
    return orders.connection.execute(str(ibis.to_sql(seasons, dialect="duckdb"))).fetchall()


def _rated(connection: duckdb.DuckDBPyConnection, thresholds: Mapping[str, Threshold]) -> dict[str, list[float]]:
    """The values of the rated customers, for each measured column that a line is drawn through."""
    columns = {threshold.of for threshold in thresholds.values() if threshold.method is not None}
    values = {}
    for name in sorted(column for column in columns if column in COLUMNS):
        query = f"SELECT {name} FROM {MEASURED} WHERE standing = 'rated' AND {name} IS NOT NULL ORDER BY {name}"
        values[str(name)] = [float(row[0]) for row in connection.execute(query).fetchall()]
    return values


def age_warnings(shown: str, rows: int, after: int, first: date, last: date, as_of: date) -> tuple[str, ...]:
    """Say what is odd of orders as of a date: `rows` in all, `after` of them after it, from `first` to `last`."""
    warnings = []
    if after:
        those = "row is" if after == 1 else "rows are"
        warnings.append(f"{shown}: {after} {those} after {as_of} and not counted")
    if after == rows:
        warnings.append(f"{shown}: no order is on or before {as_of}, the first is on {first}")
    elif not after and (as_of - last).days > STALE_DAYS:
        warnings.append(f"{shown}: the newest order, of {last}, is {(as_of - last).days} days before {as_of}")
    return tuple(warnings)
