"""The findings: the answers that led to the plan, each with its reasons, rules and clauses."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from itertools import groupby
from typing import Any, NamedTuple

from sangdo.engine.decision.pages.figures import capitalised, heading_of, origin_of, value_of
from sangdo.engine.decision.phrases import phrases_in
from sangdo.engine.decision.wording import Wording
from sangdo.engine.language.rulebook import Basis, Choose, Level, Question

AIMS = ("strategy", "pursuit")
"""The answers that say what is aimed at: with customers, and with those who are not customers yet."""
ATTENTION = ("importance", "urgency", "hours_per_week", "visit_every")
IN_BETWEEN = frozenset({"attention_weight", "look_again", "rateable", "assessable", "off_season_ahead"})
"""Answers that only open the way to others, or stand at the end of the page."""
NOT_FINDINGS = frozenset({*AIMS, *ATTENTION, *IN_BETWEEN})
_NUMBERED = re.compile(r"(.*?)(\d+)\Z")


class Citation(NamedTuple):
    """The rules and clauses behind a line; `is_house` when the house added it, not the source document.

    `short` writes them as one small text, runs of rules drawn together.
    """

    rules: tuple[str, ...]
    clauses: tuple[str, ...]
    is_house: bool
    short: str


class Reason(NamedTuple):
    """Why an answer was given, with the rules and clauses that say so."""

    text: str
    citation: Citation


class Finding(NamedTuple):
    """One answer in words, and its reasons."""

    question: str
    label: str
    value: str
    reasons: tuple[Reason, ...]


@lru_cache(maxsize=4096)
def cite(rules: tuple[str, ...], clauses: tuple[str, ...], is_house: bool) -> Citation:
    """Make a citation from rule and clause ids, each kept once and in order."""
    ids, cited = tuple(dict.fromkeys(rules)), tuple(dict.fromkeys(clauses))
    return Citation(ids, cited, is_house, " · ".join(filter(None, (", ".join(_runs(ids)), ", ".join(cited)))))


def list_findings(
    plan: Mapping[str, Any], wording: Wording, only: tuple[str, ...] = (), product: str | None = None
) -> Iterator[Finding]:
    """List the findings in the order of the chain, or `only` the named ones; those that just call actions are left
    to the actions."""
    answers = plan["answers"] if product is None else plan["products"][product]["answers"]
    for name in only or answers:
        question = wording.rulebook.questions.get(name)
        # A product of which nothing is to be done needs no line that says so.
        nothing = product is not None and answers.get(name) == []
        if question is None or answers.get(name) is None or nothing or (not only and _stands_elsewhere(question)):
            continue
        yield _finding(plan, wording, question, answers[name], product)


def find_aim(plan: Mapping[str, Any], wording: Wording) -> Finding | None:
    """Return the strategy with its reasons, or None when there is none yet."""
    return next(iter(list_findings(plan, wording, only=AIMS)), None)


def _stands_elsewhere(question: Question) -> bool:
    if question.level is Level.PRODUCT:
        return False
    return question.name in NOT_FINDINGS or any(rule.actions for rule in question.rules)


def _finding(
    plan: Mapping[str, Any], wording: Wording, question: Question, answer: Any, product: str | None
) -> Finding:
    say = phrases_in(wording.language)
    facts = plan["facts"] if product is None else plan["products"][product]["facts"]
    fired = [one for one in plan["fired"] if one["question"] == question.name and one.get("product") == product]
    known = facts.get(question.name)
    nobody = cite((), (), False)
    reasons: list[Reason]
    if known is not None and known["origin"] == "given":
        reasons = [Reason(say["set_by_hand"].format(origin_of(wording, known)), nobody)]
        reasons += [Reason(known["reason"], nobody)] if known.get("reason") else []
    elif not fired:
        reasons = [Reason(say["by_default"], nobody)]
    elif question.choose is Choose.SUM:
        reasons = [_sum(wording, question, fired, facts)]
    else:
        reasons = [Reason(one["because"], cite((one["rule"],), tuple(one["clauses"]), _is_house(one))) for one in fired]
    label = heading_of(wording, question.name)
    return Finding(question.name, label, capitalised(value_of(wording, question.name, answer)), tuple(reasons))


def _sum(wording: Wording, question: Question, fired: list[Mapping[str, Any]], facts: Mapping[str, Any]) -> Reason:
    """The terms of a sum written out: figures by their labels, points by the titles of their rules."""
    rules, total = {rule.id: rule for rule in question.rules}, wording.rulebook.facts[question.name]
    terms = ""
    for one in fired:
        rule = rules[one["rule"]]
        if isinstance(rule.points, str):
            fact = wording.rulebook.facts[rule.points]
            amount = facts[rule.points]["value"] if rule.points in facts else rule.if_unknown or 0
            term = f"{wording.text(fact.label)} {wording.value(fact, amount)}"
        else:
            term = f"{wording.text(rule.title)} ({wording.value(total, rule.points or 0)})"
        sign = "−" if rule.sign < 0 else "+" if terms else ""
        terms += f" {sign} {term}" if sign else term
    clauses = tuple(clause for one in fired for clause in one["clauses"])
    return Reason(
        capitalised(terms.strip()), cite(tuple(one["rule"] for one in fired), clauses, any(map(_is_house, fired)))
    )


def _is_house(fired: Mapping[str, Any]) -> bool:
    return bool(fired["basis"] == Basis.HOUSE.value)


def _runs(ids: tuple[str, ...]) -> Iterator[str]:
    """Write three or more rules numbered in a row as first–last."""
    numbered = [(found.group(1), int(found.group(2))) if (found := _NUMBERED.match(one)) else (one, 0) for one in ids]
    keys = [(stem, number - place) for place, (stem, number) in enumerate(numbered)]
    for _, run in groupby(zip(keys, ids, strict=True), key=lambda pair: pair[0]):
        members = [one for _, one in run]
        if len(members) > 2:
            yield f"{members[0]}–{members[-1]}"
        else:
            yield from members
