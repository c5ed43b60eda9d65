"""The end of a sweep: a rank for each fact that is to be asked for, of customers and of products."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from sangdo.engine.bulk.expressions.asks import Wish, matters_of, ranks_of, waits_of, wishes_of
from sangdo.engine.bulk.expressions.by_product import beside
from sangdo.engine.bulk.expressions.closings import Asked
from sangdo.engine.bulk.expressions.columns import CUSTOMER, DECIDED, GIVEN, MATTERS, WISHED
from sangdo.engine.bulk.expressions.conditions import Verdict, any_of, as_column, certain, is_constant, negated
from sangdo.engine.bulk.expressions.row import Column, Row
from sangdo.engine.bulk.expressions.stages import Stages
from sangdo.engine.explain.asks import reading_order
from sangdo.engine.language.rulebook import Level


def with_asks(stages: Stages, asked: Mapping[str, Asked], people: Row, goods: Row | None) -> tuple[Row, Row | None]:
    """Add a column WISHED for each fact that anybody may be asked for, null where it is not to be asked."""
    return _Asking(stages, asked).run(people, goods)


@dataclass(frozen=True, slots=True)
class _Asking:
    stages: Stages
    asked: Mapping[str, Asked]

    def run(self, people: Row, goods: Row | None) -> tuple[Row, Row | None]:
        people, matters = self._with_matters(people)
        people, waits = self._waited(people, Level.CUSTOMER, matters)
        wishes: dict[str, list[Wish]] = {}
        if goods is not None:
            people, goods, shared = self._product_wishes(people, goods, matters)
            for wish in shared:
                wishes.setdefault(wish.fact, []).append(wish)
        for wish in self._wishes(people, Level.CUSTOMER, waits):
            wishes.setdefault(wish.fact, []).append(wish)
        return self._ranked(people, Level.CUSTOMER, wishes), goods

    def _with_matters(self, people: Row) -> tuple[Row, dict[str, Verdict]]:
        """Add where something rests on each question's answer, one after another from the end of the chain."""

        def known(name: str, row: Row) -> Verdict:
            return row.table[GIVEN + name].notnull() if GIVEN + name in row.table.columns else False

        questions = list(people.rulebook.questions)
        if not any(GIVEN + name in people.table.columns for name in questions):
            return people, dict.fromkeys(questions, True)
        matters: dict[str, Verdict] = {}
        for number, name in enumerate(reversed(questions)):
            given = {other: known(other, people) for other in questions}
            later = {other: _of(people, MATTERS + other, verdict) for other, verdict in matters.items()}
            # Where nobody gave an answer everything matters.
            nobody = negated(any_of(given.values()))
            matters[name] = any_of([nobody, matters_of(name, people, given, later)])
            if not is_constant(matters[name]):
                column = {MATTERS + name: matters[name]}
                people = replace(people, table=self.stages.extend(f"customer_matters_{number}", people.table, column))
        return people, matters

    def _waited(self, row: Row, level: Level, matters: Mapping[str, Verdict]) -> tuple[Row, dict[str, Verdict]]:
        """Add where questions and rules wait, and return that by the names of its columns."""
        waits: dict[str, Verdict] = {}
        for asked in self._of_level(row, level):
            name = asked.question.name
            single = DECIDED + name
            deciding = row.table[single] if single in row.table.columns else None
            waits |= waits_of(asked, _of(row, MATTERS + name, matters[name]), deciding)
        columns = {name: verdict for name, verdict in waits.items() if not is_constant(verdict)}
        return replace(row, table=self.stages.extend(f"{level.value}_waits", row.table, columns)), waits

    def _wishes(self, row: Row, level: Level, waits: Mapping[str, Verdict]) -> Iterator[Wish]:
        there = {name: _of(row, name, verdict) for name, verdict in waits.items()}
        for asked in self._of_level(row, level):
            yield from wishes_of(asked, there)

    def _of_level(self, row: Row, level: Level) -> Iterator[Asked]:
        return (asked.over(row) for asked in self.asked.values() if asked.question.level is level)

    def _product_wishes(self, people: Row, goods: Row, matters: Mapping[str, Verdict]) -> tuple[Row, Row, list[Wish]]:
        """Rank what is asked of each product, and gather from them what is asked of the customer."""
        questions = [q for q in people.rulebook.questions.values() if q.level is Level.PRODUCT]
        of_customer = [MATTERS + q.name for q in questions if MATTERS + q.name in people.table.columns]
        if of_customer:
            table = beside(goods.table, people.table.select(CUSTOMER, *of_customer))
            goods = replace(goods, table=self.stages.add("product_matters", table))
        own_wishes: dict[str, list[Wish]] = {}
        shared: dict[str, Wish] = {}
        goods, waits = self._waited(goods, Level.PRODUCT, matters)
        for wish in self._wishes(goods, Level.PRODUCT, waits):
            is_line = wish.fact in people.rulebook.questions
            if is_line or people.rulebook.facts[wish.fact].level is Level.PRODUCT:
                own_wishes.setdefault(wish.fact, []).append(wish)
            elif wish.where is not False:
                shared[f"{WISHED}{wish.fact}${wish.name}"] = wish
        if shared:
            found = goods.table.group_by(CUSTOMER).agg(
                **{column: _anywhere(goods, wish.where) for column, wish in shared.items()}
            )
            people = replace(people, table=self.stages.add("customer_wished", beside(people.table, found)))
        carried = [replace(wish, where=people.table[column].fill_null(0) > 0) for column, wish in shared.items()]
        return people, self._ranked(goods, Level.PRODUCT, own_wishes), carried

    def _ranked(self, row: Row, level: Level, wishes: Mapping[str, list[Wish]]) -> Row:
        ranks = ranks_of(wishes, row, reading_order(row.rulebook))
        columns = {WISHED + fact: rank for fact, rank in ranks}
        return replace(row, table=self.stages.extend(f"{level.value}_ranks", row.table, columns))


def _of(row: Row, column: str, verdict: Verdict) -> Verdict:
    """A verdict from the table that has it as a column by now."""
    return row.table[column] if column in row.table.columns else verdict


def _anywhere(row: Row, where: Verdict) -> Column:
    """Over a group of rows: more than 0 where a verdict is true of one of them."""
    return row.table.count() if where is True else as_column(certain(where)).cast("int32").max()
