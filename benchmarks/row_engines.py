"""The engines that decide one customer at a time, checked against the workload's meaning before they are timed."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Protocol

from sangdo.benchmarks.peers.clips_rules import ClipsPeer
from sangdo.benchmarks.peers.durable_program import SmallFactsPeer, WideFactPeer
from sangdo.benchmarks.peers.experta_rules import ExpertaPeer
from sangdo.benchmarks.peers.json_rules import JsonRulesPeer, Missing
from sangdo.benchmarks.peers.sangdo_rules import SangdoEnginePeer, SangdoPeer
from sangdo.benchmarks.peers.zen_graph import ZenPeer, ZenTracedPeer
from sangdo.benchmarks.workload import Difference, Outcome, Value, Workload, expected_outcome


class Peer(Protocol):
    """An engine with the workload's rules."""

    @property
    def name(self) -> str: ...

    def decide(self, customer: dict[str, Value]) -> Any: ...

    def outcome(self, customer: dict[str, Value]) -> Outcome: ...


@dataclass(frozen=True, slots=True)
class RowEngines:
    """What decides all customers of the workload, by the engine's name, and notes on engines that are left out."""

    contenders: Mapping[str, Callable[[], object]]
    notes: tuple[str, ...]


@contextmanager
def row_engines(workload: Workload) -> Iterator[RowEngines]:
    """Yield the engines, each of which gives the right answers and firings. Raises Difference where one does not."""
    with ExitStack() as stack:
        rules, node = (Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="sangdo-bench-"))) for _ in "ab")
        peers: list[Peer] = [SangdoPeer(workload, rules), SangdoEnginePeer(workload, rules)]
        peers += [
            engine(workload)
            for engine in (SmallFactsPeer, WideFactPeer, ZenTracedPeer, ZenPeer, ClipsPeer, ExpertaPeer)
        ]
        for peer in peers:
            _check(peer.name, map(peer.outcome, workload.customers), workload)
        contenders: dict[str, Callable[[], object]] = {
            peer.name: partial(_decide_all, peer.decide, workload.customers) for peer in peers
        }
        notes = []
        try:
            in_node = JsonRulesPeer(workload, node)
        except Missing as error:
            notes.append(f"{JsonRulesPeer.name} is left out: {error}")
        else:
            stack.callback(in_node.close)
            _check(in_node.name, in_node.outcomes(), workload)
            contenders[in_node.name] = in_node.decide_all
        yield RowEngines(contenders, tuple(notes))


def _check(name: str, outcomes: Iterable[Outcome], workload: Workload) -> None:
    for number, (customer, found) in enumerate(zip(workload.customers, outcomes, strict=True)):
        expected = expected_outcome(workload, customer)
        if found != expected:
            raise Difference(f"{name}, customer {number}: {found} instead of {expected}")


def _decide_all(decide: Callable[[dict[str, Value]], Any], customers: Iterable[dict[str, Value]]) -> None:
    for customer in customers:
        decide(customer)
