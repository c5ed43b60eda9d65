"""Quality: what is known of a book's customers, what cannot be used, and how old it is."""

# The SQL here is made of this project's own words.
# ruff: noqa: S608

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from sangdo.engine.bulk.report.book_figures import amount, share_of
from sangdo.engine.bulk.report.decided_book import DecidedBook
from sangdo.engine.bulk.tables import bad_rows, given_tables
from sangdo.engine.facts.measurement import STALE_DAYS
from sangdo.engine.facts.sql_text import quoted
from sangdo.engine.language.rulebook import Level, Origin

KINDS_OF_FAULT = 6
YEAR_DAYS = 365
AGES = (STALE_DAYS, YEAR_DAYS)
"""Observations up to so many days old are counted together; what is older comes last."""


def tell_quality(decided: DecidedBook, asks: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Tell the facts known and wanted, bad rows, customers without a rep or a decision, and how old it all is."""
    faults, customers_at_fault = _faults(decided)
    errors = decided.row("SELECT count(*), sum(revenue) FROM people WHERE error IS NOT NULL")
    return {
        "facts": _facts(decided, asks),
        "bad_rows": faults,
        "undecided": errors[0],
        "undecided_revenue": amount(errors[1]),
        "conflicts": errors[0] - customers_at_fault,
        "no_rep": _no_rep(decided),
        "observations": _ages(decided),
        "last_order_days": _order_age(decided),
        "warnings": list(decided.book.warnings),
    }


def _facts(decided: DecidedBook, asks: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The facts that are known or wanted of anybody: of how many, and which share of those of whom it matters."""
    total = decided.book.counts.customers
    wanted = {ask["fact"]: ask["customers"] for ask in asks}
    names = [
        fact.name for fact in decided.rulebook.facts.values()
        if fact.level is Level.CUSTOMER and fact.origin in (Origin.GIVEN, Origin.MEASURED)
        and fact.name != "customer_id" and (fact.name in decided.facts or fact.name in wanted)
    ]  # fmt: skip
    if not names:
        return []
    counts = ", ".join(f"count({quoted(name)})" if name in decided.facts else "0" for name in names)
    known = decided.row(f"SELECT {counts} FROM customers")
    return [
        {
            "fact": name, "origin": decided.rulebook.facts[name].origin.value, "known": count,
            "share": share_of(count, total), "wanted": wanted.get(name, 0),
        }
        for name, count in zip(names, known, strict=True)
    ]  # fmt: skip


def _faults(decided: DecidedBook) -> tuple[list[dict[str, Any]], int]:
    """The most frequent faults of rows, each with an example, and how many customers cannot be decided for any."""
    rows = decided.rows(
        f'SELECT file, "column", count(*), min(line), min_by(reason, line) FROM {bad_rows.TABLE} '
        f"GROUP BY 1, 2 ORDER BY 3 DESC, 1, 2 NULLS FIRST LIMIT {KINDS_OF_FAULT}"
    )
    told = [
        {"file": file, "column": column, "rows": count, "line": line, "reason": reason}
        for file, column, count, line, reason in rows
    ]
    return told, decided.row("SELECT count(error) FROM customers")[0]


def _no_rep(decided: DecidedBook) -> dict[str, Any] | None:
    """The customers without a rep; None where the book tells no reps at all."""
    if "rep" not in decided.facts:
        return None
    count, revenue = decided.row("SELECT count(*), sum(revenue) FROM people WHERE rep IS NULL")
    return {"customers": count, "revenue": amount(revenue)}


def _ages(decided: DecidedBook) -> list[dict[str, Any]]:
    """How old the observations are; empty without any."""
    if not decided.rows(f"SELECT 1 FROM duckdb_tables() WHERE table_name = '{given_tables.DAYS}'"):
        return []
    age = f"DATE '{decided.book.as_of}' - day"
    steps = " ".join(f"WHEN {age} <= {days} THEN {days}" for days in AGES)
    rows = decided.rows(
        f"SELECT CASE {steps} END AS up_to, sum(observations) FROM {given_tables.DAYS} GROUP BY 1 ORDER BY 1 NULLS LAST"
    )
    return [{"up_to_days": up_to, "observations": int(count)} for up_to, count in rows]


def _order_age(decided: DecidedBook) -> int | None:
    if not decided.has_orders:
        return None
    newest: date | None = decided.row(f"SELECT max(date) FROM orders WHERE date <= DATE '{decided.book.as_of}'")[0]
    return (decided.book.as_of - newest).days if newest else None
