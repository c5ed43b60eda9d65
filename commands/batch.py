"""sangdo batch"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click

from sangdo.commands.customer import load_rules
from sangdo.commands.options import as_of_option, book_option, quiet_option, rules_option
from sangdo.commands.output import note

if TYPE_CHECKING:
    from sangdo.engine.bulk.batch.batch import Outcome, Progress


@click.command("batch")
@book_option
@rules_option
@as_of_option
@click.option(
    "-o", "output", type=click.Path(path_type=Path), required=True,
    help="Write the decisions to this file: .parquet, .csv or .jsonl.",
)  # fmt: skip
@click.option(
    "--verify", type=click.IntRange(min=0), default=200, show_default=True,
    help="Decide so many customers again by inference; a difference stops the batch.",
)  # fmt: skip
@click.option("--asks/--no-asks", default=True, show_default=True, help="Whether to list what is left to ask.")
@click.option("--work", type=click.Path(path_type=Path), help="Folder to work in, instead of one beside the output.")
@click.option("--memory", metavar="SIZE", help="How much memory the tables may take, such as 4GB.")
@quiet_option
def command(
    book: Path | None, rules: Path, as_of: date | None, output: Path, verify: int, asks: bool, work: Path | None,
    memory: str | None, quiet: bool,
) -> None:  # fmt: skip
    """Decide every customer of a book: answers, rules that decided, what is left to ask, errors.

    A batch that was broken off goes on where it was when it is called again.

    \b
    Example:
      sangdo batch --book examples/book -o decisions.parquet
    """
    from sangdo.engine.bulk.batch.batch import Order, run_batch

    if book is None:
        raise click.UsageError("give the book: --book PATH")
    order = Order(book, output, as_of, date.today(), verify, asks, work, memory)
    with _shown(quiet) as progress:
        outcome = run_batch(order, load_rules(rules), progress)
    if not quiet:
        note([*outcome.warnings, *_told(outcome)])


def _told(outcome: Outcome) -> Iterator[str]:
    done = f"{outcome.customers} customers decided, {outcome.verified} of them again by inference"
    yield f"{done}; written: {', '.join(str(path) for path in outcome.files)}"
    if outcome.found:
        yield f"{outcome.found} of {outcome.parts} parts were found done"
    if outcome.undecided:
        yield f"{outcome.undecided} customers could not be decided: see the column error"
    if outcome.bad_rows:
        yield f"{outcome.bad_rows} rows of the book cannot be used: see {outcome.files[-1]}"


@contextmanager
def _shown(quiet: bool) -> Iterator[Progress]:
    """A bar with rate and time left on a terminal's stderr, nothing elsewhere."""
    if quiet or not sys.stderr.isatty():
        yield lambda *_: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (
        TextColumn("{task.description:<10}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[rate]}"),
    )
    with Progress(*columns, TimeRemainingColumn(), console=Console(stderr=True)) as bar:
        tasks = {}

        def show(stage: str, done: int, total: int) -> None:
            if stage not in tasks:
                tasks[stage] = bar.add_task(stage, total=total, rate="")
            speed = bar.tasks[tasks[stage]].speed
            bar.update(tasks[stage], completed=done, total=total, rate=f"{speed:,.0f}/s" if speed else "")

        yield show
