"""A table where it lies, checked: the rows that can be used as typed columns, and the cells that cannot."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import reduce
from typing import Any

import ibis  # type: ignore[import-untyped]

from sangdo.engine.bulk.backends.backend import Backend, Table
from sangdo.engine.bulk.in_place.cells import Cell, Column

BAD_ROWS = ("file", "line", "column", "value", "reason", "expected", "customer_id")
LONGEST_VALUE = 200


@dataclass(frozen=True, slots=True)
class Checked:
    """`good` has the rows without a fault, `bad` one row a faulty cell with the columns BAD_ROWS (no line: a table has
    none)."""

    good: Table
    bad: Table


@dataclass(frozen=True, slots=True)
class Read:
    """A column read: its cell, the column as it was written, what was expected, and whether it must not be empty."""

    cell: Cell
    written: Column
    expected: str
    required: bool = False


def check(backend: Backend, name: str, table: Table, reads: Mapping[str, Read]) -> Checked:
    """Split a table by its faults; `reads` are expressions over it, by the names of the columns that come out."""
    columns: dict[str, Any] = {}
    for column, read in reads.items():
        wrong = read.cell.wrong
        columns[column] = read.cell.value
        columns[f"wrong_{column}"] = wrong | read.cell.value.isnull() if read.required else wrong
        columns[f"text_{column}"] = _as_text(read.written)
    staged = backend.keep(f"checked_{name}", table.select(**columns))
    faulty = reduce(lambda one, other: one | other, (staged[f"wrong_{column}"] for column in reads))
    good = staged.filter(~faulty).select(*reads)
    return Checked(good, union([_bad_cells(name, staged, column, read) for column, read in reads.items()]))


def bad_rows_where(name: str, table: Table, where: Column, column: str, reason: str, expected: str) -> Table:
    """Return the rows of a checked table that are faulty for a reason that no cell has by itself."""
    rows = table.filter(where)
    return _bad(name, rows, column, rows[column].cast("string"), ibis.literal(reason), expected)


def union(tables: list[Table]) -> Table:
    """Return the rows of all tables."""
    return reduce(lambda one, other: one.union(other), tables)


def _bad_cells(name: str, staged: Table, column: str, read: Read) -> Table:
    rows = staged.filter(staged[f"wrong_{column}"])
    written = rows[f"text_{column}"].substr(0, LONGEST_VALUE)
    reason = ibis.ifelse(
        written.strip().nullif("").isnull(),
        ibis.literal(f"{column} is empty"),
        ibis.literal(f"{column} cannot be this"),
    )
    return _bad(name, rows, column, written, reason, read.expected)


def _bad(name: str, rows: Table, column: str, value: Column, reason: Column, expected: str) -> Table:
    return rows.select(
        file=ibis.literal(name),
        line=ibis.null("int64"),
        column=ibis.literal(column),
        value=value,
        reason=reason,
        expected=ibis.literal(expected),
        customer_id=rows["customer_id"],
    )


def _as_text(column: Column) -> Column:
    kind = column.type()
    if kind.is_array():
        return column.cast("array<string>").join("|")
    if kind.is_nested() or kind.is_binary():
        return ibis.ifelse(column.isnull(), ibis.null("string"), ibis.literal("a value of another kind"))
    return column.cast("string")
