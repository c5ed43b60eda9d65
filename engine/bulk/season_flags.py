"""Season flags: for every customer and calendar month the seasonal index, and whether it is off-season by the rules."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pyarrow

from sangdo.engine.bulk.table_output import table_as_csv, write_table
from sangdo.engine.explain.evaluation import Evaluator
from sangdo.engine.facts.facts import Facts, Known
from sangdo.engine.facts.measurement import SeasonRow, season_rows
from sangdo.engine.facts.measures import period
from sangdo.engine.facts.months import YEAR_MONTHS, month_end
from sangdo.engine.facts.orders import Orders, open_orders
from sangdo.engine.inference.thresholds import resolve_thresholds
from sangdo.engine.language.errors import Location, Problem, RulesInvalid
from sangdo.engine.language.part import part_of
from sangdo.engine.language.rulebook import Rulebook

QUESTION = "season"
OFF = "off_season"
SHORT_YEARS = 2
DECIMALS = 6
_COLUMNS = {
    "customer_id": pyarrow.string(),
    "month": pyarrow.int64(),
    "season_index": pyarrow.float64(),
    "off_season": pyarrow.int64(),
    "years": pyarrow.float64(),
}


@dataclass(frozen=True, slots=True)
class SeasonFlags:
    """A table of twelve rows a customer, sorted by customer_id and month: season_index, off_season (1 or 0) and the
    years of history. Index and flag are empty where the orders do not cover a year."""

    table: pyarrow.Table
    warnings: tuple[str, ...]

    def write(self, path: Path) -> None:
        """Write a .csv or .parquet file, whole or not at all. Raises DataInvalid where it cannot be written."""
        write_table(self.table, path)

    def as_csv(self) -> bytes:
        """Return the flags as CSV in UTF-8, the same bytes that write gives."""
        return table_as_csv(self.table)


def measure_season_flags(path: Path, as_of: date, rulebook: Rulebook) -> SeasonFlags:
    """Flag all customers of an order file (CSV, Parquet or XLSX), by the months complete at a date (clause S0.1).

    Raises DataInvalid for orders that cannot be used, RulesInvalid for rules without the question of the season.
    """
    if QUESTION not in rulebook.questions:
        raise RulesInvalid(Problem(Location(rulebook.root), f"there is no question {QUESTION}"))
    orders = open_orders(path, str(path))
    rows = season_rows(orders, min(as_of, month_end(orders.last)))
    columns = zip(*_flagged(rows, as_of, rulebook), strict=True) if rows else [[] for _ in _COLUMNS]
    arrays = {name: pyarrow.array(c, kind) for (name, kind), c in zip(_COLUMNS.items(), columns, strict=True)}
    return SeasonFlags(pyarrow.table(arrays), _warnings(orders, rows, as_of))


def _flagged(rows: list[SeasonRow], as_of: date, rulebook: Rulebook) -> Iterator[tuple[object, ...]]:
    """Ask the rules about each row, as of a dealer for whom this month is the one at hand."""
    evaluator = Evaluator(part_of(rulebook, (QUESTION,)), resolve_thresholds(rulebook, as_of, {}))
    dealer = {"kind": Known("existing", "measured", ""), "role": Known("dealer", "measured", "")}
    for customer, month, index, market, years in rows:
        figures = {"season_index": index, "market_season_index": market, "season_years": years}
        known = {name: Known(value, "measured", "") for name, value in figures.items() if value is not None}
        answer = evaluator.evaluate(Facts(customer, as_of, {**dealer, **known})).values.get(QUESTION)
        rounded = None if index is None else round(index, DECIMALS)
        yield customer, month, rounded, None if answer is None else int(answer == OFF), round(years, DECIMALS)


def _warnings(orders: Orders, rows: list[SeasonRow], as_of: date) -> tuple[str, ...]:
    warnings = []
    after = orders.after(period(as_of).month_end)
    if after:
        those = "row is" if after == 1 else "rows are"
        warnings.append(f"{orders.shown}: {after} {those} after {period(as_of).month_end} and not counted")
    if month_end(orders.last) < period(as_of).month_end:
        warnings.append(f"{orders.shown}: the orders end on {orders.last}; the season is told up to then")
    short = len({row[0] for row in rows if row[4] < SHORT_YEARS})
    if short:
        those = "customer has" if short == 1 else "customers have"
        warnings.append(f"{orders.shown}: {short} {those} less than {SHORT_YEARS} years of history; the market's "
                        "season counts for them")  # fmt: skip
    if not rows or rows[0][2] is None or len({row[1] for row in rows if row[2] is not None}) < YEAR_MONTHS:
        warnings.append(f"{orders.shown}: less than a year of orders; the season cannot be told")
    return tuple(warnings)
