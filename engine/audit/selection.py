"""A selection of the log: the records that meet some conditions, and what was probably meant where none do."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from datetime import date
from typing import TYPE_CHECKING

from sangdo.engine.audit.store.record import Record
from sangdo.engine.language.errors import Location, NothingMatched, Problem, nearest

if TYPE_CHECKING:
    from sangdo.engine.audit.store.reader import LogReader

NEAR = 200
"""The newest records among which a mistyped word is looked for."""
DIGEST = re.compile("[0-9a-f]{6,64}")
DIGEST_SHOWN = 12
"""Digits of a SHA-256 that tell it from the others."""


@dataclass(frozen=True, slots=True)
class Selection:
    """Conditions on records, all of which must be met; None asks for nothing.

    `since` and `until` are days (UTC) of the record, both included. `clause` is met by the clauses under it too: E2 by
    E2.1. `release` is the name of a release or the beginning of its SHA-256. `answer` is `question=value`.
    """

    since: date | None = None
    until: date | None = None
    customer: str | None = None
    rule: str | None = None
    clause: str | None = None
    release: str | None = None
    answer: str | None = None

    @property
    def terms(self) -> tuple[str, ...]:
        """The search terms that a record must have."""
        named = {"rule": self.rule, "under": self.clause, "answer": self.answer}
        if self.release is not None and not self._by_digest:
            named["release"] = self.release
        return tuple(f"{name}:{word}" for name, word in named.items() if word is not None)

    @property
    def _by_digest(self) -> bool:
        return self.release is not None and DIGEST.fullmatch(self.release) is not None

    def __str__(self) -> str:
        told = {one.name: getattr(self, one.name) for one in fields(self)}
        return " ".join(f"--{name} {value}" for name, value in told.items() if value is not None)

    def records(self, reader: LogReader, kinds: Sequence[str] = ()) -> Iterator[Record]:
        """Yield the records of some kinds (all when empty) that meet the conditions, oldest first.

        Raises NothingMatched when there is none, with the nearest right word where one is close.
        """
        found = reader.records(
            kinds=kinds, since=self.since, until=self.until, customer=self.customer, terms=self.terms,
            release=self.release if self._by_digest else None,
        )  # fmt: skip
        none = True
        for record in found:
            none = False
            yield record
        if none:
            raise self._nothing(reader, kinds)

    def _nothing(self, reader: LogReader, kinds: Sequence[str]) -> NothingMatched:
        asked = str(self)
        recent = list(reader.records(kinds=kinds, newest_first=True, limit=NEAR))
        known = {term for record in recent for term in record.terms}
        near = next((near for term in self.terms if (near := _near(term, known))), None)
        if near is None and self.customer is not None:
            customers = {record.customer_id for record in recent}
            near = None if self.customer in customers else nearest(self.customer, customers)
        message = f"no record of the log meets {asked}" if asked else "the log has no such records yet"
        return NothingMatched(Problem(Location(reader.url.shown), message, suggestion=near))


def find_decision(reader: LogReader, name: str) -> Record:
    """Return the decision of an id (the newest record of it) or of a number ("#12").

    Raises NothingMatched when there is none, or the record is something else.
    """
    record = reader.find(name)
    if record.kind != "decision":
        message = f"record #{record.seq} is a {record.kind}, not a decision"
        expected = f"its decision {record.decision_id}" if record.decision_id else None
        raise NothingMatched(Problem(Location(reader.url.shown), message, expected=expected))
    return record


def _near(term: str, known: set[str]) -> str | None:
    """The word of the log that is nearest to a term none of its records has."""
    if term in known:
        return None
    kind, word = term.split(":", 1)
    return nearest(word, [other.split(":", 1)[1] for other in known if other.startswith(f"{kind}:")])
