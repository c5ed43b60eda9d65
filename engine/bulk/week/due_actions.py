"""The actions of a customer's plan that a rep has to finish in one week."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sangdo.engine.decision.deadline import set_deadline
from sangdo.engine.decision.decision import Decision
from sangdo.engine.language.rulebook import Action

REP = "rep"


@dataclass(frozen=True, slots=True)
class DueAction:
    """An action with the day it is due, for one product or (None) the customer, and the rules that call it."""

    action: Action
    product: str | None
    due: date
    rules: tuple[str, ...]


def actions_due(decision: Decision, first: date, last: date) -> tuple[DueAction, ...]:
    """Return what a rep has to finish from the first to the last day for one customer, the earliest first."""
    rulebook, trace = decision.rulebook, decision.trace
    calls = {rule.id: rule.actions for question in rulebook.questions.values() for rule in question.rules}
    called: dict[tuple[str, str | None], list[str]] = {}
    for closing in trace.closings:
        for rule in closing.deciding:
            for name in calls[rule]:
                called.setdefault((name, closing.product), []).append(rule)
    peak = trace.values.get("months_to_peak")
    found = []
    for (name, product), rules in called.items():
        action = rulebook.actions[name]
        due = set_deadline(action, decision.facts.as_of, peak if isinstance(peak, int) else None).due
        if action.who == REP and due is not None and first <= due <= last:
            found.append(DueAction(action, product, due, tuple(rules)))
    return tuple(sorted(found, key=lambda one: one.due))
