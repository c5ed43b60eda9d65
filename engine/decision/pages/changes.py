"""The changes since the last plan, arranged for reading: under what brought them about, each with its rules."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any, NamedTuple

from sangdo.engine.decision.pages.figures import capitalised, heading_of, value_of
from sangdo.engine.decision.pages.findings import Citation, cite
from sangdo.engine.decision.phrases import phrases_in
from sangdo.engine.decision.wording import Wording
from sangdo.engine.language.rulebook import Basis, Choose, Question

CAUSES = ("rule", "date", "data")
KINDS = {
    ("new", False): "new_action",
    ("dropped", False): "dropped_action",
    ("new", True): "new_avoid",
    ("dropped", True): "dropped_avoid",
}
"""What is said of an action that is new or dropped, and of one not to do."""
LINES_SHOWN = 8
ROOTS_SHOWN = 4
FIRST = (
    "quadrant",
    "prospect_quadrant",
    "strategy",
    "pursuit",
    "keep_or_abandon",
    "importance",
    "urgency",
    "visit_every",
)


class ChangedLine(NamedTuple):
    """One change in words: what it is about, and what became of it."""

    label: str
    change: str
    citation: Citation


class ChangeGroup(NamedTuple):
    """The changes that one cause brought about; `roots` are the facts and lines they go back to."""

    cause: str
    heading: str
    roots: str
    lines: tuple[ChangedLine, ...]
    more: str


class Changes(NamedTuple):
    """What changed since the last plan."""

    heading: str
    groups: tuple[ChangeGroup, ...]


def list_changes(plan: Mapping[str, Any], wording: Wording) -> Changes | None:
    """Return what the `since` of a plan tells a reader, or None when there is nothing to tell.

    Figures that only moved, questions that were newly asked or no longer, and programmes whose actions say the same
    are left to the data.
    """
    since = plan.get("since")
    if since is None:
        return None
    groups = tuple(group for cause in CAUSES if (group := _group(cause, plan, wording)).lines)
    if not groups:
        return None
    day = wording.short_date(date.fromisoformat(since["as_of"]))
    return Changes(phrases_in(wording.language)["since"].format(day), groups)


def _group(cause: str, plan: Mapping[str, Any], wording: Wording) -> ChangeGroup:
    say, since = phrases_in(wording.language), plan["since"]
    answers = [one for one in since["answers"] if one["by"] == cause]
    told = [one for one in answers if _is_told(one, wording)]
    told.sort(key=lambda one: FIRST.index(one["question"]) if one["question"] in FIRST else len(FIRST))
    lines = [_answer(one, plan, wording) for one in told]
    lines += [_action(one, wording) for one in since["actions"] if one["by"] == cause]
    kept, over = lines[:LINES_SHOWN], len(lines) - LINES_SHOWN
    roots = dict.fromkeys(root for one in answers for root in one["roots"])
    more = say["more"].format(over) if over > 0 else ""
    return ChangeGroup(cause, say[f"by_{cause}"], "; ".join(_roots(roots, since, wording)), tuple(kept), more)


def _is_told(answer: Mapping[str, Any], wording: Wording) -> bool:
    question = wording.rulebook.questions.get(answer["question"])
    if question is None or question.choose is Choose.SUM or not all(answer["asked"]):
        return False
    return question.name in FIRST or not _calls_actions(question)


def _calls_actions(question: Question) -> bool:
    return any(rule.actions for rule in question.rules)


def _answer(answer: Mapping[str, Any], plan: Mapping[str, Any], wording: Wording) -> ChangedLine:
    name, product = answer["question"], answer["product"]
    fired = [one for one in plan["fired"] if one["question"] == name and one.get("product") == product]
    citation = cite(
        tuple(one["rule"] for one in fired),
        tuple(clause for one in fired for clause in one["clauses"]),
        any(one["basis"] == Basis.HOUSE.value for one in fired),
    )
    label = heading_of(wording, name)
    change = " → ".join(_in_words(name, answer[at], wording) for at in ("before", "after"))
    return ChangedLine(f"{product}: {label}" if product else label, change, citation)


def _action(action: Mapping[str, Any], wording: Wording) -> ChangedLine:
    kind = KINDS[action["change"], action.get("avoid", False)]
    citation = cite(tuple(action["rules"]), tuple(action["clauses"]), action["basis"] == Basis.HOUSE.value)
    title = f"{action['product']}: {action['title']}" if action["product"] else action["title"]
    return ChangedLine(phrases_in(wording.language)[kind], title, citation)


def _roots(names: Mapping[str, None], since: Mapping[str, Any], wording: Wording) -> Iterator[str]:
    """The facts and lines behind the changes, each with what it was and is; the first few."""
    moved = [(one["fact"], one["product"], one) for one in since["facts"] if one["fact"] in names]
    moved += [(one["threshold"], None, one) for one in since["thresholds"] if one["threshold"] in names]
    for name, product, one in moved[:ROOTS_SHOWN]:
        label = _label(name, wording)
        change = " → ".join(_in_words(name, one[at], wording) for at in ("before", "after"))
        yield f"{product}: {label} {change}" if product else f"{label} {change}"
    if len(moved) > ROOTS_SHOWN:
        yield phrases_in(wording.language)["more"].format(len(moved) - ROOTS_SHOWN)


def _label(name: str, wording: Wording) -> str:
    fact, line = wording.rulebook.facts.get(name), wording.rulebook.thresholds.get(name)
    return wording.text(fact.label) if fact else wording.text(line.title) if line else name


def _in_words(name: str, value: Any, wording: Wording) -> str:
    """A value in words; of a fact or line that the rules no longer have, as it stands."""
    rulebook = wording.rulebook
    if value is not None and name in rulebook.facts:
        words = value_of(wording, name, value)
        return capitalised(words) if name in rulebook.questions else words
    return wording.named(name, value) if name in rulebook.facts or name in rulebook.thresholds else str(value)
