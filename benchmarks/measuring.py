"""Measuring: a million orders through sangdo's measures, beside the same measures in SQL by hand."""

# The SQL here is made of this project's own words and of numbers.
# ruff: noqa: S608

from __future__ import annotations

import resource
import subprocess
import sys
import tempfile
import time
from datetime import date
from functools import partial
from pathlib import Path

import duckdb
import ibis  # type: ignore[import-untyped]

from sangdo.benchmarks.big_book import ORDERS_EACH, BigBook, write_book
from sangdo.benchmarks.contest import Contest, Goal
from sangdo.benchmarks.measures_by_hand import measures_sql
from sangdo.benchmarks.rounds import run_rounds
from sangdo.benchmarks.workload import Difference
from sangdo.engine.facts.measurement import SCHEMA
from sangdo.engine.facts.measures import COLUMNS, measure
from sangdo.engine.facts.orders import TABLE, open_orders

ORDERS = 1_000_000
CUSTOMERS = 50_000
AS_OF = date(2026, 1, 1)
SEED = 0.42
OURS = "measure --orders {orders} --as-of {as_of} -q -o {scores}"

OURS_HERE, THEIRS_HERE = "sangdo", "DuckDB SQL by hand"
OF_SQL = 0.7
MOST_ROUNDS = 5
CLOSE = 1e-9
EXACT = ("standing", "orders_last_year", "days_silent", "first_order", "last_order", "history_months")
WHOLE = (
    "COPY (WITH orders AS (SELECT *, NULL::DOUBLE AS margin FROM read_csv('{orders}')) "
    "SELECT * FROM ({query}) ORDER BY customer_id) TO '{scores}'"
)


def measure_expression(rounds: int, orders: int = ORDERS) -> Contest:
    """Time the measures' expression beside SQL by hand, from a table of orders in DuckDB to a table of measures."""
    with tempfile.TemporaryDirectory(prefix="sangdo-bench-") as folder:
        write_book(BigBook(orders // ORDERS_EACH, orders), Path(folder))
        connection = open_orders(Path(folder) / "orders.parquet").connection
    queries = {OURS_HERE: ours_sql(AS_OF), THEIRS_HERE: measures_sql(AS_OF)}
    for name, query in queries.items():
        connection.execute(f'CREATE TABLE "{name}" AS {query}')
    check_measures(connection, OURS_HERE, THEIRS_HERE)

    def run(name: str) -> None:
        connection.execute(f'CREATE OR REPLACE TABLE "{name}" AS {queries[name]}')

    times = run_rounds({name: partial(run, name) for name in queries}, min(rounds, MOST_ROUNDS))
    title = f"Measures of {orders:,} orders of {orders // ORDERS_EACH:,} customers, table to table in DuckDB"
    goals = (Goal(OURS_HERE, THEIRS_HERE, at_least=OF_SQL), Goal(OURS_HERE, THEIRS_HERE, at_least=OF_SQL, wall=True))
    return Contest(title, times, orders, "orders a second", goals)


def ours_sql(as_of: date) -> str:
    """Return the SQL that the measures' expression becomes in DuckDB."""
    return str(ibis.to_sql(measure(ibis.table(SCHEMA, name=TABLE), as_of), dialect="duckdb"))


def check_measures(connection: duckdb.DuckDBPyConnection, ours: str, theirs: str) -> None:
    """Compare two tables of measures. Raises Difference where a figure is not within CLOSE."""
    for name in COLUMNS:
        column = f"ours.{name} IS DISTINCT FROM theirs.{name}"
        if name not in (*EXACT, "customer_id"):
            column = (
                f"(ours.{name} IS NULL) <> (theirs.{name} IS NULL) "
                f"OR abs(ours.{name} - theirs.{name}) > {CLOSE} * greatest(1, abs(ours.{name}))"
            )
        wrong = f'FROM "{ours}" AS ours FULL JOIN "{theirs}" AS theirs USING (customer_id) WHERE {column}'
        found = connection.execute(f"SELECT customer_id, ours.{name}, theirs.{name} {wrong} LIMIT 1").fetchall()
        if found:
            raise Difference(f"{name} of {found[0][0]}: {found[0][1]} of ours, {found[0][2]} by hand")


def measure_measuring() -> str:
    """Generate the orders, measure them, and return seconds and peak memory beside SQL by hand."""
    with tempfile.TemporaryDirectory(prefix="sangdo-bench-") as folder:
        orders, scores = Path(folder) / "orders.csv", Path(folder) / "scores.csv"
        _generate(orders)
        names = {"orders": orders, "scores": scores, "as_of": AS_OF}
        ours = [sys.executable, "-m", "sangdo", *OURS.format(**names).split()]
        query = WHOLE.format(query=measures_sql(AS_OF), **names)
        by_hand = [sys.executable, "-c", f"import duckdb; duckdb.execute({query!r})"]
        lines = [f"Measuring: {ORDERS:,} orders of {CUSTOMERS:,} customers in CSV to scores in CSV, whole processes"]
        # The smaller one first: the peak memory of children only ever grows.
        for name, command in ((THEIRS_HERE, by_hand), ("sangdo measure", ours)):
            lines.append(f"  {name:<25} {_run(command)}")
        with scores.open(encoding="utf-8") as stream:
            lines.append(f"  scores written: {sum(1 for _ in stream) - 1:,}")
    return "\n".join(lines)


def _run(command: list[str]) -> str:
    before, wall = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    wall, after = time.perf_counter() - wall, resource.getrusage(resource.RUSAGE_CHILDREN)
    processor = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return f"{processor:5.1f} s of processor, {wall:5.1f} s of wall clock, peak memory {after.ru_maxrss / 1024:,.0f} MB"


def _generate(path: Path) -> None:
    """Write seeded orders over three years; customers differ in how much, how often and until when they buy."""
    duckdb.sql(f"SELECT setseed({SEED})")
    duckdb.sql(f"""
        COPY (SELECT 'C' || lpad((1 + floor(pow(random(), 1.5) * {CUSTOMERS}))::INT::VARCHAR, 6, '0') AS customer_id,
              DATE '{AS_OF}' - (1 + floor(random() * 1095))::INT AS date,
              round(exp(3 + 2 * random()), 2) AS amount, 'O' || i AS order_id FROM range({ORDERS}) t(i))
        TO '{path}' (HEADER)
    """)
