"""Books of any size: a folder with book.yaml, orders in Parquet, customers and observations in CSV, made by DuckDB.

`python -m sangdo.benchmarks.big_book FOLDER --customers 1000000 --orders 10000000` writes one. Every number is a hash
of the seed and its row, so that the same sizes and seed give the same rows whatever the number of threads.
"""

# The SQL here is made of this module's own words and of numbers.
# ruff: noqa: S608

from __future__ import annotations

import argparse
from dataclasses import dataclass
from pathlib import Path

import duckdb

AS_OF = "2026-01-01"
DAYS = 1095
OF_A_REP = 200
"""Customers of one representative."""
ORDERS_EACH = 10
SEED = 7


@dataclass(frozen=True, slots=True)
class BigBook:
    """The size of a book: customers, orders, the shares of customers who are dealers or have been observed."""

    customers: int
    orders: int
    dealers: float = 0.0
    observed: float = 0.01
    seed: int = SEED


def write_book(book: BigBook, folder: Path) -> None:
    """Write the files of a book to a folder, which is made where it is missing.

    Orders come by date, as a ledger has them, three percent of them returns. Three in twenty customers have left and
    one in ten is new; some buy more in summer. Dealers' orders name a product.
    """
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "book.yaml").write_text(
        f"name: Generated book\ncurrency: KRW\nas_of: {AS_OF}\nhours_per_week: 40\nholidays: KR\n"
        "defaults: {role: end_customer}\n",
        encoding="utf-8",
    )
    with duckdb.connect() as connection:
        connection.execute("SET enable_progress_bar = false")
        connection.execute(_chance(book.seed))
        for name, query in (
            ("customers.csv", _customers(book)),
            ("orders.parquet", _orders(book)),
            ("observations.csv", _seen(book)),
        ):
            connection.execute(f"COPY ({query}) TO '{_quoted(folder / name)}'")


def _quoted(path: Path) -> str:
    return str(path).replace("'", "''")


def _chance(seed: int) -> str:
    """A macro: the number from 0 to 1 that belongs to a row and a place in it."""
    return f"CREATE MACRO chance(i, place) AS (hash(i, place, {seed}) >> 11)::DOUBLE / 9007199254740992"


def _id(number: str) -> str:
    return f"'C' || lpad(({number})::VARCHAR, 8, '0')"


def _is_dealer(book: BigBook, number: str) -> str:
    return f"chance({number}, 'dealer') < {book.dealers}"


def _customers(book: BigBook) -> str:
    reps = max(1, book.customers // OF_A_REP)
    role = f", CASE WHEN {_is_dealer(book, 'c')} THEN 'dealer' ELSE 'end_customer' END AS role" if book.dealers else ""
    return f"""
        SELECT {_id("c")} AS customer_id, 'Customer ' || c AS name, 'existing' AS kind,
               'Rep ' || (1 + floor(chance(c, 'rep') * {reps}))::BIGINT AS rep{role}
        FROM range({book.customers}) AS t(c)
    """


def _orders(book: BigBook) -> str:
    """Customers go in pairs: where one of them has not begun yet or has left by then, the other one buys."""
    product = (
        f", CASE WHEN {_is_dealer(book, 'c')} THEN 'P' || (1 + floor(chance(i, 'product') * 3))::BIGINT END AS product"
    )
    return f"""
        WITH drawn AS (
          SELECT i, DATE '{AS_OF}' - {DAYS} + (i * {DAYS} // {book.orders})::INTEGER AS date,
                 least(floor(pow(chance(i, 'customer'), 1.5) * {book.customers}), {book.customers - 1})::BIGINT AS drawn
          FROM range({book.orders}) AS t(i)
        ), bought AS (
          SELECT i, date, CASE
              WHEN drawn % 2 = 1 OR drawn = {book.customers - 1} THEN drawn
              WHEN chance(drawn, 'fate') < 0.3 AND date > DATE '{AS_OF}' - (30 + 700 * chance(drawn, 'end'))::INTEGER
                THEN drawn + 1
              WHEN chance(drawn, 'fate') > 0.8 AND date < DATE '{AS_OF}' - (10 + 300 * chance(drawn, 'begin'))::INTEGER
                THEN drawn + 1
              ELSE drawn END AS c
          FROM drawn
        )
        SELECT {_id("c")} AS customer_id, date, 'O' || i AS order_id,
               round(exp(10 + 3 * chance(c, 'size') + 1.5 * chance(i, 'amount'))
                     * CASE WHEN chance(i, 'return') < 0.03 THEN -0.5 ELSE 1 END
                     * CASE WHEN chance(c, 'season') < 0.3 THEN 1 - 0.5 * cos(month(date) * pi() / 6) ELSE 1 END
                    ) AS amount{product if book.dealers else ""}
        FROM bought
    """


def _seen(book: BigBook) -> str:
    """Two facts each of a few customers, as a visit gives them."""
    return f"""
        SELECT {_id("c")} AS customer_id, fact,
               CASE fact WHEN 'satisfaction' THEN 1 + floor(chance(c, 'satisfaction') * 5)::BIGINT
                         ELSE floor(chance(c, 'complaints') * 3)::BIGINT END::VARCHAR AS value,
               (DATE '{AS_OF}' - (1 + floor(chance(c, 'day') * 200))::INTEGER)::VARCHAR AS date, 'visit' AS "by"
        FROM range({book.customers}) AS t(c), (VALUES ('satisfaction'), ('open_complaints')) AS f(fact)
        WHERE chance(c, 'observed') < {book.observed}
    """


def main() -> None:
    """Write a book of the size asked for."""
    parser = argparse.ArgumentParser(description="Write a generated book.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--customers", type=int, default=100_000)
    parser.add_argument("--orders", type=int, help=f"default {ORDERS_EACH} a customer")
    parser.add_argument("--dealers", type=float, default=0.0, help="share of customers who are dealers (default 0)")
    parser.add_argument("--observed", type=float, default=0.01, help="share of customers observed (default 0.01)")
    parser.add_argument("--seed", type=int, default=SEED)
    asked = parser.parse_args()
    orders = asked.orders or asked.customers * ORDERS_EACH
    write_book(BigBook(asked.customers, orders, asked.dealers, asked.observed, asked.seed), asked.folder)


if __name__ == "__main__":
    main()
