"""Run scenarios through the whole chain and say where what came out differs from what was expected."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from difflib import unified_diff
from pathlib import Path

from sangdo.engine.decision.decision import Decider, Decision
from sangdo.engine.decision.pages.rendering import render
from sangdo.engine.decision.plan import build_plan
from sangdo.engine.language.errors import SangdoError
from sangdo.engine.language.rulebook import Level, Value
from sangdo.engine.language.values import as_json
from sangdo.engine.verify.scenarios.scenario import Scenario

GOLDEN_FOOT = {
    "rulebook": {"release": "-", "sha256": "-"},
    "engine": {"name": "durable-rules", "version": "-", "sangdo": "-"},
}
"""What stands at the foot of a golden plan: it shall change with the plan alone."""


@dataclass(frozen=True, slots=True)
class Failure:
    """One difference: what it is about, what was expected and what came out."""

    about: str
    expected: str
    got: str


@dataclass(frozen=True, slots=True)
class Result:
    """A scenario that was run; it passed when there is no failure. `decision` is None when none came about."""

    scenario: Scenario
    failures: tuple[Failure, ...]
    decision: Decision | None

    @property
    def decided(self) -> tuple[str, ...]:
        """The rules that decided some question, in chain order."""
        closings = self.decision.trace.closings if self.decision else ()
        return tuple(rule for closing in closings for rule in closing.deciding)


def run_scenario(decider: Decider, scenario: Scenario, update: bool = False) -> Result:
    """Decide a scenario's customer and compare; `update` writes its golden plan anew instead of comparing it."""
    try:
        decision = decider.decide(scenario.facts)
    except SangdoError as error:
        return Result(scenario, (Failure("the decision", "a plan", str(error)),), None)
    failures = (*_answers(scenario, decision), *_deciding(scenario, decision), *_plan(scenario, decision))
    if scenario.expect.plan is not None:
        failures += _golden(scenario.expect.plan, decision, update)
    return Result(scenario, failures, decision)


def _answers(scenario: Scenario, decision: Decision) -> list[Failure]:
    failures = []
    for name, wanted in scenario.expect.answers.items():
        got = _values(decision, name).get(name)
        if got != wanted:
            failures.append(Failure(f"answer {name}", _shown(as_json(wanted)), _shown(as_json(got))))
    return failures


def _values(decision: Decision, name: str) -> Mapping[str, Value]:
    """The values that a question's answer is among: those of the first product where it is asked of each."""
    product = _product(decision, name)
    return decision.trace.values if product is None else decision.trace.product_values[product]


def _product(decision: Decision, name: str) -> str | None:
    fact = decision.rulebook.facts[name]
    return next(iter(decision.facts.products), None) if fact.level is Level.PRODUCT else None


def _deciding(scenario: Scenario, decision: Decision) -> list[Failure]:
    failures = []
    for name, wanted in scenario.expect.decided_by.items():
        closing = decision.trace.closing(name, _product(decision, name))
        got = closing.deciding or ((closing.how,) if closing.how in ("otherwise", "given") else ())
        if sorted(got) != sorted(wanted):
            failures.append(Failure(f"rules that decided {name}", _shown(sorted(wanted)), _shown(sorted(got))))
    return failures


def _plan(scenario: Scenario, decision: Decision) -> list[Failure]:
    plan, expect = build_plan(decision, "en"), scenario.expect
    actions = [action["id"] for action in plan["actions"] + plan["avoid"]]
    clauses = sorted({clause for action in plan["actions"] for clause in action["clauses"]})
    asks = [ask["fact"] for ask in plan["ask"]]
    return [
        *_missing("actions", expect.actions, actions),
        *_missing("clauses of actions", expect.clauses, clauses),
        *_missing("asks", expect.asks, asks),
        *_unwanted("actions", expect.no_actions, actions),
        *_unwanted("clauses of actions", expect.no_clauses, clauses),
        *_unwanted("asks", expect.no_asks, asks),
    ]


def _golden(path: Path, decision: Decision, update: bool) -> tuple[Failure, ...]:
    """Compare the rendered plan with the golden one, line by line."""
    _, language, ending = path.name.rsplit(".", 2)
    form = {"txt": "text"}.get(ending, ending)
    plan = build_plan(decision, language)
    plan["rulebook"], plan["engine"], plan["decision_id"] = GOLDEN_FOOT["rulebook"], GOLDEN_FOOT["engine"], "-"
    got = render(plan, decision.rulebook, form)
    if update:
        path.write_text(got, encoding="utf-8")
        return ()
    if not path.is_file():
        return (Failure(f"plan {path.name}", "a golden plan; sangdo test --update writes it", "no such file"),)
    wanted = path.read_text(encoding="utf-8")
    changed = list(unified_diff(wanted.splitlines(), got.splitlines(), lineterm="", n=0))[2:]
    return (Failure(f"plan {path.name}", "as before", "\n" + "\n".join(changed)),) if changed else ()


def _missing(about: str, wanted: tuple[str, ...], got: list[str]) -> list[Failure]:
    missing = [word for word in wanted if word not in got]
    return [Failure(about, f"also {_shown(missing)}", _shown(got))] if missing else []


def _unwanted(about: str, unwanted: tuple[str, ...], got: list[str]) -> list[Failure]:
    found = [word for word in unwanted if word in got]
    return [Failure(about, f"without {_shown(found)}", _shown(got))] if found else []


def _shown(value: object) -> str:
    if isinstance(value, list):
        return ", ".join(map(str, value)) or "nothing"
    return "unknown" if value is None else str(value)
