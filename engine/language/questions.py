"""Question files: who asks what, by which hit policy, with which thresholds and rules."""

from __future__ import annotations

import re
from dataclasses import dataclass

from sangdo.engine.language.acceptance import read_accepted
from sangdo.engine.language.conditions import Names, read_condition, read_single
from sangdo.engine.language.errors import Location, nearest
from sangdo.engine.language.record import Record, check_name, read_number
from sangdo.engine.language.rulebook import (
    Basis,
    Choose,
    Fact,
    FactType,
    Level,
    Method,
    Origin,
    Question,
    Rule,
    Status,
    Threshold,
    Value,
)
from sangdo.engine.language.source import Listing, Node, Scalar, Source
from sangdo.engine.language.values import show_raw

KEYS = (
    "question", "title", "for", "applies", "answers", "choose", "otherwise", "owner", "status", "accept",
    "thresholds", "rules",
)  # fmt: skip
RULE_KEYS = (
    "id", "title", "basis", "clauses", "when", "then", "add", "subtract", "if unknown", "do", "because", "accept"
)  # fmt: skip
THRESHOLD_KEYS = ("title", "unit", "of", "from", "method", "values", "accept")
RULE_ID = re.compile(r"[A-Z][A-Za-z0-9]*(-[A-Za-z0-9]+)*\Z")


@dataclass(frozen=True, slots=True)
class QuestionFile:
    """A question file opened as a record, before its conditions can be read: these need every threshold's name."""

    source: Source
    record: Record
    thresholds: tuple[Threshold, ...]


def open_question(source: Source, node: Node | None) -> QuestionFile:
    """Check the outline of a question file and read its thresholds."""
    record = Record(source, node, "the question", KEYS, ("question", "title", "choose", "owner", "status", "rules"))
    thresholds = []
    for name, inner, at in record.items("thresholds"):
        if check_name(source, name, at, "threshold"):
            threshold = _read_threshold(source, name, inner, at)
            if threshold:
                thresholds.append(threshold)
    return QuestionFile(source, record, tuple(thresholds))


def _read_threshold(source: Source, name: str, node: Node, at: Location) -> Threshold | None:
    record = Record(source, node, f"the threshold {name}", THRESHOLD_KEYS, ("title",))
    title, values = record.text("title"), record.dated_numbers("values")
    method = _read_method(record)
    of = record.word("of")
    measured = [key for key in ("of", "from", "method") if key in record]
    if measured and len(measured) < 3:
        source.add(at, f"the threshold {name} is measured only in part", expected="of, from: book and method together")
        return None
    if "from" in record:
        record.word("from", ("book",))
    if not values and not measured:
        source.add(at, f"the threshold {name} has no value", expected="values: {2026-01-01: 100}, or from: book")
        return None
    if title is None:
        return None
    return Threshold(name, title, record.text("unit"), values, of, method, at, read_accepted(record))


def _read_method(record: Record) -> Method | None:
    node = record.node("method")
    if node is None:
        return None
    source = record.source
    inner = Record(source, node, f"the method of {record.what}", ("pareto", "median", "within"))
    if ("pareto" in inner) == ("median" in inner):
        source.add(node, f"the method of {record.what} is not clear", expected="{pareto: 0.8} or {median: true}")
        return None
    share = inner.number("pareto")
    if share is not None and not 0 < share <= 1:
        source.add(inner.at("pareto"), "pareto takes a share above 0 and at most 1", expected="{pareto: 0.8}")
    if "median" in inner and not inner.flag("median"):
        source.add(inner.at("median"), "median can only be true", expected="{median: true}")
    within = [read_number(source, item, "within") for item in inner.listing("within")]
    if "within" in inner and (len(within) != 2 or None in within or within[0] > within[1]):  # type: ignore[operator]
        source.add(inner.at("within"), "within takes the smallest and the largest value", expected="[0.5, 0.8]")
        return None
    bounds = (float(within[0] or 0), float(within[1] or 0)) if within else None
    return Method("pareto" if "pareto" in inner else "median", share, bounds)


def read_question(file: QuestionFile, facts: dict[str, Fact], thresholds: frozenset[str]) -> Question | None:
    """Read a question with its rules; None when it cannot be made out, the problems being collected."""
    source, record = file.source, file.record
    name, title = record.word("question"), record.text("title")
    policy, status = record.word("choose", tuple(Choose)), record.word("status", tuple(Status))
    fact = _answer_fact(record, name, facts)
    if name is None or fact is None or policy is None:
        return None
    level = Level.PRODUCT if record.word("for", ("product",)) else Level.CUSTOMER
    choose = Choose(policy)
    if fact.level is not level:
        source.add(record.at("question"), f"{name} is about a {fact.level.value} in the vocabulary",
                   expected="for: product in both places, or in neither")  # fmt: skip
    _check_policy(record, fact, choose)
    names = Names(facts, thresholds, level)
    applies = read_condition(source, record.node("applies"), names, "applies")
    answers = _read_answers(record, fact, choose)
    reader = _RuleReader(source, fact, choose, answers, names)
    nodes = record.listing("rules")
    rules = tuple(rule for node in nodes if (rule := reader.read(node)))
    if "rules" in record and not nodes:
        source.add(record.at("rules"), f"the question {name} has no rules")
    otherwise = reader.answer(record.node("otherwise"))
    owner, accepted = record.word("owner"), read_accepted(record)
    if title is None or status is None or owner is None:
        return None
    return Question(
        name, title, level, applies, answers, choose, otherwise, owner, Status(status),
        rules, tuple(t.name for t in file.thresholds), record.at("question"),
        accepted,
    )  # fmt: skip


