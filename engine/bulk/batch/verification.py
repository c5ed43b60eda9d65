"""Verification: some customers decided again by inference, which must say the same as the sweep."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import pyarrow

from sangdo.engine.decision.decision import Decider, Disagreement
from sangdo.engine.facts.facts import Facts, Known
from sangdo.engine.inference.trace import Closing
from sangdo.engine.language.errors import Problem, RulesInvalid
from sangdo.engine.language.rulebook import FactType, Rulebook, Value
from sangdo.engine.language.values import as_json

SEED = "sangdo"
"""What is mixed with the ids to choose customers from all over a book, the same ones each time."""


@dataclass(frozen=True, slots=True)
class Pair:
    """The rows of some customers, and those of their products, where there are any."""

    customers: pyarrow.Table
    products: pyarrow.Table | None


class Verification:
    """Decides customers again by inference, whose decisions count, and compares."""

    def __init__(self, rulebook: Rulebook, as_of: date, lines: Mapping[str, float]) -> None:
        self._rulebook, self._as_of, self._lines = rulebook, as_of, lines
        self._decider = Decider(rulebook)

    def check(self, facts: Pair, decided: Pair) -> int:
        """Verify customers by their facts and what the sweep says of them, and return how many these are.

        Customers whose rows cannot be used are not decided by either. Raises Disagreement with the customer and the
        question where the two differ.
        """
        rows = {row["customer_id"]: row for row in decided.customers.to_pylist()}
        products: dict[str, dict[str, dict[str, Any]]] = {customer: {} for customer in rows}
        for row in decided.products.to_pylist() if decided.products is not None else ():
            products[row["customer_id"]][row["product"]] = row
        checked = 0
        for one in self._facts(facts):
            self._compare(one, rows[one.customer_id], products[one.customer_id])
            checked += 1
        return checked

    def _facts(self, pair: Pair) -> Iterator[Facts]:
        of_products: dict[str, dict[str, dict[str, Known]]] = {}
        for row in pair.products.to_pylist() if pair.products is not None else ():
            of_products.setdefault(row["customer_id"], {})[row["product"]] = self._known(row)
        for row in pair.customers.to_pylist():
            if row["error"] is None:
                own = of_products.get(row["customer_id"], {})
                yield Facts(row["customer_id"], self._as_of, self._known(row), own, self._lines)

    def _known(self, row: Mapping[str, Any]) -> dict[str, Known]:
        facts = self._rulebook.facts
        return {
            name: Known(_value(value, facts[name].type), "measured", "")
            for name, value in row.items()
            if name in facts and value is not None
        }

    def _compare(self, facts: Facts, row: Mapping[str, Any], products: Mapping[str, Mapping[str, Any]]) -> None:
        try:
            decision = self._decider.decide(facts)
        except RulesInvalid:
            if row["error"] is None:
                raise self._difference(facts, "error", "a contradiction of rules", None) from None
            return
        if row["error"] is not None:
            raise self._difference(facts, "error", None, row["error"])
        for product, own in ((None, row), *products.items()):
            closings = [closing for closing in decision.trace.closings if closing.product == product]
            for closing in closings:
                if not _same(closing, own[closing.question]):
                    raise self._difference(facts, closing.question, as_json(closing.answer), own[closing.question])
            fired = [rule for closing in closings for rule in closing.deciding]
            asks = [ask.fact for ask in decision.asks if ask.product == product]
            for column, expected in (("fired", fired), ("ask", asks)):
                if column in own and own[column] != expected:
                    raise self._difference(facts, column, expected, own[column])

    def _difference(self, facts: Facts, what: str, inference: object, swept: object) -> Disagreement:
        question = self._rulebook.questions.get(what) or next(iter(self._rulebook.questions.values()))
        message = (
            f"inference and the sweep differ on {what} of customer {facts.customer_id}: {inference} and {swept}; "
            "nothing is written"
        )
        return Disagreement(Problem(question.location, message))


def _same(closing: Closing, swept: object) -> bool:
    answer = closing.answer
    return swept == (sorted(answer) if isinstance(answer, frozenset) else answer)


def _value(value: Any, kind: FactType) -> Value:
    return frozenset(value) if kind is FactType.CHOICES else value
