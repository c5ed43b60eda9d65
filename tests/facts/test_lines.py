"""The lines that a book draws: pareto and median, held within bounds."""

from __future__ import annotations

from datetime import date
from itertools import combinations

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from sangdo.engine.facts.lines import line_on, measure_line, measure_lines
from sangdo.engine.language.errors import Location
from sangdo.engine.language.rulebook import Method, Text, Threshold

PARETO = Method("pareto", 0.8, None)
MEDIAN = Method("median", None, (0.5, 0.8))


def threshold(method: Method | None, of: str | None = "contribution") -> Threshold:
    dated = ((date(2000, 1, 1), 1.0), (date(2020, 1, 1), 2.0))
    return Threshold("line", Text("선", "line"), None, dated, of, method, Location("q.yaml"))


@pytest.mark.parametrize(
    ("values", "line"),
    [
        ([5.0, 3.0, 1.0, 1.0], 3.0),
        ([0.1] * 10, 0.1),
        ([50.0, 30.0, 20.0], 30.0),
        ([100.0, 0.0, -40.0], 100.0),
        ([7.0], 7.0),
        ([0.0, -1.0], None),
        ([], None),
    ],
)
def test_pareto_is_the_smallest_of_the_fewest_that_make_the_share(values: list[float], line: float | None) -> None:
    assert measure_line(PARETO, values) == line


@settings(max_examples=100, derandomize=True, database=None, phases=[Phase.generate])
@given(st.lists(st.integers(min_value=1, max_value=60).map(float), min_size=1, max_size=7))
def test_no_smaller_group_than_that_above_the_pareto_line_makes_the_share(values: list[float]) -> None:
    line = measure_line(PARETO, values)
    assert line is not None
    high = [value for value in values if value >= line]
    assert sum(high) >= 0.8 * sum(values) - 1e-9
    fewer = len([value for value in values if value > line])
    assert all(sum(group) < 0.8 * sum(values) for group in combinations(values, fewer))


@pytest.mark.parametrize(
    ("values", "line"), [([0.6, 0.7], 0.65), ([0.1, 0.2], 0.5), ([0.9, 0.95, 1.0], 0.8), ([], None)]
)
def test_the_median_is_held_within_its_bounds(values: list[float], line: float | None) -> None:
    assert measure_line(MEDIAN, values) == (pytest.approx(line) if line is not None else None)


def test_a_line_is_measured_only_for_a_threshold_with_a_method_and_a_measured_fact() -> None:
    columns = {"contribution": [5.0, 3.0, 1.0, 1.0]}
    assert measure_lines({"line": threshold(PARETO)}, columns) == {"line": 3.0}
    assert measure_lines({"line": threshold(None)}, columns) == {}
    assert measure_lines({"line": threshold(PARETO, "season_index")}, columns) == {}


def test_the_measured_line_goes_before_the_dated_ones() -> None:
    assert line_on(threshold(PARETO), {"line": 3.0}, date(2021, 1, 1)) == 3.0
    assert line_on(threshold(PARETO), {}, date(2019, 12, 31)) == 1.0
    assert line_on(threshold(PARETO), {}, date(2020, 1, 1)) == 2.0
    assert line_on(threshold(PARETO), {}, date(1999, 1, 1)) is None
