"""What the orders say of dealers, as expressions: the season of each, and the share and trend of its products."""

from __future__ import annotations

from datetime import date

import ibis  # type: ignore[import-untyped]

from sangdo.engine.bulk.backends.backend import Backend, Table
from sangdo.engine.facts.dealers import MOST_PRODUCTS
from sangdo.engine.facts.measures import period
from sangdo.engine.facts.months import YEAR_MONTHS, month_number
from sangdo.engine.facts.season import monthly_volumes, seasonal_index

SEASON = (
    "season_index", "next_season_index", "market_season_index", "months_to_peak", "season_years",
)  # fmt: skip
PRODUCTS = ("product_share", "product_trend")
PRODUCT = "product"


def dealer_seasons(backend: Backend, orders: Table, dealers: Table, as_of: date, covered: date) -> Table:
    """Return one row a dealer with the columns SEASON; one who never ordered has the market's index alone.

    `covered` is the last day that the orders tell of.
    """
    seasons = backend.keep("seasons", seasonal_index(orders, covered))
    market = seasons.select("month", "market_index").distinct().mutate(customer_id=ibis.literal(""))
    own = _figures(seasons, "season_index", as_of).mutate(known=ibis.literal(True))
    of_market = _figures(
        market.mutate(season_index=market.market_index, years=ibis.null("float64")), "market_index", as_of
    )
    table = dealers.left_join(own, "customer_id").drop("customer_id_right")
    table = table.cross_join(of_market.drop("customer_id", "season_years").rename("market_{name}"))
    is_own = table.known.notnull()
    return table.select(
        "customer_id",
        "season_years",
        season_index=table.here,
        next_season_index=ibis.ifelse(is_own, table.following, table.market_following),
        market_season_index=table.market_here,
        months_to_peak=ibis.ifelse(is_own, table.to_peak, table.market_to_peak),
    )


def _figures(seasons: Table, index: str, as_of: date) -> Table:
    """The index of this month and the next, and the months to the first of the highest ones where all are known."""
    column, month = seasons[index], as_of.month
    peaks = seasons.mutate(highest=column.max().over(ibis.window(group_by="customer_id")))
    figures = peaks.group_by("customer_id").agg(
        here=peaks[index].max(where=peaks.month == month),
        following=peaks[index].max(where=peaks.month == month % YEAR_MONTHS + 1),
        peak=peaks.month.min(where=peaks[index] == peaks.highest),
        months=peaks[index].count(),
        season_years=peaks.years.max(),
    )
    ahead = (figures.peak - month + YEAR_MONTHS) % YEAR_MONTHS
    to_peak = ibis.ifelse(figures.months == YEAR_MONTHS, ahead, ibis.null(ahead.type()))
    return figures.select("customer_id", "here", "following", "season_years", to_peak=to_peak.cast("int64"))


def dealer_products(backend: Backend, orders: Table, seasons: Table, as_of: date) -> Table:
    """Return one row a dealer and product that is told apart, with the columns PRODUCTS; `seasons` are those of
    dealer_seasons."""
    last = month_number(period(as_of).month_end)
    volumes = monthly_volumes(orders, as_of, "product").semi_join(seasons, "customer_id")
    volumes = volumes.mutate(age=last - volumes.number)
    volumes = volumes.filter((volumes.age < 2 * YEAR_MONTHS) & (volumes.volume > 0))
    recent = volumes.age < YEAR_MONTHS
    found = volumes.group_by("customer_id", "product").agg(
        year=volumes.volume.sum(where=recent).cast("float64").fill_null(0.0),
        before=volumes.volume.sum(where=~recent).cast("float64").fill_null(0.0),
        both=volumes.volume.sum(),
    )
    found = found.mutate(total=found.year.sum().over(ibis.window(group_by="customer_id")))
    found = backend.keep("dealer_volumes", found)
    named = found.filter(found[PRODUCT].notnull())
    largest = ibis.window(group_by="customer_id", order_by=[named.both.desc(), named[PRODUCT]])
    kept = named.mutate(place=ibis.row_number().over(largest))
    kept = kept.filter(kept.place < MOST_PRODUCTS)
    kept = kept.left_join(seasons.select("customer_id", "season_years"), "customer_id").drop("customer_id_right")
    # With less than two years on record the year before is not a whole one.
    trend = ibis.ifelse(kept.season_years >= 2, kept.year / kept.before.nullif(0.0), ibis.null("float64"))
    return kept.select("customer_id", PRODUCT, product_share=kept.year / kept.total.nullif(0.0), product_trend=trend)
