"""A book where it lies, as the tables of a sweep: what Book.facts says of each customer, by expressions alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import reduce

import ibis  # type: ignore[import-untyped]

from sangdo.engine.bulk.backends.backend import Backend, Table
from sangdo.engine.bulk.expressions.row import DTYPES
from sangdo.engine.bulk.in_place.cells import Column
from sangdo.engine.bulk.in_place.checked import Checked, union
from sangdo.engine.bulk.in_place.dealer_table import PRODUCTS, SEASON, dealer_products, dealer_seasons
from sangdo.engine.bulk.in_place.given_tables import Observed, of_known, read_given, read_observations
from sangdo.engine.bulk.in_place.order_table import read_orders
from sangdo.engine.bulk.in_place.source import Source
from sangdo.engine.facts.book_contents import DEALER
from sangdo.engine.facts.lines import measure_lines
from sangdo.engine.facts.measures import COLUMNS, measure
from sangdo.engine.facts.months import month_end
from sangdo.engine.facts.settings import Settings, read_settings
from sangdo.engine.language.errors import DataInvalid, Location, Problem
from sangdo.engine.language.rulebook import Fact, Level, Rulebook, Threshold, Value

CUSTOMER, PRODUCT = "customer_id", "product"


@dataclass(frozen=True, slots=True)
class BookInPlace:
    """A book as tables of an engine: `customers` has customer_id, a column for each fact of customers that the book
    may know, null where it is unknown, and `error`; `products` likewise by customer and product; `bad_rows` has what
    could not be used. `lines` are the thresholds measured from the book."""

    customers: Table
    products: Table
    bad_rows: Table
    as_of: date
    settings: Settings
    lines: Mapping[str, float]
    warnings: tuple[str, ...]


def load_in_place(
    backend: Backend, source: Source, rulebook: Rulebook, as_of: date | None, *, today: date | None = None
) -> BookInPlace:
    """Turn the tables of a book into those of a sweep, within the engine that holds them.

    Only the columns that lines are drawn through leave it. Raises DataInvalid and EngineUnusable.
    """
    name = source.settings.name if source.settings else ""
    settings = read_settings(source.settings, name, rulebook.facts) if source.settings else Settings()
    date_used = as_of or settings.as_of or today
    if date_used is None:
        raise DataInvalid(Problem(Location(source.shown), "the book has no date", expected="--as-of DATE"))
    return _Loading(backend, source, rulebook, date_used, settings).book()


class _Loading:
    def __init__(self, backend: Backend, source: Source, rulebook: Rulebook, as_of: date, settings: Settings) -> None:
        self._backend = backend
        self._source = source
        self._facts = rulebook.facts
        self._thresholds = rulebook.thresholds
        self._as_of = as_of
        self._settings = settings

    def book(self) -> BookInPlace:
        backend, tables, shown = self._backend, self._source.tables, self._source.shown
        orders = read_orders(backend, tables["orders"], shown) if "orders" in tables else None
        given = {
            name: read_given(backend, name, tables[name], self._facts, shown)
            for name in ("customers", "products")
            if name in tables
        }
        measured = None if orders is None else backend.keep("measured", measure(orders.good, self._as_of))
        listed = given.get("customers")
        known = self._known([table for table in (orders, listed) if table is not None])
        observed = None
        if "observations" in tables:
            rows = tables["observations"]
            observed = read_observations(backend, rows, self._facts, self._as_of, known, shown)
        if "products" in given:
            given["products"] = of_known(backend, "products", given["products"], known)
        bad = [table.bad for table in (orders, *given.values(), observed) if table is not None]
        bad_rows = backend.keep("bad_rows", union(bad))
        people = self._people(measured, listed, [table.bad for table in (orders, listed) if table is not None])
        people = self._stated(people, listed, observed, (CUSTOMER,), Level.CUSTOMER)
        people = backend.keep("stated_people", people)
        seasons = self._seasons(orders, people)
        customers = backend.keep("customers", self._customers(people, measured, seasons, bad_rows))
        goods = self._goods(orders, seasons, given.get("products"), observed, customers)
        lines = {} if measured is None else self._lines(measured)
        warnings = (*self._source.warnings, *self._warnings(orders, observed))
        return BookInPlace(
            customers, backend.keep("products", goods), bad_rows, self._as_of, self._settings, lines, warnings
        )

    def _known(self, tables: list[Checked]) -> Table:
        """The ids of all customers that rows may speak of."""
        ids = [part.select(CUSTOMER) for table in tables for part in (table.good, table.bad)]
        return self._backend.keep("known_customers", _of_someone(union(ids)).distinct())

    def _people(self, measured: Table | None, listed: Checked | None, bad: list[Table]) -> Table:
        """Who is in the book: who ordered up to the date, who is listed, and whose rows of these are of no use."""
        ids = [table.select(CUSTOMER) for table in (measured, listed.good if listed else None) if table is not None]
        ids += [_of_someone(table).select(CUSTOMER) for table in bad]
        return self._backend.keep("people", union(ids).distinct())

    def _stated(
        self, rows: Table, listed: Checked | None, observed: Observed | None, keys: tuple[str, ...], level: Level
    ) -> Table:
        """Add what persons say: what was observed goes before what a row of the table says."""
        table = rows
        names: list[str] = []
        seen = None if observed is None else observed.people if level is Level.CUSTOMER else observed.goods
        for prefix, part in (("row", listed.good if listed else None), ("seen", seen)):
            if part is not None:
                own = part.rename({f"{prefix}${name}": name for name in part.columns if name not in keys})
                table = _joined(table, own, keys)
                names.extend(name for name in part.columns if name not in keys)
        columns = {
            name: _first(table, [f"seen${name}", f"row${name}"]) for name in dict.fromkeys(names) if name in self._facts
        }
        return table.select(*keys, **columns)

    def _seasons(self, orders: Checked | None, people: Table) -> Table | None:
        """The season of the customers who are dealers, by what is said of them or by default."""
        if orders is None or "role" not in self._facts:
            return None
        default = self._settings.defaults.get("role", self._facts["role"].default)
        role = people["role"] if "role" in people.columns else ibis.null("string")
        dealers = people.filter(ibis.coalesce(role, ibis.literal(default, "string")) == DEALER).select(CUSTOMER)
        dealers = self._backend.keep("dealers", dealers)
        if not self._number(dealers.count()):
            return None
        rows = orders.good.filter(orders.good.date <= self._as_of)
        newest = self._backend.fetch(rows.date.max().name("newest").as_table())["newest"][0].as_py()
        # What is later than the newest order is not a month without sales.
        covered = min(self._as_of, month_end(newest)) if newest else self._as_of
        seasons = dealer_seasons(self._backend, orders.good, dealers, self._as_of, covered)
        return self._backend.keep("dealer_seasons", seasons)

    def _customers(self, people: Table, measured: Table | None, seasons: Table | None, bad_rows: Table) -> Table:
        """One row a customer: what is given goes before the calendar, that before what is measured, defaults last."""
        table = people
        if measured is not None:
            kind = ibis.ifelse(measured.last_order.notnull(), ibis.literal("existing"), ibis.null("string"))
            own = measured.mutate(kind=kind).rename(lambda name: name if name == CUSTOMER else f"measured${name}")
            table = _joined(table, own, (CUSTOMER,))
        if seasons is not None:
            own = seasons.mutate(dealer=ibis.literal(True))
            own = own.rename(lambda name: name if name == CUSTOMER else f"season${name}")
            table = _joined(table, own, (CUSTOMER,))
        bad = _of_someone(bad_rows)
        faults = bad.group_by(CUSTOMER).agg(faults=bad.count(), first=(bad.file + ": " + bad.reason).min())
        table = _joined(table, faults, (CUSTOMER,))
        columns = {}
        for fact in self._facts.values():
            if fact.level is Level.CUSTOMER and fact.name != CUSTOMER:
                column = self._of_customer(table, fact, seasons is not None)
                if column is not None:
                    columns[fact.name] = column
        error = "rows that cannot be used: " + table.faults.cast("string") + ", first " + table["first"]
        return table.select(CUSTOMER, **columns, error=error)

    def _of_customer(self, table: Table, fact: Fact, any_dealer: bool) -> Column | None:
        name, kind = fact.name, DTYPES[fact.type]
        found = [table[name].cast(kind)] if name in table.columns else []
        said = self._settings.season.facts(self._as_of).get(name)
        if any_dealer and said is not None:
            found.append(ibis.ifelse(table["season$dealer"], _literal(fact, said), ibis.null(kind)))
        # What an order says of someone who has not ordered is nothing.
        if any_dealer and name in SEASON:
            found.append(table[f"season${name}"].cast(kind))
        elif f"measured${name}" in table.columns and (name in COLUMNS or name == "kind"):
            found.append(table[f"measured${name}"].cast(kind))
        if name in self._settings.defaults:
            found.append(_literal(fact, self._settings.defaults[name]))
        return ibis.coalesce(*found) if found else None

    def _goods(
        self, orders: Checked | None, seasons: Table | None, listed: Checked | None, observed: Observed | None,
        customers: Table,
    ) -> Table:  # fmt: skip
        """One row a customer and product, of customers who are in the book."""
        keys = (CUSTOMER, PRODUCT)
        measured = None
        if orders is not None and seasons is not None:
            rows = dealer_products(self._backend, orders.good, seasons, self._as_of)
            measured = self._backend.keep("measured_goods", rows)
        parts = [measured, listed.good if listed else None, observed.goods if observed else None]
        pairs = [part.select(*keys) for part in parts if part is not None]
        if not pairs:
            return customers.filter(ibis.literal(False)).select(CUSTOMER, **{PRODUCT: ibis.null("string")})
        table = self._backend.keep("goods", union(pairs).distinct().semi_join(customers, CUSTOMER))
        table = self._stated(table, listed, observed, keys, Level.PRODUCT)
        if measured is None:
            return table
        table = _joined(table, measured.rename({f"measured${name}": name for name in PRODUCTS}), keys)
        columns = {name: _first(table, [name, f"measured${name}"]) for name in PRODUCTS if name in self._facts}
        return table.mutate(**columns).drop(*(f"measured${name}" for name in PRODUCTS))

    def _lines(self, measured: Table) -> dict[str, float]:
        """Draw the lines through the values of the rated customers."""
        rated = measured.filter(measured.standing == "rated")
        return measure_lines(self._thresholds, {name: self._values(rated, name) for name in _drawn(self._thresholds)})

    def _values(self, rated: Table, name: str) -> list[float]:
        rows = rated.filter(rated[name].notnull()).select(value=rated[name].cast("float64")).order_by("value")
        return [float(value) for value in self._backend.fetch(rows)["value"].to_pylist()]

    def _warnings(self, orders: Checked | None, observed: Observed | None) -> list[str]:
        warnings = []
        if orders is not None:
            later = self._number(orders.good.filter(orders.good.date > self._as_of).count())
            if later:
                rows = "row is" if later == 1 else "rows are"
                warnings.append(f"orders: {later} {rows} after {self._as_of} and not counted")
        if observed is not None:
            later = int(self._backend.fetch(observed.later)["later"][0].as_py())
            if later:
                rows = "one is" if later == 1 else f"{later} are"
                warnings.append(f"observations: {rows} after {self._as_of} and not counted")
        return warnings

    def _number(self, scalar: Column) -> int:
        return int(self._backend.fetch(scalar.name("n").as_table())["n"][0].as_py())


def _drawn(thresholds: Mapping[str, Threshold]) -> list[str]:
    """The measured columns that lines are drawn through."""
    return sorted({str(t.of) for t in thresholds.values() if t.method is not None and t.of in COLUMNS})


def _of_someone(rows: Table) -> Table:
    return rows.filter(rows[CUSTOMER].notnull())


def _joined(table: Table, other: Table, keys: tuple[str, ...]) -> Table:
    return table.left_join(other, list(keys)).drop(*(f"{key}_right" for key in keys))


def _first(table: Table, names: list[str]) -> Column:
    """The first of some columns that has a value, of those that there are."""
    found = [table[name] for name in names if name in table.columns]
    return reduce(lambda one, other: ibis.coalesce(one, other), found)


def _literal(fact: Fact, value: Value) -> Column:
    plain = sorted(value) if isinstance(value, frozenset) else value
    return ibis.literal(plain, DTYPES[fact.type])
