"""Customer tables: of each customer and product what is known of it, given, measured and by default, and the errors."""

# The SQL here is made of this project's own words; names and values are quoted.
# ruff: noqa: S608

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cache

from sangdo.engine.bulk.tables import bad_rows, given_tables
from sangdo.engine.bulk.tables.cell_sql import COLUMN_TYPES, typed_cell
from sangdo.engine.bulk.tables.database import Database
from sangdo.engine.bulk.tables.given_tables import DAY, FAULT, PART, TEXT
from sangdo.engine.bulk.tables.measured_tables import OWN, PART_ORDERS, measured
from sangdo.engine.bulk.tables.parts import Part
from sangdo.engine.facts.book_contents import DEALER
from sangdo.engine.facts.dealers import VALUES, dealer_tables
from sangdo.engine.facts.given import listed_twice, no_customer, product_twice
from sangdo.engine.facts.measures import COLUMNS
from sangdo.engine.facts.sql_text import literal, quoted
from sangdo.engine.language.rulebook import Fact, Value

CUSTOMERS = "customer_rows"
PRODUCTS = "product_rows"
MEASURED_PRODUCT = ("product_share", "product_trend")


@dataclass(frozen=True, slots=True)
class Knowledge:
    """What the tables of one book know of facts.

    `listed` and `of_products` are the columns of customers.* and products.*, None without these tables; `seen` the
    facts observed, each with whether it is of a product, None without observations; `orders` the name of the order
    file, None without; `dealers` whether there are any; `calendar` and `defaults` are those of book.yaml.
    """

    facts: Mapping[str, Fact]
    as_of: date
    covered: date
    orders: str | None
    listed: tuple[str, ...] | None
    of_products: tuple[str, ...] | None
    seen: tuple[tuple[str, bool], ...] | None
    dealers: bool
    shown: Mapping[str, str]
    calendar: Mapping[str, Value] = field(default_factory=dict)
    defaults: Mapping[str, Value] = field(default_factory=dict)

    @property
    def columns(self) -> tuple[str, ...]:
        """The facts of customers that the book knows anything of, in the order of the vocabulary."""
        measured = [name for name in COLUMNS if name != "customer_id"] if self.orders else []
        names = {*measured, *(["kind"] if self.orders else []), *(self.listed or ()), *self.defaults}
        names |= {name for name, of_product in self.seen or () if not of_product}
        if self.dealers:
            names |= {*VALUES, *self.calendar}
        return tuple(name for name in self.facts if name in names and name != "customer_id")

    @property
    def product_columns(self) -> tuple[str, ...]:
        """The facts of products that the book knows anything of; `product` itself is the key of their rows."""
        names = {*(self.of_products or ()), *(name for name, of_product in self.seen or () if of_product)}
        if self.dealers:
            names |= set(MEASURED_PRODUCT)
        return tuple(name for name in self.facts if name in names and name != "product")

    def type(self, name: str) -> str:
        """Return the type of a fact's column."""
        return COLUMN_TYPES[self.facts[name].type]


def load_part(database: Database, part: Part, known: Knowledge) -> None:
    """Add the rows of the customers of a part and of their products, each in order of the ids."""
    _make(database, "people", _people(part, known))
    _make(database, "listed", _listed(part, known))
    _make(database, "sold", _sold(part, known))
    _make(database, "seen", _seen(part, known, of_product=False))
    _make(database, "seen_products", _seen(part, known, of_product=True))
    if known.orders:
        _make(database, "own_part", f"SELECT * FROM {OWN} WHERE part = {part.number}")
    _make(database, "measured", measured("own_part", known.as_of) if known.orders else "SELECT customer_id FROM people")
    _note_missing(database, part, known)
    if known.dealers:
        _measure_dealers(database, known)
    else:
        _make(database, "dealer_values", "SELECT NULL::VARCHAR AS customer_id LIMIT 0")
        _make(database, "dealer_products", "SELECT NULL::VARCHAR AS customer_id, NULL::VARCHAR AS product LIMIT 0")
    _add(database, CUSTOMERS, part, _customers(part, known), "customer_id")
    _add(database, PRODUCTS, part, _products(known), "customer_id, product")


def _make(database: Database, name: str, query: str) -> None:
    database.connection.execute(f"CREATE OR REPLACE TEMP TABLE {name} AS {query}")


def _people(part: Part, known: Knowledge) -> str:
    """Who there is: who ordered up to the date, who is listed, and who only has orders that cannot be read.

    `counts` is false of those whose orders are all later, who exist but are not in the book.
    """
    found = ["SELECT NULL::VARCHAR AS customer_id, false AS counts LIMIT 0"]
    if known.orders:
        found.append(f"SELECT customer_id, true FROM {OWN} WHERE part = {part.number}")
        found.append(f"SELECT DISTINCT customer_id, false FROM {PART_ORDERS}")
        file = literal(known.orders)
        wrong = f"\"column\" IS NOT NULL AND (file = {file} OR starts_with(file, {file} || '/'))"
        who = f"customer_id IS NOT NULL AND {part.holds('customer_id')}"
        found.append(f"SELECT DISTINCT customer_id, true FROM {bad_rows.TABLE} WHERE {who} AND {wrong}")
    if known.listed is not None:
        found.append(
            f"SELECT DISTINCT customer_id, true FROM {given_tables.CUSTOMERS} "
            f"WHERE {PART} = {part.number} AND customer_id IS NOT NULL"
        )
    every = " UNION ALL ".join(f"({query})" for query in found)
    return f"SELECT customer_id, bool_or(counts) AS counts FROM ({every}) GROUP BY ALL"


