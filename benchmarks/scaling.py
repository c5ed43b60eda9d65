"""How `sangdo batch` grows with the rules, the customers and the orders: time and memory of whole processes.

`python -m sangdo.benchmarks.scaling` measures books of up to a million customers and prints a table;
`--customers 1000 10000 100000 1000000 10000000 --draw` goes further and draws the documentation's chart.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import sangdo
from sangdo.benchmarks.big_book import ORDERS_EACH, BigBook, write_book
from sangdo.benchmarks.generated_rules import RULES_EACH, write_answers, write_rules

QUESTIONS = (10, 40, 100, 200, 400)
RULED_CUSTOMERS = 20_000
CUSTOMERS = (1_000, 10_000, 100_000, 1_000_000)
FLAT = 1.5
"""The most that the time of a customer may grow from a hundred thousand of them on."""
MEGABYTE = 1 << 20
DRAWING = Path(sangdo.__file__).resolve().parent / "docs" / "batch-cost.svg"


class BatchFailed(Exception):
    """A batch ended with an error; the message is what it said."""


@dataclass(frozen=True, slots=True)
class Cost:
    """What one batch took: seconds of wall clock and of processor, peak resident memory in bytes."""

    rules: int
    customers: int
    orders: int
    seconds: float
    processor: float
    memory: int

    @property
    def each(self) -> float:
        """Microseconds of wall clock a customer."""
        return 1e6 * self.seconds / self.customers


def describe_costs(title: str, costs: Iterator[Cost] | list[Cost]) -> Iterator[str]:
    """Yield a table of costs, a line when each is known."""
    yield f"{title}\n   rules  customers       orders   wall s    CPU s  peak MB  µs a customer"
    for one in costs:
        shown = f"{one.rules:>8,}" if one.rules else " shipped"
        yield (
            f"{shown} {one.customers:>10,} {one.orders:>12,} {one.seconds:>8.1f} {one.processor:>8.1f} "
            f"{one.memory / MEGABYTE:>8,.0f} {one.each:>14,.1f}"
        )


def costs_of_customers(sizes: tuple[int, ...], orders: tuple[int, ...], folder: Path | None) -> Iterator[Cost]:
    """Yield what the shipped rules cost on generated books, of so many customers and orders each."""
    for customers, rows in zip(sizes, orders, strict=True):
        with tempfile.TemporaryDirectory(prefix="sangdo-bench-", dir=folder) as place:
            write_book(BigBook(customers, rows), Path(place) / "book")
            yield run_batch(Path(place), (), 0, customers, rows)


def costs_of_rules(questions: tuple[int, ...], customers: int, folder: Path | None) -> Iterator[Cost]:
    """Yield what generated rulebooks of so many questions cost on the same number of customers."""
    for count in questions:
        with tempfile.TemporaryDirectory(prefix="sangdo-bench-", dir=folder) as place:
            write_rules(Path(place) / "rules", count)
            write_answers(Path(place) / "book", count, customers)
            rules = ("--rules", str(Path(place) / "rules"))
            yield run_batch(Path(place), rules, count * RULES_EACH, customers, 0)


def run_batch(place: Path, options: tuple[str, ...], rules: int, customers: int, orders: int) -> Cost:
    """Run the verb on the book of a folder with nothing cached. Raises BatchFailed when it fails."""
    command = [sys.executable, "-m", "sangdo", "batch", "--book", str(place / "book"), *options,
               "-o", str(place / "decisions.parquet")]  # fmt: skip
    environment = {**os.environ, "SANGDO_CACHE": str(place / "cache")}
    with (place / "said.txt").open("w+", encoding="utf-8") as said:
        began = time.perf_counter()
        process = subprocess.Popen(command, stdout=said, stderr=subprocess.STDOUT, env=environment)
        # The use of this one child: the process' own record of its children keeps the peak of the largest.
        _, status, use = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - began
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            said.seek(0)
            raise BatchFailed(said.read())
    return Cost(rules, customers, orders, seconds, use.ru_utime + use.ru_stime, use.ru_maxrss * 1024)


def growth(costs: list[Cost]) -> str:
    """Say how the time of a customer grows from a hundred thousand on, beside the goal."""
    large = [one for one in costs if one.customers >= 100_000]
    if len(large) < 2:
        return f"growth from 100,000 customers on: not measured   goal at most {FLAT:g}"
    found = max(one.each for one in large[1:]) / large[0].each
    verdict = "reached" if found <= FLAT else "MISSED"
    return f"growth of a customer's time from 100,000 on: {found:.2f}   goal at most {FLAT:g}: {verdict}"


def draw(rules: list[Cost], customers: list[Cost], path: Path) -> None:
    """Draw seconds and memory over customers, and seconds over rules, on logarithmic scales, as SVG."""
    import matplotlib

    matplotlib.use("svg")
    from matplotlib import pyplot

    pyplot.rcParams.update({"svg.fonttype": "none", "svg.hashsalt": "sangdo", "font.family": "sans-serif"})
    figure, (left, right) = pyplot.subplots(1, 2, figsize=(10, 4), layout="constrained")
    sizes = [one.customers for one in customers]
    left.plot(sizes, [one.seconds for one in customers], marker="o", color="black", label="seconds")
    left.plot(sizes, [one.memory / (1 << 30) for one in customers], marker="s", linestyle="--", color="dimgray",
              label="peak memory, GiB")  # fmt: skip
    left.set(xscale="log", yscale="log", xlabel="customers", title="sangdo batch, shipped rules")
    left.legend()
    counts = [one.rules for one in rules]
    right.plot(counts, [one.seconds for one in rules], marker="o", color="black")
    right.set(xscale="log", yscale="log", xlabel="rules", ylabel="seconds",
              title=f"sangdo batch, {rules[0].customers:,} customers")  # fmt: skip
    right.set_xticks(counts, [f"{one:,}" for one in counts])
    right.minorticks_off()
    for axes in (left, right):
        axes.grid(alpha=0.3)
    figure.savefig(path, metadata={"Date": None, "Creator": None})


def main() -> None:
    """Measure, print and, where asked, draw."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--customers", type=int, nargs="+", default=list(CUSTOMERS), help="sizes of the books")
    parser.add_argument("--orders", type=int, nargs="+", help=f"orders of each (default {ORDERS_EACH} a customer)")
    parser.add_argument("--questions", type=int, nargs="+", default=list(QUESTIONS), help="sizes of the rulebooks")
    parser.add_argument("--folder", type=Path, help="where the temporary books are written")
    parser.add_argument("--draw", action="store_true", help="draw docs/batch-cost.svg")
    asked = parser.parse_args()
    orders = tuple(asked.orders or (size * ORDERS_EACH for size in asked.customers))
    if len(orders) != len(asked.customers):
        parser.error("--orders needs as many sizes as --customers")
    rules: list[Cost] = []
    customers: list[Cost] = []
    for line in _noted(costs_of_customers(tuple(asked.customers), orders, asked.folder), customers, "Customers"):
        print(line, flush=True)
    print(growth(customers), flush=True)
    for line in _noted(costs_of_rules(tuple(asked.questions), RULED_CUSTOMERS, asked.folder), rules, "\nRules"):
        print(line, flush=True)
    if asked.draw:
        draw(rules, customers, DRAWING)


def measure_scaling() -> Iterator[str]:
    """Yield the tables of the default sizes, and the growth."""
    measured: list[Cost] = []
    sizes = tuple(size * ORDERS_EACH for size in CUSTOMERS)
    yield "\n".join(_noted(costs_of_customers(CUSTOMERS, sizes, None), measured, "sangdo batch by customers"))
    yield growth(measured)
    yield "\n".join(describe_costs("sangdo batch by rules", costs_of_rules(QUESTIONS, RULED_CUSTOMERS, None)))


def _noted(costs: Iterator[Cost], kept: list[Cost], title: str) -> Iterator[str]:
    """Describe costs and keep them."""

    def keeping() -> Iterator[Cost]:
        for one in costs:
            kept.append(one)
            yield one

    yield from describe_costs(title, keeping())


if __name__ == "__main__":
    main()
