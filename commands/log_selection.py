"""The options that select records of the decision log."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields
from functools import wraps
from typing import Any

import click

from sangdo.commands.options import Day
from sangdo.engine.audit.selection import Selection


def selection_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Conditions on the records, given to the command as one `selection`."""
    names = [one.name for one in fields(Selection)]

    @wraps(command)
    def selecting(*given: Any, **named: Any) -> Any:
        return command(*given, selection=Selection(**{name: named.pop(name) for name in names}), **named)

    options = (
        click.option("--since", type=Day(), help="Only records from this day on (UTC)."),
        click.option("--until", type=Day(), help="Only records up to this day (UTC)."),
        click.option("--customer", metavar="ID", help="Only of this customer."),
        click.option("--rule", metavar="ID", help="Only where this rule decided."),
        click.option("--clause", metavar="ID", help="Only where this clause, or one under it, is cited."),
        click.option("--release", metavar="NAME", help="Only by this release: its name, or how its SHA-256 begins."),
        click.option("--answer", metavar="Q=V", callback=_answer, help="Only where this question has this answer."),
    )
    for option in reversed(options):
        selecting = option(selecting)
    return selecting


def _answer(_: click.Context, __: click.Parameter, value: str | None) -> str | None:
    if value is not None and not all(value.partition("=")):
        raise click.BadParameter(f'"{value}" is no answer; expected question=value, such as quadrant=EI')
    return value
