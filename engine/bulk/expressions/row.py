"""A row of a table as the expressions see it: which fact is which column, and how answers are coded in it.

Answers from closed lists travel as small whole numbers: a choice as the place of its word, several as the sum of
their bits. Comparing and copying these is what a sweep spends its time on.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

import ibis  # type: ignore[import-untyped]

from sangdo.engine.inference.thresholds import ResolvedThreshold
from sangdo.engine.language.errors import Problem, RulesInvalid
from sangdo.engine.language.rulebook import Fact, FactType, Origin, Rulebook, Value

Column: TypeAlias = Any
Table: TypeAlias = Any
"""Ibis builds its expressions dynamically; naming them keeps the signatures readable."""

MOST_BITS = 62
CODE = "int16"
BITS = "int64"

DTYPES = {
    FactType.NUMBER: "float64",
    FactType.MONEY: "float64",
    FactType.PERCENT: "float64",
    FactType.INTEGER: "int64",
    FactType.FLAG: "boolean",
    FactType.CHOICE: "string",
    FactType.TEXT: "string",
    FactType.DATE: "date",
    FactType.CHOICES: "array<string>",
}
"""How a fact stands in the tables that go into a sweep."""


@dataclass(frozen=True, slots=True)
class Row:
    """The facts that a table has columns of; any other fact is unknown in every row."""

    table: Table
    rulebook: Rulebook
    thresholds: Mapping[str, ResolvedThreshold]
    known: frozenset[str]

    def column(self, fact: str) -> Column | None:
        """Return the column of a fact, or None where nobody knows it."""
        return self.table[fact] if fact in self.known else None


def is_coded(fact: Fact) -> bool:
    """Whether a fact travels as a number: the answers of questions from closed lists do."""
    return fact.origin is Origin.QUESTION and fact.type in (FactType.CHOICE, FactType.CHOICES)


def dtype(fact: Fact) -> str:
    """Return the type of the column in which a fact travels."""
    if not is_coded(fact):
        return DTYPES[fact.type]
    return CODE if fact.type is FactType.CHOICE else BITS


def words(fact: Fact) -> list[str]:
    """Return the words of a closed list in the order of their codes. Raises RulesInvalid for too many of a set."""
    listed = sorted(fact.values or ())
    if fact.type is FactType.CHOICES and len(listed) > MOST_BITS:
        message = f"{fact.name} has {len(listed)} answers at once, a sweep of a whole book can tell {MOST_BITS} apart"
        raise RulesInvalid(Problem(fact.location, message, expected=f"at most {MOST_BITS} values"))
    return listed


def literal(fact: Fact, value: Value) -> Column:
    """Return a value of a fact as it travels."""
    if is_coded(fact):
        if isinstance(value, frozenset):
            return ibis.literal(sum(bit(fact, word) for word in value), BITS)
        if fact.type is FactType.CHOICES:
            return ibis.literal(bit(fact, str(value)), BITS)
        return ibis.literal(words(fact).index(str(value)), CODE)
    if isinstance(value, frozenset):
        return ibis.literal(sorted(value), DTYPES[fact.type])
    return ibis.literal(float(value) if DTYPES[fact.type] == "float64" else value, DTYPES[fact.type])  # type: ignore[arg-type]


def bit(fact: Fact, word: str) -> int:
    """Return the bit of one word of a set."""
    return 1 << words(fact).index(word)


def coded(fact: Fact, column: Column) -> Column:
    """Return a column that holds words, or arrays of words, as it travels."""
    if not is_coded(fact):
        return column.cast(DTYPES[fact.type])
    if fact.type is FactType.CHOICE:
        return ibis.cases(*((column == word, literal(fact, word)) for word in words(fact)), else_=ibis.null(CODE))
    held = sum((ibis.ifelse(column.contains(word), literal(fact, word), _none()) for word in words(fact)), _none())
    return ibis.ifelse(column.notnull(), held, ibis.null(BITS))


def _none() -> Column:
    return ibis.literal(0, BITS)
