"""sangdo test"""

from __future__ import annotations

from pathlib import Path

import click

from sangdo.commands.options import output_options, quiet_option, rules_option
from sangdo.commands.output import Output
from sangdo.commands.scenarios import run_scenarios

SCENARIO_FAILED = 4


@click.command("test")
@rules_option
@click.option("--run", "pattern", default="*", metavar="GLOB", help="Only scenarios whose title matches: 'quadrant:*'.")
@output_options("tree", "json", "junit")
@click.option("--coverage", is_flag=True, help="Also say which rules, tests and answers no scenario shows.")
@click.option("--threshold", type=click.FloatRange(0, 100), help="Fail when the coverage is below this percentage.")
@click.option("--update", is_flag=True, help="Write the golden plans of the scenarios anew.")
@quiet_option
def command(
    rules: Path, pattern: str, output: Output, coverage: bool, threshold: float | None, update: bool, quiet: bool
) -> None:
    """Run the scenarios that stand beside the rules.

    \b
    Examples:
      sangdo test --run 'keep_or_abandon:*'
      sangdo test -q --coverage --threshold 100
    """
    from sangdo.engine.verify.scenarios.coverage import measure_coverage
    from sangdo.engine.verify.scenarios.scenario_report import report_results

    rulebook, results = run_scenarios(rules, pattern, update)
    measured = measure_coverage(rulebook, results) if coverage or threshold is not None else None
    output.write(report_results(results, measured, output.form, quiet))
    short = measured is not None and threshold is not None and measured.percent < threshold
    if short or any(result.failures for result in results):
        raise SystemExit(SCENARIO_FAILED)
