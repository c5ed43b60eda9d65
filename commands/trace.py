"""sangdo trace"""

from __future__ import annotations

from pathlib import Path

import click

from sangdo.commands.options import lang_option, output_options, rules_option
from sangdo.commands.output import Output, note
from sangdo.commands.scenarios import run_scenarios

FINDINGS = 5


@click.command("trace")
@rules_option
@lang_option
@output_options("text", "md", "html", "csv")
@click.option("--fail-orphans", is_flag=True, help="Exit 5 when a clause, a rule or an action stands alone.")
def command(rules: Path, lang: str, output: Output, fail_orphans: bool) -> None:
    """Print the clause matrix: the rules, actions and scenarios behind each clause of the source.

    \b
    Examples:
      sangdo trace --lang ko -o clauses.html
      sangdo trace --fail-orphans
    """
    from sangdo.engine.verify.scenarios.matrix import build_matrix
    from sangdo.engine.verify.scenarios.matrix_report import report_matrix

    matrix = build_matrix(*run_scenarios(rules), lang)
    output.write(report_matrix(matrix, output.form, lang))
    if fail_orphans and matrix.orphans:
        note([f"stands alone: {orphan}" for orphan in matrix.orphans])
        raise SystemExit(FINDINGS)
