"""The revenue of each customer: of the last twelve complete months, or a year of their contribution."""

# The SQL here is made of this project's own words.
# ruff: noqa: S608

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import duckdb

from sangdo.engine.facts.book_files import book_files
from sangdo.engine.facts.measures import period
from sangdo.engine.facts.months import YEAR_MONTHS, months_before
from sangdo.engine.facts.orders import open_orders

MONEY = "DECIMAL(28, 9)"
"""Sums are made in decimals, so that their order cannot change a digit of them."""


def add_revenue(connection: duckdb.DuckDBPyConnection, book: Path, as_of: date) -> str:
    """Make the table `revenue` by customer_id, and return what it holds: `last_12_months`, or `contribution_a_year`
    where the book has no orders."""
    files = book_files(book, str(book))
    if files.orders is None:
        connection.execute(
            "CREATE TABLE revenue AS SELECT customer_id, 4 * contribution AS revenue FROM pairs "
            "WHERE contribution IS NOT NULL"
        )
        return "contribution_a_year"
    after = period(as_of).month_end + timedelta(days=1)
    sold = open_orders(files.orders).connection.execute(
        f"SELECT customer_id, sum(amount::{MONEY})::DOUBLE AS revenue FROM orders WHERE date >= ? AND date < ? "
        "GROUP BY customer_id",
        [months_before(after, YEAR_MONTHS), after],
    )
    connection.register("sold", sold.to_arrow_table())
    connection.execute("CREATE TABLE revenue AS SELECT * FROM sold")
    connection.unregister("sold")
    return "last_12_months"
