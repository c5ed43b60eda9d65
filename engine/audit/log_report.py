"""Reports on the log: records, replays, changes and scores as lines of a table, CSV or JSON."""

from __future__ import annotations

import csv
import io
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any
from unicodedata import east_asian_width

from sangdo.engine.audit.decision_terms import answer_word
from sangdo.engine.audit.replay import Change
from sangdo.engine.audit.scorecard import VERDICTS, Score
from sangdo.engine.audit.selection import DIGEST_SHOWN
from sangdo.engine.audit.store.record import Record
from sangdo.engine.decision.pages.page import HEAD

Row = Mapping[str, Any]


def record_row(record: Record) -> dict[str, Any]:
    """Return a record as one line of a list: who decided what about whom, when, and by which release."""
    heads = {f"answer:{question}=" for question in HEAD}
    answers = [term.split("=", 1)[1] for term in record.terms if any(map(term.startswith, heads))]
    as_of = next((term.removeprefix("as_of:") for term in record.terms if term.startswith("as_of:")), None)
    return {
        "seq": record.seq,
        "at": record.at.isoformat(timespec="seconds"),
        "by": record.by,
        "customer": record.customer_id,
        "as_of": as_of,
        "decision": record.decision_id,
        "release": record.release and record.release[:DIGEST_SHOWN],
        "answers": " ".join(answers),
        "redacted": record.redacted,
    }


def whole_record(record: Record) -> dict[str, Any]:
    """Return a record whole, with its personal texts, as one JSON object."""
    return {
        "seq": record.seq,
        "kind": record.kind,
        "at": record.at.isoformat(),
        "by": record.by,
        "customer_id": record.customer_id,
        "decision_id": record.decision_id,
        "release": record.release,
        "terms": list(record.terms),
        "redacted": record.redacted,
        "previous": record.previous,
        "hash": record.hash,
        "body": record.body,
    }


def change_row(change: Change) -> dict[str, Any]:
    """Return what other rules make of a decision as one line: answers and actions that differ, and because of what."""
    record, found = change.record, change.comparison or {}
    actions = [*found.get("actions", ()), *found.get("avoid", ())]
    return {
        "decision": record.decision_id,
        "customer": record.customer_id,
        "as_of": record.body["plan"]["as_of"],
        "answers": [_answer(one) for one in found.get("answers", ())],
        "new": [_about(one["action"], one["product"]) for one in actions if one["change"] == "new"],
        "dropped": [_about(one["action"], one["product"]) for one in actions if one["change"] == "dropped"],
        "because": list(change.because),
        "left_out": list(change.left_out),
        "problem": change.problem,
    }


def _answer(answer: Mapping[str, Any]) -> str:
    return f"{_about(answer['question'], answer['product'])}: {_words(answer['before'])} -> {_words(answer['after'])}"


def _about(name: str, product: str | None) -> str:
    return name if product is None else f"{name} ({product})"


def _words(answer: Any) -> str:
    return ", ".join(map(answer_word, answer)) or "none" if isinstance(answer, list) else answer_word(answer)


class ChangeTotals:
    """The totals over many changes, counted one by one."""

    def __init__(self) -> None:
        self.decisions = self.changed = self.failed = 0
        self.questions, self.because, self.actions = Counter[str](), Counter[str](), Counter[str]()

    def count(self, change: Change) -> bool:
        """Count one; returns whether there is something to show of it."""
        self.decisions += 1
        found = change.comparison
        if found is None:
            self.failed += 1
            return True
        actions = [*found["actions"], *found["avoid"]]
        differs = bool(found["answers"] or actions)
        self.changed += differs
        self.questions.update({one["question"] for one in found["answers"]})
        self.actions.update({f"{one['change']} {one['action']}" for one in actions})
        if differs:
            self.because.update(change.because)
        return differs or bool(change.left_out)

    def as_json(self) -> dict[str, Any]:
        """Return the totals, the most frequent first."""
        return {
            "decisions": self.decisions,
            "changed": self.changed,
            "not_decided": self.failed,
            "questions": dict(_most_common(self.questions)),
            "actions": dict(_most_common(self.actions)),
            "because": dict(_most_common(self.because)),
        }

    def lines(self) -> Iterator[str]:
        """Yield the totals in words."""
        undecided = f", {self.failed} cannot be decided by these rules" if self.failed else ""
        decisions = "1 decision" if self.decisions == 1 else f"{self.decisions} decisions"
        yield f"{decisions}: {self.changed} would change{undecided}"
        for name, counts in (("answers", self.questions), ("actions", self.actions), ("because of", self.because)):
            if counts:
                yield f"  {name}: " + ", ".join(f"{word} ({count})" for word, count in _most_common(counts))


def _most_common(counts: Counter[str]) -> list[tuple[str, int]]:
    """The most frequent first; the same order at every run, as those that occur equally often stand by name."""
    return sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))


def score_rows(scores: Iterable[Score]) -> list[dict[str, Any]]:
    """Return scores as lines: the counts and the share of each verdict in the feedback."""
    return [
        {
            "subject": score.subject,
            "name": score.name,
            "plans": score.plans,
            **{verdict: getattr(score, verdict) for verdict in VERDICTS},
            **{
                f"{verdict}_share": None if share is None else round(share, 3)
                for verdict, share in score.shares.items()
            },
        }
        for score in scores
    ]


def as_csv(rows: Iterable[Row]) -> Iterator[str]:
    """Yield rows as lines of CSV under their names; lists are joined by `; `."""
    for number, row in enumerate(rows):
        if number == 0:
            yield _csv_line(list(row))
        yield _csv_line([_cell(value, "") for value in row.values()])


def as_json_lines(rows: Iterable[Row]) -> Iterator[str]:
    """Yield each row as a line of JSON."""
    for row in rows:
        yield json.dumps(row, ensure_ascii=False) + "\n"


def as_table(rows: Sequence[Row]) -> str:
    """Return rows as columns under their names; a Korean letter takes two places, the last column runs free."""
    if not rows:
        return ""
    cells = [list(rows[0]), *([_cell(value, "-") for value in row.values()] for row in rows)]
    widths = [max(map(_width, column)) for column in zip(*cells, strict=True)]
    widths[-1] = 0
    lines = (
        "  ".join(cell + " " * (width - _width(cell)) for cell, width in zip(row, widths, strict=True)) for row in cells
    )
    return "".join(f"{line.rstrip()}\n" for line in lines)


def as_markdown(rows: Sequence[Row]) -> str:
    """Return rows as a table of Markdown."""
    if not rows:
        return ""
    cells = [list(rows[0]), ["---"] * len(rows[0]), *([_cell(value, "-") for value in row.values()] for row in rows)]
    return "".join("| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |\n" for row in cells)


def _csv_line(cells: list[str]) -> str:
    line = io.StringIO()
    csv.writer(line, lineterminator="\n").writerow(cells)
    return line.getvalue()


def _cell(value: Any, nothing: str) -> str:
    if isinstance(value, list):
        return "; ".join(map(str, value)) or nothing
    if isinstance(value, bool):
        return "yes" if value else "no"
    text = nothing if value in (None, "") else str(value)
    return "".join(letter if letter.isprintable() else " " for letter in text)


def _width(text: str) -> int:
    return sum(2 if east_asian_width(letter) in "WF" else 1 for letter in text)
