"""Seasonal indexes agree with a slow reference, written sentence by sentence from their definition."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from functools import cache
from statistics import median
from typing import Any

import duckdb
import ibis
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from sangdo.engine.facts.measures import period
from sangdo.engine.facts.months import first_of, month_number, months_before
from sangdo.engine.facts.season import COLUMNS, seasonal_index

AS_OF = date(2019, 12, 31)
YEAR = [40.0, 40.0, 60.0, 80.0, 100.0, 180.0, 220.0, 200.0, 120.0, 80.0, 40.0, 40.0]
Series = Mapping[int, Fraction]


@dataclass(frozen=True)
class Order:
    customer: str
    day: date
    amount: float


@cache
def compiled(as_of: date) -> str:
    table = ibis.table({"customer_id": "string", "date": "date", "amount": "float64"}, name="orders")
    return str(ibis.to_sql(seasonal_index(table, as_of), dialect="duckdb"))


def measured(orders: list[Order], as_of: date = AS_OF) -> dict[tuple[str, int], dict[str, Any]]:
    """Run the product's expressions on DuckDB."""
    connection = duckdb.connect()
    connection.execute("CREATE TABLE orders (customer_id VARCHAR, date DATE, amount DOUBLE)")
    connection.executemany("INSERT INTO orders VALUES (?, ?, ?)", [(o.customer, o.day, o.amount) for o in orders])
    rows = [dict(zip(COLUMNS, row, strict=True)) for row in connection.execute(compiled(as_of)).fetchall()]
    return {(row["customer_id"], row["month"]): row for row in rows}


def reference(orders: list[Order], as_of: date = AS_OF) -> dict[tuple[str, int], dict[str, Any]]:
    """Compute the same in plain Python, with exact fractions where money is summed."""
    last = month_number(period(as_of).month_end)
    nets: dict[str, dict[int, Fraction]] = defaultdict(lambda: defaultdict(Fraction))
    for order in orders:
        if month_number(order.day) <= last:
            nets[order.customer][month_number(order.day)] += Fraction(str(order.amount))
    if not nets:
        return {}
    series = {customer: filled(net, last) for customer, net in nets.items()}
    start = min(min(one) for one in series.values())
    market = {n: sum((one.get(n, Fraction(0)) for one in series.values()), Fraction(0)) for n in range(start, last + 1)}
    of_market = market_index(market, last)
    found = {}
    for customer, one in series.items():
        own, years = normal(medians(one)), len(one) / 12
        for month in range(1, 13):
            index = of_market[month]
            if own[month] is not None and index is not None:
                # n/(n+2) own + 2/(n+2) market (n = years of history).
                index = own[month] * years / (years + 2) + index * 2 / (years + 2)
            row = (customer, month, index, of_market[month], years)
            found[customer, month] = dict(zip(COLUMNS, row, strict=True))
    return found


def filled(net: Mapping[int, Fraction], last: int) -> Series:
    """From the first row on a month without one is zero; returns reduce their month, which is floored at zero."""
    return {n: max(Fraction(0), net.get(n, Fraction(0))) for n in range(min(net), last + 1)}


def medians(series: Series) -> dict[int, float | None]:
    """Ratio to the centred 12-month average (2 x 12 moving average), median over years."""
    ratios: dict[int, list[float]] = defaultdict(list)
    for number, volume in series.items():
        around = range(number - 6, number + 7)
        if all(n in series for n in around):
            twelve = [sum(series[n] for n in span) for span in (around[:12], around[1:])]
            average = sum(twelve) / 24
            if average > 0:
                ratios[number % 12 + 1].append(float(volume / average))
    return {month: median(ratios[month]) if ratios[month] else None for month in range(1, 13)}


def normal(index: Mapping[int, float | None]) -> dict[int, Any]:
    known = [value for value in index.values() if value is not None]
    mean = math.fsum(known) / len(known) if known else 0
    return {month: value / mean if value is not None and mean else None for month, value in index.items()}


def market_index(market: Series, last: int) -> dict[int, Any]:
    """A market of twelve months and more is read against their mean where no month can be centred."""
    index = medians(market)
    year = [market[n] for n in range(last - 11, last + 1) if n in market]
    if len(year) == 12 and sum(year):
        for n in range(last - 11, last + 1):
            if index[n % 12 + 1] is None:
                index[n % 12 + 1] = float(market[n] * 12 / sum(year))
    return normal(index)


def assert_same(orders: list[Order], as_of: date = AS_OF) -> dict[tuple[str, int], dict[str, Any]]:
    found, expected = measured(orders, as_of), reference(orders, as_of)
    assert found.keys() == expected.keys()
    for key, row in expected.items():
        for name, value in row.items():
            if isinstance(value, float):
                assert found[key][name] == pytest.approx(value, rel=1e-9, abs=1e-12), (key, name)
            else:
                assert found[key][name] == value, (key, name)
    return found


