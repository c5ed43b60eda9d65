"""The tables of a book where they lie: Parquet files, tables behind JDBC, or tables of a warehouse."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import ibis  # type: ignore[import-untyped]

from sangdo.engine.bulk.backends.backend import Backend, EngineUnusable, Table, one_line, table_name
from sangdo.engine.bulk.backends.local import Local
from sangdo.engine.bulk.in_place.cells import Column
from sangdo.engine.facts.book_files import SETTINGS, TABLES
from sangdo.engine.facts.cells import SEPARATOR
from sangdo.engine.facts.table_file import column_name
from sangdo.engine.language.errors import DataInvalid, Location, Problem
from sangdo.engine.language.passwords import without_password

JDBC = "jdbc:"
_GLOB = re.compile(r"([*?\[\]{}])")
"""What Spark takes for a pattern."""


@dataclass(frozen=True, slots=True)
class Source:
    """The tables that a book has, by name, their columns named in lower case; `settings` is its book.yaml, if any, and
    `write` writes a table to where the book lies, unless the engine itself does."""

    shown: str
    tables: Mapping[str, Table]
    settings: Path | None = None
    warnings: tuple[str, ...] = ()
    write: Callable[[Table, str], None] | None = None


def open_source(backend: Backend, book: str | None) -> Source:
    """Find the tables of a book: in a folder or under a URL of Parquet files, behind `jdbc:…`, or, where no book is
    named, among the tables of the engine itself. Raises DataInvalid and EngineUnusable."""
    if book is None:
        found = _own_tables(backend)
    elif book.startswith(JDBC):
        found = _jdbc_tables(backend, book)
    else:
        found = _parquet_tables(backend, book)
    if not {"orders", "customers"} & set(found.tables):
        message = "the book has no orders and no customers"
        raise DataInvalid(Problem(Location(found.shown), message, expected=f"tables named {', '.join(TABLES)}"))
    return found


def _own_tables(backend: Backend) -> Source:
    with backend.clear_errors():
        named = {str(name).lower(): name for name in sorted(backend.connection.list_tables(), reverse=True)}
        tables = {name: _lower(backend.connection.table(named[name])) for name in TABLES if name in named}
    return Source(without_password(backend.shown), tables)


def _parquet_tables(backend: Backend, book: str) -> Source:
    session = getattr(backend, "session", None)
    if session is None and not isinstance(backend, Local):
        raise EngineUnusable(backend.shown, f"cannot read the files of {book}", "no --book: the tables are its own")
    if session is not None and "://" in book:
        return _remote_tables(backend, session, book)
    folder = Path(book)
    if not folder.is_dir():
        raise DataInvalid(Problem(Location(book), "there is no such book", expected="a folder of Parquet files"))
    tables = {}
    for name in TABLES:
        path = folder / f"{name}.parquet"
        if path.exists():
            tables[name] = _read_parquet(backend, session, name, path)
            continue
        others = [other.name for other in (folder / f"{name}.csv", folder / f"{name}.xlsx") if other.exists()]
        if others:
            message = f"{others[0]} is not read in place"
            raise DataInvalid(Problem(Location(book), message, expected=f"{name}.parquet, or no --engine"))
    settings = folder / SETTINGS
    return Source(book, tables, settings if settings.exists() else None)


def _read_parquet(backend: Backend, session: Any, name: str, path: Path) -> Table:
    with backend.clear_errors():
        if session is not None:
            session.read.parquet(_GLOB.sub(r"\\\1", str(path.absolute()))).createOrReplaceTempView(f"book_{name}")
            return _lower(backend.connection.table(f"book_{name}"))
        files = str(path / "**" / "*.parquet") if path.is_dir() else str(path)
        literal = "'" + files.replace("'", "''") + "'"
        backend.connection.con.execute(
            f"CREATE OR REPLACE VIEW book_{name} AS FROM read_parquet({literal}, hive_partitioning = false)"
        )
        return _lower(backend.connection.table(f"book_{name}"))


def _remote_tables(backend: Backend, session: Any, book: str) -> Source:
    """What is missing shows only when it is read; that is told, as it may also be a lack of rights."""

    def read(name: str) -> Any:
        return session.read.parquet(f"{book.rstrip('/')}/{name}.parquet")

    return _tables_read(backend, book, read)


def _jdbc_tables(backend: Backend, url: str) -> Source:
    session = getattr(backend, "session", None)
    if session is None:
        raise EngineUnusable(url, "JDBC is read by Spark", "--engine local[*] or spark://HOST:PORT")
    found = _tables_read(backend, url, lambda name: session.read.jdbc(url, name))
    return replace(found, write=partial(_write_behind, backend, session, url))


def _write_behind(backend: Backend, session: Any, url: str, table: Table, target: str) -> None:
    """Write to a table of the database behind JDBC, lists as the text that a CSV file has; a path is for the engine."""
    name = table_name(target)
    if name is None:
        backend.write(table, target)
        return
    lists = [column for column, kind in table.schema().items() if kind.is_array()]
    joined = table.mutate(**{column: _joined(table[column]) for column in lists})
    with backend.clear_errors():
        session.sql(backend.connection.compile(joined)).write.mode("error").jdbc(url, ".".join(name))


def _joined(lists: Column) -> Column:
    return ibis.ifelse(lists.notnull(), ibis.literal(SEPARATOR).join(lists).fill_null(""), ibis.null("string"))


def _tables_read(backend: Backend, book: str, read: Any) -> Source:
    shown = without_password(book)
    tables, warnings = {}, []
    for name in TABLES:
        try:
            read(name).createOrReplaceTempView(f"book_{name}")
        except backend.errors as error:
            warnings.append(f"{shown}: there is no table {name}: {one_line(error)}")
            continue
        tables[name] = _lower(backend.connection.table(f"book_{name}"))
    if not {"orders", "customers"} & set(tables):
        raise EngineUnusable(book, warnings[0].removeprefix(f"{shown}: "), f"tables named {', '.join(TABLES)}")
    return Source(shown, tables, None, tuple(warnings))


def _lower(table: Table) -> Table:
    """Names of columns are compared without blanks around them and in lower case, as in files."""
    return table.rename({column_name(name): name for name in table.columns})
