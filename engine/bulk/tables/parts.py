"""Parts: a book's customers cut into ranges of their ids, each small enough to be worked on in memory."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from sangdo.engine.facts.sql_text import literal

CUSTOMERS = 250_000
ROWS = 20
"""A part holds about CUSTOMERS customers, or fewer where these have more than ROWS orders each."""


@dataclass(frozen=True, slots=True)
class Part:
    """One range of ids: from `low` on (None: from the first), before `high` (None: to the last)."""

    number: int
    low: str | None
    high: str | None

    def holds(self, column: str) -> str:
        """Return SQL that says whether an id is in the part."""
        tests = [f"{column} >= {literal(self.low)}"] if self.low is not None else []
        if self.high is not None:
            tests.append(f"{column} < {literal(self.high)}")
        return " AND ".join(tests) or "true"


@dataclass(frozen=True, slots=True)
class Parts:
    """The parts of a book, by the ids that each but the first begins with, in order."""

    bounds: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.bounds) + 1

    def __iter__(self) -> Iterator[Part]:
        edges = (None, *self.bounds, None)
        for number in range(len(self)):
            yield Part(number, edges[number], edges[number + 1])

    def number(self, column: str) -> str:
        """Return SQL that gives the number of the part that an id is in."""
        return self._between(column, 0, len(self.bounds))

    def _between(self, column: str, low: int, high: int) -> str:
        if low == high:
            return str(low)
        middle = (low + high) // 2
        lower, upper = self._between(column, low, middle), self._between(column, middle + 1, high)
        return f"CASE WHEN {column} < {literal(self.bounds[middle])} THEN {lower} ELSE {upper} END"


def parts_of(sample: Iterable[str], one_of: int, rows: int, customers: int = CUSTOMERS) -> Parts:
    """Cut the customers into parts of about equal size by a sample of their ids, which holds one of `one_of` of them.

    `rows` is the number of their orders, `customers` how many a part should hold.
    """
    ids = sorted(set(sample))
    wanted = max(-(-len(ids) * one_of // customers), -(-rows // (customers * ROWS)), 1)
    wanted = min(wanted, len(ids) or 1)
    return Parts(tuple(ids[n * len(ids) // wanted] for n in range(1, wanted)))
