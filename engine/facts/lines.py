"""Lines: the thresholds that a book draws itself, such as the 80 % of all contribution."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from statistics import median

from sangdo.engine.language.rulebook import Method, Threshold

# A sum of many amounts may miss its share by the last digits of a float; that must not add a customer.
TOLERANCE = 1e-12


def measure_line(method: Method, values: Iterable[float]) -> float | None:
    """Return the line that a method draws through the values of the rated customers; None without any.

    `pareto`: the smallest value among the fewest customers that together make the share of the total.
    `median`: the median. Either is held within the method's bounds.
    """
    known = [value for value in values if math.isfinite(value)]
    line = _pareto(known, method.share or 0.0) if method.kind == "pareto" else median(known) if known else None
    if line is None or method.within is None:
        return line
    low, high = method.within
    return min(max(line, low), high)


def _pareto(values: list[float], share: float) -> float | None:
    # Who brings nothing or a loss is not among the fewest that make the share.
    largest = sorted((value for value in values if value > 0), reverse=True)
    goal = share * math.fsum(largest) * (1 - TOLERANCE)
    reached = 0.0
    for value in largest:
        reached += value
        if reached >= goal:
            return value
    return None


def measure_lines(thresholds: Mapping[str, Threshold], columns: Mapping[str, Sequence[float]]) -> dict[str, float]:
    """Return the lines of all thresholds with a method, by name, where the book has their fact's values."""
    lines = {}
    for name, threshold in thresholds.items():
        if threshold.method is not None and threshold.of is not None and threshold.of in columns:
            line = measure_line(threshold.method, columns[threshold.of])
            if line is not None:
                lines[name] = line
    return lines


def line_on(threshold: Threshold, lines: Mapping[str, float], as_of: date) -> float | None:
    """Return the line in force: the measured one, else the last dated value not after the date."""
    if threshold.name in lines:
        return lines[threshold.name]
    dated = [value for start, value in threshold.values if start <= as_of]
    return dated[-1] if dated else None
