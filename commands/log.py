"""sangdo log"""

from __future__ import annotations

import click

from sangdo.commands.verbs import Verbs

VERBS = ("list", "show", "export", "replay", "scorecard", "verify", "head", "redact")


@click.group("log", cls=Verbs, package="sangdo.commands.log_", names=VERBS)
def command() -> None:
    """Look into the decision log, check it, and redact a customer in it.

    \b
    Example:
      sangdo log verify --book my-book
    """
