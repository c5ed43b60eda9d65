"""The SQLAlchemy engine of a log, for reading it and for migrations."""

from __future__ import annotations

from sqlalchemy import create_engine, event
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.engine.interfaces import IsolationLevel
from sqlalchemy.pool import QueuePool

from sangdo.engine.audit.store.connection import open_postgresql, open_sqlite
from sangdo.engine.audit.store.log_url import LogUrl


def make_engine(url: LogUrl, writing: bool = False) -> Engine:
    """Return an engine whose transactions are snapshots; `writing` ones wait for each other instead."""
    path = url.path
    if path is None:
        isolation: IsolationLevel = "READ COMMITTED" if writing else "REPEATABLE READ"
        return create_engine("postgresql+psycopg://", creator=lambda: open_postgresql(url), isolation_level=isolation)
    engine = create_engine("sqlite://", creator=lambda: open_sqlite(path, read_only=not writing), poolclass=QueuePool)

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")

    return engine
