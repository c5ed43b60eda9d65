"""A table file as it lies on disk: its kind found out, and every file that cannot be one refused in words."""

from __future__ import annotations

import codecs
import csv
import io
import os
import stat
import zipfile
from dataclasses import dataclass
from pathlib import Path

from sangdo.engine.language.errors import DataInvalid, Location, Problem

KINDS = {".csv": "csv", ".tsv": "csv", ".txt": "csv", ".parquet": "parquet", ".pq": "parquet", ".xlsx": "xlsx"}
NAMES = {"csv": "a CSV file", "parquet": "a Parquet file", "xlsx": "an Excel workbook"}
DELIMITERS = (",", ";", "\t", "|")
CHUNK = 1 << 20
LONGEST_HEADER = 1 << 16
MOST_COLUMNS = 2_000
LARGEST_WORKBOOK = 2_000_000_000


@dataclass(frozen=True, slots=True)
class TableFile:
    """A readable file with a table in it; `kind` is csv, parquet or xlsx, `shown` its name in messages.

    `header` has the column names of a CSV file, `delimiter` its separator, `lines` how many lines it has.
    """

    path: Path
    shown: str
    kind: str
    header: tuple[str, ...] = ()
    delimiter: str = ","
    lines: int = 0

    def wrong(self, message: str, expected: str | None = None, line: int = 0, column: int = 0) -> DataInvalid:
        """Return the error that this file as a whole, or one place in it, cannot be read."""
        return DataInvalid(Problem(Location(self.shown, line, column), message, expected=expected))


def open_table(path: Path, shown: str, known: tuple[str, ...]) -> TableFile:
    """Find out what kind of table a file is; `known` are column names that tell the delimiter of a CSV.

    Raises DataInvalid for a missing, unreadable, empty or binary file, and one whose content is not what
    its name says.
    """
    file = TableFile(path.absolute(), shown, KINDS.get(path.suffix.lower(), ""))
    head = _head(file)
    if not file.kind:
        raise file.wrong(
            "not a kind of file that orders and other tables are read from", "a .csv, .parquet or .xlsx file"
        )
    content = _content(head)
    if content != file.kind:
        if content == "xls":
            raise file.wrong("this is a workbook of old Excel (.xls)", "saved as .xlsx, or as CSV UTF-8")
        found = f"this is {NAMES[content]}" if content != "csv" else f"this is not {NAMES[file.kind]}"
        raise file.wrong(f"{found}, but its name ends in {path.suffix}", f"{NAMES[file.kind]}, or the right ending")
    if file.kind == "xlsx":
        _check_workbook(file)
    if file.kind == "csv":
        return _with_header(file, known, _count_lines(file))
    return file


def _head(file: TableFile) -> bytes:
    """The first bytes of the file; whatever keeps it from being read is the error."""
    try:
        mode = os.stat(file.path).st_mode
        if stat.S_ISDIR(mode):
            raise file.wrong("this is a folder", "a file")
        if not stat.S_ISREG(mode):
            raise file.wrong("this is not a regular file", "a file on disk")
        with file.path.open("rb") as stream:
            head = stream.read(8)
    except FileNotFoundError:
        raise file.wrong("there is no such file") from None
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else "its name is not one of a file"
        raise file.wrong(f"the file cannot be read: {reason}") from None
    if not head:
        raise file.wrong("the file is empty", "a header line and one line an order")
    return head


def _content(head: bytes) -> str:
    if head.startswith(b"PAR1"):
        return "parquet"
    if head.startswith(b"PK\x03\x04"):
        return "xlsx"
    return "xls" if head.startswith(b"\xd0\xcf\x11\xe0") else "csv"


