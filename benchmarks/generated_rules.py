"""Rulebooks of any size, made like a real one: chains of questions with every hit policy, thresholds and unknowns.

Every question has five rules and reads two or three facts, which five questions share, and an answer before it; every
third applies only after some answers of an earlier one. The same size and seed give the same files.
"""

# The SQL here is made of this module's own words and of numbers.
# ruff: noqa: S608

from __future__ import annotations

import random
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import yaml

RULES_EACH = 5
POLICIES = ("exactly_one", "first_match", "all_that_apply", "sum")
WORDS = ("low", "middle", "high")
SHARED = 5
"""How many questions read the same facts."""
REACH = 12
"""How many questions back an answer is read from at most."""


def write_rules(root: Path, questions: int, seed: int = 7) -> None:
    """Write a rulebook of so many questions, five rules each, to a folder."""
    chance = random.Random(seed)
    facts: dict[str, Any] = {}
    files = {
        "rulebook.yaml": {"release": "1", "title": _text("책", "book")},
        "clauses.yaml": {"clauses": {"H1": {"basis": "house", "title": _text("조항", "clause")}}},
        "actions/all.yaml": {"actions": {f"act-{number}": _action() for number in range(questions)}},
    }
    for number in range(questions):
        name, policy = f"question_{number}", POLICIES[number % len(POLICIES)]
        facts |= _facts_of(number // SHARED)
        facts[name] = _answer(policy)
        files[f"area/{name}.yaml"] = _question(number, policy, chance)
    files["vocabulary.yaml"] = {"facts": facts}
    for path, content in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(yaml.dump(content, Dumper=_Dumper, allow_unicode=True, sort_keys=False), "utf-8")


def write_answers(folder: Path, questions: int, customers: int) -> None:
    """Write a book of customers who have a value of most facts that so many questions read; a tenth is unknown."""
    groups = -(-questions // SHARED)
    columns = ", ".join(f"{_drawn(kind)} AS {kind}_{group}" for group in range(groups) for kind in _DRAWN)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "book.yaml").write_text("name: Generated book\nas_of: 2026-01-01\n", encoding="utf-8")
    path = str(folder / "customers.csv").replace("'", "''")
    with duckdb.connect() as connection:
        connection.execute("SET threads = 1")
        connection.execute("SELECT setseed(0.5)")
        connection.execute(f"COPY (SELECT 'C' || i AS customer_id, {columns} FROM range({customers}) t(i)) TO '{path}'")


_DRAWN = {
    "number": "round(random() * 100, 1)",
    "flag": "random() < 0.5",
    "word": f"{list(WORDS)}[1 + floor(random() * {len(WORDS)})::INTEGER]",
}


def _drawn(kind: str) -> str:
    return f"CASE WHEN random() < 0.9 THEN {_DRAWN[kind]} END"


class _Dumper(yaml.SafeDumper):
    """Writes every value out: an alias would be refused in a rule file."""

    def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002
        return True


def _text(ko: str, en: str) -> dict[str, str]:
    return {"ko": ko, "en": en}


def _action() -> dict[str, Any]:
    return {
        "title": _text("할 일", "work"), "who": "rep", "within": "14 days", "hours": 1, "clauses": ["H1"],
        "basis": "house", "steps": [_text("한다.", "Do it.")],
    }  # fmt: skip


def _facts_of(number: int) -> dict[str, Any]:
    ask = {"from": "given", "ask": _text("무엇입니까?", "What is it?")}
    label = {"label": _text("사실", "fact")}
    return {
        f"number_{number}": {**label, "type": "number", "range": {"at least": 0, "at most": 100}, **ask},
        f"flag_{number}": {**label, "type": "flag", **ask},
        f"word_{number}": {**label, "type": "choice", "values": _values(), **ask},
    }


def _values() -> dict[str, dict[str, str]]:
    return {"low": _text("낮음", "low"), "middle": _text("중간", "middle"), "high": _text("높음", "high")}


def _answer(policy: str) -> dict[str, Any]:
    kinds = {"all_that_apply": "choices", "sum": "number"}
    fact: dict[str, Any] = {"label": _text("답", "answer"), "type": kinds.get(policy, "choice")}
    if policy != "sum":
        fact["values"] = _values()
    return {**fact, "from": "question", "ask": _text("답이 무엇입니까?", "What is the answer?")}


def _question(number: int, policy: str, chance: random.Random) -> dict[str, Any]:
    earlier = [n for n in range(max(0, number - REACH), number) if n % len(POLICIES) != 3]
    question: dict[str, Any] = {"question": f"question_{number}", "title": _text("질문", "question")}
    if earlier and number % 3 == 2:
        first = chance.choice(earlier)
        question["applies"] = _answered(first, 2)
        earlier.remove(first)
    if policy != "sum":
        question["answers"] = list(WORDS)
    question["choose"] = policy
    if policy == "first_match":
        question["otherwise"] = "low"
    line = {"title": _text("기준선", "line"), "values": {date(2000, 1, 1): chance.randint(20, 80)}}
    question |= {"owner": "sales", "status": "stable", "thresholds": {f"line_{number}": line}}
    if policy == "exactly_one":
        earlier = [n for n in earlier if n % len(POLICIES) == 0 or n % 3 == 2]
    read = _answered(chance.choice(earlier), 1) if earlier else {f"word_{number // SHARED}": "high"}
    question["rules"] = [_rule(number, place, *rule) for place, rule in enumerate(_RULES[policy](number, read), 1)]
    return question


def _answered(number: int, many: int) -> dict[str, Any]:
    """A test that an earlier question has one or two of its answers."""
    words = list(WORDS[-many:])
    if POLICIES[number % len(POLICIES)] == "all_that_apply":
        return {f"question_{number}": {"includes": words if many > 1 else words[0]}}
    return {f"question_{number}": words if many > 1 else words[0]}


def _rule(number: int, place: int, when: dict[str, Any], conclusion: dict[str, Any]) -> dict[str, Any]:
    rule: dict[str, Any] = {
        "id": f"R{number}-{place}", "title": _text(f"규칙 {place}", f"rule {place}"), "basis": "house",
        "clauses": ["H1"], "when": when, **conclusion,
    }  # fmt: skip
    if place == 1 and "then" in conclusion:
        rule["do"] = [f"act-{number}"]
    return rule


def _exactly_one(number: int, earlier: dict[str, Any]) -> list[tuple[dict[str, Any], dict[str, Any]]]:
    figure, flag, (name,) = f"number_{number // SHARED}", f"flag_{number // SHARED}", earlier
    above, below = {figure: {"at least": f"line_{number}"}}, {figure: {"less than": f"line_{number}"}}
    return [
        ({**above, **earlier}, {"then": "high"}),
        ({**above, "none": [earlier]}, {"then": "middle"}),
        ({**above, name: {"is": "unknown"}}, {"then": "low"}),
        ({**below, flag: True}, {"then": "middle"}),
        ({**below, flag: False}, {"then": "low"}),
    ]


def _first_match(number: int, earlier: dict[str, Any]) -> list[tuple[dict[str, Any], dict[str, Any]]]:
    word, flag, figure = (f"{kind}_{number // SHARED}" for kind in ("word", "flag", "number"))
    return [
        ({**earlier, flag: True}, {"then": "high"}),
        ({word: "high", figure: {"at least": f"line_{number}"}}, {"then": "high"}),
        ({"any": [earlier, {word: "middle", flag: True}]}, {"then": "middle"}),
        ({figure: {"more than": 90}}, {"then": "high"}),
        ({flag: {"is": "unknown"}, word: ["middle", "high"]}, {"then": "middle"}),
    ]


def _all_that_apply(number: int, earlier: dict[str, Any]) -> list[tuple[dict[str, Any], dict[str, Any]]]:
    word, flag, figure = (f"{kind}_{number // SHARED}" for kind in ("word", "flag", "number"))
    return [
        ({**earlier, flag: True}, {"then": "high"}),
        ({figure: {"at least": f"line_{number}"}, word: {"is not": "low"}}, {"then": "high"}),
        ({"any": [{word: "middle"}, {flag: False}]}, {"then": "middle"}),
        ({figure: {"less than": f"line_{number}"}}, {"then": "low"}),
        ({"none": [earlier], flag: {"is": "unknown"}}, {"then": "low"}),
    ]


def _sum(number: int, earlier: dict[str, Any]) -> list[tuple[dict[str, Any], dict[str, Any]]]:
    word, flag, figure = (f"{kind}_{number // SHARED}" for kind in ("word", "flag", "number"))
    return [
        ({**earlier}, {"add": 5, "if unknown": 0}),
        ({flag: True}, {"add": 3, "if unknown": 0}),
        ({word: ["middle", "high"]}, {"add": 2}),
        ({figure: {"at least": f"line_{number}"}}, {"add": figure}),
        ({word: "low", flag: False}, {"subtract": 1, "if unknown": 0}),
    ]


_RULES = {"exactly_one": _exactly_one, "first_match": _first_match, "all_that_apply": _all_that_apply, "sum": _sum}
