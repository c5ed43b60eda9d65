"""The customers of a book that are verified, and their rows."""

# The SQL here is made of this project's own words.
# ruff: noqa: S608

from __future__ import annotations

import duckdb
import pyarrow
from pyarrow import compute

from sangdo.engine.bulk.batch.deciding import CUSTOMERS, PRODUCTS, DecidedPart
from sangdo.engine.bulk.batch.verification import SEED, Pair


class Sample:
    """Some customers of a book, from all over it: the same ones each time."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, count: int) -> None:
        query = "SELECT customer_id FROM customers ORDER BY md5(? || customer_id), customer_id LIMIT ?"
        ids = [row[0] for row in connection.execute(query, [SEED, count]).fetchall()] if count else []
        self._connection = connection
        self._ids = pyarrow.array(sorted(ids), pyarrow.string())

    def facts(self) -> Pair:
        """Return the facts of those in the part that is loaded."""
        return Pair(self._picked(CUSTOMERS), self._picked(PRODUCTS))

    def decided(self, part: DecidedPart) -> Pair:
        """Return what is decided of those in a part."""
        return Pair(self._rows(part.customers), None if part.products is None else self._rows(part.products))

    def _picked(self, table: str) -> pyarrow.Table:
        query = f"SELECT * FROM {table} WHERE list_contains(?, customer_id)"
        return self._connection.sql(query, params=[self._ids.to_pylist()]).to_arrow_table()

    def _rows(self, table: pyarrow.Table) -> pyarrow.Table:
        return table.filter(compute.is_in(table["customer_id"], self._ids))
