"""Durable-rules and the plain evaluator give the same decision on any rulebook and any customer."""

from __future__ import annotations

import sys
from collections import Counter

import pytest
from hypothesis import HealthCheck, Phase, given, settings

from sangdo.engine.explain.asks import list_asks
from sangdo.engine.explain.evaluation import Evaluation, Evaluator, ready, ready_rule
from sangdo.engine.facts.facts import Facts
from sangdo.engine.inference.engine import Engine
from sangdo.engine.inference.thresholds import resolve_thresholds
from sangdo.engine.inference.trace import Trace
from sangdo.engine.language.errors import RulesInvalid
from sangdo.engine.language.rulebook import Rulebook
from sangdo.tests.property.strategies import decisions

CUSTOMERS = 4
QUIET = list(HealthCheck)


def outcome_of_engine(engine: Engine, facts: Facts) -> Trace | str:
    try:
        return engine.run(facts)
    except RulesInvalid as conflict:
        return str(conflict)


def outcome_of_evaluator(rulebook: Rulebook, facts: Facts) -> Evaluation | str:
    try:
        return Evaluator(rulebook, resolve_thresholds(rulebook, facts.as_of, facts.lines)).evaluate(facts)
    except RulesInvalid as conflict:
        return str(conflict)


def assert_same(rulebook: Rulebook, ran: Trace, evaluated: Evaluation) -> None:
    """The same closings in the same order, the same values and asks; firings in chain order."""
    assert ran.closings == evaluated.closings
    assert ran.values == evaluated.values
    assert ran.product_values == evaluated.product_values
    assert_firings(rulebook, ran)
    from_trace = Evaluation(ran.values, ran.product_values, ran.closings, evaluated.undecided)
    asks = [list_asks(rulebook, one, ran.thresholds) for one in (from_trace, evaluated)]
    assert asks[0] == asks[1]


def assert_firings(rulebook: Rulebook, ran: Trace) -> None:
    """A rule fires exactly when it holds where its question is asked, in chain order, on facts that suffice."""
    held = {(rule, c.product) for c in ran.closings for rule in c.held}
    fired = [(firing.rule, firing.product) for firing in ran.firings]
    assert Counter(fired) == Counter(held), "each rule that held fired once"
    rules = {rule.id: rule for question in rulebook.questions.values() for rule in question.rules}
    place = {identity: number for number, identity in enumerate(rules)}
    for product in {None, *ran.product_values}:
        order = [place[rule] for rule, of in fired if of == product]
        assert order == sorted(order), "firings come in the order of the chain"
    for firing in ran.firings:
        seen = {**ran.values, **ran.product_values.get(firing.product or "", {})}
        assert all(seen.get(name) == value for name, value in firing.matched)
        matched = {name: value for name, value in firing.matched if value is not None}
        assert ready(rules[firing.rule].when, ran.thresholds)(matched) is True, "the matched facts alone suffice"
        assert ready_rule(rules[firing.rule], ran.thresholds)(matched) is True


def run_property(examples: int, report: Counter[str], **options: object) -> None:
    """Compare the two on `examples` rulebooks with several customers each, counting what was seen."""

    @settings(max_examples=examples, deadline=None, suppress_health_check=QUIET, database=None, **options)  # type: ignore[arg-type]
    @given(decisions(CUSTOMERS))
    def compare(decision: tuple[Rulebook, tuple[Facts, ...]]) -> None:
        rulebook, customers = decision
        engine = Engine(rulebook)
        try:
            for facts in customers:
                report["pairs"] += 1
                ran = outcome_of_engine(engine, facts)
                evaluated = outcome_of_evaluator(rulebook, facts)
                if isinstance(ran, str) and "cannot be run safely" in ran:
                    report["refused"] += 1
                elif isinstance(ran, str) or isinstance(evaluated, str):
                    report["conflicts"] += 1
                    assert ran == evaluated
                else:
                    assert_same(rulebook, ran, evaluated)
                    report.update(f"closed by {c.how}" for c in ran.closings)
                    report["firings"] += len(ran.firings)
        finally:
            engine.close()

    compare()
    assert report["refused"] < 0.05 * report["pairs"], f"too many rulebooks are refused: {report}"


def assert_covered(report: Counter[str], pairs: int) -> None:
    assert report["pairs"] >= pairs
    for how in ("rules", "otherwise", "given", "none", "unknown", "not_asked"):
        assert report[f"closed by {how}"] > 0, f"no question closed by {how}"


def test_engine_and_evaluator_agree_on_random_rulebooks_and_customers() -> None:
    report: Counter[str] = Counter()
    run_property(80, report, derandomize=True, phases=[Phase.generate, Phase.shrink])
    assert_covered(report, 300)


@pytest.mark.nightly
def test_engine_and_evaluator_agree_on_five_thousand_more() -> None:
    report: Counter[str] = Counter()
    run_property(1300, report)
    sys.stdout.write(f"{dict(report)}\n")
    assert_covered(report, 5000)
