"""Stages: the projections of a sweep as one query, each under a name of its own and read by those after it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import ibis  # type: ignore[import-untyped]
import ibis.expr.operations as ops  # type: ignore[import-untyped]

from sangdo.engine.bulk.expressions.row import Column, Table


@dataclass(frozen=True, slots=True)
class _Stage:
    text: str
    reads: frozenset[str]
    """The names of the tables that it reads, other stages among them."""


class Stages:
    """Collects expressions and writes them as one query; `compiled` writes a single one in the engine's SQL.

    A stage that two others read is kept, or it would be computed twice, and all before it with it. An engine that would
    write a stage's expressions out wherever it is read has to keep all of them (`kept`).
    """

    def __init__(self, compiled: Callable[[Table], str], kept: bool = False) -> None:
        self._compiled = compiled
        self._kept = kept
        self._stages: dict[str, _Stage] = {}

    def add(self, name: str, table: Table) -> Table:
        """Add a stage and return it as a table."""
        return self._added(name, self._compiled(table), table, table.schema())

    def extend(self, name: str, table: Table, columns: Mapping[str, Column]) -> Table:
        """Add a stage of the columns there are and new ones: they alone are listed, or a query would grow with the
        square of its stages."""
        if not columns:
            return table
        new = table.select(**columns)
        listed = self._compiled(new).replace("SELECT ", "SELECT *, ", 1)
        return self._added(name, listed, table, ibis.schema({**table.schema(), **new.schema()}))

    def query(self, table: Table) -> str:
        """Return the query that computes a table by way of the stages that it needs."""
        needed = self._needed(table)
        often = Counter(name for one in (_reads(table), *(self._stages[n].reads for n in needed)) for name in one)
        listed = ", ".join(
            f"{name} {'AS MATERIALIZED' if self._kept or often[name] > 1 else 'AS'} ({stage.text})"
            for name, stage in self._stages.items()
            if name in needed
        )
        final = self._compiled(table)
        return f"WITH {listed} {final}" if listed else final

    def _needed(self, table: Table) -> set[str]:
        needed = set(_reads(table) & self._stages.keys())
        for name in reversed(self._stages):
            if name in needed:
                needed |= self._stages[name].reads & self._stages.keys()
        return needed

    def _added(self, name: str, text: str, read: Table, schema: ibis.Schema) -> Table:
        self._stages[name] = _Stage(text, _reads(read))
        return ibis.table(schema, name)


def _reads(table: Table) -> frozenset[str]:
    return frozenset(one.name for one in table.op().find(ops.PhysicalTable))


def stages_of_duckdb() -> Stages:
    """Return an empty query of stages in the SQL of DuckDB."""
    return Stages(lambda table: str(ibis.to_sql(table, dialect="duckdb", pretty=False)))
