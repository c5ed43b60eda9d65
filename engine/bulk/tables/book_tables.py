"""Book tables: a whole book in a DuckDB database of a work folder, loaded once, stage by stage."""

# The SQL here is made of this project's own words; names and values are quoted.
# ruff: noqa: S608

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import partial
from pathlib import Path

import duckdb

from sangdo import __version__
from sangdo.engine.bulk.progress import Progress, silent
from sangdo.engine.bulk.tables import bad_rows, customer_tables, given_tables
from sangdo.engine.bulk.tables.book_rows import load_book_rows
from sangdo.engine.bulk.tables.customer_tables import Knowledge, load_part
from sangdo.engine.bulk.tables.database import KEY, Database, Torn, forget_database, open_database, unusable
from sangdo.engine.bulk.tables.measured_tables import (
    MONTHS,
    OWN,
    add_months,
    book_lines,
    measure_market,
    measure_market_index,
    measure_own,
    read_part,
)
from sangdo.engine.bulk.tables.order_tables import OrderCounts, all_orders, count_orders
from sangdo.engine.bulk.tables.parts import CUSTOMERS, Part, Parts
from sangdo.engine.facts.book import date_of_book, signature
from sangdo.engine.facts.book_contents import DEALER, later_warning
from sangdo.engine.facts.book_files import BookFiles, book_files, table_digest
from sangdo.engine.facts.dealers import covered_until
from sangdo.engine.facts.measurement import age_warnings
from sangdo.engine.facts.settings import Settings, read_settings
from sangdo.engine.facts.sql_text import first_line
from sangdo.engine.language.rulebook import Fact, Rulebook


@dataclass(frozen=True, slots=True)
class Counts:
    """How many customers there are, good rows of orders, and rows that cannot be used."""

    customers: int
    orders: int
    bad_rows: int


@dataclass(frozen=True, slots=True)
class BookTables:
    """A book as tables of `connection`: customers, products, orders and bad_rows.

    `customers` has customer_id, a column for each fact of customers that the book knows anything of, null where it is
    unknown, and `error`, null for a customer who can be decided; `products` likewise has customer_id and product.
    The vocabulary's defaults are in neither. `lines` are the thresholds measured from the book, `key` is a fingerprint
    of all that decides what the tables hold. Where there are observations, `observed` counts those of a fact by day.
    """

    connection: duckdb.DuckDBPyConnection
    key: str
    as_of: date
    settings: Settings
    lines: Mapping[str, float]
    warnings: tuple[str, ...]
    counts: Counts
    parts: tuple[Part, ...]

    def customers_of(self, part: Part) -> str:
        """Return a query of the customers of a part, in order of their ids."""
        rows = f"{customer_tables.CUSTOMERS} WHERE part = {part.number}"
        return f"SELECT * EXCLUDE (part) FROM {rows} ORDER BY customer_id"

    def products_of(self, part: Part) -> str:
        """Return a query of the products of the customers of a part, in order of the ids and names."""
        rows = f"{customer_tables.PRODUCTS} WHERE part = {part.number}"
        return f"SELECT * EXCLUDE (part) FROM {rows} ORDER BY customer_id, product"


def load_book(
    path: Path,
    rulebook: Rulebook,
    as_of: date | None,
    folder: Path,
    *,
    today: date | None = None,
    memory: str | None = None,
    progress: Progress = silent,
    part_customers: int = CUSTOMERS,
) -> BookTables:
    """Load a book folder, or a lone file of orders, into the database of a work folder; what is loaded is not redone.

    `memory` is how much DuckDB may use, such as "4GB", `part_customers` how many customers a part is to hold. Bad rows
    stop nothing, faults of a file do. Raises DataInvalid with the problems of all files.
    """
    files = book_files(path, str(path))
    settings = read_settings(files.settings, files.settings.name, rulebook.facts) if files.settings else Settings()
    date_used = date_of_book(str(path), as_of or settings.as_of or today)
    key = _key(files, rulebook, date_used, part_customers)
    loading = partial(_Loading, files, rulebook, date_used, settings, progress, part_customers)
    try:
        return _loaded(folder, key, memory, loading)
    except duckdb.OutOfMemoryException:
        raise unusable(folder, "the memory is not enough for this book", "more memory, or smaller parts") from None


def _loaded(folder: Path, key: str, memory: str | None, loading: Callable[[Database], _Loading]) -> BookTables:
    """Load into the database of a folder; what an earlier load left and is damaged is made anew, once."""
    while True:
        database = open_database(folder, key, memory)
        try:
            return loading(database).tables()
        except duckdb.OutOfMemoryException:
            raise
        except (duckdb.Error, Torn) as error:
            if not database.found:
                raise unusable(folder, f"the book cannot be loaded: {first_line(error)}") from None
            database.connection.close()
            forget_database(folder)


def _key(files: BookFiles, rulebook: Rulebook, as_of: date, part_customers: int) -> str:
    """The fingerprint of all that decides what is loaded."""
    code = [*Path(__file__).parent.glob("*.py"), *(Path(__file__).parents[2] / "facts").glob("*.py")]
    parts = [__version__, duckdb.__version__, as_of.isoformat(), str(part_customers), signature(rulebook)]
    digest = hashlib.sha256()
    for part in [*parts, *(file.read_text("utf-8") for file in sorted(code))]:
        digest.update(f"{len(part)}:{part}".encode())
    for file in files.all:
        digest.update(f"{file.name}={table_digest(file)};".encode())
    return digest.hexdigest()