def _check_workbook(file: TableFile) -> None:
    """Refuse what is no workbook, and a small file that unpacks to an enormous one."""
    try:
        with zipfile.ZipFile(file.path) as archive:
            size = sum(entry.file_size for entry in archive.infolist())
            names = archive.namelist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        raise file.wrong("the workbook is damaged", "a workbook that Excel opens") from None
    if "xl/workbook.xml" not in names:
        raise file.wrong("this is a ZIP archive, but not an Excel workbook", "an .xlsx file")
    if size > LARGEST_WORKBOOK:
        raise file.wrong("the workbook unpacks to more than 2 GB", "CSV or Parquet for data of this size")


def _count_lines(file: TableFile) -> int:
    """Count the lines; text that is not UTF-8 is refused with the place and the encoding it probably is in."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    lines, pending, last = 1, b"", b""
    with file.path.open("rb") as stream:
        while chunk := stream.read(CHUNK):
            if b"\0" in chunk:
                utf16 = chunk[:2] in (b"\xff\xfe", b"\xfe\xff")
                found = "the file is UTF-16" if utf16 else "the file is binary, not text"
                raise file.wrong(found, "text saved as CSV UTF-8", lines + chunk[: chunk.find(b"\0")].count(b"\n"))
            try:
                decoder.decode(chunk)
            except UnicodeDecodeError as error:
                # The decoder counts from the bytes it kept of the chunk before.
                place = max(error.start - len(pending), 0)
                raise _not_utf8(file, chunk, place, lines) from None
            pending = decoder.getstate()[0]
            lines += chunk.count(b"\n")
            last = chunk[-1:]
    if pending:
        raise file.wrong("the file is not UTF-8: it ends within a character", "text saved as CSV UTF-8", lines)
    return lines - 1 if last == b"\n" else lines


def _not_utf8(file: TableFile, chunk: bytes, place: int, lines: int) -> DataInvalid:
    start = chunk.rfind(b"\n", 0, place) + 1
    end = chunk.find(b"\n", place)
    line = chunk[start : end if end >= 0 else len(chunk)]
    guess = ""
    try:
        if any("\uac00" <= letter <= "\ud7a3" for letter in line.decode("cp949")):
            guess = " but probably CP949 (EUC-KR), as Excel in Korean saves CSV"
    except UnicodeDecodeError:
        pass
    return file.wrong(
        f"the file is not UTF-8{guess}",
        "text saved as CSV UTF-8 (in Excel: save as, CSV UTF-8)",
        lines + chunk[:place].count(b"\n"),
        place - start + 1,
    )


def _with_header(file: TableFile, known: tuple[str, ...], lines: int) -> TableFile:
    """Read the header line, with the delimiter that shows most of the known columns."""
    with file.path.open(encoding="utf-8-sig", newline="") as stream:
        head = stream.read(LONGEST_HEADER)
    first = next((line for line in head.splitlines() if line.strip()), "")
    if not first:
        raise file.wrong("the file has no header line", "column names in the first line")
    if len(first) >= LONGEST_HEADER:
        raise file.wrong("the header line is too long", f"at most {LONGEST_HEADER} characters", 1)
    best: tuple[str, ...] = ()
    delimiter = ","
    for candidate in DELIMITERS:
        names = tuple(column_name(name) for name in _first_row(head, candidate))
        if not best or _score(names, known) > _score(best, known):
            best, delimiter = names, candidate
    if len(best) > MOST_COLUMNS:
        raise file.wrong(f"the header has more than {MOST_COLUMNS} columns", "one column a name", 1)
    return TableFile(file.path, file.shown, file.kind, best, delimiter, lines)


def _first_row(head: str, delimiter: str) -> list[str]:
    try:
        return next(filter(None, csv.reader(io.StringIO(head, newline=""), delimiter=delimiter)), [])
    except csv.Error:
        return []


def _score(names: tuple[str, ...], known: tuple[str, ...]) -> tuple[int, int]:
    return sum(name in known for name in names), len(names)


def column_name(written: object) -> str:
    """Return a column's name as it is compared: without blanks around it, in lower case."""
    return str(written if written is not None else "").strip().lower()
