"""What is left to ask in each row: the unknown facts that rules wait for, most decisive first, as columns."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

import ibis  # type: ignore[import-untyped]

from sangdo.engine.bulk.expressions.closings import Asked
from sangdo.engine.bulk.expressions.conditions import (
    Verdict,
    all_of,
    any_of,
    as_column,
    certain,
    negated,
    undecided,
    verdict_of,
)
from sangdo.engine.bulk.expressions.row import Column, Row
from sangdo.engine.language.reading import tests_in
from sangdo.engine.language.rulebook import (
    AllOf,
    AnyOf,
    Choose,
    Condition,
    NoneOf,
    Operator,
    Origin,
    Question,
    Status,
    Test,
    ThresholdName,
)
from sangdo.engine.language.strata import questions_read

BASE = 1 << 16
"""Facts and rules are fewer than this, so that a fact and its rank fit one whole number."""


@dataclass(frozen=True, slots=True)
class Wish:
    """Where rules wait for a fact that is unknown: `rules` of them, `unsettled` of these without a value meanwhile."""

    fact: str
    rules: int
    unsettled: int
    where: Verdict
    name: str
    """What tells the wish from any other of the same fact."""


PENDS, WAITS = "pends$", "waits$"


def waits_of(asked: Asked, matters: Verdict, deciding: Column | None) -> dict[str, Verdict]:
    """Return where it is undecided whether a question applies, and where each of its rules is undecided though the
    question applies: as far as the answer could still change and something rests on it. By the names of columns."""
    if asked.question.status is Status.RETIRED:
        return {}
    free = all_of([certain(matters), True if asked.given is None else asked.given.isnull()])
    held = any_of([certain(verdict) for _, verdict, _ in asked.rules])
    found = {PENDS + asked.question.name: all_of([free, undecided(asked.applies)])}
    for _, verdict, number in asked.rules:
        live = all_of([free, certain(asked.applies), undecided(verdict)])
        if asked.question.choose is Choose.EXACTLY_ONE:
            live = all_of([live, negated(held)])
        elif asked.question.choose is Choose.FIRST_MATCH and deciding is not None:
            live = all_of([live, any_of([deciding.isnull(), deciding > number])])
        found[f"{WAITS}{number}"] = live
    return found


def wishes_of(asked: Asked, waits: Mapping[str, Verdict]) -> Iterator[Wish]:
    """Yield which fact a question and its rules wait for, and where; `waits` is what waits_of returns, as columns."""
    question, row = asked.question, asked.row
    pends = waits.get(PENDS + question.name, False)
    unsettled = sum(rule.if_unknown is None for rule in question.rules)
    for fact, places in _gathered(question.applies, row).items():
        wish = all_of([pends, any_of(places)])
        if wish is not False and _is_asked(fact, row):
            yield Wish(fact, len(question.rules), unsettled, wish, question.name)
    for rule, _, number in asked.rules:
        waiting = waits.get(f"{WAITS}{number}", False)
        if waiting is False:
            continue
        missing = _gathered(rule.when, row)
        if isinstance(rule.points, str):
            missing.setdefault(rule.points, []).append(True)
        named = {fact: all_of([waiting, any_of(places)]) for fact, places in missing.items() if _is_asked(fact, row)}
        named[question.name] = all_of([waiting, _waits_for_line(rule.when, row)])
        for fact, where in named.items():
            if where is not False:
                yield Wish(fact, 1, int(rule.if_unknown is None), where, str(number))


def _is_asked(fact: str, row: Row) -> bool:
    return row.rulebook.facts[fact].origin in (Origin.GIVEN, Origin.MEASURED)


def _gathered(condition: Condition | None, row: Row) -> dict[str, list[Verdict]]:
    """Return the facts of an undecided condition with where they would help to decide it if they are unknown."""
    found: dict[str, list[Verdict]] = {}
    parts = condition.parts if isinstance(condition, AllOf | AnyOf | NoneOf) else (condition,)
    for part in parts:
        for fact, where in _unknowns(part, row):
            found.setdefault(fact, []).append(where)
    return found


def _unknowns(condition: Condition | None, row: Row) -> Iterator[tuple[str, Verdict]]:
    """Yield the facts of the tests with where they leave the condition undecided; decided parts are passed over."""
    if condition is None:
        return
    if isinstance(condition, Test):
        if condition.operator not in (Operator.KNOWN, Operator.UNKNOWN):
            yield condition.fact, True
        return
    here = undecided(verdict_of(condition, row))
    if here is not False:
        for part in condition.parts:
            for fact, where in _unknowns(part, row):
                yield fact, all_of([here, where])


def _waits_for_line(condition: Condition | None, row: Row) -> Verdict:
    """Where a condition is undecided because a threshold has no value."""
    if condition is None:
        return False
    if isinstance(condition, Test):
        lines = [operand.name for operand in condition.operands if isinstance(operand, ThresholdName)]
        lacks = any(row.thresholds[line].value is None for line in lines)
        return undecided(verdict_of(condition, row)) if lacks else False
    inner = any_of([_waits_for_line(part, row) for part in condition.parts])
    return False if inner is False else all_of([undecided(verdict_of(condition, row)), inner])


def ranks_of(wishes: Mapping[str, list[Wish]], row: Row, places: Mapping[str, int]) -> Iterator[tuple[str, Column]]:
    """Yield for each fact its rank where it is wished for: fewer is more decisive. The lowest digits tell the fact."""
    for fact, own in wishes.items():
        always, sometimes = _weighed(own)
        least = BASE**3 - BASE - always + places[fact]
        # What nobody waits for has no rank.
        rank = ibis.literal(least, "int64") - (sometimes if always else sometimes.nullif(0))
        if fact in row.rulebook.questions:
            yield fact, rank
        else:
            column = row.column(fact)
            # What is known is not asked for; most rows skip the counting by this test alone.
            yield fact, rank if column is None else ibis.ifelse(column.isnull(), rank, ibis.null("int64"))


def _weighed(wishes: list[Wish]) -> tuple[int, Column]:
    """Add up what wishes weigh where they are there: those of every row, and a column of the others."""
    always, sometimes = 0, ibis.literal(0, "int64")
    for wish in wishes:
        weight = wish.unsettled * BASE**2 + wish.rules * BASE
        if wish.where is True:
            always += weight
        else:
            # PostgreSQL makes no other number of a truth.
            sometimes = sometimes + as_column(certain(wish.where)).cast("int32").cast("int64") * weight
    return always, sometimes


def matters_of(name: str, row: Row, given: Mapping[str, Verdict], matter: Mapping[str, Verdict]) -> Verdict:
    """Return where something rests on the answer of a question, as the list of asks has it: not where it only feeds
    answers given by a person. `given` tells where each question was answered so, `matter` what matters of those that
    come later in the chain."""
    questions, facts = row.rulebook.questions, row.rulebook.facts
    readers = [q for q in questions.values() if name in questions_read(q, questions, facts)]
    others = replace(row, known=row.known - {name})
    live = any_of(all_of([matter[q.name], negated(given[q.name]), _could_change(q, name, others)]) for q in readers)
    return all_of([negated(given[name]), live if readers else True])


def _could_change(reader: Question, name: str, others: Row) -> Verdict:
    """Whether a question could turn on the answer `name`, all else being as known."""
    conditions = [reader.applies, *(rule.when for rule in reader.rules)]
    named = [c for c in conditions if any(test.fact == name for test in tests_in(c))]
    if not named or any(rule.points == name for rule in reader.rules):
        return _not_false(reader.applies, others)
    return all_of([_not_false(reader.applies, others), any_of(_not_false(c, others) for c in named)])


def _not_false(condition: Condition | None, row: Row) -> Verdict:
    verdict = verdict_of(condition, row)
    return any_of([undecided(verdict), certain(verdict)])
