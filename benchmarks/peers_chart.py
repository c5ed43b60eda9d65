"""The chart of the peers: each one's speed beside sangdo's, as bars on a logarithmic scale."""

from __future__ import annotations

from pathlib import Path

import sangdo
from sangdo.benchmarks.contest import Contest
from sangdo.benchmarks.peers.sangdo_rules import SangdoPeer
from sangdo.benchmarks.rounds import ratio

DRAWING = Path(sangdo.__file__).resolve().parent / "docs" / "benchmarks.svg"


def draw_peers(contest: Contest, path: Path, beside: str = SangdoPeer.name) -> None:
    """Draw how many times as fast as `beside` each contender is by the wall clock, the fastest on top, as SVG."""
    import matplotlib

    matplotlib.use("svg")
    from matplotlib import pyplot

    speeds = {name: ratio(contest.times[beside], times, wall=True).median for name, times in contest.times.items()}
    names = sorted(speeds, key=lambda name: speeds[name])
    pyplot.rcParams.update({"svg.fonttype": "none", "svg.hashsalt": "sangdo", "font.family": "sans-serif"})
    figure, axes = pyplot.subplots(figsize=(9, 0.36 * len(names) + 1.2), layout="constrained")
    for place, name in enumerate(names):
        # Bars begin at one, so that on a logarithmic scale their lengths mean something: left is slower.
        ours = name.startswith("sangdo")
        axes.barh(place, speeds[name] - 1, left=1, color="black" if ours else "lightgray", edgecolor="black")
        end = max(speeds[name], 1)
        axes.annotate(f"× {_figure(speeds[name])}",
                      (end, place), (4, 0), textcoords="offset points", va="center")  # fmt: skip
    axes.set_yticks(range(len(names)), names)
    axes.axvline(1, color="black", linewidth=0.8)
    axes.set(xscale="log", title="Customers decided a second, with the rules that fired",
             xlabel=f"times the speed of “{beside}”")  # fmt: skip
    axes.set_xlim(min(speeds.values()) / 1.5, max(speeds.values()) * 4)
    axes.spines[["top", "right"]].set_visible(False)
    figure.savefig(path, metadata={"Date": None, "Creator": None})


def _figure(times: float) -> str:
    return f"{times:.2f}" if times < 10 else f"{times:,.0f}"
