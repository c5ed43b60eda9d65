"""Scores: every customer's measures with the levels and the quadrant that the rules give them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pyarrow

from sangdo.engine.bulk.table_output import table_as_csv, write_table
from sangdo.engine.explain.evaluation import Evaluator
from sangdo.engine.facts.facts import Facts, Known
from sangdo.engine.facts.measurement import Measurement, measure_orders
from sangdo.engine.facts.measures import COLUMNS
from sangdo.engine.facts.orders import open_orders
from sangdo.engine.inference.thresholds import resolve_thresholds
from sangdo.engine.language.errors import Location, Problem, RulesInvalid
from sangdo.engine.language.part import part_of
from sangdo.engine.language.reading import facts_of_question
from sangdo.engine.language.rulebook import Rulebook

MEASURES = (
    "standing", "contribution", "stability", "stability_quarters", "stability_months", "stability_orders"
)  # fmt: skip
ANSWERS = ("contribution_level", "stability_level", "quadrant")


@dataclass(frozen=True, slots=True)
class Scores:
    """A table with customer_id, MEASURES and ANSWERS, sorted by customer_id; empty where there is no answer."""

    table: pyarrow.Table
    warnings: tuple[str, ...]

    def write(self, path: Path) -> None:
        """Write a .csv or .parquet file, whole or not at all. Raises DataInvalid where it cannot be written."""
        write_table(self.table, path)

    def as_csv(self) -> bytes:
        """Return the scores as CSV in UTF-8, the same bytes that write gives."""
        return table_as_csv(self.table)


def measure_scores(orders: Path, as_of: date, rulebook: Rulebook) -> Scores:
    """Score all customers of an order file (CSV, Parquet or XLSX) as of a date.

    Raises DataInvalid for orders that cannot be used, RulesInvalid for rules without one of the ANSWERS.
    """
    missing = [name for name in ANSWERS if name not in rulebook.questions]
    if missing:
        raise RulesInvalid(*(Problem(Location(rulebook.root), f"there is no question {name}") for name in missing))
    measurement = measure_orders(open_orders(orders, str(orders)), as_of, rulebook.thresholds)
    rows = list(_rows(measurement, part_of(rulebook, ANSWERS)))
    names = ("customer_id", *MEASURES, *ANSWERS)
    columns = zip(*rows, strict=True) if rows else [[] for _ in names]
    types = {"contribution": pyarrow.float64(), **dict.fromkeys(MEASURES[2:], pyarrow.float64())}
    arrays = {name: pyarrow.array(c, types.get(name, pyarrow.string())) for name, c in zip(names, columns, strict=True)}
    return Scores(pyarrow.table(arrays), measurement.warnings)


def _rows(measurement: Measurement, rulebook: Rulebook) -> Iterator[tuple[object, ...]]:
    thresholds = resolve_thresholds(rulebook, measurement.as_of, measurement.lines)
    evaluator = Evaluator(rulebook, thresholds)
    read = {name for question in rulebook.questions.values() for name in facts_of_question(question)}
    columns = sorted(read & set(COLUMNS))
    buyer = Known("existing", "measured", "")
    for row in measurement.rows():
        known = {name: Known(row[name], "measured", "") for name in columns if row[name] is not None}
        known["kind"] = buyer
        values = evaluator.evaluate(Facts(row["customer_id"], measurement.as_of, known)).values
        yield (row["customer_id"], *(row[name] for name in MEASURES), *(values.get(name) for name in ANSWERS))
