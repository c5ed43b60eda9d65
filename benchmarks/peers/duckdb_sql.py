"""DuckDB: the workload as one query by hand, a nested SELECT a stratum and a CASE a table."""

# The SQL here is made of the workload's own words.
# ruff: noqa: S608

from __future__ import annotations

import duckdb
import pyarrow

from sangdo.benchmarks.workload import Table, Test, Workload

SYMBOLS = {"is": "=", "is not": "<>", "at least": ">=", "less than": "<"}


class DuckDBPeer:
    """Answers and the rule that gave each of them, a column each, into a table of DuckDB."""

    name = "DuckDB SQL, a column a table"
    as_list = False

    def __init__(self, workload: Workload, customers: pyarrow.Table) -> None:
        self._workload = workload
        self._connection = duckdb.connect()
        self._connection.execute("SET enable_progress_bar = false")
        self._connection.register("given", customers)
        self._connection.execute("CREATE TABLE customers AS SELECT * FROM given")
        self._query = decisions_sql(workload, as_list=self.as_list)

    def decide(self) -> None:
        """Decide all customers into a table."""
        self._connection.execute(f"CREATE OR REPLACE TABLE decisions AS {self._query}")

    def decisions(self) -> pyarrow.Table:
        """Return the decisions for the comparison: customer_id, the answers, and `fired`, in chaining order."""
        query = decisions_sql(self._workload, as_list=True)
        return self._connection.sql(query).to_arrow_table()


class DuckDBListPeer(DuckDBPeer):
    """Answers, and the rules that gave them as one list a customer."""

    name = "DuckDB SQL, rules as a list"
    as_list = True


def decisions_sql(workload: Workload, *, as_list: bool) -> str:
    """Return the query over `customers`: customer_id, the answers and their rules, as columns or as one list."""
    query = "customers"
    for stratum in workload.strata:
        columns = ",\n".join(_decided(table) for table in stratum)
        query = f"(SELECT *,\n{columns}\nFROM {query})"
    answers = ", ".join(table.name for table in workload.tables)
    rules = ", ".join(f"rule_of_{table.name}" for table in workload.tables)
    return f"SELECT customer_id, {answers}, {f'[{rules}] AS fired' if as_list else rules} FROM {query}"


def _decided(table: Table) -> str:
    conditions = [" AND ".join(map(_condition, row.tests)) for row in table.rows]
    answers = " ".join(f"WHEN {one} THEN '{row.answer}'" for one, row in zip(conditions, table.rows, strict=True))
    rules = " ".join(f"WHEN {one} THEN '{row.id}'" for one, row in zip(conditions, table.rows, strict=True))
    return f"CASE {answers} END AS {table.name}, CASE {rules} END AS rule_of_{table.name}"


def _condition(test: Test) -> str:
    if isinstance(test.value, bool):
        return test.fact if test.value else f"NOT {test.fact}"
    return f"{test.fact} {SYMBOLS[test.how]} {test.value!r}"
