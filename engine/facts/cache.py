"""The cache: one SQLite file a measured book and date, so that a plan need not measure the book again.

A cache that is damaged is made anew, and one that cannot be written is done without: it never is an error.
"""

from __future__ import annotations

import os
import sqlite3
import tempfile
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote

from sangdo.engine.language.cache_folder import is_ours

KEPT = 32
ENDING = ".book.sqlite"
SCHEMA = """
CREATE TABLE meta (name TEXT PRIMARY KEY, content TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE customers (id TEXT PRIMARY KEY, name TEXT, measured TEXT, given TEXT) WITHOUT ROWID;
"""
"""`content`, `measured` and `given` are JSON; the last two are null where there is nothing."""

Fill = Callable[[sqlite3.Connection], None]


def find_cached(folder: Path | None, key: str) -> sqlite3.Connection | None:
    """Open the cache of a key for reading, or return None when there is none that can be read."""
    if folder is None or not is_ours(folder):
        return None
    path = folder / (key + ENDING)
    if not path.is_file():
        return None
    try:
        # A cache file is never changed after it got its name, so nothing needs locking.
        connection = sqlite3.connect(f"file:{quote(str(path.absolute()))}?mode=ro&immutable=1", uri=True)
        try:
            connection.execute("SELECT content FROM meta LIMIT 1").fetchone()
            connection.execute("SELECT id, name, measured, given FROM customers LIMIT 1").fetchone()
        except sqlite3.Error:
            connection.close()
            raise
    except sqlite3.Error:
        return None
    return connection


def store(folder: Path | None, key: str, fill: Fill) -> sqlite3.Connection:
    """Fill a new cache and return it open; in memory where the folder cannot be written.

    The file gets its name when it is whole, so that parallel processes see all of it or nothing.
    """
    path = _write(folder, key, fill) if folder is not None else None
    if path is not None and folder is not None:
        _prune(folder, path)
        found = find_cached(folder, key)
        if found is not None:
            return found
    connection = sqlite3.connect(":memory:")
    connection.executescript(SCHEMA)
    fill(connection)
    return connection


def forget(folder: Path | None, key: str) -> None:
    """Remove the cache of a key, as one that turned out to be damaged."""
    if folder is not None:
        try:
            (folder / (key + ENDING)).unlink(missing_ok=True)
        except OSError:
            return


def _write(folder: Path, key: str, fill: Fill) -> Path | None:
    temporary: Path | None = None
    path = folder / (key + ENDING)
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not is_ours(folder):
            return None
        handle, name = tempfile.mkstemp(dir=folder, prefix="new-", suffix=".tmp")
        os.close(handle)
        temporary = Path(name)
        connection = sqlite3.connect(name)
        try:
            # Until it is renamed nobody else reads it, and a torn file is not kept.
            connection.execute("PRAGMA journal_mode = OFF")
            connection.execute("PRAGMA synchronous = OFF")
            connection.executescript(SCHEMA)
            fill(connection)
            connection.commit()
        finally:
            connection.close()
        os.replace(temporary, path)
    except (OSError, sqlite3.Error):
        path = None  # type: ignore[assignment]
    finally:
        if temporary is not None:
            temporary.unlink(missing_ok=True)
    return path


def _prune(folder: Path, newest: Path) -> None:
    """Remove all but the newest caches."""
    try:
        others = [path for path in folder.glob("*" + ENDING) if path != newest]
        for path in sorted(others, key=lambda path: path.stat().st_mtime, reverse=True)[KEPT - 1 :]:
            path.unlink(missing_ok=True)
    except OSError:
        return
