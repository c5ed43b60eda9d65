"""The impact of a change of rules as a JSON object."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from sangdo.engine.bulk.impact.both_sides import BothSides
from sangdo.engine.bulk.impact.findings import Findings
from sangdo.engine.bulk.impact.grouping import Grouping
from sangdo.engine.bulk.impact.side import Side
from sangdo.engine.bulk.impact.turned_tests import MovedLine
from sangdo.engine.decision.wording import Wording
from sangdo.engine.inference.thresholds import ResolvedThreshold
from sangdo.engine.language.rulebook import FactType, Rulebook

QUADRANT_LINES = ("contribution_line", "stability_line")
ANSWERS, CAUSES = 12, 20
"""How many of a question's pairs of answers, and of causes, are told one by one."""


class Telling:
    """Tells what a comparison found; everything but the customers changed is of bounded size."""

    def __init__(
        self, findings: Findings, sides: tuple[Side, Side], grouping: Grouping, language: str, currency: str | None
    ) -> None:
        self._findings, self._grouping, self._language, self._currency = findings, grouping, language, currency
        self._old, self._new = (side.rulebook for side in sides)
        self._moved_lines = sides[1].moved
        self._wordings = tuple(Wording(book, language, currency) for book in (self._old, self._new))
        self._house = {
            rule.id: rule.basis.value
            for book in (self._old, self._new)
            for question in book.questions.values()
            for rule in question.rules
        }

    def tell(self, path: Path, decided: BothSides, basis: str, lines: Iterable[MovedLine]) -> dict[str, Any]:
        """Return all but the customers changed; `basis` is what their revenue is."""
        read = decided.books[1]
        found = self._findings
        customers, moved, changed, revenue, revenue_moved = found.totals()
        before, after = found.undecided()
        return {
            "old": _identity(self._old),
            "new": _identity(self._new),
            "set": dict(self._moved_lines),
            "book": str(path),
            "as_of": read.as_of.isoformat(),
            "language": self._language,
            "currency": self._currency,
            "warnings": list(read.warnings),
            "bad_rows": read.counts.bad_rows,
            "of": list(self._grouping.questions),
            "customers": {"all": customers, "moved": moved, "changed": changed},
            "revenue": {"basis": basis, "all": revenue, "moved": revenue_moved},
            "lines": [self._line(line) for line in lines],
            "quadrant_lines": {
                side: {name: self._threshold(name, known.get(name), place) for name in QUADRANT_LINES}
                for place, (side, known) in enumerate(zip(("before", "after"), decided.thresholds, strict=True))
            },
            "matrix": [
                {
                    "before": old, "after": new, "before_label": self._group(old, 0),
                    "after_label": self._group(new, 1), "customers": count, "revenue": amount,
                }
                for old, new, count, amount in found.matrix()
            ],
            "hours": self._hours(),
            "causes": self._causes(),
            "rules": [
                {
                    "rule": rule, "question": question, "basis": self._house[rule], "decided_before": decided,
                    "decides_now": decides, "moved": moving,
                }
                for question, rule, decided, decides, moving in found.rules()
            ],
            "questions": [self._question(*row) for row in found.questions()],
            "undecided": {
                "before": before, "after": after,
                "gained": [{"problem": problem, "customers": count} for problem, count in found.errors(True)],
                "lost": [{"problem": problem, "customers": count} for problem, count in found.errors(False)],
            },
        }  # fmt: skip

    def customers(self, most: int | None = None) -> Iterator[dict[str, Any]]:
        """Yield the customers changed: those moved first, then by revenue."""
        cursor = self._findings.moved(most)
        while rows := cursor.fetchmany(1000):
            yield from map(self._customer, rows)

    def _customer(self, row: Sequence[Any]) -> dict[str, Any]:
        customer, name, rep, revenue, before, after, moved, hours_before, hours_after, *rest = row
        error_before, error_after, answers, causes, tasks = rest
        return {
            "customer_id": customer,
            "name": name,
            "rep": rep,
            "revenue": revenue,
            "moved": moved,
            "before": before,
            "after": after,
            "before_label": self._group(before, 0),
            "after_label": self._group(after, 1),
            "hours": {"before": hours_before, "after": hours_after},
            "undecided": {"before": error_before, "after": error_after},
            "answers": [self._answer(one) for one in json.loads(answers or "[]")],
            "causes": [self._cause(one) for one in json.loads(causes or "[]")],
            "actions": [self._task(one) for one in json.loads(tasks or "[]")],
        }

    def _answer(self, one: Mapping[str, Any]) -> dict[str, Any]:
        before, after = one["before"], one["after"]
        labels = {"before_label": self._value(one["question"], before, 0)}
        labels |= {"after_label": self._value(one["question"], after, 1)}
        return {**one, "title": self._title(one["question"]), **labels}

    def _cause(self, one: Mapping[str, Any]) -> dict[str, Any]:
        rules = {side: self._rules(one[side]) for side in ("before", "after")}
        return {"question": one["question"], "product": one["product"], "matters": one["matters"], **rules}

    def _task(self, one: Mapping[str, Any]) -> dict[str, Any]:
        book = self._new if one["gained"] else self._old
        action = book.actions[one["action"]]
        title = action.title.in_language(self._language)
        change = "new" if one["gained"] else "dropped"
        marks = {"basis": action.basis.value, "avoid": action.avoid}
        return {"action": action.id, "product": one["product"], "change": change, "title": title, **marks}

    def _line(self, line: MovedLine) -> dict[str, Any]:
        book = self._new if line.name in self._new.thresholds else self._old
        before, after = (self._threshold(line.name, end, side) for side, end in enumerate((line.before, line.after)))
        if before and after and before["label"] == after["label"]:
            for end in (before, after):  # rounded they look alike
                end["label"] = f"{end['value']:.9g}"
        title = book.thresholds[line.name].title.in_language(self._language)
        return {"threshold": line.name, "title": title, "before": before, "after": after, "between": line.between}

    def _threshold(self, name: str, value: ResolvedThreshold | None, side: int) -> dict[str, Any] | None:
        if value is None:
            return None
        return {"value": value.value, "how": value.how, "label": self._wordings[side].named(name, value.value)}

    def _hours(self) -> dict[str, Any]:
        found = self._findings
        (before, after), *_ = found.hours("all")
        groups = [
            {"group": group, "label": self._group(group, 1), "before": old, "after": new}
            for group, old, new in found.hours("group")
            if old or new
        ]
        reps = [{"rep": rep, "before": old, "after": new} for rep, old, new in found.hours("rep")]
        return {"before": before, "after": after, "groups": groups, "reps": reps}

    def _causes(self) -> dict[str, Any]:
        rows = self._findings.causes()
        told = [
            {
                "question": question, "title": self._title(question), "before": self._rules(old),
                "after": self._rules(new), "customers": customers, "moved": moving,
            }
            for question, old, new, customers, moving in rows[:CAUSES]
        ]  # fmt: skip
        return {"all": len(rows), "told": told}

    def _rules(self, rules: Iterable[str]) -> list[dict[str, str]]:
        return [{"rule": rule, "basis": self._house[rule]} for rule in rules]

    def _question(self, question: str, customers: int, answers: int) -> dict[str, Any]:
        rows = self._findings.answers(question, ANSWERS)
        told = []
        for before, after, count in rows:
            old, new = (None if one is None else json.loads(one) for one in (before, after))
            labels = {"before_label": self._value(question, old, 0), "after_label": self._value(question, new, 1)}
            told.append({"before": old, "after": new, **labels, "answers": count})
        others = answers - sum(one["answers"] for one in told)
        return {
            "question": question,
            "title": self._title(question),
            "customers": customers,
            "answers": answers,
            "changes": told,
            "other_changes": others,
        }

    def _title(self, question: str) -> str:
        book = self._new if question in self._new.questions else self._old
        return book.questions[question].title.in_language(self._language)

    def _value(self, question: str, value: Any, side: int) -> str | None:
        """An answer in words; None where there is none."""
        wording = self._wordings[side]
        if value is None or question not in wording.rulebook.questions:
            return None
        fact = wording.rulebook.facts[question]
        if fact.type is FactType.DATE:
            return wording.value(fact, date.fromisoformat(value))
        return wording.value(fact, frozenset(value) if isinstance(value, list) else value)

    def _group(self, group: str | None, side: int) -> str | None:
        """The label of a group where its question has one."""
        wording = self._wordings[side]
        for name in (*self._grouping.questions, *(("standing",) if self._grouping.standing else ())):
            fact = wording.rulebook.facts.get(name)
            if group is not None and fact is not None and group in (fact.values or {}):
                return wording.label(fact, group)
        return None


def _identity(rulebook: Rulebook) -> dict[str, str]:
    return {"rules": rulebook.root, "release": rulebook.release, "sha256": rulebook.sha256}
