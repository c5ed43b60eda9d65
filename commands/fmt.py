"""sangdo fmt"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from difflib import unified_diff
from pathlib import Path

import click

from sangdo.commands.options import rules_option
from sangdo.commands.output import Output

WOULD_CHANGE = 5
STDIN = "-"


@dataclass(frozen=True, slots=True)
class _File:
    """A file as it is, and in its canonical form; without a path it came from stdin."""

    shown: str
    path: Path | None
    found: bytes
    formatted: str

    @property
    def changes(self) -> bool:
        return self.found != self.formatted.encode()

    def diff(self) -> str:
        """Return the changes as a unified diff."""
        old = self.found.decode("utf-8").splitlines(keepends=True)
        new = self.formatted.splitlines(keepends=True)
        lines = unified_diff(old, new, self.shown, self.shown)
        return "".join(line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in lines)


@click.command("fmt")
@rules_option
@click.option("--check", is_flag=True, help="Change nothing; exit 5 and name the files that would change.")
@click.option("--diff", is_flag=True, help="Change nothing; print what would change.")
@click.argument("files", nargs=-1, metavar="[FILE]...")
def command(rules: Path, check: bool, diff: bool, files: tuple[str, ...]) -> None:
    """Bring the rule files and scenarios, or only FILEs, into their canonical form; - is stdin to stdout.

    \b
    Example:
      sangdo fmt --rules my-rules --diff
    """
    read = _read(rules, files)
    changing = [file for file in read if file.changes]
    if diff:
        click.echo("".join(file.diff() for file in changing), nl=False)
    elif not check:
        _write(read)
    if STDIN not in files and not diff:
        for file in changing:
            click.echo(f"{'would change' if check else 'changed'}  {file.shown}")
        click.echo(f"{len(read)} files, {len(changing)} {'would change' if check else 'changed'}")
    if check and changing:
        raise SystemExit(WOULD_CHANGE)


def _read(rules: Path, files: tuple[str, ...]) -> list[_File]:
    """Read and format all files before any is written; every problem of all of them is raised at once."""
    from sangdo.engine.language.errors import Problem, RulesInvalid
    from sangdo.engine.language.formatting import format_file
    from sangdo.engine.language.rule_files import rule_files, shown_path
    from sangdo.engine.verify.scenarios.scenario_shapes import file_grammar

    if STDIN in files and len(files) > 1:
        raise click.UsageError("- is stdin and stands alone, without other files")
    paths = [Path(file) for file in files] or [*rule_files(rules), *sorted(rules.rglob("*.test.yaml"))]
    grammar, read = file_grammar(), []
    problems: list[Problem] = []
    for path in paths:
        piped = files == (STDIN,)
        shown = "<stdin>" if piped else shown_path(path)
        try:
            data = sys.stdin.buffer.read() if piped else _content(path, shown)
            read.append(_File(shown, None if piped else path, data, format_file(data, shown, grammar)))
        except RulesInvalid as invalid:
            problems += invalid.problems
    if problems:
        raise RulesInvalid(*problems)
    return read


def _content(path: Path, shown: str) -> bytes:
    from sangdo.engine.language.errors import Location, Problem, RulesInvalid

    try:
        return path.read_bytes()
    except OSError as failure:
        message = f"cannot be read: {failure.strerror or failure}"
        raise RulesInvalid(Problem(Location(shown), message)) from None


def _write(files: list[_File]) -> None:
    for file in files:
        if file.path is None:
            click.echo(file.formatted, nl=False)
        elif file.changes:
            Output("text", file.path.resolve()).write(file.formatted)
