"""Observations added to a book: whole lines in the file's own form, none lost between writers."""

from __future__ import annotations

import csv
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

from sangdo.engine.facts.book import open_book
from sangdo.engine.facts.cells import cell_value
from sangdo.engine.facts.facts import Facts
from sangdo.engine.facts.observing import Observation, observations_file, observe, written
from sangdo.engine.language.errors import DataInvalid
from sangdo.engine.language.loading import load_rulebook
from sangdo.engine.language.rulebook import Value

RULEBOOK = load_rulebook(Path(__file__).parents[2] / "rules")
DAY = date(2026, 6, 30)


@pytest.fixture
def book(tmp_path: Path) -> Path:
    folder = tmp_path / "book"
    folder.mkdir()
    (folder / "customers.csv").write_text("customer_id,name,kind\nd1,가나상회,existing\n", encoding="utf-8")
    return folder


def seen(fact: str, value: Value, product: str | None = None, by: str = "kim") -> Observation:
    return Observation("d1", RULEBOOK.facts[fact], value, DAY, by, product)


def content(book: Path) -> bytes:
    return (book / "observations.csv").read_bytes()


def facts(book: Path) -> Facts:
    return open_book(book, RULEBOOK, DAY, environment={"SANGDO_CACHE": ""}).facts("d1")


def test_a_missing_file_is_made_with_its_header(book: Path) -> None:
    observe(observations_file(book), seen("satisfaction", 4))
    assert content(book) == b"customer_id,fact,value,date,by\nd1,satisfaction,4,2026-06-30,kim\n"
    known = facts(book).values["satisfaction"]
    assert (known.value, known.by, known.date) == (4, "kim", DAY)
    assert sorted(path.name for path in book.iterdir()) == ["customers.csv", "observations.csv"]


def test_the_order_of_columns_the_separator_and_the_line_ending_of_the_file_are_kept(book: Path) -> None:
    head = "\ufeffDate;by;reason;customer_id;value;fact\r\n2026-01-01;lee;;d1;1;open_complaints\r\n"
    (book / "observations.csv").write_bytes(head.encode())
    observe(observations_file(book), seen("satisfaction", 4, by="Kim; J"))
    assert content(book) == head.encode() + b'2026-06-30;"Kim; J";;d1;4;satisfaction\r\n'
    assert facts(book).values["satisfaction"].by == "Kim; J"


def test_a_last_line_without_an_end_gets_one_first(book: Path) -> None:
    (book / "observations.csv").write_text("customer_id,fact,value,date,by\nd1,open_complaints,1,2026-01-01,lee")
    observe(observations_file(book), seen("satisfaction", 4))
    assert content(book).decode().splitlines()[1:] == [
        "d1,open_complaints,1,2026-01-01,lee",
        "d1,satisfaction,4,2026-06-30,kim",
    ]


def test_quotes_and_separators_in_a_text_come_back_as_they_were(book: Path) -> None:
    observe(observations_file(book), seen("name", '"가나", 상회', by='the "boss", Kim'))
    known = facts(book).values["name"]
    assert (known.value, known.by) == ('"가나", 상회', 'the "boss", Kim')


@pytest.mark.parametrize(
    ("fact", "value"),
    [
        ("satisfaction", 4),
        ("changeable", False),
        ("late_deliveries", 12.5),
        ("current_profit", -1e15),
        ("stated_cause", "novelty"),
        ("unsigned_obstacle", frozenset({"terms", "price"})),
        ("unsigned_obstacle", frozenset()),
    ],
)
def test_a_value_is_read_as_it_was_written(fact: str, value: Value) -> None:
    assert cell_value(RULEBOOK.facts[fact], written(RULEBOOK.facts[fact], value)) == value


def test_choices_are_written_in_the_order_of_the_vocabulary() -> None:
    assert written(RULEBOOK.facts["unsigned_obstacle"], frozenset({"terms", "price"})) == "price|terms"


