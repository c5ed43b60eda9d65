"""A book decided by two sides, part by part (provisional: the parts of engine/bulk/batch take its place)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import ibis  # type: ignore[import-untyped]
import pyarrow

from sangdo.engine.bulk.expressions.decoding import decoded
from sangdo.engine.bulk.expressions.row import DTYPES
from sangdo.engine.bulk.expressions.sweep import sweep
from sangdo.engine.bulk.impact.side import Side
from sangdo.engine.facts.book import Book, open_book
from sangdo.engine.facts.facts import Facts
from sangdo.engine.inference.thresholds import ResolvedThreshold
from sangdo.engine.language.rulebook import Level, Rulebook, Value

PART = 20_000


@dataclass(frozen=True, slots=True)
class DecidedPart:
    """Some customers' answers: `customers` and `products` as a sweep gives them, in words."""

    number: int
    customers: pyarrow.Table
    products: pyarrow.Table | None


@dataclass(frozen=True, slots=True)
class BothParts:
    """The same customers decided by both sides, and their facts as the new side knows them."""

    facts: pyarrow.Table
    goods: pyarrow.Table | None
    old: DecidedPart
    new: DecidedPart


@dataclass(frozen=True, slots=True)
class BothBooks:
    """One book as two sides see it; the thresholds in force in each."""

    books: tuple[Book, Book]
    sides: tuple[Side, Side]
    thresholds: tuple[dict[str, ResolvedThreshold], dict[str, ResolvedThreshold]]

    @property
    def as_of(self) -> date:
        return self.books[1].as_of

    def parts(self) -> Iterator[BothParts]:
        """Yield the book decided by both, part by part in order of the customers' ids."""
        ids = self.books[1].customers()
        for number in range(-(-len(ids) // PART)):
            chosen = ids[number * PART : (number + 1) * PART]
            tables, parts = [], []
            for book, side, thresholds in zip(self.books, self.sides, self.thresholds, strict=True):
                people, goods = fact_tables(side.rulebook, [book.facts(customer) for customer in chosen])
                tables.append((people, goods))
                parts.append(decide(side.rulebook, thresholds, people, goods, number))
            yield BothParts(*tables[1], *parts)


def open_both(path: Path, old: Side, new: Side, as_of: date | None, today: date) -> BothBooks:
    """Open a book for both sides. Raises DataInvalid where one of them cannot read it."""
    books = tuple(open_book(path, side.rulebook, as_of, today=today) for side in (old, new))
    thresholds = tuple(
        side.thresholds(book.as_of, book.lines) for side, book in zip((old, new), books, strict=True)
    )
    return BothBooks(books, (old, new), thresholds)  # type: ignore[arg-type]


def fact_tables(rulebook: Rulebook, customers: Iterable[Facts]) -> tuple[pyarrow.Table, pyarrow.Table | None]:
    """Return the facts of customers, and of their products, as tables."""
    people = list(customers)
    known = [({"customer_id": p.customer_id}, {n: k.value for n, k in p.values.items()}) for p in people]
    goods = [
        ({"customer_id": p.customer_id, "product": product}, {n: k.value for n, k in own.items()})
        for p in people
        for product, own in p.products.items()
    ]
    return _table(rulebook, Level.CUSTOMER, known), _table(rulebook, Level.PRODUCT, goods) if goods else None


def _table(rulebook: Rulebook, level: Level, rows: list[tuple[dict[str, str], dict[str, Value]]]) -> pyarrow.Table:
    keys = ["customer_id"] if level is Level.CUSTOMER else ["customer_id", "product"]
    facts = [
        f for f in rulebook.facts.values()
        if f.level is level and f.name not in keys and any(f.name in known for _, known in rows)
    ]  # fmt: skip
    schema = dict.fromkeys(keys, "string") | {fact.name: DTYPES[fact.type] for fact in facts}
    columns: dict[str, list[Any]] = {key: [names[key] for names, _ in rows] for key in keys}
    for fact in facts:
        columns[fact.name] = [_plain(known.get(fact.name)) for _, known in rows]
    return pyarrow.table(columns, schema=ibis.schema(schema).to_pyarrow())


def _plain(value: Value | None) -> Any:
    return sorted(value) if isinstance(value, frozenset) else value


def decide(
    rulebook: Rulebook,
    thresholds: Mapping[str, ResolvedThreshold],
    people: pyarrow.Table,
    goods: pyarrow.Table | None,
    number: int = 0,
) -> DecidedPart:
    """Send tables of facts through a rulebook."""
    connection = ibis.duckdb.connect()
    connection.con.register("customers", people)
    if goods is not None:
        connection.con.register("products", goods)
    products = connection.table("products") if goods is not None else None
    swept = sweep(
        rulebook, thresholds, connection.table("customers"), products,
        lambda name, e: connection.create_table(name, e, temp=True), asks=False,
    )  # fmt: skip
    tables = [
        None if t is None else _plain_lists(decoded(t.to_pyarrow(), swept.words))
        for t in (swept.customers, swept.products)
    ]
    connection.disconnect()
    return DecidedPart(number, *tables)


def _plain_lists(table: pyarrow.Table) -> pyarrow.Table:
    """Lists of words as they are: DuckDB cannot read a column of empty lists over a dictionary."""
    words = pyarrow.list_(pyarrow.string())
    fields = [
        pyarrow.field(one.name, words if pyarrow.types.is_list(one.type) else one.type) for one in table.schema
    ]
    return table.cast(pyarrow.schema(fields))