def _listed(part: Part, known: Knowledge) -> str:
    """The rows of customers.* with the place of each among those of its customer."""
    if known.listed is None:
        return 'SELECT NULL::VARCHAR AS customer_id, 0 AS place, 0 AS "#line" LIMIT 0'
    place = 'row_number() OVER (PARTITION BY customer_id ORDER BY "#line") AS place'
    rows = f"{PART} = {part.number} AND customer_id IS NOT NULL"
    return f"SELECT *, {place} FROM {given_tables.CUSTOMERS} WHERE {rows}"


def _sold(part: Part, known: Knowledge) -> str:
    """The rows of products.* with the place of each among those of its customer and product."""
    if known.of_products is None:
        return 'SELECT NULL::VARCHAR AS customer_id, NULL::VARCHAR AS product, 0 AS place, 0 AS "#line" LIMIT 0'
    place = 'row_number() OVER (PARTITION BY customer_id, product ORDER BY "#line") AS place'
    rows = f"{PART} = {part.number} AND customer_id IS NOT NULL AND product IS NOT NULL"
    return f"SELECT *, {place} FROM {given_tables.PRODUCTS} WHERE {rows}"


def _seen(part: Part, known: Knowledge, *, of_product: bool) -> str:
    """What was last seen of each customer or product at the date, of one day the last row, a column a fact."""
    keys = "customer_id, product" if of_product else "customer_id"
    facts = [name for name, of in known.seen or () if of is of_product]
    if not facts:
        return "SELECT NULL::VARCHAR AS customer_id, NULL::VARCHAR AS product LIMIT 0"
    latest = (
        f'SELECT {keys}, fact, arg_max({TEXT}, struct_pack(day := {DAY}, line := "#line")) AS written '
        f"FROM {given_tables.OBSERVATIONS} WHERE {PART} = {part.number} AND NOT {FAULT} "
        f"AND {DAY} <= DATE '{known.as_of}' AND (product IS NOT NULL) = {str(of_product).lower()} GROUP BY {keys}, fact"
    )
    texts = ", ".join(f"any_value(written) FILTER (fact = {literal(name)}) AS {quoted(name)}" for name in facts)
    values = ", ".join(f"{typed_cell(known.facts[name], quoted(name)).value} AS {quoted(name)}" for name in facts)
    return f"SELECT {keys}, {values} FROM (SELECT {keys}, {texts} FROM ({latest}) GROUP BY {keys})"


def _note_missing(database: Database, part: Part, known: Knowledge) -> None:
    """Add the rows that are there twice, and those of customers who do not exist, to the bad rows."""
    found = []
    someone, somebody = "\x00", "\x01"
    nobody = "customer_id IS NOT NULL AND customer_id NOT IN (SELECT customer_id FROM people)"
    if known.listed is not None:
        message, expected = listed_twice(someone)
        found.append(("customers", "customer_id", "listed", "place > 1", message, expected))
    if known.of_products is not None:
        message, expected = no_customer(someone)
        found.append(("products", "customer_id", "sold", nobody, message, expected))
        twice = f"place > 1 AND NOT ({nobody})"
        found.append(("products", "product", "sold", twice, product_twice(someone, somebody), ""))
    if known.seen is not None:
        message, expected = no_customer(someone)
        rows = f"{PART} = {part.number} AND NOT {FAULT} AND {nobody}"
        found.append(("observations", "customer_id", given_tables.OBSERVATIONS, rows, message, expected))
    for table, column, rows, where, message, expected in found:
        said = literal(message)
        for mark, name in ((someone, "customer_id"), (somebody, "product")):
            said = said.replace(mark, f"' || {name} || '")
        file = literal(known.shown[table])
        same = f"old.file = {file} AND old.line = new.line AND old.reason = new.reason"
        database.connection.execute(
            f'INSERT INTO {bad_rows.TABLE} SELECT * FROM (SELECT {file} AS file, "#line" AS line, '
            f'{literal(column)} AS "column", {column} AS value, {said} AS reason, '
            f"nullif({literal(expected)}, '') AS expected, customer_id FROM {rows} WHERE {where}) AS new "
            f"WHERE NOT EXISTS (SELECT 1 FROM {bad_rows.TABLE} AS old WHERE {same})"
        )


