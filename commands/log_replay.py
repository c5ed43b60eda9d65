"""sangdo log replay"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from sangdo.commands.customer import load_rules
from sangdo.commands.log_place import place_of_log
from sangdo.commands.log_selection import selection_options
from sangdo.commands.options import book_option, log_option, output_options, quiet_option
from sangdo.commands.output import Output, as_json, note
from sangdo.engine.audit.selection import Selection, find_decision

if TYPE_CHECKING:
    from sangdo.engine.audit.store.reader import LogReader
    from sangdo.engine.audit.store.record import Record

EVERY = 100
"""Decisions between two lines of progress."""


@click.command("replay")
@click.argument("name", metavar="ID", required=False)
@click.option("--all", "every", is_flag=True, help="All decisions of the log, or those the options below select.")
@click.option("--rules", type=click.Path(path_type=Path), help="With --all: what these rules would change.")
@log_option
@book_option
@selection_options
@output_options("text", "csv", "json")
@quiet_option
def command(
    name: str | None, every: bool, rules: Path | None, log: str | None, book: Path | None, selection: Selection,
    output: Output, quiet: bool,
) -> None:  # fmt: skip
    """Decide logged facts again on the rules kept with them: the decision must be identical (exit 8 if not).

    \b
    Examples:
      sangdo log replay 1f0c5d2a9b7e4466 --book my-book
      sangdo log replay --all --rules my-rules --book my-book -o changes.csv
    """
    from sangdo.engine.audit.store.reader import LogReader

    if (name is None) is not every:
        raise click.UsageError("give either ID or --all")
    if rules is not None and not every:
        raise click.UsageError("--rules goes with --all: it shows what other rules would change")
    with LogReader.open(place_of_log(log, book)) as reader:
        records = selection.records(reader, ("decision",)) if name is None else iter([find_decision(reader, name)])
        if not quiet and every:
            records = _progress(records)
        if rules is not None:
            _show_changes(reader, records, rules, output)
        else:
            _replay(reader, records, output)


def _progress(records: Iterable[Record]) -> Iterator[Record]:
    for done, record in enumerate(records, start=1):
        yield record
        if done % EVERY == 0:
            click.echo(f"{done} decisions", err=True)


def _replay(reader: LogReader, records: Iterable[Record], output: Output) -> None:
    from sangdo.engine.audit.replay import Replayer
    from sangdo.engine.audit.replay_report import ReplayReport

    replayer, report = Replayer(reader.release_files), ReplayReport()
    for record in records:
        report.add(replayer, record)
    output.write(as_json(report.as_json()) if output.form == "json" else report.as_text(output.form))
    report.confirm(reader.url.shown)


def _show_changes(reader: LogReader, records: Iterable[Record], rules: Path, output: Output) -> None:
    from sangdo.engine.audit.fitting import lines_drawn_anew
    from sangdo.engine.audit.log_report import ChangeTotals, as_csv, as_table, change_row
    from sangdo.engine.audit.replay import change_by, kept_rulebook
    from sangdo.engine.decision.decision import Decider

    decider, totals = Decider(load_rules(rules)), ChangeTotals()
    rows, releases = [], set()
    for record in records:
        releases.add(record.body["plan"]["rulebook"]["sha256"])
        change = change_by(record, decider)
        if totals.count(change):
            rows.append(change_row(change))
    before = [kept_rulebook(release, reader.release_files(release)) for release in sorted(releases)]
    anew = sorted({name for rulebook in before for name in lines_drawn_anew(rulebook, decider.rulebook)})
    note([f"{name} is measured in another way by these rules; each decision kept the line of its day" for name in anew])
    if output.form == "json":
        output.write(as_json({"changes": rows, "totals": totals.as_json()}))
    elif output.form == "csv":
        output.write("".join(as_csv(rows)))
    else:
        output.write(as_table(rows) + "".join(f"{line}\n" for line in totals.lines()))
