"""A book read as tables says of every customer what the book read for a plan says, whatever is in its files."""

# The SQL here is the product's own.
# ruff: noqa: S608

from __future__ import annotations

import csv
import random
import tempfile
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pyarrow
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from pyarrow import parquet

from sangdo.engine.bulk.tables.book_tables import load_book
from sangdo.engine.bulk.tables.cell_sql import id_fault, stripped, typed_cell
from sangdo.engine.facts.book import open_book
from sangdo.engine.facts.cells import cell_value
from sangdo.engine.facts.given import id_faults
from sangdo.engine.language.errors import Location
from sangdo.engine.language.loading import load_rulebook
from sangdo.engine.language.rulebook import Fact, FactType, Level, Origin, Rulebook, Text
from sangdo.engine.language.values import WrongValue
from sangdo.tests.bulk.books import assert_same

ROOT = Path(__file__).resolve().parents[2]
AS_OF = date(2020, 1, 1)
HERE = Location("vocabulary.yaml")
WORDS = {word: Text(word, word) for word in ("가", "나 다", "a", "a|", "é", "İ")}
KINDS = {
    FactType.NUMBER: {"minimum": -1.5, "maximum": None},
    FactType.MONEY: {"minimum": None, "maximum": None},
    FactType.PERCENT: {"minimum": 0.0, "maximum": 100.0},
    FactType.INTEGER: {"minimum": None, "maximum": 2.0**53},
    FactType.CHOICE: {"values": WORDS},
    FactType.CHOICES: {"values": WORDS},
    FactType.FLAG: {},
    FactType.DATE: {},
    FactType.TEXT: {},
}
BLANKS = " \t\x0b\x1c\x85\xa0\u2003\u3000\u200b"
CELLS = st.one_of(
    st.text(st.sampled_from("0123456789.eE+-_ ,"), max_size=20),
    st.text(st.sampled_from("가나다aé\u0301\u1100\u1161|K\u212a\u0130trueTRUEfalse" + BLANKS), max_size=8),
    st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=6),
    st.integers(-(2**60), 2**60).map(str),
    st.floats().map(repr),
    st.dates().map(str),
    st.sampled_from(
        [
            "9007199254740992",
            "9007199254740993",
            "9007199254740993.0",
            "0000-01-01",
            "2020-02-30",
            "|",
            "||",
            "+5",
            "-0",
        ]
    ),
    st.sampled_from(["0" * 29 + "7", "0" * 31 + "7", "a|a|가", "a | 가", "1e400", ".", "٣", "x" * 201, "가" * 200]),
)


@pytest.fixture(scope="module")
def rulebook() -> Rulebook:
    return load_rulebook(ROOT / "rules")


@pytest.fixture(scope="module")
def connection() -> duckdb.DuckDBPyConnection:
    return duckdb.connect()


def fact_of(kind: FactType) -> Fact:
    more: dict[str, Any] = KINDS[kind]
    return Fact("fact", Text("", ""), kind, Origin.GIVEN, Level.CUSTOMER, HERE, **more)


def read(fact: Fact, text: str) -> tuple[object, bool]:
    """What the reader for a plan says: a value or none, and whether the cell is a fault."""
    cell = text.strip()
    try:
        return (cell_value(fact, cell), False) if cell else (None, False)
    except WrongValue:
        return None, True


@given(texts=st.lists(CELLS, min_size=20, max_size=60))
@settings(max_examples=30, derandomize=True, deadline=None, suppress_health_check=list(HealthCheck), database=None)
@pytest.mark.parametrize("kind", KINDS)
def test_a_cell_is_read_in_sql_as_it_is_read_for_a_plan(
    connection: duckdb.DuckDBPyConnection, kind: FactType, texts: list[str]
) -> None:
    fact = fact_of(kind)
    cell = typed_cell(fact, "cell")
    connection.register(
        "written", pyarrow.table({"n": range(len(texts)), "text": pyarrow.array(texts, pyarrow.string())})
    )
    found = connection.execute(
        f"SELECT {cell.value}, {cell.fault} FROM (SELECT n, {stripped('text')} AS cell FROM written) ORDER BY n"
    ).fetchall()
    for text, (value, fault) in zip(texts, found, strict=True):
        plain = frozenset(value) if isinstance(value, list) else value
        assert (plain, fault) == read(fact, text), repr(text)


@given(texts=st.lists(CELLS, min_size=20, max_size=60))
@settings(max_examples=30, derandomize=True, deadline=None, suppress_health_check=list(HealthCheck), database=None)
def test_an_id_is_one_in_sql_where_it_is_one_for_a_plan(
    connection: duckdb.DuckDBPyConnection, texts: list[str]
) -> None:
    connection.register(
        "written", pyarrow.table({"n": range(len(texts)), "text": pyarrow.array(texts, pyarrow.string())})
    )
    query = f"SELECT {id_fault('cell')} FROM (SELECT n, {stripped('text')} AS cell FROM written) ORDER BY n"
    for text, (fault,) in zip(texts, connection.execute(query).fetchall(), strict=True):
        assert fault == bool(id_faults(text.strip())), repr(text)


