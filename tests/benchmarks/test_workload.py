"""The table engines of the benchmarks mean what the workload means; the rest of the peers check themselves."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pyarrow
import pytest

from sangdo.benchmarks.many_customers import as_customers, many_customers
from sangdo.benchmarks.peers.duckdb_sql import DuckDBListPeer, DuckDBPeer
from sangdo.benchmarks.peers.json_rules import rules_of
from sangdo.benchmarks.peers.polars_table import PolarsEnumPeer, PolarsListPeer, PolarsPeer
from sangdo.benchmarks.table_engines import TablePeer, check_table_peers
from sangdo.benchmarks.workload import Difference, Value, Workload, expected_outcome, make_workload

CUSTOMERS = 300


@pytest.fixture(scope="module")
def table() -> pyarrow.Table:
    return many_customers(make_workload(0), CUSTOMERS)


@pytest.fixture(scope="module")
def workload(table: pyarrow.Table) -> Workload:
    return replace(make_workload(0), customers=as_customers(table, CUSTOMERS))


def test_the_same_number_of_customers_gives_the_same_customers(table: pyarrow.Table) -> None:
    assert many_customers(make_workload(0), CUSTOMERS).equals(table)


def test_every_rule_of_the_workload_decides_some_customer(workload: Workload) -> None:
    fired = {rule for customer in workload.customers for rule in expected_outcome(workload, customer).fired}
    assert fired == {row.id for row in workload.rows}


@pytest.mark.parametrize("engine", [PolarsPeer, PolarsEnumPeer, PolarsListPeer, DuckDBPeer, DuckDBListPeer])
def test_a_table_engine_gives_the_answers_and_rules_that_are_meant(
    engine: Callable[[Workload, pyarrow.Table], TablePeer], workload: Workload, table: pyarrow.Table
) -> None:
    check_table_peers([engine(workload, table), DuckDBListPeer(workload, table)], workload)


def test_an_engine_that_decides_otherwise_is_refused(workload: Workload, table: pyarrow.Table) -> None:
    first = workload.strata[0][0]
    turned = replace(first, rows=(replace(first.rows[0], answer="other"), *first.rows[1:]))
    wrong = replace(workload, strata=((turned, *workload.strata[0][1:]), *workload.strata[1:]))
    with pytest.raises(Difference, match="decides otherwise than DuckDB SQL"):
        check_table_peers([DuckDBListPeer(workload, table), PolarsPeer(wrong, table)], workload)
    with pytest.raises(Difference, match="instead of"):
        check_table_peers([PolarsPeer(wrong, table)], workload)


def test_the_json_rules_mean_what_the_workload_means(workload: Workload) -> None:
    holds: dict[str, Callable[[Value, Value], bool]] = {
        "equal": lambda found, value: found == value,
        "notEqual": lambda found, value: found != value,
        "greaterThanInclusive": lambda found, value: found >= value,  # type: ignore[operator]
        "lessThan": lambda found, value: found < value,  # type: ignore[operator]
    }
    rules = sorted(rules_of(workload), key=lambda rule: -rule["priority"])
    for customer in workload.customers[:50]:
        facts, fired = dict(customer), []
        for rule in rules:
            if all(holds[test["operator"]](facts[test["fact"]], test["value"]) for test in rule["conditions"]["all"]):
                fired.append(rule["name"])
                facts[rule["event"]["params"]["table"]] = rule["event"]["params"]["answer"]
        expected = expected_outcome(workload, customer)
        assert fired == list(expected.fired)
        assert expected.answers == {name: facts[name] for name in expected.answers}
