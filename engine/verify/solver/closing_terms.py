"""How a question closes, as Z3 terms: the hit policies of inference said for every customer at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import TypeVar

import z3

from sangdo.engine.inference.hit_policy import DECIMALS
from sangdo.engine.language.rulebook import Choose, Question, Rule, Status, Tally, Value
from sangdo.engine.verify.solver.kleene import Lines, Reader, condition_term
from sangdo.engine.verify.solver.terms import Cases, Figure, Number, Term, Words, real_term
from sangdo.engine.verify.solver.truth import Truth, and_, bool_term, not_, or_

Key = TypeVar("Key")


@dataclass(frozen=True, slots=True)
class ClosingTerms:
    """One question, of one product where it is asked of each.

    `holds` and `decides` are by rule; `given` is that a person gave the answer; `answer` is what later questions read,
    given or found; `unanswered` is asked without an answer from anybody; `conflict` is two different answers of
    exactly_one.
    """

    asked: Truth
    holds: Mapping[str, Truth]
    decides: Mapping[str, Truth]
    answer: Term
    unanswered: Truth
    conflict: Truth = False
    given: Truth = False


def close_terms(question: Question, asked: Truth, read: Reader, lines: Lines) -> ClosingTerms:
    """Return how a question closes by its rules."""
    return close_held(
        question, asked, {rule.id: _held(rule, asked, read, lines) for rule in question.rules}, read, lines
    )


def close_held(
    question: Question, asked: Truth, holds: Mapping[str, Truth], read: Reader, lines: Lines
) -> ClosingTerms:
    """Return how a question closes by rules of which it is settled when they hold."""
    if question.choose is Choose.SUM:
        return _close_sum(question, asked, holds, read, lines)
    nothing_holds = and_((asked, not_(or_(holds.values()))))
    otherwise = False if question.otherwise is None else nothing_holds
    unanswered = nothing_holds if question.otherwise is None else False
    decides = _firsts(holds) if question.choose is Choose.FIRST_MATCH else holds
    found = _by_answer(question, decides, otherwise)
    if question.choose is Choose.ALL_THAT_APPLY:
        words = {str(answer): truth for answer, truth in found.items()}
        return ClosingTerms(asked, holds, decides, Words(words, asked), unanswered)
    answer = Cases(found, or_(holds.values()) if question.otherwise is None else asked)
    return ClosingTerms(asked, holds, decides, answer, unanswered, _conflict(question, found))


def asked_term(question: Question, read: Reader, lines: Lines) -> Truth:
    """Return the truth that a question applies and is not retired."""
    return False if question.status is Status.RETIRED else condition_term(question.applies, True, read, lines)


def with_given(closing: ClosingTerms, given: Term) -> ClosingTerms:
    """Return how a question closes to which a person may have given the answer: it overrides the rules."""
    free = not_(given.known)
    return ClosingTerms(
        closing.asked,
        closing.holds,
        {rule: and_((truth, free)) for rule, truth in closing.decides.items()},
        either(given, closing.answer),
        and_((closing.unanswered, free)),
        and_((closing.conflict, free)),
        given.known,
    )


def either(given: Term, found: Term) -> Term:
    """Return the given value where there is one, else the one found."""
    free, known = not_(given.known), or_((given.known, found.known))
    match given, found:
        case Cases(), Cases():
            return Cases(_merged(given.cases, found.cases, free), known)
        case Words(), Words():
            return Words(_merged(given.words, found.words, free), known)
        case Figure(), Figure():
            return Figure(_choose(given.known, given.number, found.number), known)
    raise TypeError(f"{given} cannot stand for {found}")


def _merged(given: Mapping[Key, Truth], found: Mapping[Key, Truth], free: Truth) -> dict[Key, Truth]:
    keys = dict.fromkeys((*given, *found))
    return {key: or_((given.get(key, False), and_((free, found.get(key, False))))) for key in keys}


def fails(rule: Rule, read: Reader, lines: Lines) -> Truth:
    """Return the truth that a rule's condition is false."""
    return condition_term(rule.when, False, read, lines)


