"""Measuring: a million orders of 50,000 customers through sangdo's measures, in a process of its own."""

from __future__ import annotations

import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import duckdb

ORDERS = 1_000_000
CUSTOMERS = 50_000
AS_OF = "2026-01-01"
SEED = 0.42
OURS = "measure --orders {orders} --as-of {as_of} -q -o {scores}"

SIMPLE = """
COPY (
  WITH days AS (SELECT customer_id, date, sum(amount) AS size FROM read_csv('{orders}')
             WHERE date <= '{as_of}' GROUP BY ALL),
  gaps AS (SELECT *, date - lag(date) OVER (PARTITION BY customer_id ORDER BY date) AS gap FROM days),
  months AS (SELECT customer_id, date_trunc('month', date) AS month, sum(size) AS volume FROM days GROUP BY ALL),
  totals AS (SELECT customer_id, sum(volume) FILTER (month >= DATE '{as_of}' - INTERVAL 12 MONTH) / 4 AS contribution,
             stddev_pop(volume) / avg(volume) AS variation, count(*) AS active FROM months GROUP BY ALL),
  rhythm AS (SELECT customer_id, quantile_cont(gap, 0.8) AS usual, median(size) AS median_size,
             max(date) AS last_order FROM gaps GROUP BY ALL)
  SELECT customer_id, contribution, 1 / (1 + variation) AS months,
         least(1, usual / greatest(1, DATE '{as_of}' - last_order)) AS rhythm
  FROM totals JOIN rhythm USING (customer_id) ORDER BY customer_id
) TO '{scores}' (HEADER)
"""
"""Roughly the same scans, groups and windows by hand, without checks of the rows, exact sums, standing or seasons."""


def measure_measuring() -> str:
    """Generate the orders, measure them, and return seconds and peak memory beside simplified SQL by hand."""
    with tempfile.TemporaryDirectory(prefix="sangdo-bench-") as folder:
        orders, scores = Path(folder) / "orders.csv", Path(folder) / "scores.csv"
        _generate(orders)
        names = {"orders": orders, "scores": scores, "as_of": AS_OF}
        ours = [sys.executable, "-m", "sangdo", *OURS.format(**names).split()]
        by_hand = [sys.executable, "-c", f"import duckdb; duckdb.sql({SIMPLE.format(**names)!r})"]
        lines = [f"Measuring: {ORDERS:,} orders of {CUSTOMERS:,} customers in CSV to scores in CSV, whole processes"]
        # The simple one first: the peak memory of children only ever grows.
        for name, command in (("simplified SQL on DuckDB", by_hand), ("sangdo measure", ours)):
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
    """)  # noqa: S608 - numbers of this module
