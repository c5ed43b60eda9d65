"""Whether two rulebooks answer alike: the solver says what trying every customer out says."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from itertools import combinations_with_replacement, product

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn

from sangdo.engine.decision.decision import with_defaults
from sangdo.engine.explain.evaluation import Evaluator
from sangdo.engine.facts.facts import Facts, Known
from sangdo.engine.inference.thresholds import resolve_thresholds
from sangdo.engine.language.errors import Location, RulesInvalid
from sangdo.engine.language.rulebook import (
    Action,
    AllOf,
    AnyOf,
    Basis,
    Choose,
    Condition,
    Fact,
    FactType,
    Level,
    Method,
    NoneOf,
    Operator,
    Origin,
    Question,
    Rule,
    Rulebook,
    Status,
    Tally,
    Text,
    Threshold,
    ThresholdName,
    Value,
)
from sangdo.engine.language.rulebook import Test as FactTest
from sangdo.engine.language.strata import arrange_strata
from sangdo.engine.verify.difference.equivalence import Equivalence, compare_answers

HERE = Location("rules")
WORD = Text("말", "word")
QUIET = list(HealthCheck)
TODAY, LATER = date(2026, 1, 1), date(2026, 7, 1)
MOST_TRIED = 2
"""The most products tried out."""

POOL: dict[str, tuple[FactType, tuple[str, ...], tuple[Value, ...]]] = {
    "flag": (FactType.FLAG, (), (True, False)),
    "kind": (FactType.CHOICE, ("x", "y", "z"), ("x", "y", "z")),
    "words": (FactType.CHOICES, ("p", "q"), (frozenset(), frozenset("p"), frozenset("q"), frozenset("pq"))),
    "count": (FactType.INTEGER, (), (0, 1, 2, 3)),
    "size": (FactType.NUMBER, (), (0, 1, 1.25, 1.5, 1.75, 2, 3)),
    "place": (FactType.TEXT, (), ("u", "w", "elsewhere")),
}
LITERALS: dict[str, tuple[Value, ...]] = {
    "flag": (True, False), "kind": ("x", "y", "z"), "words": ("p", "q"), "count": (1, 2), "size": (1, 2),
    "place": ("u", "w"),
}  # fmt: skip
LINES = (1, 1.5, 2)


def some_fact(name: str, kind: FactType, words: tuple[str, ...] = (), **more: object) -> Fact:
    given: dict[str, object] = {"origin": Origin.GIVEN, "level": Level.CUSTOMER, **more}
    return Fact(name, WORD, kind, location=HERE, values=dict.fromkeys(words, WORD) if words else None, **given)  # type: ignore[arg-type]


@st.composite
def checks(draw: DrawFn, facts: list[Fact]) -> FactTest:
    fact = draw(st.sampled_from(facts))
    if draw(st.integers(0, 5)) == 5:
        return FactTest(fact.name, draw(st.sampled_from((Operator.KNOWN, Operator.UNKNOWN))), (), HERE)
    literals = LITERALS.get(fact.name, tuple(fact.values or ()) or (1,))
    if fact.type is FactType.FLAG:
        literals = True, False
    if fact.type is FactType.CHOICES:
        return FactTest(fact.name, Operator.INCLUDES, (draw(st.sampled_from(literals)),), HERE)
    ordered = (Operator.AT_LEAST, Operator.MORE_THAN, Operator.AT_MOST, Operator.LESS_THAN)
    operators = (Operator.IS, Operator.IS_NOT) + (ordered if fact.type.is_numeric else ())
    operands = (*literals, ThresholdName("line")) if fact.name == "size" else literals
    return FactTest(fact.name, draw(st.sampled_from(operators)), (draw(st.sampled_from(operands)),), HERE)


@st.composite
def conditions(draw: DrawFn, facts: list[Fact], depth: int = 1) -> Condition:
    kind = draw(st.sampled_from(("test", "test", "all", "any", "none"))) if depth else "test"
    if kind == "test":
        return draw(checks(facts))
    parts = tuple(draw(conditions(facts, depth - 1)) for _ in range(2))
    return {"all": AllOf, "any": AnyOf, "none": NoneOf}[kind](parts)


@st.composite
def rules(draw: DrawFn, identity: str, facts: list[Fact], choose: Choose) -> Rule:
    when = None if draw(st.integers(0, 9)) == 9 else draw(conditions(facts))
    summed = choose is Choose.SUM
    return Rule(
        identity, WORD, Basis.HOUSE, ("H1",), when,
        None if summed else draw(st.sampled_from("ab")), draw(st.sampled_from((1, 2.5))) if summed else None, 1,
        draw(st.sampled_from((None, 0))) if summed else None, draw(st.sampled_from(((), ("act",), ("other",)))), None,
        HERE,
    )  # fmt: skip


@st.composite
def questions(draw: DrawFn, number: int, facts: list[Fact], level: Level) -> Question:
    choose = draw(st.sampled_from(tuple(Choose) if level is Level.CUSTOMER else (Choose.FIRST_MATCH,)))
    summed = choose is Choose.SUM
    asked = tuple(draw(rules(f"Q{number}-{n}", facts, choose)) for n in range(draw(st.integers(1, 3))))
    applies = draw(st.none() | checks(facts))
    otherwise = None if summed else draw(st.sampled_from((None, "a", "b")))
    answers = () if summed else ("a", "b")
    return Question(f"q{number}", WORD, level, applies, answers, choose, otherwise, "o", Status.STABLE, asked, (), HERE)


def answer_of(question: Question) -> Fact:
    kind = {Choose.SUM: FactType.NUMBER, Choose.ALL_THAT_APPLY: FactType.CHOICES}.get(question.choose, FactType.CHOICE)
    words = () if question.choose is Choose.SUM else ("a", "b")
    return some_fact(question.name, kind, words, level=question.level, origin=Origin.QUESTION)


@st.composite
def small_rulebooks(draw: DrawFn, products: bool) -> Rulebook:
    """A rulebook whose customers are few enough to be tried out."""
    names = draw(st.lists(st.sampled_from(sorted(POOL)), min_size=1, max_size=1 if products else 2, unique=True))
    facts = {name: some_fact(name, POOL[name][0], POOL[name][1]) for name in names}
    if "kind" in facts and draw(st.booleans()):
        facts["kind"] = replace(facts["kind"], default=draw(st.sampled_from("xy")))
    asked: list[Question] = []
    if products:
        facts["product"] = some_fact("product", FactType.TEXT, level=Level.PRODUCT)
        facts["weak"] = some_fact("weak", FactType.FLAG, level=Level.PRODUCT)
        asked.append(draw(questions(0, [facts["weak"]], Level.PRODUCT)))
        how, kind = draw(st.sampled_from((("count", FactType.INTEGER), ("any", FactType.FLAG))))
        tally = Tally(how, "q0", draw(st.sampled_from("ab")))
        facts |= {"q0": answer_of(asked[0]), "hits": some_fact("hits", kind, origin=Origin.COUNTED, tally=tally)}
    for number in range(1, draw(st.integers(2, 3))):
        readable = [fact for fact in facts.values() if fact.level is Level.CUSTOMER]
        asked.append(draw(questions(number, readable, Level.CUSTOMER)))
        facts[asked[-1].name] = answer_of(asked[-1])
    lines = ((date(2000, 1, 1), draw(st.sampled_from(LINES))), (LATER, draw(st.sampled_from(LINES))))
    measured = draw(st.booleans())
    method = Method("median", None, (1, 2)) if measured else None
    line = Threshold("line", WORD, None, lines, "size" if measured else None, method, HERE)
    return assembled(facts, line, asked)


def assembled(facts: dict[str, Fact], line: Threshold, asked: list[Question]) -> Rulebook:
    by_name = {question.name: question for question in asked}
    strata = arrange_strata(by_name, facts)
    action = Action("act", WORD, (WORD,), "rep", 1, None, 1, ("H1",), Basis.HOUSE, False, HERE)
    actions = {name: replace(action, id=name) for name in ("act", "other")}
    chained = {name: by_name[name] for stratum in strata for name in stratum}
    return Rulebook("r", "", "rules", facts, {"line": line}, chained, actions, {}, strata)


@st.composite
def mutants(draw: DrawFn, rulebook: Rulebook) -> Rulebook:
    """The rulebook with one thing changed, which may or may not matter."""
    question = draw(st.sampled_from(list(rulebook.questions.values())))
    place = draw(st.integers(0, len(question.rules) - 1))
    rule, others = question.rules[place], question.rules[:place] + question.rules[place + 1 :]
    readable = [
        fact for fact in rulebook.facts.values()
        if fact.level is question.level and (fact.origin is not Origin.QUESTION or fact.name < question.name)
        and (fact.tally is None or question.name != "q0") and fact.name != "product"
    ]  # fmt: skip
    what = draw(
        st.sampled_from(("rule", "less", "order", "otherwise", "negated", "actions", "line", "default", "applies"))
    )
    line, facts = rulebook.thresholds["line"], dict(rulebook.facts)
    if what == "rule":
        rule = draw(rules(rule.id, readable, question.choose))
        question = replace(question, rules=(*question.rules[:place], rule, *question.rules[place + 1 :]))
    elif what == "less" and others:
        question = replace(question, rules=others)
    elif what == "order":
        question = replace(question, rules=(*others, rule))
    elif what == "otherwise" and question.choose is not Choose.SUM:
        question = replace(question, otherwise=draw(st.sampled_from((None, "a", "b"))))
    elif what == "negated" and rule.when is not None:
        negated = replace(rule, id="renamed", when=NoneOf((NoneOf((rule.when,)),)))
        question = replace(question, rules=(*question.rules[:place], negated, *question.rules[place + 1 :]))
    elif what == "actions":
        question = replace(question, rules=(*others, replace(rule, actions=("act",))))
    elif what == "line":
        line = replace(line, values=(line.values[0], (LATER, draw(st.sampled_from(LINES)))))
    elif what == "default" and "kind" in facts:
        facts["kind"] = replace(facts["kind"], default=draw(st.sampled_from((None, "x", "y"))))
    elif what == "applies":
        question = replace(question, applies=draw(st.none() | checks(readable)))
    return assembled(facts, line, [question if q.name == question.name else q for q in rulebook.questions.values()])


def values_of(fact: Fact) -> tuple[Value | None, ...]:
    if fact.name in POOL:
        return (None, *POOL[fact.name][2])
    if fact.type is FactType.CHOICES:
        return (None, frozenset(), frozenset("a"), frozenset("b"), frozenset("ab"))
    if fact.type is FactType.NUMBER:
        return (None, 0, 1, 2.5)
    return (None, *(fact.values or (True, False)))


def customers(rulebook: Rulebook) -> Iterator[Facts]:
    """Every customer, given answers included, on both dates and with every order of line and figures."""
    own = [f for f in rulebook.facts.values() if f.level is Level.CUSTOMER and f.origin is not Origin.COUNTED]
    of_product = [f for f in rulebook.facts.values() if f.level is Level.PRODUCT and f.name != "product"]
    kinds = list(product(*(values_of(fact) for fact in of_product)))
    sets = (
        [held for n in range(MOST_TRIED + 1) for held in combinations_with_replacement(kinds, n)]
        if of_product
        else [()]
    )
    lines: list[dict[str, float]] = [{}]
    if rulebook.thresholds["line"].method and "size" in rulebook.facts:
        lines += [{"line": value} for value in LINES]
    for values in product(*(values_of(fact) for fact in own)):
        known = facts_known(own, values)
        for held, as_of, drawn in product(sets, (TODAY, LATER), lines):
            yield Facts(
                "c", as_of, known, {str(n): facts_known(of_product, kind) for n, kind in enumerate(held)}, drawn
            )


def facts_known(facts: list[Fact], values: tuple[Value | None, ...]) -> dict[str, Known]:
    pairs = zip(facts, values, strict=True)
    return {fact.name: Known(value, "given", "a test") for fact, value in pairs if value is not None}


Made = dict[str, set[tuple[object, frozenset[str]]]] | str


def made_of(rulebook: Rulebook, facts: Facts, evaluators: dict[object, Evaluator]) -> Made:
    """For each question the answers and actions (of products in no order), or the question with two answers."""
    complete = with_defaults(facts, rulebook)
    resolved = resolve_thresholds(rulebook, facts.as_of, facts.lines)
    evaluator = evaluators.setdefault(resolved["line"].value, Evaluator(rulebook, resolved))
    try:
        evaluated = evaluator.evaluate(complete)
    except RulesInvalid as conflict:
        return next(name for name in rulebook.questions if f"but {name} has" in str(conflict))
    made: Made = {}
    for closing in evaluated.closings:
        rules_of = {rule.id: rule for rule in rulebook.questions[closing.question].rules}
        called = frozenset(action for rule in closing.deciding for action in rules_of[rule].actions)
        made.setdefault(closing.question, []).append((closing.product, closing.answer, called))  # type: ignore[arg-type]
    return made


def tried_out(old: Rulebook, new: Rulebook) -> tuple[dict[str, str], set[str]]:
    """Return what differs for some customer, by question, and the questions that have two answers in one rulebook."""
    differ: dict[str, str] = {}
    refused: set[str] = set()
    evaluators: tuple[dict[object, Evaluator], dict[object, Evaluator]] = ({}, {})
    for facts in customers(new):
        before, after = made_of(old, facts, evaluators[0]), made_of(new, facts, evaluators[1])
        if isinstance(before, str) or isinstance(after, str):
            if before != after and not (isinstance(before, str) and isinstance(after, str)):
                refused.add(before if isinstance(before, str) else str(after))
            continue
        for name, made in after.items():
            for one, other in zip(before[name], made, strict=True):
                if one[1] != other[1]:
                    differ[name] = "answer"
                elif one[2] != other[2]:
                    differ.setdefault(name, "actions")
    return differ, refused


def compare(old: Rulebook, new: Rulebook, report: Counter[str]) -> None:
    differ, refused = tried_out(old, new)
    found = compare_answers(old, new, TODAY, 20)
    assert not found.faults
    report["pairs"] += 1
    for verdict in found.verdicts:
        report[verdict.verdict if verdict.what is None else verdict.what] += 1
        name = verdict.question
        assert verdict.verdict != "undecided" or verdict.why == "products", verdict
        if name in differ:
            assert (verdict.verdict, verdict.what) == ("differs", differ[name]) or is_refused(verdict, found), verdict
        elif name in refused:
            report["refused"] += 1
            assert any(one.verdict == "differs" for one in found.verdicts), verdict
        elif verdict.witness is not None:
            assert len(verdict.witness.products()) > MOST_TRIED, verdict


def is_refused(verdict: object, found: Equivalence) -> bool:
    """Whether the difference shown is that one rulebook makes no plan."""
    return any(
        one is verdict and one.outcomes and "conflict" in [o.how for o in one.outcomes] for one in found.verdicts
    )


def changed_pairs(products: bool) -> st.SearchStrategy[tuple[Rulebook, Rulebook]]:
    """A rulebook, and the same with one thing changed."""
    pairs = small_rulebooks(products).flatmap(lambda rulebook: st.tuples(st.just(rulebook), mutants(rulebook)))
    return pairs.filter(lambda pair: pair[0] != pair[1])


def run_pairs(examples: int, report: Counter[str], products: bool, **options: object) -> None:
    @settings(max_examples=examples, deadline=None, suppress_health_check=QUIET, database=None, **options)  # type: ignore[arg-type]
    @given(changed_pairs(products))
    def run(pair: tuple[Rulebook, Rulebook]) -> None:
        compare(*pair, report)

    run()


def test_every_difference_is_found_and_none_is_invented() -> None:
    report: Counter[str] = Counter()
    run_pairs(60, report, products=False, derandomize=True, phases=[Phase.generate, Phase.shrink])
    assert min(report[word] for word in ("unchanged", "same", "answer", "actions")) > 0, report


def test_differences_through_counts_of_products_are_found() -> None:
    report: Counter[str] = Counter()
    run_pairs(12, report, products=True, derandomize=True, phases=[Phase.generate, Phase.shrink])
    assert min(report[word] for word in ("same", "answer")) > 0, report


@pytest.mark.nightly
@pytest.mark.parametrize("products", [False, True])
def test_every_difference_is_found_in_hundreds_more(products: bool) -> None:
    report: Counter[str] = Counter()
    run_pairs(100 if products else 600, report, products)
    sys.stdout.write(f"{dict(report)}\n")
    assert report["answer"] > 50
