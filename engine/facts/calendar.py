"""The calendar of a book: the months that the business itself calls off-season or peak."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from sangdo.engine.facts.months import YEAR_MONTHS
from sangdo.engine.language.rulebook import Value


@dataclass(frozen=True, slots=True)
class Calendar:
    """Months 1 to 12: `off` are off-season, `peak` the peak season; either may be empty, where nothing is said."""

    off: frozenset[int] = frozenset()
    peak: frozenset[int] = frozenset()

    def facts(self, as_of: date) -> Mapping[str, Value]:
        """Return what the calendar says of a dealer's season on a date, by the names of the facts."""
        said: dict[str, Value] = {}
        if self.off:
            said["off_season"] = as_of.month in self.off
            said["off_season_next"] = as_of.month % YEAR_MONTHS + 1 in self.off
        if self.peak:
            ahead = range(YEAR_MONTHS)
            said["months_to_peak"] = next(n for n in ahead if (as_of.month + n - 1) % YEAR_MONTHS + 1 in self.peak)
        return said
