"""Logs to test with: a SQLite file, and a schema of a real PostgreSQL server."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from sangdo.tests.audit.postgresql import Server, run_server


@pytest.fixture(scope="session")
def server(request: pytest.FixtureRequest) -> Iterator[Server]:
    with run_server(durable=request.config.getoption("--nightly")) as running:
        yield running


@pytest.fixture(params=["sqlite", "postgresql"])
def log(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The place of a log that is not there yet."""
    if request.param == "sqlite":
        return str(tmp_path / "decisions.sqlite")
    server: Server = request.getfixturevalue("server")
    return server.make_schema()
