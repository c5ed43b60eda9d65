"""The measures in SQL by hand are the same measures: what is compared in speed is equal in meaning."""

from __future__ import annotations

from datetime import date

import duckdb
import pytest

from sangdo.benchmarks.measures_by_hand import measures_sql
from sangdo.benchmarks.measuring import check_measures, ours_sql
from sangdo.benchmarks.workload import Difference

AS_OF = date(2025, 8, 31)
# Orders of several rows, without an id, with and without a margin, returns, customers with returns only, later rows.
ORDERS = """
CREATE TABLE orders AS
SELECT 'C' || c AS customer_id,
       DATE '2025-10-01' - (pow(chance(i, 'day'), 1 + chance(c, 'age')) * 1200)::INTEGER AS date,
       round(exp(8 * chance(i, 'amount')) * CASE WHEN chance(i, 'return') < 0.15 OR c % 50 = 0 THEN -1 ELSE 1 END, 2)
         AS amount,
       CASE WHEN chance(i, 'id') < 0.7 THEN 'O' || (i // 3) END AS order_id,
       CASE WHEN chance(i, 'rated') < 0.4 THEN round(chance(i, 'margin'), 3) END AS margin
FROM (SELECT i, (pow(chance(i, 'customer'), 2) * 400)::INTEGER AS c FROM range(4000) AS t(i))
"""


@pytest.fixture
def connection() -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect()
    connection.execute("CREATE MACRO chance(i, place) AS (hash(i, place) >> 11)::DOUBLE / 9007199254740992")
    connection.execute(ORDERS)
    connection.execute(f"CREATE TABLE ours AS {ours_sql(AS_OF)}")
    connection.execute(f"CREATE TABLE theirs AS {measures_sql(AS_OF)}")
    return connection


def test_measures_by_hand_are_equal_in_every_column(connection: duckdb.DuckDBPyConnection) -> None:
    check_measures(connection, "ours", "theirs")


def test_the_compared_orders_have_every_standing_and_gaps_in_what_is_known(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    found = connection.execute(
        "SELECT count(DISTINCT standing), count(*) - count(stability), count(*) - count(volume_trend) FROM ours"
    ).fetchall()[0]
    assert found[0] == 3
    assert found[1] > 0
    assert found[2] > 0


@pytest.mark.parametrize(
    ("column", "change"),
    [
        ("stability", "UPDATE theirs SET stability = stability + 1e-6 WHERE customer_id = 'C1'"),
        ("orders_last_year", "UPDATE theirs SET orders_last_year = 99 WHERE customer_id = 'C1'"),
        ("contribution", "UPDATE theirs SET contribution = NULL WHERE customer_id = 'C1'"),
    ],
)
def test_a_figure_that_differs_is_named(connection: duckdb.DuckDBPyConnection, column: str, change: str) -> None:
    connection.execute(change)
    with pytest.raises(Difference, match=f"^{column} of C1"):
        check_measures(connection, "ours", "theirs")
