"""Customers of the workload by the million, as an Arrow table: what the table engines decide at once."""

# The SQL here is made of this module's own words and of numbers.
# ruff: noqa: S608

from __future__ import annotations

from typing import Any

import duckdb
import pyarrow

from sangdo.benchmarks.workload import WORDS, Value, Workload

SEED = 7


def many_customers(workload: Workload, count: int) -> pyarrow.Table:
    """Return so many customers with customer_id and the attributes of the workload; the same count gives the same."""
    columns = ", ".join(f"{_drawn(name)} AS {name}" for name in workload.attributes)
    query = f"SELECT 'C' || lpad(i::VARCHAR, 8, '0') AS customer_id, {columns} FROM range({count}) AS t(i)"
    with duckdb.connect() as connection:
        connection.execute(
            f"CREATE MACRO chance(i, place) AS (hash(i, place, {SEED}) >> 11)::DOUBLE / 9007199254740992"
        )
        return connection.sql(query).to_arrow_table()


def as_customers(table: pyarrow.Table, count: int) -> tuple[dict[str, Value], ...]:
    """Return the first customers of a table as the row engines take them."""
    rows: list[dict[str, Any]] = table.slice(0, count).drop_columns("customer_id").to_pylist()
    return tuple(rows)


def _drawn(attribute: str) -> str:
    chance = f"chance(i, '{attribute}')"
    if attribute.startswith("number"):
        return f"round({chance} * 100, 2)"
    if attribute.startswith("flag"):
        return f"{chance} < 0.5"
    words = ", ".join(f"'{word}'" for word in WORDS)
    return f"[{words}][1 + floor({chance} * {len(WORDS)})::INTEGER]"
