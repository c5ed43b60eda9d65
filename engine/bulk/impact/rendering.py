"""An impact as text for a terminal, as Markdown, as one self-contained HTML file, or as lines of JSON and CSV."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from typing import Any

from markupsafe import Markup

from sangdo.engine.bulk.impact.impact import Impact
from sangdo.engine.bulk.impact.impact_page import SHOWN, ImpactPage
from sangdo.engine.bulk.impact.impact_words import impact_words
from sangdo.engine.decision.pages.rendering import fold, printable, render_document
from sangdo.engine.decision.wording import Wording
from sangdo.engine.language.rulebook import Rulebook

_FILES = {"text": "impact.txt.j2", "md": "impact.md.j2", "html": "impact.html.j2"}
_COLUMNS = (
    "customer_id", "name", "rep", "revenue", "moved", "before", "after", "hours_before", "hours_after", "answers",
    "rules_before", "rules_after", "actions_new", "actions_dropped", "undecided_before", "undecided_after",
)  # fmt: skip


def impact_lines(impact: Impact, rulebook: Rulebook, form: str, language: str) -> Iterator[str]:
    """Yield an impact as `text`, `md`, `html`, `json` or `csv`, piece by piece; KeyError for another form."""
    if form == "json":
        yield from _as_json(impact)
    elif form == "csv":
        yield from _as_csv(impact)
    else:
        yield _as_page(impact, rulebook, form, language)


def _as_page(impact: Impact, rulebook: Rulebook, form: str, language: str) -> str:
    say = impact_words(language)
    page = ImpactPage(impact.told, list(impact.telling.customers(SHOWN)), rulebook, say).arrange()
    page["picture"] = _picture(impact, rulebook, language, say) if form == "html" else None
    text = render_document(_FILES[form], form, page=page, say=say)
    return fold(text) if form == "text" else text


def _picture(impact: Impact, rulebook: Rulebook, language: str, say: dict[str, str]) -> dict[str, Any] | None:
    """Both pictures; the charting library is imported here, as only a page needs it."""
    if "quadrant" not in impact.told["of"] or not impact.told["customers"]["all"]:
        return None
    from sangdo.engine.bulk.impact.picture import draw_picture

    drawn = draw_picture(impact.findings, impact.told, Wording(rulebook, language, impact.told["currency"]), say)
    if drawn is None:
        return None
    sides = (("before", drawn.before), ("after", drawn.after))
    pictures = [(say[f"picture_{side}"], Markup(svg)) for side, svg in sides]  # noqa: S704 - made by the chart library
    return {"pictures": pictures, "notes": drawn.notes}


def _as_json(impact: Impact) -> Iterator[str]:
    """One JSON object; the customers stand last and are written as they come."""
    head = json.dumps(impact.told, ensure_ascii=False, indent=2)
    yield head.removesuffix("\n}") + ',\n  "changed": ['
    comma = ""
    for customer in impact.telling.customers():
        yield f"{comma}\n    {json.dumps(customer, ensure_ascii=False)}"
        comma = ","
    yield "\n  ]\n}\n" if comma else "]\n}\n"


def _as_csv(impact: Impact) -> Iterator[str]:
    """A line a customer changed; several answers, rules and actions stand in one cell, `; ` between them."""
    yield _line(_COLUMNS)
    for one in impact.telling.customers():
        rules = {
            side: [rule["rule"] for cause in one["causes"] for rule in cause[side]] for side in ("before", "after")
        }
        actions = {
            change: [_of(task, task["action"]) for task in one["actions"] if task["change"] == change]
            for change in ("new", "dropped")
        }
        answers = [_of(a, f"{a['question']}: {_plain(a['before'])} → {_plain(a['after'])}") for a in one["answers"]]
        hours, undecided = one["hours"], one["undecided"]
        yield _line(
            (
                one["customer_id"], one["name"], one["rep"], one["revenue"], "yes" if one["moved"] else "no",
                one["before"], one["after"], hours["before"], hours["after"], "; ".join(answers),
                "; ".join(rules["before"]), "; ".join(rules["after"]), "; ".join(actions["new"]),
                "; ".join(actions["dropped"]), undecided["before"], undecided["after"],
            )
        )  # fmt: skip


def _of(one: dict[str, Any], words: str) -> str:
    return words if one["product"] is None else f"{one['product']}: {words}"


def _plain(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(map(str, value)) or "-"
    return "-" if value is None else str(value)


def _line(cells: tuple[Any, ...]) -> str:
    line = io.StringIO()
    csv.writer(line, lineterminator="\n").writerow("" if cell is None else printable(cell) for cell in cells)
    return line.getvalue()
