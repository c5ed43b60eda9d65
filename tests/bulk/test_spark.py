"""On a real Spark the same expressions give the same figures as on DuckDB."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pyarrow.compute as pc
import pytest

from sangdo.engine.bulk.backends.opening import open_backend
from sangdo.engine.bulk.backends.spark import Spark
from sangdo.engine.facts.measures import measure
from sangdo.engine.facts.season import seasonal_index
from sangdo.tests.bulk.order_sets import differences, order_table, put

pytestmark = pytest.mark.xdist_group("spark")


@pytest.mark.parametrize("as_of", [date(2020, 1, 1), date(2020, 2, 29), date(2016, 8, 3)], ids=str)
def test_measures_are_those_of_duckdb(spark: Spark, as_of: date, tmp_path: Path) -> None:
    table = order_table()
    with open_backend() as local:
        expected = local.fetch(measure(put(local, "orders", table, tmp_path), as_of))
    found = spark.fetch(measure(put(spark, "orders", table, tmp_path), as_of))
    assert found.schema == expected.schema
    assert differences(expected, found, "customer_id") == []


@pytest.mark.parametrize("as_of", [date(2020, 1, 1), date(2016, 11, 30)], ids=str)
def test_season_indexes_are_those_of_duckdb(spark: Spark, as_of: date, tmp_path: Path) -> None:
    table = order_table()
    # Since the year 1 the months of a customer are too many for a test.
    table = table.filter(pc.invert(pc.starts_with(table["customer_id"], "old")))
    with open_backend() as local:
        expected = local.fetch(seasonal_index(put(local, "orders", table, tmp_path), as_of))
    found = spark.fetch(seasonal_index(put(spark, "orders", table, tmp_path), as_of))
    assert differences(expected, found, "customer_id", "month") == []
