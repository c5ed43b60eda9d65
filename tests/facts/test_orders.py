"""Order files: what is read, and that every bad row and odd file is refused with its place and reason."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path

import duckdb
import openpyxl
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from sangdo.engine.facts.orders import open_orders
from sangdo.engine.language.errors import DataInvalid, Problem

HEADER = "customer_id,date,amount,order_id\n"


def written(folder: Path, content: str | bytes, name: str = "orders.csv") -> Path:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def loaded(path: Path) -> list[tuple[object, ...]]:
    orders = open_orders(path, path.name)
    return orders.connection.execute("SELECT customer_id, date, amount, order_id FROM orders ORDER BY 1, 2").fetchall()


def problems(path: Path) -> tuple[Problem, ...]:
    with pytest.raises(DataInvalid) as caught:
        open_orders(path, path.name)
    assert caught.value.exit_code == 6
    return caught.value.problems


def places(path: Path) -> list[tuple[int, int, str]]:
    return [(p.location.line, p.location.column, p.message) for p in problems(path)]


def test_ids_are_text_and_keep_their_leading_zeros(tmp_path: Path) -> None:
    path = written(tmp_path, HEADER + "007,2011-05-31,12.50,A\n00,2011-05-30,-3,\n")
    assert loaded(path) == [("00", date(2011, 5, 30), -3.0, None), ("007", date(2011, 5, 31), 12.5, "A")]


@pytest.mark.parametrize(
    "day",
    [
        "2011-05-31",
        "2011-05-31 00:00:00",
        "2011-05-31T23:59:59Z",
        "2011-05-31T10:00:00.123+09:00",
        "2011/05/31",
        "2011.05.31",
    ],
)
def test_a_date_may_have_a_time_and_begins_with_the_year(tmp_path: Path, day: str) -> None:
    assert loaded(written(tmp_path, f"{HEADER}a,{day},1,\n")) == [("a", date(2011, 5, 31), 1.0, None)]


@pytest.mark.parametrize(
    "content",
    [
        b"\xef\xbb\xbfcustomer_id,date,amount\r\n\xea\xb0\x80,2011-05-31,1\r\n",
        "amount;CUSTOMER_ID ;note; date\n1;가;x;2011-05-31\n",
        "\n\ncustomer_id,date,amount\n\n가,2011-05-31,1\n\n",
        "customer_id,date,amount\r가,2011-05-31,1\r",
        'note,customer_id,date,amount\n"two\nlines, and more",가,2011-05-31,1\n',
        "customer_id\tdate\tamount\n가\t2011-05-31\t1",
    ],
)
def test_spellings_of_csv_that_people_have(tmp_path: Path, content: str | bytes) -> None:
    assert loaded(written(tmp_path, content)) == [("가", date(2011, 5, 31), 1.0, None)]


def test_every_bad_cell_is_reported_with_line_column_and_reason(tmp_path: Path) -> None:
    path = written(
        tmp_path, HEADER + 'a,2011-02-30,1,\n"x\ny",2011-01-01,1,\n,31/05/2011,"1,234",\na,2011-01-01,NaN,\n'
    )
    assert places(path) == [
        (2, 3, "there is no date 2011-02-30"),
        (3, 1, 'customer_id cannot be "x y"'),
        (5, 1, "customer_id is empty"),
        (5, 2, '"31/05/2011" is not a date'),
        (5, 13, 'amount is not a number: "1,234"'),
        (6, 14, "amount is NaN, which is not an amount"),
    ]
    assert problems(path)[4].source == ',31/05/2011,"1,234",'


@pytest.mark.parametrize(
    "amount", ["", "inf", "-Infinity", "1e400", "1_000", "12,5", "₩100", "0x10", "true", "1e17", "one"]
)
def test_an_amount_is_a_finite_number_in_digits(tmp_path: Path, amount: str) -> None:
    found = places(written(tmp_path, f'{HEADER}a,2011-01-01,"{amount}",\nb,2011-01-01,1,\n'))
    assert [(line, column) for line, column, _ in found] == [(2, 14)]
    assert "amount" in found[0][2]


def test_a_great_many_bad_rows_are_counted_and_the_first_shown(tmp_path: Path) -> None:
    found = problems(written(tmp_path, HEADER + "".join(f"c{n},nope,1,\n" for n in range(500)) + "a,2011-01-01,1,\n"))
    assert len(found) == 21
    assert found[0].message == "500 of 501 rows cannot be used; the first 20 problems follow"
    assert [p.location.line for p in found[1:]] == list(range(2, 22))


def test_rows_of_another_width_are_refused(tmp_path: Path) -> None:
    found = places(written(tmp_path, HEADER + "a,2011-01-01,1\na,2011-01-01,1,X,more\n"))
    assert [(line, message) for line, _, message in found] == [
        (2, "the row has 3 values, the header has 4 columns"),
        (3, "the row has 5 values, the header has 4 columns"),
    ]


def test_a_missing_column_is_named_with_the_nearest_one(tmp_path: Path) -> None:
    found = problems(written(tmp_path, "custmer_id,date,amount\na,2011-01-01,1\n"))
    assert [(p.message, p.suggestion) for p in found] == [
        ("there is no column customer_id, but one named custmer_id", "customer_id")
    ]


def test_a_column_that_is_there_twice_is_refused(tmp_path: Path) -> None:
    assert "the column amount is there twice" in str(problems(written(tmp_path, "customer_id,date,amount,Amount\n")))


def test_columns_that_are_not_used_may_be_there_twice(tmp_path: Path) -> None:
    assert len(loaded(written(tmp_path, "customer_id,note,date,amount,note\na,x,2011-01-01,1,y\n"))) == 1


def test_a_margin_is_a_rate_and_not_a_percentage(tmp_path: Path) -> None:
    found = places(written(tmp_path, "customer_id,date,amount,margin\na,2011-01-01,1,25\nb,2011-01-01,1,0.25\n"))
    assert found == [(2, 16, "the margin 25 is not a rate")]


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("orders.csv", b"", "the file is empty"),
        ("orders.csv", b"customer_id,date,amount\n", "there are no orders in the file"),
        ("orders.csv", b"\n\n\n", "the file has no header line"),
        ("orders.csv", b"customer_id,date,amount\n\xb0\xa1\xb3\xaa,2011-01-01,1\n", "probably CP949"),
        ("orders.csv", "customer_id,date,amount\n가,2011-01-01,1\n".encode("utf-16"), "UTF-16"),
        ("orders.csv", bytes(range(256)) * 40, "binary"),
        ("orders.csv", b"PAR1" + b"x" * 50, "this is a Parquet file"),
        ("orders.csv", b'customer_id,date,amount\n"' + b"x\n" * 100_000, "cannot be read from here on"),
        (
            "orders.csv",
            b"customer_id,date,amount\n" + b"x" * 3_000_000 + b",2011-01-01,1\n",
            "cannot be read from here on",
        ),
        ("orders.csv", b"x" * 200_000, "the header line is too long"),
        ("orders.parquet", b"PAR1" + b"\xff" * 60 + b"PAR1", "not a readable Parquet file"),
        ("orders.parquet", b"customer_id,date,amount\n", "not a Parquet file"),
        ("orders.xlsx", b"PK\x03\x04 nothing", "the workbook is damaged"),
        ("orders.xlsx", b"\xd0\xcf\x11\xe0 old", "old Excel"),
        ("orders.doc", b"customer_id,date,amount\n", "not a kind of file"),
    ],
)
def test_odd_files_are_refused_in_words(tmp_path: Path, name: str, content: bytes, reason: str) -> None:
    assert reason in str(problems(written(tmp_path, content, name))[0])


def test_folders_devices_and_missing_files_are_refused_in_words(tmp_path: Path) -> None:
    (tmp_path / "folder.csv").mkdir()
    assert "this is a folder" in str(problems(tmp_path / "folder.csv")[0])
    assert "there is no such file" in str(problems(tmp_path / "none.csv")[0])
    assert "not a regular file" in str(problems(Path("/dev/zero"))[0])
    assert "its name is not one of a file" in str(problems(tmp_path / "a\0.csv")[0])


def test_a_name_is_never_taken_for_a_pattern(tmp_path: Path) -> None:
    written(tmp_path, HEADER + "other,2011-01-01,1,\n", "orders1.csv")
    assert loaded(written(tmp_path, HEADER + "it,2011-01-01,1,\n", "orders[1]*.csv"))[0][0] == "it"
    assert loaded(written(tmp_path, HEADER + "it,2011-01-01,1,\n", "o'rders.csv"))[0][0] == "it"
    hive = tmp_path / "amount=5"
    hive.mkdir()
    assert loaded(written(hive, HEADER + "it,2011-01-01,1,\n"))[0][2] == 1.0


def parquet(folder: Path, select: str) -> Path:
    path = folder / "orders.parquet"
    duckdb.execute(f"COPY ({select}) TO '{path}' (FORMAT parquet)")
    return path


def test_parquet_is_read_with_its_types(tmp_path: Path) -> None:
    select = (
        "SELECT 7.0::DOUBLE customer_id, TIMESTAMP '2011-05-31 10:00:00' date, 12.50::DECIMAL(8,2) amount, 9 order_id"
    )
    assert loaded(parquet(tmp_path, select)) == [("7", date(2011, 5, 31), 12.5, "9")]


def test_bad_rows_of_parquet_are_reported_by_row(tmp_path: Path) -> None:
    rows = "('a', DATE '2011-01-01', 1.0), (NULL, NULL, 'nan'::DOUBLE), ('a', DATE '2011-01-01', 'inf'::DOUBLE)"
    found = places(parquet(tmp_path, f"SELECT * FROM (VALUES {rows}) t(customer_id, date, amount)"))  # noqa: S608
    assert [(line, column) for line, column, _ in found] == [(2, 1), (2, 2), (2, 3), (3, 3)]


def test_a_column_of_a_type_that_cannot_be_meant_is_refused(tmp_path: Path) -> None:
    found = places(parquet(tmp_path, "SELECT [1, 2] AS customer_id, 5 AS date, DATE '2011-01-01' AS amount"))
    assert [column for _, column, _ in found] == [1, 2, 3]


def workbook(folder: Path, rows: list[list[object]]) -> Path:
    book = openpyxl.Workbook()
    for row in rows:
        book.worksheets[0].append(row)
    book.save(folder / "orders.xlsx")
    return folder / "orders.xlsx"


def test_a_workbook_is_read_as_people_type_it(tmp_path: Path) -> None:
    rows: list[list[object]] = [
        ["customer_id", "date", "amount", "order_id"],
        [7, datetime(2011, 5, 31), 12.5, "A"],
        [],
    ]
    assert loaded(workbook(tmp_path, [*rows, ["007", "2011-05-30", "3", None]])) == [
        ("007", date(2011, 5, 30), 3.0, None),
        ("7", date(2011, 5, 31), 12.5, "A"),
    ]


def test_bad_cells_of_a_workbook_are_reported_by_row_and_column(tmp_path: Path) -> None:
    rows: list[list[object]] = [["customer_id", "date", "amount"], [], ["a", 40000, "#N/A"], ["a", "2011-01-01", True]]
    assert [(line, column) for line, column, _ in places(workbook(tmp_path, rows))] == [(3, 2), (3, 3), (4, 3)]


CELLS = st.one_of(
    st.sampled_from(
        ["a", "2011-01-01", "1.5", "", '"', "NaN", "\r", "가", "a,b", "2011-01-01 99:00", "-0", "+.5", "1."]
    ),
    st.text(max_size=6),
)


@settings(
    max_examples=60, deadline=None, derandomize=True, database=None, phases=[Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)  # fmt: skip
@given(st.lists(st.lists(CELLS, min_size=2, max_size=4).map(",".join), max_size=6).map("\n".join))
def test_any_text_is_loaded_or_refused_and_no_row_is_lost(tmp_path: Path, body: str) -> None:
    path = written(tmp_path, ("customer_id,date,amount\n" + body).encode("utf-8", "surrogatepass"))
    try:
        rows = open_orders(path, path.name).rows
    except DataInvalid:
        return
    assert rows == sum(1 for line in re.split("\r\n|\r|\n", body) if line) or '"' in body


@settings(
    max_examples=60, deadline=None, derandomize=True, database=None, phases=[Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)  # fmt: skip
@given(st.binary(max_size=200), st.sampled_from([("csv", b""), ("parquet", b"PAR1"), ("xlsx", b"PK\x03\x04")]))
def test_any_bytes_are_refused_in_words(tmp_path: Path, body: bytes, kind: tuple[str, bytes]) -> None:
    assert problems(written(tmp_path, kind[1] + body, "orders." + kind[0]))


def test_the_number_of_rows_after_a_date_is_known(tmp_path: Path) -> None:
    make: Callable[[str], str] = "a,{},1,\n".format
    path = written(tmp_path, HEADER + make("2011-01-01") + make("2011-01-02") + make("2011-01-03"))
    orders = open_orders(path)
    assert (orders.rows, orders.after(date(2011, 1, 1)), orders.last) == (3, 2, date(2011, 1, 3))
