"""Contribution, stability and their parts: the measures of a customer's orders, as Ibis expressions.

The same expressions run on DuckDB, on Spark and on PostgreSQL. Sums are made in decimals, so that their order,
and with it the number of threads, cannot change a single digit of the result.

How the measures are read where their definition leaves room:
a month is complete when its last day is not after the as-of date; a customer's quarters are the whole ones
since the first order; v is the population's coefficient of variation; a customer who ordered after the last
complete month has been silent for one day; several rows of one order_id are one order.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, TypeAlias

import ibis  # type: ignore[import-untyped]

from sangdo.engine.facts.months import YEAR_MONTHS, months_before

WINDOW_MONTHS = 24
QUARTER_MONTHS = 3
QUARTERS = WINDOW_MONTHS // QUARTER_MONTHS
YEAR_QUARTERS = 4
LEAST_QUARTERS = 2
LEAST_ORDERS = 2
LEAST_MONTHS = 6
LEAST_GAP_DAYS = 7
LEAST_GAPS = 3
GAP_QUANTILE = 0.8
RECENT_ORDERS = 3
MONEY = "decimal(28, 9)"

Table: TypeAlias = Any
Column: TypeAlias = Any
"""Ibis builds its expressions dynamically; naming them keeps the signatures readable."""

COLUMNS = (
    "customer_id",
    "standing",
    "contribution",
    "stability",
    "stability_quarters",
    "stability_months",
    "stability_orders",
    "orders_last_year",
    "days_silent",
    "usual_gap_days",
    "volume_trend",
    "first_order",
    "last_order",
    "history_months",
)


@dataclass(frozen=True, slots=True)
class Period:
    """The time that the measures of one as-of date look at.

    `month_end` is the last day of the last complete month; `year_ago` and `half_year_ago` count back
    from the as-of date itself, for the standing.
    """

    as_of: date
    month_end: date

    @property
    def year_ago(self) -> date:
        return months_before(self.as_of, YEAR_MONTHS)

    @property
    def half_year_ago(self) -> date:
        return months_before(self.as_of, LEAST_MONTHS)

    @property
    def start(self) -> date:
        """The first day of the 24 months."""
        return months_before(self.month_end + timedelta(days=1), WINDOW_MONTHS)


def period(as_of: date) -> Period:
    """Return the period of an as-of date: months complete at the close of that day."""
    following = as_of + timedelta(days=1)
    return Period(as_of, following.replace(day=1) - timedelta(days=1))


def measure(orders: Table, as_of: date) -> Table:
    """Return one row a customer with the columns COLUMNS; figures that cannot be computed are null.

    `orders` has customer_id (string), date (date), amount (float), and may have order_id (string) and margin
    (float, the share of the amount that is earned); rows after `as_of` are not counted.
    """
    counted = _counted(orders, period(as_of))
    rhythm, margins = _rhythm(counted), _margins(counted)
    own = _joined(_customers(counted, period(as_of)), _volumes(counted), rhythm, margins)
    return measured_against(own, _market(rhythm, margins), as_of)


def own_figures(orders: Table, as_of: date) -> Table:
    """Return one row a customer with all that its own orders say; `orders` are as in measure.

    Customers may be taken in any parts: `market_figures` over the rows of all parts, and `measured_against` over
    each, give what `measure` gives over the whole at once.
    """
    counted = _counted(orders, period(as_of))
    return _joined(_customers(counted, period(as_of)), _volumes(counted), _rhythm(counted), _margins(counted))


def market_figures(own: Table) -> Table:
    """Return one row with the market's usual gap and the book's margin rate, from the own figures of all customers."""
    return _market(own, own)


def measured_against(own: Table, market: Table, as_of: date) -> Table:
    """Return the columns COLUMNS from the customers' own figures and the market's; each row stands for itself."""
    span = period(as_of)
    table = own.cross_join(market)
    table = table.mutate(margin_rate=ibis.coalesce(_rate(table.earned, table.sold), table.book_rate, 1.0))
    # Each step reads columns of the one before it.
    table = _with_months(_with_quarters(_with_history(table, span)))
    table = _with_stability(_with_orders(table, span))
    return table.select(*COLUMNS)


def _joined(customers: Table, *parts: Table) -> Table:
    for part in parts:
        customers = customers.left_join(part, "customer_id").drop("customer_id_right")
    return customers


def _counted(orders: Table, span: Period) -> Table:
    """The rows up to the as-of date, each with its age in complete months (0 is the last one)."""
    rows = orders.filter(orders.date <= span.as_of)
    last = span.month_end.year * 12 + span.month_end.month
    day = rows.date.cast("string")
    return rows.select(
        "customer_id",
        "date",
        amount=rows.amount.cast(MONEY),
        is_order=rows.amount > 0,
        # An order without an id is all that was bought on its day.
        order_key=ibis.coalesce(rows.order_id, day) if "order_id" in rows.columns else day,
        margin=rows.margin if "margin" in rows.columns else ibis.null("float64"),
        age=last - (rows.date.year().cast("int64") * 12 + rows.date.month().cast("int64")),
    )


def _customers(counted: Table, span: Period) -> Table:
    """Who there is, and the standing: rated, new or lost."""
    rows = counted.filter(counted.is_order)
    # Counting groups is much cheaper than counting distinct keys.
    orders = rows.group_by("customer_id", "order_key").agg(first=rows.date.min(), last=rows.date.max())
    bought = orders.group_by("customer_id").agg(
        first_order=orders["first"].min(),
        last_order=orders["last"].max(),
        orders=orders.count(),
        orders_last_year=orders.count(where=orders["last"] >= span.year_ago),
    )
    table = _joined(counted.group_by("customer_id").agg(first_row=counted.date.min()), bought)
    table = table.mutate(orders=table.orders.fill_null(0), orders_last_year=table.orders_last_year.fill_null(0))
    # Someone with returns only is known since the first of them.
    recent = ibis.coalesce(table.last_order, table.first_row) >= span.year_ago
    settled = (table.orders >= LEAST_ORDERS) & (table.first_order <= span.half_year_ago)
    return table.mutate(standing=ibis.cases((~recent, "lost"), (settled, "rated"), else_="new"))


def _volumes(counted: Table) -> Table:
    """The volume of each of the 8 quarters, newest first, and the months with volume in the last 12.

    Returns reduce their month, which is floored at zero.
    """
    rows = counted.filter((counted.age >= 0) & (counted.age < WINDOW_MONTHS))
    months = rows.group_by("customer_id", "age").agg(net=rows.amount.sum())
    months = months.mutate(volume=ibis.ifelse(months.net > 0, months.net, months.net * 0))
    quarters = {
        f"quarter_{n}": months.volume.sum(
            where=(months.age >= n * QUARTER_MONTHS) & (months.age < (n + 1) * QUARTER_MONTHS)
        )
        for n in range(QUARTERS)
    }
    active = (months.volume > 0) & (months.age < YEAR_MONTHS)
    return months.group_by("customer_id").agg(active_months=active.sum(), **quarters)


def _rhythm(counted: Table) -> Table:
    """The gaps between orders and their sizes; the orders of one day are one order."""
    rows = counted.filter(counted.is_order & (counted.age >= 0) & (counted.age < WINDOW_MONTHS))
    days = rows.group_by("customer_id", "date").agg(size=rows.amount.sum())
    newest = ibis.window(group_by="customer_id", order_by=days.date.desc())
    days = days.mutate(previous=days.date.lead().over(newest), place=ibis.row_number().over(newest))
    days = days.mutate(gap=days.date.delta(days.previous, unit="day"))
    recent = days.place < RECENT_ORDERS
    return days.group_by("customer_id").agg(
        gaps=days.gap.count(),
        own_gap=days.gap.cast("float64").quantile(GAP_QUANTILE),
        median_size=days.size.cast("float64").median(),
        recent_size=days.size.sum(where=recent).cast("float64") / recent.sum(),
    )


def _margins(counted: Table) -> Table:
    """What was sold in the last year with a margin on record, and what was earned by it."""
    rows = counted.filter(
        counted.is_order & counted.margin.notnull() & (counted.age >= 0) & (counted.age < YEAR_MONTHS)
    )
    rows = rows.mutate(earned=(rows.amount * rows.margin.cast("decimal(18, 9)")).cast(MONEY))
    return rows.group_by("customer_id").agg(earned=rows.earned.sum(), sold=rows.amount.sum())


def _market(rhythms: Table, margins: Table) -> Table:
    """The market's usual gap, the median over those with enough gaps of their own, and the book's margin rate."""
    own = rhythms.filter(rhythms.gaps >= LEAST_GAPS)
    gap = own.agg(market_gap=ibis.greatest(own.own_gap, float(LEAST_GAP_DAYS)).median())
    return gap.cross_join(margins.agg(book_rate=_rate(margins.earned.sum(), margins.sold.sum())))


def _rate(earned: Column, sold: Column) -> Column:
    """The margin rate of what was sold; amounts below a billionth are orders, and nothing as money."""
    return earned.cast("float64") / sold.cast("float64").nullif(0.0)


def _with_history(table: Table, span: Period) -> Table:
    """Add the complete months since the first order (0: none yet) and the whole quarters in them."""
    last = span.month_end.year * 12 + span.month_end.month
    first = table.first_order.year().cast("int64") * 12 + table.first_order.month().cast("int64")
    table = table.mutate(history_months=ibis.greatest(last - first + 1, 0))
    months = ibis.least(table.history_months, WINDOW_MONTHS)
    return table.mutate(
        window_months=months,
        quarters=ibis.greatest((months / QUARTER_MONTHS).floor().cast("int64"), LEAST_QUARTERS),
        has_history=table.history_months > 0,
    )


def _volume(table: Table, quarter: int) -> Column:
    return table[f"quarter_{quarter}"].cast("float64").fill_null(0.0)


def _total(parts: list[Column]) -> Column:
    """Sum columns in the order given, which fixes the rounding."""
    total = parts[0]
    for part in parts[1:]:
        total = total + part
    return total


def _with_quarters(table: Table) -> Table:
    """Add contribution, volume_trend and the stability of quarterly volume."""
    volumes = [ibis.ifelse(table.quarters > n, _volume(table, n), 0.0) for n in range(QUARTERS)]
    year = _total(volumes[:YEAR_QUARTERS])
    before = _total(volumes[YEAR_QUARTERS:])
    mean = _total(volumes) / table.quarters
    deviations = [
        ibis.ifelse(table.quarters > n, (volumes[n] - mean) * (volumes[n] - mean), 0.0) for n in range(QUARTERS)
    ]
    changes = [
        (volumes[n] - volumes[n + YEAR_QUARTERS]) * (volumes[n] - volumes[n + YEAR_QUARTERS])
        for n in range(YEAR_QUARTERS)
    ]
    plain = (_total(deviations) / table.quarters).sqrt() / mean.nullif(0)
    seasonal = (_total(changes) / (2 * YEAR_QUARTERS)).sqrt() / mean.nullif(0)
    whole = table.window_months == WINDOW_MONTHS
    variation = ibis.ifelse(whole, ibis.least(plain, seasonal), plain)
    quarterly = year / ibis.least(table.quarters, YEAR_QUARTERS)
    return table.mutate(
        contribution=ibis.ifelse(table.has_history, quarterly * table.margin_rate, None),
        stability_quarters=ibis.ifelse(mean > 0, 1 / (1 + variation), 0.0),
        volume_trend=ibis.ifelse(whole & (before > 0), year / before.nullif(0), None),
    )


def _with_months(table: Table) -> Table:
    """Add the share of the last 12 months with volume."""
    months = ibis.least(table.history_months, YEAR_MONTHS)
    return table.mutate(stability_months=table.active_months.fill_null(0) / months.nullif(0))


def _with_orders(table: Table, span: Period) -> Table:
    """Add days_silent, usual_gap_days and the stability of single orders: rhythm times recent size."""
    silent = ibis.greatest(ibis.literal(span.month_end).delta(table.last_order, unit="day"), 1)
    # greatest and least pass over nulls, so each of them is guarded where a null must stay.
    own = ibis.greatest(table.own_gap, float(LEAST_GAP_DAYS))
    # A book too small for a market's gap leaves the own one, however few gaps it is made of.
    market = ibis.coalesce(table.market_gap, own)
    table = table.mutate(
        days_silent=ibis.ifelse(table.last_order.notnull(), silent, None).cast("int64"),
        usual_gap_days=ibis.ifelse(table.gaps.fill_null(0) >= LEAST_GAPS, own, market),
    )
    rhythm = ibis.least(table.usual_gap_days / table.days_silent, 1.0)
    size = ibis.least(table.recent_size / table.median_size.nullif(0), 1.0)
    bought = table.median_size.fill_null(0.0) > 0
    return table.mutate(stability_orders=ibis.ifelse(bought, rhythm * size, 0.0))


def _with_stability(table: Table) -> Table:
    """Add the stability; before the first complete month nothing is measured but the dates."""
    parts = ("stability_quarters", "stability_months", "stability_orders")
    whole = (table.stability_quarters + table.stability_months + table.stability_orders) / len(parts)
    known = {name: ibis.ifelse(table.has_history, table[name], None) for name in parts}
    return table.mutate(stability=ibis.ifelse(table.has_history, whole, None), **known)
