"""Evaluating again with one fact set: only the questions that can depend on it are closed anew."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sangdo.engine.explain.evaluation import Evaluation, Evaluator, count_answers
from sangdo.engine.facts.facts import Facts
from sangdo.engine.inference.trace import Closing
from sangdo.engine.language.reading import facts_of_question
from sangdo.engine.language.rulebook import Fact, Level, Origin, Question, Rulebook, Value


@dataclass(frozen=True, slots=True)
class Downstream:
    """The questions that can depend on a fact, and the counted facts among those in between.

    `product` are those reached from a product's fact by questions of that product alone, and `customer` those that
    any product and the customer see.
    """

    customer: frozenset[str]
    product: frozenset[str]
    counted: tuple[Fact, ...]


class Reevaluation:
    """What an evaluated customer's answers would be if one fact had another value.

    It agrees with a full evaluation on every question; what it returns holds only the questions downstream of the
    fact, with the values of all facts.
    """

    def __init__(
        self,
        evaluator: Evaluator,
        facts: Facts,
        values: Mapping[str, Value],
        product_values: Mapping[str, Mapping[str, Value]],
    ) -> None:
        self._evaluator, self._facts = evaluator, facts
        self._values, self._products = values, product_values
        self._given = evaluator.given_answers({name: known.value for name, known in facts.values.items()})
        self._given_of = {
            product: evaluator.given_answers({name: known.value for name, known in own.items()})
            for product, own in facts.products.items()
        }
        self._readers = readers_of(evaluator.rulebook)
        self._downstream: dict[str, Downstream] = {}

    def downstream(self, fact: str) -> Downstream:
        """Return what can depend on a fact of the vocabulary."""
        if fact not in self._downstream:
            self._downstream[fact] = _follow(self._evaluator.rulebook, self._readers, fact)
        return self._downstream[fact]

    def readers(self, fact: str) -> tuple[Question, ...]:
        """Return the questions whose rules read a fact themselves."""
        return self._readers.get(fact, ())

    def with_value(self, fact: str, product: str | None, value: Value) -> Evaluation:
        """Evaluate what is downstream of a fact, of one product or (None) the customer, with the value given.

        Raises RulesInvalid where two rules then contradict each other.
        """
        evaluator, after = self._evaluator, self.downstream(fact)
        given, given_of = self._given, self._given_of
        values = self._without(self._values, after.customer, given)
        products = dict(self._products)
        affected = {name: self._affected(after, name == product) for name in products}
        for name, questions in affected.items():
            if questions:
                products[name] = self._without(products[name], questions, given_of[name])
        for counted in after.counted:
            if counted.name not in self._facts.values:
                values.pop(counted.name, None)
        own = values if product is None else dict(products[product])
        own[fact] = value
        if product is not None:
            products[product] = own
        if fact in evaluator.rulebook.questions:
            given = {**given, fact: value} if product is None else given
            given_of = {**given_of, product: {**given_of[product], fact: value}} if product is not None else given_of
        closings: list[Closing] = []
        undecided: dict[tuple[str, str | None], tuple[str, ...]] = {}
        for run in evaluator.runs:
            if run[0].level is Level.CUSTOMER:
                asked = [question for question in run if question.name in after.customer]
                closings += evaluator.close(asked, None, values, values, given, undecided)
                continue
            for name, questions in affected.items():
                asked = [question for question in run if question.name in questions]
                if asked:
                    known = products[name]
                    assert isinstance(known, dict)
                    closings += evaluator.close(asked, name, known, {**values, **known}, given_of[name], undecided)
            if after.counted:
                values.update(count_answers(after.counted, self._facts, products))
        return Evaluation(values, products, tuple(closings), undecided)

    @staticmethod
    def _affected(after: Downstream, is_own: bool) -> frozenset[str]:
        return after.customer | after.product if is_own else after.customer

    @staticmethod
    def _without(values: Mapping[str, Value], answers: frozenset[str], given: Mapping[str, Value]) -> dict[str, Value]:
        """The values before the questions named are answered; answers that a person gave stay."""
        left = dict(values)
        for name in answers:
            if name not in given:
                left.pop(name, None)
        return left


def readers_of(rulebook: Rulebook) -> dict[str, tuple[Question, ...]]:
    """Return the questions that read each fact themselves."""
    readers: dict[str, list[Question]] = {}
    for question in rulebook.questions.values():
        for name in facts_of_question(question):
            readers.setdefault(name, []).append(question)
    return {name: tuple(questions) for name, questions in readers.items()}


def _follow(rulebook: Rulebook, readers: Mapping[str, tuple[Question, ...]], fact: str) -> Downstream:
    """Walk from a fact through the questions that read it, and through counts over products to the customer."""
    tallies: dict[str, list[Fact]] = {}
    for one in rulebook.facts.values():
        if one.tally is not None:
            tallies.setdefault(one.tally.question, []).append(one)
    is_own = rulebook.facts[fact].level is Level.PRODUCT
    reached: dict[bool, set[str]] = {True: set(), False: set()}
    counted: dict[str, Fact] = {}
    waiting: list[tuple[str, bool]] = [(fact, is_own)]
    while waiting:
        name, own = waiting.pop()
        following = [question.name for question in readers.get(name, ())]
        if name == fact and rulebook.facts[fact].origin is Origin.QUESTION:
            following.append(fact)
        for question in following:
            if question not in reached[own]:
                reached[own].add(question)
                waiting.append((question, own))
        for tally in tallies.get(name, ()):
            if tally.name not in counted:
                counted[tally.name] = tally
                waiting.append((tally.name, False))
    return Downstream(frozenset(reached[False]), frozenset(reached[True]), tuple(counted.values()))
