"""Lists of what a rulebook holds, for people and for other programs."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from sangdo.engine.language.rulebook import Rulebook

WIDEST = 40

Entry = dict[str, Any]


def list_entries(rulebook: Rulebook, what: str, language: str) -> list[Entry]:
    """List the rules, facts, clauses, actions or questions of a rulebook, in its own order."""
    listings: dict[str, Callable[[], Iterable[Entry]]] = {
        "rules": lambda: _rules(rulebook, language),
        "facts": lambda: _facts(rulebook, language),
        "clauses": lambda: _clauses(rulebook, language),
        "actions": lambda: _actions(rulebook, language),
        "questions": lambda: _questions(rulebook, language),
    }
    return list(listings[what]())


def as_table(entries: list[Entry]) -> str:
    """Write entries as lines of columns; the last column runs free."""
    rows = [[_cell(value) for value in entry.values()] for entry in entries]
    widths = [min(WIDEST, max(map(len, column))) for column in zip(*rows, strict=True)][:-1]
    lines = ["  ".join([*(c.ljust(w) for c, w in zip(row, widths, strict=False)), row[-1]]) for row in rows]
    return "".join(f"{line.rstrip()}\n" for line in lines)


def _cell(value: Any) -> str:
    if isinstance(value, list):
        return ",".join(map(str, value)) or "-"
    return "-" if value is None else str(value)


def _rules(rulebook: Rulebook, language: str) -> Iterable[Entry]:
    for question in rulebook.questions.values():
        for rule in question.rules:
            yield {
                "rule": rule.id,
                "question": question.name,
                "basis": rule.basis.value,
                "clauses": list(rule.clauses),
                "at": str(rule.location),
                "title": rule.title.in_language(language),
            }


def _facts(rulebook: Rulebook, language: str) -> Iterable[Entry]:
    for fact in rulebook.facts.values():
        yield {
            "fact": fact.name,
            "type": fact.type.value,
            "from": fact.origin.value,
            "of": fact.level.value,
            "values": list(fact.values or ()),
            "label": fact.label.in_language(language),
        }


def _clauses(rulebook: Rulebook, language: str) -> Iterable[Entry]:
    cited: dict[str, list[str]] = {name: [] for name in rulebook.clauses}
    for question in rulebook.questions.values():
        for rule in question.rules:
            for name in rule.clauses:
                cited[name].append(rule.id)
    for clause in rulebook.clauses.values():
        yield {
            "clause": clause.id,
            "basis": clause.basis.value,
            "rules": cited[clause.id],
            "title": clause.title.in_language(language),
        }


def _actions(rulebook: Rulebook, language: str) -> Iterable[Entry]:
    for action in rulebook.actions.values():
        when = action.every or (f"{action.within_days}d" if action.within_days else None)
        yield {
            "action": action.id,
            "basis": action.basis.value,
            "clauses": list(action.clauses),
            "who": action.who,
            "when": when,
            "title": action.title.in_language(language),
        }


def _questions(rulebook: Rulebook, language: str) -> Iterable[Entry]:
    for question in rulebook.questions.values():
        yield {
            "question": question.name,
            "choose": question.choose.value,
            "of": question.level.value,
            "rules": len(question.rules),
            "owner": question.owner,
            "title": question.title.in_language(language),
        }
