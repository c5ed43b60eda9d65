"""Generated books are books: the same for the same seed, of the size asked for, and planned like any other."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import duckdb
import pytest

import sangdo
from sangdo.benchmarks.big_book import BigBook, write_book
from sangdo.benchmarks.generated_rules import write_answers, write_rules
from sangdo.benchmarks.scaling import BatchFailed, Cost, describe_costs, growth, run_batch
from sangdo.engine.decision.decision import Decider
from sangdo.engine.facts.book import open_book
from sangdo.engine.language.loading import load_rulebook

RULES = Path(sangdo.__file__).resolve().parent / "rules"
BOOK = BigBook(customers=400, orders=4_000, dealers=0.1, observed=0.2)


def contents(folder: Path) -> list[bytes]:
    return [path.read_bytes() for path in sorted(folder.iterdir())]


def test_the_same_seed_gives_the_same_files_and_another_one_does_not(tmp_path: Path) -> None:
    for name, book in (("a", BOOK), ("b", BOOK), ("c", BigBook(400, 4_000, 0.1, 0.2, seed=8))):
        write_book(book, tmp_path / name)
    assert contents(tmp_path / "a") == contents(tmp_path / "b")
    assert contents(tmp_path / "a") != contents(tmp_path / "c")


def test_a_book_has_the_orders_and_customers_asked_for(tmp_path: Path) -> None:
    write_book(BOOK, tmp_path)
    orders = duckdb.execute(
        "SELECT count(*), count(DISTINCT customer_id), count(*) FILTER (amount < 0), count(product), "
        "bool_and(date BETWEEN DATE '2023-01-02' AND DATE '2025-12-31') FROM read_parquet(?)",
        [str(tmp_path / "orders.parquet")],
    ).fetchall()[0]
    assert orders[0] == BOOK.orders
    assert 0.9 * BOOK.customers < orders[1] <= BOOK.customers
    assert 0 < orders[2] < 0.06 * BOOK.orders
    assert 0 < orders[3] < 0.3 * BOOK.orders
    assert orders[4]
    lines = (tmp_path / "customers.csv").read_text(encoding="utf-8").splitlines()
    assert len(lines) == BOOK.customers + 1


def test_customers_of_a_generated_book_can_be_decided(tmp_path: Path) -> None:
    write_book(BOOK, tmp_path)
    rulebook = load_rulebook(RULES)
    book = open_book(tmp_path, rulebook, today=date(2026, 1, 1), environment={"SANGDO_CACHE": str(tmp_path / "cache")})
    decider = Decider(rulebook)
    decided = [decider.decide(book.facts(customer)) for customer in book.customers()[:60]]
    known = [one.facts.values["standing"].value for one in decided if "standing" in one.facts.values]
    assert set(known) == {"rated", "new", "lost"}


def test_customers_of_generated_rules_have_answers_and_unknowns(tmp_path: Path) -> None:
    write_rules(tmp_path / "rules", 12)
    write_answers(tmp_path / "book", 12, 40)
    rulebook = load_rulebook(tmp_path / "rules")
    book = open_book(tmp_path / "book", rulebook, environment={"SANGDO_CACHE": str(tmp_path / "cache")})
    known = [set(book.facts(customer).values) for customer in book.customers()]
    assert len(known) == 40
    assert set.union(*known) == {f"{kind}_{group}" for kind in ("number", "flag", "word") for group in range(3)}
    assert set.intersection(*known) == set()


def test_growth_compares_with_a_hundred_thousand_customers() -> None:
    costs = [Cost(0, size, 0, seconds, 1.0, 1) for size, seconds in ((1_000, 9.0), (100_000, 10.0), (1_000_000, 140.0))]
    assert growth(costs) == "growth of a customer's time from 100,000 on: 1.40   goal at most 1.5: reached"
    assert growth([*costs, Cost(0, 10_000_000, 0, 1_600.0, 1.0, 1)]).endswith("1.60   goal at most 1.5: MISSED")
    assert "not measured" in growth(costs[:2])


def test_costs_are_described_a_line_each() -> None:
    lines = list(describe_costs("Title", [Cost(50, 1_000, 0, 2.0, 3.5, 300 << 20)]))
    assert lines[0].startswith("Title\n")
    assert lines[1].split() == ["50", "1,000", "0", "2.0", "3.5", "300", "2,000.0"]


def test_a_batch_that_fails_says_why(tmp_path: Path) -> None:
    with pytest.raises(BatchFailed, match="there is no such book"):
        run_batch(tmp_path, (), 0, 1, 1)
