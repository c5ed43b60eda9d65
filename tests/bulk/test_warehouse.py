"""On a real PostgreSQL the same expressions give the same figures as on DuckDB, and engines that are none say so."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pytest

from sangdo.engine.bulk.backends.backend import Backend, EngineUnusable
from sangdo.engine.bulk.backends.opening import EngineUnknown, open_backend
from sangdo.engine.facts.measures import measure
from sangdo.engine.facts.season import seasonal_index
from sangdo.tests.bulk.order_sets import differences, order_table, put

DATES = [date(2020, 1, 1), date(2020, 2, 29), date(2019, 7, 17), date(2016, 8, 3), date(2016, 5, 31)]


@pytest.mark.parametrize("as_of", DATES, ids=str)
def test_measures_are_those_of_duckdb(warehouse: Backend, as_of: date, tmp_path: Path) -> None:
    table = order_table()
    with open_backend() as local:
        expected = local.fetch(measure(put(local, "orders", table, tmp_path), as_of))
    found = warehouse.fetch(measure(put(warehouse, "orders", table, tmp_path), as_of))
    assert found.schema == expected.schema
    assert differences(expected, found, "customer_id") == []


@pytest.mark.parametrize("as_of", DATES, ids=str)
def test_season_indexes_are_those_of_duckdb(warehouse: Backend, as_of: date, tmp_path: Path) -> None:
    table = order_table()
    # Since the year 1 the months of a customer are too many for a test.
    table = table.filter(pc.invert(pc.starts_with(table["customer_id"], "old")))
    with open_backend() as local:
        expected = local.fetch(seasonal_index(put(local, "orders", table, tmp_path), as_of))
    found = warehouse.fetch(seasonal_index(put(warehouse, "orders", table, tmp_path), as_of))
    assert differences(expected, found, "customer_id", "month") == []


@pytest.fixture(params=["duckdb", "postgresql"])
def engine(request: pytest.FixtureRequest) -> Iterator[Backend]:
    if request.param == "postgresql":
        yield request.getfixturevalue("warehouse")
    else:
        with open_backend() as backend:
            yield backend


def test_what_is_kept_replaces_one_of_its_name(engine: Backend, tmp_path: Path) -> None:
    numbers = put(engine, "numbers", pa.table({"n": [1, 2, 3]}), tmp_path)
    first = engine.keep("step", numbers.mutate(double=numbers.n * 2))
    assert engine.fetch(first.order_by("n"))["double"].to_pylist() == [2, 4, 6]
    second = engine.keep("step", numbers.filter(numbers.n > 1))
    assert engine.fetch(second.n.sum().as_table()).to_pydict() == {"Sum(n)": [5]}


def test_a_table_is_written_once_and_never_over_another(engine: Backend, tmp_path: Path) -> None:
    numbers = put(engine, "numbers", pa.table({"n": [1, 2, 3]}), tmp_path)
    engine.write(numbers.filter(numbers.n < 3), "table:kept")
    assert sorted(engine.fetch(engine.connection.table("kept"))["n"].to_pylist()) == [1, 2]
    with pytest.raises(EngineUnusable, match="already exists"):
        engine.write(numbers, "table:kept")
    assert engine.fetch(engine.connection.table("kept")).num_rows == 2


@pytest.mark.parametrize("target", ["table:", "table:a b", "table:x; DROP TABLE numbers", "table:a.b.c.d"])
def test_a_name_that_can_be_none_is_refused(engine: Backend, target: str, tmp_path: Path) -> None:
    numbers = put(engine, "numbers", pa.table({"n": [1]}), tmp_path)
    with pytest.raises(EngineUnusable, match="is not a name of a table"):
        engine.write(numbers, target)


def test_a_warehouse_writes_no_files(warehouse: Backend, tmp_path: Path) -> None:
    numbers = put(warehouse, "numbers", pa.table({"n": [1]}), tmp_path)
    with pytest.raises(EngineUnusable, match="a warehouse writes tables"):
        warehouse.write(numbers, str(tmp_path / "decisions.parquet"))


def test_what_an_engine_complains_of_is_one_line(engine: Backend, tmp_path: Path) -> None:
    words = put(engine, "words", pa.table({"word": ["x"]}), tmp_path)
    with pytest.raises(EngineUnusable, match="the engine says: ") as raised:
        engine.fetch(words.select(n=words.word.cast("int64")))
    assert len(str(raised.value).splitlines()) == 1


@pytest.mark.parametrize(
    ("engine", "said"),
    [
        ("sparc://host:7077", 'did you mean "spark"'),
        ("postgre://me:s3cret@host/book", 'did you mean "postgres"'),
        ("local[x]", 'did you mean "local[*]"'),
        ("local[", "is no engine"),
        ("nowhere", "expected: duckdb, local[*], spark://HOST:PORT"),
        ("", "--engine: is no engine"),
    ],
)
def test_a_name_that_means_no_engine_is_an_error_of_usage(engine: str, said: str) -> None:
    with pytest.raises(EngineUnknown) as raised:
        open_backend(engine)
    assert said in str(raised.value)
    assert raised.value.exit_code == 2
    assert "s3cret" not in str(raised.value)


@pytest.mark.parametrize(
    ("engine", "said"),
    [
        ("postgresql://me:s3cret@127.0.0.1:9/book", "cannot be reached: .*refused"),
        ("postgresql://me:s3cret@127.0.0.1:9/book?nonsense=1", 'cannot be reached: .*"nonsense"'),
        ("mysql://me:s3cret@127.0.0.1/book", r"(?s)its driver is not installed.*ibis-framework\[mysql\]"),
        ("duckdb:///nowhere/book.duckdb", "there is no file /nowhere/book.duckdb"),
        ("spark://127.0.0.1:9", "127.0.0.1:9 cannot be reached: Connection refused"),
        ("spark://127.0.0.1", "names no port"),
    ],
)
def test_an_engine_that_cannot_be_reached_says_why_without_the_password(engine: str, said: str) -> None:
    with pytest.raises(EngineUnusable, match=said) as raised:
        open_backend(engine)
    assert raised.value.exit_code == 6
    assert "s3cret" not in str(raised.value)


def test_a_file_that_is_no_duckdb_is_named(tmp_path: Path) -> None:
    path = tmp_path / "book.duckdb"
    path.write_text("customer_id,date\n")
    with pytest.raises(EngineUnusable, match="cannot be opened"):
        open_backend(f"duckdb://{path}")
