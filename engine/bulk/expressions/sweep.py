"""The sweep: a table of customers through the whole rulebook, one projection a stratum for the verdicts of its rules
and one for its answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import ibis  # type: ignore[import-untyped]

from sangdo.engine.bulk.expressions.asking import with_asks
from sangdo.engine.bulk.expressions.asks import BASE
from sangdo.engine.bulk.expressions.by_product import with_counts, with_customer, with_errors, with_failures
from sangdo.engine.bulk.expressions.closings import Asked, answer_of, conflict_of, deciding_of
from sangdo.engine.bulk.expressions.columns import (
    APPLIES,
    ASK,
    COUNTED,
    CUSTOMER,
    DECIDED,
    ERROR,
    FAILED,
    FIRED,
    GIVEN,
    PRODUCT,
    RULE,
    WISHED,
    error_of,
)
from sangdo.engine.bulk.expressions.conditions import Verdict, as_column, is_constant, rule_verdict, verdict_of
from sangdo.engine.bulk.expressions.row import Column, Row, Table, coded, dtype, is_coded, literal, words
from sangdo.engine.bulk.expressions.stages import Stages
from sangdo.engine.explain.asks import reading_order
from sangdo.engine.inference.thresholds import ResolvedThreshold
from sangdo.engine.language.rulebook import Fact, FactType, Level, Question, Rulebook, Status
from sangdo.engine.language.strata import arrange_runs


@dataclass(frozen=True, slots=True)
class Swept:
    """What a sweep gives: `customers` has customer_id, a column a customer's question, fired, ask and error;
    `products` the same by customer_id and product, None where the rulebook asks nothing of products.

    Closed lists stand as numbers, told by the words: an answer is the place of its word, several answers an array of
    such places, fired an array of rule numbers, ask one of places of facts.
    """

    customers: Table
    products: Table | None
    words: Mapping[str, list[str]]
    """The words of the columns that stand as numbers, or as arrays of them, in the order of the numbers."""


def sweep(
    rulebook: Rulebook,
    thresholds: Mapping[str, ResolvedThreshold],
    customers: Table,
    products: Table | None,
    stages: Stages,
    asks: bool = True,
) -> Swept:
    """Send tables of facts through a rulebook; a customer whose `error` is not null gets no answers.

    `customers` has customer_id and a column a known fact, `products` the same with product. The tables returned are
    for `stages.query`. Without `asks` the column is left out. Raises RulesInvalid for a question with more answers at
    once than a sweep can tell apart.
    """
    return _Sweep(rulebook, thresholds, stages).run(customers, products, asks)


class _Sweep:
    def __init__(self, rulebook: Rulebook, thresholds: Mapping[str, ResolvedThreshold], stages: Stages) -> None:
        self.rulebook, self.thresholds, self.stages = rulebook, thresholds, stages
        rules = [rule.id for question in rulebook.questions.values() for rule in question.rules]
        self.numbers = {rule: number for number, rule in enumerate(rules)}
        self.by_product = any(q.level is Level.PRODUCT for q in rulebook.questions.values())
        self.asked: dict[str, Asked] = {}
        self.deciding: dict[str, list[str]] = {name: [] for name in rulebook.questions}

    def run(self, customers: Table, products: Table | None, asks: bool) -> Swept:
        people = self._entered(customers, Level.CUSTOMER)
        goods = None if products is None or not self.by_product else self._entered(products, Level.PRODUCT)
        for number, run in enumerate(arrange_runs(self.rulebook)):
            strata = [[self.rulebook.questions[name] for name in stratum] for stratum in run]
            if strata[0][0].level is Level.CUSTOMER:
                people = self._chained(people, strata, number)
            elif goods is not None:
                goods = with_customer(self.stages, goods, people, [q for stratum in strata for q in stratum], number)
                goods = self._chained(goods, strata, number)
                people = with_counts(self.stages, people, goods, number)
        if asks:
            people, goods = with_asks(self.stages, self.asked, people, goods)
        if goods is not None:
            people = with_errors(self.stages, people, goods)
        people = self._with_failures(people)
        if goods is not None:
            goods = with_failures(self.stages, goods, people)
        facts = self.rulebook.facts
        listed = {FIRED: list(self.numbers), **({ASK: list(reading_order(self.rulebook))} if asks else {})}
        return Swept(
            self._out(people, Level.CUSTOMER, asks),
            None if goods is None else self._out(goods, Level.PRODUCT, asks),
            {**{name: words(facts[name]) for name in self.rulebook.questions if is_coded(facts[name])}, **listed},
        )

    def _entered(self, table: Table, level: Level) -> Row:
        """The facts as they travel: the vocabulary's defaults filled in, given answers under a name of their own."""
        keys = [CUSTOMER] if level is Level.CUSTOMER else [CUSTOMER, PRODUCT]
        columns: dict[str, Column] = {}
        known = {name for name in keys if name in self.rulebook.facts}
        for fact in self.rulebook.facts.values():
            default = fact.default if level is Level.CUSTOMER else None
            if fact.level is not level or fact.name in keys or (fact.name not in table.columns and default is None):
                continue
            column = coded(fact, table[fact.name]) if fact.name in table.columns else ibis.null(dtype(fact))
            if default is not None:
                column = ibis.coalesce(column, literal(fact, default))
            if fact.name in self.rulebook.questions:
                columns[GIVEN + fact.name] = column
            elif fact.tally is not None:
                columns[COUNTED + fact.name] = column
                columns[fact.name] = column
            else:
                columns[fact.name] = column
            known.add(fact.name)
        error = {ERROR: table[ERROR] if ERROR in table.columns else ibis.null("string")}
        entered = self.stages.add(f"{level.value}_facts", table.select(*keys, **columns, **error))
        # A given answer is known from the start, as a rule may ask for it before its own question closes.
        return Row(entered, self.rulebook, self.thresholds, frozenset(known - set(self.rulebook.questions)))

    def _chained(self, row: Row, strata: list[list[Question]], number: int) -> Row:
        for place, stratum in enumerate(strata):
            row = self._closed(row, stratum, f"{number}_{place}")
        return row

    def _closed(self, row: Row, questions: list[Question], name: str) -> Row:
        """Add the verdicts of a stratum's rules, then its answers."""
        level = questions[0].level.value
        asked = [self._ask(question, row) for question in questions]
        verdicts: dict[str, Verdict] = {}
        for one in asked:
            verdicts[APPLIES + one.question.name] = one.applies
            verdicts |= {f"{RULE}{number}": verdict for _, verdict, number in one.rules}
        columns = {column: verdict for column, verdict in verdicts.items() if not is_constant(verdict)}
        row = replace(row, table=self.stages.extend(f"{level}_verdicts_{name}", row.table, columns))
        closed: dict[str, Column] = {}
        for one in (one.over(row) for one in asked):
            question = one.question.name
            self.asked[question] = one
            closed[question] = answer_of(one)
            for rule, number in deciding_of(one):
                column = DECIDED + (question if rule is None else rule)
                self.deciding[question].append(column)
                closed[column] = number
            conflict = conflict_of(one)
            if conflict is not False:
                closed[error_of(question)] = as_column(conflict)
        table = self.stages.extend(f"{level}_answers_{name}", row.table, closed)
        return replace(row, table=table, known=row.known | {question.name for question in questions})

    def _ask(self, question: Question, row: Row) -> Asked:
        retired = question.status is Status.RETIRED
        applies = False if retired else verdict_of(question.applies, row)
        verdicts = tuple(None if applies is False else rule_verdict(rule, row) for rule in question.rules)
        numbers = tuple(self.numbers[rule.id] for rule in question.rules)
        given = GIVEN + question.name
        return Asked(
            question, row, applies, verdicts, numbers, row.table[given] if given in row.table.columns else None
        )

    def _out(self, row: Row, level: Level, asks: bool) -> Table:
        """The columns that a sweep is asked for; none but the keys and the error for a customer who has one."""
        table, facts = row.table, self.rulebook.facts
        questions = [q for q in self.rulebook.questions.values() if q.level is level]
        numbers = [table[column] for q in questions for column in self.deciding[q.name]]
        columns = {q.name: _shown(facts[q.name], table[q.name]) for q in questions}
        columns[FIRED] = _held(numbers, "int16")
        if asks:
            ranks = [table[column] for column in table.columns if column.startswith(WISHED) and column.count("$") == 1]
            columns[ASK] = _held(ranks, "int64").sort().map(lambda rank: rank % BASE)
        keys = [CUSTOMER] if level is Level.CUSTOMER else [CUSTOMER, PRODUCT]
        fine = table[FAILED].isnull()
        columns = {name: ibis.ifelse(fine, column, ibis.null(column.type())) for name, column in columns.items()}
        return table.select(*keys, **columns, **{ERROR: table[FAILED]})

    def _with_failures(self, people: Row) -> Row:
        """Add what went wrong with a customer, who then gets no answers at all: an error of the facts, or rules that
        contradict each other about the customer or one of the products."""
        table = people.table
        found = [
            (table[error_of(question)].fill_null(False), ibis.literal(contradiction(question)))
            for question in self.rulebook.questions
            if error_of(question) in table.columns
        ]
        failed = ibis.cases((table[ERROR].notnull(), table[ERROR]), *found, else_=ibis.null("string"))
        return replace(people, table=self.stages.extend("customer_failed", table, {FAILED: failed}))


def contradiction(question: str) -> str:
    """Return what is said of a customer for whom a question with exactly one answer gets two."""
    return f"rules of {question} with different answers hold, but it has exactly one answer"


def _shown(fact: Fact, column: Column) -> Column:
    if not is_coded(fact) or fact.type is FactType.CHOICE:
        return column
    places = [
        ibis.ifelse((column & literal(fact, word)) != 0, ibis.literal(place, "int16"), ibis.null("int16"))
        for place, word in enumerate(words(fact))
    ]
    return ibis.ifelse(column.notnull(), _held(places, "int16"), ibis.null("array<int16>"))


def _held(numbers: list[Column], kind: str) -> Column:
    """The numbers that are there, as an array."""
    # PostgreSQL cannot tell what an array without members holds.
    held = ibis.array([number.cast(kind) for number in numbers or [ibis.null(kind)]])
    return held.filter(lambda number: number.notnull())