def _answer_fact(record: Record, name: str | None, facts: dict[str, Fact]) -> Fact | None:
    if name is None:
        return None
    fact = facts.get(name)
    if fact is None or fact.origin is not Origin.QUESTION:
        asked = [f.name for f in facts.values() if f.origin is Origin.QUESTION]
        record.source.add(record.at("question"), f'"{name}" is not a question of the vocabulary',
                          expected="a fact with from: question in vocabulary.yaml",
                          suggestion=nearest(name, asked))  # fmt: skip
        return None
    return fact


def _check_policy(record: Record, fact: Fact, choose: Choose) -> None:
    source = record.source
    suits = {
        Choose.EXACTLY_ONE: fact.type in (FactType.CHOICE, FactType.FLAG),
        Choose.FIRST_MATCH: fact.type in (FactType.CHOICE, FactType.FLAG),
        Choose.ALL_THAT_APPLY: fact.type is FactType.CHOICES,
        Choose.SUM: fact.type in (FactType.NUMBER, FactType.MONEY, FactType.PERCENT),
    }
    if not suits[choose]:
        wanted = {
            Choose.ALL_THAT_APPLY: "a fact of type choices",
            Choose.SUM: "a fact of type number, money or percent",
        }.get(choose, "a fact of type choice or flag")
        source.add(record.at("choose"), f"{fact.name} is a {fact.type.value}, which {choose.value} cannot give",
                   expected=wanted)  # fmt: skip
    if choose is Choose.SUM:
        for key in ("answers", "otherwise"):
            if key in record:
                source.add(record.at(key), f"a sum has no {key}", expected="no such key")


def _read_answers(record: Record, fact: Fact, choose: Choose) -> tuple[Value, ...]:
    if choose is Choose.SUM:
        return ()
    if "answers" not in record:
        record.source.add(record.location, f"the question {fact.name} has no answers", expected="answers: [a, b]")
        return ()
    answers: list[Value] = []
    for node in record.listing("answers"):
        answer = _typed_answer(record.source, fact, node)
        if answer in answers and answer is not None:
            record.source.add(node, f"the answer {answer} is listed twice")
        elif answer is not None:
            answers.append(answer)
    return tuple(answers)


def _typed_answer(source: Source, fact: Fact, node: Node) -> Value | None:
    raw: object = node.value if isinstance(node, Scalar) else [] if isinstance(node, Listing) else {}
    return read_single(source, fact, raw, node)


class _RuleReader:
    """Reads the rules of one question."""

    def __init__(self, source: Source, fact: Fact, choose: Choose, answers: tuple[Value, ...], names: Names) -> None:
        self._source, self._fact, self._choose, self._answers, self._names = source, fact, choose, answers, names

    def read(self, node: Node) -> Rule | None:
        required = ("id", "title", "basis", "clauses")
        record = Record(self._source, node, "the rule", RULE_KEYS, required)
        identity = record.word("id")
        if identity and not RULE_ID.match(identity):
            self._source.add(record.at("id"), f'"{identity}" cannot be the id of a rule', expected="such as EIV-2")
        record.what = f"the rule {identity}" if identity else record.what
        title, basis = record.text("title"), record.word("basis", tuple(Basis))
        clauses = tuple(word for word, _ in record.words("clauses"))
        if "clauses" in record and not clauses:
            self._source.add(record.at("clauses"), f"{record.what} cites no clause", expected="clauses: [E1]")
        when = read_condition(self._source, record.node("when"), self._names, f"when of {record.what}")
        then, points, sign = self._conclusion(record)
        if_unknown = record.number("if unknown")
        if "if unknown" in record and self._choose is not Choose.SUM:
            self._source.add(record.at("if unknown"), '"if unknown" stands in a sum only')
        actions = tuple(word for word, _ in record.words("do"))
        because, accepted = record.text("because"), read_accepted(record)
        if identity is None or title is None or basis is None:
            return None
        return Rule(
            identity, title, Basis(basis), clauses, when, then, points, sign, if_unknown, actions, because,
            record.location, accepted,
        )  # fmt: skip

    def _conclusion(self, record: Record) -> tuple[Value | None, float | str | None, int]:
        given = [key for key in ("then", "add", "subtract") if key in record]
        wanted = ("add", "subtract") if self._choose is Choose.SUM else ("then",)
        if len(given) != 1 or given[0] not in wanted:
            self._source.add(record.location, f"{record.what} must conclude once", expected=" or ".join(wanted))
            return None, None, 1
        key = given[0]
        if key == "then":
            return self.answer(record.node("then")), None, 1
        return None, self._points(record, key), -1 if key == "subtract" else 1

    def _points(self, record: Record, key: str) -> float | str | None:
        node = record.node(key)
        raw = node.value if isinstance(node, Scalar) else None
        if not isinstance(raw, str):
            return record.number(key)
        fact = self._names.facts.get(raw)
        if fact is None or not fact.type.is_numeric:
            numeric = [f.name for f in self._names.facts.values() if f.type.is_numeric]
            self._source.add(record.at(key), f"{show_raw(raw)} is not a numeric fact",
                             expected="a number, or the name of a numeric fact",
                             suggestion=nearest(raw, numeric))  # fmt: skip
            return None
        if fact.level is Level.PRODUCT and self._names.level is Level.CUSTOMER:
            self._source.add(record.at(key), f"{raw} is about one product", expected="a fact of the customer")
            return None
        return raw

    def answer(self, node: Node | None) -> Value | None:
        """Read an answer of this question; it must be one of its answers."""
        if node is None or self._choose is Choose.SUM:
            return None
        value = _typed_answer(self._source, self._fact, node)
        if value is not None and self._answers and value not in self._answers:
            self._source.unknown(node, "answer", value, [str(a) for a in self._answers])
            return None
        return value
