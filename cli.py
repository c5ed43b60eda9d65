"""The command line: it translates words into calls and results into text, and decides nothing."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar

import click

from sangdo import __version__
from sangdo.engine.language.errors import SangdoError, nearest

if TYPE_CHECKING:
    from sangdo.engine.decision.decision import Decision
    from sangdo.engine.language.rulebook import Rulebook
    from sangdo.engine.verify.scenario_run import Result

_F = TypeVar("_F", bound=Callable[..., Any])

SHIPPED_RULES = Path(__file__).parent / "rules"
SCENARIO_FAILED = 4
FINDINGS = 5
INTERNAL = 1


class _Verbs(click.Group):
    """The verbs, in the order in which one meets them; a misspelt one gets the nearest right word."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        return list(self.commands)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args and args[0] not in self.commands and not args[0].startswith("-"):
            meant = nearest(args[0], self.commands)
            ctx.fail(f'no verb "{args[0]}".' + (f' Did you mean "{meant}"?' if meant else ""))
        return super().resolve_command(ctx, args)


class _Day(click.ParamType[date]):
    """A date as YYYY-MM-DD."""

    name = "date"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:
        try:
            day = value if isinstance(value, date) else date.fromisoformat(value)
        except ValueError:
            self.fail(f'"{value}" is not a date; expected YYYY-MM-DD, such as 2026-06-30', param, ctx)
        from sangdo.engine.language.record import FIRST_DAY, LAST_DAY

        if not FIRST_DAY <= day <= LAST_DAY:
            self.fail(f"{day} is out of range; expected a date from {FIRST_DAY} to {LAST_DAY}", param, ctx)
        return day


def _language() -> str:
    return "ko" if os.environ.get("LC_ALL", os.environ.get("LANG", "")).startswith("ko") else "en"


def _option(*names: str, **settings: Any) -> Callable[[_F], _F]:
    """An option that the environment can set too, as SANGDO_<NAME>."""
    variable = "SANGDO_" + names[-1].lstrip("-").replace("-", "_").upper()
    return click.option(*names, envvar=variable, show_envvar=True, **settings)


_rules = _option(
    "--rules", type=click.Path(path_type=Path), default=SHIPPED_RULES, show_default="the shipped rules",
    help="Folder of rules.",
)  # fmt: skip
_book = _option("--book", type=click.Path(path_type=Path), help="Book: a folder, or a file of orders.")
_lang = _option("--lang", type=click.Choice(["ko", "en"]), default=_language, help="Language of the texts.")
_as_of = _option("--as-of", type=_Day(), help="Decide as of this date instead of today.")
_output = click.option("-o", "output", type=click.Path(path_type=Path), help="Write to this file.")
_quiet = click.option("-q", "--quiet", is_flag=True, help="No notes on stderr.")


@click.group(cls=_Verbs, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="sangdo")
def cli() -> None:
    """Rules for selling, run on one customer at a time: a plan, and why.

    \b
    Example:
      sangdo plan 12347 --book examples/book --lang en
    """


@cli.command()
@click.argument("customer", required=False)
@click.option(
    "--facts", type=click.Path(path_type=Path, allow_dash=True), help="One customer's facts (YAML or JSON); - is stdin."
)
@_book
@_rules
@_lang
@_as_of
@click.option(
    "-f", "--format", "form", type=click.Choice(["text", "md", "html", "json"]), default="text", show_default=True
)
@_output
@_quiet
def plan(
    customer: str | None, facts: Path | None, book: Path | None, rules: Path, lang: str, as_of: date | None,
    form: str, output: Path | None, quiet: bool,
) -> None:  # fmt: skip
    """Print the plan of one customer.

    \b
    Examples:
      sangdo plan 12347 --book examples/book
      sangdo plan --facts customer.yaml --lang ko -f html -o plan.html
    """
    from sangdo.engine.decision.plan import build_plan

    decision = _decided(customer, facts, book, rules, as_of)
    made = build_plan(decision, lang)
    if not quiet:
        _note(made["warnings"])
    _write(_as_text(made, decision.rulebook, form), output)


