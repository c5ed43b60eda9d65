"""Every text of a rulebook, with what it belongs to."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sangdo.engine.language.errors import Location
from sangdo.engine.language.rulebook import Rulebook, Text


@dataclass(frozen=True, slots=True)
class PlacedText:
    """A text, the words for what it is of, where that stands, and the rule and question it belongs to, if any."""

    text: Text
    about: Text
    location: Location
    question: str | None = None
    rule: str | None = None
    has_placeholders: bool = False


def texts_of(rulebook: Rulebook) -> Iterator[PlacedText]:
    """Yield every text in both languages, in the order of the rulebook."""
    for fact in rulebook.facts.values():
        named = [("이름", "label", fact.label), ("단위", "unit", fact.unit), ("묻는 말", "ask", fact.ask)]
        named += [(f"값 {word}", f"value {word}", label) for word, label in (fact.values or {}).items()]
        for ko, en, text in named:
            if text:
                yield PlacedText(
                    text, Text(f"사실 {fact.name}의 {ko}", f"the {en} of the fact {fact.name}"), fact.location
                )
    for clause in rulebook.clauses.values():
        yield PlacedText(
            clause.title, Text(f"조항 {clause.id}의 제목", f"the title of the clause {clause.id}"), clause.location
        )
    yield from _texts_of_questions(rulebook)
    for action in rulebook.actions.values():
        for ko, en, text in (
            ("제목", "the title", action.title),
            *((f"{n}단계", f"step {n}", step) for n, step in enumerate(action.steps, 1)),
        ):
            about = Text(f"할 일 {action.id}의 {ko}", f"{en} of the action {action.id}")
            yield PlacedText(text, about, action.location, has_placeholders=True)


def _texts_of_questions(rulebook: Rulebook) -> Iterator[PlacedText]:
    for question in rulebook.questions.values():
        name = question.name
        yield PlacedText(
            question.title, Text(f"질문 {name}의 제목", f"the title of the question {name}"), question.location, name
        )
        for line in (rulebook.thresholds[one] for one in question.thresholds):
            for ko, en, text in (("제목", "title", line.title), ("단위", "unit", line.unit)):
                if text:
                    about = Text(f"기준선 {line.name}의 {ko}", f"the {en} of the threshold {line.name}")
                    yield PlacedText(text, about, line.location, name)
        for rule in question.rules:
            for ko, en, text in (("제목", "title", rule.title), ("because", "because", rule.because)):
                if text:
                    about = Text(f"규칙 {rule.id}의 {ko}", f"the {en} of the rule {rule.id}")
                    yield PlacedText(text, about, rule.location, name, rule.id, has_placeholders=True)
