"""The Rulebook: everything the business wrote, typed and immutable, shared by the four readers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import TypeAlias

from sangdo.engine.language.errors import Location

Value: TypeAlias = bool | int | float | str | date | frozenset[str]
"""What a known fact holds: flag, integer, number/money/percent, choice/text, date, choices."""


@dataclass(frozen=True, slots=True)
class Text:
    """One text in both languages."""

    ko: str
    en: str

    def in_language(self, language: str) -> str:
        return self.ko if language == "ko" else self.en


@dataclass(frozen=True, slots=True)
class Accepted:
    """A finding of the analysis that is kept as it is: its code, and why."""

    code: str
    reason: str
    location: Location


class FactType(StrEnum):
    """The strict types of facts: true is not 1, and "12" is not 12."""

    NUMBER = "number"
    INTEGER = "integer"
    MONEY = "money"
    PERCENT = "percent"
    FLAG = "flag"
    CHOICE = "choice"
    CHOICES = "choices"
    DATE = "date"
    TEXT = "text"

    @property
    def is_numeric(self) -> bool:
        return self in (FactType.NUMBER, FactType.INTEGER, FactType.MONEY, FactType.PERCENT)

    @property
    def is_ordered(self) -> bool:
        return self.is_numeric or self is FactType.DATE


class Origin(StrEnum):
    """Where a fact of the vocabulary comes from."""

    GIVEN = "given"
    MEASURED = "measured"
    QUESTION = "question"
    COUNTED = "counted"


class Level(StrEnum):
    """Whom a fact or a question is about."""

    CUSTOMER = "customer"
    PRODUCT = "product"


@dataclass(frozen=True, slots=True)
class Tally:
    """A customer fact made from the per-product answers of one question: how many, or whether any."""

    how: str  # "count" | "any"
    question: str
    answer: str


@dataclass(frozen=True, slots=True)
class Fact:
    """One entry of the vocabulary.

    `minimum` and `maximum` are inclusive and None when open; `values` holds the allowed values of a
    choice or choices with their labels; `ask` is the sentence a rep is asked when the fact is unknown.
    """

    name: str
    label: Text
    type: FactType
    origin: Origin
    level: Level
    location: Location
    unit: Text | None = None
    minimum: float | None = None
    maximum: float | None = None
    values: Mapping[str, Text] | None = None
    ask: Text | None = None
    default: Value | None = None
    tally: Tally | None = None
    accept: tuple[Accepted, ...] = ()


class Operator(StrEnum):
    """The closed list of tests a rule may make on a fact."""

    IS = "is"
    IS_NOT = "is not"
    ONE_OF = "one of"
    AT_LEAST = "at least"
    MORE_THAN = "more than"
    AT_MOST = "at most"
    LESS_THAN = "less than"
    BETWEEN = "between"
    INCLUDES = "includes"
    KNOWN = "known"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class ThresholdName:
    """A reference to a threshold, resolved at the decision's as-of date."""

    name: str


Operand: TypeAlias = Value | ThresholdName


@dataclass(frozen=True, slots=True)
class Test:
    """One test on one fact; `operands` has no entry for known/unknown, two for between, one or more else."""

    fact: str
    operator: Operator
    operands: tuple[Operand, ...]
    location: Location


@dataclass(frozen=True, slots=True)
class AllOf:
    """Holds when every part holds."""

    parts: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    """Holds when at least one part holds."""

    parts: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class NoneOf:
    """The `none` group: holds when every part fails."""

    parts: tuple[Condition, ...]


Condition: TypeAlias = Test | AllOf | AnyOf | NoneOf


class Choose(StrEnum):
    """The hit policy of a question (DMN: unique, first, collect, collect-sum)."""

    EXACTLY_ONE = "exactly_one"
    FIRST_MATCH = "first_match"
    ALL_THAT_APPLY = "all_that_apply"
    SUM = "sum"


class Basis(StrEnum):
    """Whether the source document says it, or the house added it."""

    DOCUMENT = "document"
    HOUSE = "house"


class Status(StrEnum):
    """Where a question stands in its life; only `retired` questions are not asked."""

    DRAFT = "draft"
    STABLE = "stable"
    RETIRED = "retired"


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule: who and why (title, basis, clauses), then the logic.

    `when` is None for a rule that always holds. `then` is the answer it gives; in a sum, `points` is
    added (or, with `sign` -1, subtracted): a number or the name of a numeric fact.
    """

    id: str
    title: Text
    basis: Basis
    clauses: tuple[str, ...]
    when: Condition | None
    then: Value | None
    points: float | str | None
    sign: int
    if_unknown: float | None
    actions: tuple[str, ...]
    because: Text | None
    location: Location
    accept: tuple[Accepted, ...] = ()


@dataclass(frozen=True, slots=True)
class Method:
    """How a threshold is measured from the book.

    `pareto`: the smallest value among the fewest customers that together make `share` of the total.
    `median`: the median. Either is then held within `within`, if given.
    """

    kind: str  # "pareto" | "median"
    share: float | None
    within: tuple[float, float] | None


@dataclass(frozen=True, slots=True)
class Threshold:
    """A named line. `values` are dated, each in force from its date on; `method` measures it from the
    book's values of the fact `of`, and the dated values then serve where there is no book."""

    name: str
    title: Text
    unit: Text | None
    values: tuple[tuple[date, float], ...]
    of: str | None
    method: Method | None
    location: Location
    accept: tuple[Accepted, ...] = ()


@dataclass(frozen=True, slots=True)
class Question:
    """One question: its hit policy, rules and thresholds. The answer is a fact of the same name."""

    name: str
    title: Text
    level: Level
    applies: Condition | None
    answers: tuple[Value, ...]
    choose: Choose
    otherwise: Value | None
    owner: str
    status: Status
    rules: tuple[Rule, ...]
    thresholds: tuple[str, ...]
    location: Location
    accept: tuple[Accepted, ...] = ()


@dataclass(frozen=True, slots=True)
class Action:
    """Something to do (or, with `avoid`, not to do): who, by when, how long, and in which steps.

    `within_days` is the time allowed from the decision's date; `every` is a rhythm (day, week, two_weeks,
    month, quarter, year); `hours` is the effort of one time. `before_peak` are the months before the peak season
    by which it is to be done; `within_days` is then what is left for it at least, or where the peak is not known.
    """

    id: str
    title: Text
    steps: tuple[Text, ...]
    who: str
    within_days: int | None
    every: str | None
    hours: float
    clauses: tuple[str, ...]
    basis: Basis
    avoid: bool
    location: Location
    before_peak: int | None = None
    accept: tuple[Accepted, ...] = ()


@dataclass(frozen=True, slots=True)
class Clause:
    """A clause of the source document, or one the house added."""

    id: str
    basis: Basis
    title: Text
    location: Location


@dataclass(frozen=True, slots=True)
class Rulebook:
    """All that was read from a rules folder. `questions` are in chaining order; `strata` groups their
    names so that each question reads only answers of earlier groups."""

    release: str
    sha256: str
    root: str
    facts: Mapping[str, Fact]
    thresholds: Mapping[str, Threshold]
    questions: Mapping[str, Question]
    actions: Mapping[str, Action]
    clauses: Mapping[str, Clause]
    strata: tuple[tuple[str, ...], ...]
