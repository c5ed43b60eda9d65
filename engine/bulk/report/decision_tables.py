"""Decision tables: the decided parts of a book as tables of DuckDB, so that SQL counts them."""

# The SQL here is made of this project's own words.
# ruff: noqa: S608

from __future__ import annotations

from collections.abc import Iterator

import duckdb
import pyarrow

from sangdo.engine.bulk.batch.deciding import DecidedPart
from sangdo.engine.bulk.expressions.decoding import with_words


def load_decisions(
    connection: duckdb.DuckDBPyConnection, parts: Iterator[DecidedPart], customers: str, products: str | None = None
) -> None:
    """Put decided parts into temporary tables of these names; that of products is made where there are some."""
    for part in parts:
        _add(connection, customers, with_words(part.customers))
        if products is not None and part.products is not None:
            _add(connection, products, with_words(part.products))


def _add(connection: duckdb.DuckDBPyConnection, table: str, rows: pyarrow.Table) -> None:
    """Add rows to a temporary table, which is made with the first of them."""
    connection.register("added_rows", rows)
    connection.execute(f"CREATE TEMP TABLE IF NOT EXISTS {table} AS SELECT * FROM added_rows LIMIT 0").fetchall()
    connection.execute(f"INSERT INTO {table} SELECT * FROM added_rows").fetchall()
    connection.unregister("added_rows")
