"""Each engine says of a book in place what DuckDB says, refuses the same rows, and keeps what was there."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import ibis
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from pyarrow import parquet

from sangdo.engine.bulk.backends.backend import Backend, EngineUnusable
from sangdo.engine.bulk.backends.opening import open_backend
from sangdo.engine.bulk.backends.spark import Spark, open_spark
from sangdo.engine.bulk.backends.warehouse import PostgreSQL
from sangdo.engine.bulk.expressions.in_words import in_words
from sangdo.engine.bulk.expressions.sweep import sweep
from sangdo.engine.bulk.in_place.batch_in_place import run_in_place
from sangdo.engine.bulk.in_place.book_in_place import load_in_place
from sangdo.engine.bulk.in_place.source import open_source
from sangdo.engine.decision.decision import Decider
from sangdo.engine.facts.facts import Facts
from sangdo.engine.facts.facts_file import parse_facts
from sangdo.engine.inference.thresholds import resolve_thresholds
from sangdo.engine.language.errors import DataInvalid
from sangdo.engine.language.loading import load_rulebook
from sangdo.engine.language.part import part_of
from sangdo.engine.language.rulebook import Level, Rulebook
from sangdo.tests.bulk.mixed_book import in_parquet, mixed_book, write_book
from sangdo.tests.bulk.order_sets import differences, put
from sangdo.tests.bulk.test_in_place import CHOICES, same
from sangdo.tests.property.strategies import decisions
from sangdo.tests.property.test_sweep_agrees_with_evaluator import table_of

ROOT = Path(__file__).parents[2]
AS_OF = date(2019, 7, 17)
TODAY = date(2026, 1, 1)
Rows = dict[tuple[Any, ...], dict[str, Any]]

FAULTS = {
    "orders": [
        ["customer_id", "date", "amount", "margin"],
        ["good", "2019-05-01", "10", "0.5"],
        ["", "2019-05-01", "10", ""],
        ["x" * 201, "2019-05-01", "10", ""],
        ["a", "2019-02-29", "10", ""],
        ["b", "0000-01-01", "10", ""],
        ["c", "1.5.2019", "10", ""],
        ["d", "2019-05-01", "nan", ""],
        ["e", "2019-05-01", "1e99", ""],
        ["f", "2019-05-01", "1e999", ""],
        ["g", "2019-05-01", "10,5", ""],
        ["h", "2019-05-01", "", ""],
        ["i", "2019-05-01", "10", "1.5"],
        ["i", "2019-05-02", "10", "0.5"],
        ["tab\there", "2019-05-01", "10", ""],
    ],
    "customers": [
        ["customer_id", "satisfaction", "changeable", "competitor_offer", "lead_route"],
        ["good", " 4 ", "TRUE", "", "|"],
        ["j", "9", "", "", ""],
        ["k", "4.0", "", "", ""],
        ["l", "", "yes", "", ""],
        ["m", "", "", "nonsense", ""],
        ["n", "", "", "", "nonsense"],
        ["o", "3", "", "", ""],
        ["o", "3", "", "", ""],
        *([f"good{n}", "", "", "", ""] for n in range(2, 6)),
    ],
    "products": [
        ["customer_id", "product", "slow"],
        ["good", "soap", "true"],
        ["good3", "soap", "perhaps"],
        ["good4", "soap", "true"],
        ["good4", "soap", "false"],
        ["nobody", "soap", "true"],
    ],
    "observations": [
        ["customer_id", "fact", "value", "date", "by", "product"],
        ["good", "satisfaction", "2", "2019-05-01", "", ""],
        ["good", "open_complaints", "1", "2019-05-01", "", ""],
        ["nobody", "satisfaction", "2", "2019-05-01", "", ""],
        ["p", "satisfaction", "2", "2019-05-01", "", ""],
        ["good2", "satisfacton", "2", "2019-05-01", "", ""],
        ["good3", "satisfaction", "", "2019-05-01", "", ""],
        ["good4", "satisfaction", "2", "2019-13-01", "", ""],
        ["good5", "satisfaction", "2", "2019-05-01", "", ""],
        ["good5", "satisfaction", "3", "2019-05-01", "", ""],
        ["good", "slow", "true", "2019-05-01", "", ""],
    ],
}
FAULTY = [
    ("customers", "changeable", "l", "yes"),
    ("customers", "competitor_offer", "m", "nonsense"),
    ("customers", "customer_id", "o", "o"),
    ("customers", "customer_id", "o", "o"),
    ("customers", "lead_route", "n", "nonsense"),
    ("customers", "satisfaction", "j", "9"),
    ("customers", "satisfaction", "k", "4.0"),
    ("observations", "customer_id", "nobody", "nobody"),
    ("observations", "customer_id", "p", "p"),
    ("observations", "date", "good4", "2019-13-01"),
    ("observations", "fact", "good", "slow"),
    ("observations", "fact", "good2", "satisfacton"),
    ("observations", "fact", "good5", "satisfaction"),
    ("observations", "value", "good3", None),
    ("orders", "amount", "d", "nan"),
    ("orders", "amount", "e", "1e99"),
    ("orders", "amount", "f", "1e999"),
    ("orders", "amount", "g", "10,5"),
    ("orders", "amount", "h", None),
    ("orders", "customer_id", None, None),
    ("orders", "customer_id", None, "tab\there"),
    ("orders", "customer_id", None, "x" * 200),
    ("orders", "date", "a", "2019-02-29"),
    ("orders", "date", "b", "0000-01-01"),
    ("orders", "date", "c", "1.5.2019"),
    ("orders", "margin", "i", "1.5"),
    ("products", "customer_id", "nobody", "nobody"),
    ("products", "product", "good4", "soap"),
    ("products", "product", "good4", "soap"),
    ("products", "slow", "good3", "perhaps"),
]


@pytest.fixture(scope="module")
def rulebook() -> Rulebook:
    return load_rulebook(ROOT / "rules")


def book_in(engine: Backend, book: Path, folder: Path, typed: bool = True) -> str | None:
    """Bring a book to where the engine reads it in place; what names it there."""
    files = in_parquet(book, folder / "parquet", typed)
    (files / "book.yaml").unlink(missing_ok=True)
    if not isinstance(engine, PostgreSQL):
        return str(files)
    for file in files.glob("*.parquet"):
        put(engine, file.stem, parquet.read_table(file), folder)
    return None


def rows_of(engine: Backend, target: str) -> Rows:
    """What was written to a target and beside it."""
    if isinstance(engine, PostgreSQL):
        names = [target, *(f"{target}_{about}" for about in ("products", "bad"))]
        there = engine.connection.list_tables()
        names = [name.removeprefix("table:") for name in names]
        tables = [engine.fetch(engine.connection.table(name)) for name in names if name in there]
    else:
        path = Path(target)
        paths = [path, *(path.with_name(f"{path.stem}.{about}.parquet") for about in ("products", "bad"))]
        tables = [parquet.read_table(one) for one in paths if one.exists()]
    rows = [row for table in tables for row in table.to_pylist()]
    return {tuple(row.get(key) for key in ("customer_id", "product", "column", "value")): row for row in rows}


def decided(engine: Backend, book: Path, rulebook: Rulebook, folder: Path, verify: int) -> Rows:
    """Decide a book in place, verify some customers by inference, and read what was written."""
    target = "table:decisions_written" if isinstance(engine, PostgreSQL) else str(folder / "decisions.parquet")
    there = book_in(engine, book, folder)
    done = run_in_place(engine, there, target, rulebook, AS_OF, today=TODAY, verify=verify, asks=True)
    assert done.verified == verify
    return rows_of(engine, target)


@pytest.mark.parametrize("name", ["postgresql", pytest.param("spark", marks=pytest.mark.xdist_group("spark"))])
def test_decisions_are_those_of_duckdb(
    rulebook: Rulebook, tmp_path: Path, name: str, request: pytest.FixtureRequest
) -> None:
    """Dealers with products, end customers and prospects; some are decided again by inference."""
    book = mixed_book(tmp_path / "book", CHOICES)
    backend: Backend = request.getfixturevalue("warehouse" if name == "postgresql" else "spark")
    with open_backend() as local:
        expected = decided(local, book, rulebook, tmp_path / "local", 20)
    found = decided(backend, book, rulebook, tmp_path / name, 20)
    assert found.keys() == expected.keys()
    assert any(row.get("product") for row in found.values())
    unlike = {
        (key, column): (value, found[key][column])
        for key, row in expected.items()
        for column, value in row.items()
        if not same(value, found[key][column])
    }
    assert unlike == {}


def test_rows_that_cannot_be_used_are_kept_with_their_reason(
    engine: Backend, rulebook: Rulebook, tmp_path: Path
) -> None:
    book = write_book(tmp_path / "book", FAULTS)
    there = book_in(engine, book, tmp_path, typed=False)
    loaded = load_in_place(engine, open_source(engine, there), rulebook, AS_OF)
    bad = engine.fetch(loaded.bad_rows).to_pylist()
    cells = [tuple(row[name] for name in ("file", "column", "customer_id", "value")) for row in bad]
    assert sorted(cells, key=str) == sorted(FAULTY, key=str)
    rows = {row["customer_id"]: row for row in engine.fetch(loaded.customers).to_pylist()}
    assert rows["good"]["error"].startswith("rows that cannot be used: 1, first observations: fact")
    assert (rows["good"]["satisfaction"], rows["good"]["changeable"], rows["good"]["lead_route"]) == (2, True, [])
    assert {"nobody", "p"} & rows.keys() == set()
    assert rows["i"]["error"] == "rows that cannot be used: 1, first orders: margin cannot be this"
    assert rows["h"]["error"] == "rows that cannot be used: 1, first orders: amount is empty"
    assert {row["reason"] for row in bad if row["customer_id"] in ("o", "p", "good5")} == {
        "the customer_id is there twice", "there is no such customer", "two values of one moment"
    }  # fmt: skip


def test_a_table_without_its_columns_is_refused_by_name(engine: Backend, rulebook: Rulebook, tmp_path: Path) -> None:
    tables = {"orders": [["customer", "date", "amount"]], "customers": [["customer_id", "satisfacton"]]}
    for name, header in tables.items():
        folder = tmp_path / name
        book = write_book(folder / "book", {name: [*header, ["a"] * len(header[0])]})
        there = book_in(engine, book, folder, typed=False)
        expected = "has no column customer_id" if name == "orders" else 'unknown column "satisfacton"'
        with pytest.raises(DataInvalid, match=expected):
            load_in_place(engine, open_source(engine, there), rulebook, AS_OF)
        if isinstance(engine, PostgreSQL):
            engine.connection.con.execute(f"DROP TABLE {name}")


@pytest.mark.xdist_group("spark")
def test_spark_writes_over_no_file(spark: Spark, rulebook: Rulebook, tmp_path: Path) -> None:
    book = book_in(spark, write_book(tmp_path / "book", {"customers": [["customer_id"], ["a"]]}), tmp_path)
    target = str(tmp_path / "decisions.parquet")
    run_in_place(spark, book, target, rulebook, AS_OF, today=TODAY, verify=1, asks=False)
    with pytest.raises(EngineUnusable, match="already exists"):
        run_in_place(spark, book, target, rulebook, AS_OF, today=TODAY, verify=0, asks=False)


@pytest.mark.xdist_group("spark")
def test_spark_leaves_out_of_a_sweep_what_its_own_settings_leave_out(
    spark: Spark, monkeypatch: pytest.MonkeyPatch
) -> None:
    key, own, seen = "spark.sql.optimizer.excludedRules", "org.apache.spark.sql.catalyst.optimizer.NullPropagation", []
    monkeypatch.setattr(Spark, "_kept", lambda self, *_: seen.append(self.session.conf.get(key)))
    for before in (None, own):
        if before is not None:
            spark.session.conf.set(key, before)
        spark.queried("numbers", spark.stages(), ibis.table({"n": "int64"}, "numbers"))
        assert spark.session.conf.get(key, None) == before
    spark.session.conf.unset(key)
    collapse = own.replace("NullPropagation", "CollapseProject")
    assert seen == [collapse, f"{own},{collapse}"]


@pytest.mark.xdist_group("spark")
def test_spark_reads_a_book_behind_jdbc(spark: Spark, rulebook: Rulebook, tmp_path: Path) -> None:
    """Derby, which comes with Spark, stands for any database with a driver; its names are in capitals."""
    book = write_book(tmp_path / "book", {"customers": [["customer_id", "satisfaction", "quadrant"], ["a", "4", "EI"]]})
    url = f"jdbc:derby:{tmp_path / 'derby'};create=true;password=s3cret"
    # Derby would keep a journal in the folder that the tests run in.
    spark.session._jvm.java.lang.System.setProperty("derby.stream.error.file", str(tmp_path / "derby.log"))
    files = in_parquet(book, tmp_path / "parquet")
    spark.session.read.parquet(str(files / "customers.parquet")).write.jdbc(url, "customers")
    source = open_source(spark, url)
    assert sorted(source.tables) == ["customers"]
    assert [warning.split(": ")[1] for warning in source.warnings] == [
        "there is no table orders", "there is no table observations", "there is no table products"
    ]  # fmt: skip
    assert not any("s3cret" in warning for warning in source.warnings)
    loaded = load_in_place(spark, source, rulebook, AS_OF)
    assert spark.fetch(loaded.customers.select("customer_id", "satisfaction")).to_pylist() == [
        {"customer_id": "a", "satisfaction": 4}
    ]
    small = part_of(rulebook, ["strategy", "churn_cause"])
    done = run_in_place(spark, url, "table:DECISIONS", small, AS_OF, today=TODAY, verify=1, asks=True)
    assert (done.verified, done.targets) == (1, ("table:DECISIONS",))
    (row,) = spark.session.read.jdbc(url, "DECISIONS").collect()
    expected = Decider(small).decide(parse_facts(b"customer_id: a\nsatisfaction: 4\nquadrant: EI\n", "a", small, AS_OF))
    fired = [rule for closing in expected.trace.closings for rule in closing.deciding]
    assert (row["customer_id"], row["strategy"], row["fired"], row["error"]) == (
        "a",
        "consolidate",
        "|".join(fired),
        None,
    )
    assert (row["churn_cause"], row["ask"]) == (None, "|".join(ask.fact for ask in expected.asks))
    with pytest.raises(EngineUnusable, match="already exists"):
        run_in_place(spark, url, "table:DECISIONS", small, AS_OF, today=TODAY, verify=0, asks=False)


def test_without_java_spark_says_what_it_needs(tmp_path: Path) -> None:
    with pytest.raises(EngineUnusable, match=r"(?s)Spark needs Java.*there is none.*expected: Java 17"):
        open_spark("local[1]", {"PATH": str(tmp_path)})
    with pytest.raises(EngineUnusable, match=r"JAVA_HOME is .*, and has none"):
        open_spark("local[1]", {"JAVA_HOME": str(tmp_path)})


def test_books_that_cannot_be_read_in_place_say_why(tmp_path: Path, warehouse: Backend) -> None:
    with open_backend() as local:
        with pytest.raises(DataInvalid, match="there is no such book"):
            open_source(local, str(tmp_path / "nowhere"))
        with pytest.raises(DataInvalid, match="no orders and no customers"):
            open_source(local, str(tmp_path))
        with pytest.raises(EngineUnusable, match="JDBC is read by Spark"):
            open_source(local, "jdbc:postgresql://host/book?user=me&password=s3cret")
        (tmp_path / "orders.csv").write_text("customer_id,date,amount\n")
        with pytest.raises(DataInvalid, match=r"(?s)orders.csv is not read in place.*orders.parquet"):
            open_source(local, str(tmp_path))
    with pytest.raises(DataInvalid, match="no orders and no customers"):
        open_source(warehouse, None)
    with pytest.raises(EngineUnusable, match="cannot read the files of"):
        open_source(warehouse, str(tmp_path))


@pytest.mark.parametrize(
    ("name", "examples"),
    [
        pytest.param("postgresql", 6, marks=pytest.mark.nightly),
        pytest.param("spark", 2, marks=[pytest.mark.xdist_group("spark"), pytest.mark.nightly]),
    ],
)
def test_random_rulebooks_decide_as_on_duckdb(
    name: str, examples: int, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    backend: Backend = request.getfixturevalue("warehouse" if name == "postgresql" else "spark")

    @settings(
        max_examples=examples, deadline=None, derandomize=True, database=None, phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(decisions(4))
    def compare(decision: tuple[Rulebook, tuple[Facts, ...]]) -> None:
        with open_backend() as local:
            expected = swept(local, *decision, tmp_path)
        found = swept(backend, *decision, tmp_path)
        for one, other, keys in zip(expected, found, (["customer_id"], ["customer_id", "product"]), strict=False):
            assert differences(one, other, *keys) == []

    compare()


def swept(engine: Backend, rulebook: Rulebook, people: tuple[Facts, ...], folder: Path) -> list[Any]:
    """Sweep customers of a random rulebook through an engine."""
    first = people[0]
    named = {f"c{n}": facts for n, facts in enumerate(people)}
    known = [({"customer_id": name}, facts.values) for name, facts in named.items()]
    goods = [
        ({"customer_id": name, "product": product}, own)
        for name, facts in named.items()
        for product, own in facts.products.items()
    ]
    customers = put(engine, "people", table_of(rulebook, Level.CUSTOMER, known), folder)
    products = put(engine, "goods", table_of(rulebook, Level.PRODUCT, goods), folder) if goods else None
    stages = engine.stages()
    thresholds = resolve_thresholds(rulebook, first.as_of, first.lines)
    found = sweep(rulebook, thresholds, customers, products, stages)
    tables = [engine.queried("people_decided", stages, in_words(found.customers, found.words))]
    if found.products is not None:
        tables.append(engine.queried("goods_decided", stages, in_words(found.products, found.words)))
    return [engine.fetch(table) for table in tables]
