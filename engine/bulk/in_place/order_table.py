"""The orders of a book where they lie, with the limits of an order file."""

from __future__ import annotations

import ibis  # type: ignore[import-untyped]

from sangdo.engine.bulk.backends.backend import Backend, Table
from sangdo.engine.bulk.in_place.cells import Cell, date_cell, identity_cell, number_cell
from sangdo.engine.bulk.in_place.checked import Checked, Read, check
from sangdo.engine.facts.order_columns import COLUMNS, EXPECTED, REQUIRED
from sangdo.engine.language.errors import DataInvalid, Location, Problem, nearest

_KINDS = {"date": "date", "amount": "float64", "quantity": "float64", "margin": "float64"}


def read_orders(backend: Backend, table: Table, shown: str) -> Checked:
    """Check the rows of an order table; columns that it lacks are null, others than COLUMNS are left alone.

    Raises DataInvalid where a required column is missing.
    """
    require(table, REQUIRED, "orders", shown)
    reads = {}
    for name in COLUMNS:
        kind = _KINDS.get(name, "string")
        if name not in table.columns:
            nothing = ibis.null(kind)
            reads[name] = Read(Cell(nothing, ibis.literal(False)), nothing, EXPECTED[name])
            continue
        column = table[name]
        if kind == "string":
            cell = identity_cell(column)
        elif kind == "date":
            cell = date_cell(column)
        else:
            cell = number_cell(column, largest=1) if name == "margin" else number_cell(column)
        reads[name] = Read(cell, column, EXPECTED[name], name in REQUIRED)
    return check(backend, "orders", table, reads)


def require(table: Table, required: tuple[str, ...], name: str, shown: str) -> None:
    """Raise DataInvalid for each required column that a table lacks."""
    problems = []
    for column in required:
        if column not in table.columns:
            others = [other for other in table.columns if other not in required]
            listed = (", ".join(table.columns) or "none")[:300]
            expected = f"the column {column} (the columns are: {listed})"
            message = f"the table {name} has no column {column}"
            problems.append(Problem(Location(shown), message, None, expected, nearest(column, others)))
    if problems:
        raise DataInvalid(*problems)
