"""Dealers: what a book's orders say of each one's season and products, measured in DuckDB."""

# The SQL here is made of this project's own words.
# ruff: noqa: S608

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date

import duckdb
import ibis  # type: ignore[import-untyped]

from sangdo.engine.facts.facts import Outlook
from sangdo.engine.facts.measures import period
from sangdo.engine.facts.months import YEAR_MONTHS, month_end, month_number
from sangdo.engine.facts.orders import TABLE
from sangdo.engine.facts.season import monthly_volumes, seasonal_index
from sangdo.engine.language.rulebook import Value

MOST_PRODUCTS = 30
"""Products told apart for one dealer; smaller ones are taken together."""
SCHEMA = {"customer_id": "string", "date": "date", "amount": "float64", "product": "string"}


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
    # What is later than the newest order is not a month without sales.
    covered = min(as_of, month_end(newest[0])) if newest and newest[0] else as_of
    market, indexes, years = _indexes(connection, seasonal_index(rows, covered))
    volumes = _volumes(connection, monthly_volumes(rows, as_of, "product"), as_of)
    last = month_number(period(as_of).month_end)
    measured = {}
    for dealer in sorted(dealers):
        index = indexes.get(dealer, market)
        products, outlook = _products(volumes.get(dealer, {}), index, last, years.get(dealer, 0.0))
        values = _values(index, market, as_of)
        if dealer in years:
            values["season_years"] = years[dealer]
        else:
            values.pop("season_index", None)
        measured[dealer] = Dealer(values, products, outlook)
    return measured


_Index = tuple[float | None, ...]


def _indexes(
    connection: duckdb.DuckDBPyConnection, seasons: ibis.Table
) -> tuple[_Index, dict[str, _Index], dict[str, float]]:
    """The market's twelve indexes, each dealer's, and each dealer's years of history."""
    connection.execute(f"CREATE OR REPLACE TEMP TABLE seasons AS {_sql(seasons)}")
    market: dict[int, float | None] = dict(
        connection.execute("SELECT DISTINCT month, market_index FROM seasons").fetchall()
    )
    own: dict[str, dict[int, float | None]] = {}
    years: dict[str, float] = {}
    query = "SELECT customer_id, month, season_index, years FROM seasons SEMI JOIN dealers USING (customer_id)"
    for dealer, month, index, history in connection.execute(query).fetchall():
        own.setdefault(dealer, {})[month] = index
        years[dealer] = history
    months = range(1, YEAR_MONTHS + 1)
    indexes = {dealer: tuple(of.get(month) for month in months) for dealer, of in own.items()}
    return tuple(market.get(month) for month in months), indexes, years


_Volumes = dict[str, dict[str, dict[int, float]]]


def _volumes(connection: duckdb.DuckDBPyConnection, volumes: ibis.Table, as_of: date) -> _Volumes:
    """The volumes of the last two years by dealer, product (empty where none is named) and age, 0 the newest month."""
    last = month_number(period(as_of).month_end)
    query = (
        f"SELECT customer_id, coalesce(product, ''), {last} - number AS age, CAST(volume AS DOUBLE) "
        f"FROM ({_sql(volumes)}) SEMI JOIN dealers USING (customer_id) "
        f"WHERE age < {2 * YEAR_MONTHS} AND volume > 0 ORDER BY ALL"
    )
    found: _Volumes = {}
    for dealer, product, age, volume in connection.execute(query).fetchall():
        found.setdefault(dealer, {}).setdefault(product, {})[age] = volume
    return found


def _values(index: _Index, market: _Index, as_of: date) -> dict[str, Value]:
    month, following = as_of.month - 1, as_of.month % YEAR_MONTHS
    named = {
        "season_index": index[month], "next_season_index": index[following], "market_season_index": market[month]
    }  # fmt: skip
    values: dict[str, Value] = {name: value for name, value in named.items() if value is not None}
    known = [value for value in index if value is not None]
    if len(known) == YEAR_MONTHS:
        values["months_to_peak"] = (known.index(max(known)) - month) % YEAR_MONTHS
    return values


def _products(
    volumes: Mapping[str, Mapping[int, float]], index: _Index, last: int, years: float
) -> tuple[dict[str, dict[str, Value]], Outlook]:
    """The measured facts of the products that are told apart, and the outlook over all; `last` is the newest month."""
    kept = _told_apart(volumes)
    ages = {product: _together(volumes, members) for product, members in kept.items()}
    years_of = {product: math.fsum(of[:YEAR_MONTHS]) for product, of in ages.items()}
    before = {product: math.fsum(of[YEAR_MONTHS:]) for product, of in ages.items()}
    # With less than two years on record the year before is not a whole one.
    trends = {
        product: years_of[product] / before[product] if before[product] > 0 and years >= 2 else None for product in kept
    }
    total = math.fsum(years_of.values())
    products: dict[str, dict[str, Value]] = {}
    for product in kept:
        trend, share = trends[product], years_of[product] / total if total > 0 else None
        figures = {"product": product or None, "product_share": share, "product_trend": trend}
        if product:
            products[product] = {name: value for name, value in figures.items() if value is not None}
    by_month = {
        product: tuple(of[(last - month) % YEAR_MONTHS] for month in range(YEAR_MONTHS)) for product, of in ages.items()
    }
    return products, Outlook(index, by_month, trends)


def _told_apart(volumes: Mapping[str, Mapping[int, float]]) -> dict[str, list[str]]:
    """The largest products, each by itself, and under the empty name those taken together."""
    named = sorted((name for name in volumes if name), key=lambda name: (-math.fsum(volumes[name].values()), name))
    kept = {name: [name] for name in sorted(named[:MOST_PRODUCTS])}
    rest = [*named[MOST_PRODUCTS:], *(name for name in volumes if not name)]
    return {**kept, "": rest} if rest else kept


def _together(volumes: Mapping[str, Mapping[int, float]], members: Collection[str]) -> list[float]:
    """The volume of each of the last 24 months, the newest first, over some products."""
    return [math.fsum(volumes[name].get(age, 0.0) for name in members) for age in range(2 * YEAR_MONTHS)]


def _sql(expression: ibis.Table) -> str:
    return str(ibis.to_sql(expression, dialect="duckdb"))
