"""The reader: looks records up in a log, each call in a snapshot of its own, without loading the log whole."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from types import TracebackType
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.exc import SQLAlchemyError

from sangdo.engine.audit.store.connection import LogConnection
from sangdo.engine.audit.store.engine import make_engine
from sangdo.engine.audit.store.log_url import LogUnusable, LogUrl, no_log, parse_log_url
from sangdo.engine.audit.store.record import Anchor, Record, restore, written
from sangdo.engine.audit.store.tables import FILES, HEAD, PERSONAL, RECORDS, RELEASE_FILES
from sangdo.engine.audit.store.version import LATEST, version_of
from sangdo.engine.language.errors import Location, NothingMatched, Problem, nearest
from sangdo.engine.language.passwords import without_password

BATCH = 200
"""Records read at a time."""
NEAR = 500
"""The newest decisions among which a mistyped id is looked for."""


class LogReader:
    """Reads one log."""

    def __init__(self, url: LogUrl, engine: Engine) -> None:
        self.url = url
        self._engine = engine

    @classmethod
    def open(cls, url: str) -> LogReader:
        """Open the log at a path or URL. Raises NothingMatched when there is none, LogUnusable when it is no log."""
        place = parse_log_url(url)
        if place.path is not None and not place.path.exists():
            raise no_log(place)
        connection = LogConnection.open(place, read_only=True)
        try:
            version = version_of(connection)
        finally:
            connection.close()
        if version is None:
            raise no_log(place)
        if version != LATEST:
            raise LogUnusable(
                place.shown, f'the log has tables of version "{version}"', "one more plan logged upgrades it"
            )
        return cls(place, make_engine(place))

    def records(
        self, *, kinds: Sequence[str] = (), since: date | None = None, until: date | None = None,
        customer: str | None = None, decision: str | None = None, terms: Sequence[str] = (),
        release: str | None = None, newest_first: bool = False, limit: int | None = None,
    ) -> Iterator[Record]:  # fmt: skip
        """Yield the records that meet all conditions, in order.

        `since` and `until` are days in UTC, both included; `terms` must all be there; `release` may be the beginning
        of a SHA-256. Raises LogUnusable.
        """
        found = select(RECORDS).order_by(RECORDS.c.seq.desc() if newest_first else RECORDS.c.seq).limit(limit)
        if kinds:
            found = found.where(RECORDS.c.kind.in_(kinds))
        if since is not None:
            found = found.where(RECORDS.c.at >= _midnight(since))
        if until is not None:
            found = found.where(RECORDS.c.at < _midnight(until + timedelta(1)))
        if customer is not None:
            found = found.where(RECORDS.c.customer_id == customer)
        if decision is not None:
            found = found.where(RECORDS.c.decision_id == decision)
        if release is not None:
            found = found.where(func.substr(RECORDS.c.release, 1, len(release)) == release)
        return self._read(found.where(*(self._has(term) for term in terms)))

    def find(self, name: str) -> Record:
        """Return the record of a number ("#12"), or the newest decision of an id. Raises NothingMatched."""
        number = name.removeprefix("#")
        if name.startswith("#") and number.isdecimal() and len(number) < 19:
            found = self._read(select(RECORDS).where(RECORDS.c.seq == int(number)))
        else:
            found = self.records(kinds=("decision",), decision=name, newest_first=True, limit=1)
        for record in found:
            return record
        ids = {record.decision_id or "" for record in self.records(kinds=("decision",), newest_first=True, limit=NEAR)}
        message = f'the log has no record "{name}"'
        raise NothingMatched(
            Problem(
                Location(self.url.shown),
                message,
                expected="the id of a decision, or #NUMBER",
                suggestion=nearest(name, ids),
            )
        )

    def release_files(self, release: str) -> dict[str, bytes]:
        """Return the rule files of a release by path, exactly as they were. Raises NothingMatched."""
        joined = RELEASE_FILES.join(FILES, RELEASE_FILES.c.sha256 == FILES.c.sha256)
        found = select(RELEASE_FILES.c.path, FILES.c.content).select_from(joined)
        with self.snapshot() as connection:
            rows = connection.execute(found.where(RELEASE_FILES.c.release == release).order_by(RELEASE_FILES.c.path))
            files = {path: bytes(content) for path, content in rows}
        if not files:
            raise NothingMatched(Problem(Location(self.url.shown), f'the log keeps no release "{release}"'))
        return files

    def releases(self, term: str | None = None) -> list[str]:
        """Return the SHA-256 of every release kept, or of those with a record that has a search term. Raises
        LogUnusable."""
        column = RELEASE_FILES.c.release if term is None else RECORDS.c.release
        found = select(column).distinct().order_by(column)
        with self.snapshot() as connection:
            return list(connection.scalars(found if term is None else found.where(self._has(term))))

    def head(self) -> Anchor:
        """Return where the log says that it ends. Raises LogUnusable."""
        with self.snapshot() as connection:
            row = connection.execute(select(HEAD.c.seq, HEAD.c.hash).where(HEAD.c.id == 1)).first()
        if row is None:
            raise LogUnusable(self.url.shown, "the log has lost its head; see: sangdo log verify")
        return Anchor(*row)

    @contextmanager
    def snapshot(self) -> Iterator[Connection]:
        """A connection to what the log holds at this moment, whatever is appended meanwhile. Raises LogUnusable."""
        try:
            with self._engine.connect() as connection:
                yield connection
        except SQLAlchemyError as error:
            said = without_password(" ".join(str(getattr(error, "orig", None) or error).split()))
            raise LogUnusable(self.url.shown, f"the log cannot be read: {said}") from None

    def close(self) -> None:
        """Close all connections."""
        self._engine.dispose()

    def __enter__(self) -> LogReader:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _read(self, found: Select[Any]) -> Iterator[Record]:
        with self.snapshot() as connection:
            for batch in connection.execution_options(yield_per=BATCH).execute(found).partitions():
                texts = texts_of(connection, [row.seq for row in batch])
                for row in batch:
                    yield self._restored(tuple(row), texts.get(row.seq, {}))

    def _restored(self, row: Sequence[Any], texts: dict[str, str | None]) -> Record:
        try:
            return restore(row, texts)
        except (ValueError, TypeError, AttributeError):
            message = f"record #{row[0]} is damaged; see: sangdo log verify"
            raise LogUnusable(self.url.shown, message) from None

    def _has(self, term: str) -> ColumnElement[bool]:
        """Whether a record has a search term; LIKE would not mind the case on SQLite."""
        place = func.instr if self._engine.dialect.name == "sqlite" else func.strpos
        return place(RECORDS.c.terms, f"\n{term}\n") > 0


def texts_of(connection: Connection, numbers: Sequence[int]) -> dict[int, dict[str, str | None]]:
    """Return the personal texts of some records, by number and digest."""
    texts: dict[int, dict[str, str | None]] = {}
    for seq, digest, value in connection.execute(
        select(PERSONAL.c.seq, PERSONAL.c.digest, PERSONAL.c.value).where(PERSONAL.c.seq.in_(numbers))
    ):
        texts.setdefault(seq, {})[digest] = value
    return texts


def _midnight(day: date) -> str:
    return written(datetime(day.year, day.month, day.day, tzinfo=UTC))
