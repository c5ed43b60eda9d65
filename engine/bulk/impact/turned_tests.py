"""The lines that moved, with how many customers lie between the old and the new one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import duckdb
import ibis  # type: ignore[import-untyped]
import pyarrow

from sangdo.engine.bulk.expressions.conditions import as_column, certain, verdict_of
from sangdo.engine.bulk.expressions.row import Row, Table, literal
from sangdo.engine.bulk.impact.both_sides import BothParts
from sangdo.engine.inference.thresholds import ResolvedThreshold
from sangdo.engine.language.reading import tests_in
from sangdo.engine.language.rulebook import Level, Rulebook, Test, ThresholdName

Thresholds = Mapping[str, ResolvedThreshold]
CUSTOMER, KNOWN = "customer_id", "part_known"


@dataclass(frozen=True, slots=True)
class MovedLine:
    """A threshold with another value: `between` counts the customers for whom a test against it turns out otherwise,
    None where no test reads it."""

    name: str
    before: ResolvedThreshold | None
    after: ResolvedThreshold | None
    between: int | None


class TurnedTests:
    """Counts, part by part, for whom the tests of the new rules against a moved line turn."""

    def __init__(
        self, connection: duckdb.DuckDBPyConnection, rulebook: Rulebook, before: Thresholds, after: Thresholds
    ) -> None:
        self._connection = connection
        self._rulebook, self._before, self._after = rulebook, before, after
        names = dict.fromkeys([*after, *before])
        self._moved = [name for name in names if _value(before, name) != _value(after, name)]
        both = [name for name in self._moved if name in before and name in after]
        self._tests = {name: list(_tests_against(rulebook, name)) for name in both}
        self._counts: Counter[str] = Counter()

    def add(self, part: BothParts) -> None:
        """Count in some customers."""
        if not any(self._tests.values()):
            return
        people = _with_answers(part.facts, part.new.customers, self._rulebook, Level.CUSTOMER)
        goods = _with_answers(part.goods, part.new.products, self._rulebook, Level.PRODUCT)
        for name, tests in self._tests.items():
            turned: set[str] = set()
            for table, level in ((people, Level.CUSTOMER), (goods, Level.PRODUCT)):
                own = [test for test in tests if self._rulebook.facts[test.fact].level is level]
                if own:
                    turned |= self._turned(table, own)
            self._counts[name] += len(turned)

    def lines(self) -> tuple[MovedLine, ...]:
        """Return the moved lines."""
        return tuple(
            MovedLine(
                name, self._before.get(name), self._after.get(name),
                self._counts[name] if self._tests.get(name) else None,
            )
            for name in self._moved
        )  # fmt: skip

    def _turned(self, held: pyarrow.Table, tests: list[Test]) -> set[str]:
        table = ibis.table(ibis.Schema.from_pyarrow(held.schema), KNOWN)
        for fact in self._rulebook.facts.values():
            if fact.default is not None and fact.name in table.columns:
                table = table.mutate(**{fact.name: table[fact.name].fill_null(literal(fact, fact.default))})
        turned = table.filter(ibis.or_(*(self._turns(test, table) for test in tests))).select(CUSTOMER).distinct()
        self._connection.register(KNOWN, held)
        found = self._connection.execute(str(ibis.to_sql(turned, dialect="duckdb"))).fetchall()
        self._connection.unregister(KNOWN)
        return {str(row[0]) for row in found}

    def _turns(self, test: Test, table: Table) -> Table:
        known = frozenset(table.columns)
        before, after = (
            as_column(certain(verdict_of(test, Row(table, self._rulebook, thresholds, known))))
            for thresholds in (self._before, self._after)
        )
        return before != after


def _value(thresholds: Thresholds, name: str) -> float | None:
    return thresholds[name].value if name in thresholds else None


def _tests_against(rulebook: Rulebook, name: str) -> Iterator[Test]:
    for question in rulebook.questions.values():
        for condition in (question.applies, *(rule.when for rule in question.rules)):
            yield from (test for test in tests_in(condition) if ThresholdName(name) in test.operands)


def _with_answers(
    facts: pyarrow.Table, answers: pyarrow.Table | None, rulebook: Rulebook, level: Level
) -> pyarrow.Table:
    """The facts with the numbers that questions answer, by customer and, for products, by product."""
    numbers = [
        question.name for question in rulebook.questions.values()
        if question.level is level and rulebook.facts[question.name].type.is_numeric
    ]  # fmt: skip
    keys = [CUSTOMER] if level is Level.CUSTOMER else [CUSTOMER, "product"]
    if answers is None or not numbers:
        return facts
    return facts.drop_columns([n for n in numbers if n in facts.column_names]).join(
        answers.select([*keys, *numbers]), keys, join_type="left outer"
    )
