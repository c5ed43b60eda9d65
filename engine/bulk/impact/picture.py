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
    """Two pictures as SVG, and what a reader must know of them: what stands for what, and who is not drawn."""

    before: str
    after: str
    notes: tuple[str, ...]


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
    korean = wording.language == "ko"
    frame = Frame(low, top, say["contribution_axis"], say["stability_axis"], wording.currency_sign, korean)
    as_cells = customers > MOST_SPOTS
    spots = list(_cells(findings, frame) if as_cells else _spots(findings))
    lines = [_lines(told, side) for side in ("before", "after")]
    before, after = (
        quadrant_chart(
            spots, lines[number], frame, _groups(told, side), f"quadrants-{side}", say[f"picture_{side}"],
            _description(told, side, say), lines[0] if number else None,
        )
        for number, side in enumerate(("before", "after"))
    )  # fmt: skip

    def companies(number: int) -> str:
        return say["company"] if number == 1 else say["companies"].format(wording.number(number))

    notes = [say["cells_key" if as_cells else "picture_key"], say["drawn"].format(companies(customers))]
    at_edge = findings.rows(f"SELECT count(*) FROM seen WHERE {_DRAWN} AND contribution < {low!r}")[0][0]
    if at_edge:
        notes.append(say["edge"].format(companies(at_edge), wording.money(low)))
    return Picture(before, after, tuple(notes))


def _spots(findings: Findings) -> Iterator[Spot]:
    rows = findings.rows(
        f"SELECT contribution, stability, before, after FROM seen WHERE {_DRAWN} ORDER BY moved, customer_id"
    )
    for contribution, stability, before, after in rows:
        yield Spot(contribution, stability, _turn(before, after))


def _cells(findings: Findings, frame: Frame) -> Iterator[Spot]:
    """Cells of a grid over the frame: one of all customers in it, and an arrow for the most frequent move."""
    decades = math.log10(frame.high / frame.low)
    part = f"log10(greatest(contribution, {frame.low!r}) / {frame.low!r}) / {decades!r}"
    cell = (
        f"SELECT least(floor({part} * {COLUMNS}), {COLUMNS - 1})::INTEGER AS x, "
        f"least(floor(stability * {ROWS}), {ROWS - 1})::INTEGER AS y, before, after, moved FROM seen WHERE {_DRAWN}"
    )
    for x, y, count in findings.rows(f"SELECT x, y, count(*) FROM ({cell}) GROUP BY x, y ORDER BY x, y"):
        yield Spot(*_place(x, y, frame), None, int(count))
    moves = findings.rows(
        "SELECT x, y, before, after, sum(n) OVER (PARTITION BY x, y) "
        f"FROM (SELECT x, y, before, after, count(*) AS n FROM ({cell}) WHERE moved GROUP BY ALL) "
        "QUALIFY row_number() OVER (PARTITION BY x, y ORDER BY n DESC, before, after) = 1 ORDER BY x, y"
    )
    for x, y, before, after, count in moves:
        yield Spot(*_place(x, y, frame), _turn(before, after), int(count))


def _place(x: int, y: int, frame: Frame) -> tuple[float, float]:
    return frame.low * (frame.high / frame.low) ** ((x + 0.5) / COLUMNS), (y + 0.5) / ROWS


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
