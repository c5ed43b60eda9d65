"""Every operator on every type of fact, at and beside its literal: held, negated, and failed in a sum."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta

import pytest

from sangdo.engine.explain.evaluation import Evaluator
from sangdo.engine.inference.engine import Engine
from sangdo.engine.inference.thresholds import resolve_thresholds
from sangdo.engine.language.rulebook import (
    AnyOf,
    Choose,
    Condition,
    FactType,
    NoneOf,
    Operand,
    Operator,
    Rulebook,
    Threshold,
    ThresholdName,
    Value,
)
from sangdo.engine.language.rulebook import Test as FactTest
from sangdo.engine.language.values import LARGEST
from sangdo.tests.inference.wide import AS_OF, HERE, SAME, customer, fact, points, question, rule, rulebook

NUMBERS = (0.1 + 0.2, 3, -0.0, 1e-7, 1e15, 2**53, -(2**53), 5e-324)
DATES = (date(2024, 2, 29), date(1, 1, 1), date(9999, 12, 31))
TEXTS = ("", "가나다", 'a "b" \\ c', "tab\tand\nline", "\\u0041", "1", "true", "😀")
WORDS = ("a1", "a2", "a3")
ORDERED = (Operator.AT_LEAST, Operator.MORE_THAN, Operator.AT_MOST, Operator.LESS_THAN)


def beside(value: Value) -> Iterator[Value]:
    """A literal's value, and those that are all but equal to it."""
    yield value
    if isinstance(value, bool):
        yield not value
    elif isinstance(value, date):
        yield from (value + timedelta(days) for days in (-1, 1) if date.min < value < date.max)
    elif isinstance(value, (int, float)):
        yield from (float(value), -value, math.nextafter(value, math.inf), math.nextafter(value, -math.inf))
        yield from (value - 1, value + 1)
    elif isinstance(value, str):
        yield from (value + " ", value + "x", value.upper(), value[:-1])


def truth(operator: Operator, operands: tuple[Value, ...], value: Value) -> bool:
    """What an operator means, said again."""
    first, last = operands[0], operands[-1]
    match operator:
        case Operator.IS | Operator.ONE_OF:
            return value in operands
        case Operator.IS_NOT:
            return value not in operands
        case Operator.INCLUDES:
            return bool(set(operands) & set(value))  # type: ignore[arg-type]
        case Operator.BETWEEN:
            return bool(first <= value <= last)  # type: ignore[operator]
        case Operator.AT_LEAST:
            return bool(value >= first)  # type: ignore[operator]
        case Operator.AT_MOST:
            return bool(value <= first)  # type: ignore[operator]
        case Operator.MORE_THAN:
            return bool(value > first)  # type: ignore[operator]
    assert operator is Operator.LESS_THAN
    return bool(value < first)  # type: ignore[operator]


def cases() -> Iterator[tuple[FactType, Operator, tuple[Value, ...]]]:
    for kind, literals in ((FactType.NUMBER, NUMBERS), (FactType.DATE, DATES)):
        for one in literals:
            yield from ((kind, operator, (one,)) for operator in (*ORDERED, Operator.IS, Operator.IS_NOT))
    for kind, low, high in ((FactType.NUMBER, 0.1 + 0.2, 3), (FactType.DATE, DATES[1], DATES[0])):
        yield kind, Operator.BETWEEN, (low, high)
        yield kind, Operator.ONE_OF, (low, high)
    for text in TEXTS:
        yield from ((FactType.TEXT, operator, (text,)) for operator in (Operator.IS, Operator.IS_NOT))
    yield FactType.TEXT, Operator.ONE_OF, TEXTS
    for kind, value in ((FactType.FLAG, True), (FactType.FLAG, False), (FactType.CHOICE, "a1")):
        yield from ((kind, operator, (value,)) for operator in (Operator.IS, Operator.IS_NOT))
    yield FactType.CHOICE, Operator.ONE_OF, WORDS
    yield FactType.CHOICES, Operator.INCLUDES, ("a1",)
    yield FactType.CHOICES, Operator.INCLUDES, WORDS


