"""Thousands of decisions in one process leave no memory behind."""

from __future__ import annotations

import gc
import resource
from collections.abc import Iterator
from datetime import date
from itertools import cycle
from pathlib import Path

import pytest

from sangdo.engine.facts.facts import Facts, Known
from sangdo.engine.inference.engine import Engine
from sangdo.engine.language.loading import load_rulebook

STATUS = Path("/proc/self/statm")
pytestmark = pytest.mark.skipif(not STATUS.exists(), reason="memory is read from /proc, which Linux alone has")
RULES = Path(__file__).parents[1] / "language" / "base"


def resident_megabytes() -> float:
    """The memory this process holds now; getrusage would say what it held at most, in any test before."""
    return int(STATUS.read_text().split()[1]) * resource.getpagesize() / 1e6


def customers() -> Iterator[Facts]:
    """Customers one after another, each unlike the one before."""
    for number in cycle(range(997)):
        values = {"sales": number % 12, "kind": "new" if number % 3 else "old", "note": f"메모 {number}" * 20}
        slow = {name: {"slow": Known(number % 2 == 0, "given", "a test")} for name in ("가", "나")}
        known = {name: Known(value, "given", "a test") for name, value in values.items()}
        yield Facts(str(number), date(2026, 1, 1), known, slow)


def grown_by(decisions: int) -> float:
    """Run decisions and return by how many megabytes the process has grown since it was warm."""
    rulebook = load_rulebook(RULES)
    engine = Engine(rulebook)
    source = customers()
    for _ in range(500):
        engine.run(next(source))
    gc.collect()
    before = resident_megabytes()
    for _ in range(decisions):
        engine.run(next(source))
    gc.collect()
    grown = resident_megabytes() - before
    engine.close()
    return grown


def test_two_thousand_decisions_leave_no_memory_behind() -> None:
    assert grown_by(2_000) < 2


@pytest.mark.nightly
def test_twenty_thousand_decisions_leave_no_memory_behind() -> None:
    assert grown_by(20_000) < 4


def test_compiling_over_and_over_leaves_no_memory_behind() -> None:
    rulebook, source = load_rulebook(RULES), customers()

    def decide() -> None:
        engine = Engine(rulebook)
        engine.run(next(source))
        engine.close()

    for _ in range(100):
        decide()
    gc.collect()
    before = resident_megabytes()
    for _ in range(300):
        decide()
    gc.collect()
    assert resident_megabytes() - before < 4
