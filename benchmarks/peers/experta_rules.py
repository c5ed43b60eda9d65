"""Experta: the workload as one rule a row over a customer fact and the answers, recording what fired on what.

Experta 1.9.4 asks for frozendict 1.2, which reads `collections.Mapping` and so cannot be imported since Python 3.10.
It is installed without that dependency, beside a newer frozendict; its code is used as it is.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from experta import MATCH, Fact, KnowledgeEngine, L, P, Rule

from sangdo.benchmarks.workload import Outcome, Row, Table, Test, Value, Workload


class Customer(Fact):  # type: ignore[misc]
    """One customer with all attributes."""


class Answer(Fact):  # type: ignore[misc]
    """The answer of one table."""


class ExpertaPeer:
    """Declares one customer, runs the rules, and resets."""

    name = "experta"

    def __init__(self, workload: Workload) -> None:
        self._answers = {row.id: (table.name, row.answer) for table in workload.tables for row in table.rows}
        self._trace: list[tuple[str, dict[str, Value]]] = []
        rules = {f"rule_{row.id}": self._rule(table, row) for table in workload.tables for row in table.rows}
        self._engine = type("Tables", (KnowledgeEngine,), rules)()

    def decide(self, customer: dict[str, Value]) -> list[tuple[str, dict[str, Value]]]:
        """Return the rules that fired, each with the facts it matched."""
        self._trace = []
        self._engine.reset()
        self._engine.declare(Customer(**customer))
        self._engine.run()
        return self._trace

    def outcome(self, customer: dict[str, Value]) -> Outcome:
        """Return the answers and firings."""
        fired = dict(self.decide(customer))
        return Outcome(dict(self._answers[rule] for rule in fired), fired)

    def _rule(self, table: Table, row: Row) -> Any:
        own = {test.fact: _pattern(test) for test in row.tests if not test.fact.startswith("table")}
        answers = [test for test in row.tests if test.fact.startswith("table")]
        patterns = [Customer(**own)] if own else []
        patterns += [Answer(question=test.fact, value=_pattern(test)) for test in answers]
        return Rule(*patterns)(self._firing(table, row))

    def _firing(self, table: Table, row: Row) -> Callable[..., None]:
        names = tuple(test.fact for test in row.tests)

        def fire(engine: Any, **matched: Value) -> None:
            self._trace.append((row.id, {name: matched[name] for name in names}))
            engine.declare(Answer(question=table.name, value=row.answer))

        return fire


def _pattern(test: Test) -> Any:
    """Bind the value to a name, for the record, and test it."""
    value: Any = test.value
    bound = getattr(MATCH, test.fact)
    if test.how == "is":
        return bound & L(value)
    if test.how == "is not":
        return bound & ~L(value)
    if test.how == "at least":
        return bound & P(lambda found: found >= value)
    return bound & P(lambda found: found < value)
