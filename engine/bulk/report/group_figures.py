"""Group figures: customers, revenue, trend and hours of each group of a book."""

# The SQL here is made of this project's own words.
# ruff: noqa: S608

from __future__ import annotations

from typing import Any

from sangdo.engine.bulk.report.book_figures import (
    amount,
    quarter_sums,
    quarter_trend,
    quarters_of,
    reaches_back,
    share_of,
)  # fmt: skip
from sangdo.engine.bulk.report.decided_book import DecidedBook
from sangdo.engine.facts.months import YEAR_MONTHS


def tell_groups(decided: DecidedBook) -> list[dict[str, Any]]:
    """Tell of each group that has customers: how many, revenue and its share, trend, quarters, and hours a week.

    `trend` is the revenue of the last twelve months against the twelve before, `quarter_trend` the last quarter
    against the same one a year ago; either is None where the orders do not reach back so far, or nothing was sold.
    `quarters` are those the orders cover, the oldest first.
    """
    sums = ", " + quarters if (quarters := quarter_sums(decided)) else ""
    rows = decided.rows(
        f"SELECT grp, count(*), sum(revenue), sum(revenue_before), sum(hours), count(hours){sums} "
        "FROM people LEFT JOIN volumes USING (customer_id) GROUP BY grp"
    )
    found = {row[0]: row[1:] for row in rows}
    total = sum(amount(row[1]) for row in found.values())
    hours = sum(amount(row[3]) for row in found.values())
    whole = reaches_back(decided, 2 * YEAR_MONTHS)
    told = []
    for group in decided.groups.every:
        if group not in found:
            continue
        customers, revenue, before, given, with_hours, *volumes = found[group]
        sold = quarters_of(tuple(volumes))
        told.append({
            "group": group,
            "customers": customers,
            "revenue": amount(revenue),
            "share": share_of(amount(revenue), total),
            "revenue_before": amount(before) if whole else None,
            "trend": share_of(amount(revenue), amount(before)) if whole else None,
            "quarter_trend": quarter_trend(sold),
            "quarters": sold,
            "hours": amount(given) if with_hours else None,
            "hours_share": share_of(amount(given), hours) if with_hours else None,
        })  # fmt: skip
    return told
