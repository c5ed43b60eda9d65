"""A book decided by two sides, part by part."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pyarrow

from sangdo.engine.bulk.batch.deciding import DecidedPart, decide_parts, followed
from sangdo.engine.bulk.impact.side import Side
from sangdo.engine.bulk.progress import Progress
from sangdo.engine.bulk.tables.book_tables import BookTables, load_book
from sangdo.engine.facts.book import signature
from sangdo.engine.inference.thresholds import ResolvedThreshold

Thresholds = dict[str, ResolvedThreshold]
HALF_OF_MEMORY = "3GB"


@dataclass(frozen=True, slots=True)
class Decided:
    """The answers of some customers: `customers` and `products` as decide_parts gives them, lists as plain texts."""

    customers: pyarrow.Table
    products: pyarrow.Table | None


@dataclass(frozen=True, slots=True)
class BothParts:
    """The same customers decided by both sides, and their facts as the new side reads them."""

    facts: pyarrow.Table
    goods: pyarrow.Table
    old: Decided
    new: Decided


@dataclass(frozen=True, slots=True)
class BothSides:
    """One book as two sides read it (the same tables where both read it alike), and the thresholds of each."""

    books: tuple[BookTables, BookTables]
    sides: tuple[Side, Side]
    thresholds: tuple[Thresholds, Thresholds]
    progress: Progress

    def parts(self) -> Iterator[BothParts]:
        """Yield the customers decided by both sides, part by part in order of their ids."""
        old, new = (
            decide_parts(book, side.rulebook, thresholds, asks=False)
            for book, side, thresholds in zip(self.books, self.sides, self.thresholds, strict=True)
        )
        book = self.books[1]
        for before, after in zip(old, followed(new, book, self.progress), strict=True):
            facts, goods = (
                book.connection.sql(query).to_arrow_table()
                for query in (book.customers_of(after.part), book.products_of(after.part))
            )
            decided = (_decided(one) for one in (before, after))
            yield BothParts(facts, goods, *decided)

    def close(self) -> None:
        """Close the tables of the book."""
        for book in self.books:
            book.connection.close()


def load_both(
    path: Path, old: Side, new: Side, as_of: date | None, today: date, folder: Path, progress: Progress
) -> BothSides:
    """Load a book for both sides, once where both read it alike. Raises DataInvalid where one of them cannot."""
    sides = (old, new)
    if signature(old.rulebook) == signature(new.rulebook):
        book = load_book(path, new.rulebook, as_of, folder / "book", today=today, progress=progress)
        books = (book, book)
    else:
        before, after = (
            load_book(path, side.rulebook, as_of, folder / name, today=today, memory=HALF_OF_MEMORY, progress=progress)
            for side, name in zip(sides, ("old", "new"), strict=True)
        )
        books = (before, after)
    first, second = (side.thresholds(book.as_of, book.lines) for side, book in zip(sides, books, strict=True))
    return BothSides(books, sides, (first, second), progress)


def _decided(part: DecidedPart) -> Decided:
    return Decided(plain_lists(part.customers), None if part.products is None else plain_lists(part.products))


def plain_lists(table: pyarrow.Table) -> pyarrow.Table:
    """Return a table whose lists hold texts: DuckDB cannot read a batch of empty lists over a dictionary."""
    words = pyarrow.list_(pyarrow.string())
    fields = [pyarrow.field(one.name, words if pyarrow.types.is_list(one.type) else one.type) for one in table.schema]
    return table.cast(pyarrow.schema(fields))
