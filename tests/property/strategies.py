"""Hypothesis strategies for whole rulebooks and for customers at the edges of their rules."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from sangdo.engine.facts.facts import Facts, Known
from sangdo.engine.language.errors import Location
from sangdo.engine.language.reading import tests_in
from sangdo.engine.language.rulebook import (
    Action,
    AllOf,
    AnyOf,
    Basis,
    Change,
    Choose,
    Clause,
    Condition,
    Fact,
    FactType,
    Level,
    Method,
    NoneOf,
    Operand,
    Operator,
    Origin,
    Question,
    Rule,
    Rulebook,
    Status,
    Tally,
    Test,
    Text,
    Threshold,
    ThresholdName,
    Value,
)
from sangdo.engine.language.strata import arrange_strata
from sangdo.engine.language.values import LARGEST

HERE = Location("rules")
STEMS = ("기여도_", "안정_매출", "a", "a_", "net_benefit", "제품1_")
WORDS = (
    "EI", "EII", "높음", "낮음", "중간 값", 'says "yes"', "back\\slash", "a=b", "?", "$", "None", "true", "1",
    "노트, 표",
    "x: #y",
)  # fmt: skip
TEXTS = (
    "", "가나다", "가나다라", "a", "A", 'a "quoted" word', "back\\slash", "\\u0041", "tab\there", "line\nbreak", "1",
    "true", "null", "{x}", "\x7f\u2028", "끝 ", "😀", "\uffff", '"id":"1"', "known",
)  # fmt: skip
NUMBERS = (
    -1, 0, 1, 2, 3, 10, -0.0, 0.1, 0.3, 0.1 + 0.2, 1 / 3, 2.5, 100, 12.5, 1e-7, 5e-324, 1e15, -1e15, 2**53, -(2**53),
    123456.789,
)  # fmt: skip
DAYS = (date(1, 1, 1), date(2000, 1, 1), date(2024, 2, 29), date(2026, 1, 1), date(2026, 7, 1), date(9999, 12, 31))
AS_OF = (date(1999, 12, 31), date(2000, 1, 1), date(2026, 6, 30), date(2026, 7, 1), date(2030, 1, 1))
ORDERED = (Operator.AT_LEAST, Operator.MORE_THAN, Operator.AT_MOST, Operator.LESS_THAN, Operator.BETWEEN)
NUMERIC = (FactType.NUMBER, FactType.INTEGER, FactType.MONEY, FactType.PERCENT)


def one_in(number: int) -> SearchStrategy[bool]:
    """True once in `number` draws; shrinks to False."""
    return st.integers(0, number - 1).map(lambda drawn: drawn == number - 1)


@st.composite
def texts(draw: DrawFn) -> Text:
    word = draw(st.sampled_from(("가", "고객 이름", "it's: #1", 'a "b"', "\\")))
    return Text(f"{word} 글", f"{word} text")


# ---------------------------------------------------------------- values


def legal(fact: Fact, number: float) -> bool:
    """Whether a number is a value the fact allows."""
    if fact.type is FactType.INTEGER and not isinstance(number, int):
        return False
    low, high = fact.minimum, fact.maximum
    return abs(number) <= LARGEST and (low is None or number >= low) and (high is None or number <= high)


def near(number: float) -> tuple[float, ...]:
    """A number and its neighbours: the next floats, and one more or less."""
    if isinstance(number, int):
        return (number, number - 1, number + 1, float(number), math.nextafter(number, math.inf))
    return (number, math.nextafter(number, math.inf), math.nextafter(number, -math.inf), number + 1, number - 1)


@st.composite
def values_of(draw: DrawFn, fact: Fact, literals: tuple[Value, ...] = ()) -> Value:
    """A legal value of the fact, mostly at or beside the literals that rules test it against."""
    if fact.type.is_numeric:
        numbers = [x for x in literals if isinstance(x, (int, float)) and not isinstance(x, bool)]
        edges = [x for number in numbers for x in near(number)] if numbers and not draw(one_in(5)) else list(NUMBERS)
        edges += [bound for bound in (fact.minimum, fact.maximum) if bound is not None]
        allowed = [x for x in edges if legal(fact, x)]
        return draw(st.sampled_from(allowed)) if allowed else 0
    if fact.type is FactType.DATE:
        dates = [day for day in literals if isinstance(day, date)] or list(DAYS)
        around = {day + timedelta(n) for day in dates for n in (-1, 0, 1) if date.min < day < date.max} | set(dates)
        return draw(st.sampled_from(sorted(around)))
    if fact.type is FactType.FLAG:
        return draw(st.booleans())
    if fact.type is FactType.TEXT:
        return draw(st.sampled_from([*(x for x in literals if isinstance(x, str)), *TEXTS]))
    words = sorted(fact.values or {})
    if fact.type is FactType.CHOICES:
        return frozenset(draw(st.lists(st.sampled_from(words), max_size=len(words))))
    return draw(st.sampled_from(words))


def literal_of(fact: Fact) -> SearchStrategy[Value]:
    """A value that a rule tests the fact against; a single word for a set."""
    if fact.type is FactType.CHOICES:
        return st.sampled_from(sorted(fact.values or {}))
    return values_of(fact)


# ---------------------------------------------------------------- facts


@st.composite
def facts_named(draw: DrawFn, name: str, level: Level, kinds: tuple[FactType, ...], origin: Origin) -> Fact:
    kind = draw(st.sampled_from(kinds))
    low = high = None
    if kind.is_numeric and origin is not Origin.QUESTION and draw(one_in(3)):
        low = draw(st.sampled_from((0, 1, -5, -0.5, None)))
        high = draw(st.sampled_from((1, 3, 1000, 2**53, None)))
    words = draw(st.lists(st.sampled_from(WORDS), min_size=1, max_size=5, unique=True))
    values = {word: Text(word, word) for word in words} if kind in (FactType.CHOICE, FactType.CHOICES) else None
    unit = Text("분기당", "a quarter") if kind.is_numeric and draw(one_in(4)) else None
    return Fact(name, draw(texts()), kind, origin, level, HERE, unit, low, high, values, draw(texts()))


@st.composite
def changes_of(draw: DrawFn, fact: Fact, literals: tuple[Value, ...] = ()) -> Change | None:
    """Who can change a fact: a number between a few steps around a literal of the rules. None where nobody can."""
    by, cost = draw(st.sampled_from(("rep", "company"))), draw(st.sampled_from((1, 1, 2, 0.5, 1 / 3)))
    if fact.origin not in (Origin.GIVEN, Origin.MEASURED) or fact.type in (FactType.DATE, FactType.TEXT):
        return None
    if not fact.type.is_numeric:
        return Change(by, None, None, None, cost)
    numbers = [x for x in (*literals, fact.minimum, 0) if isinstance(x, (int, float)) and abs(x) < 1e6]
    step = draw(st.sampled_from((1, 2) if fact.type is FactType.INTEGER else (1, 0.5, 0.01, 0.3)))
    low = math.floor(draw(st.sampled_from(numbers))) - draw(st.sampled_from((0, 1)))
    high = low + draw(st.integers(1, 3)) * step + draw(st.sampled_from((0, 0, 0.001)))
    low = low if fact.minimum is None else max(low, fact.minimum)
    high = high if fact.maximum is None else min(high, fact.maximum)
    fits = high - low >= step and (fact.type is not FactType.INTEGER or low == int(low))
    return Change(by, int(low) if low == int(low) else low, high, step, cost) if fits else None


def with_changes(draw: DrawFn, rulebook: Rulebook, most: int, first: tuple[str, ...] = ()) -> Rulebook:
    """The rulebook with up to so many of the facts that its rules test marked as changeable, some before others."""
    literals = literals_by_fact(rulebook)
    facts = dict(rulebook.facts)
    names = [name for name in sorted(literals) if facts[name].origin in (Origin.GIVEN, Origin.MEASURED)]
    drawn = draw(st.permutations(names))
    for name in [*(name for name in drawn if name in first), *(name for name in drawn if name not in first)][:most]:
        facts[name] = replace(facts[name], change=draw(changes_of(facts[name], literals[name])))
    return replace(rulebook, facts=facts)


# ---------------------------------------------------------------- conditions


@dataclass
class Scope:
    """The facts a condition may read, the thresholds there are, and whether it may ask what is known."""

    facts: list[Fact]
    lines: list[str]
    knowing: bool = True


@st.composite
def tests(draw: DrawFn, scope: Scope) -> Test:
    fact = draw(st.sampled_from(scope.facts))
    if scope.knowing and draw(one_in(6)):
        return Test(fact.name, draw(st.sampled_from((Operator.UNKNOWN, Operator.KNOWN))), (), HERE)
    if fact.type is FactType.CHOICES:
        words = draw(st.lists(st.sampled_from(sorted(fact.values or {})), min_size=1, max_size=3, unique=True))
        return Test(fact.name, Operator.INCLUDES, tuple(words), HERE)
    operators = (Operator.IS, Operator.ONE_OF, Operator.IS_NOT, *(ORDERED * 2 if fact.type.is_ordered else ()))
    operator = draw(st.sampled_from(operators))
    count = 2 if operator is Operator.BETWEEN else draw(st.integers(1, 3)) if operator is Operator.ONE_OF else 1
    operands: dict[str, Operand] = {}
    for _ in range(count):
        operand = draw(operands_of(fact, scope))
        operands[str(operand)] = operand
    kept = tuple(operands.values())
    if operator is Operator.BETWEEN:
        if len(kept) < 2:
            return Test(fact.name, Operator.AT_LEAST, kept, HERE)
        if not any(isinstance(operand, ThresholdName) for operand in kept):
            kept = tuple(sorted(kept))  # type: ignore[type-var]
    return Test(fact.name, operator, kept, HERE)


def operands_of(fact: Fact, scope: Scope) -> SearchStrategy[Operand]:
    if fact.type.is_numeric and scope.lines:
        return st.one_of(literal_of(fact), st.sampled_from(scope.lines).map(ThresholdName))
    return literal_of(fact)


@st.composite
def conditions(draw: DrawFn, scope: Scope, depth: int = 2) -> Condition:
    kind = draw(st.sampled_from(("test", "test", "all", "any", "none"))) if depth else "test"
    if kind == "test":
        return draw(tests(scope))
    parts = tuple(draw(conditions(scope, depth - 1)) for _ in range(draw(st.integers(1, 3))))
    if kind == "all":
        return AllOf(parts)
    return AnyOf(parts) if kind == "any" else NoneOf(parts)


# ---------------------------------------------------------------- rulebooks


@dataclass
class Growing:
    """A rulebook while its questions are drawn, each reading only what is there before it.

    A monotone one has only what more knowledge cannot overturn: no `is known`, `otherwise`, `if unknown`,
    first match or set.
    """

    monotone: bool = False
    facts: dict[str, Fact] = field(default_factory=dict)
    thresholds: dict[str, Threshold] = field(default_factory=dict)
    questions: dict[str, Question] = field(default_factory=dict)

    def scope(self, level: Level) -> Scope:
        readable = [fact for fact in self.facts.values() if fact.level is Level.CUSTOMER or level is Level.PRODUCT]
        return Scope(readable, list(self.thresholds), not self.monotone)


@st.composite
def thresholds_named(draw: DrawFn, name: str, measured: list[str]) -> Threshold:
    days = draw(st.lists(st.sampled_from(DAYS[1:5]), max_size=3, unique=True))
    dated = tuple(sorted((day, draw(st.sampled_from(NUMBERS))) for day in days))
    if measured and (not dated or draw(st.booleans())):
        within = draw(st.sampled_from((None, (0.5, 0.8))))
        method = draw(st.sampled_from((Method("pareto", 0.8, within), Method("median", None, within))))
        return Threshold(name, draw(texts()), None, dated, draw(st.sampled_from(measured)), method, HERE)
    dated = dated or ((date(2000, 1, 1), draw(st.sampled_from(NUMBERS))),)
    return Threshold(name, draw(texts()), draw(st.none() | texts()), dated, None, None, HERE)


@st.composite
def rules_of(
    draw: DrawFn, growing: Growing, identity: str, fact: Fact, choose: Choose, answers: tuple[Value, ...]
) -> Rule:
    scope = growing.scope(fact.level)
    when = None if draw(one_in(10)) else draw(conditions(scope))
    then, points, sign, if_unknown = None, None, 1, None
    if choose is Choose.SUM:
        numeric = [f.name for f in scope.facts if f.type.is_numeric]
        figures = st.sampled_from((1, 5, 0.1, -2.5, 1e15, 0))
        points = draw(st.one_of(figures, st.sampled_from(numeric)) if numeric else figures)
        sign = draw(st.sampled_from((1, -1)))
        if_unknown = None if growing.monotone else draw(st.sampled_from((None, None, 0, 7.5)))
    else:
        then = draw(st.sampled_from(answers))
    actions = draw(st.sampled_from(((), ("call-them",))))
    because = Text(f"{{{scope.facts[0].name}}}은(는)", "why") if draw(one_in(3)) else None
    basis = draw(st.sampled_from(Basis))
    clauses = ("D1",) if basis is Basis.DOCUMENT else ("D1", "H1")
    return Rule(identity, draw(texts()), basis, clauses, when, then, points, sign, if_unknown, actions, because, HERE)


KINDS_OF = {
    Choose.EXACTLY_ONE: (FactType.CHOICE, FactType.FLAG),
    Choose.FIRST_MATCH: (FactType.CHOICE, FactType.FLAG),
    Choose.ALL_THAT_APPLY: (FactType.CHOICES,),
    Choose.SUM: (FactType.NUMBER, FactType.MONEY, FactType.PERCENT),
}


@st.composite
def grow(draw: DrawFn, growing: Growing, number: int) -> None:
    """Add one question, with its answer's fact, perhaps thresholds, and perhaps tallies of its answers."""
    level = draw(st.sampled_from((Level.CUSTOMER, Level.CUSTOMER, Level.PRODUCT)))
    name = f"{draw(st.sampled_from(('질문', 'z', 'b_', 'm')))}{number}"
    measured = [f.name for f in growing.facts.values() if f.origin is Origin.MEASURED and f.type.is_numeric]
    lines = [f"선{number}_{n}" for n in range(draw(st.sampled_from((0, 0, 1, 2))))]
    for line in lines:
        growing.thresholds[line] = draw(thresholds_named(line, measured))
    choose = draw(st.sampled_from((Choose.EXACTLY_ONE, Choose.SUM) if growing.monotone else tuple(Choose)))
    fact = draw(facts_named(name, level, KINDS_OF[choose], Origin.QUESTION))
    answers: tuple[Value, ...] = tuple(fact.values or (True, False)) if choose is not Choose.SUM else ()
    rules = tuple(
        draw(rules_of(growing, f"Q{number}-{n}", fact, choose, answers)) for n in range(draw(st.integers(1, 4)))
    )
    applies = None
    if draw(one_in(5)):
        applies = draw(conditions(growing.scope(level), 1))
    otherwise = draw(st.none() | st.sampled_from(answers)) if answers and not growing.monotone else None
    status = Status.RETIRED if draw(one_in(12)) else draw(st.sampled_from((Status.DRAFT, Status.STABLE)))
    question = Question(
        name, draw(texts()), level, applies, answers, choose, otherwise, "owner", status, rules, tuple(lines), HERE
    )
    growing.facts[name] = fact
    growing.questions[name] = question
    words = [answer for answer in answers if isinstance(answer, str)]
    if level is Level.PRODUCT and words:
        for how, kind in (("count", FactType.INTEGER), ("any", FactType.FLAG)):
            if draw(st.booleans()):
                tally = Tally(how, name, draw(st.sampled_from(words)))
                counted = f"{how}_{name}"
                growing.facts[counted] = Fact(
                    counted, Text("수", "number"), kind, Origin.COUNTED, Level.CUSTOMER, HERE, tally=tally
                )


