"""Sets of orders on which the engines are compared, and how they get into an engine."""

from __future__ import annotations

import math
import random
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import duckdb
import ibis
import pyarrow
from pyarrow import parquet

from sangdo.engine.bulk.backends.backend import Backend
from sangdo.engine.bulk.backends.spark import Spark

SCHEMA = {
    "customer_id": "string",
    "date": "date",
    "amount": "float64",
    "order_id": "string",
    "product": "string",
    "margin": "float64",
}
Row = tuple[str, date, float, str | None, str | None, float | None]
FIRST = date(2016, 6, 1)


def order_table(seed: int = 7) -> pyarrow.Table:
    """Histories of all kinds, each under its own prefix, so that one query compares them all."""
    rows = list(_histories(random.Random(seed)))
    columns = zip(*rows, strict=True)
    return pyarrow.table(dict(zip(SCHEMA, map(list, columns), strict=True)), ibis.schema(SCHEMA).to_pyarrow())


def _histories(chance: random.Random) -> Iterator[Row]:
    def day() -> date:
        return FIRST + timedelta(days=chance.randrange(1_330))

    def row(customer: str, on: date, amount: float, order_id: str | None = None, margin: float | None = None) -> Row:
        return customer, on, amount, order_id, chance.choice(["비누", "컵", None]), margin

    for n in range(80):
        for _ in range(chance.randrange(1, 40)):
            amount = chance.randrange(-50_000, 200_000) / 100
            order_id = chance.choice([None, "A", "B", "C", "D"])
            yield row(f"가게{n}", day(), amount, order_id, chance.choice([None, 0.1, 0.25, -0.5]))
    for n in range(8):
        for _ in range(60):
            yield row(f"nine{n}", day(), chance.randrange(1, 10**9) / 1e9, None, chance.choice([None, 0.123456789]))
            yield row(f"large{n}", day(), float(chance.choice([1, 1, -1]) * chance.randrange(1, 2**53)), None, 1.0)
            yield row(f"returns{n}", day(), -5.0)
            yield row(f"zero{n}", day(), chance.choice([0.0, -0.0]))
            yield row(f"old{n}", date(chance.choice([1, 999, 1582, 1900]), chance.randrange(1, 13), 4), 5.0)
        yield row(f"dust{n}", date(2019, 5, 5), 1e-12, None, 0.5)
        yield row(f"single{n}", day(), 12.5)
        yield row(f"later{n}", date(2020, 3, 1), 12.5)
    for month in range(1, 13):
        for n, amount in enumerate((0.1, 0.2, -0.3)):
            yield row("cancelled", date(2019, month, 3 + n), amount)
    for customer in (" a", "A", "a", "ａ", "é", "e\u0301", "'\"\\", "2019-01-02"):
        yield row(customer, date(2019, 1, 1), 5.0, "2019-01-02")
        yield row(customer, date(2019, 1, 2), 5.0)


def put(backend: Backend, name: str, table: pyarrow.Table, folder: Path) -> Any:
    """Bring a table into an engine, and return it."""
    if isinstance(backend, Spark):
        path = folder / f"{name}.parquet"
        parquet.write_table(table, path)
        backend.session.read.parquet(str(path)).createOrReplaceTempView(name)
    elif isinstance(backend.connection.con, duckdb.DuckDBPyConnection):
        backend.connection.con.register(f"{name}_arrow", table)
        backend.connection.con.execute(f"CREATE OR REPLACE TABLE {name} AS FROM {name}_arrow")
    else:
        backend.connection.con.execute(f'DROP TABLE IF EXISTS "{name}"')
        backend.connection.create_table(name, schema=ibis.schema(table.schema))
        columns = ", ".join(f'"{column}"' for column in table.column_names)
        with backend.connection.begin() as cursor, cursor.copy(f'COPY "{name}" ({columns}) FROM STDIN') as copy:
            for row in zip(*(column.to_pylist() for column in table.columns), strict=True):
                copy.write_row(row)
    return backend.connection.table(name)


def differences(expected: pyarrow.Table, found: pyarrow.Table, *keys: str) -> list[tuple[Any, ...]]:
    """Return where two tables differ: floats by more than a billionth, anything else at all."""
    rows = [{tuple(row[key] for key in keys): row for row in table.to_pylist()} for table in (expected, found)]
    assert [len(one) for one in rows] == [expected.num_rows, found.num_rows]
    if rows[0].keys() != rows[1].keys():
        return sorted(rows[0].keys() ^ rows[1].keys())
    return [
        (key, name, value, rows[1][key][name])
        for key, row in rows[0].items()
        for name, value in row.items()
        if not _same(value, rows[1][key][name])
    ]


def _same(one: Any, other: Any) -> bool:
    if isinstance(one, float) and isinstance(other, float):
        return math.isclose(one, other, rel_tol=1e-9, abs_tol=1e-9)
    return type(one) is type(other) and bool(one == other)
