"""Problems of table rows: the line they are on, the place of the field in it, and how many there are."""

from __future__ import annotations

from itertools import islice

from sangdo.engine.facts.table_file import TableFile
from sangdo.engine.language.errors import Location, Problem

LONGEST_LINE = 200


def file_line(file: TableFile, number: int) -> str | None:
    """Return one line of a CSV file, cut to a readable length; None for other kinds."""
    if file.kind != "csv":
        return None
    with file.path.open(encoding="utf-8-sig", newline=None) as stream:
        for line in islice(stream, number - 1, number):
            return line.rstrip("\n")[:LONGEST_LINE]
    return None


def field_place(file: TableFile, line: int, place: int) -> tuple[str | None, int]:
    """Return the line and the column where its field number `place` begins.

    In a Parquet file or a workbook the column is the number of the field; a field that is beyond the end of
    the line is on a further line of the same row, and the column is then 0.
    """
    text = file_line(file, line)
    if text is None:
        return None, place
    at, fields, quoted = 0, 1, False
    while fields < place and at < len(text):
        if text[at] == '"':
            quoted = not quoted
        elif text[at] == file.delimiter and not quoted:
            fields += 1
        at += 1
    return text, at + 1 if fields == place else 0


def summarised(problems: list[Problem], shown: str, bad: int, total: int, what: str) -> tuple[Problem, ...]:
    """Return the problems after one that says how many rows they are in, where not all are shown."""
    if bad <= len(problems):
        return tuple(problems)
    message = f"{bad} of {total} {what} cannot be used; the first {len(problems)} problems follow"
    return (Problem(Location(shown), message), *problems)
