"""A rulebook as Z3 terms: what the plain evaluator says of one customer, said of every customer at once."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from enum import Enum
from typing import Final, Literal, TypeAlias

import z3

from sangdo.engine.language.rulebook import Condition, Fact, FactType, Level, Origin, Rulebook, Value
from sangdo.engine.language.values import LARGEST
from sangdo.engine.verify.solver.closing_terms import (
    ClosingTerms,
    asked_term,
    close_held,
    close_terms,
    either,
    fails,
    tally_term,
    with_given,
)
from sangdo.engine.verify.solver.kleene import Reader, condition_term
from sangdo.engine.verify.solver.model_facts import ModelFacts, is_true_in, number_in, plain_model, value_in
from sangdo.engine.verify.solver.terms import (
    Figure,
    Number,
    Term,
    Words,
    constant,
    domain_of,
    free,
    real_term,
    texts_named,
)
from sangdo.engine.verify.solver.truth import Truth, and_, bool_term, not_, or_


class Free(Enum):
    """What stands for a threshold whose value the solver may choose."""

    FREE = "free"


FREE: Final = Free.FREE
Line: TypeAlias = Number | Literal[Free.FREE] | None
Place: TypeAlias = tuple[str, str | None]
"""A fact or question, and the product it is of: None for the customer's own."""

GENERIC: Final = ""
"""The one product that stands for any, where the products are not fixed."""