def monthly(customer: str, amounts: list[float], end: date = date(2019, 12, 15)) -> list[Order]:
    """One row a month, the last of them in the month of `end`."""
    days = [months_before(end, len(amounts) - 1 - n) for n in range(len(amounts))]
    return [Order(customer, day, amount) for day, amount in zip(days, amounts, strict=True)]


HISTORIES = st.lists(
    st.builds(
        Order,
        customer=st.sampled_from(["가게", "b", "007"]),
        day=st.dates(min_value=date(2016, 3, 1), max_value=date(2020, 2, 10)),
        amount=st.integers(min_value=-50_000, max_value=200_000).map(lambda cents: cents / 100),
    ),
    min_size=1,
    max_size=60,
)


@settings(max_examples=40, deadline=None, derandomize=True, database=None, phases=[Phase.generate])
@given(HISTORIES, st.sampled_from([AS_OF, date(2019, 12, 30), date(2020, 2, 29), date(2017, 5, 31), date(2017, 1, 31)]))
def test_any_history_is_indexed_as_in_the_reference(orders: list[Order], as_of: date) -> None:
    assert_same(orders, as_of)


def test_a_rhythm_that_returns_each_year_is_its_own_index() -> None:
    rows = assert_same(monthly("a", YEAR * 3))
    for month, volume in enumerate(YEAR, start=1):
        assert rows["a", month]["season_index"] == pytest.approx(volume / 100)
    assert {row["years"] for row in rows.values()} == {3.0}


def test_growth_is_not_taken_for_a_season() -> None:
    rows = assert_same(monthly("a", [100.0 + 2 * n for n in range(48)]))
    assert all(row["season_index"] == pytest.approx(1, abs=0.01) for row in rows.values())


def test_one_odd_year_among_three_does_not_move_the_median() -> None:
    steady, odd = [100.0] * 48, [100.0] * 48
    odd[23] = 100.0 * 8
    plain = assert_same(monthly("a", steady) + monthly("b", steady))["a", 12]
    rows = assert_same(monthly("a", odd) + monthly("b", steady))
    assert rows["a", 12]["season_index"] == pytest.approx(plain["season_index"], abs=0.12)


def test_own_history_weighs_n_years_against_two_of_the_market() -> None:
    flat = [1000.0] * 48
    rows = assert_same(monthly("big", flat) + monthly("a", YEAR * 4))
    market = rows["a", 7]["market_index"]
    assert rows["a", 7]["season_index"] == pytest.approx(2.2 * 4 / 6 + market * 2 / 6)
    assert rows["big", 7]["season_index"] == pytest.approx(1 * 4 / 6 + market * 2 / 6)


def test_a_customer_of_a_few_months_has_the_season_of_the_market() -> None:
    rows = assert_same(monthly("old", YEAR * 3) + monthly("new", [5.0, 7.0]))
    assert rows["new", 1]["season_index"] == rows["new", 1]["market_index"] == rows["old", 1]["market_index"]
    assert rows["new", 1]["years"] == pytest.approx(2 / 12)


def test_a_market_of_a_single_year_is_read_against_its_mean() -> None:
    rows = assert_same(monthly("a", YEAR))
    assert rows["a", 7]["season_index"] == pytest.approx(2.2)


def test_a_market_of_eleven_months_has_no_season() -> None:
    rows = assert_same(monthly("a", YEAR[:11]))
    assert {row["season_index"] for row in rows.values()} == {None}


def test_a_month_of_zero_counts_like_a_month_without_a_row() -> None:
    amounts = [0.0 if n % 12 == 1 else 100.0 for n in range(36)]
    zeros = monthly("a", amounts)
    assert measured(zeros) == measured([order for order in zeros if order.amount])
    leading = [*monthly("a", [0.0] * 6, end=date(2016, 12, 15)), *zeros]
    assert measured(leading)["a", 1]["years"] == 3.5


def test_only_months_complete_at_the_date_count() -> None:
    orders = monthly("a", YEAR * 3)
    late = [*orders, Order("a", date(2020, 1, 3), 99_999.0)]
    assert measured(late, date(2020, 1, 30)) == measured(orders, AS_OF)
    assert measured(late, date(2020, 1, 31)) != measured(orders, AS_OF)


def test_the_order_of_the_rows_does_not_change_a_digit() -> None:
    orders = [
        Order(c, first_of(month_number(date(2016, 1, 1)) + n), 0.1 * (n % 7) + 0.01 * i)
        for i, c in enumerate("abc")
        for n in range(48)
    ]
    assert measured(orders) == measured(orders[::-1])
