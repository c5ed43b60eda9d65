"""A warehouse that Ibis reaches by a URL; its tables are read, swept and written where they are."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

import ibis  # type: ignore[import-untyped]
import pyarrow

from sangdo.engine.bulk.backends.backend import STAGE, Backend, EngineUnusable, Table, one_line, table_name
from sangdo.engine.bulk.expressions.stages import Stages

CONNECT_SECONDS = 10
POSTGRES = ("postgres", "postgresql")


class Warehouse(Backend):
    """Any backend of Ibis: what is kept is a temporary table."""

    errors = (Exception,)  # Each warehouse has a library and errors of its own.

    def __init__(self, shown: str, connection: Any) -> None:
        super().__init__(shown, connection)
        self._made = 0

    def _kept(self, name: str, query: str) -> Table:
        # A name of its own each time: how a table is dropped differs from one warehouse to the next.
        self._made += 1
        with self.clear_errors():
            return self.connection.create_table(f"{STAGE}{name}_{self._made}", self.connection.sql(query), temp=True)

    def fetch(self, table: Table) -> pyarrow.Table:
        with self.clear_errors():
            return table.to_pyarrow()

    def write(self, table: Table, target: str) -> None:
        name = table_name(target)
        if name is None:
            raise self.unwritable(target, "a warehouse writes tables", "-o table:NAME")
        with self.clear_errors():
            self.connection.create_table(name[-1], table, database=".".join(name[:-1]) or None)

    def close(self) -> None:
        self.connection.disconnect()


class PostgreSQL(Warehouse):
    """PostgreSQL: what is kept is a temporary table with statistics."""

    def stages(self) -> Stages:
        # Its planner would write a stage out wherever it is read, expressions of expressions without end.
        return Stages(self.connection.compile, kept=True)

    def _kept(self, name: str, query: str) -> Table:
        with self.clear_errors(), self.connection.begin() as cursor:
            cursor.execute(f'DROP TABLE IF EXISTS pg_temp."{STAGE}{name}"')
            cursor.execute(f'CREATE TEMPORARY TABLE "{STAGE}{name}" AS {query}')
            cursor.execute(f'ANALYZE "{STAGE}{name}"')
        return self.connection.table(STAGE + name)

    def write(self, table: Table, target: str) -> None:
        name = table_name(target)
        if name is None:
            raise self.unwritable(target, "a warehouse writes tables", "-o table:NAME")
        place = ".".join(f'"{part}"' for part in name)
        query = self.connection.compile(table)
        with self.clear_errors(), self.connection.begin() as cursor:
            cursor.execute(f"CREATE TABLE {place} AS {query}")


def open_warehouse(url: str) -> Warehouse:
    """Connect to the warehouse of a URL, of a scheme that Ibis knows. Raises EngineUnusable."""
    scheme = urlsplit(url).scheme.lower()
    try:
        if scheme in POSTGRES:
            return _open_postgresql(url)
        return Warehouse(url, ibis.connect(url))
    except ImportError as error:
        missing = "pip install 'sangdo[postgres]'" if scheme in POSTGRES else f"pip install 'ibis-framework[{scheme}]'"
        raise EngineUnusable(url, f"its driver is not installed: {one_line(error)}", missing) from None
    except EngineUnusable:
        raise
    except Exception as error:
        raise EngineUnusable(url, f"cannot be reached: {one_line(error)}") from None


def _open_postgresql(url: str) -> PostgreSQL:
    import psycopg

    connection: Any = psycopg.connect(url, connect_timeout=CONNECT_SECONDS, client_encoding="utf8", autocommit=True)
    # Dates are written in one way; compiling to machine code takes longer than any of these queries runs.
    connection.execute("SET datestyle TO ISO")
    connection.execute("SET jit TO off")
    return PostgreSQL(url, ibis.postgres.from_connection(connection))


def knows(scheme: str) -> bool:
    """Whether Ibis has a backend for the scheme of a URL."""
    from importlib.metadata import entry_points

    return scheme in POSTGRES or any(point.name == scheme for point in entry_points(group="ibis.backends"))
