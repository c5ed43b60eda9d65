"""Orders: a file of them, checked row by row and loaded into DuckDB, never into Python.

Every row is good or the whole file is refused, with the first problems and their number: nothing is
dropped in silence, nothing is guessed.
"""

# The SQL here is made of this project's own words; values and paths are parameters or quoted literals.
# ruff: noqa: S608

from __future__ import annotations

import csv
import tempfile
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import duckdb

from sangdo.engine.facts.order_columns import COLUMNS, REQUIRED, explain, parsed
from sangdo.engine.facts.row_problems import field_place, file_line, summarised
from sangdo.engine.facts.table_file import TableFile, column_name, open_table
from sangdo.engine.facts.table_rows import check_header, read_rows
from sangdo.engine.language.errors import DataInvalid, Location, Problem

MAX_SHOWN = 20
TABLE = "orders"
GLOB = set("*?[]{}")
# A line break within a cell that counts is a fault of the cell; a control character keeps it one, on one line.
_ONE_LINE = {ord("\n"): "\x1e", ord("\r"): "\x1e"}


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


@dataclass(frozen=True, slots=True)
class _Raw:
    """Something DuckDB can select from: the relation, its columns as SQL by name, their types, the row's line."""

    relation: str
    columns: dict[str, str]
    types: dict[str, str]
    line: str | None


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


def connect() -> duckdb.DuckDBPyConnection:
    """Open a DuckDB in memory that never fetches an extension."""
    options: dict[str, str | bool | int | float | list[str]] = {
        "autoinstall_known_extensions": False,
        "autoload_known_extensions": False,
    }
    connection = duckdb.connect(":memory:", config=options)
    connection.execute("SET TimeZone = 'UTC'")
    connection.execute("SET enable_progress_bar = false")
    return connection


def _loads_as_it_is(connection: duckdb.DuckDBPyConnection, file: TableFile, folder: Path) -> bool:
    """Try the fast way, a plain CSV without a fault; whether it went through.

    One line is one row there; a blank line or a line break inside quotes is left to the slow way, so that
    no reader's own idea of such a line can lose a row.
    """
    check_header(file, file.header, REQUIRED, COLUMNS)
    raw = _csv(file.path, file.header, file.delimiter, folder, header=True)
    try:
        return _load(connection, raw) == 0 and _count(connection, TABLE) == file.lines - 1
    except duckdb.Error:
        return False


def _load_row_by_row(connection: duckdb.DuckDBPyConnection, file: TableFile, folder: Path) -> None:
    """Write the rows out with their line numbers, and load that: the slow way, which knows every fault's place."""
    names, rows = read_rows(file)
    check_header(file, names, REQUIRED, COLUMNS)
    used = [place for place, name in enumerate(names) if name in COLUMNS]
    spool = folder / "rows.csv"
    uneven: list[Problem] = []
    written = skipped = 0
    with spool.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, quoting=csv.QUOTE_ALL, lineterminator="\n")
        for row in rows:
            cells = row.cells
            if (file.kind == "csv" and len(cells) != len(names)) or any(cells[len(names) :]):
                skipped += 1
                if skipped <= MAX_SHOWN:
                    message = f"the row has {len(cells)} values, the header has {len(names)} columns"
                    uneven.append(Problem(Location(file.shown, row.line), message, file_line(file, row.line)))
                continue
            kept = [cells[place].translate(_ONE_LINE) if place < len(cells) else "" for place in used]
            writer.writerow((row.line, *kept))
            written += 1
    if uneven:
        raise DataInvalid(*summarised(uneven, file.shown, skipped, written + skipped, "rows"))
    raw = _csv(spool, ("_line", *(names[place] for place in used)), ",", folder, header=False)
    raw = _Raw(raw.relation, raw.columns, raw.types, "CAST(c0 AS BIGINT)")
    try:
        bad = _load(connection, raw)
    except duckdb.Error as error:
        raise file.wrong(f"the file cannot be read: {_first_line(error)}") from None
    _raise_problems(connection, file, raw, bad, names)
    if _count(connection, TABLE) != written:
        raise file.wrong("the rows of the file cannot be told apart", "a plain CSV file")


