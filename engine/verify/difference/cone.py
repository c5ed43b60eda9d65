"""The cone of a question: all that its answer may depend on, through the chain of questions."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, fields, is_dataclass

from sangdo.engine.language.errors import Location
from sangdo.engine.language.reading import facts_of_question, thresholds_in
from sangdo.engine.language.rulebook import Question, Rulebook
from sangdo.engine.language.strata import questions_read


@dataclass(frozen=True, slots=True)
class Cone:
    """What a question reads, itself and through the questions before it; `fingerprint` tells two cones apart whose
    text differs, wherever it stands in the files."""

    questions: frozenset[str]
    facts: frozenset[str]
    thresholds: frozenset[str]
    fingerprint: str


def cones_of(rulebook: Rulebook) -> Mapping[str, Cone]:
    """Return the cone of every question, by name."""
    cones: dict[str, Cone] = {}
    for question in rulebook.questions.values():
        before = [cones[name] for name in sorted(questions_read(question, rulebook.questions, rulebook.facts))]
        facts = frozenset(facts_of_question(question)) | {question.name}
        lines = frozenset(_thresholds_of(question))
        told = [text_of(question)]
        told += [text_of(rulebook.facts[name]) for name in sorted(facts)]
        told += [text_of(rulebook.thresholds[name]) for name in sorted(lines)]
        told += [cone.fingerprint for cone in before]
        cones[question.name] = Cone(
            frozenset((question.name,)).union(*(cone.questions for cone in before)),
            facts.union(*(cone.facts for cone in before)),
            lines.union(*(cone.thresholds for cone in before)),
            hashlib.sha256("\n".join(told).encode("utf-8", "surrogatepass")).hexdigest(),
        )
    return cones


def _thresholds_of(question: Question) -> set[str]:
    conditions = (question.applies, *(rule.when for rule in question.rules))
    return {name for condition in conditions for name in thresholds_in(condition)}


def text_of(part: object) -> str:
    """Return a part of a rulebook as text, without the places where it stands."""
    if isinstance(part, Location):
        return ""
    if is_dataclass(part) and not isinstance(part, type):
        return f"{type(part).__name__}({', '.join(text_of(getattr(part, field.name)) for field in fields(part))})"
    if isinstance(part, Mapping):
        return "{" + ", ".join(f"{text_of(key)}: {text_of(value)}" for key, value in part.items()) + "}"
    if isinstance(part, tuple):
        return "(" + ", ".join(map(text_of, part)) + ")"
    if isinstance(part, frozenset):
        return "{" + ", ".join(sorted(map(text_of, part))) + "}"
    return repr(part)
