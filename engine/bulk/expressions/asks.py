"""What is left to ask in each row: the unknown facts that rules wait for, most decisive first, as columns."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

import ibis  # type: ignore[import-untyped]

from sangdo.engine.bulk.expressions.closings import Asked, undecided_rules
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
    Choose,
    Condition,
    Operator,
    Origin,
    Question,
    Test,
    ThresholdName,
)
from sangdo.engine.language.strata import questions_read

BASE = 1 << 16
"""Facts and rules are fewer than this, so that a fact and its rank fit one whole number."""


@dataclass(frozen=True, slots=True)
class Wish:
    """Where a rule waits for a fact; `settled` when it counts a set value meanwhile."""

    fact: str
    rule: int
    settled: bool
    where: Verdict


def wishes_of(asked: Asked, matters: Verdict, deciding: Column | None) -> Iterator[Wish]:
    """Yield where each rule of a question waits for which fact; `deciding` has the number of its deciding rule."""
    for rule, where, number in undecided_rules(asked):
        waits = all_of([certain(matters), where, _still_open(asked, number, deciding)])
        if waits is False:
            continue
        settled = rule.if_unknown is not None
        missing: dict[str, list[Verdict]] = {}
        for fact, here in _unknowns(asked.question.applies, asked.row):
            missing.setdefault(fact, []).append(all_of([undecided(asked.applies), here]))
        reached = certain(asked.applies)
        for fact, here in _unknowns(rule.when, asked.row):
            missing.setdefault(fact, []).append(all_of([reached, here]))
        if isinstance(rule.points, str):
            missing.setdefault(rule.points, []).append(all_of([reached, _is_unknown(rule.points, asked.row)]))
        for fact, places in missing.items():
            if asked.row.rulebook.facts[fact].origin in (Origin.GIVEN, Origin.MEASURED):
                yield Wish(fact, number, settled, all_of([waits, any_of(places)]))
        line = all_of([waits, reached, _waits_for_line(rule.when, asked.row)])
        if line is not False:
            yield Wish(asked.question.name, number, settled, line)


def _still_open(asked: Asked, number: int, deciding: Column | None) -> Verdict:
    """Whether a rule could still change the answer."""
    free = True if asked.given is None else asked.given.isnull()
    match asked.question.choose:
        case Choose.EXACTLY_ONE:
            held = any_of([certain(verdict) for _, verdict, _ in asked.rules])
            return all_of([free, negated(all_of([certain(asked.applies), held]))])
        case Choose.FIRST_MATCH:
            before = True if deciding is None else any_of([deciding.isnull(), deciding > number])
            return all_of([free, before])
        case _:
            return free


def _unknowns(condition: Condition | None, row: Row) -> Iterator[tuple[str, Verdict]]:
    """Yield the facts of the tests with where they leave the condition undecided; decided parts are passed over."""
    if condition is None:
        return
    if isinstance(condition, Test):
        if condition.operator not in (Operator.KNOWN, Operator.UNKNOWN):
            yield condition.fact, _is_unknown(condition.fact, row)
        return
    here = undecided(verdict_of(condition, row))
    if here is not False:
        for part in condition.parts:
            for fact, where in _unknowns(part, row):
                yield fact, all_of([here, where])


def _is_unknown(fact: str, row: Row) -> Verdict:
    column = row.column(fact)
    return True if column is None else column.isnull()


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
        some = [wish for wish in own if wish.where is not False]
        if not some:
            continue
        always, sometimes = _counted(some)
        urgent_always, urgent_sometimes = _counted([wish for wish in some if not wish.settled])
        least = ((BASE - 1 - urgent_always) * BASE + (BASE - 1 - always)) * BASE + places[fact]
        rank = ibis.literal(least, "int64") - (urgent_sometimes * BASE + sometimes) * BASE
        rank = ibis.ifelse(sometimes + always > 0, rank, ibis.null("int64"))
        column = None if fact in row.rulebook.questions else row.column(fact)
        # What is known is not asked for; most rows skip the counting by this test alone.
        yield fact, rank if column is None else ibis.ifelse(column.isnull(), rank, ibis.null("int64"))


def _counted(wishes: list[Wish]) -> tuple[int, Column]:
    """Count the wishes: those in every row, and a column with the others."""
    wheres = [wish.where for wish in wishes]
    others = ibis.literal(0, "int64")
    for where in wheres:
        if where is not True:
            # PostgreSQL makes no other number of a truth.
            others = others + as_column(certain(where)).cast("int32").cast("int64")
    return sum(1 for where in wheres if where is True), others


def questions_that_matter(row: Row, answered: Mapping[str, Column]) -> dict[str, Verdict]:
    """Return where each question's answer is one that something rests on; `answered` has the given answers."""
    rulebook = row.rulebook
    given = {name: answered[name].notnull() if name in answered else False for name in rulebook.questions}
    anything = any_of(given.values())
    if anything is False:
        return dict.fromkeys(rulebook.questions, True)
    readers: dict[str, list[str]] = {name: [] for name in rulebook.questions}
    for question in rulebook.questions.values():
        for name in questions_read(question, rulebook.questions, rulebook.facts):
            readers[name].append(question.name)
    matter: dict[str, Verdict] = {}
    for name in reversed(list(rulebook.questions)):
        others = replace(row, known=row.known - {name})
        live = any_of(
            all_of([matter[reader], negated(given[reader]), _could_change(rulebook.questions[reader], name, others)])
            for reader in readers[name]
        )
        matter[name] = all_of([negated(given[name]), live if readers[name] else True])
    return {name: any_of([negated(anything), where]) for name, where in matter.items()}


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
