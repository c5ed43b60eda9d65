"""The measures agree with a slow reference, written sentence by sentence from their definition."""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from functools import cache
from itertools import pairwise
from statistics import median
from typing import Any

import duckdb
import ibis
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from sangdo.engine.facts.measurement import SCHEMA
from sangdo.engine.facts.measures import COLUMNS, measure, period
from sangdo.engine.facts.months import months_before

AS_OF = date(2020, 1, 1)


@dataclass(frozen=True)
class Order:
    customer: str
    day: date
    amount: float
    order_id: str | None = None
    margin: float | None = None


@cache
def compiled(as_of: date) -> str:
    return str(ibis.to_sql(measure(ibis.table(SCHEMA, name="orders"), as_of), dialect="duckdb"))


def measured(orders: list[Order], as_of: date = AS_OF) -> dict[str, dict[str, Any]]:
    """Run the product's expressions on DuckDB."""
    connection = duckdb.connect()
    connection.execute(
        "CREATE TABLE orders (customer_id VARCHAR, date DATE, amount DOUBLE, order_id VARCHAR, margin DOUBLE)"
    )
    rows = [(o.customer, o.day, o.amount, o.order_id, o.margin) for o in orders]
    if rows:
        connection.executemany("INSERT INTO orders VALUES (?, ?, ?, ?, ?)", rows)
    found = connection.execute(compiled(as_of)).fetchall()
    return {row[0]: dict(zip(COLUMNS, row, strict=True)) for row in found}


def reference(orders: list[Order], as_of: date = AS_OF) -> dict[str, dict[str, Any]]:
    """Compute the same in plain Python, one customer after the other, with exact fractions where money is summed."""
    histories: dict[str, list[Order]] = defaultdict(list)
    for order in orders:
        if order.day <= as_of:
            histories[order.customer].append(order)
    last = last_complete_month(as_of)
    gaps = {c: usual_gap(history, last) for c, history in histories.items()}
    known_gaps = [gap for gap in gaps.values() if gap is not None]
    market = median(known_gaps) if known_gaps else None
    book_rate = margin_rate([o for history in histories.values() for o in history], last)
    return {c: one(c, history, as_of, last, gaps[c], market, book_rate) for c, history in histories.items()}


