"""Which backend the name of an engine means."""

from __future__ import annotations

import re
from importlib.util import find_spec

from sangdo.engine.bulk.backends.backend import Backend, EngineUnusable
from sangdo.engine.bulk.backends.local import open_local
from sangdo.engine.language.errors import Location, Problem, SangdoError, nearest
from sangdo.engine.language.passwords import without_password

EXPECTED = "duckdb, local[*], spark://HOST:PORT, or the URL of a warehouse such as postgresql://USER@HOST/DATABASE"
_KNOWN = ("duckdb", "local[*]", "spark", "postgresql", "postgres")
_LOCAL = re.compile(r"local(\[.*\])?")
_SCHEME = re.compile(r"([a-z][a-z0-9+.-]*)://", re.IGNORECASE)


class EngineUnknown(SangdoError):
    """The name of an engine means none."""

    exit_code = 2


def open_backend(engine: str | None = None) -> Backend:
    """Open what --engine names; nothing is DuckDB on this machine.

    Raises EngineUnknown for a name that means nothing, EngineUnusable for an engine that cannot be reached or started.
    """
    if engine is None or engine == "duckdb":
        return open_local()
    scheme = found.group(1).lower() if (found := _SCHEME.match(engine)) else ""
    if scheme == "spark" or _LOCAL.fullmatch(engine):
        return _spark(engine)
    if scheme == "duckdb":
        return open_local(engine.split("://", 1)[1], engine)
    if scheme:
        # What a warehouse needs is not loaded for the others.
        from sangdo.engine.bulk.backends.warehouse import knows, open_warehouse

        if knows(scheme):
            return open_warehouse(engine)
    raise _unknown(engine, scheme)


def _spark(master: str) -> Backend:
    if find_spec("pyspark") is None:
        raise EngineUnusable(master, "PySpark is not installed", "pip install 'sangdo[spark]'")
    from sangdo.engine.bulk.backends.spark import MASTER, open_spark

    if not MASTER.fullmatch(master):
        raise _unknown(master, "local")
    return open_spark(master)


def _unknown(engine: str, scheme: str) -> EngineUnknown:
    word = nearest(scheme or engine, _KNOWN)
    message = "is no engine that sangdo knows"
    place = Location(without_password(engine)[:200] or "--engine")
    return EngineUnknown(Problem(place, message, expected=EXPECTED, suggestion=word))
