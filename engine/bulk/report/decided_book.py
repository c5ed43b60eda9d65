"""The decided book: who stands where on two dates, with what revenue, as tables that the figures are made of."""

# The SQL here is made of this project's own words.
# ruff: noqa: S608

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

import duckdb

from sangdo.engine.bulk.batch.deciding import decide_parts, followed
from sangdo.engine.bulk.progress import Progress, silent
from sangdo.engine.bulk.report import volumes
from sangdo.engine.bulk.report.decision_tables import load_decisions
from sangdo.engine.bulk.report.groups import PROSPECTS, QUADRANT, Groups, group_sql, groups_of
from sangdo.engine.bulk.tables.book_tables import BookTables, load_book
from sangdo.engine.facts.measures import LEAST_MONTHS
from sangdo.engine.facts.months import YEAR_MONTHS, months_before
from sangdo.engine.facts.sql_text import literal
from sangdo.engine.inference.thresholds import ResolvedThreshold, resolve_thresholds
from sangdo.engine.language.errors import DataInvalid, Location, Problem
from sangdo.engine.language.part import part_of
from sangdo.engine.language.rulebook import Rulebook

SHOWN = ("name", "rep", "contribution", "stability")
HOURS = "hours_per_week"


@dataclass(frozen=True, slots=True)
class DecidedBook:
    """A book decided on two dates, the later one `book.as_of`; `cursor` sees these tables.

    `people` has customer_id, grp, revenue (of the last twelve complete months), revenue_before (of the twelve before
    these), hours, name, rep, contribution, stability and error; `people_then` has customer_id, grp and revenue on the
    earlier date. `volumes` has the last eight quarters of each customer. `decided` has the answers, `fired` and `ask`;
    `goods` the same by product, where products are asked about.
    """

    cursor: duckdb.DuckDBPyConnection
    book: BookTables
    rulebook: Rulebook
    groups: Groups
    thresholds: Mapping[str, ResolvedThreshold]
    thresholds_then: Mapping[str, ResolvedThreshold]
    facts: tuple[str, ...]
    """The facts of customers that the book knows anything of."""
    since: date | None
    """The earlier date; None where the orders do not reach back far enough."""
    has_orders: bool
    by_product: bool

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """Return the rows of a query."""
        return self.cursor.execute(query).fetchall()

    def row(self, query: str) -> tuple[Any, ...]:
        """Return the only row of a query."""
        return self.rows(query)[0]


def decide_book(
    path: Path, rulebook: Rulebook, as_of: date | None, since: date | None, folder: Path, *,
    today: date | None = None, progress: Progress = silent,
) -> DecidedBook:  # fmt: skip
    """Decide all customers of a book on its date and on an earlier one, in a work folder.

    Without `since` the earlier date is a year before, or the first with a year of orders, or half a year of them,
    behind it. Raises DataInvalid for a book that cannot be read or a `since` that is not between its first order and
    its date, RulesInvalid for rules without quadrants.
    """
    groups = groups_of(rulebook)
    load = partial(load_book, path, rulebook, as_of, folder / "now", today=today, progress=progress)
    book = load()
    earlier = _earlier(book, since, str(path))
    placed, before = folder / "then.parquet", {}
    if earlier is not None:
        # One book at a time is open: each may take as much memory as there is.
        book.connection.close()
        before = _place_then(path, rulebook, earlier, folder / "then", placed, progress)
        book = load()
    cursor = book.connection.cursor()
    has_orders, facts = _has_orders(cursor), _columns(cursor, "customers")
    if has_orders:
        volumes.add_volumes(cursor, book.as_of, earlier)
    else:
        volumes.assume_volumes(cursor, facts)
    thresholds = resolve_thresholds(rulebook, book.as_of, book.lines)
    load_decisions(cursor, followed(decide_parts(book, rulebook, thresholds), book, progress), "decided", "goods")
    _place(cursor)
    if earlier is not None:
        cursor.execute(
            f"CREATE TEMP TABLE people_then AS SELECT customer_id, grp, coalesce({volumes.THEN}, 0) AS revenue "
            f"FROM {literal(str(placed))} LEFT JOIN volumes USING (customer_id)"
        ).fetchall()
    known = tuple(name for name in facts if name in rulebook.facts)
    return DecidedBook(
        cursor, book, rulebook, groups, thresholds, before, known, earlier, has_orders, "goods" in _tables(cursor)
    )


