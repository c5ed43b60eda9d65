"""The sweep: a table of customers through the whole rulebook, one projection a stratum for the verdicts of its rules
and one for its answers."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TypeAlias

import ibis  # type: ignore[import-untyped]

from sangdo.engine.bulk.expressions.asks import BASE, Wish, matters_of, ranks_of, waits_of, wishes_of
from sangdo.engine.bulk.expressions.closings import Asked, answer_of, conflict_of, deciding_of
from sangdo.engine.bulk.expressions.conditions import (
    Verdict,
    any_of,
    as_column,
    certain,
    negated,
    rule_verdict,
    verdict_of,
)
from sangdo.engine.bulk.expressions.row import Column, Row, Table, bit, coded, dtype, is_coded, literal, words
from sangdo.engine.explain.asks import reading_order
from sangdo.engine.inference.thresholds import ResolvedThreshold
from sangdo.engine.language.reading import facts_of_question
from sangdo.engine.language.rulebook import Fact, FactType, Level, Question, Rulebook, Status
from sangdo.engine.language.strata import arrange_runs

Stage: TypeAlias = Callable[[str, Table], Table]
"""Names an expression, as a view or a table, and returns the table of that name."""

CUSTOMER, PRODUCT = "customer_id", "product"
GIVEN, RULE, APPLIES, DECIDED, FIRED, ASK, CONFLICT = "given$", "rule$", "applies$", "decided$", "fired", "ask", "error"
MATTERS, COUNTED, WISHED = "matters$", "counted$", "wished$"


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
    stage: Stage,
    asks: bool = True,
) -> Swept:
    """Send tables of facts through a rulebook; a customer whose `error` is not null gets no answers.

    `customers` has customer_id and a column a known fact, `products` the same with product. Without `asks` the column
    is left out. Raises RulesInvalid for a question with more answers at once than a sweep can tell apart.
    """
    return _Sweep(rulebook, thresholds, stage).run(customers, products, asks)


class _Sweep:
    def __init__(self, rulebook: Rulebook, thresholds: Mapping[str, ResolvedThreshold], stage: Stage) -> None:
        self.rulebook, self.thresholds, self.stage = rulebook, thresholds, stage
        rules = [rule.id for question in rulebook.questions.values() for rule in question.rules]
        self.numbers = {rule: number for number, rule in enumerate(rules)}
        self.by_product = any(q.level is Level.PRODUCT for q in rulebook.questions.values())
        self.asked: dict[str, Asked] = {}
        self.deciding: dict[str, list[str]] = {name: [] for name in rulebook.questions}

    def run(self, customers: Table, products: Table | None, asks: bool) -> Swept:
        people = self._entered(customers, Level.CUSTOMER)
        goods = None if products is None or not self.by_product else self._entered(products, Level.PRODUCT)
        for number, run in enumerate(arrange_runs(self.rulebook)):
            questions = [[self.rulebook.questions[name] for name in stratum] for stratum in run]
            if questions[0][0].level is Level.CUSTOMER:
                for place, stratum in enumerate(questions):
                    people = self._closed(people, stratum, f"{number}_{place}")
                continue
            if goods is not None:
                goods = self._joined(goods, people, [q for stratum in questions for q in stratum], number)
                for place, stratum in enumerate(questions):
                    goods = self._closed(goods, stratum, f"{number}_{place}")
            people = self._counted(people, goods, number)
        if asks:
            people, goods = self._with_asks(people, goods)
        if goods is not None:
            people, goods = self._with_errors(people, goods)
        listed = {FIRED: list(self.numbers), **({ASK: list(reading_order(self.rulebook))} if asks else {})}
        coded_ones = {
            q: words(self.rulebook.facts[q]) for q in self.rulebook.questions if is_coded(self.rulebook.facts[q])
        }
        return Swept(
            self._out(people, Level.CUSTOMER, asks),
            None if goods is None else self._out(goods, Level.PRODUCT, asks),
            {**coded_ones, **listed},
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
        error = {CONFLICT: table[CONFLICT] if CONFLICT in table.columns else ibis.null("string")}
        entered = self.stage(f"{level.value}_facts", table.select(*keys, **columns, **error))
        # A given answer is known from the start, as a rule may ask for it before its own question closes.
        return Row(entered, self.rulebook, self.thresholds, frozenset(known - set(self.rulebook.questions)))

    def _closed(self, row: Row, questions: list[Question], name: str) -> Row:
        """Add the verdicts of a stratum's rules, then its answers."""
        level = questions[0].level.value
        asked = [self._ask(question, row) for question in questions]
        verdicts: dict[str, Column] = {}
        for one in asked:
            named = [(APPLIES + one.question.name, one.applies), *((f"{RULE}{n}", v) for _, v, n in one.rules)]
            verdicts |= {column: verdict for column, verdict in named if not _is_constant(verdict)}
        table = self.stage(f"{level}_verdicts_{name}", row.table.mutate(**verdicts)) if verdicts else row.table
        row = replace(row, table=table)
        asked = [self._settled(one, row, frozenset(verdicts)) for one in asked]
        closed: dict[str, Column] = {}
        for one in asked:
            question = one.question.name
            self.asked[question] = one
            closed[question] = answer_of(one)
            for rule, number in deciding_of(one):
                column = DECIDED + (question if rule is None else rule)
                self.deciding[question].append(column)
                closed[column] = number
            conflict = conflict_of(one)
            if conflict is not False:
                closed[CONFLICT + "$" + question] = as_column(conflict)
        table = self.stage(f"{level}_answers_{name}", row.table.mutate(**closed))
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

    def _settled(self, asked: Asked, row: Row, columns: frozenset[str]) -> Asked:
        """The same question over the table that has its verdicts as columns."""
        table, given = row.table, GIVEN + asked.question.name
        applies = APPLIES + asked.question.name
        verdicts = tuple(table[f"{RULE}{n}"] if f"{RULE}{n}" in columns else v for _, v, n in asked.rules)
        return replace(
            asked,
            row=row,
            applies=table[applies] if applies in columns else asked.applies,
            verdicts=verdicts,
            given=None if asked.given is None else table[given],
        )

    def _joined(self, goods: Row, people: Row, questions: list[Question], number: int) -> Row:
        """The products with what their questions read of the customer."""
        read = {name for question in questions for name in facts_of_question(question)}
        needed = sorted(name for name in read & people.known if name not in goods.table.columns)
        if not needed:
            return goods
        table = goods.table.left_join(people.table.select(CUSTOMER, *needed), CUSTOMER).drop(f"{CUSTOMER}_right")
        return replace(goods, table=self.stage(f"product_joined_{number}", table), known=goods.known | set(needed))

    def _counted(self, people: Row, goods: Row | None, number: int) -> Row:
        """Add what is counted from the products' answers so far."""
        tallies = [
            fact for fact in self.rulebook.facts.values()
            if fact.tally is not None and goods is not None and fact.tally.question in goods.known
        ]  # fmt: skip
        if not tallies or goods is None:
            return people
        counts = {}
        for fact in tallies:
            hits, missing = self._tally(fact, goods)
            counts["hits$" + fact.name], counts["missing$" + fact.name] = hits, missing
        found = goods.table.group_by(CUSTOMER).agg(**counts)
        table = people.table.left_join(found, CUSTOMER).drop(f"{CUSTOMER}_right")
        columns = {}
        for fact in tallies:
            value = _tallied(fact, table["hits$" + fact.name], table["missing$" + fact.name])
            given = COUNTED + fact.name
            columns[fact.name] = ibis.coalesce(table[given], value) if given in table.columns else value
        table = table.mutate(**columns).drop(*counts)
        return replace(
            people,
            table=self.stage(f"customer_counted_{number}", table),
            known=people.known | {f.name for f in tallies},
        )

    def _tally(self, fact: Fact, goods: Row) -> tuple[Column, Column]:
        assert fact.tally is not None
        answer = self.rulebook.facts[fact.tally.question]
        column = goods.table[answer.name]
        if fact.tally.answer not in (answer.values or ()):
            hit = ibis.literal(False)
        elif answer.type is FactType.CHOICES:
            hit = (column & bit(answer, fact.tally.answer)) != 0
        else:
            hit = column == literal(answer, fact.tally.answer)
        return hit.fill_null(False).cast("int32").sum(), column.isnull().cast("int32").sum()

    def _with_asks(self, people: Row, goods: Row | None) -> tuple[Row, Row | None]:
        """Add a rank for each fact that is to be asked for."""
        people, matters = self._with_matters(people)
        people, waits = self._waited(people, Level.CUSTOMER, matters)
        wishes: dict[str, list[Wish]] = {}
        if goods is not None:
            people, goods, shared = self._product_wishes(people, goods, matters)
            for wish in shared:
                wishes.setdefault(wish.fact, []).append(wish)
        for wish in self._wishes(people, Level.CUSTOMER, waits):
            wishes.setdefault(wish.fact, []).append(wish)
        return self._ranked(people, wishes), goods

    def _with_matters(self, people: Row) -> tuple[Row, dict[str, Verdict]]:
        """Add where something rests on each question's answer, one after another from the end of the chain."""

        def known(name: str, row: Row) -> Verdict:
            return row.table[GIVEN + name].notnull() if GIVEN + name in row.table.columns else False

        questions = list(self.rulebook.questions)
        if not any(GIVEN + name in people.table.columns for name in questions):
            return people, dict.fromkeys(questions, True)
        matters: dict[str, Verdict] = {}
        for name in reversed(questions):
            given = {other: known(other, people) for other in questions}
            later = {other: self._of(people, MATTERS + other, verdict) for other, verdict in matters.items()}
            # Where nobody gave an answer everything matters.
            nobody = negated(any_of(given.values()))
            matters[name] = any_of([nobody, matters_of(name, people, given, later)])
            if not _is_constant(matters[name]):
                table = people.table.mutate(**{MATTERS + name: matters[name]})
                people = replace(people, table=self.stage(f"customer_matters_{name}", table))
        return people, matters

    def _waited(self, row: Row, level: Level, matters: Mapping[str, Verdict]) -> tuple[Row, dict[str, Verdict]]:
        """Add where questions and rules wait, and return that by the names of its columns."""
        waits: dict[str, Verdict] = {}
        for name, asked in self.asked.items():
            if asked.question.level is level:
                again = self._settled(asked, row, frozenset(row.table.columns))
                single = DECIDED + name
                deciding = row.table[single] if single in row.table.columns else None
                waits |= waits_of(again, self._of(row, MATTERS + name, matters[name]), deciding)
        columns = {name: verdict for name, verdict in waits.items() if not _is_constant(verdict)}
        table = self.stage(f"{level.value}_waits", row.table.mutate(**columns)) if columns else row.table
        return replace(row, table=table), waits

    def _wishes(self, row: Row, level: Level, waits: Mapping[str, Verdict]) -> Iterator[Wish]:
        there = {name: self._of(row, name, verdict) for name, verdict in waits.items()}
        for asked in self.asked.values():
            if asked.question.level is level:
                yield from wishes_of(self._settled(asked, row, frozenset(row.table.columns)), there)

    @staticmethod
    def _of(row: Row, column: str, verdict: Verdict) -> Verdict:
        """A verdict from the table that has it as a column by now."""
        return row.table[column] if column in row.table.columns else verdict

    def _product_wishes(self, people: Row, goods: Row, matters: Mapping[str, Verdict]) -> tuple[Row, Row, list[Wish]]:
        """Rank what is asked of each product, and gather from them what is asked of the customer."""
        questions = [q for q in self.rulebook.questions.values() if q.level is Level.PRODUCT]
        of_customer = [MATTERS + q.name for q in questions if MATTERS + q.name in people.table.columns]
        if of_customer:
            own = people.table.select(CUSTOMER, *of_customer)
            table = goods.table.left_join(own, CUSTOMER).drop(f"{CUSTOMER}_right")
            goods = replace(goods, table=self.stage("product_matters", table))
        own_wishes: dict[str, list[Wish]] = {}
        shared: dict[str, Wish] = {}
        goods, waits = self._waited(goods, Level.PRODUCT, matters)
        for wish in self._wishes(goods, Level.PRODUCT, waits):
            is_line = wish.fact in self.rulebook.questions
            if is_line or self.rulebook.facts[wish.fact].level is Level.PRODUCT:
                own_wishes.setdefault(wish.fact, []).append(wish)
            elif wish.where is not False:
                shared[f"{WISHED}{wish.fact}${wish.name}"] = wish
        if shared:
            found = goods.table.group_by(CUSTOMER).agg(
                **{column: _anywhere(goods, wish.where) for column, wish in shared.items()}
            )
            table = people.table.left_join(found, CUSTOMER).drop(f"{CUSTOMER}_right")
            people = replace(people, table=self.stage("customer_wished", table))
        carried = [replace(wish, where=people.table[column].fill_null(0) > 0) for column, wish in shared.items()]
        return people, self._ranked(goods, own_wishes), carried

    def _ranked(self, row: Row, wishes: Mapping[str, list[Wish]]) -> Row:
        ranks = dict(ranks_of(wishes, row, reading_order(self.rulebook)))
        columns = {WISHED + fact: rank for fact, rank in ranks.items()}
        level = Level.PRODUCT if PRODUCT in row.table.columns and CUSTOMER in row.table.columns else Level.CUSTOMER
        return replace(row, table=self.stage(f"{level.value}_ranks", row.table.mutate(**columns)))

    def _out(self, row: Row, level: Level, asks: bool) -> Table:
        """The columns that a sweep is asked for; none but the keys and the error for a customer who has one."""
        table, facts = row.table, self.rulebook.facts
        questions = [q for q in self.rulebook.questions.values() if q.level is level]
        numbers = [table[column] for q in questions for column in self.deciding[q.name]]
        columns = {q.name: self._shown(facts[q.name], table[q.name]) for q in questions}
        columns[FIRED] = _held(numbers, "int16")
        if asks:
            ranks = [table[column] for column in table.columns if column.startswith(WISHED) and column.count("$") == 1]
            columns[ASK] = _held(ranks, "int64").sort().map(lambda rank: rank % BASE)
        keys = [CUSTOMER] if level is Level.CUSTOMER else [CUSTOMER, PRODUCT]
        error = self._error(table)
        fine = error.isnull()
        columns = {name: ibis.ifelse(fine, column, ibis.null(column.type())) for name, column in columns.items()}
        return table.select(*keys, **columns, **{CONFLICT: error})

    def _shown(self, fact: Fact, column: Column) -> Column:
        if not is_coded(fact) or fact.type is FactType.CHOICE:
            return column
        places = [
            ibis.ifelse((column & literal(fact, word)) != 0, ibis.literal(place, "int16"), ibis.null("int16"))
            for place, word in enumerate(words(fact))
        ]
        return ibis.ifelse(column.notnull(), _held(places, "int16"), ibis.null("array<int16>"))

    def _with_errors(self, people: Row, goods: Row) -> tuple[Row, Row]:
        """A contradiction about one product is one about its customer, who then gets no answers at all."""
        marks = [column for column in goods.table.columns if column.startswith(CONFLICT + "$")]
        if marks:
            found = goods.table.group_by(CUSTOMER).agg(**{mark: _any(goods.table[mark]) for mark in marks})
            table = people.table.left_join(found, CUSTOMER).drop(f"{CUSTOMER}_right")
            people = replace(people, table=self.stage("customer_errors", table))
        own = people.table.select(CUSTOMER, **{CONFLICT: self._error(people.table)})
        table = goods.table.drop(CONFLICT, *marks).left_join(own, CUSTOMER).drop(f"{CUSTOMER}_right")
        return people, replace(goods, table=self.stage("product_errors", table))

    def _error(self, table: Table) -> Column:
        marks = [(question, f"{CONFLICT}${question}") for question in self.rulebook.questions]
        found = [
            (table[mark].fill_null(False), ibis.literal(contradiction(question)))
            for question, mark in marks
            if mark in table.columns
        ]
        return ibis.cases((table[CONFLICT].notnull(), table[CONFLICT]), *found, else_=ibis.null("string"))


def _is_constant(verdict: Verdict) -> bool:
    return verdict is None or isinstance(verdict, bool)


def _anywhere(row: Row, where: Verdict) -> Column:
    """Over a group of rows: more than 0 where a verdict is true of one of them."""
    return row.table.count() if where is True else as_column(certain(where)).cast("int32").max()


def _any(mark: Column) -> Column:
    return mark.fill_null(False).cast("int32").max() > 0


def contradiction(question: str) -> str:
    """Return what is said of a customer for whom a question with exactly one answer gets two."""
    return f"rules of {question} with different answers hold, but it has exactly one answer"


def _tallied(fact: Fact, hits: Column, missing: Column) -> Column:
    assert fact.tally is not None
    if fact.tally.how == "count":
        return ibis.ifelse(missing == 0, hits, ibis.null("int64")).cast(dtype(fact))
    return ibis.cases((hits > 0, True), (missing == 0, False), else_=ibis.null("boolean"))


def _held(numbers: list[Column], kind: str) -> Column:
    """The numbers that are there, as an array."""
    # PostgreSQL cannot tell what an array without members holds.
    held = ibis.array([number.cast(kind) for number in numbers or [ibis.null(kind)]])
    return held.filter(lambda number: number.notnull())
