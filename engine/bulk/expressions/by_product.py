"""Products beside their customers: what is read of the customer, counted for him, and goes wrong for both."""

from __future__ import annotations

from dataclasses import replace

import ibis  # type: ignore[import-untyped]

from sangdo.engine.bulk.expressions.columns import COUNTED, CUSTOMER, FAILED, error_of
from sangdo.engine.bulk.expressions.row import Column, Row, Table, bit, dtype, literal
from sangdo.engine.bulk.expressions.stages import Stages
from sangdo.engine.language.reading import facts_of_question
from sangdo.engine.language.rulebook import Fact, FactType, Question

HITS, MISSING = "hits$", "missing$"


def beside(table: Table, other: Table) -> Table:
    """Return a table with the columns of another one, by customer; null where that has none."""
    return table.left_join(other, CUSTOMER).drop(f"{CUSTOMER}_right")


def with_customer(stages: Stages, goods: Row, people: Row, questions: list[Question], number: int) -> Row:
    """Add to the products what their questions read of the customer."""
    read = {name for question in questions for name in facts_of_question(question)}
    needed = sorted(name for name in read & people.known if name not in goods.table.columns)
    if not needed:
        return goods
    table = beside(goods.table, people.table.select(CUSTOMER, *needed))
    return replace(goods, table=stages.add(f"product_joined_{number}", table), known=goods.known | set(needed))


def with_counts(stages: Stages, people: Row, goods: Row, number: int) -> Row:
    """Add what is counted from the products' answers so far, unless a person gave it."""
    tallies = [
        fact for fact in people.rulebook.facts.values() if fact.tally is not None and fact.tally.question in goods.known
    ]
    if not tallies:
        return people
    counts = {}
    for fact in tallies:
        counts[HITS + fact.name], counts[MISSING + fact.name] = _counts(fact, goods)
    table = beside(people.table, goods.table.group_by(CUSTOMER).agg(**counts))
    columns = {}
    for fact in tallies:
        value = _tallied(fact, table[HITS + fact.name], table[MISSING + fact.name])
        given = COUNTED + fact.name
        columns[fact.name] = ibis.coalesce(table[given], value) if given in table.columns else value
    table = stages.add(f"customer_counted_{number}", table.mutate(**columns).drop(*counts))
    return replace(people, table=table, known=people.known | {fact.name for fact in tallies})


def with_errors(stages: Stages, people: Row, goods: Row) -> Row:
    """Add to the customers where rules contradict each other about one of their products."""
    marks = [column for column in goods.table.columns if column.startswith(error_of(""))]
    if not marks:
        return people
    found = goods.table.group_by(CUSTOMER).agg(**{mark: _any(goods.table[mark]) for mark in marks})
    return replace(people, table=stages.add("customer_errors", beside(people.table, found)))


def with_failures(stages: Stages, goods: Row, people: Row) -> Row:
    """Add to the products what went wrong with their customer."""
    table = beside(goods.table, people.table.select(CUSTOMER, FAILED))
    return replace(goods, table=stages.add("product_failed", table))


def _counts(fact: Fact, goods: Row) -> tuple[Column, Column]:
    """How many products have the answer that is counted, and how many have none."""
    assert fact.tally is not None
    answer = goods.rulebook.facts[fact.tally.question]
    column = goods.table[answer.name]
    if fact.tally.answer not in (answer.values or ()):
        hit = ibis.literal(False)
    elif answer.type is FactType.CHOICES:
        hit = (column & bit(answer, fact.tally.answer)) != 0
    else:
        hit = column == literal(answer, fact.tally.answer)
    return hit.fill_null(False).cast("int32").sum(), column.isnull().cast("int32").sum()


def _tallied(fact: Fact, hits: Column, missing: Column) -> Column:
    assert fact.tally is not None
    if fact.tally.how == "count":
        return ibis.ifelse(missing == 0, hits, ibis.null("int64")).cast(dtype(fact))
    return ibis.cases((hits > 0, True), (missing == 0, False), else_=ibis.null("boolean"))


def _any(mark: Column) -> Column:
    return mark.fill_null(False).cast("int32").max() > 0
