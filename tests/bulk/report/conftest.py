"""The example book as the sales director sees it, decided once for all tests."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from sangdo.engine.bulk.report.decided_book import DecidedBook, decide_book
from sangdo.engine.bulk.report.report import tell_report
from sangdo.engine.language.loading import load_rulebook
from sangdo.engine.language.rulebook import Rulebook

ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="session")
def shipped_rules() -> Rulebook:
    return load_rulebook(ROOT / "rules")


@pytest.fixture(scope="session")
def told_progress() -> list[tuple[str, int, int]]:
    """What was told of the way while the example book was decided."""
    return []


@pytest.fixture(scope="session")
def decided_example(
    shipped_rules: Rulebook, told_progress: list[tuple[str, int, int]], tmp_path_factory: pytest.TempPathFactory
) -> DecidedBook:
    book, folder = ROOT / "examples" / "book", tmp_path_factory.mktemp("report")
    return decide_book(
        book, shipped_rules, date(2011, 6, 1), None, folder, progress=lambda *at: told_progress.append(at)
    )


@pytest.fixture(scope="session")
def example_report(decided_example: DecidedBook) -> dict[str, Any]:
    return tell_report(decided_example, "book")
