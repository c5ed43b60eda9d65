"""sangdo measure"""

from __future__ import annotations

import sys
from datetime import date
from pathlib import Path

import click

from sangdo.commands.customer import load_rules
from sangdo.commands.options import as_of_option, quiet_option, rules_option
from sangdo.commands.output import note


@click.command("measure")
@click.option(
    "--orders", type=click.Path(path_type=Path), required=True, help="A file of orders: CSV, Parquet or XLSX."
)
@rules_option
@as_of_option
@click.option("--season", is_flag=True, help="Seasonal index and off-season flag of each month instead.")
@click.option("-o", "output", type=click.Path(path_type=Path), help="Write to this file: .csv or .parquet.")
@quiet_option
def command(orders: Path, rules: Path, as_of: date | None, season: bool, output: Path | None, quiet: bool) -> None:
    """Rate every customer of a file of orders: standing, contribution, stability, quadrant.

    \b
    Examples:
      sangdo measure --orders orders.csv --as-of 2026-06-30 -o scores.csv
      sangdo measure --season --orders orders.csv --as-of 2026-06-30 -o flags.csv
    """
    from sangdo.engine.bulk.scores import measure_scores
    from sangdo.engine.bulk.season_flags import measure_season_flags

    measured = measure_season_flags if season else measure_scores
    scores = measured(orders, as_of or date.today(), load_rules(rules))
    if output is None:
        sys.stdout.buffer.write(scores.as_csv())
    else:
        scores.write(output)
    if not quiet:
        note(list(scores.warnings))
