"""The week of one rep, or of all, as Markdown, as one self-contained HTML file, or as text for a terminal."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sangdo.engine.bulk.week.week_page import arrange_week, named_some
from sangdo.engine.bulk.week.week_words import week_words
from sangdo.engine.decision.pages.rendering import fold, render_document
from sangdo.engine.decision.wording import Wording
from sangdo.engine.language.rulebook import Rulebook

_FILES = {"text": "week.txt.j2", "md": "week.md.j2", "html": "week.html.j2"}


def render_weeks(told: Mapping[str, Any], rulebook: Rulebook, form: str, language: str) -> str:
    """Return a week, or the weeks of all reps (their JSON object), as `text`, `md` or `html`; KeyError for another
    form."""
    say = week_words(language)
    every_rep = "reps" in told
    weeks = [arrange_week(one, rulebook) for one in (told["reps"] if every_rep else [told])]
    page = {
        "language": language,
        "title": say["every_rep"] if every_rep else told["rep"],
        "weeks": weeks,
        "summary": _summary(told, say, Wording(rulebook, language)) if every_rep else None,
        "no_rep": named_some([one["name"] for one in told["no_rep"]], say) if every_rep else None,
        "no_rep_count": len(told["no_rep"]) if every_rep else 0,
        "rulebook": f"{rulebook.release} ({rulebook.sha256[:12]})",
    }
    text = render_document(_FILES[form], form, page=page, say=say)
    return fold(text) if form == "text" else text


def _summary(told: Mapping[str, Any], say: Mapping[str, str], wording: Wording) -> dict[str, Any]:
    names = ("customers", "demand_per_week", "asked", "given", "put_off")
    heads = [say[name] for name in ("rep", "customers", "demand", "asked", "given", "put_off_hours", "visits",
                                    "deferred_count", "due_count", "warning_count")]  # fmt: skip
    rows = [
        [one["rep"], *(wording.number(one[name]) for name in (*names, "visits", "deferred", "actions_due", "warnings"))]
        for one in told["summary"]
    ]
    return {"heads": heads, "rows": rows}
