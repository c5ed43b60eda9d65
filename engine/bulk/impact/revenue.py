"""The revenue of each customer: of the last twelve complete months, or a year of their contribution."""

# The SQL here is made of this project's own words.
# ruff: noqa: S608

from __future__ import annotations

from datetime import timedelta

import duckdb

from sangdo.engine.bulk.tables.book_tables import BookTables
from sangdo.engine.facts.measures import period
from sangdo.engine.facts.months import YEAR_MONTHS, months_before

MONEY = "DECIMAL(28, 9)"
"""Sums are made in decimals, so that their order cannot change a digit of them."""


def add_revenue(connection: duckdb.DuckDBPyConnection, book: BookTables) -> str:
    """Make the table `revenue` by customer_id, and return what it holds: `last_12_months`, or `contribution_a_year`
    where the book has no orders."""
    if not book.counts.orders:
        connection.execute(
            "CREATE TABLE revenue AS SELECT customer_id, 4 * contribution AS revenue FROM pairs "
            "WHERE contribution IS NOT NULL"
        )
        return "contribution_a_year"
    after = period(book.as_of).month_end + timedelta(days=1)
    start = months_before(after, YEAR_MONTHS)
    sold = book.connection.sql(
        f"SELECT customer_id, sum(amount::{MONEY})::DOUBLE AS revenue FROM orders "
        f"WHERE date >= '{start}'::DATE AND date < '{after}'::DATE GROUP BY customer_id"
    )
    connection.register("sold", sold.to_arrow_reader())
    connection.execute("CREATE TABLE revenue AS SELECT * FROM sold")
    connection.unregister("sold")
    return "last_12_months"
