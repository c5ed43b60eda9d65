"""Spots: the customers of a book in the plane of contribution and stability, one by one or as cells of many."""

# The SQL here is made of this project's own words.
# ruff: noqa: S608

from __future__ import annotations

from dataclasses import dataclass

from sangdo.engine.bulk.charts.quadrant_chart import Spot
from sangdo.engine.bulk.report.decided_book import DecidedBook

MOST_SPOTS = 2_000
CELLS = 40
"""Cells to a side where there are more than MOST_SPOTS customers."""
DIGITS = 6


@dataclass(frozen=True, slots=True)
class Spots:
    """The spots with the least and the greatest contribution, how many customers they stand for, and how many of those
    in a quadrant have none; `low` and `high` are None without any."""

    spots: tuple[Spot, ...]
    low: float | None
    high: float | None
    customers: int
    left_out: int

    @property
    def are_cells(self) -> bool:
        """Whether spots stand for many customers each."""
        return self.customers > MOST_SPOTS


def find_spots(decided: DecidedBook) -> Spots:
    """Find the spots of the customers in a quadrant whose contribution and stability are known."""
    members = ", ".join(f"'{group}'" for group in decided.groups.quadrants)
    placed = f"FROM people WHERE grp IN ({members})"
    drawn = f"{placed} AND contribution > 0 AND stability IS NOT NULL"
    every = decided.row(f"SELECT count(*) {placed}")[0]
    count, low, high = decided.row(f"SELECT count(*), min(contribution), max(contribution) {drawn}")
    if not count:
        return Spots((), None, None, 0, every)
    if count <= MOST_SPOTS:
        rows = decided.rows(f"SELECT contribution, stability, 1 {drawn} ORDER BY customer_id")
    else:
        rows = decided.rows(_cells(drawn, float(low), float(high)))
    spots = tuple(Spot(round(float(c), DIGITS), round(float(s), DIGITS), count=int(n)) for c, s, n in rows)
    return Spots(spots, float(low), float(high), count, every - count)


def _cells(drawn: str, low: float, high: float) -> str:
    """A query of the middles of the cells that are not empty, even on the scale they are drawn on."""
    width = f"(log10({high!r}) - log10({low!r})) / {CELLS}" if high > low else "1.0"
    across = f"least(floor((log10(contribution) - log10({low!r})) / ({width})), {CELLS - 1})"
    up = f"least(floor(stability * {CELLS}), {CELLS - 1})"
    cells = f"SELECT {across} AS x, {up} AS y, count(*) AS customers {drawn} GROUP BY 1, 2"
    middle = f"pow(10, log10({low!r}) + (x + 0.5) * ({width}))"
    return f"SELECT {middle}, (y + 0.5) / {CELLS}, customers FROM ({cells}) ORDER BY x, y"
