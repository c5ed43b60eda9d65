"""The impact of a change of rules on a whole book: both sides decided, and what differs."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import duckdb

from sangdo.engine.bulk.impact.decided_book import open_both
from sangdo.engine.bulk.impact.findings import Findings
from sangdo.engine.bulk.impact.grouping import Grouping
from sangdo.engine.bulk.impact.revenue import add_revenue
from sangdo.engine.bulk.impact.side import Side
from sangdo.engine.bulk.impact.side_by_side import SideBySide
from sangdo.engine.bulk.impact.telling import Telling
from sangdo.engine.bulk.impact.turned_tests import TurnedTests
from sangdo.engine.facts.orders import connect


@dataclass(frozen=True, slots=True)
class Impact:
    """What a change does to a book: `told` is its JSON object without the customers changed, which `telling` tells
    one by one; the tables stay open in `connection` as long as it is used."""

    told: dict[str, Any]
    telling: Telling
    connection: duckdb.DuckDBPyConnection
    warnings: tuple[str, ...]


@contextmanager
def measure_impact(
    book: Path, old: Side, new: Side, grouping: Grouping, as_of: date | None, today: date, language: str
) -> Iterator[Impact]:
    """Decide a book by both sides and compare. Raises DataInvalid where a side cannot read the book."""
    both = open_both(book, old, new, as_of, today)
    connection = connect()
    try:
        tables = SideBySide(connection, old, new, grouping)
        turned = TurnedTests(new.rulebook, *both.thresholds)
        for part in both.parts():
            tables.add(part)
            turned.add(part)
        basis = add_revenue(connection, book, both.as_of)
        findings = Findings(connection, grouping.cone(old.rulebook, new.rulebook))
        telling = Telling(findings, (old, new), grouping, language, both.books[1].settings.currency)
        told = telling.tell(book, both.as_of, basis, turned.lines())
        yield Impact(told, telling, connection, both.books[1].warnings)
    finally:
        connection.close()
