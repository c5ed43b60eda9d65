"""The Z3 terms of a rulebook say of every customer what the plain evaluator says of it."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Mapping
from datetime import date
from decimal import Decimal

import pytest
import z3
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from hypothesis.strategies import DataObject

from sangdo.engine.explain.evaluation import Evaluation, Evaluator
from sangdo.engine.facts.facts import Facts, Known
from sangdo.engine.inference.thresholds import ResolvedThreshold, resolve_thresholds
from sangdo.engine.inference.trace import Closing
from sangdo.engine.language.errors import RulesInvalid
from sangdo.engine.language.reading import tests_in as all_tests_in
from sangdo.engine.language.rulebook import Choose, Level, Question, Rulebook, ThresholdName, Value
from sangdo.engine.verify.encoding import FREE, Encoding
from sangdo.engine.verify.model_facts import ModelFacts
from sangdo.tests.property.strategies import AS_OF, decisions, rulebooks

CUSTOMERS = 4
QUIET = list(HealthCheck)
Thresholds = Mapping[str, ResolvedThreshold]


def plain(known: Mapping[str, Known]) -> dict[str, Value]:
    return {name: one.value for name, one in known.items()}


def encoding_of(rulebook: Rulebook, facts: Facts, thresholds: Thresholds) -> Encoding:
    """The encoding of one customer, every fact fixed."""
    return Encoding(
        rulebook,
        {name: line.value for name, line in thresholds.items()},
        fixed=plain(facts.values),
        fixed_products={product: plain(own) for product, own in facts.products.items()},
    )


def is_so(term: z3.BoolRef) -> bool:
    """What a term without variables says."""
    settled = z3.simplify(term)
    assert z3.is_true(settled) or z3.is_false(settled), f"not settled: {settled}"
    return z3.is_true(settled)


def assert_closing(encoding: Encoding, question: Question, closing: Closing, undecided: tuple[str, ...]) -> None:
    """The encoding says of a question what the evaluator found."""
    product, name = closing.product, question.name
    asked = is_so(encoding.asked(name, product))
    assert asked or closing.how in ("given", "not_asked")
    ids = [rule.id for rule in question.rules]
    assert tuple(rule for rule in ids if is_so(encoding.holds(rule, product))) == closing.held
    assert tuple(rule for rule in ids if is_so(encoding.decides(rule, product))) == closing.deciding
    if asked:
        settled = {r for r in ids if is_so(encoding.holds(r, product)) or is_so(encoding.fails(r, product))}
        assert tuple(rule for rule in ids if rule not in settled) == undecided
    assert is_so(encoding.unanswered(name, product)) is (closing.how in ("none", "unknown"))
    assert is_so(encoding.known(name, product)) is (closing.answer is not None)
    assert not is_so(encoding.conflicts(name, product))
    for answer in (*question.answers, True, False, 1.0, frozenset()):
        assert_answer(encoding, question, closing, answer)
    if closing.answer is not None:
        assert is_so(encoding.answered(name, closing.answer, product))


def assert_answer(encoding: Encoding, question: Question, closing: Closing, answer: Value) -> None:
    if question.choose is Choose.ALL_THAT_APPLY and isinstance(answer, str):
        has = isinstance(closing.answer, frozenset) and answer in closing.answer
        assert is_so(encoding.answer_has(question.name, answer, closing.product)) is has
    elif type(answer) in {type(a) for a in (*question.answers, closing.answer)}:
        assert is_so(encoding.answered(question.name, answer, closing.product)) is (closing.answer == answer)


def assert_same(rulebook: Rulebook, encoding: Encoding, evaluated: Evaluation) -> None:
    """Every closing, and every value known at the end, counts among them."""
    for closing in evaluated.closings:
        undecided = evaluated.undecided[closing.question, closing.product]
        assert_closing(encoding, rulebook.questions[closing.question], closing, undecided)
    for fact in rulebook.facts.values():
        worlds = {None: evaluated.values} if fact.level is Level.CUSTOMER else evaluated.product_values
        for product, values in worlds.items():
            assert is_so(encoding.known(fact.name, product)) is (fact.name in values)
            if fact.name in values:
                assert is_so(encoding.equals(fact.name, values[fact.name], product))


def assert_conflict(rulebook: Rulebook, encoding: Encoding) -> None:
    """Where the evaluator finds two answers, so does the encoding."""
    assert any(
        is_so(encoding.conflicts(question.name, product))
        for question in rulebook.questions.values()
        for product in ((None,) if question.level is Level.CUSTOMER else encoding.products)
    )


def compare_fixed(rulebook: Rulebook, facts: Facts, report: Counter[str]) -> None:
    thresholds = resolve_thresholds(rulebook, facts.as_of, facts.lines)
    encoding = encoding_of(rulebook, facts, thresholds)
    assert not encoding.domain, "nothing is free"
    try:
        evaluated = Evaluator(rulebook, thresholds).evaluate(facts)
    except RulesInvalid:
        report["conflicts"] += 1
        assert_conflict(rulebook, encoding)
        return
    report["customers"] += 1
    report.update(f"closed by {closing.how}" for closing in evaluated.closings)
    assert_same(rulebook, encoding, evaluated)


def run_fixed(examples: int, report: Counter[str], **options: object) -> None:
    @settings(max_examples=examples, deadline=None, suppress_health_check=QUIET, database=None, **options)  # type: ignore[arg-type]
    @given(decisions(CUSTOMERS))
    def compare(decision: tuple[Rulebook, tuple[Facts, ...]]) -> None:
        for facts in decision[1]:
            compare_fixed(decision[0], facts, report)

    compare()
    for how in ("rules", "otherwise", "given", "none", "unknown", "not_asked"):
        assert report[f"closed by {how}"] > 0, f"no question closed by {how}"
    assert report["conflicts"] > 0


def test_with_every_fact_fixed_the_encoding_says_what_the_evaluator_says() -> None:
    report: Counter[str] = Counter()
    run_fixed(80, report, derandomize=True, phases=[Phase.generate, Phase.shrink])
    assert report["customers"] > 250


@pytest.mark.nightly
def test_with_every_fact_fixed_they_agree_on_five_thousand_more() -> None:
    report: Counter[str] = Counter()
    run_fixed(1300, report)
    sys.stdout.write(f"{dict(report)}\n")
    assert report["customers"] > 4000


# ---------------------------------------------------------------- free facts


def is_tame(number: object) -> bool:
    """Whether sums of such numbers are exact in inference, too: up to six decimals, and not too large."""
    if isinstance(number, bool) or not isinstance(number, (int, float)):
        return True
    exponent = Decimal(repr(number)).as_tuple().exponent
    return abs(number) <= 10**9 and isinstance(exponent, int) and exponent >= -6


def is_tame_customer(facts: ModelFacts) -> bool:
    worlds = (facts.values, *facts.products.values())
    return all(is_tame(value) for world in worlds for value in world.values())


def is_tame_rulebook(rulebook: Rulebook, thresholds: Mapping[str, float | None]) -> bool:
    """Whether its figures are such; one without sums always is."""
    if all(question.choose is not Choose.SUM for question in rulebook.questions.values()):
        return True
    rules = [rule for question in rulebook.questions.values() for rule in question.rules]
    conditions = [question.applies for question in rulebook.questions.values()] + [rule.when for rule in rules]
    operands = [o for condition in conditions for test in all_tests_in(condition) for o in test.operands]
    numbers = [o for o in operands if not isinstance(o, ThresholdName)] + [rule.points for rule in rules]
    return all(map(is_tame, (*numbers, *thresholds.values())))


def facts_of(found: ModelFacts, as_of: date) -> Facts:
    def known(values: Mapping[str, Value]) -> dict[str, Known]:
        return {name: Known(value, "given", "a model") for name, value in values.items()}

    return Facts("c1", as_of, known(found.values), {name: known(own) for name, own in found.products.items()})


def without_conflict(encoding: Encoding) -> list[z3.BoolRef]:
    return [z3.Not(encoding.conflicts(question)) for question in encoding.rulebook.questions]


def resolved(lines: Mapping[str, float | None]) -> dict[str, ResolvedThreshold]:
    return {name: ResolvedThreshold(name, value, "dated") for name, value in lines.items()}


def find_and_evaluate(data: DataObject, rulebook: Rulebook, report: Counter[str]) -> None:
    """Look for a customer for whom a rule decides, evaluate it, and compare all that the encoding says of it."""
    as_of = data.draw(st.sampled_from(AS_OF))
    resolution = resolve_thresholds(rulebook, as_of, {})
    free_line = data.draw(st.sampled_from((None, *rulebook.thresholds)))
    lines = {name: line.value for name, line in resolution.items()}
    if not is_tame_rulebook(rulebook, lines):
        report["wild"] += 1
        return
    encoding = Encoding(rulebook, {name: FREE if name == free_line else value for name, value in lines.items()})
    solver = z3.Solver()
    solver.add(encoding.domain)
    solver.add(without_conflict(encoding))
    for question in rulebook.questions.values():
        for rule in question.rules:
            products = question.level is Level.PRODUCT
            wanted = encoding.decides(rule.id)
            found = encoding.solve(solver, wanted, with_products=products)
            report["impossible" if found is None else "possible"] += 1
            if found is None or not is_tame_customer(found):
                continue
            evaluated = Evaluator(rulebook, resolved({**lines, **found.lines})).evaluate(facts_of(found, as_of))
            closing = next(c for c in evaluated.closings if c.question == question.name)
            report["compared"] += 1
            assert rule.id in closing.deciding, (rule.id, found)


def run_free(examples: int, report: Counter[str], **options: object) -> None:
    @settings(max_examples=examples, deadline=None, suppress_health_check=QUIET, database=None, **options)  # type: ignore[arg-type]
    @given(st.data(), rulebooks())
    def compare(data: DataObject, rulebook: Rulebook) -> None:
        find_and_evaluate(data, rulebook, report)

    compare()


def test_a_customer_found_by_the_solver_is_decided_by_the_rule_it_was_sought_for() -> None:
    report: Counter[str] = Counter()
    run_free(100, report, derandomize=True, phases=[Phase.generate, Phase.shrink])
    sys.stdout.write(f"{dict(report)}\n")
    assert report["compared"] > 150
