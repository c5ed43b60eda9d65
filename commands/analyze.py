"""sangdo analyze"""

from __future__ import annotations

from datetime import date
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING, Any

import click

from sangdo.commands.options import SHIPPED_RULES, as_of_option, lang_option, output_options, rules_option
from sangdo.commands.output import Output, note

if TYPE_CHECKING:
    from sangdo.engine.verify.review.review import Review

RULES_INVALID, FINDINGS = 3, 5
SEVERITIES = ("info", "warning", "error")
BETWEEN_LOOKS = 0.5


class Codes(click.ParamType[tuple[str, ...]]):
    """Codes of findings, with commas between them."""

    name = "codes"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[str, ...]:
        from sangdo.engine.language.errors import nearest
        from sangdo.engine.verify.findings.finding import CODES

        codes = tuple(word.strip() for word in str(value).split(","))
        for code in codes:
            if code not in CODES:
                meant = nearest(code, CODES)
                expected = f'did you mean "{meant}"?' if meant else "expected some of " + ", ".join(CODES)
                self.fail(f'no finding has the code "{code}"; {expected}', param, ctx)
        return codes


@click.command("analyze")
@rules_option
@lang_option
@as_of_option
@output_options("text", "json", "sarif", "junit", "github")
@click.option("--select", type=Codes(), metavar="CODE,...", help="Look for these findings only.")
@click.option(
    "--fail-level", type=click.Choice(SEVERITIES), default="warning", show_default=True,
    help="Exit 5 when a finding is as grave as this, or graver.",
)  # fmt: skip
@click.option("--emit-cases", type=click.Path(path_type=Path), metavar="DIR", help="Write examples as scenarios here.")
@click.option(
    "--seconds", type=click.FloatRange(0, min_open=True), default=120, show_default=True,
    help="Time for the proofs; what is not decided by then is said.",
)  # fmt: skip
@click.option("--watch", is_flag=True, help="Analyse again whenever a rule file changes, until interrupted.")
@click.option("-v", "--verbose", is_flag=True, help="List accepted findings too.")
def command(
    rules: Path, lang: str, as_of: date | None, output: Output, select: tuple[str, ...] | None, fail_level: str,
    emit_cases: Path | None, seconds: float, watch: bool, verbose: bool,
) -> None:  # fmt: skip
    """Prove the rules: gaps, contradictions, rules that never decide, and what nobody uses.

    \b
    Examples:
      sangdo analyze --rules my-rules
      sangdo analyze --select gap,conflict -o findings.sarif
      sangdo analyze --emit-cases my-rules/found
    """
    from sangdo.engine.language.rule_changes import rule_changes
    from sangdo.engine.verify.findings.finding import CODES
    from sangdo.engine.verify.review.finding_report import report_review
    from sangdo.engine.verify.review.review import review_rules

    codes, shown = select or tuple(CODES), "" if rules == SHIPPED_RULES else str(rules)

    def run() -> Review:
        review = review_rules(rules, as_of or date.today(), codes, seconds)
        output.write(report_review(review, output.form, lang, codes=codes, fail_level=fail_level, verbose=verbose,
                                   rules=shown))  # fmt: skip
        note([f"{one.location}: {one.code} is accepted, but not found" for one in review.idle])
        note([f"fault of the analysis, not reported: {fault}" for fault in review.faults])
        if emit_cases:
            _emit(review, emit_cases)
        return review

    review = run()
    if watch:
        pause = Event()
        try:
            for _ in rule_changes(rules, lambda: not pause.wait(BETWEEN_LOOKS)):
                review = run()
        except KeyboardInterrupt:
            return
    if review.rulebook is None:
        raise SystemExit(RULES_INVALID)
    if review.reaches(fail_level):
        raise SystemExit(FINDINGS)


def _emit(review: Review, folder: Path) -> None:
    """Write the examples of a review as scenario files, and say how many."""
    from sangdo.engine.verify.review.emitted_cases import emit_cases, write_cases

    if review.rulebook is None:
        return
    files = emit_cases(review.findings, review.rulebook)
    try:
        write_cases(files, folder)
    except OSError as error:
        raise click.UsageError(f"cannot write {folder}: {error.strerror or error}") from None
    note([f"{len(files)} scenario files written to {folder}"])
