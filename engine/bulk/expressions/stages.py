"""Stages: the projections of a sweep as one query, each under a name of its own and read by those after it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import ibis  # type: ignore[import-untyped]
import ibis.expr.operations as ops  # type: ignore[import-untyped]

from sangdo.engine.bulk.expressions.row import Table


class Stages:
    """Collects expressions and writes them as one query; `compiled` writes a single one in the engine's SQL.

    A stage that two others read is kept, or it would be computed twice, and all before it with it. An engine that would
    write a stage's expressions out wherever it is read has to keep all of them (`kept`).
    """

    def __init__(self, compiled: Callable[[Table], str], kept: bool = False) -> None:
        self._compiled = compiled
        self._kept = kept
        self._stages: list[tuple[str, str]] = []

    def __call__(self, name: str, table: Table) -> Table:
        """Add a stage and return it as a table."""
        self._stages.append((name, self._written(table)))
        return ibis.table(table.schema(), name)

    def _written(self, table: Table) -> str:
        """The SQL of a stage; what it only adds to is not listed column by column, which grows with each stage."""
        op = table.op()
        if not isinstance(op, ops.Project):
            return self._compiled(table)
        before, values = op.parent.to_expr(), op.values
        added = {name: value.to_expr() for name, value in values.items() if name not in before.columns}
        if not added or list(values) != [*before.columns, *added]:
            return self._compiled(table)
        if any(not _is_same(values[name], op.parent, name) for name in before.columns):
            return self._compiled(table)
        return self._compiled(before.select(**added)).replace("SELECT ", "SELECT *, ", 1)

    def query(self, table: Table) -> str:
        """Return the query that computes a table by way of the stages so far."""
        final = self._compiled(table)
        texts = [*(text for _, text in self._stages), final]
        listed = ", ".join(f"{name} {self._how(name, texts)} ({text})" for name, text in self._stages)
        return f"WITH {listed} {final}" if listed else final

    def _how(self, name: str, texts: list[str]) -> str:
        often = sum(f'"{name}"' in text for text in texts) > 1
        return "AS MATERIALIZED" if often or self._kept else "AS"


def _is_same(value: Any, parent: Any, name: str) -> bool:
    return isinstance(value, ops.Field) and value.rel == parent and value.name == name
