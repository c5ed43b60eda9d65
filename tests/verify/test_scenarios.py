"""Scenarios beside the rules: reading them, running them, and what a wrong one says."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from sangdo.engine.decision.decision import Decider
from sangdo.engine.language.errors import RulesInvalid
from sangdo.engine.language.loading import load_rulebook
from sangdo.engine.verify.scenarios.scenario import Scenario, read_scenarios
from sangdo.engine.verify.scenarios.scenario_run import run_scenario

ROOT = Path(__file__).parents[2]
RULES = ROOT / "rules"
RULEBOOK = load_rulebook(RULES)
DECIDER = Decider(RULEBOOK)
SCENARIOS = read_scenarios(RULES, RULEBOOK)


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.title)
def test_the_shipped_scenario_passes(scenario: Scenario) -> None:
    assert run_scenario(DECIDER, scenario).failures == ()


def test_every_rule_decides_in_some_scenario() -> None:
    decided = {rule for scenario in SCENARIOS for rule in run_scenario(DECIDER, scenario).decided}
    assert {rule.id for question in RULEBOOK.questions.values() for rule in question.rules} == decided


def test_every_action_is_called_by_some_rule() -> None:
    called = {name for question in RULEBOOK.questions.values() for rule in question.rules for name in rule.actions}
    assert called == set(RULEBOOK.actions)


@pytest.fixture
def written(tmp_path: Path) -> Path:
    folder = tmp_path / "rules"
    shutil.copytree(RULES, folder, ignore=shutil.ignore_patterns("*.test.yaml"))
    return folder


def read(folder: Path, text: str) -> list[Scenario]:
    (folder / "case.test.yaml").write_text(text, encoding="utf-8")
    return read_scenarios(folder, RULEBOOK)


def case(expect: str, facts: str = "{quadrant: EI}") -> str:
    return f"scenarios:\n  - name: a case\n    facts: {facts}\n    expect:\n      {expect}\n"


@pytest.mark.parametrize(
    ("expect", "about"),
    [
        ("answers: {strategy: convert}", "answer strategy"),
        ("answers: {strategy: unknown}", "answer strategy"),
        ("decided_by: {strategy: ST-2}", "rules that decided strategy"),
        ("actions: [wind-down]", "actions"),
        ("no_actions: [serve-first]", "actions"),
        ("clauses: [E5.2]", "clauses of actions"),
        ("no_clauses: [E2.1]", "clauses of actions"),
        ("asks: [changeable]", "asks"),
        ("no_asks: [volume_trend]", "asks"),
    ],
)
def test_each_kind_of_expectation_can_fail(written: Path, expect: str, about: str) -> None:
    (scenario,) = read(written, case(expect))
    (failure,) = run_scenario(DECIDER, scenario).failures
    assert failure.about == about


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (case("answers: {stratgy: convert}"), 'unknown question "stratgy"'),
        (case("answers: {strategy: convrt}"), "strategy cannot be"),
        (case("decided_by: {strategy: ST-99}"), 'unknown rule of strategy "ST-99"'),
        (case("decided_by: {stratgy: ST-1}"), 'unknown question "stratgy"'),
        (case("actions: [wind-dwn]"), 'unknown action "wind-dwn"'),
        (case("clauses: [E99]"), 'unknown clause "E99"'),
        (case("asks: [changable]"), 'unknown fact "changable"'),
        (case("answer: {strategy: convert}"), 'unknown key in expect "answer"'),
        (case("asks: []", "[1]"), "the scenario needs facts"),
        (case("asks: []", "{quadrnt: EI}"), 'unknown fact "quadrnt"'),
        (
            "scenarios:\n  - name: x\n    as_of: soon\n    facts: {quadrant: EI}\n    expect: {}\n",
            "as_of must be a date",
        ),
        ("- 1\n", "the file of scenarios must be a mapping"),
    ],
)
def test_a_wrong_scenario_says_where_and_what(written: Path, text: str, message: str) -> None:
    with pytest.raises(RulesInvalid) as raised:
        read(written, text)
    assert message in str(raised.value)
    assert "case.test.yaml:" in str(raised.value)


def test_a_pattern_chooses_scenarios_by_title(written: Path) -> None:
    read(written, case("asks: []"))
    assert [s.title for s in read_scenarios(written, RULEBOOK, "case:*")] == ["case: a case"]
    assert read_scenarios(written, RULEBOOK, "other:*") == []


def test_unknown_figures_never_abandon() -> None:
    """Clauses E5.2 and E5.3: whatever is taken away from what is known, an abandonment never appears."""
    for scenario in SCENARIOS:
        before = DECIDER.decide(scenario.facts).trace.values.get("keep_or_abandon")
        figures = [name for name in scenario.facts.values if name not in RULEBOOK.questions]
        for missing in figures:
            fewer = {name: known for name, known in scenario.facts.values.items() if name != missing}
            after = DECIDER.decide(replace(scenario.facts, values=fewer)).trace.values.get("keep_or_abandon")
            assert after != "abandon" or before == "abandon", f"{scenario.title} without {missing}"


def test_a_golden_plan_is_written_once_and_compared_after(written: Path) -> None:
    text = case("plan: loyal.ko.md")
    (scenario,) = read(written, text)
    assert run_scenario(DECIDER, scenario).failures[0].got == "no such file"
    assert run_scenario(DECIDER, scenario, update=True).failures == ()
    assert run_scenario(DECIDER, scenario).failures == ()
    path = written / "loyal.ko.md"
    path.write_text(path.read_text("utf-8").replace("충성", "변덕"), encoding="utf-8")
    (failure,) = run_scenario(DECIDER, scenario).failures
    assert "-" in failure.got
    assert "변덕" in failure.got


def test_a_golden_plan_needs_a_name_with_language_and_form(written: Path) -> None:
    with pytest.raises(RulesInvalid, match=r'"../x.md" cannot name a golden plan'):
        read(written, case("plan: ../x.md"))