class _Loading:
    """One book being loaded: the stages in their order, each of which finds what those before it left."""

    def __init__(
        self, files: BookFiles, rulebook: Rulebook, as_of: date, settings: Settings, progress: Progress,
        part_customers: int, database: Database,
    ) -> None:  # fmt: skip
        self._database = database
        self._part_customers = part_customers
        self._files = files
        self._rulebook = rulebook
        self._as_of = as_of
        self._settings = settings
        self._progress = progress

    def tables(self) -> BookTables:
        database = self._database
        facts, files = self._rulebook.facts, self._files
        database.once("rows", lambda: load_book_rows(database, files, facts, self._part_customers, self._progress))
        parts = Parts(tuple(database.noted("bounds")))
        counts = count_orders(database, self._as_of) if self._files.orders else OrderCounts(0, 0, None, None, None)
        if counts.rows != (database.noted("orders") or 0):
            raise Torn("there are more or fewer orders than were loaded")
        known = self._knowledge(counts)
        self._measure(parts, known)
        self._each("customers", parts, lambda part: self._load_part(part, known))
        database.once("tidied", lambda: self._tidy())
        for view, table in (("customers", customer_tables.CUSTOMERS), ("products", customer_tables.PRODUCTS)):
            database.connection.execute(f"CREATE OR REPLACE VIEW {view} AS SELECT * EXCLUDE (part) FROM {table}")
        if self._files.orders:
            rows = f"SELECT * EXCLUDE (part) FROM ({all_orders(database)})"
            database.connection.execute(f"CREATE OR REPLACE VIEW orders AS {rows}")
        totals = Counts(
            int(database.value(f"SELECT count(*) FROM {customer_tables.CUSTOMERS}")),
            counts.rows,
            int(database.value(f"SELECT count(*) FROM (SELECT DISTINCT file, line FROM {bad_rows.TABLE})")),
        )
        lines = {str(name): float(line) for name, line in (database.noted("lines") or {}).items()}
        warnings = self._warnings(counts)
        return BookTables(
            database.connection,
            str(database.noted(KEY)),
            self._as_of,
            self._settings,
            lines,
            warnings,
            totals,
            tuple(parts),
        )

    def _knowledge(self, counts: OrderCounts) -> Knowledge:
        files, noted = self._files, self._database.noted
        named = {"customers": files.customers, "products": files.products, "observations": files.observations}
        listed, of_products = noted("columns of customers"), noted("columns of products")
        seen = [(str(name), bool(of_product)) for name, of_product in noted("seen") or ()]
        facts = self._rulebook.facts
        return Knowledge(
            facts,
            self._as_of,
            covered_until(counts.newest, self._as_of),
            files.orders.name if files.orders else None,
            tuple(listed) if files.customers else None,
            tuple(of_products) if files.products else None,
            tuple(seen) if files.observations else None,
            files.orders is not None and "role" in facts and self._any_dealer(facts),
            {table: path.name for table, path in named.items() if path is not None},
            {name: value for name, value in self._settings.season.facts(self._as_of).items() if name in facts},
            self._settings.defaults,
        )

    def _any_dealer(self, facts: Mapping[str, Fact]) -> bool:
        def found() -> bool:
            database = self._database
            if self._settings.defaults.get("role", facts["role"].default) == DEALER:
                return True
            listed = self._files.customers and "role" in database.noted("columns of customers")
            if listed and database.value(f"SELECT bool_or(role = '{DEALER}') FROM {given_tables.CUSTOMERS}"):
                return True
            dealers = f"fact = 'role' AND {given_tables.TEXT} = '{DEALER}' AND product IS NULL"
            query = f"SELECT count(*) > 0 FROM {given_tables.OBSERVATIONS} WHERE {dealers}"
            return bool(self._files.observations and database.value(query))

        if self._database.noted("dealers") is None:
            self._database.note("dealers", found())
        return bool(self._database.noted("dealers"))

    def _measure(self, parts: Parts, known: Knowledge) -> None:
        if self._files.orders is None:
            return

        def measure_part(part: Part) -> None:
            read_part(self._database, part)
            measure_own(self._database, part, self._as_of)
            if known.dealers:
                add_months(self._database, part, known.covered)

        self._each("measuring", parts, measure_part)
        self._database.once("market", partial(measure_market, self._database, self._as_of))
        if known.dealers:
            self._database.once("market index", partial(measure_market_index, self._database, known.covered))
        if self._database.noted("lines") is None:
            self._database.note("lines", book_lines(self._database, self._rulebook.thresholds, self._as_of))

    def _load_part(self, part: Part, known: Knowledge) -> None:
        if known.orders:
            read_part(self._database, part)
        load_part(self._database, part, known)

    def _each(self, stage: str, parts: Parts, work: Callable[[Part], None]) -> None:
        for part in parts:
            self._database.once(f"{stage} {part.number}", partial(work, part))
            self._progress(stage, part.number + 1, len(parts))

    def _tidy(self) -> None:
        """Drop what is only needed to make the tables; how many observations are later is kept."""
        if self._files.observations and self._database.noted("later") is None:
            self._database.note("later", given_tables.later_observations(self._database, self._as_of))
            given_tables.keep_days(self._database, self._as_of)
        given = (given_tables.CUSTOMERS, given_tables.PRODUCTS, given_tables.OBSERVATIONS)
        self._database.drop(OWN, MONTHS, *given)
        self._database.connection.execute("CHECKPOINT")

    def _warnings(self, counts: OrderCounts) -> tuple[str, ...]:
        warnings: list[str] = []
        if self._files.orders and counts.first and counts.last:
            orders = self._files.orders.name
            warnings.extend(age_warnings(orders, counts.rows, counts.later, counts.first, counts.last, self._as_of))
        later = self._database.noted("later")
        return (*warnings, *later_warning(int(later or 0), self._as_of))
