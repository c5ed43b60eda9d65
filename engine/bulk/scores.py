"""Scores: every customer's measures with the levels and the quadrant that the rules give them."""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pyarrow
from pyarrow import parquet

from sangdo.engine.explain.evaluation import Evaluator
from sangdo.engine.facts.facts import Facts, Known
from sangdo.engine.facts.measurement import Measurement, measure_orders
from sangdo.engine.facts.measures import COLUMNS
from sangdo.engine.facts.orders import open_orders
from sangdo.engine.inference.thresholds import resolve_thresholds
from sangdo.engine.language.errors import DataInvalid, Location, Problem, RulesInvalid, nearest
from sangdo.engine.language.part import part_of
from sangdo.engine.language.reading import facts_of_question
from sangdo.engine.language.rulebook import Rulebook

MEASURES = (
    "standing", "contribution", "stability", "stability_quarters", "stability_months", "stability_orders"
)  # fmt: skip
ANSWERS = ("contribution_level", "stability_level", "quadrant")
FORMATS = (".csv", ".parquet")
BATCH = 50_000


@dataclass(frozen=True, slots=True)
class Scores:
    """A table with customer_id, MEASURES and ANSWERS, sorted by customer_id; empty where there is no answer."""

    table: pyarrow.Table
    warnings: tuple[str, ...]

    def write(self, path: Path) -> None:
        """Write a .csv or .parquet file, whole or not at all. Raises DataInvalid where it cannot be written."""
        if path.suffix.lower() not in FORMATS:
            raise _unwritable(path, "not a kind of file that scores are written to", " or ".join(FORMATS))
        draft = path.with_name(f".{path.name}.{os.getpid()}")
        try:
            if path.suffix.lower() == ".csv":
                draft.write_bytes(self.as_csv())
            else:
                parquet.write_table(self.table, draft)
            draft.replace(path)
        except OSError as error:
            raise _unwritable(path, f"the scores cannot be written: {error.strerror or error}", None) from None
        finally:
            draft.unlink(missing_ok=True)

    def as_csv(self) -> bytes:
        """Return the scores as CSV in UTF-8, the same bytes that write gives."""
        text = io.StringIO(newline="")
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(self.table.column_names)
        for batch in self.table.to_batches(max_chunksize=BATCH):
            writer.writerows(zip(*(column.to_pylist() for column in batch.columns), strict=True))
        return text.getvalue().encode()


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


def _unwritable(path: Path, message: str, expected: str | None) -> DataInvalid:
    suggestion = nearest(path.suffix, FORMATS) if expected else None
    return DataInvalid(Problem(Location(str(path)), message, expected=expected, suggestion=suggestion))
