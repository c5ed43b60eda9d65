"""When an action is due: within its time, or some months before the peak season."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sangdo.engine.decision.deadline import Deadline, set_deadline
from sangdo.engine.language.errors import Location
from sangdo.engine.language.rulebook import Action, Basis, Text

AS_OF = date(2026, 11, 23)


def action(within: int | None = 30, before_peak: int | None = 2, avoid: bool = False) -> Action:
    every = "month" if within is None else None
    words = Text("교육", "train")
    return Action(
        "train", words, (), "rep", within, every, 1, ("S3",), Basis.DOCUMENT, avoid, Location(""), before_peak
    )


def test_it_is_due_some_months_before_the_first_day_of_the_peak() -> None:
    assert set_deadline(action(), AS_OF, 6) == Deadline(date(2027, 3, 1), 2)


def test_a_weekend_gives_way_to_the_friday_before() -> None:
    # 1 May 2027 is a Saturday.
    assert set_deadline(action(before_peak=1), AS_OF, 7) == Deadline(date(2027, 4, 30), 1)


@pytest.mark.parametrize("months", [None, 0])
def test_without_a_peak_ahead_the_time_within_counts(months: int | None) -> None:
    assert set_deadline(action(), AS_OF, months) == Deadline(date(2026, 12, 23))


def test_the_time_within_is_left_at_least() -> None:
    """Two months before a peak in two months was the first of this month."""
    assert set_deadline(action(), AS_OF, 2) == Deadline(date(2026, 12, 23))


def test_none_of_that_time_lies_in_the_peak() -> None:
    assert set_deadline(action(within=90), AS_OF, 1) == Deadline(date(2026, 11, 30))


def test_a_rhythm_and_what_is_not_to_be_done_have_no_deadline() -> None:
    assert set_deadline(action(within=None, before_peak=None), AS_OF, 6) == Deadline(None)
    assert set_deadline(action(avoid=True), AS_OF, 6) == Deadline(None)


@settings(max_examples=200, derandomize=True, database=None)
@given(
    st.dates(date(2020, 1, 1), date(2030, 12, 31)), st.none() | st.integers(0, 12), st.integers(1, 90),
    st.integers(1, 11), st.integers(0, 60), st.integers(0, 10),
)  # fmt: skip
def test_a_trip_after_a_training_is_never_due_before_it(
    as_of: date, months: int | None, within: int, before: int, more: int, sooner: int
) -> None:
    """Clause S4.1: with no less time and no more months before the peak, the trip comes no sooner than the training."""
    training = set_deadline(action(within, before), as_of, months)
    trip = set_deadline(action(within + more, max(1, before - sooner)), as_of, months)
    assert training.due is not None
    assert trip.due is not None
    assert as_of <= training.due <= trip.due
