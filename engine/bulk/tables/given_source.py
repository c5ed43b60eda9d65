"""A given source: customers.*, observations.* or products.* as stripped texts that DuckDB reads, with their lines."""

# The SQL here is made of this project's own words; values and paths are quoted literals.
# ruff: noqa: S608

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pyarrow
from pyarrow import parquet

from sangdo.engine.bulk.tables.bad_rows import BadRowLog, uneven
from sangdo.engine.bulk.tables.batches import in_batches
from sangdo.engine.bulk.tables.cell_sql import stripped
from sangdo.engine.facts.given import GivenTable
from sangdo.engine.facts.order_source import csv_relation, not_parquet
from sangdo.engine.facts.sql_text import literal, plain_path, quoted
from sangdo.engine.facts.table_file import CHUNK, TableFile
from sangdo.engine.facts.table_rows import TextRow
from sangdo.engine.language.values import LARGEST

LINE = '"#line"'
BATCH = 20_000


@dataclass(frozen=True, slots=True)
class GivenSource:
    """A relation with LINE and the columns of the table under their names, each a stripped text or null."""

    table: GivenTable
    relation: str

    @property
    def shown(self) -> str:
        """The file's name in messages."""
        return self.table.file.shown

    def cell(self, name: str) -> str:
        """Return a column in SQL, null where the table has it not."""
        return quoted(name) if name in self.table.names else "CAST(NULL AS VARCHAR)"

    def rows(self, connection: duckdb.DuckDBPyConnection, lines: str) -> Iterator[tuple[int, dict[str, str]]]:
        """Yield the rows whose lines a query names, as cells by column."""
        query = f"SELECT * FROM {self.relation} SEMI JOIN ({lines}) USING ({LINE}) ORDER BY {LINE}"
        cursor = connection.cursor().execute(query)
        while found := cursor.fetchmany(BATCH):
            for line, *cells in found:
                yield line, {name: cell or "" for name, cell in zip(self.table.names, cells, strict=True)}


def given_source(connection: duckdb.DuckDBPyConnection, table: GivenTable, folder: Path) -> GivenSource:
    """Return the rows of a table; those that have too many or too few cells are noted as bad, and left out.

    A plain CSV file and a Parquet file are read by DuckDB; the rows of all others are written to `folder` first.
    Raises DataInvalid for a file that cannot be read to its end.
    """
    log = BadRowLog(connection, table.file.shown)
    if table.file.kind == "parquet":
        return GivenSource(table, _parquet(connection, table.file, folder))
    if table.file.kind == "csv":
        relation = csv_relation(table.file.path, len(table.names), table.file.delimiter, folder, header=True)
        if _is_plain(connection, table.file, relation, len(table.names)):
            numbered = f"(SELECT row_number() OVER () + 1 AS n, * FROM {relation})"
            return GivenSource(table, _named(table, numbered))
    spool = folder / f"{table.file.shown}.rows.parquet"
    _spool(table, spool, lambda row: log.add(uneven(table.file.shown, row, table.names)))
    log.flush()
    return GivenSource(table, _named(table, f"read_parquet({literal(str(spool))})"))


def _named(table: GivenTable, relation: str) -> str:
    cells = ", ".join(f"{stripped(f'c{n}')} AS {quoted(name)}" for n, name in enumerate(table.names))
    return f"(SELECT n AS {LINE}, {cells} FROM {relation})"


def _is_plain(connection: duckdb.DuckDBPyConnection, file: TableFile, relation: str, columns: int) -> bool:
    """Whether one line is one row, so that no reader's own idea of a line or of a quote can change a cell."""
    if _has_odd_quotes_or_lines(file.path):
        return False
    odd = " OR ".join(f"contains(c{n}, chr(13)) OR contains(c{n}, chr(10))" for n in range(columns))
    try:
        found = connection.execute(f"SELECT count(*), coalesce(bool_or({odd}), false) FROM {relation}").fetchone()
    except duckdb.Error:
        return False
    return found is not None and found[0] == file.lines - 1 and not found[1]


def _has_odd_quotes_or_lines(path: Path) -> bool:
    """Whether a blank stands beside a quote, or a carriage return alone: readers differ on what these mean."""
    last = b""
    with path.open("rb") as stream:
        while chunk := stream.read(CHUNK):
            seen = last + chunk
            if b' "' in seen or b'" ' in seen or seen.count(b"\r", 0, -1) != seen.count(b"\r\n"):
                return True
            last = seen[-1:]
    return last == b"\r"


def _spool(table: GivenTable, spool: Path, skip: Callable[[TextRow], None]) -> None:
    """Write the rows out with their line numbers: the slow way, which knows every row's place."""
    names = [f"c{n}" for n in range(len(table.names))]
    schema = pyarrow.schema([("n", pyarrow.int64()), *((name, pyarrow.string()) for name in names)])

    def whole() -> Iterator[TextRow]:
        for row in table.text_rows:
            if table.is_uneven(row):
                skip(row)
            else:
                yield row

    with parquet.ParquetWriter(spool, schema) as writer:
        for batch in in_batches(whole(), BATCH):
            cells = [[row.cells[n] if n < len(row.cells) else None for row in batch] for n in range(len(names))]
            writer.write_table(pyarrow.table([[row.line for row in batch], *cells], schema=schema))


def _parquet(connection: duckdb.DuckDBPyConnection, file: TableFile, folder: Path) -> str:
    path = literal(plain_path(file.path, folder))
    relation = f"read_parquet({path}, file_row_number = true, hive_partitioning = false)"
    try:
        described = connection.execute(f"DESCRIBE SELECT * FROM {relation}").fetchall()
    except duckdb.Error as error:
        raise not_parquet(file, error) from None
    cells = ", ".join(
        f"{stripped(_written(quoted(name), kind))} AS {quoted(name.strip().lower())}"
        for name, kind, *_ in described
        if name != "file_row_number"
    )
    return f"(SELECT file_row_number + 1 AS {LINE}, {cells} FROM {relation})"


def _written(column: str, kind: str) -> str:
    """A typed cell as the text that is read for it: whole numbers without a fraction, dates in ISO form."""
    if kind in ("FLOAT", "DOUBLE"):
        whole = f"isfinite({column}) AND {column} = floor({column}) AND abs({column}) < {LARGEST}"
        number = f"CAST({column} AS DOUBLE)"
        return f"CASE WHEN {whole} THEN CAST(CAST({column} AS BIGINT) AS VARCHAR) ELSE CAST({number} AS VARCHAR) END"
    if kind.startswith("TIMESTAMP"):
        return f"regexp_replace(replace(CAST({column} AS VARCHAR), ' ', 'T'), 'T00:00:00$', '')"
    return f"CAST({column} AS VARCHAR)"
