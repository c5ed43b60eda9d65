"""A whole book at once: table engines on a million customers, and the row engines' rates beside them.

Table engines go from a table in their own memory to another one there, the query built anew each time, on all cores.
Row engines take the first customers of the same table, one at a time on one core.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from sangdo.benchmarks.contest import Contest, Goal
from sangdo.benchmarks.many_customers import as_customers, many_customers
from sangdo.benchmarks.peers.duckdb_sql import DuckDBListPeer, DuckDBPeer
from sangdo.benchmarks.peers.polars_table import PolarsEnumPeer, PolarsListPeer, PolarsPeer
from sangdo.benchmarks.peers.sangdo_sweep import SangdoFullSweepPeer, SangdoSweepPeer
from sangdo.benchmarks.peers.zen_graph import ZenPeer, ZenTracedPeer
from sangdo.benchmarks.rounds import Times, run_rounds
from sangdo.benchmarks.row_engines import row_engines
from sangdo.benchmarks.table_engines import TablePeer, check_table_peers
from sangdo.benchmarks.workload import make_workload

CUSTOMERS = 1_000_000
OF_ROWS = 200
"""How many customers the row engines decide in a round."""
OF_POLARS = 0.5
OF_ZEN = 200


def measure_bulk_decisions(rounds: int, customers: int = CUSTOMERS) -> Contest:
    """Check that all engines decide alike, then time them: customers a second."""
    table = many_customers(make_workload(0), customers)
    workload = replace(make_workload(0), customers=as_customers(table, OF_ROWS))
    with tempfile.TemporaryDirectory(prefix="sangdo-bench-") as folder, row_engines(workload) as rows:
        ours = [
            SangdoSweepPeer(workload, table, Path(folder) / "1"),
            SangdoFullSweepPeer(workload, table, Path(folder) / "2"),
        ]
        theirs = (PolarsPeer, PolarsEnumPeer, PolarsListPeer, DuckDBPeer, DuckDBListPeer)
        peers: list[TablePeer] = [*ours, *(peer(workload, table) for peer in theirs)]
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


def _for_as_many(times: Times, factor: float) -> Times:
    """Return the times as for so many times the customers, as each is decided by itself."""
    return Times(tuple(one * factor for one in times.processor), tuple(one * factor for one in times.wall))


def _goals() -> tuple[Goal, ...]:
    polars = (PolarsPeer, PolarsEnumPeer, PolarsListPeer)
    return (
        *(Goal(SangdoSweepPeer.name, peer.name, at_least=OF_POLARS, wall=True) for peer in polars),
        *(Goal(SangdoSweepPeer.name, peer.name, at_least=OF_ZEN, wall=True) for peer in (ZenTracedPeer, ZenPeer)),
    )
