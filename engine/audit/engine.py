"""The SQLAlchemy engine of a log, for reading it and for migrations."""

from __future__ import annotations

from sqlalchemy import create_engine, event
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.pool import QueuePool

from sangdo.engine.audit.connection import open_postgresql, open_sqlite
from sangdo.engine.audit.log_url import LogUrl


def make_engine(url: LogUrl, begin: str = "BEGIN", read_only: bool = False) -> Engine:
    """Return an engine whose transactions are snapshots; `begin` is how one starts on SQLite."""
    path = url.path
    if path is None:
        return create_engine(
            "postgresql+psycopg://", creator=lambda: open_postgresql(url), isolation_level="REPEATABLE READ"
        )
    engine = create_engine("sqlite://", creator=lambda: open_sqlite(path, read_only), poolclass=QueuePool)

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        connection.exec_driver_sql(begin)

    return engine
