"""Sangdo's sweep: the workload's rule files as Ibis expressions on DuckDB, over a table of customers."""

from __future__ import annotations

from pathlib import Path

import ibis  # type: ignore[import-untyped]
import pyarrow

from sangdo.benchmarks.peers.sangdo_rules import AS_OF, write_rulebook
from sangdo.benchmarks.workload import Workload
from sangdo.engine.bulk.expressions.decoding import decoded
from sangdo.engine.bulk.expressions.stages import stages_of_duckdb
from sangdo.engine.bulk.expressions.sweep import sweep
from sangdo.engine.inference.thresholds import resolve_thresholds


class SangdoSweepPeer:
    """Answers as columns and the deciding rules as a list, into an Arrow table of dictionaries."""

    name = "sangdo, sweep"
    asks = False

    def __init__(self, workload: Workload, customers: pyarrow.Table, folder: Path) -> None:
        self._rulebook = write_rulebook(workload, folder)
        self._tables = [table.name for table in workload.tables]
        self._connection = ibis.duckdb.connect()
        self._connection.con.register("given", customers)
        self._connection.raw_sql("CREATE TABLE customers AS SELECT * FROM given")
        self._customers = self._connection.table("customers")

    def decide(self) -> pyarrow.Table:
        """Compile the rulebook and decide all customers."""
        thresholds = resolve_thresholds(self._rulebook, AS_OF, {})
        stages = stages_of_duckdb()
        swept = sweep(self._rulebook, thresholds, self._customers, None, stages, self.asks)
        return decoded(self._connection.con.sql(stages.query(swept.customers)).to_arrow_table(), swept.words)

    def decisions(self) -> pyarrow.Table:
        """Return the decisions for the comparison: customer_id, the answers, and `fired`, in chaining order."""
        found = self.decide().combine_chunks()
        fired = found["fired"].combine_chunks()
        words = pyarrow.ListArray.from_arrays(fired.offsets, fired.values.dictionary_decode())
        return found.select(["customer_id", *self._tables]).append_column("fired", words)


class SangdoFullSweepPeer(SangdoSweepPeer):
    """The same with the list of facts to ask for, as `sangdo batch` has it."""

    name = "sangdo, sweep with asks"
    asks = True
