"""The files of a batch: a part at a time in the work folder, and all of them as one table where it was asked for."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pyarrow
from pyarrow import parquet

from sangdo.engine.bulk.expressions.decoding import with_words
from sangdo.engine.facts.cells import SEPARATOR
from sangdo.engine.language.errors import DataInvalid, Location, Problem, nearest

FORMATS = (".parquet", ".csv", ".jsonl")
ROW_GROUP = 100_000


@dataclass(frozen=True, slots=True)
class BatchFiles:
    """Where a batch writes: the decisions, those about products, and the rows of the book that cannot be used."""

    decisions: Path

    @property
    def products(self) -> Path:
        return self.decisions.with_name(f"{self.decisions.stem}.products{self.decisions.suffix}")

    @property
    def bad_rows(self) -> Path:
        return self.decisions.with_name(f"{self.decisions.stem}.bad.csv")

    @property
    def work(self) -> Path:
        """The folder in which a batch works unless another one is named."""
        return self.decisions.with_name(f"{self.decisions.name}.work")


def batch_files(path: Path) -> BatchFiles:
    """Return the files of a batch. Raises DataInvalid where its format cannot be told, or its folder is not there."""
    if path.suffix.lower() not in FORMATS:
        message = "not a kind of file that decisions are written to"
        suggestion = nearest(path.suffix, FORMATS)
        raise DataInvalid(Problem(Location(str(path)), message, expected=" or ".join(FORMATS), suggestion=suggestion))
    if path.is_dir() or not path.parent.is_dir():
        message = "this is a folder" if path.is_dir() else f"there is no folder {path.parent}"
        raise DataInvalid(Problem(Location(str(path)), message, expected="a file in a folder that is there"))
    return BatchFiles(path)


def write_part(connection: duckdb.DuckDBPyConnection, table: pyarrow.Table, path: Path) -> None:
    """Write the decisions of one part, whole or not at all."""
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    if path.suffix == ".parquet":
        parquet.write_table(with_words(table), draft, row_group_size=ROW_GROUP)
    else:
        connection.register("decided", with_words(table))
        connection.execute(f"COPY ({_query(table, path)}) TO {_literal(draft)} {_options(path)}")
        connection.unregister("decided")
    draft.replace(path)


def _query(table: pyarrow.Table, path: Path) -> str:
    if path.suffix != ".csv":
        return "SELECT * FROM decided"
    lists = [field.name for field in table.schema if pyarrow.types.is_list(field.type)]
    joined = ", ".join(f'array_to_string("{name}", \'{SEPARATOR}\') AS "{name}"' for name in lists)
    return f"SELECT * REPLACE ({joined}) FROM decided" if lists else "SELECT * FROM decided"  # noqa: S608


def _options(path: Path) -> str:
    return "(FORMAT csv, HEADER)" if path.suffix == ".csv" else "(FORMAT json)"


def join_parts(parts: Sequence[Path], target: Path) -> None:
    """Make one file of the parts' files, in their order; it takes the place of an older one when all is written."""
    draft = target.with_name(f".{target.name}.{os.getpid()}")
    join = {".parquet": _join_parquet, ".csv": _join_csv}.get(target.suffix.lower(), _join_lines)
    try:
        join(parts, draft)
        draft.replace(target)
    except OSError as error:
        message = f"the decisions cannot be written: {error.strerror or error}"
        raise DataInvalid(Problem(Location(str(target)), message)) from None
    finally:
        draft.unlink(missing_ok=True)


def _join_parquet(parts: Sequence[Path], draft: Path) -> None:
    first = parquet.ParquetFile(parts[0])
    with parquet.ParquetWriter(draft, first.schema_arrow) as writer:
        for part in parts:
            file = parquet.ParquetFile(part)
            for group in range(file.num_row_groups):
                writer.write_table(file.read_row_group(group))


def _join_csv(parts: Sequence[Path], draft: Path) -> None:
    _append(parts, draft, lambda number, stream: stream.readline() if number else None)


def _join_lines(parts: Sequence[Path], draft: Path) -> None:
    _append(parts, draft, lambda *_: None)


def _append(parts: Sequence[Path], draft: Path, skip: Callable[..., object]) -> None:
    with draft.open("wb") as out:
        for number, part in enumerate(parts):
            with part.open("rb") as stream:
                skip(number, stream)
                shutil.copyfileobj(stream, out, 1 << 20)


def write_bad_rows(connection: duckdb.DuckDBPyConnection, path: Path) -> None:
    """Write the rows of the book that cannot be used, with file, line, column, value and reason."""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    query = 'SELECT * FROM bad_rows ORDER BY file, line, "column"'
    connection.execute(f"COPY ({query}) TO {_literal(draft)} (FORMAT csv, HEADER)")
    draft.replace(path)


def _literal(path: Path) -> str:
    return "'" + str(path).replace("'", "''") + "'"
