"""Clipspy: the workload as defrules over one customer fact and the answers, recording what fired on what."""

from __future__ import annotations

import clips

from sangdo.benchmarks.workload import Outcome, Row, Table, Test, Value, Workload

RECORD = "record-firing"


class ClipsPeer:
    """Asserts one customer, runs the rules, and clears the facts."""

    name = "clipspy"

    def __init__(self, workload: Workload) -> None:
        self._trace: list[tuple[str, dict[str, Value]]] = []
        self._answers = {row.id: (table.name, row.answer) for table in workload.tables for row in table.rows}
        self._facts = {row.id: tuple(test.fact for test in row.tests) for row in workload.rows}
        self._environment = clips.Environment()
        self._environment.define_function(self._record, name=RECORD)
        slots = " ".join(f"(slot {name})" for name in workload.attributes)
        self._environment.build(f"(deftemplate customer {slots})")
        self._environment.build("(deftemplate answer (slot question) (slot value))")
        for table in workload.tables:
            for row in table.rows:
                self._environment.build(_defrule(table, row))
        self._template = self._environment.find_template("customer")

    def decide(self, customer: dict[str, Value]) -> list[tuple[str, dict[str, Value]]]:
        """Return the rules that fired, each with the facts it matched."""
        self._trace = []
        self._environment.reset()
        self._template.assert_fact(**{name: _atom(value) for name, value in customer.items()})
        self._environment.run()
        return self._trace

    def outcome(self, customer: dict[str, Value]) -> Outcome:
        """Return the answers and firings."""
        fired = {
            rule: {name: _plain(name, value) for name, value in matched.items()}
            for rule, matched in self.decide(customer)
        }
        return Outcome(dict(self._answers[rule] for rule in fired), fired)

    def _record(self, rule: str, *values: Value) -> None:
        self._trace.append((str(rule), dict(zip(self._facts[str(rule)], values, strict=True))))


def _defrule(table: Table, row: Row) -> str:
    own = [test for test in row.tests if not test.fact.startswith("table")]
    answers = [test for test in row.tests if test.fact.startswith("table")]
    patterns = [f"(customer {' '.join(f'({test.fact} {_constraint(test)})' for test in own)})"] if own else []
    patterns += [f"(answer (question {test.fact}) (value {_constraint(test)}))" for test in answers]
    read = " ".join(f"?{test.fact}" for test in row.tests)
    return (
        f"(defrule {row.id} {' '.join(patterns)} => ({RECORD} {row.id} {read}) "
        f"(assert (answer (question {table.name}) (value {row.answer}))))"
    )


def _constraint(test: Test) -> str:
    """Bind the value to a variable, for the record, and test it."""
    variable = f"?{test.fact}"
    if test.how == "is":
        return f"{variable}&{_atom(test.value)}"
    if test.how == "is not":
        return f"{variable}&~{_atom(test.value)}"
    symbol = ">=" if test.how == "at least" else "<"
    return f"{variable}&:({symbol} {variable} {test.value})"


def _atom(value: Value) -> clips.Symbol | float:
    if isinstance(value, bool):
        return clips.Symbol("TRUE" if value else "FALSE")
    return clips.Symbol(value) if isinstance(value, str) else value


def _plain(name: str, value: Value) -> Value:
    if name.startswith("flag"):
        return str(value) == "TRUE"
    return str(value) if isinstance(value, str) else value
