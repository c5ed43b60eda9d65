"""Book rows: all files of a book read once into the database, once it is sure that each of them can be read."""

# The SQL here is made of this project's own words; names are quoted.
# ruff: noqa: S608

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from sangdo.engine.bulk.progress import Progress
from sangdo.engine.bulk.tables import bad_rows, given_tables
from sangdo.engine.bulk.tables.database import Database
from sangdo.engine.bulk.tables.given_source import GivenSource, given_source
from sangdo.engine.bulk.tables.order_tables import OrderFile, load_orders, open_order_file, sample_of
from sangdo.engine.bulk.tables.parts import Parts, parts_of
from sangdo.engine.facts.book_files import BookFiles
from sangdo.engine.facts.given import GivenTable, Layout, customers_layout, observations_layout, products_layout
from sangdo.engine.language.errors import DataInvalid, Problem
from sangdo.engine.language.rulebook import Fact
from sangdo.engine.language.source import raise_problems

READING = "reading"
LARGE = 64 << 20
SAMPLED = 64
"""In a book of more than LARGE bytes one of SAMPLED customers is looked at to cut it into parts."""


def load_book_rows(
    database: Database, files: BookFiles, facts: Mapping[str, Fact], part_customers: int, progress: Progress
) -> None:
    """Read all files of a book: the orders, the given tables and the bad rows, and note where its parts begin.

    Raises DataInvalid with the problems of all files, such as one that cannot be read.
    """
    bad_rows.create_bad_rows(database.connection)
    spool = database.spool()
    orders, given = _open(database, files, facts, spool)
    if database.noted("bounds") is None:
        database.note("bounds", _parts(database, files, orders, given.get("customers"), part_customers).bounds)
    parts = Parts(tuple(database.noted("bounds")))
    steps = len(given) + (orders is not None)
    done = 0
    progress(READING, done, steps)
    if orders is not None:
        load_orders(database, orders, parts, spool)
        done += 1
        progress(READING, done, steps)
    for table, source in given.items():
        if table == "observations":
            database.note("seen", given_tables.load_observations(database, source, parts, facts))
        else:
            given_tables.load_rows(database, source, parts, f"given_{table}")
            database.note(f"columns of {table}", list(given_tables.fact_columns(source)))
        done += 1
        progress(READING, done, steps)
    database.clear_spool()


def _open(
    database: Database, files: BookFiles, facts: Mapping[str, Fact], spool: Path
) -> tuple[OrderFile | None, dict[str, GivenSource]]:
    """Open all files; the problems of all of them are raised at once."""
    problems: list[Problem] = []
    orders, given = None, {}
    try:
        if files.orders is not None:
            orders = open_order_file(database.connection, files.orders, spool)
    except DataInvalid as error:
        problems.extend(error.problems)
    for table, (path, layout) in _given_files(files, facts).items():
        try:
            opened = GivenTable(path, path.name, layout)
            opened.close()
            given[table] = given_source(database.connection, opened, spool)
        except DataInvalid as error:
            problems.extend(error.problems)
    raise_problems(problems, DataInvalid)
    return orders, given


def _given_files(files: BookFiles, facts: Mapping[str, Fact]) -> dict[str, tuple[Path, Layout]]:
    layouts = {
        "customers": (files.customers, customers_layout(facts)),
        "products": (files.products, products_layout(facts)),
        "observations": (files.observations, observations_layout(facts)),
    }
    return {table: (path, layout) for table, (path, layout) in layouts.items() if path is not None}


def _parts(
    database: Database, files: BookFiles, orders: OrderFile | None, customers: GivenSource | None, part_customers: int
) -> Parts:
    tables = [path for path in (files.orders, files.customers) if path is not None]
    one_of = SAMPLED if sum(_size(path) for path in tables) > LARGE else 1
    queries = [sample_of(orders, one_of)] if orders is not None else []
    if customers is not None:
        ids = f"SELECT {customers.cell('customer_id')} AS customer_id FROM {customers.relation}"
        queries.append(f"SELECT DISTINCT customer_id FROM ({ids}) WHERE hash(customer_id) % {one_of} = 0")
    sample = database.connection.execute(" UNION ".join(queries)).fetchall()
    found = [str(row[0]) for row in sample if row[0] is not None]
    return parts_of(found, one_of, orders.rows if orders is not None else 0, part_customers)


def _size(path: Path) -> int:
    if path.is_dir():
        return sum(file.stat().st_size for file in path.rglob("*.parquet"))
    return path.stat().st_size
