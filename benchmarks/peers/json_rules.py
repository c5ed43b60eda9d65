"""json-rules-engine: the workload as JSON rules, run by a Node process that times itself.

npm installs the package into a temporary folder when the benchmark starts.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

from sangdo.benchmarks.rounds import Taken
from sangdo.benchmarks.workload import Outcome, Row, Table, Value, Workload

PACKAGE = "json-rules-engine"
VERSION = "7.3.1"
PROGRAM = Path(__file__).with_suffix(".js")
OPERATORS = {
    "is": "equal",
    "is not": "notEqual",
    "at least": "greaterThanInclusive",
    "less than": "lessThan",
}


class Missing(Exception):
    """Node or the package is not there; the message says which."""


class JsonRulesPeer:
    """A Node process that holds the rules and the customers, and decides all of them at each call."""

    name = "json-rules-engine"

    def __init__(self, workload: Workload, folder: Path) -> None:
        self._answers = {row.id: (table.name, row.answer) for table in workload.tables for row in table.rows}
        self._process = subprocess.Popen(
            ["node", str(PROGRAM)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            encoding="utf-8",
            env={**os.environ, "NODE_PATH": str(_installed(folder))},
        )
        self._asked(json.dumps({"rules": rules_of(workload), "customers": workload.customers}))

    def decide_all(self) -> Taken:
        """Decide all customers once and return the seconds that Node took."""
        told = self._asked("time")
        return Taken(told["processor"], told["wall"])

    def outcomes(self) -> list[Outcome]:
        """Return the answers and firings of all customers."""
        return [self._outcome(trace) for trace in self._asked("tell")["traces"]]

    def close(self) -> None:
        """End the Node process."""
        self._process.communicate()

    def _outcome(self, trace: list[tuple[str, dict[str, Value]]]) -> Outcome:
        fired = dict(trace)
        return Outcome(dict(self._answers[rule] for rule in fired), fired)

    def _asked(self, line: str) -> Any:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(line + "\n")
        self._process.stdin.flush()
        return json.loads(self._process.stdout.readline())


def rules_of(workload: Workload) -> list[dict[str, Any]]:
    """Return the rules in JSON: those of a stratum before those of the next, by priority."""
    strata = len(workload.strata)
    return [
        _rule(table, row, strata - number)
        for number, stratum in enumerate(workload.strata)
        for table in stratum
        for row in table.rows
    ]


def _rule(table: Table, row: Row, priority: int) -> dict[str, Any]:
    tests = [{"fact": test.fact, "operator": OPERATORS[test.how], "value": test.value} for test in row.tests]
    event = {"type": "answer", "params": {"table": table.name, "answer": row.answer}}
    return {"name": row.id, "priority": priority, "conditions": {"all": tests}, "event": event}


def _installed(folder: Path) -> Path:
    """Have npm install the package to a folder, and return the folder of modules. Raises Missing without Node."""
    npm = shutil.which("npm")
    if npm is None or shutil.which("node") is None:
        raise Missing("node and npm are not installed")
    wanted = f"{PACKAGE}@{VERSION}"
    command = [npm, "install", "--prefix", str(folder), "--no-audit", "--no-fund", "--silent", wanted]
    if subprocess.run(command, capture_output=True, check=False).returncode:
        raise Missing(f"npm could not install {wanted}")
    return folder / "node_modules"
