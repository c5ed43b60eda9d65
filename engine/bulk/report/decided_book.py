"""The decided book: who stands where on two dates, with what revenue, as tables that the figures are made of."""

# The SQL here is made of this project's own words.
# ruff: noqa: S608

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import duckdb

from sangdo.engine.bulk.batch.deciding import decide_parts
from sangdo.engine.bulk.report import volumes
from sangdo.engine.bulk.report.decision_tables import add_rows, load_decisions
from sangdo.engine.bulk.report.groups import PROSPECTS, QUADRANT, Groups, group_sql, groups_of
from sangdo.engine.bulk.tables.book_tables import BookTables, Progress, load_book
from sangdo.engine.facts.measures import LEAST_MONTHS
from sangdo.engine.facts.months import YEAR_MONTHS, months_before
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
    today: date | None = None, progress: Progress | None = None,
) -> DecidedBook:  # fmt: skip
    """Decide all customers of a book on its date and on an earlier one, in a work folder.

    Without `since` the earlier date is a year before, or the first with a year of orders, or half a year of them,
    behind it. Raises DataInvalid for a book that cannot be read or a `since` that is not between its first order and
    its date, RulesInvalid for rules without quadrants.
    """
    groups = groups_of(rulebook)
    book = load_book(path, rulebook, as_of, folder / "now", today=today, progress=progress)
    cursor = book.connection.cursor()
    has_orders = "orders" in _tables(cursor)
    earlier = _earlier(cursor, book.as_of, since, str(path), has_orders)
    facts = _columns(cursor, "customers")
    if has_orders:
        volumes.add_volumes(cursor, book.as_of, earlier)
    else:
        volumes.assume_volumes(cursor, facts)
    thresholds = resolve_thresholds(rulebook, book.as_of, book.lines)
    load_decisions(cursor, decide_parts(book, rulebook, thresholds), "decided", "goods")
    _place(cursor, "people", "customers", "decided", (volumes.NOW, volumes.BEFORE))
    before = _place_then(cursor, path, rulebook, earlier, folder / "then", progress) if earlier else {}
    known = tuple(name for name in facts if name in rulebook.facts)
    return DecidedBook(
        cursor, book, rulebook, groups, thresholds, before, known, earlier, has_orders, "goods" in _tables(cursor)
    )


def _place_then(
    cursor: duckdb.DuckDBPyConnection, path: Path, rulebook: Rulebook, since: date, folder: Path,
    progress: Progress | None,
) -> dict[str, ResolvedThreshold]:  # fmt: skip
    """Decide the book as of the earlier date, bring who stood where to the later one, and return the lines of then."""
    book = load_book(path, rulebook, since, folder, progress=progress)
    thresholds = resolve_thresholds(rulebook, since, book.lines)
    placing = part_of(rulebook, [question for question in (QUADRANT, PROSPECTS) if question in rulebook.questions])
    load_decisions(cursor, decide_parts(book, placing, thresholds, asks=False), "decided_then")
    other = book.connection.cursor()
    wanted = [name for name in ("customer_id", "kind", "standing") if name in _columns(other, "customers")]
    for part in book.parts:
        rows = other.sql(f"SELECT {', '.join(wanted)} FROM ({book.customers_of(part)})").to_arrow_table()
        add_rows(cursor, "customers_then", rows)
    other.close()
    book.connection.close()
    _place(cursor, "people_then", "customers_then", "decided_then", (volumes.THEN, "NULL"))
    return thresholds


def _place(cursor: duckdb.DuckDBPyConnection, table: str, known: str, decided: str, years: tuple[str, str]) -> None:
    """Make a table of who stands where from what is known and what was decided."""
    answers, facts = _columns(cursor, decided), _columns(cursor, known)
    shown = "".join(f", {f'known.{name}' if name in facts else 'NULL'} AS {name}" for name in SHOWN)
    hours = f"decided.{HOURS}" if HOURS in answers else "NULL"
    revenue, before = (f"coalesce({year}, 0)" for year in years)
    cursor.execute(
        f"CREATE TEMP TABLE {table} AS SELECT customer_id, {group_sql(answers, facts)} AS grp, {revenue} AS revenue, "
        f"{before} AS revenue_before, CAST({hours} AS DECIMAL(18, 6)) AS hours, decided.error AS error{shown} "
        f"FROM {known} AS known JOIN {decided} AS decided USING (customer_id) LEFT JOIN volumes USING (customer_id)"
    ).fetchall()


def _earlier(
    cursor: duckdb.DuckDBPyConnection, as_of: date, since: date | None, shown: str, has_orders: bool
) -> date | None:
    """The earlier date: the one asked for, else a year before, or as near to that as the orders allow."""
    first = None
    if has_orders:
        first = cursor.execute(f"SELECT min(date) FROM orders WHERE date <= DATE '{as_of}'").fetchall()[0][0]
    if since is not None:
        return _checked(since, first, as_of, shown)
    if first is None:
        return None
    choices = (max(months_before(as_of, YEAR_MONTHS), months_before(first, -months)) for months in (12, LEAST_MONTHS))
    return next((day for day in choices if day < as_of), None)


def _checked(since: date, first: date | None, as_of: date, shown: str) -> date:
    if since >= as_of:
        message, expected = f"the earlier date {since} is not before {as_of}", f"--since with a day before {as_of}"
        raise DataInvalid(Problem(Location(shown), message, expected=expected))
    if first is None or since <= first:
        expected = f"--since with a day after {first}" if first else "a book with orders"
        raise DataInvalid(Problem(Location(shown), f"there are no orders before {since}", expected=expected))
    return since


def _tables(cursor: duckdb.DuckDBPyConnection) -> set[str]:
    return {row[0] for row in cursor.execute("SHOW TABLES").fetchall()}


def _columns(cursor: duckdb.DuckDBPyConnection, table: str) -> tuple[str, ...]:
    return tuple(row[0] for row in cursor.execute(f"DESCRIBE {table}").fetchall())
