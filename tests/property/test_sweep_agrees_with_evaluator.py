"""The sweep of a table means what the plain evaluator means, customer by customer."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

import ibis
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings

from sangdo.engine.bulk.expressions.decoding import decoded
from sangdo.engine.bulk.expressions.row import DTYPES
from sangdo.engine.bulk.expressions.stages import stages_of_duckdb
from sangdo.engine.bulk.expressions.sweep import contradiction, sweep
from sangdo.engine.decision.decision import with_defaults
from sangdo.engine.explain.asks import list_asks
from sangdo.engine.explain.evaluation import Evaluator
from sangdo.engine.facts.facts import Facts, Known
from sangdo.engine.inference.thresholds import resolve_thresholds
from sangdo.engine.language.errors import RulesInvalid
from sangdo.engine.language.rulebook import Level, Rulebook, Value
from sangdo.tests.property.strategies import decisions

QUIET = list(HealthCheck)


def plain(value: Value) -> Any:
    return sorted(value) if isinstance(value, frozenset) else value


def table_of(rulebook: Rulebook, level: Level, rows: Iterable[tuple[dict[str, str], Mapping[str, Known]]]) -> pa.Table:
    """The facts as a table: a column for each fact that anybody knows."""
    held = list(rows)
    facts = [f for f in rulebook.facts.values() if f.level is level and any(f.name in known for _, known in held)]
    keys = ["customer_id"] if level is Level.CUSTOMER else ["customer_id", "product"]
    schema = dict.fromkeys(keys, "string") | {fact.name: DTYPES[fact.type] for fact in facts}
    columns = {key: [names[key] for names, _ in held] for key in keys}
    for fact in facts:
        columns[fact.name] = [plain(known[fact.name].value) if fact.name in known else None for _, known in held]
    return pa.table(columns, schema=ibis.schema(schema).to_pyarrow())


class Swept:
    """Customers swept in DuckDB, read back as plain values."""

    def __init__(self, rulebook: Rulebook, customers: tuple[Facts, ...]) -> None:
        people = [replace(facts, customer_id=f"c{n}") for n, facts in enumerate(customers)]
        first = people[0]
        self.thresholds = resolve_thresholds(rulebook, first.as_of, first.lines)
        connection = ibis.duckdb.connect()
        goods = [
            ({"customer_id": p.customer_id, "product": name}, own) for p in people for name, own in p.products.items()
        ]
        known = [({"customer_id": p.customer_id}, p.values) for p in people]
        connection.con.register("customers", table_of(rulebook, Level.CUSTOMER, known))
        connection.con.register("products", table_of(rulebook, Level.PRODUCT, goods))
        table, products = connection.table("customers"), connection.table("products") if goods else None
        stages = stages_of_duckdb()
        swept = sweep(rulebook, self.thresholds, table, products, stages)

        def rows(found: ibis.Table) -> list[dict[str, Any]]:
            return decoded(connection.con.sql(stages.query(found)).to_arrow_table(), swept.words).to_pylist()

        self.customers = rows(swept.customers.order_by("customer_id"))
        self.products: dict[tuple[str, str], dict[str, Any]] = {}
        if swept.products is not None:
            for row in rows(swept.products):
                self.products[row["customer_id"], row["product"]] = row
        connection.disconnect()


def check(rulebook: Rulebook, customers: tuple[Facts, ...], report: Counter[str]) -> None:
    customers = tuple(replace(f, as_of=customers[0].as_of, lines=customers[0].lines) for f in customers)
    swept = Swept(rulebook, customers)
    evaluator = Evaluator(rulebook, swept.thresholds)
    for facts, row in zip(customers, swept.customers, strict=True):
        complete = with_defaults(facts, rulebook)
        report["customers"] += 1
        if row["error"] is not None:
            report["conflicts"] += 1
            with pytest.raises(RulesInvalid) as refused:
                evaluator.evaluate(complete)
            conflicting = [q for q in rulebook.questions if row["error"] == contradiction(q)]
            assert f"but {conflicting[0]} has exactly one answer" in str(refused.value)
            assert row["fired"] is None
            continue
        evaluation = evaluator.evaluate(complete)
        asks = list_asks(rulebook, evaluation, swept.thresholds)
        rows = {None: row} | {p: swept.products[row["customer_id"], p] for p in facts.products if swept.products}
        fired: dict[str | None, list[str]] = {product: [] for product in rows}
        for closing in evaluation.closings:
            found = rows[closing.product][closing.question]
            expected = None if closing.answer is None else plain(closing.answer)
            assert found == expected, (closing, found)
            fired[closing.product] += closing.deciding
            report[f"closed by {closing.how}"] += 1
        for product, own in rows.items():
            assert own["fired"] == fired[product]
            expected_asks = [ask.fact for ask in asks if ask.product == product]
            assert own["ask"] == expected_asks, (asks, own["ask"])
            report["asks"] += len(expected_asks)


@pytest.mark.parametrize("examples", [40, pytest.param(1500, marks=pytest.mark.nightly)])
def test_a_sweep_agrees_with_the_evaluator(examples: int) -> None:
    report: Counter[str] = Counter()

    @settings(max_examples=examples, deadline=None, suppress_health_check=QUIET, database=None)
    @given(decisions(6))
    def compare(decision: tuple[Rulebook, tuple[Facts, ...]]) -> None:
        check(*decision, report)

    compare()
    for how in ("rules", "otherwise", "given", "none", "unknown", "not_asked"):
        assert report[f"closed by {how}"] > 0, f"no question closed by {how}"
    assert report["asks"] > 0
