"""The impact of a change of rules on a whole book: both sides decided, and what differs."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from sangdo.engine.bulk.impact.both_sides import load_both
from sangdo.engine.bulk.impact.findings import Findings
from sangdo.engine.bulk.impact.grouping import Grouping
from sangdo.engine.bulk.impact.revenue import add_revenue
from sangdo.engine.bulk.impact.side import Side
from sangdo.engine.bulk.impact.side_by_side import SideBySide
from sangdo.engine.bulk.impact.telling import Telling
from sangdo.engine.bulk.impact.turned_tests import TurnedTests
from sangdo.engine.bulk.progress import Progress, silent
from sangdo.engine.facts.orders import connect


@dataclass(frozen=True, slots=True)
class Impact:
    """What a change does to a book: `told` is its JSON object without the customers changed, which `telling` tells
    one by one."""

    told: dict[str, Any]
    telling: Telling
    findings: Findings


@contextmanager
def measure_impact(
    book: Path,
    old: Side,
    new: Side,
    grouping: Grouping,
    as_of: date | None,
    today: date,
    language: str,
    progress: Progress = silent,
) -> Iterator[Impact]:
    """Decide a book by both sides and compare; what was found is there until the context is left.

    Raises DataInvalid where a side cannot read the book, RulesInvalid where its rules cannot be swept.
    """
    with tempfile.TemporaryDirectory(prefix="sangdo-") as name:
        folder = Path(name)
        decided = load_both(book, old, new, as_of, today, folder, progress)
        settings = {"temp_directory": str(folder / "overflow"), "memory_limit": "3GB"}
        connection = connect(str(folder / "impact.duckdb"), settings)
        try:
            tables = SideBySide(connection, old, new, grouping)
            turned = TurnedTests(connection, new.rulebook, *decided.thresholds)
            for part in decided.parts():
                tables.add(part)
                turned.add(part)
            basis = add_revenue(connection, decided.books[1])
            findings = Findings(connection, grouping.cone(old.rulebook, new.rulebook))
            telling = Telling(findings, (old, new), grouping, language, decided.books[1].settings.currency)
            yield Impact(telling.tell(book, decided, basis, turned.lines()), telling, findings)
        finally:
            connection.close()
            decided.close()
