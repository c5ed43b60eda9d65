"""A plain connection to a log: SQLite or PostgreSQL, without SQLAlchemy, which a single plan could not afford."""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import quote

from sangdo.engine.audit.store.log_url import LogUnusable, LogUrl
from sangdo.engine.audit.store.record import Anchor
from sangdo.engine.language.passwords import without_password

BUSY_SECONDS = 60
CONNECT_SECONDS = 10


class Cursor(Protocol):
    """What a statement gives back."""

    def fetchone(self) -> Any: ...
    def fetchall(self) -> list[Any]: ...


class LogConnection:
    """One open connection. Statements are written with `?`; every error of the database becomes LogUnusable."""

    def __init__(self, url: LogUrl, raw: Any) -> None:
        self.url = url
        self._raw = raw
        self._is_sqlite = url.path is not None

    @classmethod
    def open(cls, url: LogUrl, read_only: bool = False) -> LogConnection:
        """Open a log; for writing, the SQLite file is made if there is none. Raises LogUnusable."""
        if url.path is None:
            return cls(url, open_postgresql(url))
        connection = cls(url, open_sqlite(url.path, read_only))
        if read_only:
            return connection
        try:
            connection._set_up_sqlite()
        except BaseException:
            connection.close()
            raise
        return connection

    def execute(self, statement: str, values: Sequence[object] = ()) -> Cursor:
        """Run one statement. Raises LogUnusable."""
        with self._clear_errors():
            if self._is_sqlite:
                return self._raw.execute(statement, values)  # type: ignore[no-any-return]
            return self._raw.execute(statement.replace("?", "%s"), values)  # type: ignore[no-any-return]

    def table_names(self) -> set[str]:
        """Return the names of the tables that stand where those of a log would."""
        if self._is_sqlite:
            found = self.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
        else:
            found = self.execute("SELECT tablename FROM pg_tables WHERE schemaname = current_schema()")
        return {name for (name,) in found.fetchall()}

    @contextmanager
    def appending(self) -> Iterator[Anchor]:
        """A transaction that no other can come between: yields where the log ends, and commits at its end."""
        try:
            if self._is_sqlite:
                self.execute("BEGIN IMMEDIATE")
            lock = "" if self._is_sqlite else " FOR UPDATE"
            row = self.execute(f"SELECT seq, hash FROM head WHERE id = 1{lock}").fetchone()  # noqa: S608
            if row is None:
                raise LogUnusable(self.url.shown, "the log has lost its head; see: sangdo log verify")
            yield Anchor(*row)
            with self._clear_errors():
                self._raw.commit()
        except BaseException:
            self.undo()
            raise

    def undo(self) -> None:
        """Give up what is not committed."""
        with suppress(self._raw.Error):
            self._raw.rollback()

    def forget_deleted(self) -> None:
        """Make what is deleted from here on be overwritten in the SQLite file; PostgreSQL leaves that to VACUUM."""
        if self._is_sqlite:
            self.execute("PRAGMA secure_delete = ON").fetchone()

    def empty_journal(self) -> bool:
        """Bring all that is committed from SQLite's journal into the file, and cut the journal.

        Returns whether that is done: a process that reads the log for longer than BUSY_SECONDS keeps it from being.
        """
        return not self._is_sqlite or self.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0] == 0

    def close(self) -> None:
        """Close the connection; what is not committed is lost."""
        self._raw.close()

    def _set_up_sqlite(self) -> None:
        deadline = time.monotonic() + BUSY_SECONDS
        while True:
            try:
                names = {name for (name,) in self._raw.execute("SELECT name FROM sqlite_master").fetchall()}
                if names and "log_version" not in names:
                    return  # the database of something else, which is left as it is
                self._raw.execute("PRAGMA journal_mode = WAL").fetchone()
                break
            except sqlite3.OperationalError as error:
                # Two processes that make the same file at once get in each other's way, and SQLite does not wait here.
                if "locked" not in str(error) or time.monotonic() > deadline:
                    raise _clear(self.url, error) from None
                time.sleep(0.01)
            except sqlite3.Error as error:
                raise _clear(self.url, error) from None
        self.execute("PRAGMA synchronous = FULL")

    @contextmanager
    def _clear_errors(self) -> Iterator[None]:
        try:
            yield
        except (self._raw.Error, UnicodeEncodeError) as error:
            raise _clear(self.url, error) from None


def open_sqlite(path: Path, read_only: bool = False) -> sqlite3.Connection:
    """Open a SQLite file. Raises LogUnusable."""
    url = LogUrl(path)
    if path.is_dir():
        raise LogUnusable(url.shown, "is a folder", "a file, such as decisions.sqlite")
    if not path.parent.is_dir():
        raise LogUnusable(url.shown, f"there is no folder {path.parent.as_posix()}")
    try:
        # Transactions begin where the statements say so, and not by themselves.
        return sqlite3.connect(
            f"file:{quote(str(path.absolute()))}{_mode(path) if read_only else ''}",
            uri=True, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False,
        )  # fmt: skip
    except sqlite3.Error as error:
        raise _clear(url, error) from None


def _mode(path: Path) -> str:
    """How to open a file for reading: one in a folder that cannot be written to has no room for a lock either."""
    alone = not path.with_name(path.name + "-wal").exists()
    return "?mode=ro&immutable=1" if alone and not os.access(path.parent, os.W_OK) else "?mode=ro"


def open_postgresql(url: LogUrl) -> Any:
    """Open a PostgreSQL database. Raises LogUnusable."""
    try:
        import psycopg
    except ImportError:
        raise LogUnusable(url.shown, "PostgreSQL needs psycopg", "pip install 'sangdo[postgres]'") from None
    try:
        return psycopg.connect(url.conninfo, connect_timeout=CONNECT_SECONDS, client_encoding="utf8")
    except psycopg.Error as error:
        raise _clear(url, error) from None


def _clear(url: LogUrl, error: Exception) -> LogUnusable:
    """An error of a database in one line, without a password."""
    if isinstance(error, UnicodeEncodeError):
        return LogUnusable(url.shown, "a text to be logged has a character that no database can keep")
    said = without_password(" ".join(str(error).split()) or type(error).__name__)
    return LogUnusable(url.shown, f"the log cannot be used: {said}")
