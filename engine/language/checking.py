"""Checks across files: names that must exist, be unique, agree, and chain without a cycle."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sangdo.engine.language.errors import Location, Problem, nearest
from sangdo.engine.language.placeholders import WrongPlaceholder, names_in
from sangdo.engine.language.reading import facts_of_question
from sangdo.engine.language.rulebook import (
    Action,
    Basis,
    Clause,
    Fact,
    FactType,
    Level,
    Origin,
    Question,
    Rule,
    Text,
    Threshold,
)
from sangdo.engine.language.source import Source
from sangdo.engine.language.strata import Cycle, arrange_strata


@dataclass(frozen=True)
class Draft:
    """Everything read from the files, before it is known to fit together."""

    sources: Mapping[str, Source]
    facts: Mapping[str, Fact]
    clauses: Mapping[str, Clause]
    thresholds: Mapping[str, Threshold]
    actions: Mapping[str, Action]
    questions: Mapping[str, Question]

    def problem(
        self, at: Location, message: str, expected: str | None = None, suggestion: str | None = None
    ) -> Problem:
        return self.sources[at.path].problem(at, message, expected=expected, suggestion=suggestion)


def check_draft(draft: Draft) -> tuple[list[Problem], tuple[tuple[str, ...], ...]]:
    """Return all problems between the files, and the strata (empty when the questions form a cycle)."""
    problems = [
        *_check_facts(draft),
        *_check_thresholds(draft),
        *(problem for question in draft.questions.values() for problem in _check_question(draft, question)),
        *(problem for action in draft.actions.values() for problem in _check_action(draft, action)),
    ]
    try:
        return problems, arrange_strata(draft.questions, draft.facts)
    except Cycle as cycle:
        at = draft.questions[cycle.path[0]].location
        message = f"the questions wait for one another: {cycle}"
        return [*problems, draft.problem(at, message, "an answer that needs no later answer")], ()


def _check_facts(draft: Draft) -> Iterable[Problem]:
    for fact in draft.facts.values():
        if fact.origin is Origin.QUESTION and fact.name not in draft.questions:
            yield draft.problem(fact.location, f"no question file answers {fact.name}", f"a file {fact.name}.yaml")
        if fact.tally is None:
            continue
        question = draft.questions.get(fact.tally.question)
        if question is None or question.level is not Level.PRODUCT:
            asked = [name for name, q in draft.questions.items() if q.level is Level.PRODUCT]
            yield draft.problem(fact.location, f'"{fact.tally.question}" is not a question asked of each product',
                                "a question with for: product", nearest(fact.tally.question, asked))  # fmt: skip
        elif fact.tally.answer not in question.answers:
            answers = [str(answer) for answer in question.answers]
            yield draft.problem(fact.location, f'{question.name} has no answer "{fact.tally.answer}"',
                                ", ".join(answers), nearest(fact.tally.answer, answers))  # fmt: skip
        wanted = FactType.INTEGER if fact.tally.how == "count" else FactType.FLAG
        if fact.type is not wanted:
            yield draft.problem(fact.location, f"{fact.name} must be of type {wanted.value} to {fact.tally.how}")


def _check_thresholds(draft: Draft) -> Iterable[Problem]:
    for threshold in draft.thresholds.values():
        at = threshold.location
        if threshold.name in draft.facts:
            yield draft.problem(at, f"{threshold.name} is the name of a fact already", "a name of its own")
        if threshold.of is not None:
            fact = draft.facts.get(threshold.of)
            if fact is None or fact.origin is not Origin.MEASURED or not fact.type.is_numeric:
                measured = [f.name for f in draft.facts.values() if f.origin is Origin.MEASURED and f.type.is_numeric]
                yield draft.problem(at, f'"{threshold.of}" is not a measured number of the vocabulary',
                                    "a fact with from: measured", nearest(threshold.of, measured))  # fmt: skip


def _check_question(draft: Draft, question: Question) -> Iterable[Problem]:
    if question.name in facts_of_question(question):
        yield draft.problem(question.location, f"{question.name} reads its own answer")
    for rule in question.rules:
        yield from _check_clauses(draft, f"the rule {rule.id}", rule.basis, rule.clauses, rule.location)
        yield from _check_texts(draft, (rule.title, rule.because), question.level, rule.location)
        yield from _check_called(draft, rule)


def _check_called(draft: Draft, rule: Rule) -> Iterable[Problem]:
    """Check the actions that a rule calls: each exists and serves one of the rule's clauses."""
    for name in rule.actions:
        action = draft.actions.get(name)
        if action is None:
            yield draft.problem(rule.location, f'the rule {rule.id} calls an unknown action "{name}"',
                                "an action of rules/actions/", nearest(name, draft.actions))  # fmt: skip
        elif not set(action.clauses) & set(rule.clauses):
            cited = ", ".join(action.clauses)
            yield draft.problem(rule.location, f"the rule {rule.id} and its action {name} share no clause",
                                f"one of {cited} among the rule's clauses")  # fmt: skip


def _check_action(draft: Draft, action: Action) -> Iterable[Problem]:
    yield from _check_clauses(draft, f"the action {action.id}", action.basis, action.clauses, action.location)
    yield from _check_texts(draft, (action.title, *action.steps), Level.PRODUCT, action.location)


def _check_clauses(draft: Draft, what: str, basis: Basis, clauses: tuple[str, ...], at: Location) -> Iterable[Problem]:
    for name in clauses:
        clause = draft.clauses.get(name)
        if clause is None:
            yield draft.problem(at, f'{what} cites an unknown clause "{name}"', "a clause of clauses.yaml",
                                nearest(name, draft.clauses))  # fmt: skip
        elif basis is Basis.DOCUMENT and clause.basis is Basis.HOUSE:
            yield draft.problem(at, f"{what} says basis: document, but {name} is a clause of the house",
                                "basis: house")  # fmt: skip


def _check_texts(draft: Draft, texts: tuple[Text | None, ...], level: Level, at: Location) -> Iterable[Problem]:
    for text in texts:
        for words in (text.ko, text.en) if text else ():
            try:
                names = names_in(words)
            except WrongPlaceholder as wrong:
                yield draft.problem(at, f"{wrong}: {words[:60]}", "{fact} with the name of a fact")
                continue
            for name in names:
                fact = draft.facts.get(name)
                if fact is None and name not in draft.thresholds:
                    known = [*draft.facts, *draft.thresholds]
                    yield draft.problem(at, f'unknown placeholder "{{{name}}}"', "the name of a fact or a threshold",
                                        nearest(name, known))  # fmt: skip
                elif fact and fact.level is Level.PRODUCT and level is Level.CUSTOMER:
                    yield draft.problem(at, f"{name} is about one product", "a fact of the customer")
