"""Spark: a session of its own or of a cluster, with a JVM that keeps its noise out of the terminal."""

from __future__ import annotations

import logging
import os
import re
import shutil
import socket
import tempfile
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

import ibis  # type: ignore[import-untyped]
import ibis.expr.operations as ops  # type: ignore[import-untyped]
import py4j.protocol
import pyarrow
import pyspark
from pyspark.errors import PySparkException
from pyspark.sql import SparkSession

from sangdo.engine.bulk.backends.backend import STAGE, Backend, EngineUnusable, Table, one_line, table_name
from sangdo.engine.bulk.expressions.stages import Stages

CONNECT_SECONDS = 10
MASTER = re.compile(r"local(\[(\d+|\*)(,\s*\d+)?\])?|spark://[^/\s]+")
_HOST = re.compile(r"spark://([^,:]+):(\d+)")

SESSION = {
    "spark.sql.session.timeZone": "UTC",
    # What overflows or cannot be cast is an error, never a null: a null is an unknown fact, and would be decided upon.
    "spark.sql.ansi.enabled": "true",
    # Sums and products of decimals keep all their digits, as in DuckDB; rounding them would be the default.
    "spark.sql.decimalOperations.allowPrecisionLoss": "false",
    "spark.sql.execution.arrow.pyspark.enabled": "true",
    "spark.sql.parquet.datetimeRebaseModeInRead": "CORRECTED",
    "spark.sql.parquet.datetimeRebaseModeInWrite": "CORRECTED",
}
_EXCLUDED = "spark.sql.optimizer.excludedRules"
_SWEEP = {
    # It writes the expressions of a stage into those that read it, and these into the next: without end where many
    # facts are unknown.
    _EXCLUDED: "org.apache.spark.sql.catalyst.optimizer.CollapseProject",
    # A projection of hundreds of columns is longer than a method of Java may be; it would be compiled in vain.
    "spark.sql.codegen.wholeStage": "false",
}
"""How the stages of a sweep are planned, beside what is set for all else."""
_PROCESS = {"spark.app.name": "sangdo", "spark.ui.enabled": "false", "spark.ui.showConsoleProgress": "false"}
_LOCAL = {"spark.driver.host": "127.0.0.1", "spark.driver.bindAddress": "127.0.0.1"}


class Spark(Backend):
    """Spark: what is kept is a checkpoint, so that no later plan has to know how it came about."""

    errors = (PySparkException, py4j.protocol.Py4JError, OSError)

    def __init__(self, shown: str, session: SparkSession) -> None:
        self.session = session
        with _as_it_is():
            super().__init__(shown, ibis.pyspark.connect(session))

    def stages(self) -> Stages:
        return _StagesOfSpark(self)

    def queried(self, name: str, stages: Stages, table: Table) -> Table:
        before = {key: self.session.conf.get(key, None) for key in _SWEEP}
        for key, value in _SWEEP.items():
            self.session.conf.set(key, f"{before[key]},{value}" if key == _EXCLUDED and before[key] else value)
        try:
            return super().queried(name, stages, table)
        finally:
            for key, held in before.items():
                if held is None:
                    self.session.conf.unset(key)
                else:
                    self.session.conf.set(key, held)

    def _kept(self, name: str, query: str) -> Table:
        with self.clear_errors():
            frame = self.session.sql(query)
            has_folder = self.session.sparkContext.getCheckpointDir() is not None
            kept = frame.checkpoint() if has_folder else frame.localCheckpoint()
            kept.createOrReplaceTempView(STAGE + name)
            return self.connection.table(STAGE + name)

    def fetch(self, table: Table) -> pyarrow.Table:
        with self.clear_errors(), _as_it_is():
            found = self._frame(table).toArrow()
        return found.cast(table.schema().to_pyarrow())

    def write(self, table: Table, target: str) -> None:
        name = table_name(target)
        with self.clear_errors():
            writer = self._frame(table).write.mode("error")
            if name is None:
                writer.parquet(target)
            else:
                writer.saveAsTable(".".join(name))

    def close(self) -> None:
        self.session.stop()

    def _frame(self, table: Table) -> Any:
        return self.session.sql(self.connection.compile(table))


class _StagesOfSpark(Stages):
    """Stages of which a join is kept: Spark writes a stage out wherever it is read, which doubles with each join."""

    def __init__(self, backend: Spark) -> None:
        super().__init__(lambda table: str(backend.connection.compile(table)))
        self._backend = backend

    def add(self, name: str, table: Table) -> Table:
        if table.op().find(ops.JoinChain):
            return self._backend.queried(name, self, table)
        return super().add(name, table)


def open_spark(master: str, environment: Mapping[str, str] = os.environ) -> Spark:
    """Start Spark on this machine (`local[2]`), or reach a cluster (`spark://HOST:PORT`); what Spark's own files of
    settings say of memory and partitions holds. Raises EngineUnusable."""
    _check_java(master, environment)
    if master.startswith("spark://"):
        _check_reachable(master)
    settings = {**_PROCESS, **SESSION, **(_LOCAL if master.startswith("local") else {})}
    configuration = pyspark.SparkConf(loadDefaults=False).setMaster(master).setAll(list(settings.items()))
    # The query logger of PySpark writes whole stack traces; the errors themselves are told in one line.
    logging.getLogger("SQLQueryContextLogger").disabled = True
    with tempfile.TemporaryFile() as said, _as_it_is():
        try:
            return Spark(master, SparkSession(_context(configuration, said)))
        except (PySparkException, py4j.protocol.Py4JError, OSError) as error:
            raise EngineUnusable(master, f"Spark does not start: {_last_line(said) or one_line(error)}") from None


def _context(configuration: pyspark.SparkConf, said: IO[bytes]) -> pyspark.SparkContext:
    """Start the JVM with its messages going into a file, unless this process has one already."""
    from pyspark.java_gateway import launch_gateway

    gateway = None
    if pyspark.SparkContext._gateway is None:
        gateway = launch_gateway(configuration, {"stdout": said, "stderr": said})  # type: ignore[no-untyped-call]
    return pyspark.SparkContext(conf=configuration, gateway=gateway)


@contextmanager
def _as_it_is() -> Iterator[None]:
    """PySpark warns of each version of pandas that it was not tested with; sangdo reads Spark through Arrow."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", category=FutureWarning, message="PySpark does not yet fully support pandas")
        yield


def _check_java(master: str, environment: Mapping[str, str]) -> None:
    home = environment.get("JAVA_HOME")
    found = (Path(home) / "bin" / "java").exists() if home else shutil.which("java", path=environment.get("PATH"))
    if not found:
        where = f"JAVA_HOME is {home}, and has none" if home else "there is none"
        raise EngineUnusable(master, f"Spark needs Java, and {where}", "Java 17 or 21, on the path or in JAVA_HOME")


def _check_reachable(master: str) -> None:
    """Spark itself would try for minutes."""
    hosts = [(host, int(port)) for host, port in _HOST.findall(master.replace(",", ",spark://"))]
    if not hosts:
        raise EngineUnusable(master, "names no port", "spark://HOST:PORT, such as spark://spark.example:7077")
    problem = ""
    for host, port in hosts:
        try:
            socket.create_connection((host, port), CONNECT_SECONDS).close()
            return
        except OSError as error:
            problem = f"{host}:{port} cannot be reached: {error.strerror or error}"
    raise EngineUnusable(master, problem)


def _last_line(said: IO[bytes]) -> str:
    said.seek(0)
    lines = [line.strip() for line in said.read().decode("utf-8", "replace").splitlines() if line.strip()]
    return lines[-1][:200] if lines else ""
