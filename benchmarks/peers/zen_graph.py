"""Zen-engine: the workload as a decision graph (JDM), one decision table a question, evaluated with its trace."""

from __future__ import annotations

import json
from itertools import pairwise
from typing import Any, ClassVar

import zen

from sangdo.benchmarks.workload import Outcome, Row, Table, Test, Value, Workload


class ZenTracedPeer:
    """Evaluates with the trace: which row of which table, and the values it read."""

    name = "zen-engine, traced"
    options: ClassVar[Any] = {"trace": True}

    def __init__(self, workload: Workload) -> None:
        self._workload = workload
        self._rows = {row.id: row for row in workload.rows}
        self._decision = zen.ZenEngine().create_decision(json.dumps(decision_graph(workload)))

    def decide(self, customer: dict[str, Value]) -> Any:
        """Return the engine's response: result and trace."""
        return self._decision.evaluate(customer, self.options)

    def outcome(self, customer: dict[str, Value]) -> Outcome:
        """Return the answers and, from the trace, the firings."""
        response = self._decision.evaluate(customer, {"trace": True})
        values = {**customer, **response["result"]}
        fired = {}
        for node in response["trace"].values():
            row = (node.get("traceData") or {}).get("rule", {}).get("_id")
            if row is not None:
                fired[row] = {test.fact: values[test.fact] for test in self._rows[row].tests}
        return Outcome({table.name: values[table.name] for table in self._workload.tables}, fired)


class ZenPeer(ZenTracedPeer):
    """Evaluates for the result alone."""

    name = "zen-engine, no trace"
    options: ClassVar[Any] = {}


def decision_graph(workload: Workload) -> dict[str, Any]:
    """Return the graph: the tables in their chaining order, each passing on what it was given."""
    nodes = [
        {"id": "input", "type": "inputNode", "name": "customer"},
        *(_table(table) for table in workload.tables),
        {"id": "output", "type": "outputNode", "name": "answers"},
    ]
    ids = [str(node["id"]) for node in nodes]
    edges = [
        {"id": f"{here}-{there}", "sourceId": here, "targetId": there, "type": "edge"} for here, there in pairwise(ids)
    ]
    return {"contentType": "application/vnd.gorules.decision", "nodes": nodes, "edges": edges}


def _table(table: Table) -> dict[str, Any]:
    return {
        "id": table.name,
        "type": "decisionTableNode",
        "name": table.name,
        "content": {
            "hitPolicy": "first",
            "passThrough": True,
            "inputs": [{"id": f"in_{fact}", "name": fact, "field": fact} for fact in table.reads],
            "outputs": [{"id": "out", "name": table.name, "field": table.name}],
            "rules": [_rule(table, row) for row in table.rows],
        },
    }


def _rule(table: Table, row: Row) -> dict[str, str]:
    tests = {f"in_{test.fact}": _unary(test) for test in row.tests}
    free = {f"in_{fact}": "" for fact in table.reads}
    return {"_id": row.id, **free, **tests, "out": json.dumps(row.answer)}


def _unary(test: Test) -> str:
    symbol = {"is": "", "is not": "!= ", "at least": ">= ", "less than": "< "}[test.how]
    return symbol + json.dumps(test.value)
