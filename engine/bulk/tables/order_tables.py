"""Order tables: a book's orders, good rows in one Parquet folder a part, faulty ones among the bad rows."""

# The SQL here is made of this project's own words; values and paths are quoted literals.
# ruff: noqa: S608

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import duckdb

from sangdo.engine.bulk.tables.bad_rows import BadRow, BadRowLog, add_bad_rows, uneven
from sangdo.engine.bulk.tables.database import Database
from sangdo.engine.bulk.tables.parts import Part, Parts
from sangdo.engine.facts.order_columns import COLUMNS, explain
from sangdo.engine.facts.order_source import OrderSource, not_parquet, parquet_rows, plain_csv, spooled
from sangdo.engine.facts.sql_text import first_line, literal, plain_path
from sangdo.engine.facts.table_file import TableFile, open_table

FAULTY = -1
BATCH = 10_000
FLUSHED_ROWS = 100_000
EMPTY = (
    "SELECT NULL::VARCHAR AS customer_id, NULL::DATE AS date, NULL::DOUBLE AS amount, NULL::VARCHAR AS order_id, "
    "NULL::DOUBLE AS quantity, NULL::VARCHAR AS product, NULL::DOUBLE AS margin LIMIT 0"
)


@dataclass(frozen=True, slots=True)
class OrderFile:
    """An order file found readable: its source, its number of rows, and SQL of the name of the file a row is in."""

    file: TableFile
    source: OrderSource
    rows: int
    filename: str


@dataclass(frozen=True, slots=True)
class OrderCounts:
    """How many good rows there are, of when the first and last are, and how many are after the as-of date.

    `newest` is the date of the last row that counts.
    """

    rows: int
    later: int
    first: date | None
    last: date | None
    newest: date | None


def open_order_file(connection: duckdb.DuckDBPyConnection, path: Path, folder: Path) -> OrderFile:
    """Find out how to read a CSV, Parquet or XLSX file, or a folder of Parquet files.

    Rows of another length than the header are noted as bad. Raises DataInvalid for a file that cannot be read or has
    not the columns; faults of rows are no error.
    """
    log = BadRowLog(connection, path.name)
    if path.is_dir():
        file = TableFile(path.absolute(), path.name, "parquet")
        if not any(path.rglob("*.parquet")):
            raise file.wrong("there are no Parquet files in the folder", "a folder of .parquet files")
        return _parquet(connection, file, folder)
    file = open_table(path, path.name, COLUMNS)
    if file.kind == "parquet":
        return _parquet(connection, file, folder)
    if file.kind == "csv":
        source = plain_csv(file, folder)
        if _count(connection, source) == file.lines - 1:
            return _not_empty(OrderFile(file, source, file.lines - 1, literal(file.shown)))
    source, rows = spooled(file, folder, lambda row, names: log.add(uneven(file.shown, row, names)))
    log.flush()
    if _count(connection, source) != rows:
        raise file.wrong("the rows of the file cannot be told apart", "a plain CSV file")
    return OrderFile(file, source, rows, literal(file.shown))


def sample_of(order_file: OrderFile, one_of: int) -> str:
    """Return a query of the ids of one of so many customers, the same ones each time."""
    value = order_file.source.parsed("customer_id").value
    ids = f"SELECT {value} AS customer_id FROM {order_file.source.relation}"
    return f"SELECT DISTINCT customer_id FROM ({ids}) WHERE hash(customer_id) % {one_of} = 0"


def load_orders(database: Database, order_file: OrderFile, parts: Parts, spool: Path) -> None:
    """Write the good rows to the folder of the database, a part at a time, and note the faulty ones."""
    connection, source = database.connection, order_file.source
    draft = spool / "orders"
    shutil.rmtree(database.orders, ignore_errors=True)
    part = f"CASE WHEN fault THEN {FAULTY} ELSE {parts.number('customer_id')} END AS part"
    rows = f"SELECT {source.values}, ({source.fault}) AS fault FROM {source.relation}"
    connection.execute("SET preserve_insertion_order = false")
    connection.execute(f"SET partitioned_write_flush_threshold = {FLUSHED_ROWS}")
    try:
        written = connection.execute(
            f"COPY (SELECT * EXCLUDE (fault), {part} FROM ({rows})) TO {literal(str(draft))} "
            "(FORMAT parquet, PARTITION_BY (part))"
        ).fetchone()
    except duckdb.Error as error:
        raise order_file.file.wrong(f"the file cannot be read: {first_line(error)}") from None
    finally:
        connection.execute("SET preserve_insertion_order = true")
    if not written or written[0] != order_file.rows:
        raise order_file.file.wrong("the rows of the file cannot be told apart", "a plain CSV file")
    if (draft / f"part={FAULTY}").exists():
        add_bad_rows(connection, _faulty(connection, order_file))
        shutil.rmtree(draft / f"part={FAULTY}")
    draft.mkdir(parents=True, exist_ok=True)
    draft.replace(database.orders)
    database.note("orders", int(database.value(f"SELECT count(*) FROM ({all_orders(database)})")))


