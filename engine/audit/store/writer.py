"""The writer: appends records to a log in a few plain statements, and says so only when they are kept for good."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from types import TracebackType

from sangdo.engine.audit.store.connection import LogConnection
from sangdo.engine.audit.store.log_url import LogUnusable, no_log, parse_log_url
from sangdo.engine.audit.store.record import (
    KINDS,
    Anchor,
    Entry,
    Record,
    joined,
    record_hash,
    restore,
    written,
)
from sangdo.engine.audit.store.seals import seal
from sangdo.engine.audit.store.version import LATEST, version_of
from sangdo.engine.language.rule_files import release_hash

Files = Callable[[], Mapping[str, bytes]]
_COLUMNS = 'seq, kind, at, "by", customer_id, decision_id, release, terms, body, previous, hash'
_INSERT_RECORD = f"INSERT INTO records ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"  # noqa: S608
_SELECT_RECORD = f"SELECT {_COLUMNS} FROM records WHERE seq = ?"  # noqa: S608


@dataclass(frozen=True, slots=True)
class Receipt:
    """What is known of a record that was kept."""

    seq: int
    at: datetime
    hash: str


class LogWriter:
    """Appends to one log over one connection; any number of writers, in any processes, may do so at once."""

    def __init__(self, connection: LogConnection) -> None:
        self.connection = connection
        self._kept_releases: set[str] = set()

    @classmethod
    def open(cls, url: str) -> LogWriter:
        """Open the log at a path or URL, and make or upgrade its tables where needed. Raises LogUnusable."""
        connection = LogConnection.open(parse_log_url(url))
        try:
            if version_of(connection) != LATEST:
                from sangdo.engine.audit.store.migration import migrate

                migrate(connection.url)
        except BaseException:
            connection.close()
            raise
        return cls(connection)

    @classmethod
    def open_existing(cls, url: str) -> LogWriter:
        """Open a log that is there already. Raises NothingMatched when it is not, and LogUnusable."""
        place = parse_log_url(url)
        if place.path is not None and not place.path.exists():
            raise no_log(place)
        return cls.open(url)

    def append(self, entry: Entry, files: Files | None = None, at: datetime | None = None) -> Receipt:
        """Append one record; when this returns, it is kept.

        `files` gives the rule files of the entry's release by path, and is called only when they are not kept yet.
        `at` is the moment to record instead of now. Raises LogUnusable, and then nothing is kept.
        """
        contents = self._missing_files(entry.release, files)
        with self.connection.appending() as head:
            if contents and entry.release is not None:
                _insert_files(self.connection, entry.release, contents)
            receipt = insert_record(self.connection, head, entry, at)
        if entry.release is not None:
            self._kept_releases.add(entry.release)
        return receipt

    def close(self) -> None:
        """Close the connection."""
        self.connection.close()

    def __enter__(self) -> LogWriter:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def last_decision(self, customer_id: str, as_of: date, but: str) -> Record | None:
        """Return a customer's last decision as of a day up to `as_of`, other than the decision `but`; of those with the
        same date the newest. None when there is none, or when it was redacted. Raises LogUnusable."""
        of_customer = "SELECT seq, decision_id, terms FROM records WHERE customer_id = ? AND kind = 'decision'"
        try:
            rows = self.connection.execute(of_customer, (customer_id,)).fetchall()
            days = [(day_of(terms), seq) for seq, decision_id, terms in rows if decision_id != but]
            last = max(((day, seq) for day, seq in days if day <= as_of.isoformat()), default=None)
            if last is None:
                return None
            seq = last[1]
            row = self.connection.execute(_SELECT_RECORD, (seq,)).fetchone()
            texts = self.connection.execute("SELECT digest, value FROM personal WHERE seq = ?", (seq,)).fetchall()
        finally:
            self.connection.undo()
        try:
            found = restore(row, dict(texts))
        except (ValueError, TypeError, AttributeError):
            raise LogUnusable(self.connection.url.shown, f"record #{seq} is damaged; see: sangdo log verify") from None
        return None if found.redacted else found

    def release_files(self, release: str) -> dict[str, bytes]:
        """Return the rule files of a release by path, as they are kept; none where the log does not keep it."""
        select = (
            "SELECT path, content FROM release_files JOIN files ON files.sha256 = release_files.sha256 "
            "WHERE release_files.release = ? ORDER BY path"
        )
        try:
            return {path: bytes(content) for path, content in self.connection.execute(select, (release,)).fetchall()}
        finally:
            self.connection.undo()

    def _missing_files(self, release: str | None, files: Files | None) -> Mapping[str, bytes]:
        """Return the files of a release that the log does not keep yet."""
        if release is None or release in self._kept_releases:
            return {}
        found = self.connection.execute("SELECT 1 FROM release_files WHERE release = ? LIMIT 1", (release,)).fetchone()
        self.connection.undo()
        if found is not None:
            return {}
        contents = files() if files is not None else {}
        if release_hash(contents) != release:
            raise LogUnusable(
                self.connection.url.shown,
                "the rule files are no longer those the decision was made by; nothing is logged",
                "decide again",
            )
        return contents


def day_of(terms: str) -> str:
    """Return the as-of date among joined terms, a day after all others where there is none."""
    _, _, after = terms.partition("\nas_of:")
    return after.partition("\n")[0] or "9999-12-31"


def insert_record(connection: LogConnection, head: Anchor, entry: Entry, at: datetime | None = None) -> Receipt:
    """Insert one record after the head, within a transaction. Raises LogUnusable."""
    if entry.kind not in KINDS or any("\n" in term for term in entry.terms):
        raise ValueError(f"not an entry of a log: {entry.kind}, {entry.terms}")
    moment = at or datetime.now(UTC)
    body, seals = seal(entry.body, entry.personal)
    content = (
        head.seq + 1, entry.kind, written(moment), entry.by, entry.customer_id, entry.decision_id, entry.release,
        joined(entry.terms), body, head.hash,
    )  # fmt: skip
    its_hash = _hash(connection, content)
    connection.execute(_INSERT_RECORD, (*content, its_hash))
    for one in seals:
        row = (head.seq + 1, one.digest, one.salt, one.value)
        connection.execute("INSERT INTO personal (seq, digest, salt, value) VALUES (?, ?, ?, ?)", row)
    connection.execute("UPDATE head SET seq = ?, hash = ? WHERE id = 1", (head.seq + 1, its_hash))
    return Receipt(head.seq + 1, moment, its_hash)


def _hash(connection: LogConnection, content: tuple[object, ...]) -> str:
    try:
        return record_hash(content)
    except UnicodeEncodeError:
        message = "a text to be logged has a character that no database can keep"
        raise LogUnusable(connection.url.shown, message) from None


def _insert_files(connection: LogConnection, release: str, contents: Mapping[str, bytes]) -> None:
    for path, content in contents.items():
        sha256 = hashlib.sha256(content).hexdigest()
        connection.execute(
            "INSERT INTO files (sha256, content) VALUES (?, ?) ON CONFLICT DO NOTHING", (sha256, content)
        )
        connection.execute(
            "INSERT INTO release_files (release, path, sha256) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
            (release, path, sha256),
        )
