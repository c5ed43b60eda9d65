"""A rep's week is fair and stable, whatever the customers."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sangdo.engine.bulk.week.attention import Attention
from sangdo.engine.bulk.week.placing import OVERRUN, Visit, own_day, place_visits
from sangdo.engine.bulk.week.rhythm import WEEKS, is_due, next_due, week_number, weekday_of
from sangdo.engine.bulk.week.sharing import UNITS_AN_HOUR, Claim, share_units
from sangdo.engine.bulk.week.turns import Turns, take_turns

MONDAY = date(2026, 6, 1)
WEIGHTS = st.sampled_from([0.5, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0])
RANKS = st.tuples(st.integers(0, 2), st.integers(0, 2))
IDS = st.text("0123456789ABC", min_size=1, max_size=6)


def attention(customer: str, hours: float, weight: float, ranks: tuple[int, ...], rhythm: str) -> Attention:
    return Attention(customer, customer, hours, weight, ranks, rhythm, {})


@st.composite
def books(draw: st.DrawFn, most: int = 25) -> list[Attention]:
    """The customers of a rep, with the hours that house rules give."""
    ids = draw(st.lists(IDS, min_size=1, max_size=most, unique=True))
    hours = st.sampled_from([0.1, 0.25, 0.5, 0.75, 1.0, 1.25, 2.0, 2.5, 5.0])
    return [attention(i, draw(hours), draw(WEIGHTS), draw(RANKS), draw(st.sampled_from(sorted(WEEKS)))) for i in ids]


@st.composite
def claims(draw: st.DrawFn) -> list[Claim]:
    ids = draw(st.lists(IDS, min_size=1, max_size=20, unique=True))
    return [
        Claim(i, draw(st.integers(1, 12)), draw(WEIGHTS), draw(RANKS), draw(st.integers(0, 3)), draw(st.integers(0, 9)))
        for i in ids
    ]


def week(book: list[Attention], hours: float = 40, monday: date = MONDAY) -> Turns:
    return take_turns(book, hours, monday, {})


@given(claims(), st.integers(0, 80))
def test_the_hours_given_never_exceed_the_capacity_and_are_used_up_when_more_is_asked(
    asked: list[Claim], capacity: int
) -> None:
    shares = share_units(asked, capacity)
    assert all(0 <= shares[claim.customer_id] <= claim.units for claim in asked)
    assert sum(shares.values()) == min(capacity, sum(claim.units for claim in asked))


@given(claims(), st.integers(0, 80))
def test_equal_attention_gets_hours_that_differ_by_a_quarter_at_most(asked: list[Claim], capacity: int) -> None:
    shares = share_units(asked, capacity)
    for one in asked:
        for other in asked:
            if (one.weight, one.ranks, one.units) == (other.weight, other.ranks, other.units):
                assert abs(shares[one.customer_id] - shares[other.customer_id]) <= 1


@given(claims(), st.integers(0, 80))
def test_more_attention_never_gets_less_of_the_same_request(asked: list[Claim], capacity: int) -> None:
    """Who has waited may come before, but only by the quarter of an hour with which a turn begins."""
    shares = share_units(asked, capacity)
    for one in asked:
        for other in asked:
            more = one.weight > other.weight or (one.weight == other.weight and one.ranks < other.ranks)
            if more and one.units >= other.units:
                lead = 0 if one.waited >= other.waited or capacity >= len(asked) else 1
                assert shares[one.customer_id] >= shares[other.customer_id] - lead


@given(claims(), st.integers(0, 80))
def test_one_customer_more_takes_from_the_others_what_it_gets_and_no_more(asked: list[Claim], capacity: int) -> None:
    new, others = asked[0], asked[1:]
    before, after = share_units(others, capacity), share_units(asked, capacity)
    assert all(after[customer] <= before[customer] for customer in before)
    assert sum(before.values()) - sum(after[customer] for customer in before) <= after[new.customer_id]


@given(IDS, st.sampled_from(sorted(WEEKS.values())), st.integers(100_000, 110_000))
def test_a_turn_comes_once_in_every_rhythm(customer: str, every: int, number: int) -> None:
    assert sum(is_due(customer, every, number + ahead) for ahead in range(every)) == 1
    following = next_due(customer, every, number)
    assert number < following <= number + every
    assert is_due(customer, every, following)


@given(books(), st.sampled_from([1, 8, 20, 40, 168]), st.integers(0, 60))
@settings(max_examples=50)
def test_no_week_and_no_day_holds_more_than_its_hours(book: list[Attention], hours: float, ahead: int) -> None:
    turns = week(book, hours, MONDAY + timedelta(weeks=ahead))
    assert sum(turn.given for turn in turns.turns) <= hours * UNITS_AN_HOUR
    for day in turns.week.days:
        assert sum(turn.given for turn in turns.turns if turn.day == day) <= turns.room + OVERRUN
    assert all((turn.day is None) == (turn.given == 0) for turn in turns.turns)


@given(books(12), st.sampled_from([3, 10, 40]))
@settings(max_examples=25, deadline=None)
def test_nobody_is_put_off_for_ever(book: list[Attention], hours: float) -> None:
    """Within a rhythm and a quarter everyone has had a turn, if the week has a quarter for each due."""
    visited = set()
    for ahead in range(max(one.every for one in book) + 13):
        turns = week(book, hours, MONDAY + timedelta(weeks=ahead))
        visited |= {turn.attention.customer_id for turn in turns.turns if turn.given}
    assert visited == {one.customer_id for one in book}


def test_the_least_important_has_a_turn_even_when_a_week_holds_one_customer() -> None:
    book = [attention(f"heavy{n}", 1, 6, (0, 0), "week") for n in range(3)]
    book += [attention("light", 1, 0.5, (2, 2), "week")]
    given_to = [
        turn.attention.customer_id
        for ahead in range(26)
        for turn in week(book, 0.25, MONDAY + timedelta(weeks=ahead)).turns
        if turn.given
    ]
    assert len(given_to) == 26
    assert "light" in given_to


@given(books(), st.sampled_from([8, 20, 40]))
@settings(max_examples=50)
def test_the_same_customers_give_the_same_week_in_any_order(book: list[Attention], hours: float) -> None:
    assert week(book, hours) == week(book[::-1], hours)


@given(books(40), st.sampled_from([20, 40]))
@settings(max_examples=60, deadline=None)
def test_one_customer_more_moves_only_visits_that_found_no_room_on_their_own_day(
    book: list[Attention], hours: float
) -> None:
    """A visit that was on its own day stays there, unless the new customer's visit is on that day too."""
    new, others = book[0], book[1:]
    before, after = _days(week(others, hours)), _days(week(book, hours))
    assert set(before) <= set(after)
    days = week(others, hours).week.days
    crowded = own_day(weekday_of(new.customer_id), days)
    for customer, day in before.items():
        home = own_day(weekday_of(customer), days)
        if day == home != crowded and not _anyone_waits(others, book, hours):
            assert after[customer] == home


