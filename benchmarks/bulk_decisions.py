"""A whole book at once: table engines on a million customers, and the row engines' rates beside them.

Table engines go from a table in their own memory to another one there, the query built anew each time, on all cores.
Row engines take the first customers of the same table, one at a time on one core.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Protocol

import pyarrow

from sangdo.benchmarks.contest import Contest, Goal
from sangdo.benchmarks.many_customers import as_customers, many_customers
from sangdo.benchmarks.peers.duckdb_sql import DuckDBListPeer, DuckDBPeer
from sangdo.benchmarks.peers.polars_table import PolarsEnumPeer, PolarsListPeer, PolarsPeer
from sangdo.benchmarks.peers.sangdo_sweep import SangdoFullSweepPeer, SangdoSweepPeer
from sangdo.benchmarks.peers.zen_graph import ZenPeer, ZenTracedPeer
from sangdo.benchmarks.rounds import Times, run_rounds
from sangdo.benchmarks.row_engines import row_engines
from sangdo.benchmarks.workload import Difference, Workload, expected_outcome, make_workload

CUSTOMERS = 1_000_000
OF_ROWS = 200
"""How many customers the row engines decide in a round."""
OF_POLARS = 0.5
OF_ZEN = 200


class TablePeer(Protocol):
    """An engine that decides all customers of a table at once."""

    @property
    def name(self) -> str: ...

    def decide(self) -> object: ...

    def decisions(self) -> pyarrow.Table: ...


def measure_bulk_decisions(rounds: int, customers: int = CUSTOMERS) -> Contest:
    """Check that all engines decide alike, then time them: customers a second."""
    table = many_customers(make_workload(0), customers)
    workload = replace(make_workload(0), customers=as_customers(table, OF_ROWS))
    with tempfile.TemporaryDirectory(prefix="sangdo-bench-") as folder, row_engines(workload) as rows:
        peers = table_peers(workload, table, Path(folder))
        check_table_peers(peers, workload)
        contenders: dict[str, Callable[[], object]] = {peer.name: peer.decide for peer in peers}
        times = run_rounds({**contenders, **rows.contenders}, rounds)
    times = {
        name: taken if name in contenders else _for_as_many(taken, customers / OF_ROWS) for name, taken in times.items()
    }
    return Contest(
        f"Whole books: the same rules on {customers:,} customers at once; answers and rules of all customers equal in "
        f"all table engines, those of {OF_ROWS} in all engines. Row engines decide {OF_ROWS} a round.",
        times,
        customers,
        "a second",
        _goals(),
        rows.notes,
    )


def table_peers(workload: Workload, table: pyarrow.Table, folder: Path) -> list[TablePeer]:
    """Return the table engines with the customers loaded; rule files are written to the folder."""
    ours = [SangdoSweepPeer(workload, table, folder / "1"), SangdoFullSweepPeer(workload, table, folder / "2")]
    theirs = (PolarsPeer, PolarsEnumPeer, PolarsListPeer, DuckDBPeer, DuckDBListPeer)
    return [*ours, *(peer(workload, table) for peer in theirs)]


def check_table_peers(peers: list[TablePeer], workload: Workload) -> None:
    """Compare all decisions with each other, and the first with the workload's meaning. Raises Difference."""
    first = _comparable(peers[0], workload)
    for number, (customer, row) in enumerate(zip(workload.customers, first.to_pylist(), strict=False)):
        expected = expected_outcome(workload, customer)
        answers = {table.name: row[table.name] for table in workload.tables}
        if answers != expected.answers or row["fired"] != list(expected.fired):
            raise Difference(f"{peers[0].name}, customer {number}: {row} instead of {expected}")
    for peer in peers[1:]:
        if not _comparable(peer, workload).equals(first):
            raise Difference(f"{peer.name} decides otherwise than {peers[0].name}")


def _comparable(peer: TablePeer, workload: Workload) -> pyarrow.Table:
    """Return the decisions by customer, in the same types whatever engine they are from."""
    answers = [(table.name, pyarrow.string()) for table in workload.tables]
    schema = pyarrow.schema([("customer_id", pyarrow.string()), *answers, ("fired", pyarrow.list_(pyarrow.string()))])
    found = peer.decisions().select(schema.names)
    return found.cast(schema).sort_by("customer_id").combine_chunks()


def _for_as_many(times: Times, factor: float) -> Times:
    """Return the times as for so many times the customers, as each is decided by itself."""
    return Times(tuple(one * factor for one in times.processor), tuple(one * factor for one in times.wall))


def _goals() -> tuple[Goal, ...]:
    polars = (PolarsPeer, PolarsEnumPeer, PolarsListPeer)
    return (
        *(Goal(SangdoSweepPeer.name, peer.name, at_least=OF_POLARS, wall=True) for peer in polars),
        *(Goal(SangdoSweepPeer.name, peer.name, at_least=OF_ZEN, wall=True) for peer in (ZenTracedPeer, ZenPeer)),
    )
