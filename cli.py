"""The command line: it finds the verb, and turns every error into a message and an exit code."""

from __future__ import annotations

import os
import sys
from importlib import import_module
from typing import NoReturn

import click

from sangdo import __version__
from sangdo.engine.language.errors import SangdoError, nearest

VERBS = ("plan", "explain", "book", "measure", "check", "analyze", "test", "trace", "list", "schema")
INTERNAL = 1


class _Verbs(click.Group):
    """The verbs, in the order in which one meets them, each imported when it is called for."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        return list(VERBS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        if cmd_name not in VERBS:
            return None
        command: click.Command = import_module(f"sangdo.commands.{cmd_name}").command
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args and args[0] not in VERBS and not args[0].startswith("-"):
            meant = nearest(args[0], VERBS)
            ctx.fail(f'no verb "{args[0]}".' + (f' Did you mean "{meant}"?' if meant else ""))
        return super().resolve_command(ctx, args)


@click.group(cls=_Verbs, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
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
