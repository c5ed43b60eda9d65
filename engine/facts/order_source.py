"""An order source: something DuckDB selects orders from, with the SQL that reads and checks each of its columns."""

# The SQL here is made of this project's own words; values and paths are quoted literals.
# ruff: noqa: S608

from __future__ import annotations

import csv
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import duckdb

from sangdo.engine.facts.order_columns import COLUMNS, REQUIRED, Parsed, parsed
from sangdo.engine.facts.sql_text import first_line, literal, plain_path, quoted
from sangdo.engine.facts.table_file import TableFile, column_name
from sangdo.engine.facts.table_rows import TextRow, check_header, read_rows

# A line break within a cell that counts is a fault of the cell; a control character keeps it one, on one line.
_ONE_LINE = {ord("\n"): "\x1e", ord("\r"): "\x1e"}
_KINDS = {
    "customer_id": "VARCHAR",
    "date": "DATE",
    "amount": "DOUBLE",
    "order_id": "VARCHAR",
    "quantity": "DOUBLE",
    "product": "VARCHAR",
    "margin": "DOUBLE",
}


@dataclass(frozen=True, slots=True)
class OrderSource:
    """A relation in SQL, its columns as SQL by name, their types, and the row's line.

    `names` are all columns of the table in their order, also those that are not used.
    """

    relation: str
    names: tuple[str, ...]
    columns: dict[str, str]
    types: dict[str, str]
    line: str

    def parsed(self, name: str) -> Parsed:
        """Return the SQL of one column's value and fault."""
        if name not in self.columns:
            return Parsed(f"CAST(NULL AS {_KINDS[name]})", "false")
        return parsed(name, self.columns[name], self.kind(name))

    def kind(self, name: str) -> str:
        """Return the type of a column of the table."""
        return self.types.get(name, "VARCHAR")

    @property
    def values(self) -> str:
        """The columns COLUMNS as a list to select, null where absent or wrong."""
        return ", ".join(f"{self.parsed(name).value} AS {name}" for name in COLUMNS)

    @property
    def fault(self) -> str:
        """Whether a row cannot be used."""
        return " OR ".join(f"({self.parsed(name).fault})" for name in COLUMNS if name in self.columns)

    @property
    def faulty_cells(self) -> str:
        """A query of the cells that cannot be used: line, place, name and what is written there."""
        return " UNION ALL ".join(
            f"SELECT {self.line} AS line, {self.names.index(name) + 1} AS place, '{name}' AS name, "
            f"left(CAST({self.columns[name]} AS VARCHAR), 200) AS written FROM {self.relation} "
            f"WHERE {self.parsed(name).fault}"
            for name in COLUMNS
            if name in self.columns
        )


def plain_csv(file: TableFile, folder: Path) -> OrderSource:
    """Return a CSV file as it is; its lines are only right where one line is one row.

    Raises DataInvalid for a header that cannot be used.
    """
    check_header(file, file.header, REQUIRED, COLUMNS)
    relation = csv_relation(file.path, len(file.header), file.delimiter, folder, header=True)
    numbered = f"(SELECT row_number() OVER () + 1 AS line, * FROM {relation})"
    return OrderSource(numbered, file.header, {name: f"c{n}" for n, name in enumerate(file.header)}, {}, "line")


def spooled(
    file: TableFile, folder: Path, uneven: Callable[[TextRow, tuple[str, ...]], None]
) -> tuple[OrderSource, int]:
    """Write the rows of a CSV file or a workbook out with their line numbers, and return that and how many there are.

    The slow way, which knows every row's place; `uneven` is called with each row that has too many or too few cells,
    which is left out, and the names of the columns. Raises DataInvalid for a file that cannot be read to its end.
    """
    names, rows = read_rows(file)
    check_header(file, names, REQUIRED, COLUMNS)
    used = [place for place, name in enumerate(names) if name in COLUMNS]
    spool = folder / "rows.csv"
    written = 0
    with spool.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, quoting=csv.QUOTE_ALL, lineterminator="\n")
        for row in rows:
            cells = row.cells
            if (file.kind == "csv" and len(cells) != len(names)) or any(cells[len(names) :]):
                uneven(row, names)
                continue
            kept = [cells[place].translate(_ONE_LINE) if place < len(cells) else "" for place in used]
            writer.writerow((row.line, *kept))
            written += 1
    relation = csv_relation(spool, len(used) + 1, ",", folder, header=False)
    columns = {names[place]: f"c{n}" for n, place in enumerate(used, start=1)}
    return OrderSource(relation, names, columns, {}, "CAST(c0 AS BIGINT)"), written


def parquet_rows(connection: duckdb.DuckDBPyConnection, file: TableFile, paths: str, options: str = "") -> OrderSource:
    """Return one Parquet file, its path as SQL, or several that a pattern names, as one source.

    `options` are further ones of DuckDB's reader, each after a comma.

    Raises DataInvalid for files that cannot be read or have not the columns.
    """
    relation = f"read_parquet({paths}, file_row_number = true, hive_partitioning = false{options})"
    try:
        described = connection.execute(f"DESCRIBE SELECT * FROM {relation}").fetchall()
    except duckdb.Error as error:
        raise not_parquet(file, error) from None
    names = tuple(column_name(name) for name, *_ in described if name != "file_row_number")
    check_header(file, names, REQUIRED, COLUMNS)
    columns = {column_name(name): quoted(str(name)) for name, *_ in described if column_name(name) in COLUMNS}
    types = {column_name(name): str(kind) for name, kind, *_ in described}
    return OrderSource(relation, names, columns, types, "file_row_number + 1")


def not_parquet(file: TableFile, error: duckdb.Error) -> Exception:
    """Return the error of a Parquet file that DuckDB cannot read."""
    return file.wrong(f"this is not a readable Parquet file: {first_line(error)}", "a Parquet file")


def csv_relation(path: Path, columns: int, delimiter: str, folder: Path, *, header: bool) -> str:
    """Return a CSV file as a relation of texts c0, c1, ..., an empty cell null."""
    listed = ", ".join(f"'c{n}': 'VARCHAR'" for n in range(columns))
    options = (
        f"auto_detect = false, header = {str(header).lower()}, delim = {literal(delimiter)}, quote = '\"', "
        f"escape = '\"', columns = {{{listed}}}, hive_partitioning = false, strict_mode = true"
    )
    return f"read_csv({literal(plain_path(path, folder))}, {options})"
