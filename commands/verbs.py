"""A group of verbs, one module each, imported when its verb is called for."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module
from typing import Any

import click

from sangdo.engine.language.errors import nearest


class Verbs(click.Group):
    """The verbs, in the order in which one meets them; a verb NAME is `command` of the module package + NAME."""

    def __init__(self, *, package: str, names: Sequence[str], **settings: Any) -> None:
        super().__init__(**settings)
        self._package = package
        self._names = tuple(names)

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        return list(self._names)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        if cmd_name not in self._names:
            return None
        command: click.Command = import_module(self._package + cmd_name).command
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args and args[0] not in self._names and not args[0].startswith("-"):
            meant = nearest(args[0], self._names)
            ctx.fail(f'no verb "{args[0]}".' + (f' Did you mean "{meant}"?' if meant else ""))
        return super().resolve_command(ctx, args)
