"""The rows of a table file as texts, one at a time, each with the line it stands on."""

from __future__ import annotations

import csv
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from sangdo.engine.facts.table_file import TableFile, column_name
from sangdo.engine.language.errors import DataInvalid, Location, Problem, nearest


@dataclass(frozen=True, slots=True)
class TextRow:
    """One row of a table as texts: its line in a CSV file, or its row in a sheet; `width` is its number of cells."""

    line: int
    cells: tuple[str, ...]


Rows = Iterator[TextRow]
PARQUET_BATCH = 10_000


def read_csv_rows(file: TableFile) -> Rows:
    """Yield the rows of a CSV file one at a time, the header first, blank lines left out."""
    with file.path.open(encoding="utf-8-sig", newline="") as stream:
        reader = csv.reader(stream, delimiter=file.delimiter, strict=True)
        line = 1
        try:
            for cells in reader:
                if cells:
                    yield TextRow(line, tuple(cells))
                line = reader.line_num + 1
        except csv.Error as error:
            raise file.wrong(
                f"cannot be read from here on: {error}", "quotes closed, doubled inside quotes", line
            ) from None


def read_xlsx_rows(file: TableFile) -> Rows:
    """Yield the rows of a workbook's first sheet one at a time, the header first, blank rows left out."""
    import openpyxl

    try:
        with warnings.catch_warnings():
            # It warns of missing styles and print settings, which nobody reads orders from.
            warnings.simplefilter("ignore")
            book = openpyxl.load_workbook(file.path, read_only=True, data_only=True)
        sheet = book.worksheets[0]
        sheet.reset_dimensions()
        for line, values in enumerate(sheet.iter_rows(values_only=True), start=1):
            cells = tuple(cell_text(value) for value in values)
            if any(cells):
                yield TextRow(line, cells)
        book.close()
    except (DataInvalid, GeneratorExit):
        raise
    except Exception as error:
        # openpyxl raises whatever its XML and ZIP readers do; all of it means the same to a person.
        raise file.wrong(
            f"the workbook cannot be read: {type(error).__name__}", "a workbook that Excel opens"
        ) from None


def read_parquet_rows(file: TableFile) -> Rows:
    """Yield the rows of a Parquet file one at a time, the header first; the first row after it is number 1."""
    from pyarrow import ArrowException, parquet

    try:
        with parquet.ParquetFile(file.path) as table:
            yield TextRow(0, tuple(table.schema_arrow.names))
            line = 1
            for batch in table.iter_batches(PARQUET_BATCH):
                columns = [column.to_pylist() for column in batch.columns]
                for values in zip(*columns, strict=True):
                    yield TextRow(line, tuple(cell_text(value) for value in values))
                    line += 1
    except (ArrowException, OSError) as error:
        reason = str(error).splitlines()[0][:200]
        raise file.wrong(f"this is not a readable Parquet file: {reason}", "a Parquet file") from None


def cell_text(value: object) -> str:
    """Write a typed cell as text: dates in ISO form, whole numbers without a fraction, true and false."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer() and abs(value) < 2**53:
        return str(int(value))
    isoformat: Callable[[], str] | None = getattr(value, "isoformat", None)
    if isoformat is not None:
        return isoformat().removesuffix("T00:00:00")
    return str(value)


_READERS: dict[str, Callable[[TableFile], Rows]] = {
    "csv": read_csv_rows,
    "xlsx": read_xlsx_rows,
    "parquet": read_parquet_rows,
}


def read_rows(file: TableFile) -> tuple[tuple[str, ...], Rows]:
    """Return the column names and the rows after the header of a table file."""
    rows = _READERS[file.kind](file)
    header = next(rows, None)
    if header is None:
        raise file.wrong("the file has no header line", "column names in the first line")
    return tuple(column_name(name) for name in header.cells), rows


def uneven_row(row: TextRow, columns: int) -> str:
    """Say that a row has more or fewer cells than there are columns."""
    return f"the row has {len(row.cells)} values, the header has {columns} columns"


def check_header(file: TableFile, names: tuple[str, ...], required: tuple[str, ...], used: tuple[str, ...]) -> None:
    """Raise DataInvalid where a required column is missing, or a used one is there twice."""
    problems = []
    others = [name for name in names if name and name not in used]
    for name in required:
        if name not in names:
            close = nearest(name, others)
            message = f"there is no column {name}" + (f", but one named {close}" if close else "")
            listed = (", ".join(names) or "none")[:300]
            expected = f"the column {name} (the columns are: {listed})"
            problems.append(Problem(Location(file.shown, 1), message, None, expected, name if close else None))
    for name in dict.fromkeys(names):
        if name in used and names.count(name) > 1:
            column = names.index(name, names.index(name) + 1) + 1
            message = f"the column {name} is there twice"
            problems.append(
                Problem(Location(file.shown, 1), message, expected=f"one column {name} (see column {column})")
            )
    if problems:
        raise DataInvalid(*problems)
