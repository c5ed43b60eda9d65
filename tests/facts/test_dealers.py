"""Dealers of a book: season and products measured from the orders, the calendar, and what a person says before both."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from sangdo.engine.facts.book import Book, open_book
from sangdo.engine.facts.dealers import MOST_PRODUCTS, measure_dealers
from sangdo.engine.facts.facts import Facts
from sangdo.engine.facts.orders import open_orders
from sangdo.engine.language.errors import DataInvalid
from sangdo.engine.language.loading import load_rulebook

RULEBOOK = load_rulebook(Path(__file__).parents[2] / "rules")
AS_OF = date(2020, 1, 15)
YEAR = (40, 40, 60, 80, 100, 180, 220, 200, 120, 80, 40, 40)


def rows(
    customer: str, product: str, volumes: dict[int, int], years: tuple[int, ...] = (2017, 2018, 2019)
) -> list[str]:
    """Monthly totals, of every month a row, zero ones among them."""
    return [
        f"{customer},{y}-{m:02}-01,{volumes[y] * YEAR[m - 1]},{product}" for y in years for m in range(1, 13)
    ]  # fmt: skip


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    path = tmp_path / "book"
    path.mkdir()
    lines = [
        *rows("d1", "lager", {2017: 8, 2018: 8, 2019: 9}),
        *rows("d1", "stout", {2017: 3, 2018: 2, 2019: 1}),
        *rows("d1", "old", {2017: 5, 2018: 0, 2019: 0}),
        *rows("young", "lager", {2019: 4}, (2019,)),
        *rows("shop", "lager", {2017: 1, 2018: 1, 2019: 1}),
    ]
    (path / "orders.csv").write_text("customer_id,date,amount,product\n" + "\n".join(lines) + "\n", encoding="utf-8")
    (path / "customers.csv").write_text(
        "customer_id,kind,role\nd1,existing,dealer\nyoung,existing,dealer\nshop,existing,\nnever,existing,dealer\n",
        encoding="utf-8",
    )
    (path / "book.yaml").write_text("as_of: 2020-01-15\n", encoding="utf-8")
    return path


def opened(folder: Path) -> Book:
    return open_book(folder, RULEBOOK, environment={"SANGDO_CACHE": str(folder.parent / "cache")})


def shown(facts: Facts, *names: str) -> list[object]:
    return [facts.values[name].value if name in facts.values else None for name in names]


def test_a_dealer_has_its_season_measured(folder: Path) -> None:
    for _ in ("cold", "warm"):
        facts = opened(folder).facts("d1")
        index, following, market = shown(facts, "season_index", "next_season_index", "market_season_index")
        assert [index, following, market] == pytest.approx([0.4] * 3, abs=0.05)
        assert shown(facts, "season_years", "months_to_peak") == [3.0, 6]
        assert facts.values["season_index"].origin == "measured"


def test_an_end_customer_has_no_season_and_no_products(folder: Path) -> None:
    facts = opened(folder).facts("shop")
    assert shown(facts, "season_index", "months_to_peak") == [None, None]
    assert (facts.products, facts.outlook) == ({}, None)


def test_products_have_share_and_trend_of_the_last_twelve_months(folder: Path) -> None:
    facts = opened(folder).facts("d1")
    assert list(facts.products) == ["lager", "stout"], "what has not sold for two years is left out"
    found = {name: known.value for name, known in facts.products["stout"].items()}
    assert found == {"product": "stout", "product_share": pytest.approx(0.1), "product_trend": pytest.approx(0.5)}
    assert facts.outlook is not None
    assert facts.outlook.volumes["lager"] == tuple(9.0 * volume for volume in YEAR)
    assert facts.outlook.trends == {"lager": pytest.approx(1.125), "stout": pytest.approx(0.5)}


def test_under_two_years_a_product_has_no_trend(folder: Path) -> None:
    facts = opened(folder).facts("young")
    assert shown(facts, "season_years") == [1.0]
    assert "product_trend" not in facts.products["lager"]


def test_a_dealer_who_never_ordered_has_the_season_of_the_market_alone(folder: Path) -> None:
    facts = opened(folder).facts("never")
    assert shown(facts, "season_index", "season_years") == [None, None]
    assert shown(facts, "market_season_index", "months_to_peak") == [pytest.approx(0.4, abs=0.05), 6]


def test_what_is_given_goes_before_what_is_measured(folder: Path) -> None:
    (folder / "products.csv").write_text(
        "customer_id,product,product_trend,dealer_willing\nd1,stout,0.9,false\nd1,ale,,true\n", encoding="utf-8"
    )
    (folder / "observations.csv").write_text(
        "customer_id,fact,value,date,by\nd1,months_to_peak,4,2020-01-02,kim\n", encoding="utf-8"
    )
    facts = opened(folder).facts("d1")
    assert facts.values["months_to_peak"].value == 4
    stout = facts.products["stout"]
    assert (stout["product_trend"].value, stout["dealer_willing"].value) == (0.9, False)
    assert stout["product_share"].origin == "measured"
    assert facts.products["ale"]["dealer_willing"].value is True


def test_the_calendar_of_the_book_goes_before_the_index_and_after_a_person(folder: Path) -> None:
    (folder / "book.yaml").write_text("as_of: 2020-01-15\nseason: {off: [11, 12, 1], peak: [5, 6]}\n", encoding="utf-8")
    (folder / "observations.csv").write_text(
        "customer_id,fact,value,date,by\nyoung,off_season,false,2020-01-02,kim\n", encoding="utf-8"
    )
    book = opened(folder)
    facts = book.facts("d1")
    assert shown(facts, "off_season", "off_season_next", "months_to_peak") == [True, False, 4]
    assert facts.values["off_season"].source == "book.yaml"
    assert book.facts("young").values["off_season"].value is False
    assert "off_season" not in book.facts("shop").values


@pytest.mark.parametrize(
    ("season", "message"),
    [
        ("[1]", "the season of the book must be a mapping"),
        ("{of: [1]}", "unknown key"),
        ("{off: 1}", "off must be a list of months"),
        ("{off: []}", "off must be a list of months"),
        ("{peak: [13]}", "peak must be a list of months"),
        ("{peak: [true]}", "peak must be a list of months"),
        ("{off: [1, 2], peak: [2]}", "a month cannot be off-season and peak: 2"),
    ],
)
def test_a_wrong_calendar_has_its_place(folder: Path, season: str, message: str) -> None:
    (folder / "book.yaml").write_text(f"as_of: 2020-01-15\nseason: {season}\n", encoding="utf-8")
    with pytest.raises(DataInvalid) as caught:
        opened(folder)
    assert message in str(caught.value)
    assert "book.yaml:2" in str(caught.value)


def test_small_products_are_taken_together(tmp_path: Path) -> None:
    path = tmp_path / "orders.csv"
    lines = [f"d,2019-06-01,{100 + n},p{n:03}" for n in range(MOST_PRODUCTS + 3)] + ["d,2019-06-01,7,"]
    path.write_text("customer_id,date,amount,product\n" + "\n".join(lines) + "\n", encoding="utf-8")
    dealer = measure_dealers(open_orders(path).connection, AS_OF, ["d"])["d"]
    assert len(dealer.products) == MOST_PRODUCTS
    assert dealer.outlook.volumes[""][5] == 100 + 101 + 102 + 7
    assert "p000" not in dealer.products


def test_orders_without_products_have_an_outlook_over_all(tmp_path: Path) -> None:
    path = tmp_path / "orders.csv"
    path.write_text("customer_id,date,amount\nd,2019-06-01,5\nd,2019-07-01,-9\n", encoding="utf-8")
    dealer = measure_dealers(open_orders(path).connection, AS_OF, ["d"])["d"]
    assert (dealer.products, list(dealer.outlook.volumes)) == ({}, [""])
    assert (dealer.outlook.volumes[""][5], dealer.outlook.volumes[""][6]) == (5.0, 0.0)


def test_nobody_is_measured_where_there_is_no_dealer(tmp_path: Path) -> None:
    path = tmp_path / "orders.csv"
    path.write_text("customer_id,date,amount\nd,2019-06-01,5\n", encoding="utf-8")
    assert measure_dealers(open_orders(path).connection, AS_OF, []) == {}
