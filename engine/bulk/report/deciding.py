"""Decided parts: the answers of the rules for all customers of a book, part by part."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import duckdb
import ibis  # type: ignore[import-untyped]
import pyarrow

from sangdo.engine.bulk.expressions.decoding import decoded
from sangdo.engine.bulk.expressions.sweep import sweep
from sangdo.engine.bulk.tables.book_tables import BookTables
from sangdo.engine.inference.thresholds import ResolvedThreshold
from sangdo.engine.language.rulebook import Rulebook


@dataclass(frozen=True, slots=True)
class DecidedPart:
    """The decided customers of a part, in order of their ids; `products` is None without questions about products."""

    number: int
    customers: pyarrow.Table
    products: pyarrow.Table | None


def decide_parts(
    book: BookTables, rulebook: Rulebook, thresholds: Mapping[str, ResolvedThreshold], asks: bool = True
) -> Iterator[DecidedPart]:
    """Decide a book part by part."""
    cursor = book.connection.cursor()
    for part in book.parts:
        for name, query in (("part_people", book.customers_of(part)), ("part_goods", book.products_of(part))):
            cursor.execute(f"CREATE OR REPLACE TABLE {name} AS {query}").fetchall()
        backend = ibis.duckdb.from_connection(cursor)
        people, goods = backend.table("part_people"), backend.table("part_goods")
        stage = _views(backend)
        swept = sweep(rulebook, thresholds, people, goods, stage, asks)
        customers = _plain(decoded(swept.customers.order_by("customer_id").to_pyarrow(), swept.words))
        products = None if swept.products is None else _plain(decoded(swept.products.to_pyarrow(), swept.words))
        yield DecidedPart(part.number, customers, products)
    cursor.close()


def _views(backend: ibis.BaseBackend) -> object:
    return lambda name, expression: backend.create_view(f"swept_{name}", expression, overwrite=True)


def _plain(table: pyarrow.Table) -> pyarrow.Table:
    for place, field in enumerate(table.schema):
        if pyarrow.types.is_list(field.type):
            column = table[field.name].cast(pyarrow.list_(pyarrow.string()))
            table = table.set_column(place, field.name, column)
    return table


def load_decisions(
    connection: duckdb.DuckDBPyConnection, parts: Iterator[DecidedPart], customers: str, products: str | None = None
) -> None:
    """Put decided parts into temporary tables of these names; `products` is made only where it is named."""
    for part in parts:
        _add(connection, customers, part.customers)
        if products is not None and part.products is not None:
            _add(connection, products, part.products)


def _add(connection: duckdb.DuckDBPyConnection, name: str, rows: pyarrow.Table) -> None:
    connection.register("arrow_rows", rows)
    connection.execute(f"CREATE TEMP TABLE IF NOT EXISTS {name} AS SELECT * FROM arrow_rows LIMIT 0").fetchall()
    connection.execute(f"INSERT INTO {name} SELECT * FROM arrow_rows").fetchall()
    connection.unregister("arrow_rows")
