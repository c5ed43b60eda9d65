"""A book as tables: its parts, its bad rows, what is kept in the work folder, and what still stops everything."""

from __future__ import annotations

import shutil
import subprocess
import sys
from datetime import date
from pathlib import Path

import duckdb
import openpyxl
import pyarrow
import pytest
from pyarrow import csv, parquet

from sangdo.engine.bulk.tables import book_rows, book_tables
from sangdo.engine.bulk.tables.book_tables import BookTables, load_book
from sangdo.engine.bulk.tables.parts import Parts, parts_of
from sangdo.engine.facts.book import open_book
from sangdo.engine.language.errors import DataInvalid
from sangdo.engine.language.loading import load_rulebook
from sangdo.engine.language.rulebook import Rulebook
from sangdo.tests.bulk.books import assert_same, bad_rows_of, products_of, rows_of

ROOT = Path(__file__).resolve().parents[2]
EXAMPLE = ROOT / "examples" / "book"


@pytest.fixture(scope="module")
def rulebook() -> Rulebook:
    return load_rulebook(ROOT / "rules")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A small book without a fault: c1 to c9 with two years of orders, and a prospect."""
    path = tmp_path / "book"
    path.mkdir()
    rows = [f"c{n},{y}-{m:02}-1{n},{100 + n * m},ale" for n in range(1, 10) for y in (2018, 2019) for m in range(1, 13)]
    (path / "orders.csv").write_text("customer_id,date,amount,product\n" + "\n".join(rows) + "\n", encoding="utf-8")
    (path / "book.yaml").write_text("as_of: 2020-01-01\n", encoding="utf-8")
    (path / "customers.csv").write_text(
        "customer_id,name,kind,rep,role\nc1,가나상회,existing,Hana,dealer\np1,새 가게,prospective,,\n", encoding="utf-8"
    )
    (path / "observations.csv").write_text(
        "customer_id,fact,value,date,by\nc2,open_complaints,2,2019-11-01,kim\nc3,satisfaction,4,2019-11-01,kim\n",
        encoding="utf-8",
    )
    return path


@pytest.fixture
def work(tmp_path: Path) -> Path:
    return tmp_path / "work"


def loaded(folder: Path, rulebook: Rulebook, work: Path, customers: int = 6) -> BookTables:
    return load_book(folder, rulebook, None, work, part_customers=customers)


def append(path: Path, *rows: str) -> None:
    path.write_text(path.read_text("utf-8") + "".join(row + "\n" for row in rows), encoding="utf-8")


def test_the_example_book_is_the_same_in_tables(rulebook: Rulebook, work: Path) -> None:
    tables = loaded(EXAMPLE, rulebook, work, 90)
    assert len(tables.parts) == 4
    assert (tables.counts.customers, tables.counts.bad_rows) == (300, 0)
    assert_same(tables, open_book(EXAMPLE, rulebook, environment={}))


def test_the_size_of_the_parts_changes_no_digit(folder: Path, rulebook: Rulebook, tmp_path: Path) -> None:
    book = open_book(folder, rulebook, environment={})
    found = []
    for customers in (1, 3, 100):
        tables = loaded(folder, rulebook, tmp_path / f"work-{customers}", customers)
        assert_same(tables, book)
        found.append((len(tables.parts), rows_of(tables), products_of(tables)))
    assert [parts for parts, *_ in found] == [10, 4, 1]
    assert found[0][1:] == found[1][1:] == found[2][1:]


def test_customers_and_products_have_the_columns_that_the_book_knows_of(
    folder: Path, rulebook: Rulebook, work: Path
) -> None:
    tables = loaded(folder, rulebook, work)
    types = dict(tables.connection.execute("SELECT column_name, column_type FROM (DESCRIBE customers)").fetchall())
    assert types["customer_id"] == types["error"] == types["standing"] == "VARCHAR"
    assert (types["contribution"], types["days_silent"], types["open_complaints"]) == ("DOUBLE", "BIGINT", "BIGINT")
    assert "tries_other_brands" not in types, "nothing is known of it"
    assert products_of(tables) == {"c1": {"ale": {"product_share": 1.0, "product_trend": 1.0}}}


def test_a_bad_order_stops_nothing_and_its_customer_is_not_decided(
    folder: Path, rulebook: Rulebook, work: Path
) -> None:
    append(folder / "orders.csv", "c2,2019-13-01,5,", "c2,2019-12-01,five,", ",2019-12-01,5,", "new,2019-12-01,1e99,")
    tables = loaded(folder, rulebook, work)
    rows = rows_of(tables)
    assert bad_rows_of(tables) == [
        ("orders.csv", 218, "date", "2019-13-01", "there is no date 2019-13-01", "c2"),
        ("orders.csv", 219, "amount", "five", 'amount is not a number: "five"', "c2"),
        ("orders.csv", 220, "customer_id", None, "customer_id is empty", None),
        ("orders.csv", 221, "amount", "1e99", "amount is too large: 1e99", "new"),
    ]
    assert rows["c2"]["error"] == "2 bad rows; the first: orders.csv:218: there is no date 2019-13-01"
    assert rows["new"]["error"] == "orders.csv:221: amount is too large: 1e99"
    assert [customer for customer in rows if "error" in rows[customer]] == ["c2", "new"]
    assert (tables.counts.orders, tables.counts.bad_rows) == (216, 4)


def test_without_its_bad_rows_a_book_says_the_same_of_all_others(
    folder: Path, rulebook: Rulebook, tmp_path: Path
) -> None:
    whole = rows_of(loaded(folder, rulebook, tmp_path / "whole"))
    append(folder / "orders.csv", "c2,2019-12-01,,ale")
    append(folder / "observations.csv", "c3,satisfaction,9,2019-12-01,kim")
    rows = rows_of(loaded(folder, rulebook, tmp_path / "work"))
    assert {customer for customer in rows if "error" in rows[customer]} == {"c2", "c3"}
    assert {c: {n: v for n, v in of.items() if n != "error"} for c, of in rows.items()} == whole


def test_every_fault_of_a_given_row_is_said_as_a_plan_says_it(folder: Path, rulebook: Rulebook, work: Path) -> None:
    append(folder / "customers.csv", "c4,four,someone,,", "c1,again,,,", ",,,,", "c5,five,existing,Hana,boss")
    append(
        folder / "observations.csv",
        "c6,satisfaction,6,2019-11-01,kim",
        "c6,satisfation,5,2019-11-01,kim",
        "c7,rateable,true,2019-11-31,kim",
        "c8,satisfaction,,2019-11-01,kim",
        "nobody,satisfaction,5,2019-11-01,kim",
        "c9,product_trend,1,2019-11-01,kim",
    )
    (folder / "products.csv").write_text(
        "customer_id,product,product_trend\nc1,ale,x\nc2,ale,1\nc2,ale,2\nnobody,ale,1\nc3,,1\n", encoding="utf-8"
    )
    with pytest.raises(DataInvalid) as refused:
        open_book(folder, rulebook, environment={})
    tables = loaded(folder, rulebook, work)
    said = {(problem.location.path, problem.location.line, problem.message) for problem in refused.value.problems}
    found = {(file, line, reason) for file, line, _, _, reason, _ in bad_rows_of(tables)}
    # A plan does not ask for customers of a list that has faults, nor so for those of the other tables.
    assert found - said == {
        ("observations.csv", 8, "there is no customer nobody"),
        ("products.csv", 5, "there is no customer nobody"),
    }
    assert said <= found
    errors = {customer for customer, values in rows_of(tables).items() if "error" in values}
    assert errors == {"c1", "c2", "c3", "c4", "c5", "c6", "c7", "c8", "c9"}


@pytest.mark.parametrize("table", ["orders", "customers", "observations"])
def test_a_row_of_another_length_is_a_bad_row_of_whom_it_names(
    folder: Path, rulebook: Rulebook, work: Path, table: str
) -> None:
    append(folder / f"{table}.csv", "c2,1,2,3,4,5,6,7")
    tables = loaded(folder, rulebook, work)
    ((file, _, column, _, reason, customer),) = bad_rows_of(tables)
    assert (file, column, customer) == (f"{table}.csv", None, "c2")
    assert reason.startswith("the row has 8 values")
    assert [c for c, values in rows_of(tables).items() if "error" in values] == ["c2"]


def test_more_bad_rows_than_fit_a_batch_are_all_there(folder: Path, rulebook: Rulebook, work: Path) -> None:
    append(folder / "orders.csv", *(f"c{n % 9 + 1},2019-12-01,x," for n in range(25_000)))
    append(folder / "customers.csv", *(f"q{n},name,nothing,," for n in range(25_000)))
    tables = loaded(folder, rulebook, work, 10_000)
    assert tables.counts.bad_rows == 50_000
    assert rows_of(tables)["c1"]["error"].startswith("2778 bad rows; the first: orders.csv:218: amount is not")


def test_a_book_of_nothing_but_bad_rows_is_a_book(folder: Path, rulebook: Rulebook, work: Path) -> None:
    (folder / "orders.csv").write_text("customer_id,date,amount\nc1,never,1\nc2,2019-01-01,\n", encoding="utf-8")
    tables = loaded(folder, rulebook, work)
    assert [c for c, values in rows_of(tables).items() if "error" in values] == ["c1", "c2"]
    assert (tables.lines, tables.warnings, tables.counts.orders) == ({}, (), 0)


@pytest.mark.parametrize(
    ("file", "content"),
    [
        ("orders.csv", "customer_id,date,total\nc1,2019-01-01,1\n"),
        ("orders.csv", "customer_id,date,amount\n"),
        ("orders.csv", 'customer_id,date,amount\nc1,2019-01-01,"1\n'),
        ("customers.csv", "customer_id,nam\nc1,x\n"),
        ("customers.csv", "name\nx\n"),
        ("observations.csv", "customer_id,fact,value,date\nc1,satisfaction,4,2019-01-01\n"),
        ("observations.csv", ""),
        ("products.csv", "customer_id,product,satisfaction\nc1,ale,4\n"),
    ],
)
def test_a_fault_of_a_file_stops_everything_as_it_stops_a_plan(
    folder: Path, rulebook: Rulebook, work: Path, file: str, content: str
) -> None:
    (folder / file).write_text(content, encoding="utf-8")
    with pytest.raises(DataInvalid) as plan:
        open_book(folder, rulebook, environment={})
    with pytest.raises(DataInvalid) as tables:
        loaded(folder, rulebook, work)
    assert str(tables.value) == str(plan.value)


def test_parquet_workbooks_and_csv_say_the_same(folder: Path, rulebook: Rulebook, tmp_path: Path) -> None:
    expected = rows_of(loaded(folder, rulebook, tmp_path / "work"))
    for table in ("orders", "customers", "observations"):
        content = csv.read_csv(folder / f"{table}.csv")
        for ending in ("parquet", "xlsx"):
            other = tmp_path / f"{table}-{ending}"
            shutil.copytree(folder, other)
            (other / f"{table}.csv").unlink()
            if ending == "parquet":
                parquet.write_table(content, other / f"{table}.parquet")
            else:
                sheet = openpyxl.Workbook()
                assert sheet.active is not None
                for row in [
                    content.column_names,
                    *zip(*(column.to_pylist() for column in content.columns), strict=True),
                ]:
                    sheet.active.append(row)
                sheet.save(other / f"{table}.xlsx")
            tables = loaded(other, rulebook, tmp_path / f"work-{table}-{ending}")
            assert rows_of(tables) == expected, (table, ending)
            assert_same(tables, open_book(other, rulebook, environment={}))


def test_orders_may_be_a_folder_of_parquet_files_and_a_bad_row_names_its_file(
    folder: Path, rulebook: Rulebook, tmp_path: Path
) -> None:
    expected = rows_of(loaded(folder, rulebook, tmp_path / "work"))
    orders = csv.read_csv(folder / "orders.csv")
    (folder / "orders.csv").unlink()
    (folder / "orders.parquet").mkdir()
    half = orders.num_rows // 2
    parquet.write_table(orders.slice(0, half), folder / "orders.parquet" / "part-1.parquet")
    parquet.write_table(orders.slice(half), folder / "orders.parquet" / "part-2.parquet")
    tables = loaded(folder, rulebook, tmp_path / "folder")
    assert rows_of(tables) == expected
    tables.connection.close()
    bad = pyarrow.table({"customer_id": ["c2"], "date": [date(2019, 1, 1)], "amount": [float("nan")], "product": ["x"]})
    parquet.write_table(bad, folder / "orders.parquet" / "part-3.parquet")
    found = bad_rows_of(loaded(folder, rulebook, tmp_path / "folder"))
    assert found == [
        ("orders.parquet/part-3.parquet", 1, "amount", "nan", "amount is nan, which is not an amount", "c2")
    ]


def test_what_is_loaded_is_not_loaded_again_and_what_has_changed_is(
    folder: Path, rulebook: Rulebook, work: Path
) -> None:
    first = loaded(folder, rulebook, work)
    first.connection.execute("UPDATE customer_rows SET rep = 'kept' WHERE customer_id = 'c1'")
    first.connection.close()
    again = loaded(folder, rulebook, work)
    assert rows_of(again)["c1"]["rep"] == "kept"
    assert (again.lines, again.warnings, again.counts) == (first.lines, first.warnings, first.counts)
    again.connection.close()
    append(folder / "observations.csv", "c4,satisfaction,3,2019-12-01,kim")
    changed = rows_of(loaded(folder, rulebook, work))
    assert (changed["c1"]["rep"], changed["c4"]["satisfaction"]) == ("Hana", 3)


BROKEN = (
    ("load_orders", 1),
    ("measure_own", 1),
    ("measure_own", 2),
    ("measure_market", 1),
    ("book_lines", 1),
    ("load_part", 2),
)


@pytest.mark.parametrize(("stage", "call"), BROKEN)
def test_a_load_that_was_broken_off_goes_on(
    folder: Path, rulebook: Rulebook, work: Path, monkeypatch: pytest.MonkeyPatch, stage: str, call: int
) -> None:
    append(folder / "orders.csv", "c2,2019-12-01,,ale")
    append(folder / "customers.csv", "c1,again,,,")
    expected = loaded(folder, rulebook, work.with_name("other"))
    calls = 0
    module = book_rows if stage == "load_orders" else book_tables
    work_done = getattr(module, stage)

    def broken(*given: object) -> object:
        nonlocal calls
        calls += 1
        done = work_done(*given)
        if calls == call:
            # The work of the stage is done, and nothing says so yet.
            raise KeyboardInterrupt
        return done

    with monkeypatch.context() as patched:
        patched.setattr(module, stage, broken)
        with pytest.raises(KeyboardInterrupt):
            loaded(folder, rulebook, work)
    tables = loaded(folder, rulebook, work)
    assert rows_of(tables) == rows_of(expected)
    assert bad_rows_of(tables) == bad_rows_of(expected)
    assert (tables.lines, tables.warnings, tables.counts) == (expected.lines, expected.warnings, expected.counts)


def test_a_process_that_is_killed_leaves_a_folder_that_goes_on(folder: Path, rulebook: Rulebook, work: Path) -> None:
    script = (
        "import os, sys\nfrom pathlib import Path\n"
        "from sangdo.engine.bulk.tables.book_tables import load_book\n"
        "from sangdo.engine.language.loading import load_rulebook\n"
        "def stop(stage, done, of):\n    if (stage, done) == ('customers', 2): os.kill(os.getpid(), 9)\n"
        "load_book(Path(sys.argv[1]), load_rulebook(Path(sys.argv[2])), None, Path(sys.argv[3]),\n"
        "          part_customers=3, progress=stop)\n"
    )
    command = [sys.executable, "-c", script, str(folder), str(ROOT / "rules"), str(work)]
    assert subprocess.run(command, check=False).returncode == -9
    stages: list[tuple[str, int, int]] = []
    tables = load_book(folder, rulebook, None, work, part_customers=3, progress=lambda *at: stages.append(at))
    assert {stage for stage, *_ in stages} == {"measuring", "customers"}, "the files are not read again"
    assert_same(tables, open_book(folder, rulebook, environment={}))


@pytest.mark.parametrize("damage", [b"", b"not a database", None])
def test_a_torn_database_is_thrown_away(folder: Path, rulebook: Rulebook, work: Path, damage: bytes | None) -> None:
    loaded(folder, rulebook, work).connection.close()
    path = work / "book.duckdb"
    content = path.read_bytes()
    path.write_bytes(content[: len(content) // 2] if damage is None else damage)
    (work / "mine.txt").write_text("kept", encoding="utf-8")
    assert_same(loaded(folder, rulebook, work), open_book(folder, rulebook, environment={}))
    assert (work / "mine.txt").exists()


def test_damage_anywhere_in_the_folder_is_noticed_or_made_good(folder: Path, rulebook: Rulebook, work: Path) -> None:
    expected = rows_of(tables := loaded(folder, rulebook, work))
    tables.connection.close()
    whole = (work / "book.duckdb").read_bytes()
    noticed = 0
    for at in range(0, len(whole), len(whole) // 7):
        (work / "book.duckdb").write_bytes(whole[:at] + bytes(256) + whole[at + 256 :])
        tables = loaded(folder, rulebook, work)
        try:
            assert rows_of(tables) == expected
        except duckdb.Error as error:
            noticed += "checksum" in str(error)
        tables.connection.close()
    assert noticed < 7
    next((work / "orders").glob("part=0/*")).unlink()
    assert rows_of(loaded(folder, rulebook, work)) == expected


def test_too_little_memory_is_said(folder: Path, rulebook: Rulebook, work: Path) -> None:
    with pytest.raises(DataInvalid, match="the memory is not enough for this book"):
        load_book(folder, rulebook, None, work, memory="1MB")


def test_a_folder_in_which_another_process_works_is_refused(folder: Path, rulebook: Rulebook, work: Path) -> None:
    script = "import duckdb, sys\nheld = duckdb.connect(sys.argv[1])\nprint('held', flush=True)\nsys.stdin.read()\n"
    work.mkdir()
    command = [sys.executable, "-c", script, str(work / "book.duckdb")]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == b"held\n"
        with pytest.raises(DataInvalid, match="another process is at work in this folder"):
            loaded(folder, rulebook, work)
        other.communicate(b"")


def test_a_memory_that_is_no_amount_is_refused(folder: Path, rulebook: Rulebook, work: Path) -> None:
    with pytest.raises(DataInvalid, match="the memory cannot be much"):
        load_book(folder, rulebook, None, work, memory="much")


def test_a_book_without_a_date_is_refused_and_today_counts_where_it_is_given(
    folder: Path, rulebook: Rulebook, work: Path
) -> None:
    (folder / "book.yaml").unlink()
    with pytest.raises(DataInvalid, match="the book has no date"):
        load_book(folder, rulebook, None, work)
    assert load_book(folder, rulebook, None, work, today=date(2020, 1, 1)).as_of == date(2020, 1, 1)


def test_a_lone_file_of_orders_is_a_book(folder: Path, rulebook: Rulebook, work: Path) -> None:
    tables = load_book(folder / "orders.csv", rulebook, date(2020, 1, 1), work)
    assert_same(tables, open_book(folder / "orders.csv", rulebook, date(2020, 1, 1), environment={}))


def test_a_book_without_orders_has_no_measures(folder: Path, rulebook: Rulebook, work: Path) -> None:
    (folder / "orders.csv").unlink()
    (folder / "observations.csv").write_text(
        "customer_id,fact,value,date,by\np1,satisfaction,4,2019-11-01,kim\np1,satisfaction,5,2020-11-01,kim\n",
        encoding="utf-8",
    )
    tables = loaded(folder, rulebook, work)
    assert tables.warnings == ("observations: one is after 2020-01-01 and not counted",)
    assert_same(tables, open_book(folder, rulebook, environment={}))


def test_parts_are_cut_at_ids_and_every_id_is_in_one() -> None:
    ids = [f"k{n:03}" for n in range(100)]
    parts = parts_of(ids, 1, 0, 30)
    assert parts == Parts(("k025", "k050", "k075"))
    assert [(part.low, part.high) for part in parts] == [
        (None, "k025"), ("k025", "k050"), ("k050", "k075"), ("k075", None)
    ]  # fmt: skip
    assert len(parts_of(ids, 64, 0, 3_200)) == 2, "a sample stands for all"
    assert len(parts_of(ids, 1, 10_000, 100)) == 5, "customers with many orders make smaller parts"
    assert len(parts_of([], 1, 0, 30)) == 1
