"""The engines that decide a whole table of customers at once, checked against each other and the workload's meaning."""

from __future__ import annotations

from typing import Protocol

import pyarrow

from sangdo.benchmarks.workload import Difference, Workload, expected_outcome


class TablePeer(Protocol):
    """An engine that decides all customers of a table at once."""

    @property
    def name(self) -> str: ...

    def decide(self) -> object: ...

    def decisions(self) -> pyarrow.Table: ...


def check_table_peers(peers: list[TablePeer], workload: Workload) -> None:
    """Compare all decisions with each other, and the first with the workload's meaning. Raises Difference."""
    first = _comparable(peers[0], workload)
    rows = first.slice(0, len(workload.customers)).to_pylist()
    for number, (customer, row) in enumerate(zip(workload.customers, rows, strict=True)):
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