def _held(rule: Rule, asked: Truth, read: Reader, lines: Lines) -> Truth:
    """Return the truth that a rule holds where it is asked; in a sum its numeric fact must be known as well."""
    if asked is False:
        return False
    points = read(rule.points).known if isinstance(rule.points, str) else True
    return and_((asked, condition_term(rule.when, True, read, lines), points))


def _firsts(holds: Mapping[str, Truth]) -> dict[str, Truth]:
    """Return for each rule the truth that it is the first that holds."""
    firsts: dict[str, Truth] = {}
    earlier: Truth = False
    for rule, held in holds.items():
        firsts[rule] = and_((held, not_(earlier)))
        earlier = or_((earlier, held))
    return firsts


def _by_answer(question: Question, decides: Mapping[str, Truth], otherwise: Truth) -> dict[Value, Truth]:
    found: dict[Value, list[Truth]] = {}
    for rule in question.rules:
        assert rule.then is not None
        found.setdefault(rule.then, []).append(decides[rule.id])
    if question.otherwise is not None:
        found.setdefault(question.otherwise, []).append(otherwise)
    return {answer: or_(truths) for answer, truths in found.items()}


def _conflict(question: Question, found: Mapping[Value, Truth]) -> Truth:
    if question.choose is not Choose.EXACTLY_ONE:
        return False
    return or_(and_(pair) for pair in combinations(found.values(), 2))


def _close_sum(
    question: Question, asked: Truth, holds: Mapping[str, Truth], read: Reader, lines: Lines
) -> ClosingTerms:
    known, summands = asked, []
    for rule in question.rules if asked is not False else ():
        held, failed = holds[rule.id], fails(rule, read, lines)
        if rule.if_unknown is None:
            known = and_((known, or_((held, failed))))
        summands.append(_summand(rule, held, failed, read))
    answer = Figure(_total(summands), known)
    decides = {rule: and_((held, known)) for rule, held in holds.items()}
    return ClosingTerms(asked, holds, decides, answer, and_((asked, not_(known))))


def _summand(rule: Rule, held: Truth, failed: Truth, read: Reader) -> Number:
    """Return what a rule adds to the sum wherever the sum is known."""
    points = _signed(rule.sign, _points(rule, read))
    missing = _signed(rule.sign, rule.if_unknown or 0)
    return _choose(held, points, _choose(failed, 0, missing))


def _points(rule: Rule, read: Reader) -> Number:
    if not isinstance(rule.points, str):
        return rule.points or 0
    figure = read(rule.points)
    assert isinstance(figure, Figure)
    return figure.number


def _signed(sign: int, number: Number) -> Number:
    return number if sign == 1 else -number


def _choose(truth: Truth, one: Number, other: Number) -> Number:
    if isinstance(truth, bool):
        return one if truth else other
    if isinstance(one, (int, float)) and isinstance(other, (int, float)) and one == other:
        return one
    return z3.If(bool_term(truth), real_term(one), real_term(other))


def _total(summands: list[Number]) -> Number:
    """Add up; where all is settled, as inference does, with what binary fractions add beyond cut off."""
    settled = [number for number in summands if isinstance(number, (int, float))]
    if len(settled) == len(summands):
        total = 0.0
        for number in settled:
            total += number
        return round(total, DECIMALS) + 0.0
    return z3.Sum([real_term(number) for number in summands if not isinstance(number, (int, float)) or number])


def tally_term(tally: Tally, answers: Sequence[tuple[Truth, Term]]) -> Term:
    """Return how many of the products that exist have the answer, or whether any has, as inference tallies it."""
    hits = [_has(term, tally.answer) for _, term in answers]
    every = and_((or_(exists for exists, _ in answers), *(or_((not_(e), term.known)) for e, term in answers)))
    if tally.how == "any":
        some = or_(hits)
        none = and_((every, not_(some)))
        return Cases({True: some, False: none}, or_((some, none)))
    settled = sum(hit is True for hit in hits)
    open_hits = [z3.If(hit, 1, 0) for hit in hits if not isinstance(hit, bool)]
    return Figure(z3.Sum(settled, *open_hits) if open_hits else settled, every)


def _has(term: Term, answer: str) -> Truth:
    return term.includes(answer) if isinstance(term, Words) else term.equals(answer)