@st.composite
def rulebooks(draw: DrawFn, monotone: bool = False) -> Rulebook:
    """A rulebook that load_rulebook could have read: typed, acyclic, and of every feature of the language."""
    growing = Growing(monotone)
    for number in range(draw(st.integers(2, 6))):
        name = f"{draw(st.sampled_from(STEMS))}{number}"
        level = Level.PRODUCT if number > 1 and draw(one_in(3)) else Level.CUSTOMER
        origin = draw(st.sampled_from((Origin.GIVEN, Origin.MEASURED)))
        kinds = tuple(FactType) + NUMERIC
        growing.facts[name] = draw(facts_named(name, level, kinds, origin))
    for number in range(draw(st.integers(1, 6))):
        draw(grow(growing, number))
    by_file = {name: growing.questions[name] for name in sorted(growing.questions)}
    strata = arrange_strata(by_file, growing.facts)
    step = Text("전화한다", "Call.")
    actions = {"call-them": Action("call-them", step, (step,), "rep", 14, None, 0.5, ("D1",), Basis.HOUSE, False, HERE)}
    clauses = {
        "D1": Clause("D1", Basis.DOCUMENT, Text("조항", "clause"), HERE),
        "H1": Clause("H1", Basis.HOUSE, Text("집", "house"), HERE),
    }
    lines = {name: growing.thresholds[name] for question in by_file.values() for name in question.thresholds}
    chained = {name: by_file[name] for stratum in strata for name in stratum}
    made = Rulebook("r1", "", "rules", growing.facts, lines, chained, actions, clauses, strata)
    return made if monotone else with_changes(draw, made, 2)


