"""On small rulebooks every customer there may be is evaluated, and shows what the solver finds."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import combinations_with_replacement, pairwise, product

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn

from sangdo.engine.explain.evaluation import Evaluator, ready, ready_rule
from sangdo.engine.facts.facts import Facts, Known
from sangdo.engine.inference.hit_policy import close_question
from sangdo.engine.inference.thresholds import ResolvedThreshold, resolve_thresholds
from sangdo.engine.language.errors import RulesInvalid
from sangdo.engine.language.reading import facts_of_question
from sangdo.engine.language.rulebook import (
    Action,
    Basis,
    Choose,
    Clause,
    Condition,
    Fact,
    FactType,
    Level,
    Origin,
    Question,
    Rule,
    Rulebook,
    Status,
    Text,
    Threshold,
    Value,
)
from sangdo.engine.language.rulebook import Test as FactTest
from sangdo.engine.language.strata import arrange_strata
from sangdo.engine.verify.findings.finding import CODES
from sangdo.engine.verify.findings.twins import find_twins
from sangdo.engine.verify.proofs.analysis import analyze
from sangdo.engine.verify.proofs.forgotten import provided_for
from sangdo.engine.verify.proofs.products import products_needed
from sangdo.engine.verify.proofs.world import upstream_of
from sangdo.tests.property.strategies import HERE, Growing, grow, literals_by_fact, one_in

TODAY = date(2026, 11, 23)
WORD = Text("말", "word")
MOST_CUSTOMERS = 6000
MOST_PRODUCTS = 5
STATES = (None, False, True)
LABELS = {"a": WORD, "b": WORD, "c": WORD}


# ---------------------------------------------------------------- rulebooks small enough to enumerate


def fact(name: str, kind: FactType, level: Level = Level.CUSTOMER) -> Fact:
    low, high = {FactType.INTEGER: (0, 3), FactType.NUMBER: (0, 1)}.get(kind, (None, None))
    values = LABELS if kind is FactType.CHOICE else {"a": WORD, "b": WORD} if kind is FactType.CHOICES else None
    return Fact(name, WORD, kind, Origin.GIVEN, level, HERE, None, low, high, values, WORD)


KINDS = (FactType.FLAG, FactType.CHOICE, FactType.INTEGER, FactType.NUMBER, FactType.CHOICES)


@st.composite
def small_rulebooks(draw: DrawFn) -> Rulebook:
    growing = Growing()
    for number in range(draw(st.integers(1, 3))):
        growing.facts[f"f{number}"] = fact(f"f{number}", draw(st.sampled_from(KINDS)))
    if draw(one_in(3)):
        growing.facts["p"] = fact("p", FactType.FLAG, Level.PRODUCT)
    for number in range(draw(st.integers(1, 4))):
        draw(grow(growing, number))
    growing.facts["product"] = fact("product", FactType.TEXT, Level.PRODUCT)
    questions = {name: tamed(growing.questions[name], growing.facts) for name in sorted(growing.questions)}
    strata = arrange_strata(questions, growing.facts)
    actions = {"call-them": Action("call-them", WORD, (WORD,), "rep", 14, None, 0.5, ("D1",), Basis.HOUSE, False, HERE)}
    clauses = {name: Clause(name, Basis.HOUSE, WORD, HERE) for name in ("D1", "H1")}
    chained = {name: questions[name] for stratum in strata for name in stratum}
    lines = {name: plain_line(line) for name, line in growing.thresholds.items()}
    return Rulebook("r1", "", "rules", growing.facts, lines, chained, actions, clauses, strata)


def tamed(question: Question, facts: Mapping[str, Fact]) -> Question:
    """Sums of small figures and whole numbers only, whose values are enumerated with those of the facts."""
    rules = (replace(rule, when=plain(rule.when), points=points(rule, facts)) for rule in question.rules)
    return replace(question, applies=plain(question.applies), rules=tuple(rules))


def plain(condition: Condition | None) -> Condition | None:
    """The condition with numbers that leave room for floats between them: the solver finds numbers that are none."""
    if condition is None:
        return None
    if isinstance(condition, FactTest):
        return replace(
            condition, operands=tuple(round(x, 6) if isinstance(x, float) else x for x in condition.operands)
        )
    return replace(condition, parts=tuple(part for part in map(plain, condition.parts) if part))


def plain_line(line: Threshold) -> Threshold:
    return replace(line, values=tuple((since, round(value, 6)) for since, value in line.values))


def points(rule: Rule, facts: Mapping[str, Fact]) -> float | str | None:
    if isinstance(rule.points, str):
        source = facts[rule.points]
        is_whole = source.type is FactType.INTEGER and source.origin is Origin.GIVEN
        return rule.points if is_whole or source.origin is Origin.QUESTION else 1
    return 3 if rule.points == 1e15 else rule.points


# ---------------------------------------------------------------- every customer


def values_of(one: Fact, literals: Mapping[str, tuple[Value, ...]]) -> list[Value | None]:
    """Unknown, and one value of every stretch that no rule tells apart."""
    if one.type is FactType.FLAG:
        return [None, False, True]
    if one.type is FactType.CHOICE:
        return [None, *(one.values or ())]
    if one.type is FactType.CHOICES:
        return [None, frozenset(), frozenset("a"), frozenset("b"), frozenset("ab")]
    if one.type is FactType.INTEGER:
        return [None, 0, 1, 2, 3]
    edges = {0.0, 1.0, *(float(x) for x in literals.get(one.name, ()) if isinstance(x, (int, float)) and 0 <= x <= 1)}
    ordered = sorted(edges)
    return [None, *ordered, *((low + high) / 2 for low, high in pairwise(ordered))]


def every_customer(rulebook: Rulebook) -> Iterator[Facts]:
    literals = literals_by_fact(rulebook)
    own = [one for one in rulebook.facts.values() if one.level is Level.CUSTOMER and one.origin is Origin.GIVEN]
    stocks = list(products_there_may_be(rulebook))
    for values in product(*(values_of(one, literals) for one in own)):
        known = {one.name: value for one, value in zip(own, values, strict=True) if value is not None}
        for stock in stocks:
            yield Facts("c", TODAY, as_known(known), stock)


def products_there_may_be(rulebook: Rulebook) -> Iterator[dict[str, dict[str, Known]]]:
    if all(one.level is Level.CUSTOMER for one in rulebook.facts.values() if one.name != "product"):
        yield {}
        return
    states = STATES if "p" in rulebook.facts else (None,)
    for number in range(MOST_PRODUCTS + 1):
        for stock in combinations_with_replacement(states, number):
            yield {
                f"p{n}": as_known({"product": f"p{n}"} | ({} if state is None else {"p": state}))
                for n, state in enumerate(stock)
            }


def as_known(values: Mapping[str, Value]) -> dict[str, Known]:
    return {name: Known(value, "given", "a test") for name, value in values.items()}


# ---------------------------------------------------------------- what they show


@dataclass
class Shown:
    """What all customers together show of a question."""

    asked: bool = False
    gap: bool = False
    unfitted: set[tuple[frozenset[str], frozenset[str]]] = field(default_factory=set)
    conflicts: set[tuple[str, str]] = field(default_factory=set)
    holds: set[str] = field(default_factory=set)
    decides: set[str] = field(default_factory=set)
    counts: set[str] = field(default_factory=set)
    matters: set[str] = field(default_factory=set)
    answers: set[Value] = field(default_factory=set)


def enumerated(rulebook: Rulebook, question: Question) -> Shown:
    """Evaluate everybody, with the questions before this one, and then this one by its own rules."""
    thresholds = resolve_thresholds(rulebook, TODAY, {})
    before = Evaluator(only(rulebook, upstream_of(rulebook)[question.name]), thresholds)
    reading = Reading(rulebook, question, thresholds)
    shown = Shown()
    for facts in every_customer(rulebook):
        try:
            evaluated = before.evaluate(facts)
        except RulesInvalid:
            continue
        if question.level is Level.CUSTOMER:
            reading.read(evaluated.values, shown)
        for own in evaluated.product_values.values() if question.level is Level.PRODUCT else ():
            reading.read({**evaluated.values, **own}, shown)
    return shown


def only(rulebook: Rulebook, names: frozenset[str]) -> Rulebook:
    questions = {name: question for name, question in rulebook.questions.items() if name in names}
    strata = tuple(tuple(n for n in stratum if n in names) for stratum in rulebook.strata)
    return replace(rulebook, questions=questions, strata=tuple(stratum for stratum in strata if stratum))


class Reading:
    """Reads one question for one customer after another."""

    def __init__(self, rulebook: Rulebook, question: Question, thresholds: Mapping[str, ResolvedThreshold]) -> None:
        self.question = question
        cone = [rulebook.questions[name] for name in (*upstream_of(rulebook)[question.name], question.name)]
        self.cone = [
            (ready(one.applies, thresholds), frozenset(facts_of_question(one)) & asked_of(rulebook))
            for one in cone
            if one.status is not Status.RETIRED
        ]
        self.applies = ready(question.applies, thresholds)
        self.rules = [(rule.id, ready_rule(rule, thresholds)) for rule in question.rules]
        self.without = {
            rule.id: replace(question, rules=tuple(o for o in question.rules if o.id != rule.id))
            for rule in question.rules
        }

    def read(self, values: Mapping[str, Value], shown: Shown) -> None:
        if not self.applies(values):
            return
        shown.asked = True
        verdicts = {rule: holds(values) for rule, holds in self.rules}
        held = [rule for rule, verdict in verdicts.items() if verdict]
        failed = [rule for rule, verdict in verdicts.items() if verdict is False]
        shown.holds.update(held)
        by_rules = self.question.choose in (Choose.EXACTLY_ONE, Choose.FIRST_MATCH)
        shown.gap |= by_rules and self.question.otherwise is None and len(failed) == len(verdicts)
        if by_rules and self.question.otherwise is None and not held:
            shown.unfitted.add(self.unknown(values))
        shown.decides.update(held[:1] if self.question.choose is Choose.FIRST_MATCH else held)
        pair = self.conflict(held)
        if pair:
            shown.conflicts.add(pair)
            return
        closing = close_question(self.question, None, True, held, failed, values, None)
        shown.counts.update(closing.deciding)
        is_set = isinstance(closing.answer, frozenset)
        shown.answers.update(closing.answer if is_set else {closing.answer} - {None})  # type: ignore[arg-type]
        for rule, others in self.without.items():
            rest = close_question(others, None, True, [r for r in held if r != rule], failed, values, None)
            if (rest.answer, self.actions(rest.deciding)) != (closing.answer, self.actions(closing.deciding)):
                shown.matters.add(rule)

    def unknown(self, values: Mapping[str, Value]) -> tuple[frozenset[str], frozenset[str]]:
        """The unknown facts of the questions that may apply, up to this one; and those of all of them."""
        missing = [facts - set(values) for applies, facts in self.cone if applies(values) is not False]
        return frozenset[str]().union(*missing), frozenset[str]().union(*(facts for _, facts in self.cone)) - set(
            values
        )

    def conflict(self, held: list[str]) -> tuple[str, str] | None:
        """The rules that inference names."""
        if self.question.choose is not Choose.EXACTLY_ONE or not held:
            return None
        answers = {rule.id: rule.then for rule in self.question.rules}
        other = next((rule for rule in held if answers[rule] != answers[held[0]]), None)
        return (held[0], other) if other else None

    def actions(self, deciding: tuple[str, ...]) -> set[str]:
        return {action for rule in self.question.rules if rule.id in deciding for action in rule.actions}


# ---------------------------------------------------------------- the comparison


def asked_of(rulebook: Rulebook) -> frozenset[str]:
    """The facts that a person can be asked for."""
    return frozenset(f.name for f in rulebook.facts.values() if f.origin in (Origin.GIVEN, Origin.MEASURED))


def is_forgotten(rulebook: Rulebook, question: Question, shown: Shown) -> bool:
    """Whether somebody whom no rule fits is known entirely, or but for what a rule wants to be unknown."""
    rules = [rule for rule in question.rules if rule.id in shown.holds]
    wanted = {frozenset[str](), *(one for rule in rules for one in provided_for(rule.when, rulebook))}
    return any(missing <= one <= absent for missing, absent in shown.unfitted for one in wanted)


def counts(rulebook: Rulebook, question: Question) -> bool:
    """Whether the question depends on products that are counted, or on a line without a value."""
    lines = {name for name, line in resolve_thresholds(rulebook, TODAY, {}).items() if line.value is None}
    cone = [rulebook.questions[name] for name in (*upstream_of(rulebook)[question.name], question.name)]
    read = {fact for one in cone for fact in facts_of_question(one)}
    return bool(lines) or any(rulebook.facts[name].tally for name in read)


def compare(rulebook: Rulebook, report: Counter[str]) -> None:
    analysis = analyze(rulebook, TODAY, select=tuple(CODES), seconds=600)
    assert analysis.faults == ()
    assert analysis.undecided == ()
    twins = {rule for finding in find_twins(rulebook) for rule in finding.rules}
    for name, question in rulebook.questions.items():
        if question.status is Status.RETIRED:
            continue
        shown = enumerated(rulebook, question)
        found = [finding for finding in analysis.findings if finding.question == name]

        def rules(*codes: str, found: list[object] = found) -> set[str]:  # type: ignore[assignment]
            return {one.rules[0] for one in found if one.code in codes} | (  # type: ignore[attr-defined]
                {rule for one in found if one.code in codes and "applies to no" in one.text.en for rule in one.rules}  # type: ignore[attr-defined]
            )

        ids = {rule.id for rule in question.rules}
        shadowed = shown.holds - shown.decides
        redundant = shown.counts - shown.matters - twins
        conflicts = {one.rules for one in found if one.code == "conflict"}
        gaps = ["left to ask" in one.text.en for one in found if one.code == "gap"]
        assert (False in gaps) is shown.gap, name
        if not counts(rulebook, question):
            assert bool(gaps) is (shown.gap or is_forgotten(rulebook, question, shown)), name
            report["forgotten"] += True in gaps
        assert conflicts == shown.conflicts, name
        assert rules("dead", "impossible") == ids - shown.holds, name
        assert rules("shadowed") == shadowed, name
        assert rules("redundant") == redundant, name
        report["questions"] += 1
        report.update(gap=shown.gap, conflict=len(conflicts), dead=len(ids - shown.holds), shadowed=len(shadowed))
        report.update(redundant=len(redundant), examples=sum(one.example is not None for one in found))


def run(examples: int, report: Counter[str], **options: object) -> None:
    @settings(
        max_examples=examples, deadline=None, suppress_health_check=list(HealthCheck), database=None, **options  # type: ignore[arg-type]
    )  # fmt: skip
    @given(small_rulebooks())
    def each(rulebook: Rulebook) -> None:
        lines = {name: line.value for name, line in resolve_thresholds(rulebook, TODAY, {}).items()}
        products, is_enough = products_needed(rulebook, lines)
        if not is_enough or len(products) >= MOST_PRODUCTS or sum(1 for _ in every_customer(rulebook)) > MOST_CUSTOMERS:
            report["too large"] += 1
            return
        compare(rulebook, report)

    each()
    for what in ("gap", "forgotten", "conflict", "dead", "shadowed", "redundant"):
        assert report[what] > 0, f"no {what} was found by either"


def test_the_solver_finds_what_everybody_there_may_be_shows() -> None:
    report: Counter[str] = Counter()
    run(60, report, derandomize=True, phases=[Phase.generate, Phase.shrink])
    assert report["questions"] > 80


@pytest.mark.nightly
def test_they_agree_on_a_thousand_more() -> None:
    report: Counter[str] = Counter()
    run(1500, report)
    sys.stdout.write(f"{dict(report)}\n")
    assert report["questions"] > 2000
