"""Hand-written durable-rules programs: rules that chain by asserted facts, recording what fired on what.

Both follow the way of its documentation, within what it gets right: a ruleset with one callback a rule on a Host,
facts asserted, the rules joined over them, answers asserted inside the callbacks, the session's state deleted
after each customer. They differ in the facts: the first asserts small ones, one an attribute, the second one wide
fact a customer.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from durable.engine import Host

from sangdo.benchmarks.workload import Outcome, Row, Table, Test, Value, Workload

RULESET = "bench"
SESSION = "1"
OPERATORS = {"is": "", "is not": "$neq", "at least": "$gte", "less than": "$lt"}


class _QuietHost(Host):  # type: ignore[misc]
    """A host without its two timer threads, which would only take time from the program."""

    def _run(self) -> None:
        return


class SmallFactsPeer:
    """Asserts each attribute as a fact {f, v} and joins the rules over them."""

    name = "durable-rules, small facts"

    def __init__(self, workload: Workload) -> None:
        self._read = {name for table in workload.tables for name in table.reads}
        self._trace: list[tuple[str, dict[str, Value]]] = []
        rules = {row.id: self._rule(table, row) for table in workload.tables for row in table.rows}
        self._host = _QuietHost({RULESET: rules})

    def decide(self, customer: dict[str, Value]) -> list[tuple[str, dict[str, Value]]]:
        """Return the rules that fired, each with the facts it matched."""
        self._trace = []
        self._host.assert_facts(RULESET, self._facts(customer))
        self._host.delete_state(RULESET, SESSION)
        return self._trace

    def outcome(self, customer: dict[str, Value]) -> Outcome:
        """Return the answers and firings."""
        fired = dict(self.decide(customer))
        return Outcome(self._answers(fired), fired)

    def _facts(self, customer: dict[str, Value]) -> list[dict[str, Any]]:
        return [{"sid": SESSION, "f": name, "v": value} for name, value in customer.items() if name in self._read]

    def _rule(self, table: Table, row: Row) -> dict[str, Any]:
        names = tuple(f"m{number}" for number in range(len(row.tests)))
        joined = [{name: self._pattern(test)} for name, test in zip(names, row.tests, strict=True)]
        self._row_answers = {**getattr(self, "_row_answers", {}), row.id: (table.name, row.answer)}
        return {"all": joined, "run": self._callback(table, row, names)}

    def _pattern(self, test: Test) -> dict[str, Any]:
        return {"$and": [{"f": test.fact}, _expression("v", test)]}

    def _callback(self, table: Table, row: Row, names: tuple[str, ...]) -> Callable[[Any], None]:
        rule, answer = row.id, {"sid": SESSION, "f": table.name, "v": row.answer}
        chains = table.name in self._read

        def fire(c: Any) -> None:
            matched = [getattr(c, name) for name in names]
            self._trace.append((rule, {fact.f: fact.v for fact in matched}))
            if chains:
                c.assert_fact(answer)

        return fire

    def _answers(self, fired: dict[str, dict[str, Value]]) -> dict[str, Value]:
        return dict(self._row_answers[rule] for rule in fired)


class WideFactPeer(SmallFactsPeer):
    """Asserts one fact a customer with all attributes, and each answer as a fact of its own."""

    name = "durable-rules, one wide fact"

    def _facts(self, customer: dict[str, Value]) -> list[dict[str, Any]]:
        return [{"sid": SESSION, "kind": "customer", **customer}]

    def _rule(self, table: Table, row: Row) -> dict[str, Any]:
        own = [test for test in row.tests if not test.fact.startswith("table")]
        answers = [test for test in row.tests if test.fact.startswith("table")]
        joined: list[dict[str, Any]] = []
        if own:
            tests = [_expression(test.fact, test) for test in own]
            joined.append({"customer": {"$and": [{"kind": "customer"}, *tests]}})
        joined += [{f"m{n}": self._pattern(test)} for n, test in enumerate(answers)]
        self._row_answers = {**getattr(self, "_row_answers", {}), row.id: (table.name, row.answer)}
        names = tuple(f"m{n}" for n in range(len(answers)))
        return {"all": joined, "run": self._wide_callback(table, row, tuple(test.fact for test in own), names)}

    def _wide_callback(
        self, table: Table, row: Row, own: tuple[str, ...], names: tuple[str, ...]
    ) -> Callable[[Any], None]:
        rule, answer = row.id, {"sid": SESSION, "f": table.name, "v": row.answer}
        chains = table.name in self._read

        def fire(c: Any) -> None:
            matched = {fact: getattr(c.customer, fact) for fact in own} if own else {}
            for name in names:
                fact = getattr(c, name)
                matched[fact.f] = fact.v
            self._trace.append((rule, matched))
            if chains:
                c.assert_fact(answer)

        return fire


def _expression(name: str, test: Test) -> dict[str, Any]:
    operator = OPERATORS[test.how]
    return {operator: {name: test.value}} if operator else {name: test.value}
