"""Action files: what to do (or not to do), who does it, by when, for how long, in which steps."""

from __future__ import annotations

import re

from sangdo.engine.language.acceptance import read_accepted
from sangdo.engine.language.errors import Location
from sangdo.engine.language.record import Record
from sangdo.engine.language.rulebook import Action, Basis, Clause
from sangdo.engine.language.source import Node, Source

KEYS = ("title", "who", "within", "before peak", "every", "hours", "clauses", "basis", "avoid", "steps", "accept")
ROLES = ("rep", "manager", "company")
RHYTHMS = ("day", "week", "two_weeks", "month", "quarter", "year")
ACTION_ID = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*\Z")
_WITHIN = re.compile(r"([1-9][0-9]{0,2}) (day|week|month)s?\Z")
_MONTHS = re.compile(r"([1-9]|1[01]) months?\Z")
_DAYS = {"day": 1, "week": 7, "month": 30}


def read_actions(source: Source, node: Node | None) -> list[Action]:
    """Read one file of actions; those with a problem are left out after it was collected."""
    record = Record(source, node, "the file of actions", ("actions",), ("actions",))
    read = (_read_action(source, name, inner, at) for name, inner, at in record.items("actions"))
    return [action for action in read if action]


def _read_action(source: Source, name: str, node: Node, at: Location) -> Action | None:
    record = Record(source, node, f"the action {name}", KEYS, ("title", "clauses", "basis"))
    if not ACTION_ID.match(name):
        source.add(at, f'"{name}" cannot be the id of an action', expected="such as work-the-sums")
    title, basis = record.text("title"), record.word("basis", tuple(Basis))
    clauses = tuple(word for word, _ in record.words("clauses"))
    if "clauses" in record and not clauses:
        source.add(record.at("clauses"), f"{record.what} cites no clause", expected="clauses: [E1]")
    avoid, who, hours = record.flag("avoid"), record.word("who", ROLES), record.number("hours")
    within, every = _read_within(record), record.word("every", RHYTHMS)
    before_peak = _read_before_peak(record)
    steps = record.texts("steps")
    if not avoid:
        for key in ("who", "hours", "steps"):
            if key not in record:
                source.add(at, f'{record.what} has no "{key}"', expected=f'the key "{key}"')
        if ("within" in record) == ("every" in record):
            source.add(at, f"{record.what} must say when, once", expected="within: 14 days, or every: month")
        elif "before peak" in record and "within" not in record:
            expected = "within: 14 days, the time that is left at least, and all of it where the peak is not known"
            source.add(record.at("before peak"), f'{record.what} needs "within" too', expected=expected)
    if hours is not None and not 0 <= hours <= 1000:
        source.add(record.at("hours"), f"hours of {record.what} are out of range", expected="0 to 1000")
    if title is None or basis is None:
        return None
    return Action(
        name, title, steps, who or "rep", within, every, hours or 0, clauses, Basis(basis), avoid, at, before_peak,
        read_accepted(record),
    )  # fmt: skip


def _read_within(record: Record) -> int | None:
    word = record.word("within")
    if word is None:
        return None
    found = _WITHIN.match(word)
    if not found:
        record.source.add(record.at("within"), f'"{word}" is not a span of time', expected="14 days, 2 weeks, 3 months")
        return None
    return int(found.group(1)) * _DAYS[found.group(2)]


def _read_before_peak(record: Record) -> int | None:
    word = record.word("before peak")
    found = _MONTHS.match(word) if word is not None else None
    if word is not None and not found:
        expected = "1 month to 11 months, such as 2 months"
        record.source.add(record.at("before peak"), f'"{word}" is not a time before the peak', expected=expected)
    return int(found.group(1)) if found else None


def read_clauses(source: Source, node: Node | None) -> list[Clause]:
    """Read clauses.yaml: the clauses of the source document, and the house's own."""
    record = Record(source, node, "the file of clauses", ("clauses",), ("clauses",))
    clauses = []
    for name, inner, at in record.items("clauses"):
        entry = Record(source, inner, f"the clause {name}", ("basis", "title"), ("basis", "title"))
        basis, title = entry.word("basis", tuple(Basis)), entry.text("title")
        if basis and title:
            clauses.append(Clause(name, Basis(basis), title, at))
    return clauses
