"""The picture of a change: the customers in their quadrants before and after, side by side."""

# The SQL here is made of this project's own words.
# ruff: noqa: S608

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sangdo.engine.bulk.charts.quadrant_chart import PATCHES, Frame, Lines, Spot, quadrant_chart
from sangdo.engine.bulk.impact.findings import Findings
from sangdo.engine.bulk.impact.telling import QUADRANT_LINES
from sangdo.engine.decision.wording import Wording

MOST_SPOTS = 2000
"""More customers than this are drawn as cells, each as large as the customers in it are many."""
COLUMNS, ROWS = 30, 24
DECADES = 5
QUADRANTS = ("EI", "EII", "EIII", "EIV")
_RIGHT, _TOP = ("EI", "EII"), ("EI", "EIII")
_DRAWN = (
    "contribution IS NOT NULL AND stability BETWEEN 0 AND 1 AND (before IN ('EI', 'EII', 'EIII', 'EIV') "
    "OR after IN ('EI', 'EII', 'EIII', 'EIV'))"
)


@dataclass(frozen=True, slots=True)
class Picture:
    """Two pictures as SVG; how many customers are drawn, how many of them at the left edge because their contribution
    is less than `low`, and whether they are drawn as cells."""

    before: str
    after: str
    customers: int
    at_the_edge: int
    low: float
    as_cells: bool


def draw_picture(
    findings: Findings, told: Mapping[str, Any], wording: Wording, say: Mapping[str, str]
) -> Picture | None:
    """Draw both sides, or return None where no customer has a place in it."""
    customers, high, least = findings.rows(
        f"SELECT count(*), max(contribution), min(contribution) FILTER (contribution > 0) FROM seen WHERE {_DRAWN}"
    )[0]
    if not customers or not high or high <= 0:
        return None
    top = 10.0 ** math.ceil(math.log10(high) + 1e-9)
    low = max(10.0 ** math.floor(math.log10(least)), top / 10**DECADES)
    title = say["contribution_axis"]
    frame = Frame(low, top, title, say["stability_axis"], wording.currency_sign, wording.language == "ko")
    as_cells = customers > MOST_SPOTS
    spots = list(_cells(findings, frame) if as_cells else _spots(findings))
    edge = findings.rows(f"SELECT count(*) FROM seen WHERE {_DRAWN} AND contribution < {low!r}")[0][0]
    lines = [_lines(told, side) for side in ("before", "after")]
    pictures = [
        quadrant_chart(
            spots, lines[number], frame, _groups(told, side), f"quadrants-{side}", say[f"picture_{side}"],
            _description(told, side, say), lines[0] if number else None,
        )
        for number, side in enumerate(("before", "after"))
    ]  # fmt: skip
    return Picture(pictures[0], pictures[1], customers, edge, low, as_cells)


def _spots(findings: Findings) -> Iterator[Spot]:
    rows = findings.rows(
        f"SELECT contribution, stability, before, after FROM seen WHERE {_DRAWN} ORDER BY moved, customer_id"
    )
    for contribution, stability, before, after in rows:
        yield Spot(contribution, stability, _turn(before, after))


def _cells(findings: Findings, frame: Frame) -> Iterator[Spot]:
    """Cells of a grid over the frame: one of all customers in it, and an arrow for the most frequent move."""
    decades = math.log10(frame.high / frame.low)
    across = f"least(floor(log10(greatest(contribution, {frame.low!r}) / {frame.low!r}) / {decades!r} * {COLUMNS}), {COLUMNS - 1})"
    up = f"least(floor(stability * {ROWS}), {ROWS - 1})"
    rows = findings.rows(
        f"SELECT {across}::INTEGER AS x, {up}::INTEGER AS y, count(*) FROM seen WHERE {_DRAWN} GROUP BY 1, 2 ORDER BY 1, 2"
    )
    moves = findings.rows(
        f"SELECT x, y, before, after, sum(n) OVER (PARTITION BY x, y) FROM (SELECT {across}::INTEGER AS x, "
        f"{up}::INTEGER AS y, before, after, count(*) AS n FROM seen WHERE moved AND {_DRAWN} GROUP BY ALL) "
        "QUALIFY row_number() OVER (PARTITION BY x, y ORDER BY n DESC, before, after) = 1 ORDER BY x, y"
    )

    def place(x: int, y: int) -> tuple[float, float]:
        return frame.low * 10 ** ((x + 0.5) / COLUMNS * decades), (y + 0.5) / ROWS

    for x, y, count in rows:
        yield Spot(*place(x, y), None, int(count))
    for x, y, before, after, count in moves:
        yield Spot(*place(x, y), _turn(before, after), int(count))


def _turn(before: str | None, after: str | None) -> float | None:
    """Which way a customer moves in the picture, clockwise from straight up; out of it or into it is down or up."""
    if before == after:
        return None
    if before not in QUADRANTS or after not in QUADRANTS:
        return 180.0 if before in QUADRANTS else 0.0
    across = (after in _RIGHT) - (before in _RIGHT)
    up = (after in _TOP) - (before in _TOP)
    return math.degrees(math.atan2(across, up)) % 360


def _lines(told: Mapping[str, Any], side: str) -> Lines:
    contribution, stability = (told["quadrant_lines"][side][name] or {} for name in QUADRANT_LINES)
    return Lines(
        contribution.get("value"), stability.get("value"), contribution.get("label", ""), stability.get("label", "")
    )


def _groups(told: Mapping[str, Any], side: str) -> dict[str, str]:
    counts = _counts(told, side)
    return {patch: f"{group} {counts[group]:,}" for patch, group in zip(PATCHES, QUADRANTS, strict=True)}


def _counts(told: Mapping[str, Any], side: str) -> dict[str, int]:
    return {group: sum(c["customers"] for c in told["matrix"] if c[side] == group) for group in QUADRANTS}


def _description(told: Mapping[str, Any], side: str, say: Mapping[str, str]) -> str:
    counts = ", ".join(f"{group} {count:,}" for group, count in _counts(told, side).items())
    return f"{say['picture_desc']} {counts}."
