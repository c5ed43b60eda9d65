"""A book's tables against the book itself: the same facts, customer by customer."""

from __future__ import annotations

from typing import Any

from sangdo.engine.bulk.tables.book_tables import BookTables
from sangdo.engine.facts.book import Book

Values = dict[str, Any]


def rows_of(tables: BookTables) -> dict[str, Values]:
    """Return the known values of each customer, the error among them, part by part and in order."""
    found: dict[str, Values] = {}
    for part in tables.parts:
        cursor = tables.connection.execute(tables.customers_of(part))
        names = [column[0] for column in cursor.description or ()]
        found |= {row[0]: _known(names, row) for row in cursor.fetchall()}
    return found


def products_of(tables: BookTables) -> dict[str, dict[str, Values]]:
    """Return the known values of each customer's products."""
    found: dict[str, dict[str, Values]] = {}
    for part in tables.parts:
        cursor = tables.connection.execute(tables.products_of(part))
        names = [column[0] for column in cursor.description or ()]
        for row in cursor.fetchall():
            found.setdefault(row[0], {})[row[1]] = _known(names[2:], row[2:])
    return found


def bad_rows_of(tables: BookTables) -> list[tuple[Any, ...]]:
    """Return file, line, column, value, reason and customer of the cells that cannot be used."""
    query = 'SELECT file, line, "column", value, reason, customer_id FROM bad_rows ORDER BY ALL'
    return tables.connection.execute(query).fetchall()


def assert_same(tables: BookTables, book: Book) -> None:
    """Assert that the tables hold what the book says of every customer and product, to the last digit."""
    assert dict(tables.lines) == book.lines
    assert tables.warnings == book.warnings
    rows, products = rows_of(tables), products_of(tables)
    assert list(rows) == book.customers()
    for customer, values in rows.items():
        facts = book.facts(customer)
        assert values == {name: known.value for name, known in facts.values.items()}, customer
        # The key of a product's row is its name, which the book only has as a fact where it is measured or listed.
        said = {p: {n: k.value for n, k in of.items() if n != "product"} for p, of in facts.products.items()}
        assert products.get(customer, {}) == said, customer


def _known(names: list[str], row: tuple[Any, ...]) -> Values:
    plain = (frozenset(value) if isinstance(value, list) else value for value in row)
    return {name: value for name, value in zip(names, plain, strict=True) if value is not None}
