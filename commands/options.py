"""The options that verbs share."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any, TypeVar

import click

from sangdo.commands.output import Output

_F = TypeVar("_F", bound=Callable[..., Any])

SHIPPED_RULES = Path(__file__).parents[1] / "rules"


class Day(click.ParamType[date]):
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


def _user() -> str:
    """The user of this computer."""
    import getpass

    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "unknown"


def environment_option(*names: str, **settings: Any) -> Callable[[_F], _F]:
    """An option that the environment can set too, as SANGDO_<NAME>."""
    variable = "SANGDO_" + names[-1].lstrip("-").replace("-", "_").upper()
    return click.option(*names, envvar=variable, show_envvar=True, **settings)


rules_option = environment_option(
    "--rules", type=click.Path(path_type=Path), default=SHIPPED_RULES, show_default="the shipped rules",
    help="Folder of rules.",
)  # fmt: skip
book_option = environment_option("--book", type=click.Path(path_type=Path), help="Book: a folder, or a file of orders.")
lang_option = environment_option(
    "--lang", type=click.Choice(["ko", "en"]), default=_language, help="Language of the texts."
)
as_of_option = environment_option("--as-of", type=Day(), help="Decide as of this date instead of today.")
log_option = environment_option(
    "--log", metavar="URL",
    help="Decision log: a SQLite file, or postgresql://…; without it, the one beside --book.",
)  # fmt: skip
by_option = environment_option(
    "--by",
    metavar="NAME",
    default=_user,
    show_default="the user of this computer",
    help="Who asks, or gives the answers; it is kept.",
)
quiet_option = click.option("-q", "--quiet", is_flag=True, help="No notes on stderr.")


def customer_options(command: _F) -> _F:
    """Whom to decide, by which rules and when: CUSTOMER of --book, or --facts."""
    facts = click.option(
        "--facts", type=click.Path(path_type=Path, allow_dash=True),
        help="One customer's facts (YAML or JSON); - is stdin.",
    )  # fmt: skip
    for option in (as_of_option, lang_option, rules_option, book_option, facts):
        command = option(command)
    return click.argument("customer", required=False)(command)


def output_options(*forms: str) -> Callable[[_F], _F]:
    """-f and -o, given to the command as one `output`; the first form is the one used when none is named."""

    def add(command: _F) -> _F:
        def named(ctx: click.Context, _: click.Parameter, value: str | None) -> Output:
            return Output.of(ctx.params.pop("form", None), value, forms)

        command = click.option(
            "-o", "output", metavar="FILE", callback=named,
            help="Write to this file; its ending may name the format. A bare format is one for stdout.",
        )(command)  # fmt: skip
        form = click.option("-f", "--format", "form", type=click.Choice(forms), is_eager=True, help="Format.")
        return form(command)

    return add
