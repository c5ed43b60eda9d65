"""The scenarios beside the rules, run."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from sangdo.commands.customer import load_rules

if TYPE_CHECKING:
    from sangdo.engine.language.rulebook import Rulebook
    from sangdo.engine.verify.scenarios.scenario_run import Result


def run_scenarios(rules: Path, pattern: str = "*", update: bool = False) -> tuple[Rulebook, list[Result]]:
    """Run the scenarios beside the rules; raises NothingMatched when none matches."""
    from sangdo.engine.decision.decision import Decider
    from sangdo.engine.language.errors import Location, NothingMatched, Problem
    from sangdo.engine.verify.scenarios.scenario import read_scenarios
    from sangdo.engine.verify.scenarios.scenario_run import run_scenario

    rulebook = load_rules(rules)
    scenarios = read_scenarios(rules, rulebook, pattern)
    if not scenarios:
        raise NothingMatched(Problem(Location(str(rules)), f'no scenario matches "{pattern}"'))
    decider = Decider(rulebook)
    return rulebook, [run_scenario(decider, scenario, update) for scenario in scenarios]
