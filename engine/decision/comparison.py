"""The difference of two plans of one customer: what changed, and which change brought it about."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from sangdo.engine.language.reading import facts_of_question, thresholds_in
from sangdo.engine.language.rulebook import Rulebook

_Key = tuple[str, str | None]
"""A name and the product it is about, or None for the customer."""


def compare_plans(before: Mapping[str, Any], after: Mapping[str, Any], rulebook: Rulebook) -> dict[str, Any]:
    """Return what differs between two plans (JSON objects as build_plan makes them) as a JSON object.

    `rulebook` is the one of the later plan. Every change of an answer names under `because` the changed facts,
    answers and thresholds that its question reads, and under `roots` the facts and thresholds these go back to;
    both are empty where the rules themselves differ. `hours` are the hours of all actions, once each.
    """
    facts, thresholds = _facts(before, after), _thresholds(before, after)
    answers = _answers(before, after)
    changed = {(one["fact"], one["product"]) for one in facts} | {(one["question"], one["product"]) for one in answers}
    causes: dict[_Key, list[str]] = {}
    for answer in answers:
        read = _read(rulebook, answer["question"], before, after)
        near = [name for name in read if {(name, None), (name, answer["product"])} & changed]
        lines = [one["threshold"] for one in thresholds if one["threshold"] in read]
        answer["because"] = sorted({*near, *lines} - {answer["question"]})
        causes[answer["question"], answer["product"]] = answer["because"]
    for answer in answers:
        answer["roots"] = sorted(_roots(answer["because"], answer["product"], causes))
    return {
        "facts": facts,
        "thresholds": thresholds,
        "answers": answers,
        "actions": _actions(before, after, "actions"),
        "avoid": _actions(before, after, "avoid"),
        "hours": {"before": _hours(before), "after": _hours(after)},
        "attention": [
            {"name": name, "before": before["attention"].get(name), "after": value}
            for name, value in after["attention"].items()
            if before["attention"].get(name) != value
        ],
    }


def is_same(comparison: Mapping[str, Any]) -> bool:
    """Whether nothing that a plan says differs; facts that changed without effect count as the same."""
    return not any(comparison[part] for part in ("answers", "actions", "avoid", "attention"))


def _facts(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The facts that were given, measured or set by default and differ; answers are told apart."""
    old, new = _known(before), _known(after)
    return [
        {"fact": name, "product": product, "before": old.get((name, product)), "after": new.get((name, product))}
        for name, product in _in_order(old, new)
        if old.get((name, product)) != new.get((name, product))
    ]


def _known(plan: Mapping[str, Any]) -> dict[_Key, Any]:
    found: dict[_Key, Any] = {(n, None): k["value"] for n, k in plan["facts"].items() if k["origin"] != "answer"}
    for product, held in plan["products"].items():
        found |= {(name, product): known["value"] for name, known in held["facts"].items()}
    answered = _answered(plan)
    return {key: value for key, value in found.items() if key not in answered}


def _thresholds(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[dict[str, Any]]:
    old = {name: line["value"] for name, line in before["thresholds"].items()}
    new = {name: line["value"] for name, line in after["thresholds"].items()}
    return [
        {"threshold": name, "before": old.get(name), "after": new.get(name)}
        for name in dict.fromkeys([*new, *old])
        if old.get(name) != new.get(name)
    ]


def _answered(plan: Mapping[str, Any]) -> dict[_Key, Any]:
    found: dict[_Key, Any] = {(name, None): value for name, value in plan["answers"].items()}
    for product, held in plan["products"].items():
        found |= {(name, product): value for name, value in held["answers"].items()}
    return found


def _answers(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[dict[str, Any]]:
    old, new = _answered(before), _answered(after)
    return [
        {
            "question": name,
            "product": product,
            "before": old.get((name, product)),
            "after": new.get((name, product)),
            "asked": [(name, product) in old, (name, product) in new],
            "rules": [_deciding(before, name, product), _deciding(after, name, product)],
        }
        for name, product in _in_order(new, old)
        if old.get((name, product)) != new.get((name, product))
    ]


def _deciding(plan: Mapping[str, Any], question: str, product: str | None) -> list[str]:
    return [one["rule"] for one in plan["fired"] if one["question"] == question and one.get("product") == product]


def _read(rulebook: Rulebook, name: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> set[str]:
    """What a question reads: by its rules now, and by those that fired in either plan; counted facts are seen
    through to the question they count."""
    fired = [one for plan in (before, after) for one in plan["fired"] if one["question"] == name]
    read = {fact for one in fired for fact in one["matched"]}
    question = rulebook.questions.get(name)
    if question is not None:
        read |= set(facts_of_question(question))
        read.update(*(thresholds_in(condition) for condition in (question.applies, *(r.when for r in question.rules))))
    tallies = {rulebook.facts[fact].tally for fact in read if fact in rulebook.facts}
    return read | {tally.question for tally in tallies if tally is not None}


def _roots(names: Iterable[str], product: str | None, causes: Mapping[_Key, list[str]]) -> set[str]:
    """Follow changed answers back to what no other change explains."""
    found: set[str] = set()
    for name in names:
        key = (name, product) if (name, product) in causes else (name, None)
        found |= _roots(causes[key], product, causes) if causes.get(key) else {name}
    return found


def _actions(before: Mapping[str, Any], after: Mapping[str, Any], part: str) -> list[dict[str, Any]]:
    """The actions that are new or dropped; steps and texts that only name other figures are the same action."""
    old = {(one["id"], one.get("product")): one for one in before[part]}
    new = {(one["id"], one.get("product")): one for one in after[part]}
    return [
        {
            "action": key[0],
            "product": key[1],
            "change": "new" if key in new else "dropped",
            **{name: (new.get(key) or old[key])[name] for name in ("title", "hours", "rules", "clauses", "basis")},
        }
        for key in _in_order(new, old)
        if (key in old) != (key in new)
    ]


def _hours(plan: Mapping[str, Any]) -> float:
    return float(round(sum(action["hours"] for action in plan["actions"]), 6))


def _in_order(first: Mapping[_Key, Any], second: Mapping[_Key, Any]) -> list[_Key]:
    """The keys of the first in its order, then what only the second has."""
    return list(dict.fromkeys([*first, *second]))
