"""Old facts under other rules: what the vocabulary of today still knows of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from sangdo.engine.facts.facts import Facts, Known
from sangdo.engine.language.rulebook import Level, Rulebook
from sangdo.engine.language.values import WrongValue, typed


def fit_facts(facts: Facts, rulebook: Rulebook) -> tuple[Facts, tuple[str, ...]]:
    """Return the facts that a rulebook knows and allows, and in words those that were left out."""
    left: dict[str, None] = {}
    values = _fitting(facts.values, Level.CUSTOMER, rulebook, left)
    products = {product: _fitting(known, Level.PRODUCT, rulebook, left) for product, known in facts.products.items()}
    lines = {name: line for name, line in facts.lines.items() if _is_measured(name, rulebook)}
    return replace(facts, values=values, products=products, lines=lines), tuple(left)


def lines_drawn_anew(before: Rulebook, after: Rulebook) -> frozenset[str]:
    """Return the lines that a rulebook measures from the book, and the one before did not, or in another way."""
    old = before.thresholds
    return frozenset(
        name
        for name, line in after.thresholds.items()
        if line.method and (name not in old or (old[name].of, old[name].method) != (line.of, line.method))
    )


def _is_measured(name: str, rulebook: Rulebook) -> bool:
    """Whether the rulebook measures a line: the value of any other is its own, whatever a book said once."""
    return name in rulebook.thresholds and rulebook.thresholds[name].method is not None


def _fitting(values: Mapping[str, Known], level: Level, rulebook: Rulebook, left: dict[str, None]) -> dict[str, Known]:
    kept = {}
    for name, known in values.items():
        if (known.origin, known.source) == ("default", "vocabulary"):
            continue  # no knowledge: these rules have their own defaults
        fact = rulebook.facts.get(name)
        if fact is None or fact.level is not level:
            left[f"{name} is no fact of these rules"] = None
            continue
        try:
            typed(fact, known.value)
        except WrongValue as wrong:
            left[f"{wrong}; expected {wrong.expected}"] = None
            continue
        kept[name] = known
    return kept
