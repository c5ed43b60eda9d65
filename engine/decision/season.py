"""A dealer's season ahead: what each month until the peak would sell by itself, and the target for it (clause S1.2).

What sells by itself is reckoned by product: midway between the volume of the same month last year and the average
month times its seasonal index, times half of the change from the year before (held within half and one and a half).
The target counts back from the peak: last year's peak month times the house's growth. The share that the peak would
lack by itself is made up in equal steps from the first month on, the same for every product.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Any

from sangdo.engine.decision.decision import Decision
from sangdo.engine.facts.facts import Outlook
from sangdo.engine.facts.months import YEAR_MONTHS, first_of, month_number

GROWTH = "peak_growth"
SHORT = "season_history_line"
CARRIED = 0.5
"""How much of last year's change is taken to go on."""
TREND_BOUNDS = (0.5, 1.5)


def season_ahead(decision: Decision) -> dict[str, Any] | None:
    """Return the months from the as-of date's to the peak as JSON; None unless it is off-season or about to be, the
    dealer's orders are known, and so is the peak."""
    facts, values = decision.facts, decision.trace.values
    outlook, months = facts.outlook, values.get("months_to_peak")
    near = values.get("season") == "off_season" or values.get("off_season_ahead") is True
    if not near or outlook is None or not outlook.volumes or not isinstance(months, int):
        return None
    thresholds = decision.trace.thresholds
    growth = thresholds[GROWTH].value if GROWTH in thresholds else None
    if growth is None:
        return None
    start = month_number(facts.as_of)
    numbers = range(start, start + months + 1)
    natural = {number: natural_sales(outlook, number % YEAR_MONTHS) for number in numbers}
    last = math.fsum(volumes[numbers[-1] % YEAR_MONTHS] for volumes in outlook.volumes.values())
    by_itself, required = math.fsum(natural[numbers[-1]].values()), last * growth
    lack = max(0.0, required / by_itself - 1) if by_itself > 0 else 0.0
    uplift = {number: 1 + lack * step / len(numbers) for step, number in enumerate(numbers, start=1)}
    years, line = values.get("season_years"), thresholds[SHORT].value if SHORT in thresholds else None
    return {
        "peak": {
            "month": _month(numbers[-1]),
            "last_year": round(last, 2),
            "required": round(required, 2),
            "natural": round(by_itself, 2),
        },
        "growth": growth,
        "short_history": isinstance(years, float) and line is not None and years < line,
        "months": [
            {
                "month": _month(number),
                "index": outlook.index[number % YEAR_MONTHS],
                **_sales(natural[number].values(), uplift[number]),
                "products": {product: _sales([volume], uplift[number]) for product, volume in natural[number].items()},
            }
            for number in numbers
        ],
        "products": [
            {
                "product": product,
                "natural": round(math.fsum(natural[number][product] for number in numbers), 2),
                "target": round(math.fsum(natural[number][product] * uplift[number] for number in numbers), 2),
            }
            for product in outlook.volumes
        ],
    }


def natural_sales(outlook: Outlook, month: int) -> Mapping[str, float]:
    """Return what each product would sell by itself in a calendar month, 0 for January."""
    index = outlook.index[month]
    natural = {}
    for product, volumes in outlook.volumes.items():
        average = math.fsum(volumes) / YEAR_MONTHS
        usual = volumes[month] if index is None else (volumes[month] + average * index) / 2
        natural[product] = usual * _carried(outlook.trends.get(product))
    return natural


def _carried(trend: float | None) -> float:
    low, high = TREND_BOUNDS
    return 1.0 if trend is None else min(max(1 + (trend - 1) * CARRIED, low), high)


def _sales(volumes: Iterable[float], uplift: float) -> dict[str, float]:
    whole = math.fsum(volumes)
    return {"natural": round(whole, 2), "target": round(whole * uplift, 2)}


def _month(number: int) -> str:
    return f"{first_of(number):%Y-%m}"