def test_a_column_for_products_is_added_when_first_needed(book: Path) -> None:
    (book / "observations.csv").write_bytes(b"customer_id,fact,value,date,by\r\nd1,satisfaction,4,2026-01-01,lee\r\n")
    (book / "observations.csv").chmod(0o640)
    observe(observations_file(book), seen("dealer_willing", True, "lager, 500"))
    observe(observations_file(book), seen("satisfaction", 5))
    assert content(book).decode().split("\r\n") == [
        "customer_id,fact,value,date,by,product",
        "d1,satisfaction,4,2026-01-01,lee,",
        'd1,dealer_willing,true,2026-06-30,kim,"lager, 500"',
        "d1,satisfaction,5,2026-06-30,kim,",
        "",
    ]
    assert (book / "observations.csv").stat().st_mode & 0o777 == 0o640
    known = facts(book)
    assert known.products["lager, 500"]["dealer_willing"].value is True
    assert known.values["satisfaction"].value == 5


def test_an_observation_of_a_product_goes_before_the_table_of_products(book: Path) -> None:
    (book / "products.csv").write_text("customer_id,product,dealer_willing\nd1,stout,false\nd1,ale,true\n")
    observe(observations_file(book), seen("dealer_willing", True, "stout"))
    products = facts(book).products
    assert {name: held["dealer_willing"].value for name, held in products.items()} == {"stout": True, "ale": True}


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ("d1,dealer_willing,true,2026-01-01,kim,", "observations.csv:2:4: dealer_willing is about one product"),
        ("d1,satisfaction,4,2026-01-01,kim,ale", "observations.csv:2:34: satisfaction is about the customer"),
        ("d1,dealer_wiling,true,2026-01-01,kim,ale", 'did you mean "dealer_willing"?'),
        (f"d1,dealer_willing,true,2026-01-01,kim,{'x' * 201}", "product cannot be"),
        ("d1,dealer_willing,,2026-01-01,kim,ale", "observations.csv:2:19: the value of dealer_willing is empty"),
    ],
)
def test_a_row_whose_product_does_not_fit_its_fact_is_said_with_its_place(book: Path, row: str, message: str) -> None:
    (book / "observations.csv").write_text(f"customer_id,fact,value,date,by,product\n{row}\n", encoding="utf-8")
    with pytest.raises(DataInvalid) as raised:
        facts(book)
    assert message in str(raised.value)


def test_only_a_folder_can_be_added_to(book: Path) -> None:
    with pytest.raises(DataInvalid, match="only be saved in a book that is a folder"):
        observations_file(book / "customers.csv")


def test_observations_in_another_kind_of_file_cannot_be_added_to(book: Path) -> None:
    (book / "observations.xlsx").write_bytes(b"PK")
    with pytest.raises(DataInvalid, match=r"only be added to observations\.csv, and this book has observations\.xlsx"):
        observations_file(book)


def test_a_file_without_the_columns_is_refused_before_anything_is_written(book: Path) -> None:
    (book / "observations.csv").write_text("customer_id,fact,value\n")
    with pytest.raises(DataInvalid, match="there is no column date"):
        observations_file(book)


def test_a_file_that_cannot_be_written_is_said_plainly(book: Path) -> None:
    with pytest.raises(DataInvalid, match=r"observations\.csv: the observation cannot be saved"):
        observe(book / "nowhere" / "observations.csv", seen("satisfaction", 4))


def test_writers_in_several_processes_lose_nothing(book: Path) -> None:
    """Half of them need the column for products, which has the file written anew."""
    script = (
        "import sys; from pathlib import Path; from sangdo.engine.facts.observing import observe\n"
        "from sangdo.tests.facts.test_observing import seen\n"
        "for n in range(25): observe(Path(sys.argv[1]), seen('dealer_willing' if n % 2 else 'satisfaction',"
        " True if n % 2 else 4, f'p{n}' if n % 2 else None, sys.argv[2]))\n"
    )
    path = observations_file(book)
    running = [subprocess.Popen([sys.executable, "-c", script, str(path), f"w{n}"]) for n in range(4)]
    assert [one.wait() for one in running] == [0, 0, 0, 0]
    with path.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert {who: sum(row["by"] == who for row in rows) for who in ("w0", "w1", "w2", "w3")} == dict.fromkeys(
        ("w0", "w1", "w2", "w3"), 25
    )
    assert all(row["product"] == "" or row["fact"] == "dealer_willing" for row in rows)
