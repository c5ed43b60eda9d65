"""Conditions expanded into variants: alternatives that are each a plain conjunction of patterns.

durable-rules is exact on conjunctions only (an `$or` with both sides true fires twice), so `any`, `none`
and lists are expanded here. A variant maps the name of a message to the tests on its value; see messages.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import product
from typing import TypeAlias

from sangdo.engine.inference.messages import element_name, unknown_name
from sangdo.engine.inference.thresholds import ResolvedThreshold
from sangdo.engine.language.rulebook import (
    AnyOf,
    Condition,
    Fact,
    FactType,
    NoneOf,
    Operator,
    Test,
    ThresholdName,
    Value,
)

MAX_VARIANTS = 64

Check: TypeAlias = tuple[str, Value]
"""One test on a message's value: an operator of durable-rules ("" for equality) and a literal."""

Variant: TypeAlias = frozenset[tuple[str, Check | None]]
"""Pairs of a message name and a test on it; None tests only that the message is there."""

_NEVER: list[Variant] = []
_ALWAYS: list[Variant] = [frozenset()]

_HOLDS = {Operator.AT_LEAST: "$gte", Operator.MORE_THAN: "$gt", Operator.AT_MOST: "$lte", Operator.LESS_THAN: "$lt"}
_FAILS = {Operator.AT_LEAST: "$lt", Operator.MORE_THAN: "$lte", Operator.AT_MOST: "$gt", Operator.LESS_THAN: "$gte"}


class TooManyVariants(ValueError):
    """A condition whose alternatives are more than can safely be expanded."""


class Expander:
    """Expands conditions for one set of facts and resolved thresholds."""

    def __init__(self, facts: Mapping[str, Fact], thresholds: Mapping[str, ResolvedThreshold]) -> None:
        self._facts = facts
        self._thresholds = thresholds

    def holding(self, condition: Condition | None) -> list[Variant]:
        """Return the variants of which at least one matches exactly when the condition holds."""
        return _ALWAYS if condition is None else self._expand(condition, True)

    def failing(self, condition: Condition | None) -> list[Variant]:
        """Return the variants of which at least one matches exactly when the condition fails."""
        return _NEVER if condition is None else self._expand(condition, False)

    def _expand(self, condition: Condition, wanted: bool) -> list[Variant]:
        if isinstance(condition, Test):
            return self._test(condition, wanted)
        inner = not wanted if isinstance(condition, NoneOf) else wanted
        parts = [self._expand(part, inner) for part in condition.parts]
        alternatives = isinstance(condition, AnyOf) if wanted else not isinstance(condition, AnyOf)
        return _either(parts) if alternatives else _jointly(parts)

    def _test(self, test: Test, wanted: bool) -> list[Variant]:
        fact, operator = self._facts[test.fact], test.operator
        if operator in (Operator.KNOWN, Operator.UNKNOWN):
            known = (operator is Operator.KNOWN) == wanted
            return [frozenset([(fact.name if known else unknown_name(fact.name), None)])]
        operands = [self._operand(operand) for operand in test.operands]
        values = [operand for operand in operands if operand is not None]
        if operator is Operator.INCLUDES:
            found = [_one(element_name(fact.name, str(value)), ("", wanted)) for value in values]
            return _either(found) if wanted else _jointly(found)
        if operator in (Operator.IS, Operator.IS_NOT, Operator.ONE_OF):
            return self._equality(fact, values, wanted != (operator is Operator.IS_NOT), len(operands))
        if operator is Operator.BETWEEN:
            return self._between(fact, operands, wanted)
        if not values:
            return _NEVER
        return _one(fact.name, ((_HOLDS if wanted else _FAILS)[operator], values[0]))

    def _equality(self, fact: Fact, values: list[Value], wanted: bool, count: int) -> list[Variant]:
        """Expand `is`, `one of` and their negations; an unknown operand can only keep it from failing."""
        if not wanted:
            if len(values) < count:
                return _NEVER
            return _jointly([_one(fact.name, ("$neq", value)) for value in values])
        if fact.type is FactType.CHOICE and len(values) > 1:
            others = [word for word in fact.values or () if word not in values]
            return _jointly([_one(fact.name, ("$neq", word)) for word in others] or [_one(fact.name, None)])
        return _either([_one(fact.name, ("", value)) for value in values])

    def _between(self, fact: Fact, operands: list[Value | None], wanted: bool) -> list[Variant]:
        bounds = zip(("$gte", "$lte") if wanted else ("$lt", "$gt"), operands, strict=True)
        sides = [_NEVER if value is None else _one(fact.name, (symbol, value)) for symbol, value in bounds]
        return _jointly(sides) if wanted else _either(sides)

    def _operand(self, operand: Value | ThresholdName) -> Value | None:
        return self._thresholds[operand.name].value if isinstance(operand, ThresholdName) else operand


def _one(name: str, check: Check | None) -> list[Variant]:
    return [frozenset([(name, check)])]


def _either(parts: list[list[Variant]]) -> list[Variant]:
    return _bounded([variant for part in parts for variant in part])


def _jointly(parts: list[list[Variant]]) -> list[Variant]:
    joined = _ALWAYS
    for part in parts:
        joined = _bounded([one | other for one, other in product(joined, part)])
    return joined


def _bounded(variants: list[Variant]) -> list[Variant]:
    """Drop repeated variants and those that another, weaker one makes needless."""
    unique = list(dict.fromkeys(variants))
    kept = [one for one in unique if not any(other < one for other in unique)]
    if len(kept) > MAX_VARIANTS:
        raise TooManyVariants(f"more than {MAX_VARIANTS} alternatives")
    return kept