# ---------------------------------------------------------------- customers


def literals_by_fact(rulebook: Rulebook) -> dict[str, tuple[Value, ...]]:
    """Every literal, and every value of a threshold, that some rule tests a fact against."""
    found: dict[str, list[Value]] = {}
    for question in rulebook.questions.values():
        for condition in (question.applies, *(rule.when for rule in question.rules)):
            for test in tests_in(condition):
                for operand in test.operands:
                    found.setdefault(test.fact, []).extend(_literals(rulebook, operand))
    return {name: tuple(literals) for name, literals in found.items()}


def _literals(rulebook: Rulebook, operand: Operand) -> Iterator[Value]:
    if isinstance(operand, ThresholdName):
        yield from (value for _, value in rulebook.thresholds[operand.name].values)
        yield 4.5
    else:
        yield operand


@st.composite
def customers(draw: DrawFn, rulebook: Rulebook) -> Facts:
    """A customer whose values lie at the edges of the rules, with unknown facts, given answers and products."""
    literals = literals_by_fact(rulebook)
    lines = {
        name: draw(st.sampled_from((4.5, 0, 1e15)))
        for name, threshold in rulebook.thresholds.items()
        if threshold.method is not None and draw(st.booleans())
    }
    names = draw(st.lists(st.sampled_from(("A", "제품 가", 'p"1')), max_size=3, unique=True))
    return Facts(
        "c1",
        draw(st.sampled_from(AS_OF)),
        draw(_known(rulebook, Level.CUSTOMER, literals)),
        {name: draw(_known(rulebook, Level.PRODUCT, literals)) for name in names},
        lines,
    )


