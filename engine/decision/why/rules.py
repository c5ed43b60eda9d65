"""Rules as an explanation tells them: what became of each, on which facts, and what it adds or calls."""

from __future__ import annotations

from typing import Any

from sangdo.engine.decision.why.conditions import RESULTS, Behind, list_why_not, tell_condition
from sangdo.engine.decision.why.facts import Known
from sangdo.engine.explain.asks import unknowns
from sangdo.engine.explain.verdicts import Verdict, judge_rule, tests_of
from sangdo.engine.inference.hit_policy import points_of
from sangdo.engine.inference.trace import Closing
from sangdo.engine.language.reading import thresholds_in
from sangdo.engine.language.rulebook import Choose, Question, Rule, Status, Value
from sangdo.engine.language.values import as_json


def tell_rule(
    rule: Rule, closing: Closing, applies: Verdict, known: Known, depth: float, behind: Behind
) -> dict[str, Any]:
    """Return a rule of a closed question as JSON; `applies` is the verdict on whether the question is asked.

    `outcome` is decided, lost (it holds, but something else gave the answer), assumed (a sum counted its set value),
    undecided, fails, not_asked or retired. A reason that speaks of the facts is told only of a rule that holds.
    """
    question, product, wording = known.decision.rulebook.questions[closing.question], closing.product, known.wording
    verdict = judge_rule(rule, known.values(product), known.decision.trace.thresholds)
    outcome = _outcome(rule, question, closing, applies, verdict)
    held = outcome in ("decided", "lost")
    shares = outcome == "decided" and question.choose is Choose.EXACTLY_ONE
    return {
        "rule": rule.id,
        "title": wording.text(rule.title),
        "basis": rule.basis.value,
        "clauses": list(rule.clauses),
        "because": known.filled(rule.because or rule.title, product) if held else None,
        "verdict": RESULTS[verdict.result],
        "outcome": outcome,
        "lost_to": (closing.deciding[0] if closing.deciding else closing.how) if outcome == "lost" else None,
        "together_with": [one for one in closing.deciding if one != rule.id] if shares else [],
        "answer": as_json(rule.then),
        "answer_label": _answer(rule, question, known),
        "points": _points(rule, closing, outcome, known, depth) if question.choose is Choose.SUM else None,
        "matched": _matched(rule, verdict, closing, known, depth) if held and depth >= 2 else [],
        "why_not": list_why_not(verdict, known, product),
        "waits_for": _waits_for(rule, closing, known) if outcome in ("undecided", "assumed") else [],
        "conditions": tell_condition(verdict, known, product, depth, behind) if depth >= 2 else None,
        "actions": [_action(name, closing, known) for name in rule.actions],
    }


def _outcome(rule: Rule, question: Question, closing: Closing, applies: Verdict, verdict: Verdict) -> str:
    if question.status is Status.RETIRED:
        return "retired"
    if applies.result is not True:
        return "not_asked"
    if rule.id in closing.deciding:
        return "decided"
    if rule.id in closing.held:
        return "lost"
    if rule.id in closing.assumed:
        return "assumed"
    return "undecided" if verdict.result is None else "fails"


def _answer(rule: Rule, question: Question, known: Known) -> str | None:
    if rule.then is None:
        return None
    several = question.choose is Choose.ALL_THAT_APPLY
    answer: Value = frozenset([str(rule.then)]) if several else rule.then
    return known.wording.value(known.decision.rulebook.facts[question.name], answer)


def _points(rule: Rule, closing: Closing, outcome: str, known: Known, depth: float) -> dict[str, Any]:
    """What a rule of a sum adds or takes away, and what was counted of it."""
    values, total = known.values(closing.product), known.decision.rulebook.facts[closing.question]
    named = rule.points if isinstance(rule.points, str) else None
    value = points_of(rule, values) if named is None or named in values else None
    counted = {"decided": value, "assumed": rule.if_unknown}.get(outcome)
    amount = counted if counted is not None else value
    label = None
    if amount is not None:
        label = ("−" if rule.sign * amount < 0 else "+") + known.wording.value(total, abs(amount))
    return {
        "fact": known.fact(named, closing.product, depth) if named and depth >= 2 else None,
        "value": value,
        "sign": rule.sign,
        "if_unknown": rule.if_unknown,
        "counted": rule.sign * counted if counted is not None else None,
        "label": label,
    }


def _matched(rule: Rule, verdict: Verdict, closing: Closing, known: Known, depth: float) -> list[dict[str, Any]]:
    """The facts that the engine reports as matched, each with the thresholds of the tests it met."""
    firings = known.decision.trace.firings
    names = [name for f in firings if (f.rule, f.product) == (rule.id, closing.product) for name, _ in f.matched]
    met = [one.test for one in tests_of(verdict) if one.test is not None and one.result is one.wanted]
    matched = []
    for name in names:
        lines = dict.fromkeys(line for test in met if test.fact == name for line in thresholds_in(test))
        told = known.fact(name, closing.product, depth)
        matched.append(told | {"thresholds": [known.threshold(line, depth) for line in lines]})
    return matched


def _waits_for(rule: Rule, closing: Closing, known: Known) -> list[str]:
    """The unknown facts that leave a rule undecided; answers among them are not followed back."""
    values = known.values(closing.product)
    found = dict.fromkeys(unknowns(rule.when, values, known.decision.trace.thresholds))
    if isinstance(rule.points, str) and rule.points not in values:
        found[rule.points] = None
    return list(found)


def _action(name: str, closing: Closing, known: Known) -> dict[str, Any]:
    action = known.decision.rulebook.actions[name]
    return {
        "action": name,
        "title": known.filled(action.title, closing.product),
        "basis": action.basis.value,
        "clauses": list(action.clauses),
        "avoid": action.avoid,
    }
