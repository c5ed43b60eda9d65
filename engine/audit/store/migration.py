"""The migration: gives a database the tables of a log, or brings an older log up to date."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from sangdo.engine.audit.store.engine import make_engine
from sangdo.engine.audit.store.log_url import LogUnusable, LogUrl
from sangdo.engine.language.passwords import without_password

_LOCK = 0x53414E47444F
"""The number of the advisory lock that keeps two migrations of one PostgreSQL database apart."""


def migrate(url: LogUrl) -> None:
    """Bring the tables of a log up to date in one transaction; of two at once, the second finds it done.

    Raises LogUnusable.
    """
    engine = make_engine(url, writing=True)
    config = Config()
    config.set_main_option("script_location", (Path(__file__).parent / "migrations").as_posix().replace("%", "%%"))
    try:
        with engine.begin() as connection:
            if url.path is None:
                connection.execute(text(f"SELECT pg_advisory_xact_lock({_LOCK})"))
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
    except SQLAlchemyError as error:
        said = without_password(str(getattr(error, "orig", None) or error))
        raise LogUnusable(url.shown, f"the tables of the log cannot be made: {' '.join(said.split())}") from None
    finally:
        engine.dispose()
