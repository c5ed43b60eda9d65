"""The verification: one walk through a log that finds whatever was changed, and names the first bad record."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.engine import Connection
from sqlalchemy.exc import SQLAlchemyError

from sangdo.engine.audit.store.reader import BATCH, LogReader
from sangdo.engine.audit.store.record import ANCHOR_DIGITS, GENESIS, Anchor, record_hash
from sangdo.engine.audit.store.seals import MARK, digest_of
from sangdo.engine.audit.store.tables import FILES, HEAD, PERSONAL, RECORDS, RELEASE_FILES
from sangdo.engine.language.errors import Location, Problem, SangdoError
from sangdo.engine.language.rule_files import release_hash

SHOWN = 20
"""Problems shown; the first one matters, and one cut can have thousands."""
UNREADABLE = (SQLAlchemyError, TypeError, ValueError, AttributeError, KeyError, RecursionError)
"""What comes of contents that no writer can have written."""
_SEALED = re.compile(f'"{MARK}([0-9a-f]{{64}})"')
"""A seal in a body: the quotes of a text within a text are escaped, so that nothing else looks like one."""
_ANCHOR = re.compile(rf"(\d{{1,18}}):([0-9a-f]{{{ANCHOR_DIGITS}}}|[0-9a-f]{{64}})")


class LogBroken(SangdoError):
    """The log is not what was written."""

    exit_code = 8


class WrongAnchor(SangdoError):
    """What is given as an anchor is none."""

    exit_code = 2


@dataclass(frozen=True, slots=True)
class Fault:
    """Something wrong with one record (None: with no one record)."""

    seq: int | None
    message: str

    def __str__(self) -> str:
        return self.message if self.seq is None else f"record #{self.seq}: {self.message}"


@dataclass(frozen=True, slots=True)
class Verification:
    """What a walk through the log found: how many records, where it ends, and all that is wrong, first things first."""

    records: int
    head: Anchor
    faults: tuple[Fault, ...]

    def confirm(self, place: str) -> None:
        """Raise LogBroken with the faults, if there are any."""
        if self.faults:
            shown = [str(fault) for fault in self.faults[:SHOWN]]
            more = [f"and {len(self.faults) - SHOWN} more"] if len(self.faults) > SHOWN else []
            raise LogBroken(*(Problem(Location(place), message) for message in shown + more))


def parse_anchor(text: str) -> Anchor:
    """Return an anchor as `log head` prints it. Raises WrongAnchor."""
    found = _ANCHOR.fullmatch(text.strip())
    if found is None:
        expected = f"NUMBER:{ANCHOR_DIGITS} digits, as sangdo log head prints it"
        raise WrongAnchor(Problem(Location("--head"), f'"{text[:100]}" is no anchor', expected=expected))
    return Anchor(int(found.group(1)), found.group(2))


def verify(reader: LogReader, anchor: Anchor | None = None) -> Verification:
    """Walk through a log in one snapshot and return what is wrong with it.

    Without an anchor, a tail that was cut off together with the head leaves no trace, nor does a log written anew.
    """
    with reader.snapshot() as connection:
        walk = _Walk(connection, anchor)
        try:
            walk.run()
        except UNREADABLE as error:
            said = " ".join(str(getattr(error, "orig", None) or error).split())
            walk.note(walk.first_unreadable(), f"cannot be read: {said}")
    return Verification(walk.count, walk.last, tuple(walk.faults + walk.consequences))


class _Walk:
    """A walk: the last record seen, and what was wrong up to there."""

    def __init__(self, connection: Connection, anchor: Anchor | None) -> None:
        self.count = 0
        self.last = Anchor(0, GENESIS)
        self.faults: list[Fault] = []
        self.consequences: list[Fault] = []
        self._connection = connection
        self._anchor = anchor
        self._redacted: set[tuple[int, str]] = set()
        self._releases: set[str] = set()

    def note(self, seq: int | None, message: str) -> None:
        """Keep a fault."""
        self.faults.append(Fault(seq, message))

    def run(self) -> None:
        """Go through all records, and then look at what belongs to none."""
        self._redacted = self._read_redactions()
        self._check_anchor()
        found = select(RECORDS).order_by(RECORDS.c.seq)
        for batch in self._connection.execution_options(yield_per=BATCH).execute(found).partitions():
            texts = self._texts([row.seq for row in batch])
            for row in batch:
                if not isinstance(row.seq, int):
                    self.consequences.append(Fault(None, f'a record has "{row.seq}" for its number'))
                    continue
                self._check_link(tuple(row))
                self._check_anchor()
                self._check_texts(row.seq, row.body, texts[row.seq])
                if row.release is not None and row.release not in self._releases:
                    self._check_release(row.seq, row.release)
        self._check_end()
        self._check_strays()

    def first_unreadable(self) -> int:
        """Return the number of the first record after the last one seen that cannot be read by itself."""
        seq = self.last.seq + 1
        try:
            while self._connection.execute(select(RECORDS).where(RECORDS.c.seq == seq)).first() is not None:
                self._texts([seq])
                seq += 1
        except UNREADABLE:
            return seq
        return self.last.seq

    def _read_redactions(self) -> set[tuple[int, str]]:
        """Return the number and digest of every text that an unchanged record of redaction names."""
        covered: set[tuple[int, str]] = set()
        for row in self._connection.execute(select(RECORDS).where(RECORDS.c.kind == "redaction")):
            if _hash_of(tuple(row)) == row.hash:
                redacted = json.loads(row.body).get("redacted", {})
                covered.update((int(seq), digest) for seq, digests in redacted.items() for digest in digests)
        return covered

    def _check_link(self, row: tuple[Any, ...]) -> None:
        seq, previous, its_hash = row[0], row[-2], row[-1]
        expected = self.last.seq + 1
        if seq != expected:
            self.note(expected, "is missing")
        elif previous != self.last.hash:
            self.note(seq, "does not follow the record before it")
        if _hash_of(row) != its_hash:
            self.note(seq, "was changed: its contents do not have its hash")
        self.count += 1
        self.last = Anchor(seq, str(its_hash))

    def _check_anchor(self) -> None:
        anchor = self._anchor
        if anchor is not None and anchor.seq == self.last.seq and not self.last.hash.startswith(anchor.hash):
            self.note(anchor.seq, "is not the one the anchor was taken of: it, or one before it, was written anew")

    def _texts(self, numbers: Sequence[int]) -> dict[int, dict[str, tuple[Any, Any]]]:
        texts: dict[int, dict[str, tuple[Any, Any]]] = {seq: {} for seq in numbers}
        for row in self._connection.execute(select(PERSONAL).where(PERSONAL.c.seq.in_(numbers))):
            found = texts.setdefault(row.seq, {})
            if row.digest in found:
                self.note(row.seq, "one of its personal texts is there twice")
            found[row.digest] = (row.salt, row.value)
        return texts

    def _check_texts(self, seq: int, body: object, texts: dict[str, tuple[Any, Any]]) -> None:
        named = set(_SEALED.findall(body)) if isinstance(body, str) else set()
        if named - texts.keys():
            self.note(seq, "one of its personal texts is missing")
        if texts.keys() - named:
            self.note(seq, "there is a personal text that it does not name")
        for digest, (salt, value) in texts.items():
            redacted = (seq, digest) in self._redacted
            if salt is None and value is None:
                if not redacted:
                    self.consequences.append(Fault(seq, "a personal text was emptied, and no redaction says so"))
            elif redacted:
                self.note(seq, "a redacted text is there again")
            elif not isinstance(salt, str) or not isinstance(value, str) or digest_of(salt, value) != digest:
                self.note(seq, "one of its personal texts was changed")

    def _check_release(self, seq: int, release: str) -> None:
        self._releases.add(release)
        kept = RELEASE_FILES.outerjoin(FILES, RELEASE_FILES.c.sha256 == FILES.c.sha256)
        columns = select(RELEASE_FILES.c.path, RELEASE_FILES.c.sha256, FILES.c.content).select_from(kept)
        contents = {}
        for path, sha256, content in self._connection.execute(columns.where(RELEASE_FILES.c.release == release)):
            if content is None or hashlib.sha256(content).hexdigest() != sha256:
                self.note(seq, f"the file {path} of its rules is missing or was changed")
            if path in contents:
                self.note(seq, f"the file {path} of its rules is there twice")
            contents[str(path)] = content or b""
        if release_hash(contents) != release:
            self.note(seq, "the rules kept for it are not those of its release")

    def _check_end(self) -> None:
        last = self.last
        heads = self._connection.execute(select(HEAD.c.id, HEAD.c.seq, HEAD.c.hash)).all()
        head = next((one for one in heads if one.id == 1), None)
        if len(heads) > 1:
            self.note(None, "the log has more than one head")
        if head is None:
            self.note(None, "the log has lost its head")
        elif not isinstance(head.seq, int) or head.seq > last.seq:
            self.note(last.seq + 1, f"the log was cut: its head is #{head.seq}, its last record #{last.seq}")
        elif head.seq < last.seq:
            self.note(head.seq + 1, f"comes after the head, which is #{head.seq}")
        elif head.hash != last.hash:
            self.note(last.seq, "is not the one that the head names")
        if self._anchor is not None and self._anchor.seq > last.seq:
            self.note(last.seq + 1, f"the log was cut: the anchor is #{self._anchor.seq}, its last record #{last.seq}")

    def _check_strays(self) -> None:
        """Look for what no record could have brought."""
        known = select(RECORDS.c.seq)
        for seq in self._connection.scalars(select(PERSONAL.c.seq).where(PERSONAL.c.seq.not_in(known)).distinct()):
            self.note(seq, "there is a personal text of it, but no such record")
        for release in self._connection.scalars(select(RELEASE_FILES.c.release).distinct()):
            if release not in self._releases:
                self.note(None, f'rules are kept as release "{release}", which no record names')
        used = select(RELEASE_FILES.c.sha256)
        for sha256 in self._connection.scalars(select(FILES.c.sha256).where(FILES.c.sha256.not_in(used))):
            self.note(None, f'a rule file is kept as "{sha256}", which no release names')


def _hash_of(row: Sequence[Any]) -> str | None:
    """The hash that the contents of a stored row have, None when no record can have such contents."""
    try:
        return record_hash(row[:-1])
    except (TypeError, ValueError):
        return None
