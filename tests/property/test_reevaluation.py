"""Evaluating only what is downstream of one fact gives what a full evaluation gives, on any rulebook."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from hypothesis.strategies import DataObject

from sangdo.engine.explain.asks import Ask
from sangdo.engine.explain.effects import rank_asks
from sangdo.engine.explain.evaluation import Evaluation, Evaluator
from sangdo.engine.explain.possible_values import OtherText, Span, Stretch
from sangdo.engine.explain.reevaluation import Reevaluation
from sangdo.engine.facts.facts import Facts, Known
from sangdo.engine.inference.thresholds import resolve_thresholds
from sangdo.engine.inference.trace import Trace
from sangdo.engine.language.errors import RulesInvalid
from sangdo.engine.language.rulebook import Fact, Level, Origin, Rulebook, Value
from sangdo.tests.property.strategies import customers, literals_by_fact, rulebooks, values_of

SETTINGS = settings(max_examples=50, deadline=None, suppress_health_check=list(HealthCheck), database=None)


def with_known(facts: Facts, name: str, product: str | None, value: Value) -> Facts:
    known = {name: Known(value, "given", "a test")}
    if product is None:
        return replace(facts, values={**facts.values, **known})
    return replace(facts, products={**facts.products, product: {**facts.products[product], **known}})


def each_fact(rulebook: Rulebook, facts: Facts) -> Iterator[tuple[Fact, str | None]]:
    """Every fact that a person could give, known already or not, of the customer and of each product."""
    for fact in rulebook.facts.values():
        if fact.origin is not Origin.COUNTED:
            products = sorted(facts.products) if fact.level is Level.PRODUCT else [None]
            yield from ((fact, product) for product in products)


def evaluated(evaluator: Evaluator, facts: Facts) -> Evaluation:
    try:
        return evaluator.evaluate(facts)
    except RulesInvalid:
        assume(False)
        raise


@SETTINGS
@given(rulebooks(), st.data())
def test_closing_only_what_is_downstream_equals_a_full_evaluation(rulebook: Rulebook, data: DataObject) -> None:
    facts = data.draw(customers(rulebook))
    evaluator = Evaluator(rulebook, resolve_thresholds(rulebook, facts.as_of, facts.lines))
    before = evaluated(evaluator, facts)
    again = Reevaluation(evaluator, facts, before.values, before.product_values)
    for fact, product in each_fact(rulebook, facts):
        value = data.draw(values_of(fact, literals_by_fact(rulebook).get(fact.name, ())))
        try:
            full = evaluator.evaluate(with_known(facts, fact.name, product, value))
        except RulesInvalid:
            with pytest.raises(RulesInvalid):
                again.with_value(fact.name, product, value)
            continue
        part = again.with_value(fact.name, product, value)
        anew = {(closing.question, closing.product): closing for closing in part.closings}
        assert tuple(anew.get((c.question, c.product), c) for c in before.closings) == full.closings
        assert (part.values, part.product_values) == (full.values, full.product_values)
        assert {**before.undecided, **part.undecided} == full.undecided


@SETTINGS
@given(rulebooks(), st.data())
def test_every_value_leads_to_the_outcome_that_is_said_of_its_stretch(rulebook: Rulebook, data: DataObject) -> None:
    """Any value a person may answer stands in one stretch, and the answers then differ from now as its outcome says."""
    facts = data.draw(customers(rulebook))
    evaluator = Evaluator(rulebook, resolve_thresholds(rulebook, facts.as_of, facts.lines))
    before = evaluated(evaluator, facts)
    trace = Trace(facts, evaluator.thresholds, before.values, before.product_values, (), before.closings)
    summed = {rule.points for question in rulebook.questions.values() for rule in question.rules}
    for fact, product in each_fact(rulebook, facts):
        value = data.draw(values_of(fact, literals_by_fact(rulebook).get(fact.name, ())))
        if fact.name in summed or (isinstance(value, frozenset) and len(value) > 1):
            continue
        (effect,) = rank_asks((Ask(fact.name, product, (), ()),), evaluator, trace)
        (outcome,) = [one for one in effect.outcomes if any(holds(stretch, value) for stretch in one.values)]
        try:
            after = evaluator.evaluate(with_known(facts, fact.name, product, value))
        except RulesInvalid:
            assert outcome.contradiction is not None
            continue
        now, then = answers(before), answers(after)
        changed = {part: answer for part, answer in then.items() if answer != now[part] and part[0] != fact.name}
        assert dict(outcome.answers) == changed


def answers(evaluation: Evaluation) -> Mapping[tuple[str, str | None], Value | None]:
    return {(closing.question, closing.product): closing.answer for closing in evaluation.closings}


def holds(stretch: Stretch, value: Value) -> bool:
    """Whether a value lies in a stretch."""
    if isinstance(stretch, OtherText):
        return value not in stretch.named
    if not isinstance(stretch, Span):
        return stretch == value
    low, high = stretch.low, stretch.high
    above = low is None or value > low or (stretch.low_included and value == low)  # type: ignore[operator]
    below = high is None or value < high or (stretch.high_included and value == high)  # type: ignore[operator]
    return above and below
