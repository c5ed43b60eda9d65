"""A table as a file of a company's other tools: CSV or Parquet, the same bytes for the same rows."""

from __future__ import annotations

import csv
import io
import os
from pathlib import Path

import pyarrow
from pyarrow import parquet

from sangdo.engine.language.errors import DataInvalid, Location, Problem, nearest

FORMATS = (".csv", ".parquet")
BATCH = 50_000


def write_table(table: pyarrow.Table, path: Path) -> None:
    """Write a .csv or .parquet file, whole or not at all. Raises DataInvalid where it cannot be written."""
    if path.suffix.lower() not in FORMATS:
        raise _unwritable(path, "not a kind of file that scores are written to", " or ".join(FORMATS))
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        if path.suffix.lower() == ".csv":
            draft.write_bytes(table_as_csv(table))
        else:
            parquet.write_table(table, draft)
        draft.replace(path)
    except OSError as error:
        raise _unwritable(path, f"the scores cannot be written: {error.strerror or error}", None) from None
    finally:
        draft.unlink(missing_ok=True)


def table_as_csv(table: pyarrow.Table) -> bytes:
    """Return a table as CSV in UTF-8, the same bytes that write_table gives."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(table.column_names)
    for batch in table.to_batches(max_chunksize=BATCH):
        writer.writerows(zip(*(column.to_pylist() for column in batch.columns), strict=True))
    return text.getvalue().encode()


def _unwritable(path: Path, message: str, expected: str | None) -> DataInvalid:
    suggestion = nearest(path.suffix, FORMATS) if expected else None
    return DataInvalid(Problem(Location(str(path)), message, expected=expected, suggestion=suggestion))
