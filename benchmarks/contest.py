"""A contest: contenders timed together, and what is said of them beside the goals."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from statistics import median

from sangdo.benchmarks.rounds import Ratio, Times, ratio


@dataclass(frozen=True, slots=True)
class Goal:
    """A bound on the ratio of one contender to another: of speeds (at least) or of times (at most).

    The times are those of the processor, or of the clock on the wall where several cores are to count.
    """

    ours: str
    theirs: str
    at_least: float | None = None
    at_most: float | None = None
    wall: bool = False


@dataclass(frozen=True, slots=True)
class Contest:
    """What was measured: the times of each contender, of which each round did `items`, and the goals."""

    title: str
    times: Mapping[str, Times]
    items: int = 1
    unit: str = ""
    goals: tuple[Goal, ...] = ()
    notes: tuple[str, ...] = ()


def describe(contest: Contest) -> str:
    """Return the contest as text: first each contender, then the ratios that the goals are about."""
    width = max(len(name) for name in contest.times)
    lines = [contest.title]
    for name, times in contest.times.items():
        lines.append(f"  {name:<{width}}  {_figure(times.processor, contest)}  (wall {_figure(times.wall, contest)})")
    lines += [f"  {_judged(goal, contest)}" for goal in contest.goals]
    return "\n".join([*lines, *(f"  {note}" for note in contest.notes)])


def _figure(seconds: tuple[float, ...], contest: Contest) -> str:
    middle = median(seconds)
    if contest.unit:
        return f"{contest.items / middle:9,.0f} {contest.unit}"
    return f"{1000 * middle / contest.items:9.2f} ms"


def _judged(goal: Goal, contest: Contest) -> str:
    """State one ratio: of speeds where it has a least, of times where it has a most."""
    ours, theirs = contest.times[goal.ours], contest.times[goal.theirs]
    if goal.at_least is not None:
        found, met, bound = ratio(theirs, ours, wall=goal.wall), "at least", goal.at_least
        reached = found.median >= goal.at_least
    else:
        assert goal.at_most is not None
        found, met, bound = ratio(ours, theirs, wall=goal.wall), "at most", goal.at_most
        reached = found.median <= goal.at_most
    what = ("speed" if goal.at_least is not None else "time") + (" by the wall clock" if goal.wall else "")
    verdict = "reached" if reached else "MISSED"
    return f"{what} of {goal.ours} / {goal.theirs}: {_spread(found)}   goal {met} {bound:g}: {verdict}"


def _spread(found: Ratio) -> str:
    return f"{found.median:.2f} ({found.low:.2f} to {found.high:.2f})"