def _place_then(
    path: Path, rulebook: Rulebook, since: date, folder: Path, placed: Path, progress: Progress
) -> dict[str, ResolvedThreshold]:
    """Write who stood where on the earlier date to a file, and return the lines of then."""
    book = load_book(path, rulebook, since, folder, progress=progress)
    cursor = book.connection.cursor()
    thresholds = resolve_thresholds(rulebook, since, book.lines)
    placing = part_of(rulebook, [question for question in (QUADRANT, PROSPECTS) if question in rulebook.questions])
    load_decisions(cursor, followed(decide_parts(book, placing, thresholds, asks=False), book, progress), "decided")
    group = group_sql(_columns(cursor, "decided"), _columns(cursor, "customers"))
    rows = f"SELECT customer_id, {group} AS grp FROM customers AS known JOIN decided USING (customer_id)"
    cursor.execute(f"COPY ({rows}) TO {literal(str(placed))} (FORMAT parquet)").fetchall()
    cursor.close()
    book.connection.close()
    return thresholds


def _place(cursor: duckdb.DuckDBPyConnection) -> None:
    """Make the table of who stands where from what is known and what was decided."""
    answers, facts = _columns(cursor, "decided"), _columns(cursor, "customers")
    shown = "".join(f", {f'known.{name}' if name in facts else 'NULL'} AS {name}" for name in SHOWN)
    hours = f"decided.{HOURS}" if HOURS in answers else "NULL"
    revenue = f"coalesce({volumes.NOW}, 0) AS revenue, coalesce({volumes.BEFORE}, 0) AS revenue_before"
    cursor.execute(
        f"CREATE TEMP TABLE people AS SELECT customer_id, {group_sql(answers, facts)} AS grp, {revenue}, "
        f"CAST({hours} AS DECIMAL(18, 6)) AS hours, decided.error AS error{shown} "
        "FROM customers AS known JOIN decided USING (customer_id) LEFT JOIN volumes USING (customer_id)"
    ).fetchall()


def _earlier(book: BookTables, since: date | None, shown: str) -> date | None:
    """The earlier date: the one asked for, else a year before, or as near to that as the orders allow."""
    cursor, first = book.connection.cursor(), None
    if _has_orders(cursor):
        first = cursor.execute(f"SELECT min(date) FROM orders WHERE date <= DATE '{book.as_of}'").fetchall()[0][0]
    cursor.close()
    if since is not None:
        return _checked(since, first, book.as_of, shown)
    if first is None:
        return None
    year_ago = months_before(book.as_of, YEAR_MONTHS)
    choices = (max(year_ago, months_before(first, -months)) for months in (YEAR_MONTHS, LEAST_MONTHS))
    return next((day for day in choices if day < book.as_of), None)


def _checked(since: date, first: date | None, as_of: date, shown: str) -> date:
    if since >= as_of:
        message, expected = f"the earlier date {since} is not before {as_of}", f"--since with a day before {as_of}"
        raise DataInvalid(Problem(Location(shown), message, expected=expected))
    if first is None or since <= first:
        expected = f"--since with a day after {first}" if first else "a book with orders"
        raise DataInvalid(Problem(Location(shown), f"there are no orders before {since}", expected=expected))
    return since


def _has_orders(cursor: duckdb.DuckDBPyConnection) -> bool:
    return "orders" in _tables(cursor)


def _tables(cursor: duckdb.DuckDBPyConnection) -> set[str]:
    return {row[0] for row in cursor.execute("SHOW TABLES").fetchall()}


def _columns(cursor: duckdb.DuckDBPyConnection, table: str) -> tuple[str, ...]:
    return tuple(row[0] for row in cursor.execute(f"DESCRIBE {table}").fetchall())
