"""Measured tables: what the orders say of each customer, part by part, and of the market and lines, over the book."""

# The SQL here is made of this project's own words.
# ruff: noqa: S608

from __future__ import annotations

from array import array
from collections.abc import Mapping
from datetime import date
from functools import cache

import ibis  # type: ignore[import-untyped]

from sangdo.engine.bulk.tables.database import Database
from sangdo.engine.bulk.tables.order_tables import orders_of
from sangdo.engine.bulk.tables.parts import Part
from sangdo.engine.facts.lines import measure_lines
from sangdo.engine.facts.measurement import SCHEMA
from sangdo.engine.facts.measures import COLUMNS, market_figures, measured_against, own_figures
from sangdo.engine.facts.season import market_index, market_volumes, monthly_volumes
from sangdo.engine.language.rulebook import Threshold

OWN = "own"
MARKET = "market"
PART_ORDERS = "part_orders"
MONTHS = "market_months"
MARKET_INDEX = "market_index"
FETCHED = 100_000


def read_part(database: Database, part: Part) -> None:
    """Take the orders of a part into a table of their own."""
    database.connection.execute(f"CREATE OR REPLACE TEMP TABLE {PART_ORDERS} AS {orders_of(database, part)}")


def measure_own(database: Database, part: Part, as_of: date) -> None:
    """Add the own figures of the customers of a part."""
    _add(database, OWN, part, _own(as_of))


def add_months(database: Database, part: Part, covered: date) -> None:
    """Add the volumes of a part to those of the market by month."""
    _add(database, MONTHS, part, _months(covered))


def measure_market(database: Database, as_of: date) -> None:
    """Measure the market from the own figures of all parts."""
    market = market_figures(ibis.table(_own_schema(as_of), name=OWN))
    database.connection.execute(f"CREATE OR REPLACE TABLE {MARKET} AS {_sql(market)}")


@cache
def measured(table: str, as_of: date) -> str:
    """Return a query of what `measure` gives of the customers whose own figures a table has."""
    own = ibis.table(_own_schema(as_of), name=table)
    market = ibis.table({"market_gap": "float64", "book_rate": "float64"}, name=MARKET)
    return _sql(measured_against(own, market, as_of))


def measure_market_index(database: Database, covered: date) -> None:
    """Measure the market's seasonal index from the volumes of all parts."""
    months = ibis.table({"number": "int64", "volume": "decimal(38, 9)"}, name=MONTHS)
    months = months.group_by("number").agg(volume=months.volume.sum())
    index = market_index(months, covered)
    database.connection.execute(f"CREATE OR REPLACE TABLE {MARKET_INDEX} AS {_sql(index)}")


def book_lines(database: Database, thresholds: Mapping[str, Threshold], as_of: date) -> dict[str, float]:
    """Draw the lines of the thresholds through the values of all rated customers."""
    columns = {threshold.of for threshold in thresholds.values() if threshold.method is not None}
    values = {str(name): _rated(database, str(name), as_of) for name in sorted(c for c in columns if c in COLUMNS)}
    return measure_lines(thresholds, values)


def _rated(database: Database, name: str, as_of: date) -> array[float]:
    rows = f"({measured(OWN, as_of)})"
    query = f"SELECT {name} FROM {rows} WHERE standing = 'rated' AND {name} IS NOT NULL ORDER BY {name}"
    cursor = database.connection.execute(query)
    values = array("d")
    while found := cursor.fetchmany(FETCHED):
        values.extend(float(row[0]) for row in found)
    return values


def _add(database: Database, table: str, part: Part, figures: str) -> None:
    query = f"SELECT *, CAST({part.number} AS INTEGER) AS part FROM ({figures})"
    database.connection.execute(f"CREATE TABLE IF NOT EXISTS {table} AS {query} LIMIT 0")
    database.connection.execute(f"DELETE FROM {table} WHERE part = {part.number}")
    database.connection.execute(f"INSERT INTO {table} {query}")


@cache
def _own(as_of: date) -> str:
    return _sql(own_figures(ibis.table(SCHEMA, name=PART_ORDERS), as_of))


@cache
def _months(covered: date) -> str:
    return _sql(market_volumes(monthly_volumes(ibis.table(SCHEMA, name=PART_ORDERS), covered)))


@cache
def _own_schema(as_of: date) -> ibis.Schema:
    return own_figures(ibis.table(SCHEMA, name=PART_ORDERS), as_of).schema()


def _sql(expression: ibis.Table) -> str:
    return str(ibis.to_sql(expression, dialect="duckdb"))
