"""Stages: the projections of a sweep as one query, each under a name of its own and read by those after it."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import ibis  # type: ignore[import-untyped]

from sangdo.engine.bulk.expressions.row import Column, Table


class Stages:
    """Collects expressions and writes them as one query; `compiled` writes a single one in the engine's SQL.

    A stage that two others read is kept, or it would be computed twice, and all before it with it. An engine that would
    write a stage's expressions out wherever it is read has to keep all of them (`kept`).
    """

    def __init__(self, compiled: Callable[[Table], str], kept: bool = False) -> None:
        self._compiled = compiled
        self._kept = kept
        self._stages: list[tuple[str, str]] = []

    def add(self, name: str, table: Table) -> Table:
        """Add a stage and return it as a table."""
        return self._added(name, self._compiled(table), table.schema())

    def extend(self, name: str, table: Table, columns: Mapping[str, Column]) -> Table:
        """Add a stage of the columns there are and new ones: they alone are listed, or a query would grow with the
        square of its stages."""
        if not columns:
            return table
        new = table.select(**columns)
        listed = self._compiled(new).replace("SELECT ", "SELECT *, ", 1)
        return self._added(name, listed, ibis.schema({**table.schema(), **new.schema()}))

    def query(self, table: Table) -> str:
        """Return the query that computes a table by way of the stages so far."""
        final = self._compiled(table)
        texts = [*(text for _, text in self._stages), final]
        listed = ", ".join(f"{name} {self._how(name, texts)} ({text})" for name, text in self._stages)
        return f"WITH {listed} {final}" if listed else final

    def _added(self, name: str, text: str, schema: ibis.Schema) -> Table:
        self._stages.append((name, text))
        return ibis.table(schema, name)

    def _how(self, name: str, texts: list[str]) -> str:
        often = sum(f'"{name}"' in text for text in texts) > 1
        return "AS MATERIALIZED" if often or self._kept else "AS"


def stages_of_duckdb() -> Stages:
    """Return an empty query of stages in the SQL of DuckDB."""
    return Stages(lambda table: str(ibis.to_sql(table, dialect="duckdb", pretty=False)))
