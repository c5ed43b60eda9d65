"""Decisions a second, each with its full trace, beside hand-written programs on other engines."""

from __future__ import annotations

from sangdo.benchmarks.contest import Contest, Goal
from sangdo.benchmarks.peers.durable_program import SmallFactsPeer, WideFactPeer
from sangdo.benchmarks.peers.sangdo_rules import SangdoPeer
from sangdo.benchmarks.peers.zen_graph import ZenTracedPeer
from sangdo.benchmarks.rounds import run_rounds
from sangdo.benchmarks.row_engines import row_engines
from sangdo.benchmarks.workload import make_workload

CUSTOMERS = 200
OF_DURABLE = 0.8
OF_ZEN = 1.0


def measure_decisions(rounds: int) -> Contest:
    """Check that all engines give the same answers and firings, then time them on the same customers."""
    workload = make_workload(CUSTOMERS)
    with row_engines(workload) as engines:
        times = run_rounds(engines.contenders, rounds)
    ours = SangdoPeer.name
    return Contest(
        f"Decisions: {len(workload.rows)} rules in {len(workload.tables)} questions of {len(workload.strata)} strata, "
        f"{len(workload.attributes)} attributes, {len(workload.tables)} firings a customer; "
        f"answers and firings of {CUSTOMERS} customers equal in all engines",
        times,
        CUSTOMERS,
        "a second",
        (
            Goal(ours, SmallFactsPeer.name, at_least=OF_DURABLE),
            Goal(ours, WideFactPeer.name, at_least=OF_DURABLE),
            Goal(ours, ZenTracedPeer.name, at_least=OF_ZEN),
        ),
        engines.notes,
    )