@cli.command()
@click.argument("customer", required=False)
@click.option(
    "--facts", type=click.Path(path_type=Path, allow_dash=True), help="One customer's facts (YAML or JSON); - is stdin."
)
@_book
@_rules
@_lang
@_as_of
@click.option("-f", "--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
@_output
def explain(
    customer: str | None, facts: Path | None, book: Path | None, rules: Path, lang: str, as_of: date | None,
    form: str, output: Path | None,
) -> None:  # fmt: skip
    """Show which rules fired for one customer, on which facts, and what each question answered.

    \b
    Example:
      sangdo explain 12347 --book examples/book
    """
    from sangdo.engine.decision.explanation import explain_decision, explanation_tree

    decision = _decided(customer, facts, book, rules, as_of)
    explained = explain_decision(decision, lang)
    _write(_as_json(explained) if form == "json" else explanation_tree(explained, lang), output)


@cli.command()
@click.argument("rep")
@_book
@_rules
@_lang
@_as_of
@click.option("-f", "--format", "form", type=click.Choice(["text", "md", "html", "json"]), default="text")
@_output
def book(
    rep: str, book: Path | None, rules: Path, lang: str, as_of: date | None, form: str, output: Path | None
) -> None:
    """Print what is missing in one rep's mix of customers.

    \b
    Example:
      sangdo book Hana --book examples/book
    """
    from sangdo.engine.decision.decision import Decider
    from sangdo.engine.decision.plan import build_plan
    from sangdo.engine.decision.portfolio import portfolio_facts, portfolio_rules
    from sangdo.engine.facts.book import open_book

    if book is None:
        raise click.UsageError("give the book: --book PATH")
    rulebook = _load(rules)
    facts = portfolio_facts(open_book(book, rulebook, as_of, today=date.today()), Decider(rulebook), rep)
    made = build_plan(Decider(portfolio_rules(rulebook)).decide(facts), lang)
    _write(_as_text(made, portfolio_rules(rulebook), form), output)


@cli.command()
@click.option(
    "--orders", type=click.Path(path_type=Path), required=True, help="A file of orders: CSV, Parquet or XLSX."
)
@_rules
@_as_of
@click.option("--season", is_flag=True, help="Seasonal index and off-season flag of each month instead.")
@click.option("-o", "output", type=click.Path(path_type=Path), help="Write to this file: .csv or .parquet.")
@_quiet
def measure(orders: Path, rules: Path, as_of: date | None, season: bool, output: Path | None, quiet: bool) -> None:
    """Rate every customer of a file of orders: standing, contribution, stability, quadrant.

    \b
    Examples:
      sangdo measure --orders orders.csv --as-of 2026-06-30 -o scores.csv
      sangdo measure --season --orders orders.csv --as-of 2026-06-30 -o flags.csv
    """
    from sangdo.engine.bulk.scores import measure_scores
    from sangdo.engine.bulk.season_flags import measure_season_flags

    measured = measure_season_flags if season else measure_scores
    scores = measured(orders, as_of or date.today(), _load(rules))
    if output is None:
        sys.stdout.buffer.write(scores.as_csv())
    else:
        scores.write(output)
    if not quiet:
        _note(list(scores.warnings))


@cli.command()
@_rules
def check(rules: Path) -> None:
    """Check the rule files; every problem is shown with its file, line and column.

    \b
    Example:
      sangdo check --rules my-rules
    """
    from sangdo.engine.inference.engine import Engine
    from sangdo.engine.verify.scenarios import read_scenarios

    rulebook = _load(rules)
    Engine(rulebook).prepare(date.today())
    scenarios = read_scenarios(rules, rulebook)
    count = sum(len(question.rules) for question in rulebook.questions.values())
    click.echo(
        f"{len(rulebook.questions)} questions, {count} rules, {len(rulebook.actions)} actions, "
        f"{len(rulebook.facts)} facts, {len(scenarios)} scenarios: no problems"
    )


@cli.command()
@_rules
@click.option("--run", "pattern", default="*", metavar="GLOB", help="Only scenarios whose title matches: 'quadrant:*'.")
@click.option("-o", "form", type=click.Choice(["tree", "json", "junit"]), default="tree", show_default=True)
@click.option("--coverage", is_flag=True, help="Also say which rules, tests and answers no scenario shows.")
@click.option("--threshold", type=click.FloatRange(0, 100), help="Fail when the coverage is below this percentage.")
@click.option("--update", is_flag=True, help="Write the golden plans of the scenarios anew.")
@_quiet
def test(
    rules: Path, pattern: str, form: str, coverage: bool, threshold: float | None, update: bool, quiet: bool
) -> None:
    """Run the scenarios that stand beside the rules.

    \b
    Examples:
      sangdo test --run 'keep_or_abandon:*'
      sangdo test -q --coverage --threshold 100
    """
    from sangdo.engine.verify.coverage import measure_coverage
    from sangdo.engine.verify.scenario_report import report_results

    rulebook, results = _run_scenarios(rules, pattern, update)
    measured = measure_coverage(rulebook, results) if coverage or threshold is not None else None
    click.echo(report_results(results, measured, form, quiet), nl=False)
    short = measured is not None and threshold is not None and measured.percent < threshold
    if short or any(result.failures for result in results):
        raise SystemExit(SCENARIO_FAILED)


@cli.command()
@_rules
@_lang
@click.option("-f", "--format", "form", type=click.Choice(["text", "md", "html", "csv"]), default="text")
@click.option("--fail-orphans", is_flag=True, help="Exit 5 when a clause, a rule or an action stands alone.")
@_output
def trace(rules: Path, lang: str, form: str, fail_orphans: bool, output: Path | None) -> None:
    """Print the clause matrix: the rules, actions and scenarios behind each clause of the source.

    \b
    Examples:
      sangdo trace --lang ko -f html -o clauses.html
      sangdo trace --fail-orphans
    """
    from sangdo.engine.verify.matrix import build_matrix
    from sangdo.engine.verify.matrix_report import report_matrix

    matrix = build_matrix(*_run_scenarios(rules, "*"), lang)
    _write(report_matrix(matrix, form, lang), output)
    if fail_orphans and matrix.orphans:
        _note([f"stands alone: {orphan}" for orphan in matrix.orphans])
        raise SystemExit(FINDINGS)


@cli.command(name="list")
@click.argument("what", type=click.Choice(["rules", "facts", "clauses", "actions", "questions"]))
@_rules
@_lang
@click.option("-f", "--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
@_output
def list_(what: str, rules: Path, lang: str, form: str, output: Path | None) -> None:
    """List the rules, facts, clauses, actions or questions of the rulebook.

    \b
    Example:
      sangdo list facts --lang ko
    """
    from sangdo.engine.language.listing import as_table, list_entries

    entries = list_entries(_load(rules), what, lang)
    _write(_as_json(entries) if form == "json" else as_table(entries), output)


@cli.command()
@click.argument("kind", required=False)
@click.option("--write", "folder", type=click.Path(path_type=Path), help="Write all schemas into this folder.")
def schema(kind: str | None, folder: Path | None) -> None:
    """Print the JSON Schema of a kind of rule file, for editors.

    \b
    Examples:
      sangdo schema question
      sangdo schema --write rules/schemas
    """
    from sangdo.engine.language.schema import SCHEMAS, schema_text

    if folder is not None:
        folder.mkdir(parents=True, exist_ok=True)
        for name in SCHEMAS:
            (folder / f"{name}.schema.json").write_text(schema_text(name), encoding="utf-8")
        return
    if kind not in SCHEMAS:
        meant = nearest(kind or "", SCHEMAS)
        raise click.UsageError(f"give a kind: {', '.join(SCHEMAS)}." + (f' Did you mean "{meant}"?' if meant else ""))
    click.echo(schema_text(kind), nl=False)


def _run_scenarios(rules: Path, pattern: str, update: bool = False) -> tuple[Rulebook, list[Result]]:
    """Run the scenarios beside the rules; raises NothingMatched when none matches."""
    from sangdo.engine.decision.decision import Decider
    from sangdo.engine.language.errors import Location, NothingMatched, Problem
    from sangdo.engine.verify.scenario_run import run_scenario
    from sangdo.engine.verify.scenarios import read_scenarios

    rulebook = _load(rules)
    scenarios = read_scenarios(rules, rulebook, pattern)
    if not scenarios:
        raise NothingMatched(Problem(Location(str(rules)), f'no scenario matches "{pattern}"'))
    decider = Decider(rulebook)
    return rulebook, [run_scenario(decider, scenario, update) for scenario in scenarios]


def _load(rules: Path) -> Rulebook:
    from sangdo.engine.language.cached_rulebook import load_cached

    return load_cached(rules)


def _decided(customer: str | None, facts: Path | None, book: Path | None, rules: Path, as_of: date | None) -> Decision:
    """Decide the customer that the words on the command line name."""
    from sangdo.engine.decision.decision import Decider
    from sangdo.engine.facts.facts_file import parse_facts, read_facts

    rulebook = _load(rules)
    if facts is not None and customer is None:
        day = as_of or date.today()
        if str(facts) == "-":
            found = parse_facts(sys.stdin.buffer.read(), "<stdin>", rulebook, day)
        else:
            found = read_facts(facts, rulebook, day)
    elif customer is not None and book is not None and facts is None:
        from sangdo.engine.facts.book import open_book

        found = open_book(book, rulebook, as_of, today=date.today()).facts(customer)
    else:
        raise click.UsageError("give either CUSTOMER with --book PATH, or --facts FILE")
    return Decider(rulebook).decide(found)


def _as_text(made: dict[str, Any], rulebook: Rulebook, form: str) -> str:
    """A plan as JSON, or rendered."""
    if form == "json":
        return _as_json(made)
    from sangdo.engine.decision.rendering import render

    return render(made, rulebook, form)


def _as_json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2) + "\n"


def _note(notes: list[str]) -> None:
    for note in notes:
        click.echo(f"note: {note}", err=True)


def _write(text: str, output: Path | None) -> None:
    with _target(output) as target:
        target.write_text(text, encoding="utf-8") if output else click.echo(text, nl=not text.endswith("\n"))


@contextmanager
def _target(output: Path | None) -> Iterator[Path]:
    """Where to write: a file beside the wanted one that takes its place when all is written."""
    if output is None:
        yield Path("/dev/stdout")
        return
    draft = output.with_name(f".{output.name}.{os.getpid()}")
    try:
        yield draft
        draft.replace(output)
    except OSError as error:
        raise click.UsageError(f"cannot write {output}: {error.strerror or error}") from None
    finally:
        draft.unlink(missing_ok=True)


def _fail(error: BaseException) -> NoReturn:
    """Say what went wrong inside, without a traceback, and where to turn."""
    click.echo(f"internal error: {type(error).__name__}: {error}", err=True)
    click.echo("This is a fault of sangdo; SANGDO_DEBUG=1 shows where it happened.", err=True)
    raise SystemExit(INTERNAL)


def main() -> None:
    """Run the command line; every error becomes a message and an exit code."""
    try:
        cli()
    except SangdoError as error:
        click.echo(str(error), err=True)
        raise SystemExit(error.exit_code) from None
    except BrokenPipeError:
        sys.stdout = open(os.devnull, "w")  # noqa: SIM115 - the reader has gone; nothing more is written
        raise SystemExit(0) from None
    except Exception as error:
        if os.environ.get("SANGDO_DEBUG"):
            raise
        _fail(error)


if __name__ == "__main__":
    main()
