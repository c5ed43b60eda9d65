"""The picture of the seasons: a bar for each month, off-season ones hatched, peaks black, each with its word."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import altair

from sangdo.engine.bulk.charts.svg import FAINT, FONT, INK, SOFT, svg_of

WIDTH, HEIGHT = 396, 150
HATCH = "season-hatch"
HALO: dict[str, Any] = {"stroke": "white", "strokeWidth": 4, "strokeJoin": "round"}
_PATTERN = (
    f'<defs><pattern id="{HATCH}" width="5" height="5" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">'
    f'<rect width="5" height="5" fill="white"/><line y2="5" stroke="{SOFT}" stroke-width="2.4"/></pattern></defs>'
)


@dataclass(frozen=True, slots=True)
class Month:
    """A calendar month: its short name, index as a number and in words, and the word for off-season or peak, if any."""

    name: str
    index: float
    shown: str
    word: str = ""
    is_off: bool = False


def season_chart(months: Sequence[Month], average: str, name: str, title: str, description: str) -> str:
    """Return the picture as SVG; `average` is the word beside the line of the year's average."""
    top = max(1.0, *(month.index for month in months)) * 1.22
    rows = [
        {"place": place, "index": month.index, "shown": month.shown, "word": month.word, "name": month.name,
         "fill": _fill(month)}
        for place, month in enumerate(months)
    ]  # fmt: skip
    base = altair.Chart(altair.InlineData(values=rows)).encode(x=altair.X("place:O", axis=None))
    up = altair.Y("index:Q", axis=None, scale=altair.Scale(domain=[0, top], nice=False))
    fill = altair.Fill("fill:N", scale=None)
    bars = base.mark_bar(stroke=SOFT, strokeWidth=0.8, width=21).encode(y=up, fill=fill)
    texts = [text for style in (HALO, {}) for text in _texts(base, up, style)]
    names = base.mark_text(fontSize=10.5, color=SOFT).encode(y=altair.value(HEIGHT + 12), text="name:N")
    line = altair.Chart(altair.InlineData(values=[{"index": 1, "text": average}]))
    rule = line.mark_rule(color=INK, strokeDash=[4, 3], strokeWidth=1).encode(y=up)
    label = line.mark_text(align="left", dy=-6, fontSize=10, color=INK).encode(
        x=altair.value(WIDTH + 5), y=up, text="text:N"
    )
    chart = (
        altair.layer(bars, rule, *texts, names, label)
        .properties(width=WIDTH, height=HEIGHT, padding={"left": 4, "top": 8, "right": 44, "bottom": 22})
        .configure(font=FONT, aria=False, background="transparent", autosize={"type": "none"})
        .configure_view(stroke=None)
    )
    return svg_of(_plain(chart), name, title, description).replace("</desc>", f"</desc>{_PATTERN}", 1)


def _texts(base: Any, up: altair.Y, style: dict[str, Any]) -> list[Any]:
    """The index over each bar and the word over it."""
    look: dict[str, Any] = {"color": INK, "baseline": "middle", **style}
    shown = base.mark_text(dy=-7, fontSize=10, **look).encode(y=up, text="shown:N")
    word = base.mark_text(dy=-18, fontSize=9.5, fontWeight="bold", **look).encode(y=up, text="word:N")
    return [shown, word]


def _fill(month: Month) -> str:
    if month.is_off:
        return f"url(#{HATCH})"
    return INK if month.word else FAINT


def _plain(chart: Any) -> dict[str, Any]:
    drawn: dict[str, Any] = chart.to_dict()
    return drawn