def values_for(kind: FactType, operands: tuple[Value, ...]) -> list[Value]:
    if kind is FactType.CHOICE:
        return [*WORDS, "a4"]
    if kind is FactType.CHOICES:
        return [frozenset(), frozenset(["a1"]), frozenset(["a2"]), frozenset(["a4"]), frozenset(["a1", "a3", "a4"])]
    near = [value for operand in operands for value in beside(operand)]
    return [value for value in near if not isinstance(value, (int, float)) or abs(value) <= LARGEST]


def asking(kind: FactType, test: Condition) -> Rulebook:
    """A rulebook that asks for a test in four ways: held, negated, failed in a sum, and its negation failed."""
    negated, either = NoneOf((test,)), AnyOf((test,))
    return rulebook(
        [fact("x", kind)],
        [
            question("held", [rule("R-1", test)]),
            question("negated", [rule("R-2", negated)]),
            question("sum", [points("R-3", either, 1)], None, Choose.SUM),
            question("negated_sum", [points("R-4", negated, 1)], None, Choose.SUM),
        ],
    )


@pytest.mark.parametrize(("kind", "operator", "operands"), list(cases()))
def test_an_operator_means_the_same_to_engine_and_evaluator(
    kind: FactType, operator: Operator, operands: tuple[Value, ...]
) -> None:
    book = asking(kind, FactTest("x", operator, operands, HERE))
    engine, evaluator = Engine(book), Evaluator(book, {})
    try:
        for value in values_for(kind, operands):
            held = truth(operator, operands, value)
            expected = {
                "held": frozenset(["a1"] if held else []), "negated": frozenset([] if held else ["a1"]),
                "sum": float(held), "negated_sum": float(not held),
            }  # fmt: skip
            for decided in (engine.run(customer({"x": value})), evaluator.evaluate(customer({"x": value}))):
                assert {c.question: c.answer for c in decided.closings} == expected, f"x is {value!r}"
        unknown: dict[str, Value | None] = {
            "held": frozenset(),
            "negated": frozenset(),
            "sum": None,
            "negated_sum": None,
        }
        for decided in (engine.run(customer({})), evaluator.evaluate(customer({}))):
            assert {c.question: c.answer for c in decided.closings} == unknown
    finally:
        engine.close()


@pytest.mark.parametrize(
    ("operator", "operands"),
    [*((operator, (ThresholdName("line"),)) for operator in (*ORDERED, Operator.IS, Operator.IS_NOT)),
     (Operator.BETWEEN, (ThresholdName("line"), 5)), (Operator.BETWEEN, (5, ThresholdName("line"))),
     (Operator.ONE_OF, (5, ThresholdName("line")))],
)  # fmt: skip
def test_a_test_against_a_line_that_has_no_value_is_unknown_unless_the_rest_decides(
    operator: Operator, operands: tuple[Operand, ...]
) -> None:
    line = Threshold("line", SAME, None, ((date(2030, 1, 1), 3),), None, None, HERE)
    book = replace(asking(FactType.NUMBER, FactTest("x", operator, operands, HERE)), thresholds={"line": line})
    engine, evaluator = Engine(book), Evaluator(book, resolve_thresholds(book, AS_OF, {}))
    answers = []
    for value in (4, 5, 6):
        ran, evaluated = engine.run(customer({"x": value})), evaluator.evaluate(customer({"x": value}))
        assert ran.closings == evaluated.closings
        answers.append(ran.values.get("sum"))
    engine.close()
    first = operands[0] if operator is not Operator.BETWEEN or operands[0] == 5 else None
    decided = {(Operator.ONE_OF, 5): [None, 1, None], (Operator.BETWEEN, 5): [0, None, None]}
    upper = [None, None, 0] if operator is Operator.BETWEEN else [None, None, None]
    assert answers == decided.get((operator, first), upper)  # type: ignore[arg-type]
