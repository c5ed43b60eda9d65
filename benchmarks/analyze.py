"""The cost of `sangdo analyze` against the number of rules, as a table and as the drawing of the documentation."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import sangdo
from sangdo.benchmarks.generated_rules import RULES_EACH, write_rules

QUESTIONS = (10, 20, 40, 80, 120, 160, 200)
SECONDS = 600
GOAL = (1000, 120)
"""A thousand rules in two minutes."""
DRAWING = Path(sangdo.__file__).resolve().parent / "docs" / "analysis-cost.svg"


@dataclass(frozen=True, slots=True)
class Cost:
    """What one analysis took, in seconds of wall clock with start-up, and its closing line."""

    rules: int
    seconds: float
    said: str


def measure_analysis() -> str:
    """Analyse rulebooks of growing size in processes of their own, and the shipped one; return a table."""
    shipped = run_analysis(Path(sangdo.__file__).resolve().parent / "rules", 0)
    lines = [f"sangdo analyze, whole processes: the shipped rules in {shipped.seconds:.1f} s ({shipped.said})"]
    return "\n".join([*lines, *(f"  {cost.rules:>5} rules: {cost.seconds:6.1f} s  {cost.said}" for cost in costs())])


def costs() -> Iterator[Cost]:
    """Yield what the analysis of generated rulebooks costs, the smallest first."""
    for questions in QUESTIONS:
        with tempfile.TemporaryDirectory(prefix="sangdo-bench-") as folder:
            write_rules(Path(folder), questions)
            yield run_analysis(Path(folder), questions * RULES_EACH)


def run_analysis(rules: Path, count: int) -> Cost:
    """Run the verb on a folder of rules with nothing cached. Raises CalledProcessError when it fails."""
    command = [sys.executable, "-m", "sangdo", "analyze", "--rules", str(rules), "--seconds", str(SECONDS),
               "--as-of", "2026-11-23", "--lang", "en"]  # fmt: skip
    began = time.perf_counter()
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    seconds = time.perf_counter() - began
    if done.returncode not in (0, 5):
        raise subprocess.CalledProcessError(done.returncode, command, done.stdout, done.stderr)
    return Cost(count, seconds, done.stdout.strip().rpartition("\n")[2])


def draw(measured: list[Cost], path: Path) -> None:
    """Draw the seconds over the number of rules, both on logarithmic scales, as SVG."""
    import matplotlib

    matplotlib.use("svg")
    from matplotlib import pyplot

    pyplot.rcParams.update({"svg.fonttype": "none", "svg.hashsalt": "sangdo", "font.family": "sans-serif"})
    figure, axes = pyplot.subplots(figsize=(7, 4), layout="constrained")
    axes.plot([one.rules for one in measured], [one.seconds for one in measured], marker="o", label="measured")
    axes.plot(*GOAL, marker="v", linestyle="none", color="tab:red", label="goal: at most 2 minutes")
    axes.set(xscale="log", yscale="log", xlabel="rules", ylabel="seconds", title="sangdo analyze")
    axes.set_xticks([one.rules for one in measured], [str(one.rules) for one in measured])
    axes.minorticks_off()
    axes.set_yticks([1, 2, 5, 10, 20, 50, 100], ["1", "2", "5", "10", "20", "50", "100"])
    axes.grid(alpha=0.3)
    axes.legend()
    figure.savefig(path, metadata={"Date": None, "Creator": None})


if __name__ == "__main__":
    draw(list(costs()), DRAWING)
