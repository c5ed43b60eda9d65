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
from sangdo.engine.bulk.expressions.stages import stages_of_duckdb
from sangdo.engine.bulk.expressions.sweep import sweep
from sangdo.engine.bulk.progress import DECIDING, Progress
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
    connection = book.connection
    for table, query in _facts(book, book.parts[0]):
        connection.execute(f"CREATE OR REPLACE TEMP TABLE {table} AS {query}")
    queries = decision_queries(connection, rulebook, thresholds, asks)
    _hasten_planning(connection)
    for part in book.parts[after:]:
        for table, query in _facts(book, part):
            connection.execute(f"DELETE FROM {table}")
            connection.execute(f"INSERT INTO {table} {query}")
        tables = [decoded(connection.sql(query).to_arrow_table(), words) for query, words in queries]
        yield DecidedPart(part, tables[0], tables[1] if len(tables) > 1 else None)


def followed(
    parts: Iterator[DecidedPart], book: BookTables, progress: Progress, done: int = 0
) -> Iterator[DecidedPart]:
    """Yield the same parts, and tell of each when it has been worked on; `done` customers were decided before."""
    progress(DECIDING, done, book.counts.customers)
    for part in parts:
        yield part
        done += len(part.customers)
        progress(DECIDING, done, book.counts.customers)


def _hasten_planning(connection: duckdb.DuckDBPyConnection) -> None:
    """Keep DuckDB from seeking the best place for each of thousands of columns: minutes, and nothing is saved here."""
    if connection.execute("SELECT 1 FROM duckdb_optimizers() WHERE name = 'projection_placement'").fetchone():
        connection.execute("SET disabled_optimizers = 'projection_placement'")


def _facts(book: BookTables, part: Part) -> list[tuple[str, str]]:
    """The tables that the sweep reads, and the queries of a part that fill them."""
    return [(CUSTOMERS, book.customers_of(part)), (PRODUCTS, book.products_of(part))]


def decision_queries(
    connection: duckdb.DuckDBPyConnection,
    rulebook: Rulebook,
    thresholds: Mapping[str, ResolvedThreshold],
    asks: bool,
) -> list[tuple[str, Mapping[str, list[str]]]]:
    """Return the queries that decide the part that is loaded, of customers and of products, with the words of their
    numbered columns."""
    stages = stages_of_duckdb()
    products = _table(connection, PRODUCTS) if book_has_products(connection, rulebook) else None
    swept = sweep(rulebook, thresholds, _table(connection, CUSTOMERS), products, stages, asks)
    outs = [swept.customers.order_by("customer_id")]
    if swept.products is not None:
        outs.append(swept.products.order_by("customer_id", "product"))
    return [(stages.query(out), swept.words) for out in outs]


def _table(connection: duckdb.DuckDBPyConnection, name: str) -> ibis.Table:
    schema = connection.sql(f"SELECT * FROM {name} LIMIT 0").to_arrow_table().schema
    return ibis.table(ibis.Schema.from_pyarrow(schema), name)


def book_has_products(connection: duckdb.DuckDBPyConnection, rulebook: Rulebook) -> bool:
    """Whether the rules ask about products and the book has any."""
    if all(question.level is Level.CUSTOMER for question in rulebook.questions.values()):
        return False
    return bool(connection.execute("SELECT 1 FROM products LIMIT 1").fetchall())
