"""The version of a log's tables, and whether a database is a log at all."""

from __future__ import annotations

from sangdo.engine.audit.store.connection import LogConnection
from sangdo.engine.audit.store.log_url import LogUnusable

VERSIONS = ("0001",)
"""All versions there have been, oldest first: the revisions of migrations/versions/."""
LATEST = VERSIONS[-1]


def version_of(connection: LogConnection) -> str | None:
    """Return the version of a log, None for a database with no tables yet.

    Raises LogUnusable when it is something else than a log, or the log of a newer sangdo.
    """
    try:
        names = connection.table_names()
        if not names:
            return None
        if "log_version" not in names:
            message = "is a database, but no decision log"
            raise LogUnusable(connection.url.shown, message, "a log, or an empty database")
        rows = connection.execute("SELECT version_num FROM log_version").fetchall()
    finally:
        connection.undo()
    version = rows[0][0] if len(rows) == 1 else None
    if version is None:
        raise LogUnusable(connection.url.shown, "the log does not say of which version its tables are")
    if version not in VERSIONS:
        message = f'the log has tables of version "{version}", which this sangdo does not know'
        raise LogUnusable(connection.url.shown, message, f"version {LATEST} or earlier; a newer sangdo reads it")
    return str(version)
