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
"""Books to load in place: the example book, and one of all kinds of facts with dealers, as Parquet files."""
import csv
import random
from datetime import date, timedelta
from pathlib import Path
import duckdb
FACTS = {
    "satisfaction": ["1", "4", "5"],
    "competitor_discount": ["12.5", "0", "1e1"],
    "changeable": ["true", "FALSE"],
    "competitor_offer": ["cheaper", "better"],
    "unsigned_obstacle": ["|"],
    "rep": ["Sora", "민준", "12"],
}
def write_book(folder: Path, rows: dict[str, list[list[str]]], settings: str = "") -> Path:
    """Write a book as CSV files, which plan reads; the first row of each table is its header."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, lines in rows.items():
        with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as stream:
            csv.writer(stream).writerows(lines)
    if settings:
        (folder / "book.yaml").write_text(settings, encoding="utf-8")
    return folder
def in_parquet(book: Path, folder: Path, typed: bool = False) -> Path:
    """The same book as Parquet files: all columns as text, or with the types that DuckDB finds in them."""
    folder.mkdir(parents=True, exist_ok=True)
    for path in sorted(book.glob("*.csv")):
        options = "types = {'customer_id': 'VARCHAR'}" if typed and path.stem != "observations" else "all_varchar = true"
        query = f"FROM read_csv('{path}', header = true, {options})"
        duckdb.sql(query).write_parquet(str(folder / f"{path.stem}.parquet"))
    if (book / "book.yaml").exists():
        (folder / "book.yaml").write_text((book / "book.yaml").read_text("utf-8"), encoding="utf-8")
    return folder
def mixed_book(folder: Path, choices: dict[str, list[str]], seed: int = 3) -> Path:
    """Dealers and end customers, prospects, products, observations old and new, of `choices` by fact."""
    chance = random.Random(seed)
    def day(since: date = date(2016, 1, 1)) -> str:
        return str(since + timedelta(days=chance.randrange(1_300)))
    ids = [f"c{n:02}" for n in range(40)]
    products = ["비누", "컵", "a", "b", ""]
    orders = [["customer_id", "date", "amount", "product", "order_id", "margin"]]
    for customer in ids[:32]:
        for _ in range(chance.randrange(1, 60)):
            margin = chance.choice(["", "0.25", "-0.5", "1"])
            amount = str(chance.randrange(-5_000, 90_000) / 100)
            orders.append([customer, day(), amount, chance.choice(products), chance.choice(["", "X", "Y"]), margin])
    of_customer = [name for name in choices if name not in ("dealer_willing", "product_share", "slow")]
    customers = [["customer_id", "name", "role", *of_customer[::2]]]
    for customer in ids[4:]:
        cells = [chance.choice([*choices[name], ""]) for name in of_customer[::2]]
        customers.append([customer, f"가게 {customer}", chance.choice(["dealer", "end_customer", ""]), *cells])
    seen = [["customer_id", "fact", "value", "date", "by", "reason", "product"]]
    moments = set()
    for _ in range(400):
        customer, name, on = chance.choice(ids), chance.choice([*choices, "role"]), day(date(2017, 1, 1))
        product = chance.choice(products[:4]) if name in ("dealer_willing", "product_share", "slow") else ""
        if (customer, name, on, product) not in moments:
            moments.add((customer, name, on, product))
            values = ["dealer", "end_customer"] if name == "role" else choices[name]
            seen.append([customer, name, chance.choice(values), on, "민준", "", product])
    goods = [["customer_id", "product", "dealer_willing", "slow"]]
    for customer in chance.sample(ids, 12):
        for product in chance.sample([*products[:4], "new"], 2):
            goods.append([customer, product, chance.choice(["true", "false", ""]), chance.choice(["true", ""])])
    tables = {"orders": orders, "customers": customers, "observations": seen, "products": goods}
    settings = "as_of: 2019-07-17\nseason: {off: [1, 2], peak: [7]}\ndefaults: {satisfaction: 3, role: end_customer}\n"
    return write_book(folder, tables, settings)
