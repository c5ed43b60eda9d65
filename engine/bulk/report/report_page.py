"""The report's page: the figures of a report arranged for reading, with everything already in words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from sangdo.engine.bulk.report import customer_sections, data_sections
from sangdo.engine.bulk.report.groups import Groups
from sangdo.engine.bulk.report.sections import ReportPage, Section
from sangdo.engine.bulk.report.speech import Speech
from sangdo.engine.bulk.report.spots import Spots
from sangdo.engine.language.rulebook import Rulebook


def arrange_report(
    report: Mapping[str, Any], spots: Spots | None, rulebook: Rulebook, groups: Groups, language: str
) -> ReportPage:
    """Arrange the figures of a report (its JSON object) as a page in one language; without `spots` it has no
    pictures."""
    speech = Speech(report, rulebook, groups, language)
    book = report["book"]
    return ReportPage(
        language=language,
        title=book["name"],
        glance=(speech.lines.half(), speech.lines.second_group(), speech.lines.movement(), speech.lines.asks()),
        about=tuple(_about(speech)),
        sections=tuple(_sections(speech, spots)),
        warnings=tuple(report["quality"]["warnings"]),
        foot=tuple(_foot(speech)),
    )


def _sections(speech: Speech, spots: Spots | None) -> Iterator[Section]:
    yield customer_sections.quadrants(speech, spots)
    yield customer_sections.groups(speech, spots is not None)
    yield customer_sections.movement(speech)
    yield data_sections.season(speech, spots is not None)
    yield data_sections.rules(speech)
    yield data_sections.asks(speech)
    yield data_sections.quality(speech)
    yield data_sections.assumed(speech)


def _about(speech: Speech) -> Iterator[tuple[str, str]]:
    say, book = speech.say, speech.report["book"]
    yield say["as_of"], speech.wording.date(date.fromisoformat(book["as_of"]))
    yield say["customers"], speech.count(book["customers"])
    if book["orders"]:
        yield say["orders"], speech.filled("rows", speech.number(book["orders"]))
    if book["reps"]:
        yield say["reps"], speech.filled("people", speech.number(book["reps"]))
    is_year = book["revenue_is"] == "last_12_months"
    money = speech.money(book["revenue"])
    if book["revenue_before"] is not None:
        money = speech.filled("against_before", money, speech.money(book["revenue_before"]))
    yield say["revenue" if is_year else "contribution_a_year"], money
    if is_year:
        days = (speech.month(book[f"revenue_{end}"]) for end in ("from", "to"))
        yield say["month_span"], speech.filled("span", *days)


def _foot(speech: Speech) -> Iterator[tuple[str, str]]:
    rulebook, say = speech.report["rulebook"], speech.say
    yield say["rulebook"], f"{rulebook['release']} ({rulebook['sha256'][:12]})"
    yield say["engine"], f"sangdo {speech.report['engine']['sangdo']}"
    if speech.report["book"]["attribution"]:
        yield say["source"], speech.report["book"]["attribution"]