def _measure_dealers(database: Database, known: Knowledge) -> None:
    """Measure those of the part's customers who are dealers, by what is said of them or by default."""
    said = [f"{table}.role" for table in ("seen", "listed") if _has(known, table, "role")]
    fallback = known.defaults.get("role", known.facts["role"].default)
    said.append(literal(str(fallback)) if fallback is not None else "NULL")
    role = f"coalesce({', '.join(said)})" if len(said) > 1 else said[0]
    joined = (
        "LEFT JOIN seen USING (customer_id) LEFT JOIN listed ON listed.customer_id = people.customer_id AND place = 1"
    )
    _make(
        database,
        "dealers",
        f"SELECT people.customer_id FROM people {joined} WHERE counts AND {role} = {literal(DEALER)}",
    )
    _make(database, "dealer_orders", f"SELECT * FROM {PART_ORDERS} SEMI JOIN dealers USING (customer_id)")
    for name, query in _dealer_tables(known.as_of, known.covered).items():
        _make(database, name, query)


@cache
def _dealer_tables(as_of: date, covered: date) -> Mapping[str, str]:
    return dealer_tables(as_of, covered)


def _has(known: Knowledge, table: str, name: str) -> bool:
    if table == "seen":
        return (name, False) in (known.seen or ())
    return name in (known.listed or ())


def _customers(part: Part, known: Knowledge) -> str:
    """What is known of each customer; given values go before the book's calendar, it before measured ones."""
    columns = []
    for name in known.columns:
        sources = [f"{table}.{quoted(name)}" for table in ("seen", "listed") if _has(known, table, name)]
        if known.dealers and name in known.calendar:
            said = _constant(known.calendar[name], known.type(name))
            sources.append(f"CASE WHEN dealer_values.customer_id IS NOT NULL THEN {said} END")
        if known.dealers and name in VALUES:
            sources.append(f"dealer_values.{name}")
        if known.orders and name == "kind":
            sources.append("CASE WHEN measured.last_order IS NOT NULL THEN 'existing' END")
        elif known.orders and name in COLUMNS:
            sources.append(f"measured.{name}")
        if name in known.defaults:
            sources.append(_constant(known.defaults[name], known.type(name)))
        columns.append(_first(sources, known.type(name), name))
    return f"""
SELECT people.customer_id, {"".join(f"{column}, " for column in columns)}wrong.error
FROM people LEFT JOIN measured USING (customer_id)
LEFT JOIN listed ON listed.customer_id = people.customer_id AND listed.place = 1
LEFT JOIN seen ON seen.customer_id = people.customer_id
LEFT JOIN dealer_values ON dealer_values.customer_id = people.customer_id
LEFT JOIN ({bad_rows.errors(part.holds("customer_id"))}) AS wrong ON wrong.customer_id = people.customer_id
WHERE counts
"""


def _products(known: Knowledge) -> str:
    """What is known of each product of the customers."""
    columns = []
    for name in known.product_columns:
        sources = ["seen_products." + quoted(name)] if (name, True) in (known.seen or ()) else []
        sources += ["sold." + quoted(name)] if name in (known.of_products or ()) else []
        sources += ["dealer_products." + name] if known.dealers and name in MEASURED_PRODUCT else []
        columns.append(_first(sources, known.type(name), name))
    pairs = " UNION ".join(
        f"SELECT customer_id, product FROM {table}" for table in ("seen_products", "sold", "dealer_products")
    )
    return f"""
SELECT pairs.customer_id, pairs.product{"".join(f", {column}" for column in columns)}
FROM ({pairs}) AS pairs JOIN people ON people.customer_id = pairs.customer_id AND counts
LEFT JOIN seen_products ON seen_products.customer_id = pairs.customer_id AND seen_products.product = pairs.product
LEFT JOIN sold ON sold.customer_id = pairs.customer_id AND sold.product = pairs.product AND sold.place = 1
LEFT JOIN dealer_products
    ON dealer_products.customer_id = pairs.customer_id AND dealer_products.product = pairs.product
WHERE pairs.product <> ''
"""


def _first(sources: Iterable[str], kind: str, name: str) -> str:
    typed = [f"CAST({source} AS {kind})" for source in sources]
    return (f"coalesce({', '.join(typed)})" if len(typed) > 1 else typed[0]) + f" AS {quoted(name)}"


def _constant(value: Value, kind: str) -> str:
    if isinstance(value, frozenset):
        return f"CAST([{', '.join(literal(word) for word in sorted(value))}] AS {kind})"
    written = str(value).lower() if isinstance(value, bool) else str(value)
    return f"CAST({literal(written)} AS {kind})"


def _add(database: Database, table: str, part: Part, query: str, order: str) -> None:
    rows = f"SELECT *, CAST({part.number} AS INTEGER) AS part FROM ({query})"
    database.connection.execute(f"CREATE TABLE IF NOT EXISTS {table} AS {rows} LIMIT 0")
    database.connection.execute(f"DELETE FROM {table} WHERE part = {part.number}")
    database.connection.execute(f"INSERT INTO {table} {rows} ORDER BY {order}")