def orders_of(database: Database, part: Part) -> str:
    """Return a query of the good rows of a part."""
    folder = database.orders / f"part={part.number}"
    if not folder.is_dir():
        return EMPTY
    return f"SELECT {', '.join(COLUMNS)} FROM read_parquet({literal(f'{folder}/*.parquet')}, hive_partitioning = false)"


def all_orders(database: Database) -> str:
    """Return a query of all good rows, with the number of their part."""
    if not any(database.orders.glob("part=*")):
        return f"SELECT *, 0 AS part FROM ({EMPTY})"
    files = literal(f"{database.orders}/part=*/*.parquet")
    return f"SELECT * FROM read_parquet({files}, hive_partitioning = true, hive_types = {{'part': BIGINT}})"


def count_orders(database: Database, as_of: date) -> OrderCounts:
    """Count the good rows."""
    day = f"DATE '{as_of}'"
    found = database.connection.execute(
        f"SELECT count(*), count(*) FILTER (date > {day}), min(date), max(date), max(date) FILTER (date <= {day}) "
        f"FROM ({all_orders(database)})"
    ).fetchone()
    return OrderCounts(*(found or (0, 0, None, None, None)))


def _parquet(connection: duckdb.DuckDBPyConnection, file: TableFile, folder: Path) -> OrderFile:
    path = plain_path(file.path, folder)
    filename = literal(file.shown)
    if file.path.is_dir():
        options = ", filename = true, union_by_name = true"
        source = parquet_rows(connection, file, literal(f"{path}/**/*.parquet"), options)
        filename = f"{literal(file.shown + '/')} || substr(filename, {len(path) + 2})"
    else:
        source = parquet_rows(connection, file, literal(path))
    try:
        found = connection.execute(f"SELECT count(*) FROM {source.relation}").fetchone()
    except duckdb.Error as error:
        raise not_parquet(file, error) from None
    return _not_empty(OrderFile(file, source, int(found[0]) if found else 0, filename))


def _not_empty(order_file: OrderFile) -> OrderFile:
    if not order_file.rows:
        raise order_file.file.wrong("there are no orders in the file", "one line an order after the header")
    return order_file


def _count(connection: duckdb.DuckDBPyConnection, source: OrderSource) -> int | None:
    """How many rows there are; None where DuckDB cannot tell them apart."""
    every = " OR ".join(f"{column} IS NULL" for column in source.columns.values())
    try:
        found = connection.execute(f"SELECT count(*), count(*) FILTER ({every}) FROM {source.relation}").fetchone()
    except duckdb.Error:
        return None
    return int(found[0]) if found else 0


def _faulty(connection: duckdb.DuckDBPyConnection, order_file: OrderFile) -> Iterator[BadRow]:
    """Read the faulty rows once more and say what is wrong with each cell."""
    source = order_file.source
    names = [name for name in COLUMNS if name in source.columns]
    cells = ", ".join(
        f"({source.parsed(name).fault}), left(CAST({source.columns[name]} AS VARCHAR), 200)" for name in names
    )
    customer = source.parsed("customer_id")
    cursor = connection.cursor().execute(
        f"SELECT {source.line}, {order_file.filename}, CASE WHEN NOT ({customer.fault}) THEN {customer.value} END, "
        f"{cells} FROM {source.relation} WHERE {source.fault}"
    )
    while found := cursor.fetchmany(BATCH):
        for line, file, customer_id, *rest in found:
            for name, fault, written in zip(names, rest[::2], rest[1::2], strict=True):
                if fault:
                    message, expected = explain(name, written, source.kind(name))
                    yield BadRow(file, line, name, written, message, expected, customer_id)
