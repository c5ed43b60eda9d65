"""The picture of the quadrants: customers by contribution and stability, with the lines between the groups.

Nothing is told by colour: a customer who stays is an open circle, one who moves an arrow that points to where; a cell
of many customers is a square as large as they are many.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import altair

from sangdo.engine.bulk.charts.svg import FAINT, FONT, INK, SOFT, svg_of

WIDTH, HEIGHT = 300, 270
SPOT, ARROW = 24, 95
LEAST_CELL, MOST_CELL = 6, 92
HALO: dict[str, Any] = {"stroke": "white", "strokeWidth": 4, "strokeJoin": "round"}
"""Drawn under words, so that they can be read over customers and lines."""
NEAR_EDGE = 0.3
"""How near to an edge of the picture the words over it are held at their end."""
PATCHES = ("top_right", "bottom_right", "top_left", "bottom_left")
"""Where the groups are, EI first: contribution is across, stability up."""


@dataclass(frozen=True, slots=True)
class Spot:
    """One customer, or a cell of `count` customers around this point: contribution and stability as drawn.

    `turn` is None for those who stay; who moves points there: clockwise degrees from straight up.
    """

    contribution: float
    stability: float
    turn: float | None = None
    count: int = 1


@dataclass(frozen=True, slots=True)
class Lines:
    """The lines of high contribution and of high stability, None where there is none, with the words beside them."""

    contribution: float | None
    stability: float | None
    contribution_label: str = ""
    stability_label: str = ""


@dataclass(frozen=True, slots=True)
class Frame:
    """What is drawn of the axes, so that two pictures can be compared: contribution from `low` to `high` (both more
    than 0), on a logarithmic scale, stability from 0 to 1."""

    low: float
    high: float
    contribution_title: str
    stability_title: str
    sign: str = ""
    korean: bool = False
    """The sign of the currency, and whether large amounts are written in 만 and 억."""


def quadrant_chart(
    spots: Sequence[Spot],
    lines: Lines,
    frame: Frame,
    groups: Mapping[str, str],
    name: str,
    title: str,
    description: str,
    earlier: Lines | None = None,
) -> str:
    """Return the picture as SVG; `groups` names what stands in the PATCHES, `earlier` are lines drawn dashed."""
    layers = [
        _spots([s for s in spots if s.turn is None], frame),
        _spots([s for s in spots if s.turn is not None], frame),
    ]
    drawn = [layer for layer in layers if layer is not None]
    if earlier is not None:
        drawn += list(_rules(_that_moved(earlier, lines), frame, [4, 3], SOFT))
    drawn += list(_rules(lines, frame, [1, 0], INK))
    drawn += [*_words(groups), *_line_words(lines, frame)]
    chart = (
        altair.layer(*drawn)
        .properties(width=WIDTH, height=HEIGHT, padding={"left": 48, "top": 18, "right": 12, "bottom": 40})
        .configure(font=FONT, aria=False, background="transparent", autosize={"type": "none"})
        .configure_view(stroke=FAINT)
        .configure_axis(grid=False, domainColor=SOFT, tickColor=SOFT, labelColor=SOFT, titleColor=INK, labelFontSize=11,
                        titleFontSize=12, titleFontWeight="normal")
    )  # fmt: skip
    return svg_of(chart.to_dict(), name, title, description)


def _axes(frame: Frame) -> dict[str, Any]:
    across = altair.X(
        "x:Q", title=frame.contribution_title,
        scale=altair.Scale(type="log", domain=[frame.low, frame.high], nice=False),
        axis=altair.Axis(tickCount=4, labelExpr=_amount(frame)),
    )  # fmt: skip
    up = altair.Y(
        "y:Q", title=frame.stability_title, scale=altair.Scale(domain=[0, 1], nice=False),
        axis=altair.Axis(values=[0, 0.25, 0.5, 0.75, 1], format=".2~f"),
    )  # fmt: skip
    return {"x": across, "y": up}


def _amount(frame: Frame) -> str:
    """How an amount beside the axis is written, as an expression of Vega."""
    if not frame.korean:
        return f"'{frame.sign}' + format(datum.value, '~s')"
    steps = "datum.value >= 1e8 ? format(datum.value / 1e8, ',') + '억' : datum.value >= 1e4 ? "
    return f"'{frame.sign}' + ({steps} format(datum.value / 1e4, ',') + '만' : format(datum.value, ','))"


def _spots(spots: Sequence[Spot], frame: Frame) -> Any:
    if not spots:
        return None
    most = max(spot.count for spot in spots)
    moves = spots[0].turn is not None
    rows = [
        {
            "x": min(max(spot.contribution, frame.low), frame.high), "y": spot.stability, "turn": spot.turn or 0,
            "size": _size(spot, most, moves),
        }
        for spot in spots
    ]  # fmt: skip
    base = altair.Chart(altair.InlineData(values=rows)).encode(size=altair.Size("size:Q", scale=None), **_axes(frame))
    if moves:
        turned = altair.Angle("turn:Q", scale=None)
        return base.mark_point(shape="arrow", filled=True, color=INK, opacity=1, clip=True).encode(angle=turned)
    if most > 1:
        return base.mark_point(shape="square", filled=True, color=FAINT, opacity=1, clip=True)
    return base.mark_point(shape="circle", filled=False, color=SOFT, strokeWidth=0.9, opacity=0.9)


def _size(spot: Spot, most: int, moves: bool) -> float:
    if most == 1:
        return ARROW if moves else SPOT
    share = spot.count / most
    return LEAST_CELL + share * (MOST_CELL - LEAST_CELL) + (ARROW / 2 if moves else 0)


def _that_moved(earlier: Lines, lines: Lines) -> Lines:
    return Lines(
        None if earlier.contribution == lines.contribution else earlier.contribution,
        None if earlier.stability == lines.stability else earlier.stability,
    )


def _rules(lines: Lines, frame: Frame, dash: list[int], ink: str) -> Iterator[Any]:
    axes = _axes(frame)
    if lines.contribution is not None and frame.low <= lines.contribution <= frame.high:
        rule = _one({"x": lines.contribution}).encode(x=axes["x"])
        yield rule.mark_rule(color=ink, strokeWidth=1.2, strokeDash=dash)
    if lines.stability is not None:
        rule = _one({"y": lines.stability}).encode(y=axes["y"])
        yield rule.mark_rule(color=ink, strokeWidth=1.2, strokeDash=dash)


def _words(groups: Mapping[str, str]) -> Iterator[Any]:
    """The names of the groups, in the corners."""
    for patch in PATCHES:
        x = altair.value(WIDTH - 6 if "right" in patch else 6)
        y = altair.value(13 if "top" in patch else HEIGHT - 7)
        align: Any = "right" if "right" in patch else "left"
        chart = _one({"text": groups.get(patch, "")}).encode(x=x, y=y, text="text:N")
        for halo in (HALO, {}):
            yield chart.mark_text(align=align, fontWeight="bold", fontSize=12, color=INK, baseline="middle", **halo)


def _side(contribution: float, frame: Frame) -> Literal["left", "center", "right"]:
    """Where words over the picture are held, so that they do not run out of it."""
    place = math.log(contribution / frame.low) / math.log(frame.high / frame.low)
    return "left" if place < NEAR_EDGE else "right" if place > 1 - NEAR_EDGE else "center"


def _line_words(lines: Lines, frame: Frame) -> Iterator[Any]:
    """The words beside the lines: above the picture, and over the line at its right end."""
    axes = _axes(frame)
    if lines.contribution is not None and lines.contribution_label and frame.low <= lines.contribution <= frame.high:
        chart = _one({"x": lines.contribution, "text": lines.contribution_label})
        above = chart.encode(x=axes["x"], y=altair.value(-7), text="text:N")
        yield above.mark_text(align=_side(lines.contribution, frame), fontSize=11, color=INK)
    if lines.stability is not None and lines.stability_label:
        chart = _one({"y": lines.stability, "text": lines.stability_label})
        over = chart.encode(x=altair.value(WIDTH - 6), y=axes["y"], text="text:N")
        for halo in (HALO, {}):
            yield over.mark_text(align="right", dy=-7, fontSize=11, color=INK, **halo)


def _one(row: dict[str, Any]) -> altair.Chart:
    return altair.Chart(altair.InlineData(values=[row]))
