"""The picture of quarters: the volumes of up to eight quarters as small bars, the last four filled."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import altair

from sangdo.engine.bulk.charts.svg import FONT, SOFT, svg_of

WIDTH, HEIGHT = 104, 26
QUARTERS, FILLED = 8, 4


def quarter_chart(volumes: Sequence[float], name: str, title: str, description: str) -> str:
    """Return the picture as SVG; `volumes` are at most eight, the newest last; what is negative is drawn as nothing."""
    first = QUARTERS - len(volumes)
    rows: list[dict[str, Any]] = [
        {"place": first + n, "volume": max(volume, 0), "fill": SOFT if first + n >= QUARTERS - FILLED else "white"}
        for n, volume in enumerate(volumes)
    ]
    top = max((row["volume"] for row in rows), default=0) or 1
    chart = (
        altair.Chart(altair.InlineData(values=rows))
        .mark_bar(stroke=SOFT, strokeWidth=0.8, width=9)
        .encode(
            x=altair.X("place:O", axis=None, scale=altair.Scale(domain=list(range(QUARTERS)))),
            y=altair.Y("volume:Q", axis=None, scale=altair.Scale(domain=[0, top], nice=False)),
            fill=altair.Fill("fill:N", scale=None),
        )
        .properties(width=WIDTH, height=HEIGHT, padding={"left": 1, "top": 2, "right": 1, "bottom": 2})
        .configure(font=FONT, aria=False, background="transparent", autosize={"type": "none"})
        .configure_view(stroke=None)
    )
    return svg_of(chart.to_dict(), name, title, description)
