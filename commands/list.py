"""sangdo list"""

from __future__ import annotations

from pathlib import Path

import click

from sangdo.commands.customer import load_rules
from sangdo.commands.options import lang_option, output_options, rules_option
from sangdo.commands.output import Output, as_json


@click.command("list")
@click.argument("what", type=click.Choice(["rules", "facts", "clauses", "actions", "questions"]))
@rules_option
@lang_option
@output_options("text", "json")
def command(what: str, rules: Path, lang: str, output: Output) -> None:
    """List the rules, facts, clauses, actions or questions of the rulebook.

    \b
    Example:
      sangdo list facts --lang ko
    """
    from sangdo.engine.language.listing import as_table, list_entries

    entries = list_entries(load_rules(rules), what, lang)
    output.write(as_json(entries) if output.form == "json" else as_table(entries))
