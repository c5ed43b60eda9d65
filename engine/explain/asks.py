"""The ask list: the unknown facts that keep rules from being decided, most decisive first."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from sangdo.engine.explain.evaluation import Evaluation, ready
from sangdo.engine.inference.thresholds import ResolvedThreshold
from sangdo.engine.inference.trace import Closing
from sangdo.engine.language.reading import facts_of_question, tests_in
from sangdo.engine.language.rulebook import (
    Choose,
    Condition,
    Origin,
    Question,
    Rule,
    Rulebook,
    Test,
    ThresholdName,
    Value,
)
from sangdo.engine.language.strata import questions_read


@dataclass(frozen=True, slots=True)
class Ask:
    """One fact to ask for: `would_decide` are the rules that wait for it, in the questions named."""

    fact: str
    product: str | None
    questions: tuple[str, ...]
    would_decide: tuple[str, ...]


def list_asks(
    rulebook: Rulebook, evaluation: Evaluation, thresholds: Mapping[str, ResolvedThreshold]
) -> tuple[Ask, ...]:
    """List the facts that would decide a rule that is undecided where it still matters.

    A given answer, an answer already reached by exactly_one, and a rule after the first match leave nothing
    to ask. An answer of another question is not asked for itself: the facts behind it are, unless it rests
    on a line that only a book can measure.
    """
    collected: dict[tuple[str, str | None], tuple[dict[str, None], dict[str, None]]] = {}
    open_questions = questions_that_matter(rulebook, evaluation.closings, evaluation.values, thresholds)
    for closing in evaluation.closings:
        question = rulebook.questions[closing.question]
        if question.name not in open_questions:
            continue
        for fact, rule in _wanted(rulebook, question, closing, evaluation, thresholds):
            product = closing.product if rulebook.facts[fact].level is question.level else None
            questions, waiting = collected.setdefault((fact, product), ({}, {}))
            questions[question.name] = None
            waiting[rule] = None
    asks = [Ask(fact, product, tuple(q), tuple(r)) for (fact, product), (q, r) in collected.items()]
    settled = {rule.id for q in rulebook.questions.values() for rule in q.rules if rule.if_unknown is not None}
    places = reading_order(rulebook)

    def rank(ask: Ask) -> tuple[int, int, int]:
        # A rule that counts a set value meanwhile waits less than one without which there is no answer.
        return -len(set(ask.would_decide) - settled), -len(ask.would_decide), places[ask.fact]

    return tuple(sorted(asks, key=rank))


def reading_order(rulebook: Rulebook) -> dict[str, int]:
    """Number the facts and questions that can be asked for in the order in which the chain comes to them."""
    read: dict[str, None] = {}
    for question in rulebook.questions.values():
        read.update(facts_of_question(question))
        read[question.name] = None
    return {name: place for place, name in enumerate(read)}


def questions_that_matter(
    rulebook: Rulebook,
    closings: tuple[Closing, ...],
    values: Mapping[str, Value],
    thresholds: Mapping[str, ResolvedThreshold],
) -> Collection[str]:
    """Return the questions whose answer something rests on: not those that only feed answers given by a person."""
    given = {closing.question for closing in closings if closing.how == "given" and closing.product is None}
    if not given:
        return rulebook.questions
    readers: dict[str, set[str]] = {name: set() for name in rulebook.questions}
    for question in rulebook.questions.values():
        for name in questions_read(question, rulebook.questions, rulebook.facts):
            readers[name].add(question.name)
    matter: set[str] = set()
    for name in reversed(list(rulebook.questions)):
        others = {fact: value for fact, value in values.items() if fact != name}
        live = [
            reader
            for reader in readers[name] & matter
            if reader not in given and _could_change(rulebook.questions[reader], name, others, thresholds)
        ]
        if name not in given and (live or not readers[name]):
            matter.add(name)
    return matter


def _could_change(
    reader: Question, name: str, others: Mapping[str, Value], thresholds: Mapping[str, ResolvedThreshold]
) -> bool:
    """Whether a question could turn on the answer `name`, all else being as known."""
    if ready(reader.applies, thresholds)(others) is False:
        return False
    conditions = [reader.applies, *(rule.when for rule in reader.rules)]
    named = [c for c in conditions if any(test.fact == name for test in tests_in(c))]
    direct = any(rule.points == name for rule in reader.rules)
    return direct or not named or any(ready(c, thresholds)(others) is not False for c in named)


def _wanted(
    rulebook: Rulebook,
    question: Question,
    closing: Closing,
    evaluation: Evaluation,
    thresholds: Mapping[str, ResolvedThreshold],
) -> Iterator[tuple[str, str]]:
    """Yield pairs of a fact to ask for and a rule that waits for it."""
    undecided = evaluation.undecided[question.name, closing.product]
    if closing.how == "given" or not undecided:
        return
    values = evaluation.values
    if closing.product is not None:
        values = {**values, **evaluation.product_values[closing.product]}
    if closing.how == "not_asked":
        for fact in unknowns(question.applies, values, thresholds):
            if _is_asked(rulebook, fact):
                yield from ((fact, rule) for rule in undecided)
        return
    for rule in _waiting(question, closing):
        if rule.id not in undecided:
            continue
        missing = list(unknowns(rule.when, values, thresholds))
        if isinstance(rule.points, str) and rule.points not in values:
            missing.append(rule.points)
        yield from ((fact, rule.id) for fact in missing if _is_asked(rulebook, fact))
        if _waits_for_line(rule.when, values, thresholds):
            yield question.name, rule.id


def _waiting(question: Question, closing: Closing) -> tuple[Rule, ...]:
    """The rules that could still change the answer."""
    if closing.how == "rules" and question.choose is Choose.EXACTLY_ONE:
        return ()
    if closing.how == "rules" and question.choose is Choose.FIRST_MATCH:
        ids = [rule.id for rule in question.rules]
        return question.rules[: ids.index(closing.deciding[0])]
    return question.rules


def _is_asked(rulebook: Rulebook, fact: str) -> bool:
    return rulebook.facts[fact].origin in (Origin.GIVEN, Origin.MEASURED)


def unknowns(
    condition: Condition | None, values: Mapping[str, Value], thresholds: Mapping[str, ResolvedThreshold]
) -> Iterator[str]:
    """Yield the unknown facts that leave a condition undecided; parts already decided are passed over."""
    if condition is None or ready(condition, thresholds)(values) is not None:
        return
    if isinstance(condition, Test):
        if condition.fact not in values:
            yield condition.fact
    else:
        for part in condition.parts:
            yield from unknowns(part, values, thresholds)


def _waits_for_line(
    condition: Condition | None, values: Mapping[str, Value], thresholds: Mapping[str, ResolvedThreshold]
) -> bool:
    """Whether a condition is undecided because a threshold has no value."""
    if condition is None or ready(condition, thresholds)(values) is not None:
        return False
    if isinstance(condition, Test):
        lines = [operand.name for operand in condition.operands if isinstance(operand, ThresholdName)]
        return any(thresholds[line].value is None for line in lines)
    return any(_waits_for_line(part, values, thresholds) for part in condition.parts)
