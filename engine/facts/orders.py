"""Orders: a file of them, checked row by row and loaded into DuckDB, never into Python.

Every row is good or the whole file is refused, with the first problems and their number: nothing is
dropped in silence, nothing is guessed.
"""

# The SQL here is made of this project's own words; values and paths are parameters or quoted literals.
# ruff: noqa: S608

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import duckdb

from sangdo.engine.facts.order_columns import COLUMNS, explain
from sangdo.engine.facts.order_source import OrderSource, not_parquet, parquet_rows, plain_csv, spooled
from sangdo.engine.facts.row_problems import field_place, file_line, summarised
from sangdo.engine.facts.sql_text import first_line, literal, plain_path
from sangdo.engine.facts.table_file import TableFile, open_table
from sangdo.engine.facts.table_rows import TextRow, uneven_row
from sangdo.engine.language.errors import DataInvalid, Location, Problem

MAX_SHOWN = 20
TABLE = "orders"


@dataclass(frozen=True, slots=True)
class Orders:
    """A checked order table: `TABLE` in the connection has the columns COLUMNS, absent ones null.

    `rows` counts all of them, `first` and `last` are the dates of the earliest and latest.
    """

    connection: duckdb.DuckDBPyConnection
    shown: str
    rows: int
    first: date
    last: date

    def after(self, as_of: date) -> int:
        """Count the rows after a date."""
        found = self.connection.execute(f"SELECT count(*) FROM {TABLE} WHERE date > ?", [as_of]).fetchone()
        return int(found[0]) if found else 0


def open_orders(path: Path, shown: str | None = None) -> Orders:
    """Check and load a CSV, Parquet or XLSX file of orders; `shown` is its name in messages.

    Raises DataInvalid with file, line, column and reason of the first rows that cannot be used, and the
    number of all of them.
    """
    file = open_table(path, shown or str(path), COLUMNS)
    connection = connect()
    with tempfile.TemporaryDirectory(prefix="sangdo-") as folder:
        if file.kind == "parquet":
            _load_parquet(connection, file, Path(folder))
        elif file.kind == "xlsx" or not _loads_as_it_is(connection, file, Path(folder)):
            _load_row_by_row(connection, file, Path(folder))
    summary = connection.execute(f"SELECT count(*), min(date), max(date) FROM {TABLE}").fetchone()
    if not summary or not summary[0]:
        raise file.wrong("there are no orders in the file", "one line an order after the header")
    return Orders(connection, file.shown, int(summary[0]), summary[1], summary[2])


def connect(database: str = ":memory:", settings: Mapping[str, str | int] | None = None) -> duckdb.DuckDBPyConnection:
    """Open a DuckDB, in memory or in a file, that never fetches an extension; `settings` are DuckDB's own."""
    options: dict[str, str | bool | int | float | list[str]] = {
        "autoinstall_known_extensions": False,
        "autoload_known_extensions": False,
        **(settings or {}),
    }
    connection = duckdb.connect(database, config=options)
    connection.execute("SET TimeZone = 'UTC'")
    connection.execute("SET enable_progress_bar = false")
    return connection


def _loads_as_it_is(connection: duckdb.DuckDBPyConnection, file: TableFile, folder: Path) -> bool:
    """Try the fast way, a plain CSV without a fault; whether it went through.

    One line is one row there; a blank line or a line break inside quotes is left to the slow way, so that
    no reader's own idea of such a line can lose a row.
    """
    source = plain_csv(file, folder)
    try:
        return _load(connection, source) == 0 and _count(connection, TABLE) == file.lines - 1
    except duckdb.Error:
        return False


def _load_row_by_row(connection: duckdb.DuckDBPyConnection, file: TableFile, folder: Path) -> None:
    """Load the rows written out with their line numbers: the slow way, which knows every fault's place."""
    uneven: list[Problem] = []
    skipped = 0

    def skip(row: TextRow, names: tuple[str, ...]) -> None:
        nonlocal skipped
        skipped += 1
        if skipped <= MAX_SHOWN:
            message = uneven_row(row, len(names))
            uneven.append(Problem(Location(file.shown, row.line), message, file_line(file, row.line)))

    source, written = spooled(file, folder, skip)
    if uneven:
        raise DataInvalid(*summarised(uneven, file.shown, skipped, written + skipped, "rows"))
    try:
        bad = _load(connection, source)
    except duckdb.Error as error:
        raise file.wrong(f"the file cannot be read: {first_line(error)}") from None
    _raise_problems(connection, file, source, bad)
    if _count(connection, TABLE) != written:
        raise file.wrong("the rows of the file cannot be told apart", "a plain CSV file")


def _load_parquet(connection: duckdb.DuckDBPyConnection, file: TableFile, folder: Path) -> None:
    source = parquet_rows(connection, file, literal(plain_path(file.path, folder)))
    try:
        bad = _load(connection, source)
        _raise_problems(connection, file, source, bad)
    except duckdb.Error as error:
        raise not_parquet(file, error) from None


def _load(connection: duckdb.DuckDBPyConnection, source: OrderSource) -> int:
    """Fill the table and return how many rows have a fault."""
    connection.execute(
        f"CREATE OR REPLACE TABLE {TABLE} AS SELECT {source.values}, ({source.fault}) AS fault FROM {source.relation}"
    )
    return _count(connection, f"{TABLE} WHERE fault")


def _count(connection: duckdb.DuckDBPyConnection, what: str) -> int:
    found = connection.execute(f"SELECT count(*) FROM {what}").fetchone()
    return int(found[0]) if found else 0


def _raise_problems(connection: duckdb.DuckDBPyConnection, file: TableFile, source: OrderSource, bad: int) -> None:
    """Raise DataInvalid with the first faults, each with its line, column and reason, if there are any."""
    if not bad:
        return
    found = connection.execute(f"{source.faulty_cells} ORDER BY line, place LIMIT {MAX_SHOWN}").fetchall()
    problems = []
    for line, place, name, written in found:
        message, expected = explain(name, written, source.kind(name))
        text, column = field_place(file, line, place)
        problems.append(Problem(Location(file.shown, line, column), message, text, expected))
    raise DataInvalid(*summarised(problems, file.shown, bad, _count(connection, TABLE), "rows"))
