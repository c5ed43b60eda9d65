"""Seasonal indexes: how far a calendar month lies above or below a customer's year, as Ibis expressions.

A month's ratio is its volume against the average of the twelve months around it, the centred one (a 2 x 12 moving
average). The index of a calendar month is the median of its ratios over the years, and the twelve are brought to
an average of 1. A customer's own index is shrunk to the market's, n/(n+2) own and 2/(n+2) market with n years of
history, as a few years of one customer are noise for the greater part.

Where the definition leaves room: a customer's months begin with the first row, a row of zero among them, as a month
without volume says something; a calendar month that has no ratio of its own has the market's index. A market with
twelve months but not enough around them is read against the mean of its last twelve.
"""

from __future__ import annotations

from datetime import date
from typing import Any, TypeAlias

import ibis  # type: ignore[import-untyped]

from sangdo.engine.facts.measures import MONEY, period
from sangdo.engine.facts.months import YEAR_MONTHS, month_number

MARKET_YEARS = 2
"""How many years of one's own weigh as much as the market."""
_HALF = YEAR_MONTHS // 2

COLUMNS = ("customer_id", "month", "season_index", "market_index", "years")

Table: TypeAlias = Any


def seasonal_index(orders: Table, as_of: date) -> Table:
    """Return twelve rows a customer with the columns COLUMNS: `month` 1 to 12, `years` of history as a fraction.

    `orders` has customer_id (string), date (date) and amount (float). Only months complete at the close of `as_of`
    count. `season_index` and `market_index` are null where the market's history is shorter than a year.
    """
    volumes = monthly_volumes(orders, as_of)
    return shrunk_index(volumes, market_index(market_volumes(volumes), as_of), as_of)


def market_volumes(volumes: Table) -> Table:
    """Return the volume of each month `number` over all customers, from their monthly volumes."""
    return volumes.group_by("number").agg(volume=volumes.volume.sum())


def shrunk_index(volumes: Table, market: Table, as_of: date) -> Table:
    """Return the columns COLUMNS from customers' monthly volumes and the market's index by month.

    Customers may be taken in any parts, as each is only held against the market.
    """
    table = _customers(volumes, as_of).cross_join(market)
    own = _normal(_medians(_ratios(volumes, as_of)))
    table = table.left_join(own, ["customer_id", "month"]).drop("customer_id_right", "month_right")
    weight = table.years / (table.years + MARKET_YEARS)
    shrunk = table.own_index * weight + table.market_index * (1 - weight)
    return table.mutate(season_index=ibis.coalesce(shrunk, table.market_index)).select(*COLUMNS)


def monthly_volumes(orders: Table, as_of: date, *more: str) -> Table:
    """Return the volume of each month with a row, by customer_id, the columns in `more` and month `number`.

    A month's number is 12 x year + month - 1. Returns reduce their month, which is floored at zero.
    """
    rows = orders.filter(orders.date <= period(as_of).month_end)
    rows = rows.select(
        "customer_id",
        *more,
        amount=rows.amount.cast(MONEY),
        number=rows.date.year().cast("int64") * YEAR_MONTHS + rows.date.month().cast("int64") - 1,
    )
    months = rows.group_by("customer_id", *more, "number").agg(net=rows.amount.sum())
    volume = ibis.ifelse(months.net > 0, months.net, months.net * 0)
    return months.mutate(volume=volume).drop("net")


def _customers(volumes: Table, as_of: date) -> Table:
    """Each customer with the years since the first row."""
    last = month_number(period(as_of).month_end)
    table = volumes.group_by("customer_id").agg(first=volumes.number.min())
    return table.select("customer_id", years=(last - table.first + 1).cast("float64") / YEAR_MONTHS)


def _ratios(volumes: Table, as_of: date) -> Table:
    """Each month's volume against the average of the twelve around it, where all of these are known."""
    last = month_number(period(as_of).month_end)
    starts = volumes.group_by("customer_id").agg(first=volumes.number.min())
    # A month without a row had no volume, and counts as such.
    every = starts.mutate(number=ibis.range(starts.first, last + 1).unnest())
    months = every.left_join(volumes, ["customer_id", "number"]).drop("customer_id_right", "number_right")
    months = months.mutate(volume=ibis.coalesce(months.volume, ibis.literal(0).cast(MONEY)))
    months = _around(months)
    whole = months.filter((months.number - months.first >= _HALF) & (last - months.number >= _HALF))
    # Half of either end, twice over: the sum stays a decimal, so that no order of rows can change a digit.
    around = whole.around.cast("float64")
    ratio = whole.volume.cast("float64") * (2 * YEAR_MONTHS) / around.nullif(0.0)
    return whole.select("customer_id", month=whole.number % YEAR_MONTHS + 1, ratio=ratio)


def _around(months: Table) -> Table:
    """Add twice the sum of the months around each one, the outermost two counted half."""
    place = {"group_by": "customer_id", "order_by": "number"}
    wide = months.volume.sum().over(ibis.window(preceding=_HALF, following=_HALF, **place))
    narrow = months.volume.sum().over(ibis.window(preceding=_HALF - 1, following=_HALF - 1, **place))
    return months.mutate(around=wide + narrow)


def _medians(ratios: Table) -> Table:
    known = ratios.filter(ratios.ratio.notnull())
    return known.group_by("customer_id", "month").agg(own_index=known.ratio.median())


def _normal(indexes: Table) -> Table:
    """Bring the indexes of a customer to an average of 1."""
    mean = indexes.own_index.mean().over(ibis.window(group_by="customer_id", order_by="month", preceding=None,
                                                     following=None))  # fmt: skip
    return indexes.mutate(own_index=indexes.own_index / mean.nullif(0.0))


def market_index(market: Table, as_of: date) -> Table:
    """Return the market's index by `month`, `market_index`, from its volumes by month number.

    It is null for all twelve where the market has less than a year of history.
    """
    last = month_number(period(as_of).month_end)
    market = market.mutate(customer_id=ibis.literal(""))
    medians = _medians(_ratios(market, as_of))
    history = market.agg(whole=(last - market.number.min() + 1) >= YEAR_MONTHS)
    recent = market.filter(market.number > last - YEAR_MONTHS)
    year = recent.agg(total=recent.volume.sum().cast("float64"))
    recent = recent.select(month=recent.number % YEAR_MONTHS + 1, volume=recent.volume.cast("float64"))
    months = ibis.range(1, YEAR_MONTHS + 1).unnest().name("month").as_table().cross_join(history).cross_join(year)
    table = months.left_join(recent, "month").drop("month_right")
    table = table.left_join(medians.drop("customer_id"), "month").drop("month_right")
    plain = ibis.coalesce(table.volume, 0.0) * YEAR_MONTHS / table.total.nullif(0.0)
    index = ibis.coalesce(table.own_index, ibis.ifelse(table.whole, plain, None))
    table = table.select("month", customer_id=ibis.literal(""), own_index=index)
    return _normal(table).select(month="month", market_index="own_index")
