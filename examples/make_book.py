"""Draws the example book's customers and orders from UCI Online Retail II; run from the project's root.

    python examples/make_book.py ORDERS.parquet

ORDERS has one row an order of the data set (customer_id, date, order_id, amount, quantity, country). The sample
is the same at every run: customers of each standing and quadrant in the order of the hash of their id.
observations.csv and book.yaml are written by hand and stay as they are.
"""

# The SQL is made of this script's own words.
# ruff: noqa: S608

from __future__ import annotations

import sys
from datetime import date
from pathlib import Path

import duckdb

from sangdo.engine.bulk.scores import measure_scores
from sangdo.engine.language.loading import load_rulebook

ROOT = Path(__file__).parent.parent
BOOK = ROOT / "examples" / "book"
AS_OF = date(2011, 6, 1)
SIZES = {"EI": 75, "EII": 55, "EIII": 60, "EIV": 60, "new": 30, "lost": 20}
# Customers that the documentation and the observations speak of.
NAMED = ("12347", "14911")
REPS = ("Hana", "Minjun", "Sora")


def main(source: Path) -> None:
    """Write orders.csv and customers.csv of the example book."""
    connection = duckdb.connect()
    connection.register("scores", measure_scores(source, AS_OF, load_rulebook(ROOT / "rules")).table)
    sizes = ", ".join(f"('{group}', {size})" for group, size in SIZES.items())
    named = ", ".join(f"'{customer}'" for customer in NAMED)
    connection.execute(f"""
        CREATE TABLE chosen AS
        WITH grouped AS (SELECT customer_id, coalesce(quadrant, standing) AS grp FROM scores),
        placed AS (SELECT *, row_number() OVER (
            PARTITION BY grp ORDER BY customer_id NOT IN ({named}), md5(customer_id)) AS place FROM grouped)
        SELECT customer_id FROM placed JOIN (VALUES {sizes}) AS s(grp, size) USING (grp) WHERE place <= size""")
    connection.execute(f"CREATE TABLE lines AS SELECT * FROM read_parquet('{source}')")
    _copy(connection, "orders.csv", """
        SELECT customer_id, CAST(date AS DATE) AS date, order_id, round(amount, 2) AS amount,
        CAST(quantity AS BIGINT) AS quantity FROM lines JOIN chosen USING (customer_id)
        ORDER BY customer_id, date, order_id, amount""")  # fmt: skip
    reps = ", ".join(f"'{rep}'" for rep in REPS)
    _copy(connection, "customers.csv", f"""
        SELECT customer_id, 'Customer ' || customer_id || ' (' || arg_max(country, date) || ')' AS name,
        'existing' AS kind, [{reps}][1 + CAST(customer_id AS INTEGER) % {len(REPS)}] AS rep
        FROM lines JOIN chosen USING (customer_id) GROUP BY customer_id ORDER BY customer_id""")  # fmt: skip


def _copy(connection: duckdb.DuckDBPyConnection, name: str, query: str) -> None:
    connection.execute(f"COPY ({query}) TO '{BOOK / name}' (FORMAT csv, HEADER)")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
