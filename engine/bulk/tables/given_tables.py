"""Given tables: the rows of customers.*, products.* and observations.*, typed; the faulty ones are bad rows."""

# The SQL here is made of this project's own words; names and values are quoted.
# ruff: noqa: S608

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date

from sangdo.engine.bulk.tables.bad_rows import BadRow, add_bad_rows
from sangdo.engine.bulk.tables.cell_sql import day, id_fault, typed_cell
from sangdo.engine.bulk.tables.database import Database
from sangdo.engine.bulk.tables.given_source import LINE, GivenSource
from sangdo.engine.bulk.tables.parts import Parts
from sangdo.engine.facts.given import CellFault, Layout, day_faults, id_faults, observed_value, read_cell
from sangdo.engine.facts.sql_text import literal, quoted
from sangdo.engine.language.rulebook import Fact

CUSTOMERS = "given_customers"
PRODUCTS = "given_products"
OBSERVATIONS = "given_observations"
DAYS = "observed"
FAULT = '"#fault"'
PART = '"#part"'
TEXT = '"#text"'
DAY = '"#day"'
KEYS = ("customer_id", "product")


def fact_columns(source: GivenSource) -> dict[str, Fact]:
    """Return the facts that are columns of a table; its keys are none of them."""
    own = source.table.layout.facts
    return {name: own[name] for name in source.table.names if name in own and name not in KEYS}


def load_rows(database: Database, source: GivenSource, parts: Parts, table: str) -> None:
    """Type the rows of customers.* or products.*; a value that cannot be read is unknown, and its row has a fault."""
    cells = {name: typed_cell(fact, source.cell(name)) for name, fact in fact_columns(source).items()}
    keys = [key for key in KEYS if key in source.table.layout.required]
    fault = " OR ".join([*(id_fault(source.cell(key)) for key in keys), *(cell.fault for cell in cells.values())])
    values = "".join(f", {cell.value} AS {quoted(name)}" for name, cell in cells.items())
    named = ", ".join(
        f"CASE WHEN NOT {id_fault(source.cell(key))} THEN {source.cell(key)} END AS {key}" for key in keys
    )
    _load(database, source, parts, table, named + values, fault)
    add_bad_rows(database.connection, _bad_rows(database, source, table))


def load_observations(
    database: Database, source: GivenSource, parts: Parts, facts: Mapping[str, Fact]
) -> list[tuple[str, bool]]:
    """Check the rows of observations.*; return which facts are seen, and of each whether of a product."""
    layout = source.table.layout
    product, fact, text, at = (source.cell(name) for name in ("product", "fact", "value", "date"))
    names = ", ".join(literal(name) for name in (*layout.facts, *layout.of_product)) or "NULL"
    seen = database.connection.execute(
        f"SELECT DISTINCT {fact}, {product} IS NOT NULL FROM {source.relation} WHERE {fact} IN ({names})"
    ).fetchall()
    known = sorted((name, bool(of)) for name, of in seen if name in (layout.of_product if of else layout.facts))
    checks = "".join(
        f" WHEN {fact} = {literal(name)} AND ({product} IS NOT NULL) = {str(of).lower()} "
        f"THEN {typed_cell((layout.of_product if of else layout.facts)[name], text).fault}"
        for name, of in known
    )
    wrong = f"CASE WHEN {text} IS NULL THEN true{checks} ELSE true END"
    odd = f"({product} IS NOT NULL AND {id_fault(product)})"
    fault = f"{id_fault('customer_id')} OR {odd} OR {wrong} OR ({day(at)}) IS NULL"
    columns = f"customer_id, {product} AS product, {fact} AS fact, {text} AS {TEXT}, {day(at)} AS {DAY}"
    _load(database, source, parts, OBSERVATIONS, columns, fault)
    add_bad_rows(database.connection, _bad_observations(database, source, facts))
    return known


def later_observations(database: Database, as_of: date) -> int:
    """Count the good observations after the as-of date."""
    return int(database.value(f"SELECT count(*) FROM {OBSERVATIONS} WHERE NOT {FAULT} AND {DAY} > DATE '{as_of}'"))


def keep_days(database: Database, as_of: date) -> None:
    """Keep of the observations how many of each fact were made on which day, up to the as-of date."""
    counted = f"SELECT fact, {DAY} AS day, count(*) AS observations FROM {OBSERVATIONS}"
    good = f"NOT {FAULT} AND {DAY} <= DATE '{as_of}'"
    database.connection.execute(f"CREATE OR REPLACE TABLE {DAYS} AS {counted} WHERE {good} GROUP BY ALL ORDER BY ALL")


def _load(database: Database, source: GivenSource, parts: Parts, table: str, columns: str, fault: str) -> None:
    database.connection.execute(
        f"CREATE OR REPLACE TABLE {table} AS SELECT {LINE}, coalesce({parts.number('customer_id')}, 0) AS {PART}, "
        f"coalesce({fault}, false) AS {FAULT}, {columns} FROM {source.relation}"
    )


def _bad_rows(database: Database, source: GivenSource, table: str) -> Iterator[BadRow]:
    layout = source.table.layout
    for line, cells in source.rows(database.connection, f"SELECT {LINE} FROM {table} WHERE {FAULT}"):
        faults = [fault for key in KEYS if key in layout.required for fault in id_faults(cells[key], key)]
        yield from _told(source, line, cells, faults[:1] or _cell_faults(layout, cells))


def _cell_faults(layout: Layout, cells: Mapping[str, str]) -> list[CellFault]:
    read = [(name, layout.facts[name], text) for name, text in cells.items() if text and name in layout.facts]
    return [fault for name, fact, text in read for fault in read_cell(fact, text, name)[1]]


def _bad_observations(database: Database, source: GivenSource, facts: Mapping[str, Fact]) -> Iterator[BadRow]:
    for line, cells in source.rows(database.connection, f"SELECT {LINE} FROM {OBSERVATIONS} WHERE {FAULT}"):
        _, faults = observed_value(cells, source.table.layout, facts)
        yield from _told(source, line, cells, [*id_faults(cells["customer_id"]), *faults, *day_faults(cells)])


def _told(source: GivenSource, line: int, cells: Mapping[str, str], faults: list[CellFault]) -> Iterator[BadRow]:
    customer = cells["customer_id"]
    known = None if id_faults(customer) else customer
    for fault in faults:
        written = cells.get(fault.column)
        yield BadRow(source.shown, line, fault.column, written, fault.message, fault.expected, known)
