"""Deciding a book part by part: the sweep over the customers of one part after another."""

# The SQL here is made of this project's own words.
# ruff: noqa: S608

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import duckdb
import ibis  # type: ignore[import-untyped]
import pyarrow

from sangdo.engine.bulk.expressions.decoding import decoded
from sangdo.engine.bulk.expressions.stages import Stages
from sangdo.engine.bulk.expressions.sweep import sweep
from sangdo.engine.bulk.tables.book_tables import BookTables
from sangdo.engine.bulk.tables.parts import Part
from sangdo.engine.inference.thresholds import ResolvedThreshold
from sangdo.engine.language.rulebook import Level, Rulebook

CUSTOMERS, PRODUCTS = "part_customers", "part_products"
"""The facts of the part being decided, as tables of the book's connection."""


@dataclass(frozen=True, slots=True)
class DecidedPart:
    """The decisions of a part, in order of the ids: `customers` has customer_id, a column a question about customers,
    fired, ask and error; `products`, where the rules ask about products and the book has some, the same by product."""

    part: Part
    customers: pyarrow.Table
    products: pyarrow.Table | None


def decide_parts(
    book: BookTables,
    rulebook: Rulebook,
    thresholds: Mapping[str, ResolvedThreshold],
    asks: bool = True,
    after: int = 0,
) -> Iterator[DecidedPart]:
    """Decide the parts of a book in order, from the one numbered `after` on.

    A customer whose error is not null has no answers: rows of the book that cannot be used, or rules that contradict
    each other. Without `asks` the list of what is left to ask is not made.
    """
    _load(book, book.parts[0])
    queries = decision_queries(book.connection, rulebook, thresholds, asks)
    for part in book.parts[after:]:
        _load(book, part)
        tables = [decoded(book.connection.sql(query).to_arrow_table(), words) for query, words in queries]
        yield DecidedPart(part, tables[0], tables[1] if len(tables) > 1 else None)


def _load(book: BookTables, part: Part) -> None:
    """Put the facts of a part where the sweep reads them."""
    for table, query in ((CUSTOMERS, book.customers_of(part)), (PRODUCTS, book.products_of(part))):
        book.connection.execute(f"CREATE OR REPLACE TEMP TABLE {table} AS {query}")


def decision_queries(
    connection: duckdb.DuckDBPyConnection,
    rulebook: Rulebook,
    thresholds: Mapping[str, ResolvedThreshold],
    asks: bool,
) -> list[tuple[str, Mapping[str, list[str]]]]:
    """Return the queries that decide the part that is loaded, of customers and of products, with the words of their
    numbered columns."""
    stages = Stages(_sql)
    products = _table(connection, PRODUCTS) if book_has_products(connection, rulebook) else None
    swept = sweep(rulebook, thresholds, _table(connection, CUSTOMERS), products, stages, asks)
    outs = [swept.customers.order_by("customer_id")]
    if swept.products is not None:
        outs.append(swept.products.order_by("customer_id", "product"))
    return [(stages.query(out), swept.words) for out in outs]


def _table(connection: duckdb.DuckDBPyConnection, name: str) -> ibis.Table:
    schema = connection.sql(f"SELECT * FROM {name} LIMIT 0").to_arrow_table().schema
    return ibis.table(ibis.Schema.from_pyarrow(schema), name)


def _sql(table: ibis.Table) -> str:
    return str(ibis.to_sql(table, dialect="duckdb", pretty=False))


def book_has_products(connection: duckdb.DuckDBPyConnection, rulebook: Rulebook) -> bool:
    """Whether the rules ask about products and the book has any."""
    if all(question.level is Level.CUSTOMER for question in rulebook.questions.values()):
        return False
    return bool(connection.execute("SELECT 1 FROM products LIMIT 1").fetchall())
