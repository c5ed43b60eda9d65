"""What a fact is as a Z3 term: cases that exclude each other, a figure, or a set of words; each known or not."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Final, TypeAlias

import z3

from sangdo.engine.language.reading import tests_in
from sangdo.engine.language.rulebook import Fact, FactType, Rulebook, Value
from sangdo.engine.language.values import LARGEST
from sangdo.engine.verify.solver.truth import Truth, and_, bool_term, not_, or_

Number: TypeAlias = int | float | z3.ArithRef
"""A number where it is settled, else a Z3 term; a date is the number of its day."""

OTHER: Final = "\0another text"
"""The case of a text that no rule names: no text a person writes has this character."""


@dataclass(frozen=True, slots=True)
class Cases:
    """A choice, flag or text: for each value the truth that the fact is known and has it. No two hold at once."""

    cases: Mapping[Value, Truth]
    known: Truth

    def equals(self, value: Value) -> Truth:
        return self.cases.get(value, False)


@dataclass(frozen=True, slots=True)
class Figure:
    """A number or date; `number` means nothing where it is not known."""

    number: Number
    known: Truth

    def equals(self, value: Value | Number) -> Truth:
        return and_((self.known, _is_equal(self.number, as_number(value))))


@dataclass(frozen=True, slots=True)
class Words:
    """A set of words: for each the truth that the set is known and has it."""

    words: Mapping[str, Truth]
    known: Truth

    def includes(self, word: str) -> Truth:
        return self.words.get(word, False)

    def equals(self, value: Value) -> Truth:
        """Return the truth that the set is known and is exactly this one."""
        wanted = value if isinstance(value, frozenset) else frozenset((str(value),))
        if not wanted <= self.words.keys():
            return False
        return and_((self.known, *(has if word in wanted else not_(has) for word, has in self.words.items())))


Term: TypeAlias = Cases | Figure | Words


def constant(fact: Fact, value: Value | None) -> Term:
    """Return the term of a fact whose value is fixed; None is unknown."""
    known = value is not None
    if fact.type is FactType.CHOICES:
        return Words(dict.fromkeys(sorted(value), True) if isinstance(value, frozenset) else {}, known)
    if fact.type.is_ordered:
        return Figure(0 if value is None else as_number(value), known)
    return Cases({} if value is None else {value: True}, known)


def free(fact: Fact, name: str, texts: Collection[str]) -> Term:
    """Return the term of a fact of any allowed value, known or (unless it has a default) unknown.

    `name` names the Z3 variables; `texts` are those that the rules tell apart.
    """
    sure = fact.default is not None
    if fact.type is FactType.CHOICES:
        words = {word: z3.Bool(f"{name} has {word!r}") for word in fact.values or {}}
        return Words(words, sure or z3.Bool(f"{name} is known"))
    if fact.type.is_ordered:
        whole = fact.type in (FactType.INTEGER, FactType.DATE)
        return Figure(z3.Int(name) if whole else z3.Real(name), sure or z3.Bool(f"{name} is known"))
    cases = {value: z3.Bool(f"{name} is {value!r}") for value in _values(fact, texts)}
    return Cases(cases, sure or or_(cases.values()))


def texts_named(rulebook: Rulebook) -> dict[str, tuple[str, ...]]:
    """Return for each text fact the texts that rules compare it with."""
    texts: dict[str, dict[str, None]] = {}
    for question in rulebook.questions.values():
        for condition in (question.applies, *(rule.when for rule in question.rules)):
            for test in tests_in(condition):
                if rulebook.facts[test.fact].type is FactType.TEXT:
                    texts.setdefault(test.fact, {}).update(dict.fromkeys(map(str, test.operands)))
    return {name: tuple(found) for name, found in texts.items()}


def _values(fact: Fact, texts: Collection[str]) -> tuple[Value, ...]:
    if fact.type is FactType.FLAG:
        return True, False
    return (*texts, OTHER) if fact.type is FactType.TEXT else tuple(fact.values or {})


def domain_of(fact: Fact, term: Term) -> Iterator[z3.BoolRef]:
    """Yield what holds of a free fact whatever the customer: one case at most, its range, no word of an unknown set."""
    match term:
        case Cases(cases, known):
            if len(cases) > 1:
                yield z3.AtMost(*cases.values(), 1)
            if known is True:
                yield bool_term(or_(cases.values()))
        case Figure(number, known):
            low, high = _range(fact)
            yield bool_term(or_((not_(known), and_((at_least(number, low), not_(more_than(number, high)))))))
        case Words(words, known):
            yield bool_term(or_((known, not_(or_(words.values())))))


def _range(fact: Fact) -> tuple[int | float, int | float]:
    if fact.type is FactType.DATE:
        return date.min.toordinal(), date.max.toordinal()
    low = -LARGEST if fact.minimum is None else fact.minimum
    high = LARGEST if fact.maximum is None else fact.maximum
    return max(low, 0) if fact.tally else low, high


def as_number(value: Value | Number) -> Number:
    """Return a number or date as a number. Raises TypeError for any other value."""
    if isinstance(value, date):
        return value.toordinal()
    if isinstance(value, (bool, str, frozenset)):
        raise TypeError(f"{value!r} is no number")
    return value


def real_term(number: Number) -> z3.ArithRef:
    """Return a number as a real of Z3: exactly what its digits say, not the binary fraction behind them."""
    if isinstance(number, (int, float)):
        return z3.RealVal(str(Fraction(repr(number))))
    return z3.ToReal(number) if number.is_int() else number


def at_least(left: Number, right: Number) -> Truth:
    """Return the truth that left >= right."""
    if isinstance(right, (int, float)):
        if isinstance(left, (int, float)):
            return left >= right
        if left.is_int():
            return left >= math.ceil(right)
    return real_term(left) >= real_term(right)


def more_than(left: Number, right: Number) -> Truth:
    """Return the truth that left > right."""
    return not_(at_least(right, left)) if isinstance(left, (int, float)) else _is_more(left, right)


def _is_more(left: z3.ArithRef, right: Number) -> Truth:
    if isinstance(right, (int, float)) and left.is_int():
        return left > math.floor(right)
    return real_term(left) > real_term(right)


def _is_equal(left: Number, right: Number) -> Truth:
    if isinstance(right, (int, float)):
        if isinstance(left, (int, float)):
            return left == right
        if left.is_int():
            return left == int(right) if right == int(right) else False
    return real_term(left) == real_term(right)