class Encoding:
    """A rulebook as Z3 terms, for thresholds as resolved and facts that are fixed or free.

    Without `fixed` every given or measured fact is free: any allowed value, or unknown. With it a fact has the value
    there (None is unknown), is free if named in `free`, and else unknown; a question's fact with a value is an answer
    given by a person. A question named in `free` is one that a person may answer, with any allowed value, or leave to
    the rules; without it only the rules answer.

    `fixed_products` are the products with their facts. `free_products` instead names products that may exist or not,
    with free facts. With neither there is one product, named "", which stands for any, and the facts that count
    products are free, since there may be others.

    Two texts are told apart only where a rule names one of them. Sums are exact where they depend on a free fact,
    while inference rounds them to six decimals. The terms of a question are made when first asked for. Two encodings
    share the variables of the facts they name alike, so that both can speak of one customer. A line that is a term of
    Z3 is free too, under a name of the caller's.

    A free fact with a default is always known; with `defaults_stand` the customer's may be left out, and then have it.
    """

    def __init__(
        self,
        rulebook: Rulebook,
        thresholds: Mapping[str, Line],
        *,
        fixed: Mapping[str, Value | None] | None = None,
        fixed_products: Mapping[str, Mapping[str, Value | None]] | None = None,
        free_products: Collection[str] | None = None,
        free: Collection[str] = (),
        defaults_stand: bool = False,
    ) -> None:
        self.rulebook = rulebook
        self._defaults_stand = defaults_stand
        named = fixed_products if fixed_products is not None else free_products
        self.products: tuple[str, ...] = (GENERIC,) if named is None else tuple(named)
        self.domain: list[z3.BoolRef] = []
        """What holds whatever the customer: ranges, allowed values. Belongs in every solver."""
        self._counts_are_free = named is None
        self._exists: dict[str | None, Truth] = dict.fromkeys((None, *self.products), True)
        if fixed_products is None and free_products is not None:
            self._exists |= {product: z3.Bool(f"there is {product!r}") for product in self.products}
        self._free_lines = {name: z3.Real(f"line {name}") for name, line in thresholds.items() if line is FREE}
        self._free_lines |= {name: line for name, line in thresholds.items() if isinstance(line, z3.ArithRef)}
        self.lines: dict[str, Number | None] = {
            name: self._free_lines[name] if isinstance(line, Free) else line for name, line in thresholds.items()
        }
        self.domain += [z3.And(line >= -LARGEST, line <= LARGEST) for line in self._free_lines.values()]
        self._texts = texts_named(rulebook)
        self._terms: dict[Place, Term] = {}
        self._free: dict[Place, Term] = {}
        self._fixed: dict[Place, Value] = {}
        self._given: dict[Place, Term] = {}
        self._closings: dict[Place, ClosingTerms] = {}
        self._rules = {rule.id: (rule, q) for q in rulebook.questions.values() for rule in q.rules}
        for product in (None, *self.products):
            values = fixed if product is None else (fixed_products or {}).get(product)
            self._settle(product, values, free)

    # ------------------------------------------------------------ facts

    def known(self, fact: str, product: str | None = None) -> z3.BoolRef:
        """Return the term that the fact, answer or count is known."""
        return bool_term(self.term(fact, product).known)

    def stated(self, fact: str, product: str | None = None) -> z3.BoolRef:
        """Return the term that a free fact or answer is stated of the customer, neither found nor left to its default.
        Raises KeyError when it is not free."""
        return bool_term(self._free[fact, self._place(self.rulebook.facts[fact].level, product)].known)

    def number(self, fact: str, product: str | None = None) -> z3.ArithRef:
        """Return the number of a fact, which means nothing where it is unknown; a date is the number of its day.
        Raises TypeError when it is neither."""
        term = self.term(fact, product)
        if not isinstance(term, Figure):
            raise TypeError(f"{fact} is neither a number nor a date")
        if isinstance(term.number, z3.ExprRef):
            return term.number
        whole = self.rulebook.facts[fact].type in (FactType.INTEGER, FactType.DATE)
        return z3.IntVal(int(term.number)) if whole else real_term(term.number)

    def equals(self, fact: str, value: Value, product: str | None = None) -> z3.BoolRef:
        """Return the term that the fact is known and equals the value; of a set, that it is exactly this one."""
        return bool_term(self.term(fact, product).equals(value))

    def includes(self, fact: str, word: str, product: str | None = None) -> z3.BoolRef:
        """Return the term that the set is known and has the word. Raises TypeError when the fact is no set."""
        term = self.term(fact, product)
        if not isinstance(term, Words):
            raise TypeError(f"{fact} is no set of words")
        return bool_term(term.includes(word))

    def line(self, threshold: str) -> z3.ArithRef:
        """Return the value of a threshold. Raises KeyError when it has none."""
        value = self.lines[threshold]
        if value is None:
            raise KeyError(threshold)
        return real_term(value)

    def exists(self, product: str) -> z3.BoolRef:
        """Return the term that there is this product."""
        return bool_term(self._exists[product])

    # ------------------------------------------------------------ questions and rules

    def asked(self, question: str, product: str | None = None) -> z3.BoolRef:
        """Return the term that the question applies and is not retired."""
        return bool_term(self.closing(question, product).asked)

    def holds(self, rule: str, product: str | None = None) -> z3.BoolRef:
        """Return the term that the rule's question is asked and its condition true."""
        return bool_term(self._closing_of(rule, product).holds[rule])

    def fails(self, rule: str, product: str | None = None) -> z3.BoolRef:
        """Return the term that the rule's condition is false; a rule that neither holds nor fails is undecided."""
        found, question = self._rules[rule]
        return bool_term(fails(found, self._reader(self._place(question.level, product)), self.lines))

    def given(self, question: str, product: str | None = None) -> z3.BoolRef:
        """Return the term that a person gave the question's answer, so that its rules do not count."""
        return bool_term(self.closing(question, product).given)

    def decides(self, rule: str, product: str | None = None) -> z3.BoolRef:
        """Return the term that the rule is among those behind its question's answer."""
        return bool_term(self._closing_of(rule, product).decides[rule])

    def answered(self, question: str, value: Value, product: str | None = None) -> z3.BoolRef:
        """Return the term that the question's answer is this value; of a set, exactly this one."""
        return bool_term(self.closing(question, product).answer.equals(value))

    def answer_has(self, question: str, word: str, product: str | None = None) -> z3.BoolRef:
        """Return the term that the question's answer is a set with this word."""
        answer = self.closing(question, product).answer
        return bool_term(answer.includes(word) if isinstance(answer, Words) else False)

    def unanswered(self, question: str, product: str | None = None) -> z3.BoolRef:
        """Return the term that the question is asked but closes as none or unknown; for a set, as the empty set."""
        return bool_term(self.closing(question, product).unanswered)

    def conflicts(self, question: str, product: str | None = None) -> z3.BoolRef:
        """Return the term that two rules of an exactly_one question hold with different answers.

        Inference stops there: whoever asks what comes after must rule it out.
        """
        return bool_term(self.closing(question, product).conflict)

    def without(self, rule: str, product: str | None = None) -> ClosingTerms:
        """Return how the rule's question closes by its other rules alone."""
        found, question = self._rules[rule]
        others = replace(question, rules=tuple(other for other in question.rules if other is not found))
        closing, read = self.closing(question.name, product), self._reader(self._place(question.level, product))
        holds = {other.id: closing.holds[other.id] for other in others.rules}
        return close_held(others, closing.asked, holds, read, self.lines)

    def true(self, condition: Condition | None, product: str | None = None) -> Truth:
        """Return the truth that a condition is true, of the product where it reads facts of products."""
        return condition_term(condition, True, self._reader(product), self.lines)

    # ------------------------------------------------------------ customers

    def facts_of(self, model: z3.ModelRef, with_products: bool = True) -> ModelFacts:
        """Return the customer of a model: the facts known in it, fixed and free, and the lines chosen.

        A number is exact in the model and may need more digits than a float has: evaluate the customer before
        relying on it. `with_products` False leaves the generic product out, which else is counted like any other
        where the model knows no count.
        """
        values: dict[Place, Value] = dict(self._fixed)
        for place, term in self._free.items():
            value = value_in(model, self.rulebook.facts[place[0]], term, self._texts.get(place[0], ()))
            if value is not None:
                values[place] = value
        products = [p for p in self.products if with_products and is_true_in(model, self._exists[p])]
        return ModelFacts(
            {fact: value for (fact, product), value in values.items() if product is None},
            {p: {fact: value for (fact, product), value in values.items() if product == p} for p in products},
            {name: float(number_in(model, line)) for name, line in self._free_lines.items()},
        )

    def solve(self, solver: z3.Solver, *wanted: z3.BoolRef, with_products: bool = True) -> ModelFacts | None:
        """Return a customer for whom all of `wanted` holds with what the solver has been told (the domain among it),
        or None when there is none: with few facts known, and numbers of few decimals.

        Raises SolverGaveUp when the solver comes to no result.
        """
        model = self.model(solver, *wanted)
        return None if model is None else self.facts_of(model, with_products)

    def model(self, solver: z3.Solver, *wanted: z3.BoolRef, beside: Encoding | None = None) -> z3.ModelRef | None:
        """Return the model of a customer as `solve` does; of both, where the solver has been told of an encoding
        beside this one as well. Raises SolverGaveUp."""
        other = beside or self
        depth = solver.num_scopes()
        solver.push()
        try:
            solver.add(*wanted)
            lines = {line.get_id(): line for one in (self, other) for line in one._free_lines.values()}
            terms = {**other._free, **self._free}
            return plain_model(solver, terms.values(), {**other._exists, **self._exists}.values(), lines.values())
        finally:
            solver.pop(solver.num_scopes() - depth)

    # ------------------------------------------------------------ making the terms

    def _settle(
        self, product: str | None, values: Mapping[str, Value | None] | None, free_facts: Collection[str]
    ) -> None:
        """Make the terms of the facts that no question or count decides."""
        level = Level.CUSTOMER if product is None else Level.PRODUCT
        for fact in self.rulebook.facts.values():
            if fact.level is not level:
                continue
            place, value = (fact.name, product), (values or {}).get(fact.name)
            if fact.name in free_facts or (values is None and fact.origin in _OPEN):
                self._set_free(place, fact)
            elif value is not None:
                self._fixed[place] = value
                self._given[place] = constant(fact, value)
            elif fact.tally is not None and self._counts_are_free:
                self._set_free(place, fact)
            elif fact.origin in _OPEN:
                self._terms[place] = constant(fact, None)

    def _set_free(self, place: Place, fact: Fact) -> None:
        name = fact.name if place[1] is None else f"{fact.name} of {place[1]}"
        default = fact.default if self._defaults_stand and place[1] is None else None
        fact = fact if default is None else replace(fact, default=None)
        term = free(fact, name, self._texts.get(fact.name, ()))
        self._free[place] = term
        self.domain += domain_of(fact, term)
        if default is not None:
            self._terms[place] = either(term, constant(fact, default))
        elif fact.origin is Origin.QUESTION:
            self._given[place] = term
            self.domain.append(bool_term(or_((self._exists[place[1]], not_(term.known)))))
        else:
            self._terms[place] = term

    def _place(self, level: Level, product: str | None) -> str | None:
        """Return the product that a fact or question of this level is of. Raises KeyError for one that is not there."""
        if level is Level.CUSTOMER:
            return None
        place = GENERIC if product is None else product
        if place not in self.products:
            raise KeyError(place)
        return place

    def _reader(self, product: str | None) -> Reader:
        return lambda fact: self.term(fact, product)

    def term(self, name: str, product: str | None = None) -> Term:
        """Return what a fact, answer or count is."""
        fact = self.rulebook.facts[name]
        place = name, self._place(fact.level, product)
        if place not in self._terms:
            self._terms[place] = self._derived(fact, place)
        return self._terms[place]

    def _derived(self, fact: Fact, place: Place) -> Term:
        if fact.name in self.rulebook.questions:
            return self.closing(*place).answer
        if fact.tally is not None and place not in self._given:
            answers = [(self._exists[product], self.term(fact.tally.question, product)) for product in self.products]
            return tally_term(fact.tally, answers)
        return self._given.get(place, constant(fact, None))

    def _closing_of(self, rule: str, product: str | None) -> ClosingTerms:
        return self.closing(self._rules[rule][1].name, product)

    def closing(self, name: str, product: str | None = None) -> ClosingTerms:
        """Return how a question closes."""
        question = self.rulebook.questions[name]
        place = name, self._place(question.level, product)
        if place not in self._closings:
            read = self._reader(place[1])
            asked = and_((self._exists[place[1]], asked_term(question, read, self.lines)))
            closing = close_terms(question, asked, read, self.lines)
            given = self._given.get(place)
            self._closings[place] = closing if given is None else with_given(closing, given)
        return self._closings[place]


_OPEN = (Origin.GIVEN, Origin.MEASURED)
