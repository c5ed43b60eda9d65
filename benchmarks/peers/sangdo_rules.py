"""Sangdo: the workload as a folder of rule files, decided with its full trace."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import yaml

from sangdo.benchmarks.workload import WORDS, Outcome, Table, Value, Workload
from sangdo.engine.decision.decision import Decider, Decision
from sangdo.engine.facts.facts import Facts, Known
from sangdo.engine.inference.trace import Trace
from sangdo.engine.language.loading import load_rulebook
from sangdo.engine.language.rulebook import Rulebook

AS_OF = date(2026, 1, 1)


class SangdoPeer:
    """Decides by `Decider.decide` (engine, check by the plain evaluator, asks, trace)."""

    name = "sangdo, decided and checked"

    def __init__(self, workload: Workload, folder: Path) -> None:
        self.decider = Decider(write_rulebook(workload, folder))
        self._facts = {id(customer): as_facts(customer) for customer in workload.customers}

    def decide(self, customer: dict[str, Value]) -> Decision:
        """Return the decision with its trace."""
        return self.decider.decide(self._facts[id(customer)])

    def outcome(self, customer: dict[str, Value]) -> Outcome:
        """Return the answers and firings."""
        return outcome_of(self.decide(customer).trace)


class SangdoEnginePeer(SangdoPeer):
    """Runs the inference on durable-rules alone, without check and asks."""

    name = "sangdo, engine alone"

    def decide(self, customer: dict[str, Value]) -> Trace:  # type: ignore[override]
        """Return the trace."""
        return self.decider.engine.run(self._facts[id(customer)])

    def outcome(self, customer: dict[str, Value]) -> Outcome:
        """Return the answers and firings."""
        return outcome_of(self.decide(customer))


def as_facts(customer: dict[str, Value]) -> Facts:
    """Return a customer of the workload as facts."""
    return Facts("bench", AS_OF, {name: Known(value, "given", "workload") for name, value in customer.items()})


def outcome_of(trace: Trace) -> Outcome:
    """Return what a trace says in the terms of the workload."""
    answers = {closing.question: closing.answer for closing in trace.closings}
    return Outcome(answers, {firing.rule: dict(firing.matched) for firing in trace.firings})  # type: ignore[arg-type]


def write_rulebook(workload: Workload, folder: Path) -> Rulebook:
    """Write the workload as rule files and load them."""
    _write(folder / "rulebook.yaml", {"release": "bench", "title": _text("benchmark")})
    _write(folder / "clauses.yaml", {"clauses": {"C1": {"basis": "house", "title": _text("one clause")}}})
    facts = {name: _fact(name, "given") for name in workload.attributes}
    facts |= {table.name: _fact(table.name, "question") for table in workload.tables}
    _write(folder / "vocabulary.yaml", {"facts": facts})
    for table in workload.tables:
        _write(folder / "area" / f"{table.name}.yaml", _question(table))
    return load_rulebook(folder)


def _text(words: str) -> dict[str, str]:
    return {"ko": words, "en": words}


def _fact(name: str, origin: str) -> dict[str, object]:
    kind = name.split("_")[0]
    fact: dict[str, object] = {"label": _text(name), "type": kind if kind in ("number", "flag") else "choice"}
    if fact["type"] == "choice":
        fact["values"] = {word: _text(word) for word in WORDS}
    return fact | {"from": origin, "ask": _text(f"What is {name}?")}


def _question(table: Table) -> dict[str, object]:
    rules = [
        {
            "id": row.id,
            "title": _text(row.id),
            "basis": "house",
            "clauses": ["C1"],
            "when": {test.fact: test.value if test.how == "is" else {test.how: test.value} for test in row.tests},
            "then": row.answer,
        }
        for row in table.rows
    ]
    return {
        "question": table.name,
        "title": _text(table.name),
        "answers": list(WORDS),
        "choose": "exactly_one",
        "owner": "benchmarks",
        "status": "stable",
        "rules": rules,
    }


def _write(path: Path, content: object) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    text = yaml.safe_dump(content, sort_keys=False, allow_unicode=True)
    path.write_text(f"# yaml-language-server: $schema=unused.json\n{text}", encoding="utf-8")
