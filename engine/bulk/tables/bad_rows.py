"""Bad rows: every cell of a book that cannot be used, with its place, what is wrong and whom it is about."""

# The SQL here is made of this project's own words.
# ruff: noqa: S608

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import astuple, dataclass

import duckdb
import pyarrow

from sangdo.engine.bulk.tables.batches import in_batches
from sangdo.engine.facts.given import id_faults
from sangdo.engine.facts.table_rows import TextRow, uneven_row

TABLE = "bad_rows"
COLUMNS = ("file", "line", "column", "value", "reason", "expected", "customer_id")
BATCH = 20_000
_SCHEMA = pyarrow.schema([(name, pyarrow.int64() if name == "line" else pyarrow.string()) for name in COLUMNS])


@dataclass(frozen=True, slots=True)
class BadRow:
    """One cell that cannot be used; `column` is None where the whole row cannot, `customer_id` where nobody is named.

    `line` is the line of a CSV file, the row of a sheet or the number of a row of a Parquet file.
    """

    file: str
    line: int
    column: str | None
    value: str | None
    reason: str
    expected: str | None
    customer_id: str | None


def create_bad_rows(connection: duckdb.DuckDBPyConnection) -> None:
    """Create the table, if it is not there."""
    columns = ", ".join(f'"{name}" {"BIGINT" if name == "line" else "VARCHAR"}' for name in COLUMNS)
    connection.execute(f"CREATE TABLE IF NOT EXISTS {TABLE} ({columns})")


def forget_bad_rows(connection: duckdb.DuckDBPyConnection, table: str) -> None:
    """Remove the bad rows of a table's file or files, which are read anew."""
    connection.execute(f"DELETE FROM {TABLE} WHERE file = ? OR starts_with(file, ? || '/')", [table, table])


def add_bad_rows(connection: duckdb.DuckDBPyConnection, rows: Iterable[BadRow]) -> None:
    """Add bad rows, a batch at a time."""
    for batch in in_batches(rows, BATCH):
        columns = zip(*map(astuple, batch), strict=True)
        arrays = [pyarrow.array(column, field.type) for column, field in zip(columns, _SCHEMA, strict=True)]
        connection.register("batch", pyarrow.table(arrays, schema=_SCHEMA))
        connection.execute(f"INSERT INTO {TABLE} SELECT * FROM batch")
        connection.unregister("batch")


class BadRowLog:
    """Bad rows that come one at a time, added a batch at a time; what there was of their file is forgotten."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, file: str) -> None:
        self._connection = connection
        self._waiting: list[BadRow] = []
        forget_bad_rows(connection, file)

    def add(self, row: BadRow) -> None:
        self._waiting.append(row)
        if len(self._waiting) >= BATCH:
            self.flush()

    def flush(self) -> None:
        """Add those that wait."""
        add_bad_rows(self._connection, self._waiting)
        self._waiting.clear()


def uneven(file: str, row: TextRow, names: tuple[str, ...]) -> BadRow:
    """Return a row with too many or too few cells; its customer is who stands where the id should be."""
    place = names.index("customer_id")
    customer = row.cells[place].strip() if place < len(row.cells) else ""
    known = None if id_faults(customer) else customer
    return BadRow(file, row.line, None, None, uneven_row(row, len(names)), "a value a column", known)


def errors(where: str) -> str:
    """Return a query of customer_id and `error`: how many rows of a customer are bad and what is wrong with the first.

    `where` is a condition on customer_id.
    """
    first = "min_by(struct_pack(f := file, l := line, r := reason), struct_pack(f := file, l := line))"
    return f"""
SELECT customer_id, CASE WHEN rows = 1 THEN '' ELSE rows || ' bad rows; the first: ' END
    || first.f || ':' || first.l || ': ' || first.r AS error
FROM (
    SELECT customer_id, count(DISTINCT struct_pack(f := file, l := line)) AS rows, {first} AS first
    FROM {TABLE} WHERE customer_id IS NOT NULL AND {where} GROUP BY ALL
)
"""
