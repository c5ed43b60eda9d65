"""Two rulebooks as terms of one customer, on one date and with the same lines: where they differ."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date

import z3

from sangdo.engine.inference.thresholds import resolve_thresholds
from sangdo.engine.language.rulebook import Choose, Level, Origin, Question, Rulebook, Threshold
from sangdo.engine.verify.difference.common_vocabulary import CommonVocabulary
from sangdo.engine.verify.difference.cone import cones_of
from sangdo.engine.verify.solver.encoding import FREE, GENERIC, Encoding, Line
from sangdo.engine.verify.solver.model_facts import ModelFacts
from sangdo.engine.verify.solver.terms import real_term

TAME = (10**3, 10**9)
"""Sizes of numbers tried first: a customer's are easy to read, and up to the larger, with six decimals, add up in
inference as they do on paper."""


@dataclass(frozen=True, slots=True)
class Situation:
    """A date, and whether there is a book from which lines are measured."""

    as_of: date
    with_book: bool


class PairedTerms:
    """Both rulebooks in one situation, and the solver that compares them, one question at a time.

    Without `products` one product stands for any, and counts of products are free and the same in both: right where
    the questions that are counted have the same answers in both. A customer must get a plan: no question but the one
    compared may have two answers.
    """

    def __init__(
        self, common: CommonVocabulary, situation: Situation, products: Collection[str] | None, limit: int
    ) -> None:
        self.situation = situation
        lines = lines_of(common.old, common.new, situation), lines_of(common.new, common.old, situation)
        self.old, self.new = (
            Encoding(rulebook, own, free_products=products, free=tuple(rulebook.questions), defaults_stand=True)
            for rulebook, own in zip((common.old, common.new), lines, strict=True)
        )
        self.products = self.old.products
        self._solver = z3.Solver()
        self._solver.set("rlimit", limit)
        self._solver.add(*self.old.domain, *self.new.domain, *_limits(common, *lines))
        self._given = z3.FreshBool("given")
        self._tame = {size: z3.FreshBool("tame") for size in TAME}
        self._compared = {name: z3.FreshBool("compared") for name in {**common.old.questions, **common.new.questions}}
        self._goals: dict[tuple[str, str], z3.BoolRef] = {}
        self._solver.add(z3.AtMost(*self._compared.values(), 1))
        for encoding in (self.old, self.new):
            self._solver.add(
                *self._stated_apart(encoding, common.apart), *self._plan_of(encoding), *self._tamed(encoding)
            )

    def _tamed(self, encoding: Encoding) -> Iterator[z3.BoolRef]:
        """Where numbers are to be tame, those stated of a customer are such as inference adds up exactly."""
        for fact in encoding.rulebook.facts.values():
            if fact.type.is_numeric and fact.origin in (Origin.GIVEN, Origin.MEASURED):
                for product in self._places(fact.level):
                    number = encoding.number(fact.name, product)
                    for size, tame in self._tame.items():
                        yield z3.Implies(tame, z3.And(number >= -size, number <= size))

    def is_possible(self, question: str, what: str, given: bool | None) -> bool | None:
        """Whether there is a customer for whom the question's `answer` or `actions` differ: with an answer `given` by
        a person, without one, or (None) either; None where the solver came to no result."""
        result = self._solver.check(*self._wanted(question, what, given))
        return None if result == z3.unknown else bool(result == z3.sat)

    def find(self, question: str, what: str, given: bool) -> tuple[ModelFacts, ModelFacts]:
        """Return such a customer as each rulebook knows it: few facts, numbers of few decimals. Raises SolverGaveUp."""
        wanted = self._wanted(question, what, given)
        tries = (*([tame] for tame in self._tame.values()), [])
        models = (self.old.model(self._solver, *tame, *wanted, beside=self.new) for tame in tries)
        model = next(model for model in models if model is not None)
        with_products = self.products != (GENERIC,) or self._level(question) is Level.PRODUCT
        return self.old.facts_of(model, with_products), self.new.facts_of(model, with_products)

    def _wanted(self, question: str, what: str, given: bool | None) -> list[z3.BoolRef]:
        if (question, what) not in self._goals:
            answers, actions = self._differences(question)
            terms = {"answer": answers, "actions": actions, "either": z3.Or(answers, actions)}
            self._goals |= {(question, one): z3.FreshBool(one) for one in terms}
            self._solver.add(*(z3.Implies(self._goals[question, one], term) for one, term in terms.items()))
        known = [] if given is None else [self._given if given else z3.Not(self._given)]
        return [self._compared[question], self._goals[question, what], *known]

    def _level(self, name: str) -> Level:
        """Return whom a question is asked of, in the new rulebook if it asks it."""
        return next(e.rulebook.questions[name].level for e in (self.new, self.old) if name in e.rulebook.questions)

    def _differences(self, name: str) -> tuple[z3.BoolRef, z3.BoolRef]:
        """Return the terms that the answer differs, and that the answer is the same but the actions differ."""
        level = self._level(name)
        product = self._first(level)
        asked = [one for one in (self.old, self.new) if _is_asked(one.rulebook, name, level)]
        exists = [] if product is None else [self.old.exists(product)]
        conflicts = [one.conflicts(name, product) for one in asked]
        clash, calm = z3.BoolVal(False), [z3.Not(conflict) for conflict in conflicts]
        if len(asked) == 2:
            clash, answers = z3.Xor(*conflicts), _answers_differ(self.old, self.new, name, product)
        else:
            answers = asked[0].known(name, product)
        differ = z3.Or(clash, z3.And(*calm, answers))
        called = [_calls(one, name, product) for one in asked]
        names = {action for one in called for action in one}
        other = [z3.Xor(*(_term(one, action) for one in (*called, {})[:2])) for action in sorted(names)]
        return z3.And(*exists, differ), z3.And(*exists, *calm, z3.Not(answers), z3.Or(*other))

    def _stated_apart(self, encoding: Encoding, apart: tuple[str, ...]) -> Iterator[z3.BoolRef]:
        """Facts that have the same name but are not of one kind are stated of nobody."""
        for name in apart:
            fact = encoding.rulebook.facts[name]
            if fact.tally is None:
                yield from (z3.Not(encoding.stated(name, product)) for product in self._places(fact.level))

    def _plan_of(self, encoding: Encoding) -> Iterator[z3.BoolRef]:
        """No other question has two answers, and nothing is given unless it is allowed. What comes after the question
        compared says nothing where that one has two answers."""
        cones = cones_of(encoding.rulebook)
        refused = {
            name: z3.And(self._compared[name], encoding.conflicts(name, self._first(question.level)))
            for name, question in encoding.rulebook.questions.items()
            if question.choose is Choose.EXACTLY_ONE
        }
        for name, question in encoding.rulebook.questions.items():
            before = [refused[one] for one in sorted(cones[name].questions) if one in refused and one != name]
            for product in self._places(question.level):
                yield z3.Or(self._given, z3.Not(encoding.given(name, product)))
                calm = [*before, z3.Not(encoding.conflicts(name, product))]
                yield z3.Or(self._compared[name], *calm) if product == self._first(question.level) else z3.Or(*calm)

    def _first(self, level: Level) -> str | None:
        return self._places(level)[0]

    def _places(self, level: Level) -> tuple[str | None, ...]:
        return (None,) if level is Level.CUSTOMER else self.products


def _is_asked(rulebook: Rulebook, name: str, level: Level) -> bool:
    return name in rulebook.questions and rulebook.questions[name].level is level


def _answers_differ(old: Encoding, new: Encoding, name: str, product: str | None) -> z3.BoolRef:
    """Return the term that a question which both ask has another answer, or in one of them none."""
    questions = old.rulebook.questions[name], new.rulebook.questions[name]
    known = old.known(name, product), new.known(name, product)
    if _kind(questions[0]) != _kind(questions[1]):
        return z3.Or(*known)
    differ = [z3.Xor(*known)]
    if questions[0].choose is Choose.SUM:
        differ.append(z3.And(*known, old.number(name, product) != new.number(name, product)))
        return z3.Or(*differ)
    for answer in dict.fromkeys((*questions[0].answers, *questions[1].answers)):
        if questions[0].choose is Choose.ALL_THAT_APPLY:
            word = str(answer)
            differ.append(z3.Xor(old.answer_has(name, word, product), new.answer_has(name, word, product)))
        else:
            differ.append(z3.Xor(old.answered(name, answer, product), new.answered(name, answer, product)))
    return z3.Or(*differ)


def _kind(question: Question) -> Choose:
    return Choose.EXACTLY_ONE if question.choose is Choose.FIRST_MATCH else question.choose


def _calls(encoding: Encoding, name: str, product: str | None) -> Mapping[str, z3.BoolRef]:
    """Return for each action the term that a deciding rule of the question calls it."""
    rules = encoding.rulebook.questions[name].rules
    actions = dict.fromkeys(action for rule in rules for action in rule.actions)
    return {
        action: z3.Or([encoding.decides(rule.id, product) for rule in rules if action in rule.actions])
        for action in actions
    }


def _term(terms: Mapping[str, z3.BoolRef], name: str) -> z3.BoolRef:
    return terms.get(name, z3.BoolVal(False))


def lines_of(rulebook: Rulebook, other: Rulebook, situation: Situation) -> dict[str, Line]:
    """Return the lines of a rulebook in a situation: those that a book draws are free, and one line for both
    rulebooks only where both measure it alike."""
    lines: dict[str, Line] = {}
    for name, resolved in resolve_thresholds(rulebook, situation.as_of, {}).items():
        threshold = rulebook.thresholds[name]
        if threshold.method is None or not situation.with_book:
            lines[name] = resolved.value
        elif name not in other.thresholds or _measure(threshold) == _measure(other.thresholds[name]):
            lines[name] = FREE
        else:
            lines[name] = z3.FreshReal(f"line {name}")
    return lines


def _measure(threshold: Threshold) -> tuple[object, ...]:
    return threshold.of, threshold.method


def _limits(common: CommonVocabulary, old: Mapping[str, Line], new: Mapping[str, Line]) -> Iterator[z3.BoolRef]:
    """Yield that a line drawn by a book is within its method's limits, else in the range of the fact measured."""
    for rulebook, lines in ((common.old, old), (common.new, new)):
        for name, line in lines.items():
            free = z3.Real(f"line {name}") if line is FREE else line
            if isinstance(free, z3.ArithRef):
                low, high = _range(rulebook.thresholds[name], rulebook)
                if low is not None:
                    yield free >= real_term(low)
                if high is not None:
                    yield free <= real_term(high)


def _range(threshold: Threshold, rulebook: Rulebook) -> tuple[float | None, float | None]:
    if threshold.method is not None and threshold.method.within is not None:
        return threshold.method.within
    fact = rulebook.facts.get(threshold.of or "")
    return (fact.minimum, fact.maximum) if fact is not None else (None, None)
