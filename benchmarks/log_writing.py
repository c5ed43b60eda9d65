"""The decision log: what keeping a plan costs beside making it, as a whole command and in process."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Iterator
from datetime import date
from functools import partial
from pathlib import Path

from sangdo.benchmarks.cold_start import CUSTOMER, run_process, time_of_children
from sangdo.benchmarks.contest import Contest, Goal
from sangdo.benchmarks.rounds import run_rounds
from sangdo.benchmarks.shipped import BOOK, ROOT
from sangdo.engine.audit.logged_plan import decision_entry
from sangdo.engine.audit.store.writer import LogWriter
from sangdo.engine.decision.decision import Decider
from sangdo.engine.decision.pages.rendering import render
from sangdo.engine.decision.plan import build_plan
from sangdo.engine.facts.book import open_book
from sangdo.engine.language.loading import load_rulebook
from sangdo.engine.language.rule_files import read_contents, rule_files

CUSTOMERS = 20
MOST = 0.3


def measure_log_writing(rounds: int) -> Iterator[Contest]:
    """Time the command with and without a log in SQLite, then plans and their records in process."""
    with tempfile.TemporaryDirectory(prefix="sangdo-bench-") as folder:
        yield _whole_command(Path(folder), rounds)
        yield _in_process(Path(folder), rounds)


def _whole_command(folder: Path, rounds: int) -> Contest:
    environment = {**os.environ, "SANGDO_CACHE": str(folder / "cache")}
    plan = [sys.executable, "-m", "sangdo", "plan", CUSTOMER, "--book", str(BOOK), "--log"]
    commands = {"with a log": [*plan, str(folder / "command.sqlite")], "without one": [*plan, "none"]}
    runs = {name: partial(run_process, command, environment) for name, command in commands.items()}
    times = run_rounds(runs, rounds, time_of_children)
    goals = (Goal("with a log", "without one", at_most=1 + MOST),)
    return Contest(f"sangdo plan {CUSTOMER}, the whole process, with and without a log in SQLite", times, goals=goals)


def _in_process(folder: Path, rounds: int) -> Contest:
    rulebook = load_rulebook(ROOT / "rules")
    book = open_book(BOOK, rulebook, today=date.today())
    decider = Decider(rulebook)
    decisions = [decider.decide(book.facts(customer)) for customer in book.customers()[:CUSTOMERS]]
    plans = [build_plan(decision, "en") for decision in decisions]
    contents = read_contents(ROOT / "rules", rule_files(ROOT / "rules"))

    def make() -> None:
        for decision in decisions:
            render(build_plan(decider.decide(decision.facts), "en"), rulebook, "text")

    with LogWriter.open(str(folder / "process.sqlite")) as writer:

        def keep() -> None:
            for decision, plan in zip(decisions, plans, strict=True):
                writer.append(decision_entry(decision, plan, "bench"), lambda: contents)

        times = run_rounds({"decided, planned and rendered": make, "kept in the log": keep}, rounds)
    goals = (Goal("kept in the log", "decided, planned and rendered", at_most=MOST),)
    return Contest(f"{CUSTOMERS} customers of the example book, in process", times, CUSTOMERS, goals=goals)