def _days(turns: Turns) -> dict[str, date | None]:
    return {turn.attention.customer_id: turn.day for turn in turns.turns}


def _anyone_waits(*rest: object) -> bool:
    """Whether the weeks before left something over: then a customer more can change who waits."""
    *books_of, hours = rest
    return any(turn.waited for book in books_of for turn in week(book, hours).turns)  # type: ignore[arg-type]


@given(st.lists(st.tuples(st.integers(1, 12), st.integers(0, 4)), max_size=40), st.integers(0, 39))
def test_a_visit_less_moves_no_visit_of_another_day_that_was_at_home(
    wanted: list[tuple[int, int]], removed: int
) -> None:
    days = [MONDAY + timedelta(day) for day in range(5)]
    visits = [Visit(str(place), units, weekday) for place, (units, weekday) in enumerate(wanted)]
    fewer = [visit for visit in visits if visit.customer_id != str(removed)]
    before, after = place_visits(visits, days, 32), place_visits(fewer, days, 32)
    for visit in fewer:
        home = own_day(visit.weekday, days)
        if before.get(visit.customer_id) == home and after.get(visit.customer_id) != home:
            pytest.fail(f"{visit} was at home on {home} and left although a visit fell away")


def test_weeks_are_numbered_without_a_break_over_the_new_year() -> None:
    assert week_number(date(2026, 12, 28)) + 1 == week_number(date(2027, 1, 4))
    assert week_number(date(2027, 1, 1)) == week_number(date(2026, 12, 28))
