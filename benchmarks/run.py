"""Run the benchmarks and print their ratios: `make bench`, or `python benchmarks/run.py --only decide`."""

from __future__ import annotations

import argparse
import platform
import sys
from collections.abc import Callable, Iterator

from sangdo.benchmarks.contest import describe

ROUNDS = 15


def _decide(rounds: int) -> Iterator[str]:
    from sangdo.benchmarks.decisions import measure_decisions
    from sangdo.benchmarks.shipped import measure_shipped

    yield describe(measure_decisions(rounds))
    yield describe(measure_shipped(rounds))


def _bulk(rounds: int) -> Iterator[str]:
    from sangdo.benchmarks.bulk_decisions import measure_bulk_decisions

    yield describe(measure_bulk_decisions(rounds))


def _peers(rounds: int) -> Iterator[str]:
    from sangdo.benchmarks.bulk_decisions import measure_bulk_decisions
    from sangdo.benchmarks.peers_chart import DRAWING, draw_peers

    contest = measure_bulk_decisions(rounds)
    draw_peers(contest, DRAWING)
    yield f"{describe(contest)}\n  drawn to docs/{DRAWING.name}"


def _scaling(rounds: int) -> Iterator[str]:  # noqa: ARG001 - one run is long enough
    from sangdo.benchmarks.scaling import measure_scaling

    yield from measure_scaling()


def _cold(rounds: int) -> Iterator[str]:
    from sangdo.benchmarks.cold_start import measure_cold_start

    yield describe(measure_cold_start(rounds))


def _render(rounds: int) -> Iterator[str]:
    from sangdo.benchmarks.rendering import measure_rendering

    yield from map(describe, measure_rendering(rounds))


def _log(rounds: int) -> Iterator[str]:
    from sangdo.benchmarks.log_writing import measure_log_writing

    yield from map(describe, measure_log_writing(rounds))


def _measure(rounds: int) -> Iterator[str]:
    from sangdo.benchmarks.measuring import measure_expression, measure_measuring

    yield describe(measure_expression(rounds))
    yield measure_measuring()


def _analyze(rounds: int) -> Iterator[str]:  # noqa: ARG001 - one run is long enough
    from sangdo.benchmarks.analyze import measure_analysis

    yield measure_analysis()


BENCHMARKS: dict[str, Callable[[int], Iterator[str]]] = {
    "decide": _decide,
    "cold": _cold,
    "render": _render,
    "log": _log,
    "measure": _measure,
    "analyze": _analyze,
    "bulk": _bulk,
    "peers": _peers,
    "scaling": _scaling,
}
ASKED_FOR = ("peers", "scaling")
"""What runs only when asked for: one changes the documentation, the other takes many minutes."""


def main() -> None:
    """Run the benchmarks, or the one asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", choices=BENCHMARKS, help="run this one alone")
    parser.add_argument("--rounds", type=int, default=ROUNDS, help=f"interleaved rounds (default {ROUNDS})")
    asked = parser.parse_args()
    print(f"Python {platform.python_version()} on {platform.system()} {platform.machine()}.")
    print(
        "Medians over interleaved rounds; a ratio is the median of the rounds' ratios of processor time (middle half)."
    )
    for name in [asked.only] if asked.only else [one for one in BENCHMARKS if one not in ASKED_FOR]:
        for text in BENCHMARKS[name](asked.rounds):
            print(f"\n{text}")
            sys.stdout.flush()


if __name__ == "__main__":
    main()
