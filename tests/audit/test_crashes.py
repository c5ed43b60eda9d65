"""Kill -9: whatever was acknowledged is there, nothing is half there, and the next writer goes on."""

from __future__ import annotations

import random
import signal

import pytest

from sangdo.engine.audit.store.reader import LogReader
from sangdo.engine.audit.store.verification import verify
from sangdo.tests.audit.entries import append, decision, start_writer

ENDLESS = 10**6


def test_a_killed_writer_leaves_all_that_it_acknowledged(log: str) -> None:
    _kill(log, times=4)


@pytest.mark.nightly
def test_a_hundred_killed_writers_leave_all_that_they_acknowledged(log: str) -> None:
    _kill(log, times=100)


def _kill(log: str, times: int) -> None:
    """Kill one writer after another, each after a number of decisions, while a second one goes on for a while."""
    dice = random.Random(1)
    append(log, decision(0))
    acknowledged: dict[str, str | None] = {}
    for turn in range(1, times + 1):
        victim = start_writer(log, turn * ENDLESS, ENDLESS)
        other = start_writer(log, (turn + 1) * ENDLESS // 2, dice.randrange(3))
        assert victim.stdout is not None
        lines = [victim.stdout.readline() for _ in range(dice.randrange(0, 20))]
        # The kill comes at any point of the next append: the process runs on while this one throws its dice.
        for _ in range(dice.randrange(20_000)):
            dice.random()
        victim.send_signal(signal.SIGKILL)
        with victim:
            lines += victim.stdout.readlines()
        said, error = other.communicate()
        assert (other.returncode, error) == (0, "")
        lines += said.splitlines(keepends=True)
        acknowledged.update(line.split() for line in lines if line.endswith("\n"))
    with LogReader.open(log) as reader:
        found = verify(reader)
        kept = {str(one.seq): one.decision_id for one in reader.records()}
    assert not found.faults
    assert acknowledged.items() <= kept.items()
    # Each kill can leave one decision that was kept and not yet acknowledged.
    assert len(kept) - 1 - len(acknowledged) <= times
