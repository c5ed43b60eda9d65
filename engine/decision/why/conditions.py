"""Conditions as an explanation tells them: the tree of groups and tests, and what stands in the way."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sangdo.engine.decision.why.facts import Known
from sangdo.engine.decision.why.words import EXPECTED, words_in
from sangdo.engine.explain.verdicts import Kind, Verdict, in_the_way
from sangdo.engine.language.rulebook import (
    Fact,
    FactType,
    Operator,
    Test,
    ThresholdName,
    Value,
)
from sangdo.engine.language.values import as_json, plain

RESULTS = {True: "holds", False: "fails", None: "unknown"}
WHY_NOT = (
    "fact", "label", "expected", "actual", "actual_label", "verdict", "distance", "distance_label", "direction", "unit",
    "would_match",
)  # fmt: skip
"""What the flat list of tests in the way tells of each."""

Behind = Callable[[str], list[dict[str, Any]]]
"""From the name of a fact to the questions it is the answer of, as far back as is asked for."""


def tell_condition(verdict: Verdict, known: Known, product: str | None, depth: float, behind: Behind) -> dict[str, Any]:
    """Return a verdict as a tree of JSON: groups with how many of their parts hold, tests with all they met."""
    if verdict.kind is Kind.TEST:
        return _test(verdict, known, product, depth, behind)
    settled = verdict.kind is not Kind.ALL and any(part.result is True for part in verdict.parts)
    parts = [
        # Where one part settles a group, what is behind the others does not matter.
        tell_condition(part, known, product, depth, _nothing if settled and part.result is not True else behind)
        for part in verdict.parts
    ]
    return {
        "kind": verdict.kind.value,
        "verdict": RESULTS[verdict.result],
        "wanted": verdict.wanted,
        "holding": sum(part.result is True for part in verdict.parts),
        "unknown": sum(part.result is None for part in verdict.parts),
        "of": len(parts),
        "which": [place for place, part in enumerate(verdict.parts, start=1) if part.result is True],
        "parts": parts,
    }


def list_why_not(verdict: Verdict, known: Known, product: str | None) -> list[dict[str, Any]]:
    """Return the tests that keep a condition from holding, flat: each fails, or is unknown."""
    found = []
    for one in in_the_way(verdict):
        told = _test(one, known, product, 0, _nothing)
        told["verdict"] = RESULTS[None if one.result is None else False]
        found.append({key: told[key] for key in WHY_NOT})
    return found


def _nothing(name: str) -> list[dict[str, Any]]:  # noqa: ARG001
    return []


def _test(verdict: Verdict, known: Known, product: str | None, depth: float, behind: Behind) -> dict[str, Any]:
    test = verdict.test
    assert test is not None
    fact = known.decision.rulebook.facts[test.fact]
    told = known.fact(test.fact, product, depth)
    actual, actual_label = told.pop("value"), told.pop("value_label")
    labels = [_operand(known, fact, operand) for operand in verdict.operands]
    if verdict.distance and actual_label in labels:  # rounding hides the difference: show every digit
        actual_label = _exact(actual)
        labels = [
            label if value is None else _exact(value) for value, label in zip(verdict.operands, labels, strict=True)
        ]
    in_the_way = verdict.result is not verdict.wanted
    lines = [operand.name for operand in test.operands if isinstance(operand, ThresholdName)]
    return {
        "kind": "test",
        "verdict": RESULTS[verdict.result],
        "wanted": verdict.wanted,
        "in_the_way": in_the_way,
        **told,
        "actual": actual,
        "actual_label": actual_label,
        "expected": {
            "operator": test.operator.value,
            "operands": [as_json(operand) for operand in verdict.operands],
            "threshold": lines[0] if lines else None,
            "negated": not verdict.wanted,
            "words": _expected(known, test, labels, verdict.wanted),
        },
        "distance": abs(verdict.distance) if verdict.distance is not None else None,
        "direction": None if not verdict.distance else "up" if verdict.distance > 0 else "down",
        "distance_label": _distance(known, fact, verdict, labels),
        "unit": _unit(known, fact),
        "would_match": _would_match(fact, verdict),
        "thresholds": [known.threshold(line, depth) for line in lines],
        # That an answer is unknown, as it is to be, needs no reason.
        "behind": behind(test.fact) if in_the_way or actual is not None else [],
    }


def _operand(known: Known, fact: Fact, operand: Value | None) -> str:
    if operand is None:
        return words_in(known.wording.language)["line_unknown"]
    if fact.values and isinstance(operand, str):
        return known.wording.label(fact, operand)
    return known.wording.value(fact, operand)


def _exact(value: Any) -> str:
    return plain(value) if isinstance(value, (int, float)) else str(value)


def _expected(known: Known, test: Test, labels: list[str], wanted: bool) -> str:
    words = known.wording.text(EXPECTED[test.operator, wanted])
    named = [operand.name for operand in test.operands if isinstance(operand, ThresholdName)]
    told = words.format(*labels) if test.operator is Operator.BETWEEN else words.format(", ".join(labels))
    if not named:
        return told
    lines = [known.wording.text(known.decision.rulebook.thresholds[name].title) for name in named]
    return f"{told} ({', '.join(lines)})"


def _distance(known: Known, fact: Fact, verdict: Verdict, labels: list[str]) -> str | None:
    """How far off a value is: from which edge, where the test has only one."""
    if verdict.distance is None:
        return None
    say = words_in(known.wording.language)
    if verdict.distance == 0:
        return say["on_the_line"]
    assert verdict.value is not None
    names = ("early", "late") if fact.type is FactType.DATE else ("short", "over")
    edge = labels[0]
    if len(labels) > 1:
        edges = [operand for operand in verdict.operands if operand is not None]
        edge = labels[verdict.operands.index(min(edges, key=lambda one: abs(_gap(one, verdict))))]
    return say[names[verdict.distance < 0]].format(known.how_far(fact, verdict.distance), edge)


def _gap(operand: Any, verdict: Verdict) -> float:
    """How far an operand is from the edge that the distance leads to."""
    way = operand - verdict.value
    return (way.days if hasattr(way, "days") else way) - (verdict.distance or 0)  # type: ignore[no-any-return]


def _unit(known: Known, fact: Fact) -> str | None:
    wording = known.wording
    if fact.type is FactType.DATE:
        return words_in(wording.language)["days"]
    if fact.type is FactType.MONEY:
        return wording.currency
    if fact.type is FactType.PERCENT:
        return "%"
    return wording.text(fact.unit) if fact.unit is not None else None


def _would_match(fact: Fact, verdict: Verdict) -> list[Any]:
    """The words that a test in the way would have matched, where the vocabulary lists them."""
    test, operands = verdict.test, set(verdict.operands)
    assert test is not None
    allowed: list[Any] = [False, True] if fact.type is FactType.FLAG else list(fact.values or ())
    if verdict.result is verdict.wanted or test.operator in (Operator.KNOWN, Operator.UNKNOWN):
        return []
    matching = (test.operator is not Operator.IS_NOT) is verdict.wanted
    if fact.type is FactType.CHOICES and not matching:
        return []  # what must be absent is told by what is expected
    return [word for word in allowed if (word in operands) is matching]
