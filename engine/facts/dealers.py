"""Dealers: what a book's orders say of each one's season and products, measured in DuckDB."""

# The SQL here is made of this project's own words.
# ruff: noqa: S608

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date

import duckdb
import ibis  # type: ignore[import-untyped]

from sangdo.engine.facts.facts import Outlook
from sangdo.engine.facts.measures import period
from sangdo.engine.facts.months import YEAR_MONTHS, month_end, month_number
from sangdo.engine.facts.orders import TABLE
from sangdo.engine.facts.season import market_index, market_volumes, monthly_volumes, shrunk_index
from sangdo.engine.language.rulebook import Value

MOST_PRODUCTS = 30
"""Products told apart for one dealer; smaller ones are taken together."""
SCHEMA = {"customer_id": "string", "date": "date", "amount": "float64", "product": "string"}
VALUES = ("season_index", "next_season_index", "market_season_index", "months_to_peak", "season_years")


@dataclass(frozen=True, slots=True)
class Dealer:
    """The measured facts of one dealer and of each of its products, and the outlook."""

    values: Mapping[str, Value]
    products: Mapping[str, Mapping[str, Value]]
    outlook: Outlook


def measure_dealers(connection: duckdb.DuckDBPyConnection, as_of: date, dealers: Collection[str]) -> dict[str, Dealer]:
    """Measure those of the customers in the order table who are dealers, by id; months complete at `as_of` count.

    A dealer who never ordered has the market's index alone.
    """
    if not dealers:
        return {}
    rows = ibis.table(SCHEMA, name=TABLE)
    connection.execute("CREATE OR REPLACE TEMP TABLE dealers (customer_id VARCHAR)")
    connection.executemany("INSERT INTO dealers VALUES (?)", [[one] for one in sorted(dealers)])
    newest = connection.execute(f"SELECT max(date) FROM {TABLE} WHERE date <= ?", [as_of]).fetchone()
    covered = covered_until(newest[0] if newest else None, as_of)
    market = market_index(market_volumes(monthly_volumes(rows, covered)), covered)
    connection.execute(f"CREATE OR REPLACE TEMP TABLE market_index AS {_sql(market)}")
    tables = {
        "dealer_orders": f"SELECT * FROM {TABLE} SEMI JOIN dealers USING (customer_id)",
        **dealer_tables(as_of, covered),
    }
    for name, query in tables.items():
        connection.execute(f"CREATE OR REPLACE TEMP TABLE {name} AS {query}")
    values = _rows(connection, f"SELECT customer_id, {', '.join(VALUES)} FROM dealer_values")
    products: dict[str, dict[str, dict[str, Value]]] = {dealer: {} for dealer in values}
    trends: dict[str, dict[str, float | None]] = {dealer: {} for dealer in values}
    query = "SELECT customer_id, product, product_share, product_trend FROM dealer_products ORDER BY ALL"
    for dealer, product, share, trend in connection.execute(query).fetchall():
        trends[dealer][product] = trend
        figures = {"product": product, "product_share": share, "product_trend": trend}
        if product:
            products[dealer][product] = {name: value for name, value in figures.items() if value is not None}
    outlooks = _outlooks(connection, as_of, trends)
    return {dealer: Dealer(known, products[dealer], outlooks[dealer]) for dealer, known in sorted(values.items())}


def covered_until(newest: date | None, as_of: date) -> date:
    """Return the date up to which a season is told: what is later than the newest order is no month without sales."""
    return min(as_of, month_end(newest)) if newest else as_of


def dealer_tables(as_of: date, covered: date) -> dict[str, str]:
    """Return the queries of the tables of dealers by name, each of which reads those before it.

    They read `dealers` (customer_id), `dealer_orders`, which are their orders, and `market_index` (see season);
    any number of dealers is measured at once. `dealer_values` has the facts VALUES, and `dealer_products` the facts
    of the products that are told apart, under the empty name those taken together.
    """
    orders = ibis.table(SCHEMA, name="dealer_orders")
    market = ibis.table({"month": "int64", "market_index": "float64"}, name="market_index")
    return {
        "seasons": _sql(shrunk_index(monthly_volumes(orders, covered), market, covered)),
        "dealer_index": _INDEX,
        "dealer_values": _values(as_of),
        "dealer_months": _months(_sql(monthly_volumes(orders, as_of, "product")), as_of),
        "dealer_products": _PRODUCTS,
    }