def _load_parquet(connection: duckdb.DuckDBPyConnection, file: TableFile, folder: Path) -> None:
    relation = (
        f"read_parquet({_literal(_plain_path(file.path, folder))}, file_row_number = true, hive_partitioning = false)"
    )
    try:
        described = connection.execute(f"DESCRIBE SELECT * FROM {relation}").fetchall()
        names = tuple(column_name(name) for name, *_ in described if name != "file_row_number")
        check_header(file, names, REQUIRED, COLUMNS)
        columns = {column_name(name): '"' + str(name).replace('"', '""') + '"' for name, *_ in described}
        types = {column_name(name): str(kind) for name, kind, *_ in described}
        raw = _Raw(relation, columns, types, "file_row_number + 1")
        bad = _load(connection, raw)
        _raise_problems(connection, file, raw, bad, names)
    except duckdb.Error as error:
        raise file.wrong(f"this is not a readable Parquet file: {_first_line(error)}", "a Parquet file") from None


def _csv(path: Path, names: tuple[str, ...], delimiter: str, folder: Path, *, header: bool) -> _Raw:
    listed = ", ".join(f"'c{n}': 'VARCHAR'" for n in range(len(names)))
    options = (
        f"auto_detect = false, header = {str(header).lower()}, delim = {_literal(delimiter)}, quote = '\"', "
        f"escape = '\"', columns = {{{listed}}}, hive_partitioning = false, strict_mode = true"
    )
    relation = f"read_csv({_literal(_plain_path(path, folder))}, {options})"
    return _Raw(relation, {name: f"c{n}" for n, name in enumerate(names)}, {}, None)


def _load(connection: duckdb.DuckDBPyConnection, raw: _Raw) -> int:
    """Fill the table and return how many rows have a fault."""
    values = [
        f"{parsed(name, raw.columns[name], raw.types.get(name, 'VARCHAR')).value} AS {name}"
        if name in raw.columns
        else f"CAST(NULL AS {_KINDS[name]}) AS {name}"
        for name in COLUMNS
    ]
    faults = " OR ".join(
        f"({parsed(name, raw.columns[name], raw.types.get(name, 'VARCHAR')).fault})"
        for name in COLUMNS
        if name in raw.columns
    )
    connection.execute(
        f"CREATE OR REPLACE TABLE {TABLE} AS SELECT {', '.join(values)}, ({faults}) AS fault FROM {raw.relation}"
    )
    return _count(connection, f"{TABLE} WHERE fault")


def _count(connection: duckdb.DuckDBPyConnection, what: str) -> int:
    found = connection.execute(f"SELECT count(*) FROM {what}").fetchone()
    return int(found[0]) if found else 0


_KINDS = {
    "customer_id": "VARCHAR",
    "date": "DATE",
    "amount": "DOUBLE",
    "order_id": "VARCHAR",
    "quantity": "DOUBLE",
    "product": "VARCHAR",
    "margin": "DOUBLE",
}


def _raise_problems(
    connection: duckdb.DuckDBPyConnection, file: TableFile, raw: _Raw, bad: int, names: tuple[str, ...]
) -> None:
    """Raise DataInvalid with the first faults, each with its line, column and reason, if there are any."""
    if not bad:
        return
    selects = []
    for name in COLUMNS:
        if name in raw.columns:
            fault = parsed(name, raw.columns[name], raw.types.get(name, "VARCHAR")).fault
            selects.append(
                f"SELECT {raw.line} AS line, {names.index(name) + 1} AS place, '{name}' AS name, "
                f"left(CAST({raw.columns[name]} AS VARCHAR), 200) AS written FROM {raw.relation} WHERE {fault}"
            )
    found = connection.execute(f"{' UNION ALL '.join(selects)} ORDER BY line, place LIMIT {MAX_SHOWN}").fetchall()
    problems = []
    for line, place, name, written in found:
        message, expected = explain(name, written, raw.types.get(name, "VARCHAR"))
        source, column = field_place(file, line, place)
        problems.append(Problem(Location(file.shown, line, column), message, source, expected))
    raise DataInvalid(*summarised(problems, file.shown, bad, _count(connection, TABLE), "rows"))


def _plain_path(path: Path, folder: Path) -> str:
    """Return a path that DuckDB does not take for a pattern."""
    if not GLOB & set(str(path)):
        return str(path)
    link = folder / f"table-{abs(hash(str(path)))}{path.suffix}"
    if not link.exists():
        link.symlink_to(path)
    return str(link)


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _first_line(error: Exception) -> str:
    return str(error).splitlines()[0][:200]
