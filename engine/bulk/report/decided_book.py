"""The decided book: who stands where on two dates, with what revenue, as tables that the figures are made of."""

# The SQL here is made of this project's own words.
# ruff: noqa: S608

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import ibis  # type: ignore[import-untyped]

from sangdo.engine.bulk.report.deciding import decide_parts, load_decisions
from sangdo.engine.bulk.report.groups import Groups, group_sql, groups_of
from sangdo.engine.bulk.tables.book_tables import BookTables, Progress, load_book
from sangdo.engine.facts.measures import QUARTER_MONTHS, QUARTERS, period
from sangdo.engine.facts.months import YEAR_MONTHS, month_number, months_before
from sangdo.engine.facts.season import monthly_volumes
from sangdo.engine.inference.thresholds import ResolvedThreshold, resolve_thresholds
from sangdo.engine.language.errors import DataInvalid, Location, Problem
from sangdo.engine.language.rulebook import Rulebook

ORDERS = {"customer_id": "string", "date": "date", "amount": "float64", "product": "string"}
FIGURES = ("name", "rep", "contribution", "stability")
HOURS = "hours_per_week"


@dataclass(frozen=True, slots=True)
class DecidedBook:
    """A book decided on two dates, the later one `book.as_of`; `cursor` sees these tables.

    `people` and `people_then` have customer_id, grp and revenue (of the twelve complete months before the date); `people`
    also has the year before, hours, name, rep, contribution, stability and error. `quarters` has customer_id and the
    volume of the last eight quarters, q0 the newest. `decided` has fired and ask, and `goods` the same by product.
    """

    cursor: duckdb.DuckDBPyConnection
    book: BookTables
    rulebook: Rulebook
    groups: Groups
    thresholds: Mapping[str, ResolvedThreshold]
    facts: tuple[str, ...]
    """The facts of customers that the book knows anything of."""
    since: date | None
    """The earlier date; None where the orders allow none."""
    shown: str

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """Return the rows of a query."""
        return self.cursor.execute(query).fetchall()

    def row(self, query: str) -> tuple[Any, ...]:
        """Return the only row of a query."""
        return self.rows(query)[0]


Notice = Callable[[str, int, int], None]


def decide_book(
    path: Path, rulebook: Rulebook, as_of: date | None, since: date | None, folder: Path, *,
    today: date | None = None, progress: Progress | None = None,
) -> DecidedBook:  # fmt: skip
    """Decide all customers of a book on its date and on an earlier one, in a work folder.

    Without `since` the earlier date is a year before, or the first day on which the orders cover six months. Raises
    DataInvalid for a book that cannot be read or a `since` that is not before the date, RulesInvalid for rules
    without quadrants.
    """
    groups = groups_of(rulebook)
    book = load_book(path, rulebook, as_of, folder / "now", today=today, progress=progress)
    cursor = book.connection.cursor()
    earlier = _earlier(cursor, book.as_of, since, str(path)) if _has_orders(cursor) else None
    thresholds = resolve_thresholds(rulebook, book.as_of, book.lines)
    load_decisions(cursor, decide_parts(book, rulebook, thresholds), "decided", "goods")
    facts = _columns(cursor, "customers")
    _measure(cursor, book.as_of, earlier)
    _place(cursor, "people", "customers", "decided", facts, "year_0")
    if earlier is not None:
        _place_then(cursor, path, rulebook, earlier, folder, progress)
    known = tuple(name for name in facts if name in rulebook.facts)
    return DecidedBook(cursor, book, rulebook, groups, thresholds, known, earlier, str(path))


def _place_then(
    cursor: duckdb.DuckDBPyConnection, path: Path, rulebook: Rulebook, since: date, folder: Path,
    progress: Progress | None,
) -> None:  # fmt: skip
    """Decide the book as of the earlier date and bring what is needed of it to the later one."""
    book = load_book(path, rulebook, since, folder / "then", progress=progress)
    thresholds = resolve_thresholds(rulebook, since, book.lines)
    load_decisions(cursor, decide_parts(book, rulebook, thresholds, asks=False), "decided_then")
    other = book.connection.cursor()
    facts = _columns(other, "customers")
    wanted = [name for name in ("kind", "standing", *FIGURES) if name in facts]
    for part in book.parts:
        rows = f"SELECT {', '.join(['customer_id', *wanted])} FROM ({book.customers_of(part)})"
        cursor.register("then_rows", other.sql(rows).to_arrow_table())
        cursor.execute("CREATE TEMP TABLE IF NOT EXISTS customers_then AS SELECT * FROM then_rows LIMIT 0").fetchall()
        cursor.execute("INSERT INTO customers_then SELECT * FROM then_rows").fetchall()
        cursor.unregister("then_rows")
    _place(cursor, "people_then", "customers_then", "decided_then", tuple(wanted), "year_then")
    other.close()
    book.connection.close()