_INDEX = """
WITH market AS (SELECT list(market_index ORDER BY month) AS market FROM market_index),
own AS (SELECT customer_id, list(season_index ORDER BY month) AS own, max(years) AS years FROM seasons GROUP BY ALL)
SELECT customer_id, coalesce(own, market) AS index, market, years
FROM dealers LEFT JOIN own USING (customer_id) CROSS JOIN market
"""
"""Each dealer's twelve indexes, January first, the market's, and the years of history, null where there is none."""


def _values(as_of: date) -> str:
    return f"""
SELECT customer_id, CASE WHEN years IS NOT NULL THEN index[{as_of.month}] END AS season_index,
    index[{as_of.month % YEAR_MONTHS + 1}] AS next_season_index, market[{as_of.month}] AS market_season_index,
    CASE WHEN len(list_filter(index, lambda i: i IS NOT NULL)) = {YEAR_MONTHS}
        THEN (list_position(index, list_max(index)) - {as_of.month} + {YEAR_MONTHS}) % {YEAR_MONTHS}
    END AS months_to_peak, years AS season_years
FROM dealer_index
"""


def _months(volumes: str, as_of: date) -> str:
    """The volumes of the last two years by age, 0 the newest month, of the products told apart and the rest.

    The largest products are told apart; the others, and what names none, are taken together under the empty name.
    """
    last = month_number(period(as_of).month_end)
    return f"""
WITH months AS (
    SELECT customer_id, coalesce(product, '') AS product, {last} - number AS age, volume
    FROM ({volumes}) WHERE age < {2 * YEAR_MONTHS} AND volume > 0
), largest AS (
    SELECT customer_id, product FROM months WHERE product <> '' GROUP BY customer_id, product
    QUALIFY row_number() OVER (PARTITION BY customer_id ORDER BY sum(volume) DESC, product) <= {MOST_PRODUCTS}
)
SELECT customer_id, coalesce(largest.product, '') AS product, age, sum(volume) AS volume
FROM months LEFT JOIN largest USING (customer_id, product) GROUP BY ALL
"""


_PRODUCTS = f"""
WITH years AS (
    SELECT customer_id, product, coalesce(sum(volume) FILTER (age < {YEAR_MONTHS}), 0) AS year,
        coalesce(sum(volume) FILTER (age >= {YEAR_MONTHS}), 0) AS before
    FROM dealer_months GROUP BY ALL
)
SELECT customer_id, product, CAST(year AS DOUBLE)
        / nullif(CAST(sum(year) OVER (PARTITION BY customer_id) AS DOUBLE), 0) AS product_share,
    -- With less than two years on record the year before is not a whole one.
    CASE WHEN years >= 2 THEN CAST(year AS DOUBLE) / nullif(CAST(before AS DOUBLE), 0) END AS product_trend
FROM years JOIN dealer_index USING (customer_id)
"""


def _rows(connection: duckdb.DuckDBPyConnection, query: str) -> dict[str, dict[str, Value]]:
    """The known values of each row, by the names of its columns, under its first column."""
    cursor = connection.execute(query)
    names = [column[0] for column in cursor.description or ()][1:]
    return {
        str(key): {name: value for name, value in zip(names, values, strict=True) if value is not None}
        for key, *values in cursor.fetchall()
    }


def _outlooks(
    connection: duckdb.DuckDBPyConnection, as_of: date, trends: Mapping[str, Mapping[str, float | None]]
) -> dict[str, Outlook]:
    """Each dealer's indexes and the last year's volumes of the products by calendar month."""
    last = month_number(period(as_of).month_end)
    volumes = {dealer: {product: [0.0] * YEAR_MONTHS for product in of} for dealer, of in trends.items()}
    query = f"SELECT customer_id, product, age, CAST(volume AS DOUBLE) FROM dealer_months WHERE age < {YEAR_MONTHS}"
    for dealer, product, age, volume in connection.execute(query).fetchall():
        volumes[dealer][product][(last - age) % YEAR_MONTHS] = volume
    indexes = connection.execute("SELECT customer_id, index FROM dealer_index").fetchall()
    return {
        dealer: Outlook(tuple(index), {p: tuple(of) for p, of in volumes[dealer].items()}, trends[dealer])
        for dealer, index in indexes
    }


def _sql(expression: ibis.Table) -> str:
    return str(ibis.to_sql(expression, dialect="duckdb"))
