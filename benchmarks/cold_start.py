"""The cold start: a whole `sangdo plan` on a warm cache beside a Python that imports its libraries."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import tempfile
from functools import partial
from pathlib import Path

from sangdo.benchmarks.contest import Contest, Goal
from sangdo.benchmarks.rounds import run_rounds
from sangdo.benchmarks.shipped import BOOK

CUSTOMER = "14911"
IMPORTS = "import click, yaml, jinja2, durable.engine"
MOST = 3.0


def measure_cold_start(rounds: int) -> Contest:
    """Time whole processes, one after the other, by the processor time of both."""
    with tempfile.TemporaryDirectory(prefix="sangdo-bench-") as cache:
        environment = {**os.environ, "SANGDO_CACHE": cache, "SANGDO_LOG": f"{cache}/decisions.sqlite"}
        ours = [sys.executable, "-m", "sangdo", "plan", CUSTOMER, "--book", str(BOOK)]
        commands = {
            "sangdo plan": ours,
            "sangdo plan -f json": [*ours, "-f", "json"],
            "the imports alone": [sys.executable, "-c", IMPORTS],
            "python alone": [sys.executable, "-c", "pass"],
        }
        runs = {name: partial(run_process, command, environment) for name, command in commands.items()}
        times = run_rounds(runs, rounds, time_of_children)
    goals = (Goal("sangdo plan", "the imports alone", at_most=MOST),)
    return Contest(f"Cold start: sangdo plan {CUSTOMER} --book {_shown(BOOK)} on a warm cache", times, goals=goals)


def run_process(command: list[str], environment: dict[str, str]) -> None:
    """Run a command to its end, unseen."""
    subprocess.run(command, env=environment, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def time_of_children() -> float:
    """Return the processor time of all processes that were started and waited for, in seconds."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _shown(path: Path) -> str:
    return "/".join(path.parts[-2:])
