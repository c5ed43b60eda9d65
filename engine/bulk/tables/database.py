"""The database of a work folder: stages of loading, each done once, and nothing believed of a file that is torn."""

# The SQL here is made of this project's own words.

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import duckdb

from sangdo.engine.facts.orders import connect
from sangdo.engine.language.errors import DataInvalid, Location, Problem

FILE = "book.duckdb"
ORDERS = "orders"
SPOOL = "spool"
OVERFLOW = "overflow"
KEY = "key"
LARGEST_MEMORY = 6 << 30


class Torn(Exception):
    """What the database says and what is in the folder do not agree."""


@dataclass(frozen=True, slots=True)
class Database:
    """An open database in a work folder; `found` where an earlier load left it."""

    connection: duckdb.DuckDBPyConnection
    folder: Path
    found: bool = True

    @property
    def orders(self) -> Path:
        """The folder that the orders are kept in, in parts."""
        return self.folder / ORDERS

    def spool(self) -> Path:
        """Return an empty folder for what is only needed while loading."""
        self.clear_spool()
        (self.folder / SPOOL).mkdir()
        return self.folder / SPOOL

    def clear_spool(self) -> None:
        """Remove what was only needed while loading."""
        shutil.rmtree(self.folder / SPOOL, ignore_errors=True)

    def once(self, stage: str, fill: Callable[[], None]) -> None:
        """Do a stage unless it is done; `fill` must bear being called again after it was broken off."""
        if self.noted(stage) is None:
            fill()
            self.note(stage, True)

    def note(self, name: str, content: Any) -> None:
        """Keep something that JSON can hold under a name."""
        self.connection.execute("INSERT OR REPLACE INTO notes VALUES (?, ?)", [name, json.dumps(content)])

    def noted(self, name: str) -> Any:
        """Return what is kept under a name, None where there is nothing."""
        row = self.connection.execute("SELECT content FROM notes WHERE name = ?", [name]).fetchone()
        return json.loads(row[0]) if row else None

    def value(self, query: str) -> Any:
        """Return the first value of the first row of a query."""
        row = self.connection.execute(query).fetchone()
        return row[0] if row else None

    def drop(self, *tables: str) -> None:
        """Drop tables that are no longer needed."""
        for table in tables:
            self.connection.execute(f"DROP TABLE IF EXISTS {table}")


def open_database(folder: Path, key: str, memory: str | None = None) -> Database:
    """Open the database of a work folder, a new one where there is none with this key that can be read.

    `memory` is how much DuckDB may use, such as "4GB"; what is more goes to the folder. Raises DataInvalid where the
    folder cannot be written, or another process is at work in it.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        found = _opened(folder, memory)
        if found is not None and _key_of(found) == key:
            return found
        if found is not None:
            found.connection.close()
        forget_database(folder)
        made = _opened(folder, memory)
    except OSError as error:
        raise unusable(folder, f"the work folder cannot be written: {error.strerror or error}") from None
    if made is None:
        raise unusable(folder, "the work folder cannot be written")
    made.connection.execute("CREATE TABLE notes (name VARCHAR PRIMARY KEY, content VARCHAR)")
    made.note(KEY, key)
    return replace(made, found=False)


def forget_database(folder: Path) -> None:
    """Remove what an earlier load left; nothing else in the folder is touched."""
    for name in (FILE, FILE + ".wal"):
        (folder / name).unlink(missing_ok=True)
    for name in (ORDERS, SPOOL, OVERFLOW):
        shutil.rmtree(folder / name, ignore_errors=True)


def unusable(folder: Path, message: str, expected: str | None = None) -> DataInvalid:
    """Return the error of a work folder that cannot be used."""
    return DataInvalid(Problem(Location(str(folder)), message, expected=expected))


def _opened(folder: Path, memory: str | None) -> Database | None:
    settings: dict[str, str | int] = {
        "memory_limit": memory or f"{_memory() >> 20}MiB",
        "temp_directory": str(folder / OVERFLOW),
    }
    try:
        return Database(connect(str(folder / FILE), settings), folder)
    except duckdb.Error as error:
        if "lock" in str(error):
            raise unusable(folder, "another process is at work in this folder", "a folder of its own") from None
        if "memory_limit" in str(error) or "Memory" in str(error):
            raise unusable(folder, f"the memory cannot be {memory}", "an amount such as 4GB") from None
        return None


def _key_of(database: Database) -> str | None:
    """The key that a database was made with; None for one that is not whole."""
    try:
        key: str | None = database.noted(KEY)
    except duckdb.OutOfMemoryException:
        raise
    except (duckdb.Error, ValueError):
        return None
    return key


def _memory() -> int:
    return min(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2, LARGEST_MEMORY)
