"""Parts of a rulebook as the words of a rule file, on one line."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import yaml

from sangdo.engine.language.rulebook import (
    AllOf,
    AnyOf,
    Condition,
    Method,
    NoneOf,
    Operator,
    Tally,
    Test,
    Text,
    ThresholdName,
)

WIDEST = 10**6
_GROUPS = {AllOf: "all", AnyOf: "any", NoneOf: "none"}


def in_words(part: object) -> str:
    """Return a part of a rulebook as a rule file has it; nothing is `-`."""
    if part is None or part == ():
        return "-"
    text = yaml.safe_dump(_plain(part), default_flow_style=True, allow_unicode=True, sort_keys=False, width=WIDEST)
    return text.removesuffix("\n").removesuffix("\n...")


def _plain(part: Any) -> Any:
    match part:
        case Test() | AllOf() | AnyOf() | NoneOf():
            return _condition(part)
        case Text(ko, en):
            return {"ko": ko, "en": en}
        case Tally(how, question, answer):
            return {how: question, "is": answer}
        case Method(kind, share, within):
            written: dict[str, Any] = {"pareto": share} if kind == "pareto" else {"median": True}
            return written | ({"within": list(within)} if within else {})
        case ThresholdName(name):
            return name
        case Mapping():
            return {key: _plain(value) for key, value in part.items()}
        case frozenset():
            return sorted(part)
        case tuple():
            return [_plain(item) for item in part]
        case str():
            return str(part)  # a word of a closed list, too
    return part


def _condition(condition: Condition) -> dict[str, Any]:
    if isinstance(condition, Test):
        return {condition.fact: _test(condition)}
    parts = [_condition(part) for part in condition.parts]
    if isinstance(condition, AllOf):
        merged: dict[str, Any] = {}
        for part in parts:
            merged |= part
        if len(merged) == sum(map(len, parts)):
            return merged
    return {_GROUPS[type(condition)]: parts}


def _test(test: Test) -> Any:
    operands = [_plain(operand) for operand in test.operands]
    if test.operator in (Operator.KNOWN, Operator.UNKNOWN):
        return {"is": str(test.operator)}
    if test.operator is Operator.IS:
        return operands[0]
    if test.operator is Operator.ONE_OF:
        return operands
    return {str(test.operator): operands if len(operands) > 1 else operands[0]}
