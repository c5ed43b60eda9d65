"""The report: a whole book as the sales director sees it, in figures alone."""

from __future__ import annotations

from typing import Any

from sangdo import __version__
from sangdo.engine.bulk.report.book_figures import tell_assumed, tell_book
from sangdo.engine.bulk.report.decided_book import DecidedBook
from sangdo.engine.bulk.report.group_figures import tell_groups
from sangdo.engine.bulk.report.movement import tell_movement
from sangdo.engine.bulk.report.quality import tell_quality
from sangdo.engine.bulk.report.rule_figures import tell_asks, tell_rules
from sangdo.engine.bulk.report.season_figures import tell_season


def tell_report(decided: DecidedBook, shown: str) -> dict[str, Any]:
    """Return the figures of a decided book as one JSON object; `shown` names a book that has no name of its own."""
    asks = tell_asks(decided)
    rulebook = decided.rulebook
    return {
        "book": tell_book(decided, shown),
        "rulebook": {"release": rulebook.release, "sha256": rulebook.sha256},
        "engine": {"sangdo": __version__},
        "assumed": tell_assumed(decided),
        "groups": tell_groups(decided),
        "movement": tell_movement(decided),
        "season": tell_season(decided),
        "rules": tell_rules(decided),
        "asks": asks,
        "quality": tell_quality(decided, asks),
    }
