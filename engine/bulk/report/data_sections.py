"""Sections about the market, the rules and the data."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from babel.dates import get_month_names

from sangdo.engine.bulk.charts.season_chart import Month, season_chart
from sangdo.engine.bulk.report.headlines import listed_months
from sangdo.engine.bulk.report.season_figures import MARKET, PRODUCT, REP
from sangdo.engine.bulk.report.sections import Cell, Line, Listing, Named, Row, Section, Table
from sangdo.engine.bulk.report.speech import Speech
from sangdo.engine.facts.book_contents import DEALER
from sangdo.engine.facts.months import YEAR_MONTHS
from sangdo.engine.language.rulebook import Basis

ASKS_SHOWN = 10


def season(speech: Speech, drawn: bool) -> Section:
    """Return the index of each month, with off-season and peak."""
    say, season, heading = speech.say, speech.report["season"], speech.lines.season()
    if season is None:
        return Section("season", say["season"], heading, lead=(say["no_season"],))
    names = get_month_names("abbreviated", locale=speech.wording.locale)
    months = [names[month] for month in range(1, YEAR_MONTHS + 1)]
    market, *parts = season["rows"]
    told = [
        Month(months[n], index, f"{index:.2f}", _word(speech, market, n + 1), n + 1 in market["off"])
        for n, index in enumerate(market["index"])
    ]
    description = ", ".join(f"{one.name} {one.shown} {one.word}".strip() for one in told)
    picture = season_chart(told, say["average"], "season", heading, description) if drawn else ""
    tables = [_calendar(speech, kind, parts, months) for kind in (REP, PRODUCT, DEALER)]
    if not drawn:
        tables.insert(0, _calendar(speech, MARKET, [{**market, "name": say[MARKET]}], months))
    return Section("season", say["season"], heading, picture=picture, tables=tuple(one for one in tables if one.rows),
                   notes=tuple(_season_notes(speech, season)))  # fmt: skip


def _calendar(speech: Speech, kind: str, parts: list[dict[str, Any]], months: list[str]) -> Table:
    rows = [Row(part["name"], tuple(_months(speech, part))) for part in parts if part["kind"] == kind]
    return Table(("" if kind == MARKET else speech.say[kind], *months), tuple(rows), "calendar")


def _word(speech: Speech, part: Mapping[str, Any], month: int) -> str:
    return speech.say["off"] if month in part["off"] else speech.say["peak"] if month in part["peak"] else ""


def _months(speech: Speech, part: Mapping[str, Any]) -> Iterator[Cell]:
    for number, index in enumerate(part["index"], 1):
        kind = "off" if number in part["off"] else "peak" if number in part["peak"] else ""
        yield Cell(f"{index:.2f}", kind=kind, small=_word(speech, part, number))


def _season_notes(speech: Speech, season: Mapping[str, Any]) -> Iterator[str]:
    lines = {one["threshold"]: one["value"] for one in season["lines"]}
    yield speech.filled(
        "season_how", *(speech.number(value) if value is not None else "–" for value in lines.values()),
        speech.number(season["peak_line"]), speech.day(season["to"]),
    )  # fmt: skip
    for kind in ("off", "peak"):
        if season[f"calendar_{kind}"]:
            months = listed_months(season[f"calendar_{kind}"], speech.wording)
            yield speech.filled("season_calendar", months, speech.say[kind])
    if season["years"] < 2:
        yield speech.say["season_short"]


def rules(speech: Speech) -> Section:
    """Return how many customers each rule decides, and which decide nobody."""
    say, questions = speech.say, speech.report["rules"]
    deciding = [rule for question in questions for rule in question["rules"] if rule["customers"]]
    of_document = sum(rule["basis"] == Basis.DOCUMENT for rule in deciding)
    counts = (len(deciding), of_document, len(deciding) - of_document)
    heard = [one for one in questions if any(rule["customers"] for rule in one["rules"])]
    rows = tuple(Row(speech.both(question["title"]), lists=_fired(speech, question)) for question in heard)
    silent = tuple(_silent(speech, question) for question in questions if question not in heard)
    return Section(
        "rules", say["rules"], speech.lines.rules(),
        lead=(speech.filled("basis", *map(speech.number, counts)),),
        tables=(Table((say["question"], say["deciding"], say["silent"]), rows, "firings"),) if rows else (),
        lists=(Listing(say["unheard"], silent),) if silent else (),
    )  # fmt: skip


def _silent(speech: Speech, question: Mapping[str, Any]) -> Line:
    """A question that no rule answered for anybody, with its rules."""
    house = sum(rule["basis"] == Basis.HOUSE for rule in question["rules"])
    count = len(question["rules"])
    name = "rules_of_house" if house == count else "rules_some_of_house" if house else "rules_of_document"
    return Line(speech.both(question["title"]), speech.filled(name, speech.number(count), speech.number(house)))


def _fired(speech: Speech, question: Mapping[str, Any]) -> tuple[tuple[Named, ...], ...]:
    named = [
        (rule, Named(rule["rule"], speech.number(rule["customers"]) if rule["customers"] else "",
                     rule["basis"] == Basis.HOUSE, speech.both(rule["title"])))
        for rule in question["rules"]
    ]  # fmt: skip
    fired = sorted((one for one in named if one[0]["customers"]), key=lambda one: -one[0]["customers"])
    return tuple(one for _, one in fired), tuple(one for rule, one in named if not rule["customers"])


def asks(speech: Speech) -> Section:
    """Return what is wanting of most customers."""
    say, found = speech.say, speech.report["asks"]
    rows = [
        Row(
            _question(speech, one["fact"]),
            (
                Cell(speech.count(one["customers"])), Cell(speech.number(one["first"]) if one["first"] else "–"),
                Cell(speech.money(one["revenue"])),
            ),
        )
        for one in found[:ASKS_SHOWN]
    ]  # fmt: skip
    heads = (say["ask"], say["wanted_for"], say["ask_first_for"], say["their_revenue"])
    notes = [say["asks_how"]] if found else []
    if len(found) > ASKS_SHOWN:
        notes.append(speech.filled("more_asks", speech.number(len(found) - ASKS_SHOWN)))
    tables = (Table(heads, tuple(rows), "figures-table"),) if rows else ()
    return Section("asks", say["asks"], speech.lines.asks(), tables=tables, notes=tuple(notes))


def _question(speech: Speech, fact: str) -> str:
    ask = speech.rulebook.facts[fact].ask
    return speech.wording.text(ask) if ask else speech.fact(fact)


def quality(speech: Speech) -> Section:
    """Return what is known of the customers, what cannot be used, and how old it is."""
    say, told = speech.say, speech.report["quality"]
    rows = [
        Row(
            speech.fact(one["fact"]),
            (
                Cell(speech.number(one["known"])), Cell(speech.percent(one["share"])),
                Cell(speech.number(one["wanted"]) if one["wanted"] else "–"),
            ),
        )
        for one in told["facts"]
    ]  # fmt: skip
    heads = (say["fact"], say["known_of"], say["known_share"], say["wanted"])
    return Section(
        "quality", say["quality"], speech.lines.quality(),
        tables=(Table(heads, tuple(rows), "figures-table"),) if rows else (),
        lists=(Listing("", tuple(map(Line, _state(speech, told)))), *_faults(speech, told["bad_rows"])),
    )  # fmt: skip


def _state(speech: Speech, told: Mapping[str, Any]) -> Iterator[str]:
    say, no_rep, age = speech.say, told["no_rep"], told["last_order_days"]
    if told["undecided"]:
        rows = told["undecided"] - told["conflicts"]
        yield speech.filled("undecided", speech.number(told["undecided"]), speech.money(told["undecided_revenue"]),
                            speech.number(rows), speech.number(told["conflicts"]))  # fmt: skip
    else:
        yield say["all_decided"]
    if no_rep is None:
        yield say["reps_unknown"]
    elif no_rep["customers"]:
        yield speech.filled("no_rep", speech.number(no_rep["customers"]), speech.money(no_rep["revenue"]))
    else:
        yield say["all_have_reps"]
    if age is not None:
        name = {0: "order_age_none", 1: "order_age_one"}.get(age, "order_age")
        yield speech.filled(name, speech.number(age))
    yield _observations(speech, told["observations"])
    if not told["bad_rows"]:
        yield say["no_faults"]


def _observations(speech: Speech, ages: list[dict[str, Any]]) -> str:
    if not ages:
        return speech.say["no_observations"]
    total = speech.number(sum(one["observations"] for one in ages))
    words = [
        speech.filled("up_to", speech.number(one["up_to_days"]), speech.number(one["observations"]))
        if one["up_to_days"] is not None
        else speech.filled("older", speech.number(one["observations"]))
        for one in ages
    ]
    return speech.filled("observations", total, ", ".join(words))


def _faults(speech: Speech, faults: list[dict[str, Any]]) -> Iterator[Listing]:
    if not faults:
        return
    lines = [
        speech.filled("fault_one", one["file"], "", str(one["line"]), one["reason"])
        if one["rows"] == 1
        else speech.filled("fault", one["file"], speech.number(one["rows"]), str(one["line"]), one["reason"])
        for one in faults
    ]
    yield Listing(speech.say["faults"], tuple(map(Line, lines)))


def assumed(speech: Speech) -> Section:
    """Return what the figures rest on."""
    lines = [line for one in speech.report["assumed"] if (line := _assumption(speech, one))]
    return Section("assumed", "", speech.say["assumed"], lists=(Listing("", tuple(map(Line, lines))),))


def _assumption(speech: Speech, one: Mapping[str, Any]) -> str:
    if one["code"] == "line":
        return ""
    if one["code"] == "returns":
        return speech.filled("returns", speech.money(one["amount"]))
    if one["code"] == "default":
        fact = speech.rulebook.facts[one["fact"]]
        return speech.filled("default", speech.wording.text(fact.label), speech.wording.value(fact, one["value"]))
    return speech.say[one["code"]]