@st.composite
def _known(
    draw: DrawFn, rulebook: Rulebook, level: Level, literals: Mapping[str, tuple[Value, ...]]
) -> dict[str, Known]:
    known = {}
    for fact in rulebook.facts.values():
        rare = fact.origin in (Origin.QUESTION, Origin.COUNTED)
        if fact.level is level and (draw(one_in(8)) if rare else not draw(one_in(4))):
            known[fact.name] = Known(draw(values_of(fact, literals.get(fact.name, ()))), "given", "a test")
    return known


@st.composite
def decisions(draw: DrawFn, count: int = 4) -> tuple[Rulebook, tuple[Facts, ...]]:
    """A rulebook with several customers."""
    rulebook = draw(rulebooks())
    return rulebook, tuple(draw(customers(rulebook)) for _ in range(count))


def plain_json(value: Any) -> Any:
    """A value as plain data, without locations: what two readings of one rulebook must agree on."""
    if isinstance(value, Location):
        return None
    if hasattr(value, "__dataclass_fields__"):
        fields = [name for name in value.__dataclass_fields__ if name not in ("sha256", "root")]
        return [type(value).__name__, *((name, plain_json(getattr(value, name))) for name in fields)]
    if isinstance(value, Mapping):
        return [(key, plain_json(inner)) for key, inner in value.items()]
    if isinstance(value, tuple):
        return [plain_json(inner) for inner in value]
    return repr(value)
