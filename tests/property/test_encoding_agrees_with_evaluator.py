"""The Z3 terms of a rulebook say of every customer what the plain evaluator says of it."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from pathlib import Path

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
from sangdo.engine.language.loading import load_rulebook
from sangdo.engine.language.reading import tests_in as all_tests_in
from sangdo.engine.language.rulebook import Choose, Fact, FactType, Level, Origin, Question, Rulebook, Value
from sangdo.engine.verify.scenarios.scenario import read_scenarios
from sangdo.engine.verify.solver.encoding import FREE, Encoding, Line
from sangdo.engine.verify.solver.model_facts import ModelFacts
from sangdo.engine.verify.solver.terms import real_term
from sangdo.tests.property.strategies import AS_OF, decisions, legal, literals_by_fact, rulebooks

RULES = Path(__file__).parents[2] / "rules"
CUSTOMERS = 4
TRUE, FALSE = z3.BoolVal(True), z3.BoolVal(False)
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
    """What a term says that is settled, as each is where every fact is fixed."""
    said = term.get_id()
    assert said in (TRUE.get_id(), FALSE.get_id()), f"not settled: {term}"
    return bool(said == TRUE.get_id())


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
    run_fixed(50, report, derandomize=True, phases=[Phase.generate, Phase.shrink])
    assert report["customers"] > 150


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


def is_exact(rulebook: Rulebook, *numbers: object) -> bool:
    """Whether inference adds up exactly: no sums, or tame figures in the rulebook and among the numbers."""
    if all(question.choose is not Choose.SUM for question in rulebook.questions.values()):
        return True
    rules = [rule for question in rulebook.questions.values() for rule in question.rules]
    conditions = [question.applies for question in rulebook.questions.values()] + [rule.when for rule in rules]
    operands = [o for condition in conditions for test in all_tests_in(condition) for o in test.operands]
    return all(map(is_tame, (*numbers, *operands, *(rule.points for rule in rules))))


def free_encoding(rulebook: Rulebook, lines: Mapping[str, Line], products: tuple[str, ...] | None) -> Encoding:
    """The encoding of any customer, whose questions a person may answer."""
    return Encoding(rulebook, lines, free_products=products, free=tuple(rulebook.questions))


def places_of(rulebook: Rulebook, encoding: Encoding) -> list[tuple[Fact, str | None]]:
    """The facts that are free in an encoding, of the customer and of each product; counts are not."""
    return [
        (fact, product)
        for fact in rulebook.facts.values()
        if fact.tally is None
        for product in ((None,) if fact.level is Level.CUSTOMER else encoding.products)
    ]


def told(rulebook: Rulebook, encoding: Encoding, facts: Facts) -> list[z3.BoolRef]:
    """What is known of a customer, and that nothing else is."""
    statements, texts = [], literals_by_fact(rulebook)
    for fact, product in places_of(rulebook, encoding):
        known = facts.values if product is None else facts.products[product]
        is_answer = fact.origin is Origin.QUESTION
        if fact.name in known:
            statements += equal(encoding, fact, known[fact.name].value, texts.get(fact.name, ()), product)
        if is_answer or fact.name not in known:
            is_known = encoding.given(fact.name, product) if is_answer else encoding.known(fact.name, product)
            statements.append(is_known if fact.name in known else z3.Not(is_known))
    return statements + [encoding.exists(product) for product in facts.products]


def equal(
    encoding: Encoding, fact: Fact, value: Value, named: tuple[Value, ...], product: str | None
) -> list[z3.BoolRef]:
    """What says that a fact has a value; a text that no rule names is only known not to be one of those."""
    if fact.type is not FactType.TEXT or value in named:
        return [encoding.equals(fact.name, value, product)]
    return [encoding.known(fact.name, product), *(z3.Not(encoding.equals(fact.name, n, product)) for n in named)]


def compare_free(rulebook: Rulebook, facts: Facts, report: Counter[str]) -> None:
    """Tell the encoding of any customer what is known of this one: it can be so, and then all is as evaluated."""
    thresholds = resolve_thresholds(rulebook, facts.as_of, facts.lines)
    lines = {name: line.value for name, line in thresholds.items()}
    known = [one.value for own in (facts.values, *facts.products.values()) for one in own.values()]
    counted = any(rulebook.facts[name].tally for name in facts.values)
    if counted or not is_exact(rulebook, *lines.values(), *known):
        report["passed over"] += 1
        return
    encoding = free_encoding(rulebook, dict.fromkeys(lines, FREE), tuple(facts.products))
    solver = z3.Solver()
    solver.add(*encoding.domain, *told(rulebook, encoding, facts))
    for name, value in lines.items():
        if value is None:
            return
        solver.add(encoding.line(name) == real_term(value))
    try:
        evaluated = Evaluator(rulebook, thresholds).evaluate(facts)
    except RulesInvalid:
        report["conflicts"] += 1
        questions = [(q.name, p) for q in rulebook.questions.values() for p in products_of(q, encoding)]
        assert solver.check(z3.Or([encoding.conflicts(question, product) for question, product in questions])) == z3.sat
        return
    report["told"] += 1
    assert solver.check() == z3.sat, "the customer is one of the domain"
    statements = [statement for closing in evaluated.closings for statement in said(rulebook, encoding, closing)]
    assert solver.check(z3.Not(z3.And(statements))) == z3.unsat, statements


def products_of(question: Question, encoding: Encoding) -> tuple[str | None, ...]:
    return (None,) if question.level is Level.CUSTOMER else encoding.products


def said(rulebook: Rulebook, encoding: Encoding, closing: Closing) -> Iterator[z3.BoolRef]:
    """What the encoding says of a closing, which is then so for any customer like this."""
    question, product = closing.question, closing.product
    for rule in rulebook.questions[question].rules:
        yield encoding.holds(rule.id, product) == z3.BoolVal(rule.id in closing.held)
        yield encoding.decides(rule.id, product) == z3.BoolVal(rule.id in closing.deciding)
    yield encoding.given(question, product) == z3.BoolVal(closing.how == "given")
    yield encoding.unanswered(question, product) == z3.BoolVal(closing.how in ("none", "unknown"))
    yield encoding.known(question, product) == z3.BoolVal(closing.answer is not None)
    yield z3.Not(encoding.conflicts(question, product))
    if closing.answer is not None:
        yield encoding.answered(question, closing.answer, product)


def is_legal(rulebook: Rulebook, facts: Facts) -> bool:
    """Whether the values are in their ranges, which the strategy does not keep where no number of its own is."""
    return all(
        legal(rulebook.facts[name], one.value)
        for own in (facts.values, *facts.products.values())
        for name, one in own.items()
        if isinstance(one.value, (int, float)) and not isinstance(one.value, bool)
    )


def test_an_encoding_of_any_customer_says_of_one_what_the_evaluator_says() -> None:
    report: Counter[str] = Counter()
    run_free(80, report, derandomize=True, phases=[Phase.generate, Phase.shrink])
    assert report["told"] > 60


@pytest.mark.nightly
def test_an_encoding_of_any_customer_agrees_on_thousands_more() -> None:
    report: Counter[str] = Counter()
    run_free(1300, report)
    sys.stdout.write(f"{dict(report)}\n")
    assert report["told"] > 1000


def run_free(examples: int, report: Counter[str], **options: object) -> None:
    @settings(max_examples=examples, deadline=None, suppress_health_check=QUIET, database=None, **options)  # type: ignore[arg-type]
    @given(decisions(CUSTOMERS))
    def compare(decision: tuple[Rulebook, tuple[Facts, ...]]) -> None:
        for facts in decision[1]:
            if is_legal(decision[0], facts):
                compare_free(decision[0], facts, report)

    compare()


# ---------------------------------------------------------------- customers found


def facts_of(found: ModelFacts, as_of: date) -> Facts:
    def known(values: Mapping[str, Value]) -> dict[str, Known]:
        return {name: Known(value, "given", "a model") for name, value in values.items()}

    return Facts("c1", as_of, known(found.values), {name: known(own) for name, own in found.products.items()})


def find_and_evaluate(data: DataObject, rulebook: Rulebook, report: Counter[str]) -> None:
    """Look for a customer for whom each rule decides, and have the evaluator say the same."""
    as_of = data.draw(st.sampled_from(AS_OF))
    free_line = data.draw(st.sampled_from((None, *rulebook.thresholds)))
    lines = {name: line.value for name, line in resolve_thresholds(rulebook, as_of, {}).items()}
    if not is_exact(rulebook, *lines.values()):
        report["passed over"] += 1
        return
    encoding = free_encoding(rulebook, lines | ({free_line: FREE} if free_line else {}), ("1", "2"))
    solver = z3.Solver()
    solver.add(encoding.domain)
    questions = rulebook.questions.values()
    solver.add([z3.Not(encoding.conflicts(q.name, p)) for q in questions for p in products_of(q, encoding)])
    for question in questions:
        for rule in question.rules:
            product = products_of(question, encoding)[0]
            found = encoding.solve(solver, encoding.decides(rule.id, product))
            report["impossible" if found is None else "possible"] += 1
            if found is None or not is_exact(rulebook, *found.values.values(), *found.lines.values()):
                continue
            resolved = {n: ResolvedThreshold(n, value, "dated") for n, value in {**lines, **found.lines}.items()}
            evaluated = Evaluator(rulebook, resolved).evaluate(facts_of(found, as_of))
            closing = next(c for c in evaluated.closings if (c.question, c.product) == (question.name, product))
            report["compared"] += 1
            assert rule.id in closing.deciding, (rule.id, found)
    assert solver.num_scopes() == 0


def test_a_customer_found_by_the_solver_is_decided_by_the_rule_it_was_sought_for() -> None:
    report: Counter[str] = Counter()
    run_found(80, report, derandomize=True, phases=[Phase.generate, Phase.shrink])
    assert report["compared"] > 100


@pytest.mark.nightly
def test_thousands_more_found_are_decided_by_the_rule_they_were_sought_for() -> None:
    report: Counter[str] = Counter()
    run_found(1300, report)
    sys.stdout.write(f"{dict(report)}\n")
    assert report["compared"] > 2000


def run_found(examples: int, report: Counter[str], **options: object) -> None:
    @settings(max_examples=examples, deadline=None, suppress_health_check=QUIET, database=None, **options)  # type: ignore[arg-type]
    @given(st.data(), rulebooks())
    def compare(data: DataObject, rulebook: Rulebook) -> None:
        find_and_evaluate(data, rulebook, report)

    compare()


# ---------------------------------------------------------------- the shipped rulebook


def test_the_shipped_rules_are_encoded_as_they_are_evaluated_on_every_scenario() -> None:
    rulebook = load_rulebook(RULES)
    report: Counter[str] = Counter()
    for scenario in read_scenarios(RULES, rulebook):
        compare_fixed(rulebook, scenario.facts, report)
        report["scenarios"] += 1
    assert report["customers"] == report["scenarios"] > 100