IDS = ("001", "b", "가나", "Z z", "c,1", 'd"1', "é", "k" * 30)
GIVEN: dict[str, tuple[str, ...]] = {
    "open_complaints": ("0", "3", "+4", "007"),
    "late_deliveries": ("0", "12.5", "1e1", " 7 "),
    "tries_other_brands": ("true", "FALSE"),
    "stability": (".5", "1", "0.30000000000000004"),
    "role": ("dealer", "end_customer"),
    "rep": ("Hana", "김 민준", 'says "yes"'),
    "months_to_peak": ("0", "4"),
    "kind": ("existing", "prospective"),
}
OF_PRODUCT: dict[str, tuple[str, ...]] = {"product_trend": ("0.9", "2"), "dealer_willing": ("true", "false")}
PRODUCTS = ("", "", "ale", "stout", "라거", "p,1")


def write(path: Path, names: list[str], rows: list[list[str]], dice: random.Random) -> None:
    """Write a table as CSV in one of its forms, or as Parquet."""
    form = dice.choice(["csv", "csv", "semicolons", "blank lines", "parquet"])
    if form == "parquet":
        columns = [pyarrow.array([row[n] or None for row in rows], pyarrow.string()) for n in range(len(names))]
        parquet.write_table(pyarrow.table(columns, names=names), path.with_suffix(".parquet"))
        return
    quoting = dice.choice([csv.QUOTE_MINIMAL, csv.QUOTE_ALL])
    ending = dice.choice(["\n", "\r\n"])
    with path.open("w", encoding=dice.choice(["utf-8", "utf-8-sig"]), newline="") as stream:
        delimiter = ";" if form == "semicolons" else ","
        writer = csv.writer(stream, delimiter=delimiter, quoting=quoting, lineterminator=ending)
        writer.writerow(names)
        for row in rows:
            writer.writerow(row)
            if form == "blank lines" and dice.random() < 0.1:
                stream.write(ending)


def write_book(folder: Path, dice: random.Random) -> None:
    """Write a book without a fault, of a few customers, with any of its tables left out."""
    day = lambda days: str(AS_OF - timedelta(days=dice.randrange(-40, days)))  # noqa: E731
    buyers = dice.sample(IDS, dice.randrange(1, len(IDS)))
    orders = [
        [dice.choice(buyers), day(900), dice.choice(["12.5", "-3", "1e3", "99.999", "0", "250"]),
         dice.choice(["", "o1", "o2"]), dice.choice(["", "2"]), dice.choice(PRODUCTS), dice.choice(["", "0.25", "-1"])]
        for _ in range(dice.randrange(1, 150))
    ]  # fmt: skip
    columns = ["customer_id", "date", "amount", "order_id", "quantity", "product", "margin"]
    write(folder / "orders.csv", columns, orders, dice)
    people = set(buyers)
    if dice.random() < 0.8:
        listed = dice.sample(IDS, dice.randrange(1, len(IDS)))
        people |= set(listed)
        names = dice.sample(sorted(GIVEN), dice.randrange(len(GIVEN)))
        rows = [[one, "a name", *(dice.choice(["", *GIVEN[name]]) for name in names)] for one in listed]
        write(folder / "customers.csv", ["customer_id", "name", *names], rows, dice)
    someone = sorted(people)
    if dice.random() < 0.7:
        pairs = sorted({(dice.choice(someone), dice.choice(PRODUCTS[2:])) for _ in range(5)})
        rows = [[*pair, dice.choice(["", "0.5"]), dice.choice(["", "true"])] for pair in pairs]
        write(folder / "products.csv", ["customer_id", "product", "product_trend", "dealer_willing"], rows, dice)
    if dice.random() < 0.8:
        rows = []
        for _ in range(dice.randrange(40)):
            product = dice.choice(PRODUCTS)
            name = dice.choice(sorted(OF_PRODUCT if product else GIVEN))
            value = dice.choice((OF_PRODUCT if product else GIVEN)[name])
            rows.append([dice.choice(someone), name, value, day(5), "kim", product])
        write(folder / "observations.csv", ["customer_id", "fact", "value", "date", "by", "product"], rows, dice)
    said = dice.choice(["", "defaults: {role: dealer}\n", "defaults: {satisfaction: 3}\nseason: {off: [11, 1]}\n"])
    (folder / "book.yaml").write_text(f"as_of: {AS_OF}\n{said}", encoding="utf-8")


@given(seed=st.integers(0, 10**9), customers=st.sampled_from([2, 3, 100]))
@example(seed=1, customers=2)
@settings(max_examples=8, derandomize=True, deadline=None, suppress_health_check=list(HealthCheck), database=None)
def test_the_tables_of_a_book_hold_the_facts_of_the_book(rulebook: Rulebook, seed: int, customers: int) -> None:
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / "book"
        folder.mkdir()
        write_book(folder, random.Random(seed))
        tables = load_book(folder, rulebook, None, Path(place) / "work", part_customers=customers)
        assert tables.counts.bad_rows == 0
        assert_same(tables, open_book(folder, rulebook, environment={}))
        tables.connection.close()
