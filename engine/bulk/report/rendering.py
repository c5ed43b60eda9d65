"""A report as Markdown, as one self-contained HTML file, or as text for a terminal."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sangdo.engine.bulk.report.groups import Groups
from sangdo.engine.bulk.report.report_page import arrange_report
from sangdo.engine.bulk.report.report_words import report_words
from sangdo.engine.bulk.report.spots import Spots
from sangdo.engine.decision.pages.rendering import fold, render_document
from sangdo.engine.language.rulebook import Rulebook

_FILES = {"text": "report.txt.j2", "md": "report.md.j2", "html": "report.html.j2"}


def render_report(
    report: Mapping[str, Any], spots: Spots | None, rulebook: Rulebook, groups: Groups, form: str, language: str
) -> str:
    """Return a report (its JSON object) as `text`, `md` or `html`; KeyError for another form.

    Without `spots` nothing is drawn, as only `html` shows pictures.
    """
    page = arrange_report(report, spots, rulebook, groups, language)
    text = render_document(_FILES[form], form, page=page, say=report_words(language))
    return fold(text) if form == "text" else text
