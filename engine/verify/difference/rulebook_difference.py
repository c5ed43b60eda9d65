"""What was written in one rulebook and not in another: parts added, removed, renamed, and changed field by field."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from typing import Any

from sangdo.engine.language.errors import Location
from sangdo.engine.language.rulebook import Choose, Question, Rule, Rulebook, Threshold
from sangdo.engine.verify.difference.cone import text_of
from sangdo.engine.verify.difference.rule_text import in_words

KINDS = ("question", "rule", "threshold", "fact", "action", "clause")
CHANGES = ("added", "removed", "renamed", "changed")

KEYS = {
    "level": "for", "actions": "do", "if_unknown": "if unknown", "within_days": "within", "minimum": "at least",
    "maximum": "at most", "origin": "from", "before_peak": "before peak", "tally": "from",
}  # fmt: skip
"""Fields whose key in a rule file has another name."""

UNCOUNTED = {"name", "id", "location", "rules", "thresholds", "points", "sign"}
"""Fields that are no property of their own: names, places, and what is compared by itself."""


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One key of a part, with what stood there and what stands there now, as in a rule file; `-` is nothing."""

    key: str
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class Change:
    """One part of a rulebook that is not what it was.

    `kind` and `change` are of KINDS and CHANGES; `name` is the present one, or that of what was removed; `question`
    is the one a rule belongs to; `basis` is the mark of a rule, an action or a clause. `renamed_from` is the name that
    the part had where nothing else of it changed.
    """

    kind: str
    change: str
    name: str
    location: Location
    question: str | None = None
    basis: str | None = None
    renamed_from: str | None = None
    fields: tuple[FieldChange, ...] = ()


def compare_rulebooks(old: Rulebook, new: Rulebook) -> tuple[Change, ...]:
    """Return what differs in the text of two rulebooks, part by part; layout, comments, the order of files and the
    order of rules where it decides nothing are no difference."""
    parts = (
        ("question", old.questions, new.questions),
        ("rule", _rules(old), _rules(new)),
        ("threshold", old.thresholds, new.thresholds),
        ("fact", old.facts, new.facts),
        ("action", old.actions, new.actions),
        ("clause", old.clauses, new.clauses),
    )
    return tuple(change for kind, before, after in parts for change in _changes(kind, before, after))


@dataclass(frozen=True, slots=True)
class _PlacedRule:
    """A rule with the question it belongs to."""

    rule: Rule
    question: str


def _rules(rulebook: Rulebook) -> dict[str, _PlacedRule]:
    return {
        rule.id: _PlacedRule(rule, question.name) for question in rulebook.questions.values() for rule in question.rules
    }


def _changes(kind: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Change]:
    renamed = _renamed(old, new)
    for name, part in new.items():
        before = old.get(name)
        if name in renamed:
            yield _change(kind, "renamed", name, part, renamed_from=renamed[name])
        elif before is None:
            yield _change(kind, "added", name, part)
        else:
            differing = tuple(_field_changes(_properties(before), _properties(part)))
            if isinstance(part, Question):
                differing += tuple(_order(before, part))
            if differing:
                yield _change(kind, "changed", name, part, fields=differing)
    for name, part in old.items():
        if name not in new and name not in renamed.values():
            yield _change(kind, "removed", name, part)


def _change(kind: str, change: str, name: str, part: Any, **more: Any) -> Change:
    question = part.question if isinstance(part, _PlacedRule) else None
    part = part.rule if isinstance(part, _PlacedRule) else part
    basis = getattr(part, "basis", None)
    return Change(kind, change, name, part.location, question, basis and str(basis), **more)


def _renamed(old: Mapping[str, Any], new: Mapping[str, Any]) -> dict[str, str]:
    """Return for each part that has but a new name the old one; where two could be meant, nothing is said."""
    gone, come = _by_content(old, new), _by_content(new, old)
    return {
        come[content][0]: names[0]
        for content, names in gone.items()
        if len(names) == 1 and len(come.get(content, ())) == 1
    }


def _by_content(parts: Mapping[str, Any], others: Mapping[str, Any]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for name, part in parts.items():
        if name not in others:
            content = text_of(tuple(_properties(part).items()))
            rules = (
                tuple(_properties(_PlacedRule(rule, "")) for rule in part.rules) if isinstance(part, Question) else ()
            )
            found.setdefault(content + text_of(rules), []).append(name)
    return found


def _properties(part: Any) -> dict[str, object]:
    """Return the keys of a part as in its rule file, with what stands there."""
    found: dict[str, object] = {}
    if isinstance(part, _PlacedRule):
        found["question"], part = part.question, part.rule
    for field in fields(part):
        value = getattr(part, field.name)
        if field.name not in UNCOUNTED and (field.name != "tally" or value is not None):
            found[KEYS.get(field.name, field.name.replace("_", " "))] = value
    if isinstance(part, Rule):
        found["subtract" if part.sign < 0 else "add"] = part.points
    if isinstance(part, Threshold):
        del found["values"]
        found |= {f"values from {since}": value for since, value in part.values}
    return found


def _field_changes(old: Mapping[str, object], new: Mapping[str, object]) -> Iterator[FieldChange]:
    for key in dict.fromkeys((*old, *new)):
        before, after = old.get(key), new.get(key)
        if text_of(before) == text_of(after):
            continue
        if isinstance(before, Mapping) and isinstance(after, Mapping):
            yield from _field_changes(
                {f"{key} {word}": value for word, value in before.items()},
                {f"{key} {word}": value for word, value in after.items()},
            )
        elif in_words(before) != in_words(after):
            yield FieldChange(key, in_words(before), in_words(after))


def _order(old: Question, new: Question) -> Iterator[FieldChange]:
    """Yield that the rules of both stand in another order, where the order decides."""
    if Choose.FIRST_MATCH not in (old.choose, new.choose):
        return
    before, after = [rule.id for rule in old.rules], [rule.id for rule in new.rules]
    kept = [[one for one in before if one in after], [one for one in after if one in before]]
    if kept[0] != kept[1]:
        yield FieldChange("order of rules", in_words(tuple(kept[0])), in_words(tuple(kept[1])))
