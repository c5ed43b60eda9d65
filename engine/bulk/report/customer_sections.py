"""Sections about customers: the quadrants, the groups, and who moved between them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from sangdo.engine.bulk.charts.quadrant_chart import PATCHES, Frame, Lines, quadrant_chart
from sangdo.engine.bulk.charts.quarter_chart import quarter_chart
from sangdo.engine.bulk.report.movement import CAME, DOWN, SAME, UP
from sangdo.engine.bulk.report.sections import Cell, Line, Listing, Row, Section, Table
from sangdo.engine.bulk.report.speech import Speech
from sangdo.engine.bulk.report.spots import Spots

MOVES_NAMED = {DOWN: 4, UP: 4, CAME: 2}
MOVERS = 3
ROOM = 1.25
"""How much farther than the least and the greatest contribution the picture reaches."""
_SIGNS = {DOWN: "▼", UP: "▲"}


def quadrants(speech: Speech, spots: Spots | None) -> Section:
    """Return the picture of the quadrants, with the lines and where they come from."""
    return Section(
        "quadrants", speech.say["picture"], speech.lines.half(),
        picture=_picture(speech, spots) if spots and spots.spots else "",
        tables=tuple(_lines(speech)),
        notes=tuple(_how_drawn(speech, spots)) if spots else (),
    )  # fmt: skip


def _how_drawn(speech: Speech, spots: Spots) -> Iterator[str]:
    if spots.are_cells:
        yield speech.filled("each_cell", speech.number(spots.customers))
    elif spots.customers:
        yield speech.say["each_point"]
    if spots.left_out:
        yield speech.filled("not_drawn", speech.number(spots.left_out))


def _picture(speech: Speech, spots: Spots) -> str:
    lines = {one["of"]: one for one in speech.report["assumed"] if one["code"] == "line"}
    drawn = [lines.get(name) for name in ("contribution", "stability")]
    words = [_line_words(speech, one) for one in drawn]
    values = [one["value"] if one else None for one in drawn]
    assert spots.low is not None
    assert spots.high is not None
    frame = Frame(
        spots.low / ROOM, spots.high * ROOM, speech.say["contribution_axis"], speech.say["stability_axis"],
        speech.wording.currency_sign, speech.language == "ko",
    )  # fmt: skip
    counts = {one["group"]: one["customers"] for one in speech.report["groups"]}
    names = {
        patch: f"{group} · {speech.count(counts.get(group, 0))}"
        for patch, group in zip(PATCHES, speech.groups.quadrants, strict=False)
    }
    told = [f"{speech.labels.named(group)}: {speech.count(counts.get(group, 0))}" for group in speech.groups.quadrants]
    description = ". ".join([*told, *(word for word in words if word)])
    return quadrant_chart(
        spots.spots, Lines(values[0], values[1], words[0], words[1]), frame, names, "quadrants",
        speech.lines.half(), description,
    )  # fmt: skip


def _line_words(speech: Speech, line: Mapping[str, Any] | None) -> str:
    if line is None:
        return ""
    how = speech.say["line_of_book" if line["how"] == "book" else "line_of_rules"]
    return f"{speech.say['line']} {speech.wording.named(line['threshold'], line['value'])} ({how})"


def _lines(speech: Speech) -> Iterator[Table]:
    lines = [one for one in speech.report["assumed"] if one["code"] == "line"]
    if not lines:
        return
    since = speech.report["book"]["since"]
    then = (speech.filled("value_then", speech.day(since)),) if since else ()
    rows = []
    for line in lines:
        values = [line["value"], *([line["then"]] if since else [])]
        cells = [Cell("–" if value is None else speech.wording.named(line["threshold"], value)) for value in values]
        rows.append(Row(_capital(speech.wording.text(speech.rulebook.thresholds[line["threshold"]].title)),
                        (*cells, Cell(_origin(speech, line)))))  # fmt: skip
    yield Table((speech.say["line"], speech.say["value"], *then, speech.say["origin"]), tuple(rows))


def _origin(speech: Speech, line: Mapping[str, Any]) -> str:
    threshold = speech.rulebook.thresholds[line["threshold"]]
    method = threshold.method
    if line["how"] != "book" or method is None:
        since = [start for start, _ in threshold.values if start <= date.fromisoformat(speech.report["book"]["as_of"])]
        return speech.filled("from_rules", speech.wording.short_date(since[-1])) if since else "–"
    how = speech.filled("pareto", speech.percent(method.share)) if method.kind == "pareto" else speech.say["median"]
    if method.within is not None:
        how += ", " + speech.filled("held_within", *map(speech.number, method.within))
    return f"{speech.say['from_book']}: {how}"


def groups(speech: Speech, drawn: bool) -> Section:
    """Return counts, revenue, trend and hours by group."""
    say, book, found = speech.say, speech.report["book"], speech.report["groups"]
    is_year = any(one["trend"] is not None for one in found)
    heads = (
        say["group"], say["customers"], say["revenue_short"], say["share"],
        say["trend_year" if is_year else "trend_quarter"], say["quarters"], say["hours"],
    )  # fmt: skip
    rows = [_group(speech, one, is_year, f"quarters-{place}" if drawn else "") for place, one in enumerate(found)]
    notes = []
    covered = max((len(one["quarters"]) for one in found), default=0)
    if covered:
        name = "quarters_how" if drawn else "quarters_listed"
        notes.append(speech.filled(name, speech.number(covered), speech.day(book["revenue_to"])))
    if book["hours_of_reps"]:
        phrase = "hours_how" if book["reps"] > 1 else "hours_how_one"
        notes.append(speech.filled(phrase, speech.hours(book["hours"]), speech.number(book["reps"]),
                                   speech.hours(book["hours_of_reps"])))  # fmt: skip
    whole = {**book, "group": "whole", "share": 1.0 if book["revenue"] > 0 else None, "hours_share": None}
    rows.append(_group(speech, whole, is_year, "quarters-whole" if drawn else ""))
    table = Table(heads, tuple(rows), "figures-table")
    return Section("groups", say["groups"], speech.lines.hours(), tables=(table,), notes=tuple(notes))


def _group(speech: Speech, one: Mapping[str, Any], is_year: bool, picture_name: str) -> Row:
    label, quarters = _capital(speech.labels.named(one["group"])), one["quarters"]
    told = ", ".join(speech.money(volume) for volume in quarters)
    title = f"{label}: {speech.say['quarters']}"
    picture = quarter_chart(quarters, picture_name, title, told) if picture_name and any(quarters) else ""
    return Row(
        label,
        (
            Cell(speech.count(one["customers"])),
            Cell(speech.money(one["revenue"])),
            Cell(speech.percent(one["share"])),
            Cell(speech.change(one["trend" if is_year else "quarter_trend"])),
            Cell("" if picture else told or "–", picture),
            Cell(speech.hours(one["hours"]), small=speech.percent(one["hours_share"]) if one["hours_share"] else ""),
        ),
    )


def movement(speech: Speech) -> Section:
    """Return who moved between groups since the earlier date."""
    say, moved = speech.say, speech.report["movement"]
    heading = speech.lines.movement()
    if moved is None:
        return Section("movement", say["movement"], heading, lead=(say["no_movement"],))
    days = [speech.day(moved["since"]), speech.day(speech.report["book"]["as_of"])]
    return Section(
        "movement", say["movement"], heading,
        lead=(speech.filled("matrix_how", *days),),
        tables=(_matrix(speech, moved["moves"]), *_fallen(speech, moved["moves"])),
        lists=tuple(_movers(speech, moved["moves"])),
    )  # fmt: skip


def _matrix(speech: Speech, moves: list[dict[str, Any]]) -> Table:
    then = [group for group in speech.groups.every if any(move["then"] == group for move in moves)]
    now = [group for group in speech.groups.every if any(move["now"] == group for move in moves)]
    found = {(move["then"], move["now"]): move for move in moves}
    rows = []
    for group in then:
        cells = [_step(speech, found.get((group, other))) for other in now]
        total = sum(move["customers"] for move in moves if move["then"] == group)
        rows.append(Row(speech.labels.short(group), (*cells, Cell(speech.number(total), kind="total"))))
    totals = [sum(move["customers"] for move in moves if move["now"] == other) for other in now]
    rows.append(Row(speech.say["whole"], tuple(
        Cell(speech.number(total), kind="total") for total in (*totals, sum(totals))
    )))  # fmt: skip
    heads = (speech.say["then_now"], *map(speech.labels.short, now), speech.say["whole"])
    return Table(heads, tuple(rows), "matrix")


def _step(speech: Speech, move: Mapping[str, Any] | None) -> Cell:
    if move is None:
        return Cell("·", kind="empty")
    kind = "same" if move["what"] == SAME else move["what"]
    return Cell(f"{_SIGNS.get(move['what'], '')}{speech.number(move['customers'])}", kind=kind)


def _movers(speech: Speech, moves: list[dict[str, Any]]) -> Iterator[Listing]:
    for what, most in MOVES_NAMED.items():
        first = speech.groups.quadrants[:2]
        named = [one for one in moves if one["what"] == what and (one["then"], one["now"]) != first]
        lines = [_mover(speech, move) for move in named[:most]]
        if lines:
            heading = (
                "down_too" if what == DOWN and len(named) < len([one for one in moves if one["what"] == what]) else what
            )
            yield Listing(speech.say[heading], tuple(lines))


def _fallen(speech: Speech, moves: list[dict[str, Any]]) -> Iterator[Table]:
    """The names of those who fell from the first group to the second: what matters most."""
    first, second = speech.groups.quadrants[:2]
    for move in moves:
        if (move["then"], move["now"]) == (first, second):
            rows = [
                Row(one["name"], tuple(map(Cell, (
                    one["rep"] or "–", speech.money(one["revenue_then"]), speech.money(one["revenue_now"]),
                ))))
                for one in move["names"]
            ]  # fmt: skip
            more = move["customers"] - len(rows)
            if more:
                rows.append(Row(speech.filled("more_movers", speech.number(more)), (Cell(""), Cell(""), Cell(""))))
            heads = tuple(speech.say[name] for name in ("customers", "rep", "revenue_then", "revenue_now"))
            yield Table(heads, tuple(rows), "figures-table", f"{speech.say[DOWN]}: {first} → {second}")


def _mover(speech: Speech, move: Mapping[str, Any]) -> Line:
    head = speech.filled(
        "move", speech.labels.short(move["then"]), speech.labels.short(move["now"]), speech.count(move["customers"]),
        speech.money(move["revenue_then"]), speech.money(move["revenue_now"]),
    )  # fmt: skip
    named = [
        speech.filled("mover", one["name"], speech.money(one["revenue_then"]), speech.money(one["revenue_now"]))
        for one in move["names"][:MOVERS]
    ]
    more = move["customers"] - len(named)
    if more:
        named.append(speech.filled("more_movers", speech.number(more)))
    return Line(head, "; ".join(named))


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]
