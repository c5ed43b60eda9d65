"""DuckDB on this machine: the backend where none is named, and a DuckDB file as a warehouse."""

from __future__ import annotations

from pathlib import Path

import duckdb
import ibis  # type: ignore[import-untyped]
import pyarrow

from sangdo.engine.bulk.backends.backend import STAGE, Backend, EngineUnusable, Table, one_line, table_name

OPTIONS: dict[str, str | bool | int | float | list[str]] = {
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
}


class Local(Backend):
    """DuckDB: what is kept is a temporary table."""

    errors = (duckdb.Error,)

    def _kept(self, name: str, query: str) -> Table:
        with self.clear_errors():
            self.connection.con.execute(f'CREATE OR REPLACE TEMPORARY TABLE "{STAGE}{name}" AS {query}')
            return self.connection.table(STAGE + name)

    def fetch(self, table: Table) -> pyarrow.Table:
        with self.clear_errors():
            return table.to_pyarrow()

    def write(self, table: Table, target: str) -> None:
        name = table_name(target)
        query = str(ibis.to_sql(table, dialect="duckdb"))
        with self.clear_errors():
            if name is not None:
                self.connection.con.execute(f"CREATE TABLE {'.'.join(name)} AS {query}")
                return
            if Path(target).exists():
                raise self.unwritable(target, "there is a file of this name already")
            literal = "'" + target.replace("'", "''") + "'"
            self.connection.con.execute(f"COPY ({query}) TO {literal} (FORMAT parquet)")

    def close(self) -> None:
        self.connection.con.close()


def open_local(path: str = ":memory:", shown: str = "duckdb") -> Local:
    """Open DuckDB, in memory or on a file that is there. It never fetches an extension. Raises EngineUnusable."""
    if path != ":memory:" and not Path(path).is_file():
        raise EngineUnusable(shown, f"there is no file {path}", "a DuckDB file with the tables of a book")
    try:
        connection = duckdb.connect(path, config=OPTIONS)
    except duckdb.Error as error:
        raise EngineUnusable(shown, f"cannot be opened: {one_line(error)}") from None
    connection.execute("SET TimeZone = 'UTC'")
    connection.execute("SET enable_progress_bar = false")
    return Local(shown, ibis.duckdb.from_connection(connection))
