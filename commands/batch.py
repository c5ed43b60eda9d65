"""sangdo batch"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click

from sangdo.commands.customer import load_rules
from sangdo.commands.options import as_of_option, environment_option, lang_option, quiet_option, rules_option
from sangdo.commands.output import note
from sangdo.commands.progress import shown_progress

if TYPE_CHECKING:
    from sangdo.engine.bulk.batch.batch import Outcome
    from sangdo.engine.bulk.in_place.batch_in_place import InPlace
    from sangdo.engine.language.rulebook import Rulebook


@click.command("batch")
@environment_option(
    "--book", help="Book: a folder, or a file of orders. With --engine also jdbc:…, or nothing for its own tables."
)
@rules_option
@as_of_option
@click.option(
    "-o", "output", metavar="FILE",
    help="Write the decisions to this file: .parquet, .csv or .jsonl; with --engine to .parquet or table:NAME.",
)  # fmt: skip
@click.option("--plans", type=click.Path(path_type=Path), help="Write the plan of each customer to this folder.")
@click.option(
    "--plan-format", type=click.Choice(["md", "html", "text"]), default="md", show_default=True, help="Format of plans."
)
@lang_option
@environment_option(
    "--engine", metavar="ENGINE",
    help="Decide there instead of on this machine's DuckDB: local[*], spark://HOST:PORT, or the URL of a warehouse.",
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
    book: str | None, rules: Path, as_of: date | None, output: str | None, plans: Path | None, plan_format: str,
    lang: str, engine: str | None, verify: int, asks: bool, work: Path | None, memory: str | None, quiet: bool,
) -> None:  # fmt: skip
    """Decide every customer of a book: answers, rules that decided, what is left to ask, errors.

    A batch that was broken off goes on where it was when it is called again.

    \b
    Examples:
      sangdo batch --book examples/book -o decisions.parquet
      sangdo batch --book examples/book --plans plans --plan-format html --lang en
    """
    if output is None and plans is None:
        raise click.UsageError("say what to write: -o FILE for the decisions, --plans DIR for the plans")
    if book is None and (engine is None or plans is not None):
        raise click.UsageError("give the book: --book PATH")
    rulebook = load_rules(rules)
    with shown_progress(quiet) as progress:
        told: list[str] = []
        if output is not None and engine is not None:
            told += _in_place(engine, book, output, rulebook, as_of, verify, asks)
        elif output is not None:
            from sangdo.engine.bulk.batch.batch import Order, run_batch

            order = Order(Path(str(book)), Path(output), as_of, date.today(), verify, asks, work, memory)
            outcome = run_batch(order, rulebook, progress)
            told += [*outcome.warnings, *_told(outcome)]
        if plans is not None:
            from sangdo.engine.bulk.batch.plans import PlanFolder, write_plans
            from sangdo.engine.facts.book import open_book

            there = open_book(Path(str(book)), rulebook, as_of, today=date.today())
            written = write_plans(PlanFolder(plans, plan_format, lang), there, rulebook, progress)
            told.append(f"{written} plans are in {plans}")
    if not quiet:
        note(told)


def _in_place(
    engine: str, book: str | None, output: str, rulebook: Rulebook, as_of: date | None, verify: int, asks: bool
) -> list[str]:
    from sangdo.engine.bulk.backends.opening import open_backend
    from sangdo.engine.bulk.in_place.batch_in_place import run_in_place

    with open_backend(engine) as backend:
        done = run_in_place(backend, book, output, rulebook, as_of, today=date.today(), verify=verify, asks=asks)
    return [*done.warnings, *_told_in_place(done)]


def _told(outcome: Outcome) -> Iterator[str]:
    done = f"{outcome.customers} customers decided, {outcome.verified} of them again by inference"
    yield f"{done}; written: {', '.join(str(path) for path in outcome.files)}"
    if outcome.found:
        yield f"{outcome.found} of {outcome.parts} parts were found done"
    if outcome.undecided:
        yield f"{outcome.undecided} customers could not be decided: see the column error"
    if outcome.bad_rows:
        yield f"{outcome.bad_rows} rows of the book cannot be used: see {outcome.files[-1]}"


def _told_in_place(done: InPlace) -> Iterator[str]:
    yield f"{done.verified} customers decided again by inference; written: {', '.join(done.targets)}"
    if done.bad_rows:
        yield f"{done.bad_rows} rows of the book cannot be used: see {done.targets[-1]}"
