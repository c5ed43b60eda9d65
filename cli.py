"""The command line: it finds the verb, and turns every error into a message and an exit code."""

from __future__ import annotations

import os
import sys
from typing import NoReturn

import click

from sangdo import __version__
from sangdo.commands.verbs import Verbs
from sangdo.engine.language.errors import SangdoError

VERBS = (
    "plan", "explain", "whatif", "book", "report", "measure", "batch", "check", "fmt", "analyze", "diff", "impact",
    "test", "trace", "list", "schema", "log", "feedback",
)  # fmt: skip
INTERNAL = 1


@click.group(
    cls=Verbs, package="sangdo.commands.", names=VERBS,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)  # fmt: skip
@click.version_option(__version__, prog_name="sangdo")
def cli() -> None:
    """Rules for selling, run on one customer at a time: a plan, and why.

    \b
    Example:
      sangdo plan 12347 --book examples/book --lang en
    """


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
