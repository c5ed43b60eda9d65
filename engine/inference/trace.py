"""The trace of one run: what fired, on which facts, in which order, and how each question closed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sangdo.engine.facts.facts import Facts
from sangdo.engine.inference.thresholds import ResolvedThreshold
from sangdo.engine.language.rulebook import Value


@dataclass(frozen=True, slots=True)
class Firing:
    """One rule whose condition held: the facts that matched (None for a fact that was unknown)."""

    rule: str
    question: str
    product: str | None
    matched: tuple[tuple[str, Value | None], ...]


@dataclass(frozen=True, slots=True)
class Closing:
    """How a question closed.

    `how` is rules, otherwise, given, none (asked, but nothing held), unknown (a sum that lacks a figure)
    or not_asked. `deciding` are the rules behind the answer, `held` those whose condition held,
    `assumed` the rules of a sum that counted their `if unknown` value.
    """

    question: str
    product: str | None
    how: str
    answer: Value | None
    deciding: tuple[str, ...]
    held: tuple[str, ...]
    assumed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Trace:
    """The result of a run: `values` are all known facts of the customer, answers included."""

    facts: Facts
    thresholds: Mapping[str, ResolvedThreshold]
    values: Mapping[str, Value]
    product_values: Mapping[str, Mapping[str, Value]]
    firings: tuple[Firing, ...]
    closings: tuple[Closing, ...]

    def closing(self, question: str, product: str | None = None) -> Closing:
        """Return how a question closed; raises KeyError when it is not in the rulebook."""
        for closing in self.closings:
            if closing.question == question and closing.product == product:
                return closing
        raise KeyError(question)
