"""Interleaved rounds: A B C A B C ..., so that whatever slows the machine down slows each of them down.

Only the ratios of one run are compared: each round gives one ratio of processor times, and their median stands.
"""

from __future__ import annotations

import gc
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from statistics import median


@dataclass(frozen=True, slots=True)
class Times:
    """The seconds of one contender, one entry a round: of processor and of wall clock."""

    processor: tuple[float, ...]
    wall: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Taken:
    """What a contender in a process of its own says it took in a round, in seconds."""

    processor: float
    wall: float


@dataclass(frozen=True, slots=True)
class Ratio:
    """How many times another's time one took: the median over the rounds and the quarter below and above."""

    median: float
    low: float
    high: float


def run_rounds(
    contenders: Mapping[str, Callable[[], object]], rounds: int, clock: Callable[[], float] = time.process_time
) -> dict[str, Times]:
    """Run each contender once a round, after a round to warm up; the garbage of one is not left to the next."""
    for run in contenders.values():
        run()
    taken: dict[str, list[tuple[float, float]]] = {name: [] for name in contenders}
    for number in range(rounds):
        names = list(contenders)
        for name in names[number % len(names) :] + names[: number % len(names)]:
            gc.collect()
            wall, processor = time.perf_counter(), clock()
            told = contenders[name]()
            found = Taken(clock() - processor, time.perf_counter() - wall)
            found = told if isinstance(told, Taken) else found
            taken[name].append((found.processor, found.wall))
    return {name: Times(*map(tuple, zip(*pairs, strict=True))) for name, pairs in taken.items()}


def ratio(ours: Times, theirs: Times, *, wall: bool = False) -> Ratio:
    """Return the median of the per-round ratios of our time to theirs."""
    pairs = zip(ours.wall, theirs.wall, strict=True) if wall else zip(ours.processor, theirs.processor, strict=True)
    ratios = sorted(one / other for one, other in pairs)
    quarter = len(ratios) // 4
    return Ratio(median(ratios), ratios[quarter], ratios[-1 - quarter])
