"""A typed Rulebook written out as the rule files a person would have written for it."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any, TypeAlias

from sangdo.engine.language.rulebook import (
    Action,
    AllOf,
    AnyOf,
    Change,
    Condition,
    Fact,
    Level,
    Operator,
    Origin,
    Question,
    Rule,
    Rulebook,
    Test,
    Text,
    Threshold,
    ThresholdName,
)

Plain: TypeAlias = Any
"""Dictionaries, lists, scalars and names of thresholds, ready to be written."""


def write_rulebook(root: Path, rulebook: Rulebook) -> Path:
    """Write a rulebook as a folder of YAML files."""
    clauses = {one.id: {"basis": str(one.basis), "title": _text(one.title)} for one in rulebook.clauses.values()}
    files: dict[str, Plain] = {
        "rulebook.yaml": {"release": rulebook.release, "title": {"ko": "책", "en": "book"}},
        "vocabulary.yaml": {"facts": {fact.name: _fact(fact) for fact in rulebook.facts.values()}},
        "clauses.yaml": {"clauses": clauses},
        "actions/all.yaml": {"actions": {action.id: _action(action) for action in rulebook.actions.values()}},
    }
    for question in rulebook.questions.values():
        files[f"questions/{question.name}.yaml"] = _question(question, rulebook)
    for name, content in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("".join(f"{_scalar(key)}: {_flow(value)}\n" for key, value in content.items()), "utf-8")
    return root


def _scalar(value: Plain) -> str:
    """Write a scalar: texts in double quotes with odd characters escaped, names of thresholds bare."""
    if isinstance(value, ThresholdName):
        return value.name
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        return '"' + "".join(c if c.isprintable() and c not in '"\\' else f"\\U{ord(c):08x}" for c in value) + '"'
    return value.isoformat() if isinstance(value, date) else repr(value)


def _flow(value: Plain) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_scalar(key)}: {_flow(inner)}" for key, inner in value.items()) + "}"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(map(_flow, value)) + "]"
    return _scalar(value)


def _present(**entries: Plain) -> dict[str, Plain]:
    """The entries that are there; an underline in a key stands for a space, one at its end for nothing."""
    return {key.rstrip("_").replace("_", " "): value for key, value in entries.items() if value is not None}


def _text(text: Text | None) -> Plain:
    return {"ko": text.ko, "en": text.en} if text else None


def _fact(fact: Fact) -> Plain:
    bounds = _present(at_least=fact.minimum, at_most=fact.maximum)
    origin: Plain = str(fact.origin)
    if fact.tally:
        origin = {fact.tally.how: fact.tally.question, "is": fact.tally.answer}
    before_ask = _present(
        label=_text(fact.label),
        type=str(fact.type),
        unit=_text(fact.unit),
        range=bounds or None,
        values={word: _text(label) for word, label in fact.values.items()} if fact.values else None,
        of="product" if fact.level is Level.PRODUCT else None,
        from_=None if fact.origin is Origin.GIVEN else origin,
        default=fact.default,
    )
    return before_ask | _change(fact.change) | _present(ask=_text(fact.ask))


def _change(change: Change | None) -> dict[str, Plain]:
    if change is None:
        return {}
    told = _present(at_least=change.minimum, at_most=change.maximum, step=change.step, cost=change.cost)
    return {"changeable_by": change.by, "change": told}


def _action(action: Action) -> Plain:
    return _present(
        title=_text(action.title), who=action.who, within=f"{action.within_days} days", hours=action.hours,
        clauses=action.clauses, basis=str(action.basis), steps=[_text(step) for step in action.steps],
    )  # fmt: skip


def _question(question: Question, rulebook: Rulebook) -> Plain:
    thresholds = {name: _threshold(rulebook.thresholds[name]) for name in question.thresholds}
    return _present(
        question=question.name,
        title=_text(question.title),
        for_="product" if question.level is Level.PRODUCT else None,
        applies=_condition(question.applies) if question.applies else None,
        answers=question.answers or None,
        choose=str(question.choose),
        otherwise=question.otherwise,
        owner=question.owner,
        status=str(question.status),
        thresholds=thresholds or None,
        rules=[_rule(rule) for rule in question.rules],
    )


def _threshold(threshold: Threshold) -> Plain:
    method = None
    if threshold.method:
        share, within = threshold.method.share, threshold.method.within
        method = _present(pareto=share, median=True if share is None else None, within=within)
    return _present(
        title=_text(threshold.title), unit=_text(threshold.unit), of=threshold.of,
        from_="book" if method else None, method=method, values=dict(threshold.values) or None,
    )  # fmt: skip


def _rule(rule: Rule) -> Plain:
    return _present(
        id=rule.id, title=_text(rule.title), basis=str(rule.basis), clauses=rule.clauses,
        when=_condition(rule.when) if rule.when else None, then=rule.then,
        add=rule.points if rule.sign > 0 else None, subtract=rule.points if rule.sign < 0 else None,
        if_unknown=rule.if_unknown, do=rule.actions or None, because=_text(rule.because),
    )  # fmt: skip


def _condition(condition: Condition) -> dict[str, Plain]:
    """Write a condition; where a plain mapping can say it, as that, else with `all`."""
    if isinstance(condition, Test):
        return {condition.fact: _test(condition)}
    parts = [_condition(part) for part in condition.parts]
    if not isinstance(condition, AllOf):
        return {"any" if isinstance(condition, AnyOf) else "none": parts}
    merged: dict[str, Plain] = {}
    for part, written in zip(condition.parts, parts, strict=True):
        if isinstance(part, AllOf) or merged.keys() & written.keys():
            return {"all": parts}
        merged |= written
    return merged if len(parts) > 1 else {"all": parts}


def _test(test: Test) -> Plain:
    operands = list(test.operands)
    if test.operator in (Operator.KNOWN, Operator.UNKNOWN):
        return {"is": ThresholdName(str(test.operator))}
    if test.operator is Operator.IS:
        return operands[0]
    if test.operator is Operator.ONE_OF:
        return operands
    several = len(operands) > 1
    return {str(test.operator): operands if several else operands[0]}
