"""What is declared and never used: thresholds, facts, actions and answers."""

from __future__ import annotations

from collections.abc import Iterator

from sangdo.engine.language.placeholders import names_in
from sangdo.engine.language.reading import facts_of_question, thresholds_in
from sangdo.engine.language.rulebook import Choose, Fact, Origin, Question, Rulebook, Status, Text
from sangdo.engine.language.values import show_raw
from sangdo.engine.verify.findings.finding import Finding
from sangdo.engine.verify.findings.texts import texts_of

BEYOND_RULES = frozenset({"customer_id", "name", "rep", "product"})
"""Facts that plans and books show or group by, whether or not a rule reads them."""


def find_unused(rulebook: Rulebook) -> Iterator[Finding]:
    """Yield what no question that is asked uses."""
    asked = [question for question in rulebook.questions.values() if question.status is not Status.RETIRED]
    yield from _unused_thresholds(rulebook, asked)
    yield from _unused_facts(rulebook, asked)
    yield from _unused_actions(rulebook, asked)
    for question in asked:
        yield from _unused_answers(question)
        yield from _unlisted_values(question, rulebook.facts[question.name])


def _unused_thresholds(rulebook: Rulebook, asked: list[Question]) -> Iterator[Finding]:
    read = {name for question in asked for name in thresholds_in(question.applies)}
    read |= {name for question in asked for rule in question.rules for name in thresholds_in(rule.when)}
    owner = {name: question for question in rulebook.questions.values() for name in question.thresholds}
    for name, threshold in rulebook.thresholds.items():
        if name not in read and owner[name].status is not Status.RETIRED:
            text = Text(f"기준선 {name}을(를) 쓰는 조건이 없다.", f"No condition reads the threshold {name}.")
            yield Finding("unused_threshold", text, (), threshold.location, owner[name].name)


def _unused_facts(rulebook: Rulebook, asked: list[Question]) -> Iterator[Finding]:
    read = set(BEYOND_RULES)
    for question in asked:
        read.update(facts_of_question(question))
    read.update(threshold.of for threshold in rulebook.thresholds.values() if threshold.of)
    for one in texts_of(rulebook):
        read.update((*names_in(one.text.ko), *names_in(one.text.en)) if one.has_placeholders else ())
    for name, fact in rulebook.facts.items():
        if name not in read and fact.origin is not Origin.QUESTION:
            text = Text(f"{name}을(를) 읽는 규칙이나 글이 없다.", f"No rule and no text reads {name}.")
            yield Finding("unused_fact", text, (), fact.location)


def _unused_actions(rulebook: Rulebook, asked: list[Question]) -> Iterator[Finding]:
    called = {name for question in asked for rule in question.rules for name in rule.actions}
    for name, action in rulebook.actions.items():
        if name not in called:
            text = Text(f"할 일 {name}을(를) 부르는 규칙이 없다.", f"No rule calls the action {name}.")
            yield Finding("unused_action", text, (), action.location)


def _unused_answers(question: Question) -> Iterator[Finding]:
    if question.choose is Choose.SUM:
        return
    given = [*(rule.then for rule in question.rules), question.otherwise]
    for answer in question.answers:
        if not any(answer == one and type(answer) is type(one) for one in given):
            shown = show_raw(answer) if isinstance(answer, bool) else str(answer)
            text = Text(
                f"{question.name}에 답 {shown}이(가) 있으나 이를 주는 규칙이 없다.",
                f"{question.name} lists the answer {shown}, which no rule gives.",
            )
            yield Finding("unused_answer", text, (), question.location, question.name)


def _unlisted_values(question: Question, fact: Fact) -> Iterator[Finding]:
    """Values that the vocabulary allows for the answer and the question does not list."""
    for value in fact.values or ():
        if value not in question.answers:
            text = Text(
                f"어휘에는 {question.name}의 답 {value}이(가) 있으나 질문의 answers에 없다.",
                f"The vocabulary has the answer {value} of {question.name}, which the question does not list.",
            )
            yield Finding("unused_answer", text, (), fact.location, question.name)
