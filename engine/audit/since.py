"""Since the last plan: what changed, and whether by rule, by date or by data.

One factor is changed at a time, in this order, and the plan made anew:
rule: the old facts and the old date under the rules of today, with the lines that these draw in another way;
date: then what time alone changes: the as-of date with the thresholds in force on it, a dealer's season, and, when the
customer has no newer order, whatever is measured of the orders, unless today's book says otherwise of the old day;
data: then all facts of today, which is the plan that is given.
A change belongs to the step from which on it has the value of today.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from sangdo.engine.audit.decision_body import facts_of
from sangdo.engine.audit.fitting import fit_facts, lines_drawn_anew
from sangdo.engine.audit.passing_time import Reread, pass_time
from sangdo.engine.decision.comparison import compare_plans
from sangdo.engine.decision.decision import Decision, with_defaults
from sangdo.engine.decision.plan import build_plan
from sangdo.engine.explain.evaluation import Evaluator
from sangdo.engine.facts.facts import Facts
from sangdo.engine.inference.thresholds import resolve_thresholds
from sangdo.engine.inference.trace import Trace
from sangdo.engine.language.errors import SangdoError
from sangdo.engine.language.rulebook import Rulebook

Plan = Mapping[str, Any]
_Subject = tuple[str, str, str | None]
"""A kind (answers, actions or avoid), a name and the product it is about."""


@dataclass(frozen=True, slots=True)
class _Step:
    """One factor changed: its name, and the difference it made by subject."""

    by: str
    changes: Mapping[_Subject, Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Past:
    """What else can be had of an earlier decision: the rulebook of its release, and its customer in today's book as of
    its date; None where it cannot."""

    rulebook: Callable[[str], Rulebook | None] | None = None
    reread: Callable[[date], Reread | None] | None = None


def changes_since(body: Mapping[str, Any], at: datetime, decision: Decision, plan: Plan, past: Past = Past()) -> Plan:
    """Return what changed from an earlier decision (the body of its record, made `at`) to this plan, as JSON.

    Answers, actions and avoided actions carry `by`; answers also `because` and `roots`, as compare_plans gives them
    for the step they belong to; where these are empty, the rules themselves differ. Facts and thresholds are those
    that differ between the two plans. A step that the rules of today refuse (a conflict) changes nothing.
    """
    old = _in_language(plan["language"], body, decision.rulebook)
    whole = compare_plans(old, plan, decision.rulebook)
    changed = _by_subject(whole)
    steps = _steps(old, facts_of(body), decision, plan, past) if changed else []
    attributed = [(subject, _attributed(subject, change, steps)) for subject, change in changed.items()]
    return {
        "decision_id": old["decision_id"],
        "as_of": old["as_of"],
        "at": at.isoformat(),
        "answers": [change for (kind, *_), change in attributed if kind == "answers"],
        "actions": [change for (kind, *_), change in attributed if kind != "answers"],
        "facts": whole["facts"],
        "thresholds": whole["thresholds"],
    }


def _in_language(language: str, body: Mapping[str, Any], rulebook: Rulebook) -> Plan:
    """The old plan, in another language than its own where the rules are still the same."""
    plan: Plan = body["plan"]
    if plan["language"] == language or plan["rulebook"]["sha256"] != rulebook.sha256:
        return plan
    return _planned(facts_of(body), rulebook, language)


def _steps(old: Plan, facts: Facts, decision: Decision, plan: Plan, past: Past) -> list[_Step]:
    """The steps, each with what it changed, in their order."""
    rulebook, language, today = decision.rulebook, plan["language"], decision.facts
    plans: list[tuple[str, Plan]] = []
    fitting, _ = fit_facts(facts, rulebook)
    reread = past.reread(facts.as_of) if past.reread is not None and facts.as_of != today.as_of else None
    if old["rulebook"]["sha256"] != rulebook.sha256:
        old_rules = past.rulebook(old["rulebook"]["sha256"]) if past.rulebook is not None else None
        drawn = today.lines if reread is None else reread.facts.lines
        fitting = _with_lines_drawn_anew(fitting, drawn, old_rules, rulebook)
        with suppress(SangdoError):
            plans.append(("rule", _planned(fitting, rulebook, language)))
    if facts.as_of != today.as_of:
        with suppress(SangdoError):
            plans.append(("date", _planned(pass_time(fitting, today, reread), rulebook, language)))
    plans.append(("data", plan))
    steps, before = [], old
    for by, after in plans:
        steps.append(_Step(by, _by_subject(compare_plans(before, after, rulebook))))
        before = after
    return steps


def _with_lines_drawn_anew(
    facts: Facts, drawn: Mapping[str, float], before: Rulebook | None, rulebook: Rulebook
) -> Facts:
    """The old facts with those lines of today's book that the rules of today draw in another way than those before."""
    anew = lines_drawn_anew(before, rulebook) if before is not None else frozenset()
    return replace(facts, lines={**facts.lines, **{name: drawn[name] for name in sorted(anew & {*drawn})}})


def _planned(facts: Facts, rulebook: Rulebook, language: str) -> Plan:
    """The plan that the plain evaluator makes of facts: a step on the way is given to nobody, and durable-rules would
    take ten times as long to compile the lines of another day."""
    complete = with_defaults(facts, rulebook)
    thresholds = resolve_thresholds(rulebook, complete.as_of, complete.lines)
    evaluator = Evaluator(rulebook, thresholds)
    found = evaluator.evaluate(complete)
    trace = Trace(complete, thresholds, found.values, found.product_values, (), found.closings)
    return build_plan(Decision(rulebook, complete, trace, (), evaluator), language)


def _by_subject(comparison: Mapping[str, Any]) -> dict[_Subject, Mapping[str, Any]]:
    answers = {("answers", one["question"], one["product"]): one for one in comparison["answers"]}
    actions = {(part, one["action"], one["product"]): one for part in ("actions", "avoid") for one in comparison[part]}
    return {**answers, **actions}


def _attributed(subject: _Subject, change: Mapping[str, Any], steps: list[_Step]) -> dict[str, Any]:
    """A change with the last step that changed its subject: from there on it has the value of today."""
    step = next(step for step in reversed(steps) if subject in step.changes)
    own = step.changes[subject]
    reasons = {name: own[name] for name in ("because", "roots") if name in own}
    avoid = {"avoid": True} if subject[0] == "avoid" else {}
    return {**change, **avoid, "by": step.by, **reasons}
