"""The ask list: the unknown facts that keep rules from being decided, most decisive first."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from sangdo.engine.explain.evaluation import holds, rule_holds
from sangdo.engine.inference.thresholds import ResolvedThreshold
from sangdo.engine.inference.trace import Closing
from sangdo.engine.language.rulebook import (
    Choose,
    Condition,
    Origin,
    Question,
    Rule,
    Rulebook,
    Test,
    ThresholdName,
    Value,
)


@dataclass(frozen=True, slots=True)
class Ask:
    """One fact to ask for: `would_decide` are the rules that wait for it, in the questions named."""

    fact: str
    product: str | None
    questions: tuple[str, ...]
    would_decide: tuple[str, ...]


def list_asks(
    rulebook: Rulebook,
    values: Mapping[str, Value],
    product_values: Mapping[str, Mapping[str, Value]],
    thresholds: Mapping[str, ResolvedThreshold],
    closings: tuple[Closing, ...],
) -> tuple[Ask, ...]:
    """List the facts that would decide a rule that is undecided where it still matters.

    A given answer, an answer already reached by exactly_one, and a rule after the first match leave nothing
    to ask. An answer of another question is not asked for itself: the facts behind it are, unless it rests
    on a line that only a book can measure.
    """
    collected: dict[tuple[str, str | None], tuple[dict[str, None], dict[str, None]]] = {}
    for closing in closings:
        question = rulebook.questions[closing.question]
        known = values if closing.product is None else {**values, **product_values[closing.product]}
        for fact, rules in _wanted(rulebook, question, closing, known, thresholds):
            product = closing.product if rulebook.facts[fact].level is question.level else None
            questions, waiting = collected.setdefault((fact, product), ({}, {}))
            questions[question.name] = None
            waiting.update(dict.fromkeys(rules))
    asks = [Ask(fact, product, tuple(q), tuple(r)) for (fact, product), (q, r) in collected.items()]
    return tuple(sorted(asks, key=lambda ask: -len(ask.would_decide)))


def _wanted(
    rulebook: Rulebook,
    question: Question,
    closing: Closing,
    values: Mapping[str, Value],
    thresholds: Mapping[str, ResolvedThreshold],
) -> Iterator[tuple[str, list[str]]]:
    if closing.how == "given":
        return
    if holds(question.applies, values, thresholds) is None:
        for fact in unknowns(question.applies, values, thresholds):
            if _is_asked(rulebook, fact):
                yield fact, [rule.id for rule in question.rules]
        return
    if closing.how == "not_asked":
        return
    for rule in _waiting(question, closing):
        if rule_holds(rule, values, thresholds) is not None:
            continue
        for fact in unknowns(rule.when, values, thresholds):
            if _is_asked(rulebook, fact):
                yield fact, [rule.id]
        if isinstance(rule.points, str) and rule.points not in values and _is_asked(rulebook, rule.points):
            yield rule.points, [rule.id]
        if _waits_for_line(rule.when, values, thresholds):
            yield question.name, [rule.id]


def _waiting(question: Question, closing: Closing) -> tuple[Rule, ...]:
    """The rules that could still change the answer."""
    if closing.how == "rules" and question.choose is Choose.EXACTLY_ONE:
        return ()
    if closing.how == "rules" and question.choose is Choose.FIRST_MATCH:
        ids = [rule.id for rule in question.rules]
        return question.rules[: ids.index(closing.deciding[0])]
    return question.rules


def _is_asked(rulebook: Rulebook, fact: str) -> bool:
    return rulebook.facts[fact].origin in (Origin.GIVEN, Origin.MEASURED)


def unknowns(
    condition: Condition | None, values: Mapping[str, Value], thresholds: Mapping[str, ResolvedThreshold]
) -> Iterator[str]:
    """Yield the unknown facts that leave a condition undecided; parts already decided are passed over."""
    if condition is None or holds(condition, values, thresholds) is not None:
        return
    if isinstance(condition, Test):
        if condition.fact not in values:
            yield condition.fact
    else:
        for part in condition.parts:
            yield from unknowns(part, values, thresholds)


def _waits_for_line(
    condition: Condition | None, values: Mapping[str, Value], thresholds: Mapping[str, ResolvedThreshold]
) -> bool:
    """Whether a condition is undecided because a threshold has no value."""
    if condition is None or holds(condition, values, thresholds) is not None:
        return False
    if isinstance(condition, Test):
        lines = [operand.name for operand in condition.operands if isinstance(operand, ThresholdName)]
        return any(thresholds[line].value is None for line in lines)
    return any(_waits_for_line(part, values, thresholds) for part in condition.parts)
