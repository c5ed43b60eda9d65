"""Deciding a book where it lies: the sweep within the engine, some customers decided again by inference, and the
decisions written as words beside the book."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import duckdb
import ibis  # type: ignore[import-untyped]
import pyarrow

from sangdo.engine.bulk.backends.backend import TARGET, Backend, Table
from sangdo.engine.bulk.batch.deciding import CUSTOMERS, PRODUCTS, DecidedPart
from sangdo.engine.bulk.batch.verification import Verification
from sangdo.engine.bulk.expressions.sweep import sweep
from sangdo.engine.bulk.in_place.book_in_place import BookInPlace, load_in_place
from sangdo.engine.bulk.in_place.source import Source
from sangdo.engine.bulk.tables.parts import Part
from sangdo.engine.inference.thresholds import resolve_thresholds
from sangdo.engine.language.rulebook import Level, Rulebook

CUSTOMER, PRODUCT = "customer_id", "product"


@dataclass(frozen=True, slots=True)
class Decided:
    """Tables of an engine with the decisions about customers and, where the rules ask about products, about those."""

    customers: Table
    products: Table | None


@dataclass(frozen=True, slots=True)
class InPlace:
    """What a batch in place did: customers in all and without a decision, those verified, rows of the book that cannot
    be used, and where the decisions are."""

    customers: int
    undecided: int
    verified: int
    bad_rows: int
    targets: tuple[str, ...]
    warnings: tuple[str, ...]


def batch_in_place(
    backend: Backend, source: Source, rulebook: Rulebook, target: str, as_of: date | None, *, today: date | None = None,
    verify: int = 200, asks: bool = True,
) -> InPlace:  # fmt: skip
    """Decide every customer of a book where it lies, and write the decisions to a path or to `table:NAME`.

    Raises DataInvalid and EngineUnusable, and Disagreement where the customers that are decided again by inference
    differ; nothing is written then.
    """
    book = load_in_place(backend, source, rulebook, as_of, today=today)
    decided = decide_in_place(backend, book, rulebook, asks)
    verified = verify_in_place(backend, book, rulebook, decided, verify) if verify else 0
    places = [(decided.customers, target)]
    if decided.products is not None:
        places.append((decided.products, beside(target, "products")))
    bad = _number(backend, book.bad_rows.count())
    if bad:
        places.append((book.bad_rows, beside(target, "bad")))
    for table, place in places:
        backend.write(table, place)
    customers = _number(backend, decided.customers.count())
    undecided = _number(backend, decided.customers.error.count())
    return InPlace(customers, undecided, verified, bad, tuple(place for _, place in places), book.warnings)


def decide_in_place(backend: Backend, book: BookInPlace, rulebook: Rulebook, asks: bool = True) -> Decided:
    """Send the customers of a book through the rules; a customer whose `error` is not null has no answers."""
    thresholds = resolve_thresholds(rulebook, book.as_of, book.lines)
    by_product = any(question.level is Level.PRODUCT for question in rulebook.questions.values())
    has_products = by_product and _number(backend, book.products.count()) > 0
    products = book.products if has_products else None
    swept = sweep(rulebook, thresholds, book.customers, products, backend.stage, asks)
    customers = backend.keep("decided_customers", _in_words(swept.customers, swept.words))
    if swept.products is None:
        return Decided(customers, None)
    return Decided(customers, backend.keep("decided_products", _in_words(swept.products, swept.words)))


def verify_in_place(backend: Backend, book: BookInPlace, rulebook: Rulebook, decided: Decided, count: int) -> int:
    """Decide some customers again by inference, the same ones of the same book each time, and return how many.

    Raises Disagreement with the customer and the question where the two differ.
    """
    ids = book.customers.select(CUSTOMER, place=book.customers[CUSTOMER].hash()).order_by("place", CUSTOMER)
    chosen = backend.keep("verified_customers", ids.limit(count).select(CUSTOMER))

    def rows(table: Table) -> pyarrow.Table:
        return backend.fetch(table.semi_join(chosen, CUSTOMER))

    with duckdb.connect() as connection:
        connection.register("customer_rows", rows(book.customers))
        connection.execute(f"CREATE TABLE {CUSTOMERS} AS FROM customer_rows")
        connection.register("product_rows", rows(book.products))
        connection.execute(f"CREATE TABLE {PRODUCTS} AS FROM product_rows")
        customers = rows(decided.customers)
        part = DecidedPart(
            Part(0, None, None), customers, rows(decided.products) if decided.products is not None else None
        )
        sample = _Sample(connection, book.as_of)
        return Verification(sample, rulebook, book.lines).check(part, customers[CUSTOMER].to_pylist())


@dataclass(frozen=True, slots=True)
class _Sample:
    """The facts of the customers that are verified."""

    connection: duckdb.DuckDBPyConnection
    as_of: date


def beside(target: str, about: str) -> str:
    """Return where else a batch writes: `decisions.products.parquet`, or `table:decisions_products`."""
    if target.startswith(TARGET):
        return f"{target}_{about}"
    stem, dot, ending = target.rpartition(".")
    return f"{stem}.{about}.{ending}" if dot else f"{target}.{about}"


def _in_words(table: Table, words: Mapping[str, list[str]]) -> Table:
    """Words in place of their numbers, by a list that each number is a place in."""
    columns = {}
    for name, listed in words.items():
        if name not in table.columns or not listed:
            continue
        column = table[name]
        known = ibis.literal(listed, "array<string>")
        if column.type().is_array():
            spelt = column.map(lambda place, known=known: known[place.cast("int32")])
            columns[name] = ibis.ifelse(column.notnull(), spelt, ibis.null("array<string>"))
        else:
            # Spark takes what it finds in an array for known, even at an unknown place.
            columns[name] = ibis.ifelse(column.notnull(), known[column.cast("int32")], ibis.null("string"))
    return table.mutate(**columns)


def _number(backend: Backend, scalar: Table) -> int:
    return int(backend.fetch(scalar.name("n").as_table())["n"][0].as_py())
