"""The words by which a decision is found in the log: its date, rules, clauses, actions and answers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from sangdo.engine.language.values import plain

UNKNOWN = "unknown"


def plan_terms(plan: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the terms of a plan, each once.

    They are `as_of:`, `release:` (its name), `rule:` (those that decided), `action:`, `clause:` (cited by these rules
    and actions), `under:` (the same with the clauses above them) and `answer:question=value`.
    """
    actions = [*plan["actions"], *plan["avoid"]]
    clauses = [clause for one in (*plan["fired"], *actions) for clause in one["clauses"]]
    found = [
        f"as_of:{plan['as_of']}",
        f"release:{plan['rulebook']['release']}",
        *(f"rule:{one['rule']}" for one in plan["fired"]),
        *(f"action:{one['id']}" for one in actions),
        *clause_terms(clauses),
        *_answers(plan["answers"]),
        *(term for product in plan["products"].values() for term in _answers(product["answers"])),
    ]
    return tuple(dict.fromkeys(found))


def action_terms(plan: Mapping[str, Any], action: str) -> tuple[str, ...]:
    """Return the terms of one action of a plan: itself, the rules that called it, and the clauses of both."""
    called = [one for one in (*plan["actions"], *plan["avoid"]) if one["id"] == action]
    rules = [rule for one in called for rule in one["rules"]]
    cited = [clause for one in called for clause in one["clauses"]]
    cited += [clause for one in plan["fired"] if one["rule"] in rules for clause in one["clauses"]]
    return tuple(dict.fromkeys([f"action:{action}", *(f"rule:{rule}" for rule in rules), *clause_terms(cited)]))


def called_terms(plan: Mapping[str, Any]) -> frozenset[str]:
    """Return the terms of all actions of a plan: what called for something, and what it called for."""
    actions = {one["id"] for one in (*plan["actions"], *plan["avoid"])}
    return frozenset(term for action in actions for term in action_terms(plan, action))


def clause_terms(clauses: Iterable[str]) -> Iterator[str]:
    """Yield the terms of clauses; E2.1 stands under itself and under E2."""
    for clause in clauses:
        yield f"clause:{clause}"
        parts = clause.split(".")
        for length in range(1, len(parts) + 1):
            yield f"under:{'.'.join(parts[:length])}"


def _answers(answers: Mapping[str, Any]) -> Iterator[str]:
    for question, answer in answers.items():
        for value in answer if isinstance(answer, list) else [answer]:
            yield f"answer:{question}={answer_word(value)}"


def answer_word(value: object) -> str:
    """Write one value of an answer as it is searched for: yes and no for flags, digits for numbers."""
    if value is None:
        return UNKNOWN
    if isinstance(value, bool):
        return "yes" if value else "no"
    return plain(value) if isinstance(value, (int, float)) else str(value)
