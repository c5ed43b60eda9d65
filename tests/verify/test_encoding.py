"""The rulebook as Z3 terms: what can be, what cannot, and the customers found."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
import z3

from sangdo.engine.language.errors import Location
from sangdo.engine.language.rulebook import (
    AllOf,
    AnyOf,
    Basis,
    Choose,
    Condition,
    Fact,
    FactType,
    Level,
    NoneOf,
    Operator,
    Origin,
    Question,
    Rule,
    Rulebook,
    Status,
    Tally,
    Text,
    ThresholdName,
    Value,
)
from sangdo.engine.language.rulebook import Test as FactTest
from sangdo.engine.language.strata import arrange_strata
from sangdo.engine.verify.solver.encoding import FREE, Encoding
from sangdo.engine.verify.solver.model_facts import ModelFacts, SolverGaveUp

HERE = Location("rules")
WORD = Text("말", "word")


def fact(name: str, kind: FactType, *values: str, level: Level = Level.CUSTOMER, **more: object) -> Fact:
    labels = dict.fromkeys(values, WORD) if values else None
    given: dict[str, object] = {"origin": Origin.GIVEN, **more}
    return Fact(name, WORD, kind, level=level, location=HERE, values=labels, **given)  # type: ignore[arg-type]


def check(name: str, operator: Operator, *operands: Value | ThresholdName) -> FactTest:
    return FactTest(name, operator, operands, HERE)


def rule(identity: str, when: Condition | None, then: Value | None = None, **more: object) -> Rule:
    given: dict[str, object] = {"points": None, "sign": 1, "if_unknown": None, **more}
    return Rule(identity, WORD, Basis.HOUSE, ("H1",), when, then, actions=(), because=None, location=HERE, **given)  # type: ignore[arg-type]


def question(name: str, choose: Choose, *rules: Rule, **more: object) -> Question:
    given: dict[str, object] = {
        "level": Level.CUSTOMER, "applies": None, "otherwise": None, "status": Status.STABLE, **more
    }  # fmt: skip
    answers = tuple(dict.fromkeys(r.then for r in rules if r.then is not None))
    return Question(
        name, WORD, answers=answers, choose=choose, owner="o", rules=rules, thresholds=(), location=HERE, **given
    )  # type: ignore[arg-type]


def rulebook(facts: list[Fact], *questions: Question) -> Rulebook:
    vocabulary = {one.name: one for one in facts}
    for asked in questions:
        kind = {Choose.SUM: FactType.NUMBER, Choose.ALL_THAT_APPLY: FactType.CHOICES}.get(asked.choose, FactType.CHOICE)
        words = [] if asked.choose is Choose.SUM else [str(answer) for answer in asked.answers]
        answer = fact(asked.name, kind, *words, level=asked.level, origin=Origin.QUESTION)
        vocabulary.setdefault(asked.name, answer)
    by_name = {asked.name: asked for asked in questions}
    strata = arrange_strata(by_name, vocabulary)
    chained = {name: by_name[name] for stratum in strata for name in stratum}
    return Rulebook("r", "", "rules", vocabulary, {}, chained, {}, {}, strata)


def solver_of(encoding: Encoding) -> z3.Solver:
    solver = z3.Solver()
    solver.add(*encoding.domain)
    return solver


def find(encoding: Encoding, *wanted: z3.BoolRef) -> ModelFacts | None:
    return encoding.solve(solver_of(encoding), *wanted)


SCORE = fact("score", FactType.NUMBER, minimum=0, maximum=1)
LEVELS = question(
    "level",
    Choose.FIRST_MATCH,
    rule("L-1", check("score", Operator.AT_LEAST, ThresholdName("line")), "high"),
    rule("L-2", check("score", Operator.LESS_THAN, ThresholdName("line")), "low"),
)


def test_a_test_on_an_unknown_fact_neither_holds_nor_fails() -> None:
    encoding = Encoding(rulebook([SCORE], LEVELS), {"line": 0.5}, fixed={"score": None})
    assert [z3.is_false(encoding.holds(r)) and z3.is_false(encoding.fails(r)) for r in ("L-1", "L-2")] == [True, True]
    assert z3.is_true(encoding.unanswered("level"))


def test_a_threshold_without_a_value_decides_nothing() -> None:
    encoding = Encoding(rulebook([SCORE], LEVELS), {"line": None}, fixed={"score": 0.7})
    assert z3.is_false(encoding.holds("L-1"))
    assert z3.is_false(encoding.fails("L-1"))
    with pytest.raises(KeyError):
        encoding.line("line")


def test_only_an_unknown_fact_leaves_a_question_of_two_halves_unanswered() -> None:
    encoding = Encoding(rulebook([SCORE], LEVELS), {"line": 0.5})
    assert find(encoding, encoding.unanswered("level")) == ModelFacts({}, {"": {}}, {})
    assert find(encoding, encoding.unanswered("level"), encoding.known("score")) is None


def test_a_line_is_met_exactly_as_its_digits_say() -> None:
    book = rulebook([SCORE], LEVELS)
    encoding = Encoding(book, {"line": 0.1}, free=("score",), fixed={})
    tenth = encoding.number("score") * 10 == 1
    assert find(encoding, encoding.answered("level", "high"), tenth) == ModelFacts({"score": 0.1}, {"": {}}, {})
    assert find(encoding, encoding.answered("level", "low"), encoding.known("score"), tenth) is None


def test_the_range_of_a_fact_is_kept() -> None:
    encoding = Encoding(rulebook([SCORE], LEVELS), {"line": 1.5})
    assert find(encoding, encoding.decides("L-1")) is None


def test_a_free_threshold_is_chosen_by_the_solver() -> None:
    encoding = Encoding(rulebook([SCORE], LEVELS), {"line": FREE}, fixed={"score": 0.25})
    found = find(encoding, encoding.decides("L-2"))
    assert found is not None
    assert found.lines["line"] > 0.25
    assert found.values == {"score": 0.25}


def test_a_customer_found_has_only_the_facts_it_needs_and_short_numbers() -> None:
    others = [fact(f"other_{n}", FactType.CHOICE, "a", "b") for n in range(20)]
    both = AllOf((check("score", Operator.MORE_THAN, 0.333), check("score", Operator.LESS_THAN, 0.342)))
    encoding = Encoding(rulebook([*others, SCORE], question("q", Choose.EXACTLY_ONE, rule("Q-1", both, "yes"))), {})
    assert find(encoding, encoding.holds("Q-1")) == ModelFacts({"score": 0.34}, {"": {}}, {})


def test_a_fact_with_a_default_is_never_unknown() -> None:
    role = replace(fact("role", FactType.CHOICE, "dealer", "user"), default="user")
    encoding = Encoding(
        rulebook([role], question("q", Choose.EXACTLY_ONE, rule("Q-1", check("role", Operator.UNKNOWN), "yes"))), {}
    )
    assert find(encoding, encoding.holds("Q-1")) is None
    found = find(encoding)
    assert found is not None
    assert found.values["role"] in ("dealer", "user")


def test_two_answers_of_exactly_one_are_a_conflict_and_twice_the_same_is_none() -> None:
    kinds = fact("kinds", FactType.CHOICES, "a", "b", "c")
    asked = question(
        "q",
        Choose.EXACTLY_ONE,
        rule("Q-1", check("kinds", Operator.INCLUDES, "a"), "yes"),
        rule("Q-2", check("kinds", Operator.INCLUDES, "b"), "no"),
        rule("Q-3", check("kinds", Operator.INCLUDES, "c"), "no"),
    )
    encoding = Encoding(rulebook([kinds], asked), {})
    found = find(encoding, encoding.conflicts("q"))
    assert found is not None
    assert found.values["kinds"] >= {"a"}  # type: ignore[operator]
    assert find(encoding, encoding.conflicts("q"), z3.Not(encoding.includes("kinds", "a"))) is None
    assert find(encoding, encoding.equals("kinds", frozenset("bc")), encoding.answered("q", "no")) is not None


def test_the_first_match_wins_and_a_rule_behind_it_never_decides() -> None:
    flag = fact("flag", FactType.FLAG)
    asked = question(
        "q",
        Choose.FIRST_MATCH,
        rule("Q-1", check("flag", Operator.KNOWN), "yes"),
        rule("Q-2", check("flag", Operator.IS, True), "no"),
        otherwise="no",
    )
    encoding = Encoding(rulebook([flag], asked), {})
    assert find(encoding, encoding.holds("Q-2")) is not None
    assert find(encoding, encoding.decides("Q-2")) is None
    assert find(encoding, encoding.answered("q", "no"), encoding.known("flag")) is None
    assert find(encoding, encoding.unanswered("q")) is None


def test_a_set_has_each_word_whose_rule_holds() -> None:
    flags = [fact(name, FactType.FLAG) for name in "ab"]
    asked = question("q", Choose.ALL_THAT_APPLY, *(rule(f"Q-{n}", check(n, Operator.IS, True), n) for n in "ab"))
    encoding = Encoding(rulebook(flags, asked), {})
    found = find(encoding, encoding.answered("q", frozenset("ab")))
    assert found is not None
    assert found.values == {"a": True, "b": True}
    only_b = find(encoding, encoding.answer_has("q", "b"), z3.Not(encoding.answer_has("q", "a")))
    assert only_b == ModelFacts({"b": True}, {"": {}}, {})
    assert find(encoding, encoding.unanswered("q")) == ModelFacts({}, {"": {}}, {})


def test_a_sum_is_unknown_where_a_figure_is_missing_and_nothing_stands_for_it() -> None:
    numbers = [fact("profit", FactType.MONEY), fact("cost", FactType.MONEY)]
    asked = question(
        "net", Choose.SUM, rule("N-1", None, points="profit"), rule("N-2", None, points="cost", sign=-1)
    )  # fmt: skip
    encoding = Encoding(rulebook(numbers, asked), {}, fixed={"cost": 0.3}, free=("profit",))
    assert find(encoding, encoding.number("net") == 0, encoding.known("net")) == ModelFacts(
        {"cost": 0.3, "profit": 0.3}, {"": {}}, {}
    )
    assert find(encoding, encoding.known("net"), z3.Not(encoding.known("profit"))) is None
    standing = replace(asked, rules=(replace(asked.rules[0], if_unknown=2), asked.rules[1]))
    encoding = Encoding(rulebook(numbers, standing), {}, fixed={"cost": 0.3})
    assert z3.is_true(z3.simplify(encoding.answered("net", 1.7)))


def test_a_rule_of_a_sum_that_fails_adds_nothing_whatever_stands_for_it_when_unknown() -> None:
    flag = fact("flag", FactType.FLAG)
    asked = question("net", Choose.SUM, rule("N-1", check("flag", Operator.IS, True), points=5, if_unknown=2))
    encoding = Encoding(rulebook([flag], asked), {})
    for value, total in ((True, 5), (False, 0)):
        assert find(encoding, encoding.equals("flag", value), z3.Not(encoding.answered("net", total))) is None
    assert find(encoding, encoding.answered("net", 2)) == ModelFacts({}, {"": {}}, {})


def test_a_choice_has_one_value_at_a_time() -> None:
    encoding = Encoding(rulebook([fact("kind", FactType.CHOICE, "a", "b", "c")]), {})
    assert find(encoding, encoding.equals("kind", "a"), encoding.equals("kind", "c")) is None


def test_an_answer_is_given_only_of_a_product_that_exists() -> None:
    encoding = Encoding(DEALER, {}, free_products=("1", "2"), free=("verdict",))
    assert find(encoding, encoding.given("verdict", "1"), z3.Not(encoding.exists("1"))) is None
    found = find(encoding, encoding.given("verdict", "2"), encoding.equals("weak_ones", 1))
    assert found == ModelFacts({}, {"2": {"verdict": "drop"}}, {})


def test_a_given_answer_overrides_the_rules() -> None:
    book = rulebook([SCORE], LEVELS)
    fixed = Encoding(book, {"line": 0.5}, fixed={"score": 0.9, "level": "low"})
    assert z3.is_true(fixed.answered("level", "low"))
    assert z3.is_true(fixed.holds("L-1"))
    assert z3.is_false(fixed.decides("L-1"))
    free = Encoding(book, {"line": 0.5}, fixed={"score": 0.9}, free=("level",))
    assert find(free, free.answered("level", "low")) == ModelFacts({"score": 0.9, "level": "low"}, {"": {}}, {})
    assert find(free, free.answered("level", "low"), z3.Not(free.given("level"))) is None


def test_a_retired_question_is_never_asked() -> None:
    encoding = Encoding(rulebook([SCORE], replace(LEVELS, status=Status.RETIRED)), {"line": 0.5})
    assert z3.is_false(encoding.asked("level"))
    assert z3.is_false(encoding.holds("L-1"))


WEAK = fact("weak", FactType.FLAG, level=Level.PRODUCT)
WEAK_ONES = replace(fact("weak_ones", FactType.INTEGER), origin=Origin.COUNTED, tally=Tally("count", "verdict", "drop"))
DEALER = rulebook(
    [WEAK, WEAK_ONES],
    question(
        "verdict", Choose.EXACTLY_ONE, rule("V-1", check("weak", Operator.IS, True), "drop"),
        rule("V-2", check("weak", Operator.IS, False), "keep"), level=Level.PRODUCT,
    ),
    question("trouble", Choose.EXACTLY_ONE, rule("T-1", check("weak_ones", Operator.AT_LEAST, 2), "yes")),
)  # fmt: skip


def test_products_are_counted_as_inference_does() -> None:
    products = {"a": {"weak": True}, "b": {"weak": True}, "c": {"weak": False}}
    encoding = Encoding(DEALER, {}, fixed={}, fixed_products=products)
    assert z3.is_true(encoding.equals("weak_ones", 2))
    assert z3.is_true(encoding.holds("T-1"))
    unknown = Encoding(DEALER, {}, fixed={}, fixed_products=products | {"d": {}})
    assert z3.is_false(unknown.known("weak_ones"))
    assert z3.is_false(Encoding(DEALER, {}, fixed={}, fixed_products={}).known("weak_ones"))


def test_free_products_exist_only_where_they_are_needed() -> None:
    encoding = Encoding(DEALER, {}, free_products=("1", "2", "3"))
    found = find(encoding, encoding.holds("T-1"))
    assert found is not None
    assert sorted(found.products.values(), key=str) == [{"weak": True}] * 2
    assert find(encoding, encoding.equals("weak_ones", 4)) is None
    assert find(encoding, z3.Not(encoding.known("weak_ones"))) == ModelFacts({}, {}, {})


def test_the_generic_product_stands_for_any_and_counts_are_free() -> None:
    encoding = Encoding(DEALER, {})
    found = encoding.solve(solver_of(encoding), encoding.equals("weak_ones", 7), with_products=False)
    assert found == ModelFacts({"weak_ones": 7}, {}, {})
    assert find(encoding, encoding.number("weak_ones") < 0, encoding.known("weak_ones")) is None
    assert find(encoding, encoding.decides("V-1")) == ModelFacts({}, {"": {"weak": True}}, {})
    with pytest.raises(KeyError):
        encoding.asked("verdict", "b")


def test_dates_and_texts_come_back_as_such() -> None:
    facts = [fact("since", FactType.DATE), fact("city", FactType.TEXT)]
    when = AllOf(
        (
            check("since", Operator.BETWEEN, date(2024, 2, 29), date(2024, 2, 29)),
            NoneOf((check("city", Operator.ONE_OF, "서울", "x"),)),
        )
    )
    encoding = Encoding(rulebook(facts, question("q", Choose.EXACTLY_ONE, rule("Q-1", when, "yes"))), {})
    found = find(encoding, encoding.holds("Q-1"))
    assert found is not None
    assert found.values["since"] == date(2024, 2, 29)
    assert found.values["city"] not in ("서울", "x")
    seoul = find(encoding, encoding.equals("city", "서울"))
    assert seoul is not None
    assert seoul.values["city"] == "서울"


def test_whole_numbers_stay_whole() -> None:
    count = fact("count", FactType.INTEGER)
    when = AnyOf(
        (
            AllOf((check("count", Operator.MORE_THAN, 2.5), check("count", Operator.LESS_THAN, 3.5))),
            check("count", Operator.IS, 0.5),
        )
    )
    encoding = Encoding(rulebook([count], question("q", Choose.EXACTLY_ONE, rule("Q-1", when, "yes"))), {})
    found = find(encoding, encoding.holds("Q-1"))
    assert found == ModelFacts({"count": 3}, {"": {}}, {})
    assert type(found.values["count"]) is int


def test_what_is_no_number_and_no_set_is_refused_as_such() -> None:
    encoding = Encoding(rulebook([fact("flag", FactType.FLAG)]), {})
    with pytest.raises(TypeError, match="flag is neither a number nor a date"):
        encoding.number("flag")
    with pytest.raises(TypeError, match="flag is no set of words"):
        encoding.includes("flag", "a")


def test_a_solver_that_gives_up_says_so_instead_of_none() -> None:
    encoding = Encoding(rulebook([SCORE], LEVELS), {"line": 0.5})
    solver = solver_of(encoding)
    solver.set("rlimit", 1)
    with pytest.raises(SolverGaveUp, match="the solver came to no result"):
        encoding.solve(solver, encoding.decides("L-1"))
    assert solver.num_scopes() == 0
