"""Engines to sweep on: one local Spark and one PostgreSQL server for the whole run."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from sangdo.engine.bulk.backends.backend import Backend
from sangdo.engine.bulk.backends.opening import open_backend
from sangdo.engine.bulk.backends.spark import Spark, open_spark
from sangdo.tests.audit.postgresql import Server, run_server

SETTINGS = """
spark.driver.memory 768m
spark.sql.shuffle.partitions 2
spark.default.parallelism 2
spark.sql.adaptive.enabled false
spark.sql.warehouse.dir FOLDER/tables
spark.driver.extraJavaOptions -XX:TieredStopAtLevel=1 -XX:+UseSerialGC -XX:CICompilerCount=1
"""


@pytest.fixture(scope="session")
def spark(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Spark]:
    """A real Spark on two cores; without Java the tests fail."""
    folder: Path = tmp_path_factory.mktemp("spark")
    (folder / "spark-defaults.conf").write_text(SETTINGS.replace("FOLDER", str(folder)))
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(os.environ, "SPARK_CONF_DIR", str(folder))
        backend = open_spark("local[2]")
    yield backend
    backend.close()


@pytest.fixture(scope="session")
def postgresql() -> Iterator[Server]:
    with run_server(durable=False) as running:
        yield running


@pytest.fixture(
    params=[
        "duckdb",
        "postgresql",
        pytest.param("spark", marks=pytest.mark.xdist_group("spark")),
    ]
)
def engine(request: pytest.FixtureRequest) -> Iterator[Backend]:
    """Each of the engines in turn."""
    if request.param == "duckdb":
        with open_backend() as backend:
            yield backend
    else:
        yield request.getfixturevalue("warehouse" if request.param == "postgresql" else "spark")


@pytest.fixture
def warehouse(postgresql: Server) -> Iterator[Backend]:
    """An empty schema of PostgreSQL."""
    with open_backend(postgresql.make_schema()) as backend:
        yield backend
