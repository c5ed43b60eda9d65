"""Rulebooks as wide as durable-rules can bear, built directly."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date

from sangdo.engine.explain.evaluation import Evaluator
from sangdo.engine.facts.facts import Facts, Known
from sangdo.engine.inference.engine import Engine
from sangdo.engine.inference.thresholds import resolve_thresholds
from sangdo.engine.inference.trace import Trace
from sangdo.engine.language.errors import Location
from sangdo.engine.language.rulebook import (
    Basis,
    Choose,
    Condition,
    Fact,
    FactType,
    Level,
    Operator,
    Origin,
    Question,
    Rule,
    Rulebook,
    Status,
    Test,
    Text,
    Value,
)
from sangdo.engine.language.strata import arrange_strata

AS_OF = date(2026, 1, 1)
HERE = Location("rules/wide.yaml", 1, 1)
SAME = Text("글", "text")
LABELS = {f"a{n}": SAME for n in range(40)}


def fact(name: str, kind: FactType = FactType.NUMBER, origin: Origin = Origin.GIVEN) -> Fact:
    values = LABELS if kind in (FactType.CHOICE, FactType.CHOICES) else None
    return Fact(name, SAME, kind, origin, Level.CUSTOMER, HERE, values=values, ask=SAME)


def is_(name: str, value: Value) -> Test:
    return Test(name, Operator.IS, (value,), HERE)


def at_least(name: str, value: Value) -> Test:
    return Test(name, Operator.AT_LEAST, (value,), HERE)


def includes(name: str, word: str) -> Test:
    return Test(name, Operator.INCLUDES, (word,), HERE)


def rule(identity: str, when: Condition | None, then: Value = "a1") -> Rule:
    return Rule(identity, SAME, Basis.HOUSE, ("H1",), when, then, None, 1, None, (), None, HERE)


def question(
    name: str, rules: list[Rule], applies: Condition | None = None, choose: Choose = Choose.ALL_THAT_APPLY
) -> Question:
    answers = () if choose is Choose.SUM else tuple(LABELS)
    return Question(
        name, SAME, Level.CUSTOMER, applies, answers, choose, None, "owner", Status.STABLE, tuple(rules), (), HERE
    )  # fmt: skip


def points(identity: str, when: Condition, number: float) -> Rule:
    return replace(rule(identity, when), then=None, points=number)


def rulebook(facts: list[Fact], questions: list[Question]) -> Rulebook:
    kinds = {Choose.SUM: FactType.NUMBER, Choose.ALL_THAT_APPLY: FactType.CHOICES}
    answers = [fact(one.name, kinds.get(one.choose, FactType.CHOICE), Origin.QUESTION) for one in questions]
    known = {one.name: one for one in [*facts, *answers]}
    by_name = {one.name: one for one in questions}
    return Rulebook("1", "", "rules", known, {}, by_name, {}, {}, arrange_strata(by_name, known))


def customer(values: Mapping[str, Value]) -> Facts:
    return Facts("c", AS_OF, {name: Known(value, "given", "a test") for name, value in values.items()})


def decide(book: Rulebook, *customers: Mapping[str, Value]) -> list[Trace]:
    """Run a rulebook on customers, making sure that the evaluator says the same of each."""
    engine, evaluator = Engine(book), Evaluator(book, resolve_thresholds(book, AS_OF, {}))
    try:
        traces = [engine.run(customer(values)) for values in customers]
    finally:
        engine.close()
    for trace in traces:
        evaluated = evaluator.evaluate(trace.facts)
        assert trace.closings == evaluated.closings
        assert trace.values == evaluated.values
        assert len(trace.firings) == sum(len(closing.held) for closing in trace.closings)
    return traces
