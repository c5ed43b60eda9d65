"""Scores: every customer's standing, contribution, stability, levels and quadrant in one table."""

# The SQL here is made of this project's own words; values and paths are parameters or quoted literals.
# ruff: noqa: S608

from __future__ import annotations

import os
import tempfile
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import duckdb

from sangdo.engine.facts.lines import line_on
from sangdo.engine.facts.measurement import MEASURED, Measurement, measure_orders
from sangdo.engine.facts.orders import open_orders
from sangdo.engine.language.errors import DataInvalid, Location, Problem, RulesInvalid
from sangdo.engine.language.rulebook import Rulebook

CONTRIBUTION_LINE = "contribution_line"
STABILITY_LINE = "stability_line"
COLUMNS = (
    "customer_id",
    "standing",
    "contribution",
    "stability",
    "stability_quarters",
    "stability_months",
    "stability_orders",
    "contribution_level",
    "stability_level",
    "quadrant",
)
FORMATS = {".csv": "FORMAT csv, HEADER", ".parquet": "FORMAT parquet", ".pq": "FORMAT parquet"}


@dataclass(frozen=True, slots=True)
class Scores:
    """The scores of one order file on one date, sorted by customer_id, with the columns COLUMNS.

    Levels and quadrant are empty for customers who are not rated (clause E1).
    """

    measurement: Measurement
    query: str

    @property
    def warnings(self) -> tuple[str, ...]:
        return self.measurement.warnings

    def write(self, path: Path) -> None:
        """Write a .csv or .parquet file, whole or not at all. Raises DataInvalid where it cannot be written."""
        form = FORMATS.get(path.suffix.lower())
        if form is None:
            raise _unwritable(path, "not a kind of file that scores are written to", "a .csv or .parquet file")
        handle = None
        try:
            handle, name = tempfile.mkstemp(dir=path.absolute().parent, prefix=f".{path.name}.")
            os.close(handle)
        except OSError as error:
            raise _unwritable(path, f"the scores cannot be written: {error.strerror}") from None
        try:
            self._copy(name, form)
            os.chmod(name, 0o666 & ~_umask())
            os.replace(name, path)
        except (OSError, duckdb.Error) as error:
            Path(name).unlink(missing_ok=True)
            reason = error.strerror if isinstance(error, OSError) else str(error).splitlines()[0]
            raise _unwritable(path, f"the scores cannot be written: {reason}") from None

    def csv(self) -> bytes:
        """Return the scores as CSV, the same bytes that write gives."""
        with tempfile.TemporaryDirectory(prefix="sangdo-") as folder:
            name = str(Path(folder) / "scores.csv")
            self._copy(name, FORMATS[".csv"])
            return Path(name).read_bytes()

    def _copy(self, name: str, form: str) -> None:
        quoted = name.replace("'", "''")
        self.measurement.connection.execute(f"COPY ({self.query}) TO '{quoted}' ({form})")


def measure_scores(orders: Path, as_of: date, rulebook: Rulebook, shown: str | None = None) -> Scores:
    """Score all customers of an order file (CSV, Parquet or XLSX) as of a date.

    The lines are those of the rulebook's thresholds contribution_line and stability_line. Raises DataInvalid
    for orders that cannot be used, RulesInvalid for a rulebook without the two lines.
    """
    thresholds = rulebook.thresholds
    missing = [name for name in (CONTRIBUTION_LINE, STABILITY_LINE) if name not in thresholds]
    if missing:
        raise RulesInvalid(*(Problem(Location(rulebook.root), f"there is no threshold {name}") for name in missing))
    measurement = measure_orders(open_orders(orders, shown), as_of, thresholds)
    lines = [line_on(thresholds[name], measurement.lines, as_of) for name in (CONTRIBUTION_LINE, STABILITY_LINE)]
    return Scores(measurement, _query(*lines))


def _query(contribution_line: float | None, stability_line: float | None) -> str:
    """The quadrants of clause E1: EI high/high, EII high/low, EIII low/high, EIV low/low."""
    measured = ", ".join(COLUMNS[:7])
    return (
        f"SELECT {measured}, contribution_level, stability_level, "
        "CASE WHEN contribution_level = 'high' AND stability_level = 'high' THEN 'EI' "
        "WHEN contribution_level = 'high' AND stability_level = 'low' THEN 'EII' "
        "WHEN contribution_level = 'low' AND stability_level = 'high' THEN 'EIII' "
        "WHEN contribution_level = 'low' AND stability_level = 'low' THEN 'EIV' END AS quadrant "
        f"FROM (SELECT *, {_level('contribution', contribution_line)}, {_level('stability', stability_line)} "
        f"FROM {MEASURED}) ORDER BY customer_id"
    )


def _level(name: str, line: float | None) -> str:
    if line is None:
        return f"CAST(NULL AS VARCHAR) AS {name}_level"
    # The line is written with all its digits: one of the values may be exactly on it.
    high = f"CASE WHEN {name} >= CAST('{line!r}' AS DOUBLE) THEN 'high' ELSE 'low' END"
    return f"CASE WHEN standing = 'rated' AND {name} IS NOT NULL THEN {high} END AS {name}_level"


def _umask() -> int:
    """The process's mask, which temporary files do not follow; reading it means setting it."""
    mask = os.umask(0o077)
    os.umask(mask)
    return mask


def _unwritable(path: Path, message: str, expected: str | None = None) -> DataInvalid:
    return DataInvalid(Problem(Location(str(path)), message, expected=expected))
