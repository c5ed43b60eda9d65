"""How a question closes, as columns: its answer, the rules that decided it, and where two of them contradict."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import ibis  # type: ignore[import-untyped]

from sangdo.engine.bulk.expressions.columns import APPLIES, GIVEN, RULE
from sangdo.engine.bulk.expressions.conditions import Verdict, all_of, any_of, as_column, certain, negated, undecided
from sangdo.engine.bulk.expressions.exclusive import rules_exclude_each_other
from sangdo.engine.bulk.expressions.row import BITS, Column, Row, dtype, literal
from sangdo.engine.inference.hit_policy import DECIMALS, WHOLE
from sangdo.engine.language.rulebook import Choose, Question, Rule, Status

NUMBER = "int16"


@dataclass(frozen=True, slots=True)
class Asked:
    """A question in each row: whether it applies, its rules' verdicts where it does, and the answer given, if any.

    `numbers` are the places of the rules in the whole chain, by which a rule is told from here on.
    """

    question: Question
    row: Row
    applies: Verdict
    verdicts: tuple[Verdict, ...]
    numbers: tuple[int, ...]
    given: Column | None

    @property
    def by_rules(self) -> Verdict:
        """Whether it is left to the rules: the question applies, and nobody gave the answer."""
        return all_of([certain(self.applies), True if self.given is None else self.given.isnull()])

    @property
    def is_single(self) -> bool:
        """Whether one rule at most decides."""
        question = self.question
        return question.choose is Choose.FIRST_MATCH or (
            question.choose is Choose.EXACTLY_ONE and rules_exclude_each_other(question, self.row.thresholds)
        )

    @property
    def rules(self) -> Iterator[tuple[Rule, Verdict, int]]:
        return zip(self.question.rules, self.verdicts, self.numbers, strict=True)

    def over(self, row: Row) -> Asked:
        """The same question over a row that has verdicts of it as columns."""
        columns = frozenset(row.table.columns)
        applies, given = APPLIES + self.question.name, GIVEN + self.question.name
        verdicts = (row.table[f"{RULE}{n}"] if f"{RULE}{n}" in columns else verdict for _, verdict, n in self.rules)
        return replace(
            self,
            row=row,
            applies=row.table[applies] if applies in columns else self.applies,
            verdicts=tuple(verdicts),
            given=None if self.given is None else row.table[given],
        )

    @property
    def is_retired(self) -> bool:
        return self.question.status is Status.RETIRED


def answer_of(asked: Asked) -> Column:
    """Return the column of the answer, coded; null where there is none."""
    question = asked.question
    fact = asked.row.rulebook.facts[question.name]
    if question.choose is Choose.ALL_THAT_APPLY:
        answer = _set(asked)
    elif question.choose is Choose.SUM:
        answer = _sum(asked)
    else:
        otherwise = ibis.null(dtype(fact)) if question.otherwise is None else literal(fact, question.otherwise)
        answer = _cases(
            [(verdict, literal(fact, rule.then)) for rule, verdict, _ in asked.rules if rule.then is not None],
            otherwise,
        )
    return _where_asked(asked, answer.cast(dtype(fact)), ibis.null(dtype(fact)))


def _where_asked(asked: Asked, answer: Column, missing: Column) -> Column:
    applies = certain(asked.applies)
    left = answer if applies is True else missing if applies is False else ibis.ifelse(applies, answer, missing)
    if asked.given is None:
        return left
    return ibis.coalesce(asked.given, left)


def _cases(branches: list[tuple[Verdict, Column]], otherwise: Column) -> Column:
    """The value of the first branch that holds; one that is undecided is passed over."""
    live = []
    for verdict, value in branches:
        if verdict is True:
            otherwise = value
            break
        if verdict is not False and verdict is not None:
            live.append((verdict, value))
    return ibis.cases(*live, else_=otherwise) if live else otherwise


def _set(asked: Asked) -> Column:
    fact = asked.row.rulebook.facts[asked.question.name]
    nothing: Any = ibis.literal(0, BITS)
    held = nothing
    for answer in dict.fromkeys(rule.then for rule in asked.question.rules):
        any_held = any_of([certain(v) for rule, v, _ in asked.rules if rule.then == answer])
        if any_held is not False:
            bits = literal(fact, answer)  # type: ignore[arg-type]
            held = held + (bits if any_held is True else ibis.ifelse(any_held, bits, nothing))
    if asked.question.otherwise is None:
        return held
    return ibis.ifelse(held == 0, literal(fact, asked.question.otherwise), held)


def _sum(asked: Asked) -> Column:
    """The points of the rules that hold, added in order; null as soon as one without a set value is undecided."""
    total: Any = ibis.literal(0.0, "float64")
    for rule, verdict, _ in asked.rules:
        if verdict is False:
            continue
        points = _points(rule, asked.row)
        assumed = ibis.null("float64") if rule.if_unknown is None else ibis.literal(rule.sign * float(rule.if_unknown))
        if verdict is None:
            total = total + assumed
        elif verdict is True:
            total = total + points
        else:
            total = total + ibis.cases((verdict, points), (~verdict, 0.0), else_=assumed)
    scale = 10.0**DECIMALS
    exact = ((total * scale + 0.5).floor().cast("float64") / scale) + 0.0
    return ibis.ifelse(total.abs() < WHOLE, exact, total)


def _points(rule: Rule, row: Row) -> Column:
    if not isinstance(rule.points, str):
        return ibis.literal(rule.sign * float(rule.points or 0))
    column = row.column(rule.points)
    return ibis.null("float64") if column is None else rule.sign * column.cast("float64")


def deciding_of(asked: Asked) -> Iterator[tuple[str | None, Column]]:
    """Yield the columns with the numbers of the deciding rules: one for all rules, under no name, or one a rule."""
    if asked.is_retired:
        return
    by_rules, none = asked.by_rules, ibis.null(NUMBER)
    if asked.is_single:
        first = _cases([(verdict, _number(number)) for _, verdict, number in asked.rules], none)
        yield None, first if by_rules is True else ibis.ifelse(as_column(by_rules), first, none)
        return
    closed = all_of([by_rules, _is_summed(asked)])
    for rule, verdict, number in asked.rules:
        hit = all_of([closed, certain(verdict)])
        if hit is not False:
            yield rule.id, _number(number) if hit is True else ibis.ifelse(as_column(hit), _number(number), none)


def _is_summed(asked: Asked) -> Verdict:
    """Whether a sum is known; any other question closes on the rules that hold."""
    if asked.question.choose is not Choose.SUM:
        return True
    return all_of([negated(undecided(verdict)) for rule, verdict, _ in asked.rules if rule.if_unknown is None])


def _number(number: int) -> Column:
    return ibis.literal(number, NUMBER)


def conflict_of(asked: Asked) -> Verdict:
    """Return where rules with different answers hold although there is exactly one."""
    if asked.question.choose is not Choose.EXACTLY_ONE or asked.is_single or asked.is_retired:
        return False
    held = [
        any_of([certain(v) for rule, v, _ in asked.rules if rule.then == answer])
        for answer in dict.fromkeys(rule.then for rule in asked.question.rules)
    ]
    pairs = [all_of([one, other]) for n, one in enumerate(held) for other in held[n + 1 :]]
    return all_of([asked.by_rules, any_of(pairs)])
