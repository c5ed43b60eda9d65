"""A book's contents as they are cached: each customer's measured and given facts as JSON."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from sangdo.engine.facts.book_files import BookFiles
from sangdo.engine.facts.dealers import Dealer, measure_dealers
from sangdo.engine.facts.facts import Known
from sangdo.engine.facts.given import Given, read_customers, read_observations, read_products
from sangdo.engine.facts.measurement import Measurement, measure_orders
from sangdo.engine.facts.measures import period
from sangdo.engine.facts.orders import open_orders
from sangdo.engine.facts.settings import Settings
from sangdo.engine.language.errors import DataInvalid, Problem
from sangdo.engine.language.rulebook import Fact, Rulebook, Value
from sangdo.engine.language.source import MAX_PROBLEMS, raise_problems

DEALER = "dealer"


class Contents:
    """A book read and measured as of a date, ready to be written to its cache.

    Raises DataInvalid with the problems of all its tables at once.
    """

    def __init__(self, files: BookFiles, rulebook: Rulebook, as_of: date, settings: Settings) -> None:
        self._as_of = as_of
        self._orders = files.orders.name if files.orders else ""
        self._facts = rulebook.facts
        self._given = Given()
        self._measured: Measurement | None = None
        problems: list[Problem] = []
        try:
            if files.orders is not None:
                self._measured = measure_orders(
                    open_orders(files.orders, files.orders.name), as_of, rulebook.thresholds
                )
        except DataInvalid as error:
            problems.extend(error.problems)
        self._buyers = self._buyers_of(self._measured)
        # Whether a customer exists is only known when the orders could be read.
        problems.extend(self._read_given(files, rulebook.facts, bool(problems)))
        if len(problems) > MAX_PROBLEMS:
            problems.sort(key=lambda problem: (problem.location.path, problem.location.line, problem.location.column))
        raise_problems(problems, DataInvalid)
        self._dealers = self._measure_dealers(settings)

    def _measure_dealers(self, settings: Settings) -> dict[str, Dealer]:
        """Measure the customers who are dealers, by what is said of them or by default."""
        if self._measured is None or "role" not in self._facts:
            return {}
        default = settings.defaults.get("role", self._facts["role"].default)
        dealers = [
            customer
            for customer in {*self._buyers, *self._given.listed}
            if (known.value if (known := self._given.values.get(customer, {}).get("role")) else default) == DEALER
        ]
        return measure_dealers(self._measured.connection, self._as_of, dealers)

    @staticmethod
    def _buyers_of(measured: Measurement | None) -> set[str]:
        if measured is None:
            return set()
        found = measured.connection.execute("SELECT DISTINCT customer_id FROM orders").fetchall()
        return {str(row[0]) for row in found}

    def _read_given(self, files: BookFiles, facts: Mapping[str, Fact], all_exist: bool) -> list[Problem]:
        given = self._given
        problems: list[Problem] = []

        def exists(customer: str) -> bool:
            return all_exist or customer in given.listed or customer in self._buyers

        def customers() -> list[str]:
            return [*given.listed, *sorted(self._buyers)]

        try:
            if files.customers is not None:
                read_customers(files.customers, files.customers.name, facts, given)
        except DataInvalid as error:
            problems.extend(error.problems)
            all_exist = True
        try:
            if files.products is not None:
                read_products(files.products, files.products.name, facts, given, exists)
        except DataInvalid as error:
            problems.extend(error.problems)
        try:
            if files.observations is not None:
                path = files.observations
                read_observations(path, path.name, facts, given, self._as_of, exists, customers)
        except DataInvalid as error:
            problems.extend(error.problems)
        return problems

    def fill(self, connection: sqlite3.Connection) -> None:
        """Write everything into the tables of a new cache."""
        meta = {
            "lines": dict(self._measured.lines) if self._measured else {},
            "later": self._measured.later if self._measured else 0,
            "warnings": self._warnings(),
        }
        connection.executemany("INSERT INTO meta VALUES (?, ?)", [(name, json.dumps(c)) for name, c in meta.items()])
        connection.executemany("INSERT INTO customers VALUES (?, ?, ?, ?)", self._customers())

    def _warnings(self) -> list[str]:
        warnings = list(self._measured.warnings) if self._measured else []
        return [*warnings, *later_warning(self._given.later, self._as_of)]

    def _customers(self) -> Iterator[tuple[str, str | None, str | None, str | None]]:
        seen = set()
        for row in self._measured.rows() if self._measured else ():
            customer = row["customer_id"]
            seen.add(customer)
            yield customer, self._given.listed.get(customer), self._measured_json(row), self._given_json(customer)
        # Prospects, and customers whose first order is after the date.
        for customer in self._given.listed:
            if customer not in seen:
                yield customer, self._given.listed[customer], self._dealer_json(customer), self._given_json(customer)

    def _measured_json(self, row: dict[str, Any]) -> str:
        values = {name: row[name] for name in row if name in self._facts and row[name] is not None}
        values.pop("customer_id", None)
        if "kind" in self._facts and row["last_order"] is not None:
            values["kind"] = "existing"
        return json.dumps([self._source(row), *self._with_dealer(row["customer_id"], values)], separators=(",", ":"))

    def _dealer_json(self, customer: str) -> str | None:
        """What is measured of a dealer who has not ordered yet: the market's season."""
        if customer not in self._dealers:
            return None
        return json.dumps([self._orders, *self._with_dealer(customer, {})], separators=(",", ":"))

    def _with_dealer(self, customer: str, values: dict[str, Any]) -> list[Any]:
        """The measured values with those of a dealer, the facts of its products, and its outlook."""
        dealer = self._dealers.get(customer)
        if dealer is None:
            return [values]
        own = {name: value for name, value in dealer.values.items() if name in self._facts}
        products = {
            product: {name: value for name, value in known.items() if name in self._facts}
            for product, known in dealer.products.items()
        }
        outlook = dealer.outlook
        return [values | own, products, [outlook.index, outlook.volumes, outlook.trends]]

    def _source(self, row: dict[str, Any]) -> str:
        span = period(self._as_of)
        start = max(span.start, row["first_order"] or span.start)
        if start > span.month_end:
            return f"{self._orders}, to {self._as_of}"
        return f"{self._orders}, {start:%Y-%m}..{span.month_end:%Y-%m}"

    def _given_json(self, customer: str) -> str | None:
        values, products = self._given.values.get(customer), self._given.products.get(customer)
        if not values and not products:
            return None
        held = {name: encoded(known) for name, known in (values or {}).items()}
        inner = {p: {name: encoded(known) for name, known in k.items()} for p, k in (products or {}).items()}
        return json.dumps([held, inner], separators=(",", ":"), ensure_ascii=False)


def later_warning(later: int, as_of: date) -> tuple[str, ...]:
    """Say that observations are after the date, if there are any."""
    if not later:
        return ()
    rows = "one is" if later == 1 else f"{later} are"
    return (f"observations: {rows} after {as_of} and not counted",)


def encoded(known: Known) -> list[Any]:
    """Return a given value as JSON: [value, source, by, date, reason]."""
    return [_plain(known.value), known.source, known.by, known.date.isoformat() if known.date else None, known.reason]


def _plain(value: Value) -> Any:
    if isinstance(value, frozenset):
        return {"choices": sorted(value)}
    return {"date": value.isoformat()} if isinstance(value, date) else value
