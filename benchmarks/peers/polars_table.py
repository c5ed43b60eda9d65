"""Polars: the workload as one lazy query, a `with_columns` a stratum, as one writes it by hand."""

from __future__ import annotations

from collections.abc import Callable
from functools import reduce
from operator import and_
from typing import Any

import polars
import pyarrow

from sangdo.benchmarks.workload import WORDS, Table, Test, Workload


class PolarsPeer:
    """Answers and the rule that gave each of them, as columns of strings."""

    name = "Polars, columns of strings"

    def __init__(self, workload: Workload, customers: pyarrow.Table) -> None:
        self._tables = [table.name for table in workload.tables]
        self._rules = [f"rule_of_{table.name}" for table in workload.tables]
        self._strata = workload.strata
        self._words: polars.Enum | None = None
        self._ids: polars.Enum | None = None
        self._customers: polars.DataFrame = polars.from_arrow(customers)  # type: ignore[assignment]

    def decide(self) -> polars.DataFrame:
        """Return the decisions of all customers."""
        return self._query().collect()

    def decisions(self) -> pyarrow.Table:
        """Return the decisions for the comparison: customer_id, the answers, and `fired`, in chaining order."""
        fired = polars.concat_list(self._rules).cast(polars.List(polars.String)).alias("fired")
        answers = polars.col(*self._tables).cast(polars.String)
        return self.decide().select("customer_id", answers, fired).to_arrow()

    def _query(self) -> polars.LazyFrame:
        return self._decided().select("customer_id", *self._tables, *self._rules)

    def _decided(self) -> polars.LazyFrame:
        query = self._customers.lazy()
        for stratum in self._strata:
            query = query.with_columns(*(column for table in stratum for column in self._columns(table)))
        return query

    def _columns(self, table: Table) -> tuple[polars.Expr, polars.Expr]:
        """The answer of a table and the rule that gave it: two chains over the same conditions, which Polars shares."""
        conditions = [reduce(and_, map(_condition, row.tests)) for row in table.rows]
        answers = _chain(conditions, [row.answer for row in table.rows], self._words)
        rules = _chain(conditions, [row.id for row in table.rows], self._ids)
        return answers.alias(table.name), rules.alias(f"rule_of_{table.name}")


class PolarsEnumPeer(PolarsPeer):
    """The same with columns of Polars' own Enum, a byte each: its quickest form."""

    name = "Polars, columns of Enum"

    def __init__(self, workload: Workload, customers: pyarrow.Table) -> None:
        super().__init__(workload, customers)
        self._words, self._ids = polars.Enum(WORDS), polars.Enum([row.id for row in workload.rows])


class PolarsListPeer(PolarsPeer):
    """Answers as strings, and the rules that gave them as one list of strings a customer.

    Measured to be the quickest way to such a list: Enum columns put into an array, and turned to strings at the end.
    """

    name = "Polars, rules as a list"

    def __init__(self, workload: Workload, customers: pyarrow.Table) -> None:
        super().__init__(workload, customers)
        self._ids = polars.Enum([row.id for row in workload.rows])

    def decisions(self) -> pyarrow.Table:
        """Return the decisions for the comparison."""
        return self.decide().to_arrow()

    def _query(self) -> polars.LazyFrame:
        fired = polars.concat_arr(self._rules).arr.to_list().cast(polars.List(polars.String)).alias("fired")
        return self._decided().select("customer_id", *self._tables, fired)


def _chain(conditions: list[polars.Expr], words: list[str], kind: polars.Enum | None) -> polars.Expr:
    """when ... then ... when ... then, null where nothing holds."""
    first, *others = zip(conditions, words, strict=True)
    chain: Any = polars.when(first[0]).then(polars.lit(first[1], dtype=kind))
    for condition, word in others:
        chain = chain.when(condition).then(polars.lit(word, dtype=kind))
    return chain  # type: ignore[no-any-return]


def _condition(test: Test) -> polars.Expr:
    column = polars.col(test.fact)
    if isinstance(test.value, bool):
        return column if test.value else ~column
    comparisons: dict[str, Callable[[object], polars.Expr]] = {
        "is": column.eq,
        "is not": column.ne,
        "at least": column.ge,
        "less than": column.lt,
    }
    return comparisons[test.how](test.value)