def _place(
    cursor: duckdb.DuckDBPyConnection, table: str, known: str, decided: str, facts: tuple[str, ...], year: str
) -> None:
    """Make a table of who stands where."""
    answers = _columns(cursor, decided)
    columns = [f"known.{name}" if name in facts else f"NULL AS {name}" for name in FIGURES]
    hours = f"CAST(decided.{HOURS} AS DOUBLE)" if HOURS in answers else "CAST(NULL AS DOUBLE)"
    cursor.execute(
        f"CREATE TEMP TABLE {table} AS SELECT customer_id, {group_sql(answers, facts)} AS grp, {', '.join(columns)}, "
        f"{hours} AS hours, decided.error, coalesce({year}, 0) AS revenue, coalesce(year_1, 0) AS revenue_before "
        f"FROM {known} AS known JOIN {decided} AS decided USING (customer_id) LEFT JOIN volumes USING (customer_id)"
    ).fetchall()


def _measure(cursor: duckdb.DuckDBPyConnection, as_of: date, since: date | None) -> None:
    """Add up each customer's volume: the last two years, the year before the earlier date, and eight quarters."""
    columns = {f"q{n}": (n * QUARTER_MONTHS, (n + 1) * QUARTER_MONTHS) for n in range(QUARTERS)}
    columns |= {f"year_{n}": (n * YEAR_MONTHS, (n + 1) * YEAR_MONTHS) for n in range(2)}
    last = month_number(period(as_of).month_end)
    start = last - month_number(period(since).month_end) if since else 0
    columns["year_then"] = (start, start + YEAR_MONTHS) if since else (0, 0)
    sums = ", ".join(
        f"CAST(sum(volume) FILTER ({last} - number >= {low} AND {last} - number < {high}) AS DOUBLE) AS {name}"
        for name, (low, high) in columns.items()
    )
    if not _has_orders(cursor):
        nothing = ", ".join(f"CAST(0 AS DOUBLE) AS {name}" for name in columns)
        cursor.execute(f"CREATE TEMP TABLE volumes AS SELECT '' AS customer_id, {nothing} LIMIT 0").fetchall()
        return
    months = ibis.to_sql(monthly_volumes(ibis.table(ORDERS, name="orders"), as_of), dialect="duckdb")
    cursor.execute(f"CREATE TEMP TABLE volumes AS SELECT customer_id, {sums} FROM ({months}) GROUP BY 1").fetchall()


def _earlier(cursor: duckdb.DuckDBPyConnection, as_of: date, since: date | None, shown: str) -> date | None:
    first = cursor.execute(f"SELECT min(date) FROM orders WHERE date <= DATE '{as_of}'").fetchall()[0][0]
    if since is not None:
        if since >= as_of:
            message = f"the earlier date {since} is not before {as_of}"
            raise DataInvalid(Problem(Location(shown), message, expected=f"--since with a day before {as_of}"))
        if first is None or since <= first:
            message = f"there are no orders before {since}"
            expected = f"--since with a day after {first}" if first else "a book with orders"
            raise DataInvalid(Problem(Location(shown), message, expected=expected))
        return since
    year_ago = months_before(as_of, YEAR_MONTHS)
    if first is None:
        return None
    oldest = months_before(first, -QUARTER_MONTHS * 2)
    earlier = max(year_ago, oldest)
    return earlier if earlier < as_of else None


def _has_orders(cursor: duckdb.DuckDBPyConnection) -> bool:
    return bool(cursor.execute("SELECT count(*) FROM duckdb_views() WHERE view_name = 'orders'").fetchall()[0][0])


def _columns(cursor: duckdb.DuckDBPyConnection, table: str) -> tuple[str, ...]:
    return tuple(row[0] for row in cursor.execute(f"DESCRIBE {table}").fetchall())
