"""A target: the answer that is wanted of one question."""

from __future__ import annotations

from dataclasses import dataclass

import z3

from sangdo.engine.decision.decision import Decision
from sangdo.engine.decision.whatif import NotUnderstood, read_name, read_value
from sangdo.engine.decision.wording import Wording
from sangdo.engine.facts.facts import Facts
from sangdo.engine.language.errors import Location, Problem, nearest
from sangdo.engine.language.rulebook import Choose, FactType, Level, Rulebook, Text, Value
from sangdo.engine.language.values import WrongValue, as_json
from sangdo.engine.verify.search.levers import exact
from sangdo.engine.verify.solver.encoding import Encoding

_IS = Text("{0}: {1}", "{0}: {1}")
_AT_LEAST = Text("{0}: {1} 이상", "{0}: at least {1}")
_HAS = Text("{0}: {1} 포함", "{0}: {1}, among others")


@dataclass(frozen=True, slots=True)
class Target:
    """The answer wanted of a question: a number to be reached, a word to be in the set, or exactly this."""

    question: str
    product: str | None
    answer: Value

    def is_reached(self, decision: Decision) -> bool:
        """Whether a decision answers so."""
        answer = decision.trace.closing(self.question, self.product).answer
        if isinstance(answer, frozenset):
            return self.answer in answer
        if isinstance(self.answer, bool | str) or answer is None:
            return answer == self.answer
        return answer >= self.answer  # type: ignore[operator]

    def term(self, encoding: Encoding) -> z3.BoolRef:
        """The same as a term."""
        fact = encoding.rulebook.facts[self.question]
        if fact.type.is_numeric:
            known, number = (read(self.question, self.product) for read in (encoding.known, encoding.number))
            return z3.And(known, number >= z3.Q(*exact(self.answer).as_integer_ratio()))
        if encoding.rulebook.questions[self.question].choose is Choose.ALL_THAT_APPLY:
            return encoding.answer_has(self.question, str(self.answer), self.product)
        return encoding.answered(self.question, self.answer, self.product)

    def label(self, before: Decision, language: str) -> str:
        """Say it in words."""
        wording = Wording(before.rulebook, language, before.facts.currency)
        fact = before.rulebook.facts[self.question]
        form = _AT_LEAST if fact.type.is_numeric else _HAS if fact.type is FactType.CHOICES else _IS
        words = wording.text(form).format(wording.text(fact.label), wording.value(fact, self.answer))
        return words if self.product is None else f"{self.product}: {words}"


def read_target(text: str, rulebook: Rulebook, facts: Facts) -> Target:
    """Read a target written as `question=answer`, `product/question=answer`, `question>=number`, or as an answer that
    only one question has.

    A number is to be reached or passed, a word of a set to be among others. Raises NotUnderstood.
    """
    try:
        return _read_target(text, rulebook, facts)
    except WrongValue as wrong:
        place = Location(f"--target {text}")
        problem = Problem(place, str(wrong), expected=wrong.expected, suggestion=wrong.suggestion)
        raise NotUnderstood(problem) from None


def _read_target(text: str, rulebook: Rulebook, facts: Facts) -> Target:
    left, equals, written = text.partition("=")
    if not equals:
        left, written = _question_of(text, rulebook), text
    name, product = read_name(left.removesuffix(">"), facts)
    question = rulebook.questions.get(name)
    if question is None and name in rulebook.facts:
        raise WrongValue(f"{name} is a fact, not a question", f"--set {name}=value, or a question=answer")
    if question is None:
        raise WrongValue(f'unknown question "{name}"', "a question (see: sangdo list questions)",
                         nearest(name, rulebook.questions))  # fmt: skip
    if (question.level is Level.PRODUCT) != (product is not None):
        about = "one product" if product is None else "the customer"
        raise WrongValue(f"{name} is about {about}", f"{'product/' if product is None else ''}{name}=answer")
    fact = rulebook.facts[name]
    if left.endswith(">") and not fact.type.is_numeric:
        raise WrongValue(f"{name} is no number", f"{name}=answer")
    value = read_value(fact, written)
    if fact.type is FactType.CHOICES:
        if not isinstance(value, frozenset) or len(value) != 1:
            raise WrongValue("a target is one answer", "one of " + ", ".join(map(str, question.answers)))
        (value,) = value
    if question.choose is not Choose.SUM and value not in question.answers:
        raise WrongValue(f"{name} is never answered {written}", "one of " + ", ".join(map(_shown, question.answers)))
    return Target(name, product, value)


def _question_of(answer: str, rulebook: Rulebook) -> str:
    """Return the one question on the customer that has an answer of this name."""
    asked = [q.name for q in rulebook.questions.values() if answer in q.answers and q.level is Level.CUSTOMER]
    if len(asked) == 1:
        return asked[0]
    expected = " or ".join(f"{name}={answer}" for name in asked) or "question=answer, or question>=number"
    raise WrongValue("several questions have this answer" if asked else "this is not a target", expected)


def _shown(answer: Value) -> str:
    return str(as_json(answer)).lower() if isinstance(answer, bool) else str(answer)
