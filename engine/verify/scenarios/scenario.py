"""Scenarios: customers with the answers, deciding rules, actions and asks that are expected of the rules."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date
from fnmatch import fnmatchcase
from pathlib import Path

from sangdo.engine.facts.facts import Facts
from sangdo.engine.facts.facts_file import FactsReader
from sangdo.engine.language.errors import Location, Problem, RulesInvalid
from sangdo.engine.language.record import Record, read_day
from sangdo.engine.language.rule_files import shown_path
from sangdo.engine.language.rulebook import Level, Origin, Question, Rulebook, Value
from sangdo.engine.language.source import Listing, Mapping, Node, Scalar, Source, raise_problems, read_source
from sangdo.engine.language.values import WrongValue, typed

KEYS = ("name", "as_of", "facts", "book", "expect")
EXPECT_KEYS = (
    "answers", "decided_by", "actions", "no_actions", "clauses", "no_clauses", "asks", "no_asks", "plan"
)  # fmt: skip
DEFAULT_AS_OF = date(2026, 1, 1)
GOLDEN = re.compile(r"[\w-]+\.(ko|en)\.(md|txt|html)\Z")


@dataclass(frozen=True, slots=True)
class Expectation:
    """What a scenario expects; an answer of None means that the question has none.

    `plan` is the golden plan beside the scenario: a file NAME.ko.md, NAME.en.md, or with txt or html.
    """

    answers: dict[str, Value | None]
    decided_by: dict[str, tuple[str, ...]]
    actions: tuple[str, ...]
    no_actions: tuple[str, ...]
    clauses: tuple[str, ...]
    no_clauses: tuple[str, ...]
    asks: tuple[str, ...]
    no_asks: tuple[str, ...]
    plan: Path | None


@dataclass(frozen=True, slots=True)
class Scenario:
    """One customer and what is expected of the rules for it."""

    name: str
    facts: Facts
    expect: Expectation
    location: Location

    @property
    def title(self) -> str:
        """The name to call it by: its file and its own name."""
        return f"{Path(self.location.path).name.removesuffix('.test.yaml')}: {self.name}"


def read_scenarios(root: Path, rulebook: Rulebook, pattern: str = "*") -> list[Scenario]:
    """Read the scenarios beside the rules whose title matches the pattern. Raises RulesInvalid."""
    scenarios: list[Scenario] = []
    problems: list[Problem] = []
    for path in sorted(root.rglob("*.test.yaml")):
        source, node = read_source(path, shown_path(path))
        record = Record(source, node, "the file of scenarios", ("scenarios",), ("scenarios",))
        reader = _ScenarioReader(source, rulebook, path.parent)
        found = [reader.read(item) for item in record.listing("scenarios")]
        scenarios += [scenario for scenario in found if scenario]
        problems += source.problems
    raise_problems(problems, RulesInvalid)
    return [scenario for scenario in scenarios if fnmatchcase(scenario.title, pattern)]


class _ScenarioReader:
    """Reads the scenarios of one file."""

    def __init__(self, source: Source, rulebook: Rulebook, folder: Path) -> None:
        self._source, self._rulebook, self._folder = source, rulebook, folder
        self._facts = FactsReader(source, rulebook)

    def read(self, node: Node) -> Scenario | None:
        record = Record(self._source, node, "the scenario", KEYS, ("name", "facts", "expect"))
        name, facts_node = record.word("name"), record.node("facts")
        as_of = read_day(self._source, record.node("as_of"), "as_of")
        if not isinstance(facts_node, Mapping) or name is None:
            self._source.add(record.at("facts"), "the scenario needs facts", expected="facts: {fact: value}")
            return None
        facts = self._facts.read(facts_node, as_of or DEFAULT_AS_OF)
        facts = replace(facts, lines=self._facts.lines(record.node("book")))
        return Scenario(name, facts, self._expectation(record.node("expect"), bool(facts.products)), record.location)

    def _expectation(self, node: Node | None, products: bool) -> Expectation:
        record = Record(self._source, node, "expect", EXPECT_KEYS)
        rulebook = self._rulebook
        clauses, facts, actions = list(rulebook.clauses), list(rulebook.facts), list(rulebook.actions)
        return Expectation(
            self._answers(record),
            self._deciding(record, products),
            self._named(record, "actions", "action", actions),
            self._named(record, "no_actions", "action", actions),
            self._named(record, "clauses", "clause", clauses),
            self._named(record, "no_clauses", "clause", clauses),
            self._named(record, "asks", "fact", facts),
            self._named(record, "no_asks", "fact", facts),
            self._golden(record),
        )

    def _golden(self, record: Record) -> Path | None:
        name = record.word("plan")
        if name is None:
            return None
        if not GOLDEN.match(name):
            expected = "a name such as loyal.ko.md or loyal.en.txt"
            self._source.add(record.at("plan"), f'"{name}" cannot name a golden plan', expected=expected)
            return None
        return self._folder / name

    def _named(self, record: Record, key: str, what: str, known: list[str]) -> tuple[str, ...]:
        words = record.words(key)
        for word, at in words:
            if word not in known:
                self._source.unknown(Scalar(word, False, at), what, word, known)
        return tuple(word for word, _ in words)

    def _answers(self, record: Record) -> dict[str, Value | None]:
        answers: dict[str, Value | None] = {}
        for name, node, at in record.items("answers"):
            fact = self._rulebook.facts.get(name)
            if fact is None or fact.origin not in (Origin.QUESTION, Origin.COUNTED):
                known = [f.name for f in self._rulebook.facts.values() if f.origin is Origin.QUESTION]
                self._source.unknown(Scalar(name, False, at), "question", name, known)
                continue
            if isinstance(node, Scalar) and node.value in ("unknown", None) and not node.quoted:
                answers[name] = None
                continue
            raw: object = node.value if isinstance(node, Scalar) else None
            if isinstance(node, Listing):
                raw = [item.value if isinstance(item, Scalar) else None for item in node.items]
            try:
                answers[name] = typed(fact, raw)
            except WrongValue as wrong:
                self._source.add(node, str(wrong), expected=wrong.expected, suggestion=wrong.suggestion)
        return answers

    def _deciding(self, record: Record, products: bool) -> dict[str, tuple[str, ...]]:
        deciding: dict[str, tuple[str, ...]] = {}
        for name, node, at in record.items("decided_by"):
            question = self._rulebook.questions.get(name)
            if question is None:
                known = list(self._rulebook.questions)
                self._source.unknown(Scalar(name, False, at), "question", name, known)
                continue
            if question.level is Level.PRODUCT and not products:
                self._source.add(at, f"{name} is asked of each product", expected="a scenario with a product")
                continue
            items = node.items if isinstance(node, Listing) else (node,)
            deciding[name] = tuple(self._rule(question, item) for item in items)
        return deciding

    def _rule(self, question: Question, node: Node) -> str:
        word = str(node.value) if isinstance(node, Scalar) else ""
        known = [rule.id for rule in question.rules] + ["otherwise", "given"]
        if word not in known:
            self._source.unknown(node, f"rule of {question.name}", word, known)
        return word