def one(
    customer: str, history: list[Order], as_of: date, last: int, own_gap: float | None, market: float | None,
    book_rate: float | None,
) -> dict[str, Any]:  # fmt: skip
    positive = sorted((o for o in history if o.amount > 0), key=lambda o: o.day)
    year_ago, half_ago = months_before(as_of, 12), months_before(as_of, 6)
    result: dict[str, Any] = dict.fromkeys(COLUMNS)
    result["customer_id"] = customer
    keys = {o.order_id or str(o.day) for o in positive}
    latest = positive[-1].day if positive else min(o.day for o in history)
    # Rated: at least 2 orders, at least 6 months since the first order, an order in the last 12 months.
    if latest < year_ago:
        result["standing"] = "lost"
    else:
        result["standing"] = "rated" if len(keys) >= 2 and positive[0].day <= half_ago else "new"
    result["orders_last_year"] = len({o.order_id or str(o.day) for o in positive if o.day >= year_ago})
    result["history_months"] = 0
    days_in_window = order_days(history, last)
    few = market if market is not None else max(7.0, percentile([float(g) for g in day_gaps(days_in_window)] or [7.0]))
    result["usual_gap_days"] = own_gap if own_gap is not None else few
    if not positive:
        return result
    result["first_order"], result["last_order"] = positive[0].day, positive[-1].day
    # Days silent: to the end of the last month, at least 1.
    result["days_silent"] = max(1, (period(as_of).month_end - positive[-1].day).days)
    # A customer's quarters and months begin with the first order (at least 2 quarters).
    history_months = last - month(positive[0].day) + 1
    result["history_months"] = max(0, history_months)
    if history_months <= 0:
        return result
    # Returns reduce their month, which is floored at zero.
    volume = [max(Fraction(0), sum((exact(o.amount) for o in history if month(o.day) == last - age), Fraction(0)))
              for age in range(24)]  # fmt: skip
    quarters = [float(sum(volume[3 * n : 3 * n + 3])) for n in range(8)]
    count = max(2, min(24, history_months) // 3)
    # C: mean volume per quarter over the last 4 quarters (since the first order, if fewer), times the margin rate.
    rate = margin_rate(history, last)
    rate = rate if rate is not None else book_rate if book_rate is not None else 1.0
    result["contribution"] = math.fsum(quarters[: min(4, count)]) / min(4, count) * rate
    # Q = 1 / (1 + v), with 24 months of history the smaller of the two v.
    mean = math.fsum(quarters[:count]) / count
    quarterly = 0.0
    if mean > 0:
        v = math.sqrt(math.fsum((q - mean) ** 2 for q in quarters[:count]) / count) / mean
        if history_months >= 24:
            seasonal = math.fsum((quarters[t] - quarters[t + 4]) ** 2 for t in range(4)) / 4
            v = min(v, math.sqrt(seasonal / 2) / mean)
            before = math.fsum(quarters[4:])
            result["volume_trend"] = math.fsum(quarters[:4]) / before if before else None
        quarterly = 1 / (1 + v)
    # M: share of the last 12 months (since the first order, if later) with volume.
    months = min(12, history_months)
    monthly = sum(v > 0 for v in volume[:months]) / months
    # O = min(1, usual gap / days silent) x min(1, mean of last 3 orders / own median order).
    sizes = [float(size) for _, size in sorted(days_in_window.items())]
    single = 0.0
    if sizes:
        recent = math.fsum(sizes[-3:]) / len(sizes[-3:])
        single = min(1, result["usual_gap_days"] / result["days_silent"]) * min(1, recent / median(sizes))
    result["stability_quarters"], result["stability_months"], result["stability_orders"] = quarterly, monthly, single
    result["stability"] = (quarterly + monthly + single) / 3
    return result


def month(day: date) -> int:
    return day.year * 12 + day.month


def last_complete_month(as_of: date) -> int:
    return month(as_of) if (as_of + timedelta(days=1)).day == 1 else month(as_of) - 1


def exact(amount: float) -> Fraction:
    return Fraction(str(amount))


def order_days(history: list[Order], last: int) -> dict[date, Fraction]:
    """Orders of one day are one order for gaps and sizes; at most the last 24 complete months count."""
    days: dict[date, Fraction] = defaultdict(Fraction)
    for order in history:
        if order.amount > 0 and 0 <= last - month(order.day) < 24:
            days[order.day] += exact(order.amount)
    return days


def day_gaps(days: dict[date, Fraction]) -> list[int]:
    ordered = sorted(days)
    return [(later - earlier).days for earlier, later in pairwise(ordered)]


def usual_gap(history: list[Order], last: int) -> float | None:
    """Usual gap: 80th percentile of own gaps, at least 7 days; unknown with fewer than 3 gaps."""
    gaps = day_gaps(order_days(history, last))
    return max(7.0, percentile([float(gap) for gap in gaps])) if len(gaps) >= 3 else None


def percentile(values: list[float]) -> float:
    ordered = sorted(values)
    place = 0.8 * (len(ordered) - 1)
    low = int(place)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (ordered[high] - ordered[low]) * (place - low)


def margin_rate(history: list[Order], last: int) -> float | None:
    known = [o for o in history if o.amount > 0 and o.margin is not None and 0 <= last - month(o.day) < 12]
    total = sum(exact(o.amount) for o in known)
    return float(sum(exact(o.amount) * exact(o.margin or 0) for o in known) / total) if total else None


def assert_same(orders: list[Order], as_of: date = AS_OF) -> dict[str, dict[str, Any]]:
    found, expected = measured(orders, as_of), reference(orders, as_of)
    assert found.keys() == expected.keys()
    for customer, row in expected.items():
        for name, value in row.items():
            got = found[customer][name]
            if isinstance(got, float) and value is not None:
                assert got == pytest.approx(value, rel=1e-9, abs=1e-9), (customer, name)
            else:
                assert got == value, (customer, name)
    return found


def monthly(customer: str, amounts: list[float], end: date = date(2019, 12, 15)) -> list[Order]:
    """One order a month on the same day, the last of them in the month of `end`; 0 is a month without."""
    days = [months_before(end, len(amounts) - 1 - n) for n in range(len(amounts))]
    return [Order(customer, day, amount) for day, amount in zip(days, amounts, strict=True) if amount]


AMOUNTS = st.integers(min_value=-50_000, max_value=200_000).map(lambda cents: cents / 100)
HISTORIES = st.lists(
    st.builds(
        Order,
        customer=st.sampled_from(["가게", "b", "007"]),
        day=st.one_of(
            st.dates(min_value=date(2016, 6, 1), max_value=date(2020, 2, 10)),
            st.sampled_from([date(2019, 1, 1), date(2019, 7, 1), date(2018, 1, 1), date(2019, 12, 31), AS_OF]),
        ),
        amount=AMOUNTS,
        order_id=st.one_of(st.none(), st.sampled_from(["A", "B", "C", "D"])),
        margin=st.one_of(st.none(), st.sampled_from([0.1, 0.25, -0.5])),
    ),
    min_size=1,
    max_size=40,
)


@settings(max_examples=40, deadline=None, derandomize=True, database=None, phases=[Phase.generate])
@given(HISTORIES, st.sampled_from([AS_OF, date(2019, 12, 31), date(2020, 1, 17), date(2020, 2, 29), date(2019, 7, 31)]))
def test_any_history_measures_as_in_the_reference(orders: list[Order], as_of: date) -> None:
    assert_same(orders, as_of)


def test_a_steady_monthly_buyer_is_wholly_stable() -> None:
    row = assert_same(monthly("a", [100.0] * 24))["a"]
    assert (row["standing"], row["contribution"], row["orders_last_year"]) == ("rated", 300.0, 12)
    assert row["stability_quarters"] == row["stability_months"] == 1.0
    assert row["stability_orders"] == 1.0
    assert row["volume_trend"] == 1.0


def test_a_seasonal_rhythm_that_returns_each_year_is_not_instability() -> None:
    year = [900.0, 800.0, 700.0, 100.0, 100.0, 100.0, 300.0, 300.0, 300.0, 50.0, 50.0, 50.0]
    assert assert_same(monthly("a", year * 2))["a"]["stability_quarters"] == 1.0
    short = assert_same(monthly("a", (year * 2)[1:]))["a"]
    assert short["stability_quarters"] < 0.7
    assert short["volume_trend"] is None


def test_returns_reduce_their_month_and_never_below_zero() -> None:
    orders = [
        *monthly("a", [100.0] * 12),
        Order("a", date(2019, 11, 20), -500.0),
        Order("a", date(2019, 10, 20), -40.0),
    ]
    row = assert_same(orders)["a"]
    assert row["contribution"] == pytest.approx((12 * 100 - 100 - 40) / 4)
    assert row["stability_months"] == pytest.approx(11 / 12)
    assert row["orders_last_year"] == 12


def test_orders_of_one_day_are_one_order_for_gaps_and_sizes() -> None:
    single = monthly("a", [100.0] * 12)
    split = [Order("a", o.day, 50.0, f"{o.day}-{n}") for o in single for n in range(2)]
    one_row, two_rows = assert_same(single)["a"], assert_same(split)["a"]
    assert one_row["stability"] == two_rows["stability"]
    assert (one_row["orders_last_year"], two_rows["orders_last_year"]) == (12, 24)


def test_lines_of_one_order_id_are_one_order() -> None:
    orders = [Order("a", date(2019, 5, 1), 10.0, "X"), Order("a", date(2019, 5, 1), 20.0, "X")]
    assert assert_same(orders)["a"]["standing"] == "new"


@pytest.mark.parametrize(
    ("days", "standing"),
    [
        ([date(2019, 6, 1), date(2019, 12, 1)], "rated"),
        ([date(2019, 7, 1), date(2019, 12, 1)], "rated"),
        ([date(2019, 7, 2), date(2019, 12, 1)], "new"),
        ([date(2019, 2, 1)], "new"),
        ([date(2018, 1, 1), date(2019, 1, 1)], "rated"),
        ([date(2018, 1, 1), date(2018, 12, 31)], "lost"),
        ([date(2018, 12, 31)], "lost"),
        ([date(2018, 1, 1), AS_OF], "rated"),
        ([date(2018, 1, 1), date(2020, 1, 2)], "lost"),
    ],
)
def test_rated_takes_two_orders_six_months_and_an_order_in_the_last_twelve(days: list[date], standing: str) -> None:
    assert assert_same([Order("a", day, 10.0) for day in days])["a"]["standing"] == standing


def test_returns_alone_are_no_orders() -> None:
    rows = assert_same([Order("a", date(2019, 12, 1), -10.0), Order("b", date(2018, 1, 1), -10.0)])
    assert (rows["a"]["standing"], rows["a"]["contribution"], rows["b"]["standing"]) == ("new", None, "lost")


def test_orders_after_the_date_do_not_make_a_customer() -> None:
    assert assert_same([Order("a", date(2020, 1, 2), 10.0), Order("b", AS_OF, 10.0)]).keys() == {"b"}


def test_in_the_middle_of_a_month_volume_counts_up_to_the_end_of_the_month_before() -> None:
    orders = monthly("a", [100.0] * 24)
    late = [*orders, Order("a", date(2020, 1, 10), 5000.0)]
    before, after = assert_same(orders, date(2020, 1, 20))["a"], assert_same(late, date(2020, 1, 20))["a"]
    assert before["contribution"] == after["contribution"] == 300.0
    assert (before["days_silent"], after["days_silent"]) == (16, 1)


def test_a_month_counts_from_the_close_of_its_last_day() -> None:
    orders = monthly("a", [100.0] * 24)
    assert assert_same(orders, date(2019, 12, 31)) == assert_same(orders, date(2020, 1, 1))
    assert period(date(2020, 2, 28)).month_end == date(2020, 1, 31)
    assert period(date(2020, 2, 29)).month_end == date(2020, 2, 29)


def test_with_fewer_than_three_gaps_the_market_gap_is_used() -> None:
    often = monthly("often", [100.0] * 24)
    seldom = [Order("seldom", date(2019, 1, 1), 10.0), Order("seldom", date(2019, 9, 1), 10.0)]
    rows = assert_same([*often, *seldom])
    assert rows["seldom"]["usual_gap_days"] == rows["often"]["usual_gap_days"] == 31.0
    assert assert_same(seldom)["seldom"]["usual_gap_days"] == 243.0


def test_a_daily_buyer_has_a_usual_gap_of_seven_days() -> None:
    orders = [Order("a", date(2019, 1, 1) + timedelta(days=n), 10.0) for n in range(365)]
    assert assert_same(orders)["a"]["usual_gap_days"] == 7.0


def test_contribution_is_multiplied_by_the_margin_rate_where_it_is_known() -> None:
    known = [Order("a", o.day, o.amount, None, 0.25) for o in monthly("a", [100.0] * 12)]
    rows = assert_same([*known, *monthly("b", [100.0] * 12)])
    # Another customer's contribution stays comparable through the book's rate.
    assert rows["a"]["contribution"] == rows["b"]["contribution"] == 75.0


def test_the_order_of_the_rows_does_not_change_a_digit() -> None:
    orders = [
        Order(c, date(2018, 1, 1) + timedelta(days=7 * n), 0.1 * (n % 17) + 0.01) for c in "abc" for n in range(100)
    ]
    assert measured(orders) == measured(orders[::-1])
