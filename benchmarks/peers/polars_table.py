"""Polars: the workload as one lazy query, a `with_columns` a stratum, as one writes it by hand."""

from __future__ import annotations

from collections.abc import Callable
from functools import reduce
from operator import and_

import polars
import pyarrow

from sangdo.benchmarks.workload import Table, Test, Workload


class PolarsPeer:
    """Answers and the rule that gave each of them, a column each."""

    name = "Polars, a column a table"

    def __init__(self, workload: Workload, customers: pyarrow.Table) -> None:
        self._workload = workload
        self._customers: polars.DataFrame = polars.from_arrow(customers)  # type: ignore[assignment]

    def decide(self) -> polars.DataFrame:
        """Return the decisions of all customers."""
        return self._query().collect()

    def decisions(self) -> pyarrow.Table:
        """Return the decisions for the comparison: customer_id, the answers, and `fired`, in chaining order."""
        return self.decide().with_columns(self._fired()).select(*self._named("fired")).to_arrow()

    def _query(self) -> polars.LazyFrame:
        query = self._customers.lazy()
        for stratum in self._workload.strata:
            query = query.with_columns(*(column for table in stratum for column in _decided(table)))
        rules = [f"rule_of_{table.name}" for table in self._workload.tables]
        return query.select(*self._named(*rules))

    def _named(self, *others: str) -> list[str]:
        return ["customer_id", *(table.name for table in self._workload.tables), *others]

    def _fired(self) -> polars.Expr:
        rules = [f"rule_of_{table.name}" for table in self._workload.tables]
        return polars.concat_list(rules).alias("fired")


class PolarsListPeer(PolarsPeer):
    """Answers, and the rules that gave them as one list a customer."""

    name = "Polars, rules as a list"

    def decisions(self) -> pyarrow.Table:
        """Return the decisions for the comparison."""
        return self.decide().to_arrow()

    def _query(self) -> polars.LazyFrame:
        return super()._query().with_columns(self._fired()).select(*self._named("fired"))


def _decided(table: Table) -> tuple[polars.Expr, polars.Expr]:
    """The answer of a table and the rule that gave it: two chains over the same conditions, which Polars shares."""
    conditions = [reduce(and_, map(_condition, row.tests)) for row in table.rows]
    answers = _chain(conditions, [row.answer for row in table.rows])
    rules = _chain(conditions, [row.id for row in table.rows])
    return answers.alias(table.name), rules.alias(f"rule_of_{table.name}")


def _chain(conditions: list[polars.Expr], words: list[str]) -> polars.Expr:
    """when ... then ... when ... then, null where nothing holds."""
    first, *others = zip(conditions, words, strict=True)
    chain: polars.Expr = polars.when(first[0]).then(polars.lit(first[1]))
    for condition, word in others:
        chain = chain.when(condition).then(polars.lit(word))  # type: ignore[attr-defined]
    return chain


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
