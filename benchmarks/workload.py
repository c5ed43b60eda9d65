"""The workload: one rulebook of decision tables and seeded customers, the same for every engine.

45 rules in 12 tables over 5 strata read 15 attributes; each table reads an answer of the stratum before it, so
that every customer makes 12 rules fire, one after the other. Each row of a table excludes the others, which
gives the rules the same meaning in every engine, whatever its conflict resolution.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import TypeAlias

Value: TypeAlias = float | str | bool

STRATA = (3, 3, 2, 2, 2)
SHORT = (2, 5, 9)
"""The places of the tables that have three rows instead of four."""
WORDS = ("low", "middle", "high")
KINDS = ("number", "word", "flag")
OF_EACH = 5


@dataclass(frozen=True, slots=True)
class Test:
    """One test of one fact; `how` is is, is not, at least or less than."""

    fact: str
    how: str
    value: Value

    def holds(self, value: Value) -> bool:
        """Return whether the test holds on a value of its fact."""
        match self.how:
            case "is":
                return value == self.value
            case "is not":
                return value != self.value
            case "at least":
                return value >= self.value  # type: ignore[operator]
            case _:
                return value < self.value  # type: ignore[operator]


@dataclass(frozen=True, slots=True)
class Row:
    """One rule: when all tests hold, its table has this answer."""

    id: str
    tests: tuple[Test, ...]
    answer: str


@dataclass(frozen=True, slots=True)
class Table:
    """One question with its rules, of which exactly one holds."""

    name: str
    rows: tuple[Row, ...]

    @property
    def reads(self) -> tuple[str, ...]:
        """The facts that the rows read, each once."""
        return tuple(dict.fromkeys(test.fact for row in self.rows for test in row.tests))


@dataclass(frozen=True, slots=True)
class Workload:
    """The tables in chaining order, by stratum, and the customers that are decided."""

    attributes: tuple[str, ...]
    strata: tuple[tuple[Table, ...], ...]
    customers: tuple[dict[str, Value], ...]

    @property
    def tables(self) -> tuple[Table, ...]:
        """All tables in chaining order."""
        return tuple(table for stratum in self.strata for table in stratum)

    @property
    def rows(self) -> tuple[Row, ...]:
        """All rules in chaining order."""
        return tuple(row for table in self.tables for row in table.rows)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What an engine says of one customer: the answers, and for each rule that fired the facts it matched."""

    answers: dict[str, Value]
    fired: dict[str, dict[str, Value]]


class Difference(Exception):
    """An engine says something else than what is meant."""


def make_workload(customers: int, seed: int = 7) -> Workload:
    """Make the rulebook and some customers; the same seed gives the same ones."""
    chance = random.Random(seed)
    attributes = tuple(f"{kind}_{number}" for kind in KINDS for number in range(1, OF_EACH + 1))
    unread = list(attributes)
    chance.shuffle(unread)
    strata: list[tuple[Table, ...]] = []
    for size in STRATA:
        before = [table.name for table in strata[-1]] if strata else []
        tables = []
        for number in range(size):
            place = sum(STRATA[: len(strata)]) + number
            first = before[number % len(before)] if before else unread.pop()
            tables.append(_table(place, first, unread.pop(), chance))
        strata.append(tuple(tables))
    people = tuple({name: _value(name, chance) for name in attributes} for _ in range(customers))
    return Workload(attributes, tuple(strata), people)


def _table(place: int, first: str, second: str, chance: random.Random) -> Table:
    (yes, no), (this, that) = _split(first, chance), _split(second, chance)
    cases = [(yes,), (no, this), (no, that)] if place in SHORT else [(yes, this), (yes, that), (no, this), (no, that)]
    answers = [*chance.sample(WORDS, 3), chance.choice(WORDS)]
    name = f"table_{place + 1:02}"
    rows = (Row(f"T{place + 1}-{n + 1}", tests, answers[n]) for n, tests in enumerate(cases))
    return Table(name, tuple(rows))


def _split(fact: str, chance: random.Random) -> tuple[Test, Test]:
    """Cut the values of a fact in two."""
    if fact.startswith("number"):
        line = float(chance.randint(30, 70))
        return Test(fact, "at least", line), Test(fact, "less than", line)
    if fact.startswith("flag"):
        return Test(fact, "is", True), Test(fact, "is", False)
    word = chance.choice(WORDS)
    return Test(fact, "is", word), Test(fact, "is not", word)


def _value(attribute: str, chance: random.Random) -> Value:
    if attribute.startswith("number"):
        return round(chance.uniform(0, 100), 2)
    return chance.random() < 0.5 if attribute.startswith("flag") else chance.choice(WORDS)


def expected_outcome(workload: Workload, customer: dict[str, Value]) -> Outcome:
    """Decide one customer in plain Python: what every engine must say."""
    values, fired = dict(customer), {}
    for table in workload.tables:
        for row in table.rows:
            if all(test.holds(values[test.fact]) for test in row.tests):
                fired[row.id] = {test.fact: values[test.fact] for test in row.tests}
                values[table.name] = row.answer
                break
    return Outcome({table.name: values[table.name] for table in workload.tables}, fired)
