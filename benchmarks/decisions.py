"""Decisions a second, each with its full trace, beside hand-written programs on other engines."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path
from typing import Any, Protocol

from sangdo.benchmarks.contest import Contest, Goal
from sangdo.benchmarks.peers.clips_rules import ClipsPeer
from sangdo.benchmarks.peers.durable_program import SmallFactsPeer, WideFactPeer
from sangdo.benchmarks.peers.sangdo_rules import SangdoEnginePeer, SangdoPeer
from sangdo.benchmarks.peers.zen_graph import ZenPeer, ZenTracedPeer
from sangdo.benchmarks.rounds import run_rounds
from sangdo.benchmarks.workload import Outcome, Value, Workload, expected_outcome, make_workload

CUSTOMERS = 200
OF_DURABLE = 0.8
OF_ZEN = 1.0


class Peer(Protocol):
    """An engine with the workload's rules."""

    @property
    def name(self) -> str: ...

    def decide(self, customer: dict[str, Value]) -> Any: ...

    def outcome(self, customer: dict[str, Value]) -> Outcome: ...


class Difference(Exception):
    """An engine says something else than the workload means."""


def measure_decisions(rounds: int) -> Contest:
    """Check that all engines give the same answers and firings, then time them on the same customers."""
    workload = make_workload(CUSTOMERS)
    with tempfile.TemporaryDirectory(prefix="sangdo-bench-") as folder:
        peers: list[Peer] = [SangdoPeer(workload, Path(folder)), SangdoEnginePeer(workload, Path(folder))]
    peers += [engine(workload) for engine in (SmallFactsPeer, WideFactPeer, ZenTracedPeer, ZenPeer, ClipsPeer)]
    for peer in peers:
        _check(peer, workload)
    times = run_rounds({peer.name: partial(_decide_all, peer.decide, workload.customers) for peer in peers}, rounds)
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
    )


def _check(peer: Peer, workload: Workload) -> None:
    for number, customer in enumerate(workload.customers):
        expected, found = expected_outcome(workload, customer), peer.outcome(customer)
        if found != expected:
            raise Difference(f"{peer.name}, customer {number}: {found} instead of {expected}")


def _decide_all(decide: Callable[[dict[str, Value]], Any], customers: Iterable[dict[str, Value]]) -> None:
    for customer in customers:
        decide(customer)
