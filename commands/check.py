"""sangdo check"""

from __future__ import annotations

from datetime import date
from pathlib import Path

import click

from sangdo.commands.customer import load_rules
from sangdo.commands.options import rules_option


@click.command("check")
@rules_option
def command(rules: Path) -> None:
    """Check the rule files; every problem is shown with its file, line and column.

    \b
    Example:
      sangdo check --rules my-rules
    """
    from sangdo.engine.inference.engine import Engine
    from sangdo.engine.verify.scenarios.scenario import read_scenarios

    rulebook = load_rules(rules)
    Engine(rulebook).prepare(date.today())
    scenarios = read_scenarios(rules, rulebook)
    count = sum(len(question.rules) for question in rulebook.questions.values())
    click.echo(
        f"{len(rulebook.questions)} questions, {count} rules, {len(rulebook.actions)} actions, "
        f"{len(rulebook.facts)} facts, {len(scenarios)} scenarios: no problems"
    )
