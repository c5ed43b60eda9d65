"""Observing: an observation is added to observations.csv of a book as a whole line, on disk before the next step."""

from __future__ import annotations

import csv
import fcntl
import io
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from sangdo.engine.facts.book_files import book_files
from sangdo.engine.facts.cells import SEPARATOR
from sangdo.engine.facts.given import OBSERVED
from sangdo.engine.facts.table_file import open_table
from sangdo.engine.facts.table_rows import cell_text, check_header
from sangdo.engine.language.errors import DataInvalid, Location, Problem
from sangdo.engine.language.rulebook import Fact, Value

FILE = "observations.csv"
PRODUCT = "product"
COLUMNS = (*OBSERVED, "reason", PRODUCT)


@dataclass(frozen=True, slots=True)
class Observation:
    """What was seen of one customer, or of one of its products: a value of a fact, on a day, by a person."""

    customer: str
    fact: Fact
    value: Value
    day: date
    by: str
    product: str | None = None


@dataclass(frozen=True, slots=True)
class _Form:
    """How a file of observations is written: its columns in order, what separates them and what ends a line."""

    columns: tuple[str, ...]
    delimiter: str = ","
    ending: str = "\n"

    def row(self, cells: Mapping[str, str]) -> str:
        """Return one line with the cells by column, quoted where needed."""
        return self.line([cells.get(column, "") for column in self.columns])

    def line(self, cells: list[str]) -> str:
        """Return one line with the cells in order, quoted where needed."""
        text = io.StringIO()
        csv.writer(text, delimiter=self.delimiter, lineterminator=self.ending).writerow(cells)
        return text.getvalue()


def observations_file(book: Path) -> Path:
    """Return the file that observations of a book are added to; it need not be there yet.

    Raises DataInvalid where the book is a lone file, keeps its observations in another kind of file, or has a header
    that they do not fit.
    """
    shown = str(book)
    there = book_files(book, shown).observations
    if not book.is_dir():
        message = "answers can only be saved in a book that is a folder"
        raise DataInvalid(Problem(Location(shown), message, expected=f"a folder with the orders and {FILE} in it"))
    if there is not None and there.name != FILE:
        message = f"answers can only be added to {FILE}, and this book has {there.name}"
        raise DataInvalid(Problem(Location(there.name), message, expected=f"the observations saved as {FILE}"))
    path = book / FILE
    if there is not None:
        _read_form(path)
    return path


def observe(path: Path, seen: Observation) -> None:
    """Add one observation to a file, which is made with its header where it is missing.

    The file's own columns, separator and line ending are kept; a column for products is added when first needed.
    Writers wait for one another, and the line is on disk when this returns. Raises DataInvalid where the file cannot
    be written.
    """
    try:
        with _alone_in(path.parent):
            _write(path, seen)
    except OSError as error:
        message = f"the observation cannot be saved: {error.strerror or error}"
        raise DataInvalid(Problem(Location(path.name), message)) from None


def _write(path: Path, seen: Observation) -> None:
    cells = {
        "customer_id": seen.customer, "fact": seen.fact.name, "value": written(seen.fact, seen.value),
        "date": seen.day.isoformat(), "by": seen.by, PRODUCT: seen.product or "",
    }  # fmt: skip
    if not path.exists():
        form = _Form((*OBSERVED, PRODUCT) if seen.product is not None else OBSERVED)
        _replace(path, form.line(list(form.columns)) + form.row(cells))
        return
    form = _read_form(path)
    if seen.product is not None and PRODUCT not in form.columns:
        form = _add_column(path, form)
    _append(path, form.row(cells), form.ending)


def written(fact: Fact, value: Value) -> str:
    """Return a value as a cell has it: several choices separated, in the order of the vocabulary; none as a lone |."""
    if isinstance(value, frozenset):
        return SEPARATOR.join(word for word in fact.values or () if word in value) or SEPARATOR
    return cell_text(value)


def _read_form(path: Path) -> _Form:
    table = open_table(path, path.name, COLUMNS)
    check_header(table, table.header, OBSERVED, table.header)
    with path.open(encoding="utf-8", newline="") as stream:
        first = stream.readline()
    ending = next((end for end in ("\r\n", "\r") if first.endswith(end)), "\n")
    return _Form(table.header, table.delimiter, ending)


def _append(path: Path, line: str, ending: str) -> None:
    """Append a whole line; a file whose last line is not ended gets its end first, and a failed write leaves none."""
    with path.open("r+b", buffering=0) as stream:
        size = stream.seek(0, os.SEEK_END)
        stream.seek(max(size - 1, 0))
        ended = stream.read(1) in (b"\n", b"\r", b"")
        data = (("" if ended else ending) + line).encode()
        try:
            if stream.write(data) != len(data):
                raise OSError("the disk is full")
            os.fsync(stream.fileno())
        except OSError:
            stream.truncate(size)
            raise


def _add_column(path: Path, form: _Form) -> _Form:
    """Write the file anew with a column for the product, empty in all rows so far."""
    wider = _Form((*form.columns, PRODUCT), form.delimiter, form.ending)
    with path.open(encoding="utf-8-sig", newline="") as stream:
        header, *rows = [row for row in csv.reader(stream, delimiter=form.delimiter, strict=True) if row]
    lines = [wider.line([*header, PRODUCT]), *(wider.line([*row, ""]) for row in rows)]
    _replace(path, "".join(lines))
    return wider


def _replace(path: Path, text: str) -> None:
    """Put a file in place whole, with the rights of the one it replaces."""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with draft.open("wb") as stream:
            if path.exists():
                os.fchmod(stream.fileno(), path.stat().st_mode & 0o777)
            stream.write(text.encode())
            stream.flush()
            os.fsync(stream.fileno())
        draft.replace(path)
        _sync_folder(path.parent)
    finally:
        draft.unlink(missing_ok=True)


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextmanager
def _alone_in(folder: Path) -> Iterator[None]:
    """Wait until no other process writes observations here: the folder is locked, as the file may be replaced."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)
