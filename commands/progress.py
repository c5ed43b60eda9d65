"""How far a long piece of work has come, on stderr."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from sangdo.engine.bulk.progress import Progress, silent


@contextmanager
def shown_progress(quiet: bool = False) -> Iterator[Progress]:
    """A bar with rate and time left on a terminal's stderr, nothing elsewhere."""
    if quiet or not sys.stderr.isatty():
        yield silent
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, TaskID, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as Bars

    stage, rate = TextColumn("{task.description:<10}"), TextColumn("{task.fields[rate]}")
    columns = (stage, BarColumn(), MofNCompleteColumn(), rate, TimeRemainingColumn())
    with Bars(*columns, console=Console(stderr=True)) as bar:
        tasks: dict[str, TaskID] = {}

        def show(stage: str, done: int, total: int) -> None:
            if stage not in tasks:
                tasks[stage] = bar.add_task(stage, total=total, rate="")
            if done < bar.tasks[tasks[stage]].completed:
                # The same is done once more, for another date or by other rules.
                bar.reset(tasks[stage], total=total)
            speed = bar.tasks[tasks[stage]].speed
            bar.update(tasks[stage], completed=done, total=total, rate=f"{speed:,.0f}/s" if speed else "")

        yield show
