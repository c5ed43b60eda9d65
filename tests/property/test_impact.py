"""The impact of a change of rules is what the plain evaluator says, customer by customer."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from itertools import islice
from typing import Any

import pyarrow
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sangdo.engine.bulk.batch.deciding import decision_queries
from sangdo.engine.bulk.expressions.decoding import decoded
from sangdo.engine.bulk.impact.both_sides import BothParts, Decided, plain_lists
from sangdo.engine.bulk.impact.findings import Findings
from sangdo.engine.bulk.impact.grouping import LISTED, UNDECIDED, Grouping
from sangdo.engine.bulk.impact.side import Side
from sangdo.engine.bulk.impact.side_by_side import SideBySide
from sangdo.engine.decision.decision import with_defaults
from sangdo.engine.explain.evaluation import Evaluator
from sangdo.engine.facts.facts import Facts
from sangdo.engine.facts.orders import connect
from sangdo.engine.inference.thresholds import resolve_thresholds
from sangdo.engine.language.errors import RulesInvalid
from sangdo.engine.language.rulebook import FactType, Level, Rulebook, Value
from sangdo.engine.verify.difference.equivalence import compare_answers
from sangdo.tests.property.test_equivalence import LATER, QUIET, changed_pairs, customers, small_rulebooks
from sangdo.tests.property.test_sweep_agrees_with_evaluator import plain, table_of

MOST = 300
ENOUGH = 100
"""Fewer examples than this are the same in each run, as a few may by chance not hold what is counted."""

Answers = dict[tuple[str, str | None], Any]


def some_customers(rulebook: Rulebook) -> list[Facts]:
    """Customers at the edges of both rulebooks, all of one date and book."""
    chosen = [facts for facts in customers(rulebook) if facts.as_of == LATER and not facts.lines]
    step = -(-len(chosen) // MOST)
    return [replace(facts, customer_id=f"c{n:04}") for n, facts in enumerate(islice(chosen, None, None, step))]


def decided(rulebook: Rulebook, people: list[Facts]) -> tuple[Decided, Any, Any]:
    """Customers decided by the sweep, and their facts as tables."""
    known = [({"customer_id": p.customer_id}, p.values) for p in people]
    goods = [
        ({"customer_id": p.customer_id, "product": product}, own) for p in people for product, own in p.products.items()
    ]
    tables = table_of(rulebook, Level.CUSTOMER, known), table_of(rulebook, Level.PRODUCT, goods)
    connection = connect()
    for name, table in zip(("part_customers", "part_products"), tables, strict=True):
        connection.register(f"{name}_rows", table)
        connection.execute(f"CREATE TABLE {name} AS SELECT * FROM {name}_rows")  # noqa: S608
    connection.execute("CREATE VIEW products AS SELECT * FROM part_products")
    thresholds = resolve_thresholds(rulebook, people[0].as_of, people[0].lines)
    queries = decision_queries(connection, rulebook, thresholds, False)
    made = [plain_lists(decoded(connection.sql(query).to_arrow_table(), words)) for query, words in queries]
    connection.close()
    return Decided(made[0], made[1] if len(made) > 1 else None), *tables


@contextmanager
def compared(old: Rulebook, new: Rulebook, people: list[Facts], grouping: Grouping) -> Iterator[Findings]:
    before, _, _ = decided(old, people)
    after, facts, goods = decided(new, people)
    connection = connect()
    tables = SideBySide(connection, Side(old), Side(new), grouping)
    half = len(people) // 2
    for some in (people[:half], people[half:]):  # in two parts, as a large book comes
        ids = {p.customer_id for p in some}
        tables.add(BothParts(*(_only(one, ids) for one in (facts, goods)), _part(before, ids), _part(after, ids)))
    connection.execute("CREATE TABLE revenue AS SELECT customer_id, 1.0 AS revenue FROM pairs")
    yield Findings(connection, grouping.cone(old, new))
    connection.close()


def _only(table: Any, ids: set[str]) -> Any:
    return table.filter(pyarrow.array([one in ids for one in table["customer_id"].to_pylist()], pyarrow.bool_()))


def _part(one: Decided, ids: set[str]) -> Decided:
    return Decided(_only(one.customers, ids), None if one.products is None else _only(one.products, ids))


def evaluated(
    rulebook: Rulebook, evaluator: Evaluator, facts: Facts
) -> tuple[Answers, set[tuple[str, str | None]]] | None:
    """The answers, and the actions called for; None where two rules contradict each other."""
    try:
        evaluation = evaluator.evaluate(with_defaults(facts, rulebook))
    except RulesInvalid:
        return None
    rules = {rule.id: rule for question in rulebook.questions.values() for rule in question.rules}
    answers: Answers = {}
    actions = set()
    for closing in evaluation.closings:
        if closing.answer is not None:
            answers[closing.question, closing.product] = plain(closing.answer)
        actions |= {(action, closing.product) for rule in closing.deciding for action in rules[rule].actions}
    return answers, actions


def group_of(made: Any, question: str) -> str | None:
    if made is None:
        return UNDECIDED
    value: Value | list[str] | None = made[0].get((question, None))
    return ", ".join(value) if isinstance(value, list) else value  # type: ignore[return-value]


def check(old: Rulebook, new: Rulebook, report: Counter[str]) -> None:
    people = some_customers(new)
    listed = [
        q.name for q in new.questions.values() if q.level is Level.CUSTOMER and new.facts[q.name].type in LISTED
    ]  # fmt: skip
    of = listed[-1] if listed else next(iter(new.questions))
    grouping = Grouping((of,), False, new.facts[of].type is FactType.CHOICES)
    evaluators = [Evaluator(book, resolve_thresholds(book, LATER, {})) for book in (old, new)]
    matrix: Counter[tuple[str | None, str | None]] = Counter()
    changes, tasks, changed = set(), set(), set()
    for facts in people:
        before, after = (
            evaluated(book, evaluator, facts) for book, evaluator in zip((old, new), evaluators, strict=True)
        )
        matrix[group_of(before, of), group_of(after, of)] += 1
        if before is None or after is None:
            changed |= {facts.customer_id} if before is not after else set()
            continue
        own = {
            (
                facts.customer_id,
                product,
                question,
                _shown(before[0], question, product),
                _shown(after[0], question, product),
            )
            for question, product in before[0].keys() | after[0].keys()
            if before[0].get((question, product)) != after[0].get((question, product))
        }
        work = {(facts.customer_id, product, action, True) for action, product in after[1] - before[1]}
        work |= {(facts.customer_id, product, action, False) for action, product in before[1] - after[1]}
        changes |= own
        tasks |= work
        changed |= {facts.customer_id} if own or work else set()
    with compared(old, new, people, grouping) as found:
        if listed:
            assert {(row[0], row[1]): row[2] for row in found.matrix()} == matrix
        told = found.rows("SELECT customer_id, product, question, before::VARCHAR, after::VARCHAR FROM changes")
        assert {(c, p, q, _read(b), _read(a)) for c, p, q, b, a in told} == changes
        assert set(found.rows("SELECT customer_id, product, action, gained FROM tasks")) == tasks
        assert {row[0] for row in found.rows("SELECT customer_id FROM seen WHERE changed")} == changed
        rooted = {row[0] for row in found.rows("SELECT DISTINCT customer_id FROM roots")}
        assert rooted == {row[0] for row in changes | tasks}, "every change goes back to a cause"
    report["customers"] += len(people)
    report["changed"] += len(changed)
    report["undecided"] += sum(count for pair, count in matrix.items() if UNDECIDED in pair)


def _shown(answers: Answers, question: str, product: str | None) -> str | None:
    return _text(answers.get((question, product)))


def _read(held: str | None) -> str | None:
    return _text(None if held is None else json.loads(held))


def _text(value: Any) -> str | None:
    return None if value is None else json.dumps(value if isinstance(value, (str, list, bool)) else float(value))


def run(examples: int, products: bool) -> Counter[str]:
    report: Counter[str] = Counter()
    few = examples < ENOUGH

    @settings(max_examples=examples, deadline=None, suppress_health_check=QUIET, database=None, derandomize=few)
    @given(changed_pairs(products))
    def compare(pair: tuple[Rulebook, Rulebook]) -> None:
        check(*pair, report)

    compare()
    return report


@pytest.mark.parametrize("examples", [12, pytest.param(300, marks=pytest.mark.nightly)])
def test_the_impact_on_random_customers_is_what_the_evaluator_says(examples: int) -> None:
    report = run(examples, products=False)
    assert report["changed"] > 0
    assert examples < ENOUGH or report["undecided"] > 0


@pytest.mark.parametrize("examples", [6, pytest.param(150, marks=pytest.mark.nightly)])
def test_so_is_the_impact_through_counts_of_products(examples: int) -> None:
    assert run(examples, products=True)["changed"] > 0


@settings(max_examples=8, deadline=None, suppress_health_check=QUIET, database=None)
@given(small_rulebooks(False))
def test_a_rulebook_compared_with_itself_changes_nothing(rulebook: Rulebook) -> None:
    with compared(rulebook, rulebook, some_customers(rulebook), Grouping(("q1",), False)) as found:
        assert found.totals()[1:3] == (0, 0)
        assert found.causes() == []


@settings(max_examples=12, deadline=None, suppress_health_check=QUIET, database=None)
@given(changed_pairs(False), st.just(date(2026, 7, 1)))
def test_where_all_answers_are_proved_the_same_nobody_is_touched(pair: tuple[Rulebook, Rulebook], day: date) -> None:
    old, new = pair
    if compare_answers(old, new, day, 5).is_proved:
        with compared(old, new, some_customers(new), Grouping(("q1",), False)) as found:
            assert found.totals()[2] == 0
