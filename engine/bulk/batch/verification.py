"""Verification: some customers of each part decided again by inference, which must say the same."""

# The SQL here is made of this project's own words.
# ruff: noqa: S608

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date
from typing import Any, Protocol

import duckdb

from sangdo.engine.bulk.batch.deciding import CUSTOMERS, PRODUCTS, DecidedPart
from sangdo.engine.bulk.tables.book_tables import BookTables
from sangdo.engine.decision.decision import Decider, Disagreement
from sangdo.engine.facts.facts import Facts, Known
from sangdo.engine.inference.trace import Closing
from sangdo.engine.language.errors import Problem, RulesInvalid
from sangdo.engine.language.rulebook import FactType, Rulebook, Value
from sangdo.engine.language.values import as_json

SEED = "sangdo"


class Verifiable(Protocol):
    """What holds the facts of the customers of a part, in the tables CUSTOMERS and PRODUCTS of its connection."""

    @property
    def connection(self) -> duckdb.DuckDBPyConnection: ...
    @property
    def as_of(self) -> date: ...


def sample(book: BookTables, count: int) -> list[str]:
    """Return the customers to verify: the same ones of the same book each time, from all over it."""
    query = "SELECT customer_id FROM customers ORDER BY md5(? || customer_id), customer_id LIMIT ?"
    return [str(row[0]) for row in book.connection.execute(query, [SEED, count]).fetchall()]


class Verification:
    """Decides customers again by inference, whose decisions count, and compares."""

    def __init__(self, book: Verifiable, rulebook: Rulebook, lines: Mapping[str, float]) -> None:
        self._book = book
        self._rulebook = rulebook
        self._lines = lines
        self._decider = Decider(rulebook)

    def check(self, decided: DecidedPart, customers: Sequence[str]) -> int:
        """Verify those of the customers that are in the part just decided, and return how many these are.

        Raises Disagreement with the customer and the question where the two differ.
        """
        wanted = set(customers)
        rows = _picked(decided.customers, wanted)
        products: dict[str, dict[str, dict[str, Any]]] = {customer: {} for customer in rows}
        if decided.products is not None:
            for row in _picked_rows(decided.products, wanted):
                products[row["customer_id"]][row["product"]] = row
        for facts in self._facts(list(rows)):
            self._compare(facts, rows[facts.customer_id], products[facts.customer_id])
        return len(rows)

    def _facts(self, customers: list[str]) -> Iterator[Facts]:
        connection = self._book.connection
        given = _rows(connection, f"SELECT * FROM {CUSTOMERS} WHERE list_contains(?, customer_id)", customers)
        of_products: dict[str, dict[str, dict[str, Known]]] = {customer: {} for customer in customers}
        for row in _rows(connection, f"SELECT * FROM {PRODUCTS} WHERE list_contains(?, customer_id)", customers):
            of_products[row["customer_id"]][row["product"]] = self._known(row)
        for row in given:
            if row["error"] is None:
                own = of_products[row["customer_id"]]
                yield Facts(row["customer_id"], self._book.as_of, self._known(row), own, self._lines)

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
                raise self._difference(facts, "error", "a contradiction of rules", row["error"]) from None
            return
        tables: dict[str | None, Mapping[str, Any]] = {None: row, **products}
        if row["error"] is not None:
            raise self._difference(facts, "error", None, row["error"])
        for product, own in tables.items():
            closings = [closing for closing in decision.trace.closings if closing.product == product]
            fired = [rule for closing in closings for rule in closing.deciding]
            for closing in closings:
                if not _same(closing, own[closing.question]):
                    raise self._difference(facts, closing.question, as_json(closing.answer), own[closing.question])
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


def _rows(connection: duckdb.DuckDBPyConnection, query: str, customers: Collection[str]) -> list[dict[str, Any]]:
    found = connection.execute(query, [list(customers)])
    names = [column[0] for column in found.description or ()]
    return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


def _picked(table: Any, wanted: Collection[str]) -> dict[str, dict[str, Any]]:
    return {row["customer_id"]: row for row in _picked_rows(table, wanted)}


def _picked_rows(table: Any, wanted: Collection[str]) -> list[dict[str, Any]]:
    import pyarrow
    from pyarrow import compute

    mask = compute.is_in(table["customer_id"], pyarrow.array(sorted(wanted), pyarrow.string()))
    rows: list[dict[str, Any]] = table.filter(mask).to_pylist()
    return rows
