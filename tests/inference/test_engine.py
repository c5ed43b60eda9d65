"""Decisions of the engine on durable-rules that one example shows best."""

from __future__ import annotations

from dataclasses import replace

import pytest

from sangdo.engine.explain.evaluation import Evaluator
from sangdo.engine.facts.facts import Known
from sangdo.engine.inference.engine import Engine
from sangdo.engine.inference.thresholds import resolve_thresholds
from sangdo.engine.language.errors import RulesInvalid
from sangdo.engine.language.rulebook import (
    AllOf,
    AnyOf,
    Choose,
    Fact,
    FactType,
    Level,
    Operator,
    Origin,
    Rulebook,
    Status,
    Tally,
)
from sangdo.engine.language.rulebook import Test as FactTest
from sangdo.engine.language.strata import arrange_runs, arrange_strata
from sangdo.tests.inference.wide import (
    AS_OF,
    HERE,
    SAME,
    at_least,
    customer,
    decide,
    fact,
    includes,
    is_,
    points,
    question,
    rule,
    rulebook,
)


def test_two_answers_of_a_question_that_has_one_are_a_conflict_that_names_both_rules() -> None:
    rules = [rule("R-1", at_least("x", 1), "a1"), rule("R-2", at_least("x", 2), "a2"), rule("R-3", is_("x", 1), "a1")]
    book = rulebook([fact("x")], [question("q", rules, None, Choose.EXACTLY_ONE)])
    (same,) = decide(book, {"x": 1})
    assert same.closing("q").deciding == ("R-1", "R-3")
    engine = Engine(book)
    with pytest.raises(RulesInvalid, match="the rules R-1 and R-2 both hold, but q has exactly one answer: a1 and a2"):
        engine.run(customer({"x": 2}))
    assert engine.run(customer({"x": 1})).closings == same.closings, "a conflict leaves nothing behind in the engine"
    engine.close()


def test_a_given_answer_overrides_the_rules_and_the_rules_that_held_are_kept() -> None:
    rules = [rule("R-1", at_least("x", 1), "a1"), rule("R-2", at_least("x", 2), "a2")]
    book = rulebook([fact("x")], [question("q", rules, None, Choose.EXACTLY_ONE)])
    (trace,) = decide(book, {"x": 2, "q": "a3"})
    closing = trace.closing("q")
    assert (closing.how, closing.answer, closing.deciding, closing.held) == ("given", "a3", (), ("R-1", "R-2"))


def test_a_retired_question_is_not_asked_but_can_still_be_given() -> None:
    asked = question("q", [rule("R-1", None)])
    after = question("z", [rule("R-2", includes("q", "a1"))])
    book = rulebook([], [replace(asked, status=Status.RETIRED), after])
    (trace, given) = decide(book, {}, {"q": frozenset(["a1"])})
    assert (trace.closing("q").how, trace.closing("q").answer) == ("not_asked", None)
    assert not trace.firings
    assert given.closing("z").deciding == ("R-2",)


def test_a_sum_is_unknown_until_each_of_its_rules_is_decided() -> None:
    rules = [points("R-1", is_("x", 1), 5), points("R-2", is_("y", 1), 3)]
    book = rulebook([fact("x"), fact("y")], [question("q", rules, None, Choose.SUM)])
    (open_, decided, failed) = decide(book, {"x": 1}, {"x": 1, "y": 1}, {"x": 2, "y": 0})
    assert (open_.closing("q").how, open_.closing("q").answer) == ("unknown", None)
    assert (decided.closing("q").answer, failed.closing("q").answer) == (8, 0)


def test_a_sum_counts_what_a_rule_says_for_the_unknown() -> None:
    rules = [points("R-1", is_("x", 1), 5), replace(points("R-2", is_("y", 1), 3), if_unknown=1, sign=-1)]
    book = rulebook([fact("x"), fact("y")], [question("q", rules, None, Choose.SUM)])
    (trace,) = decide(book, {"x": 1})
    assert (trace.closing("q").answer, trace.closing("q").assumed) == (4, ("R-2",))


def test_a_figure_that_is_unknown_leaves_its_sum_unknown_unless_its_rule_fails() -> None:
    rules = [replace(points("R-1", is_("x", 1), 0), points="cost", sign=-1), points("R-2", is_("x", 2), 4)]
    book = rulebook([fact("x"), fact("cost")], [question("q", rules, None, Choose.SUM)])
    (known, unknown, failed) = decide(book, {"x": 1, "cost": 2.5}, {"x": 1}, {"x": 2})
    assert [trace.closing("q").answer for trace in (known, unknown, failed)] == [-2.5, None, 4]
    assert known.firings[0].matched == (("cost", 2.5), ("x", 1))


def test_the_weaker_of_two_alternatives_is_enough() -> None:
    either = AnyOf((is_("x", 1), AllOf((is_("x", 1), is_("y", 1)))))
    book = rulebook([fact("x"), fact("y")], [question("q", [rule("R-1", either)])])
    (both, weaker, stronger) = decide(book, {"x": 1, "y": 1}, {"x": 1}, {"y": 1})
    assert [len(trace.firings) for trace in (both, weaker, stronger)] == [1, 1, 0]


def test_a_firing_names_the_facts_that_matched_with_the_unknown_ones_as_none() -> None:
    unknown = FactTest("y", Operator.UNKNOWN, (), HERE)
    book = rulebook([fact("y"), fact("z")], [question("q", [rule("R-1", unknown), rule("R-2", at_least("z", 0))])])
    (trace,) = decide(book, {"z": 2.5})
    assert [firing.matched for firing in trace.firings] == [(("y", None),), (("z", 2.5),)]


def counting() -> Rulebook:
    """A product's question that reads how many products got an answer of another product's question."""
    slow = replace(fact("slow", FactType.FLAG), level=Level.PRODUCT)
    tally = Tally("count", "fate", "a1")
    count = Fact("many", SAME, FactType.INTEGER, Origin.COUNTED, Level.CUSTOMER, HERE, tally=tally)
    fate = replace(question("fate", [rule("F-1", is_("slow", True))], None, Choose.EXACTLY_ONE), level=Level.PRODUCT)
    push = replace(question("push", [rule("P-1", at_least("many", 2))], None, Choose.EXACTLY_ONE), level=Level.PRODUCT)
    book = rulebook([slow, count], [fate, push])
    answers = {name: replace(book.facts[name], level=Level.PRODUCT) for name in book.questions}
    facts = {**book.facts, **answers}
    return replace(book, facts=facts, strata=arrange_strata(book.questions, facts))


def test_a_question_about_a_product_that_reads_a_count_waits_for_all_products() -> None:
    book = counting()
    assert arrange_runs(book) == ((("fate",),), (("push",),))
    yes = {"slow": Known(True, "given", "a test")}
    facts = replace(customer({}), products={"A": yes, "B": yes})
    engine = Engine(book)
    trace = engine.run(facts)
    engine.close()
    assert trace.values["many"] == 2
    assert [trace.closing("push", product).answer for product in ("A", "B")] == ["a1", "a1"]
    assert Evaluator(book, resolve_thresholds(book, AS_OF, {})).evaluate(facts).closings == trace.closings
