"""A book where it lies says of each customer what the book of a plan says."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from sangdo.engine.bulk.backends.backend import Backend
from sangdo.engine.bulk.backends.opening import open_backend
from sangdo.engine.bulk.in_place.book_in_place import BookInPlace, load_in_place
from sangdo.engine.bulk.in_place.source import open_source
from sangdo.engine.facts.book import open_book
from sangdo.engine.facts.facts import Known
from sangdo.engine.language.loading import load_rulebook
from sangdo.engine.language.rulebook import Rulebook, Value
from sangdo.tests.bulk.mixed_book import in_parquet, mixed_book

ROOT = Path(__file__).parents[2]
CHOICES = {
    "satisfaction": ["1", "4", "5"],
    "competitor_discount": ["12.5", "0", "1e1"],
    "changeable": ["true", "FALSE"],
    "stated_intent": ["1", "3"],
    "lead_route": ["|"],
    "trained_this_season": ["true", "false"],
    "orders_lost_to_competitor": ["0", "7"],
    "dealer_willing": ["true", "false"],
    "slow": ["true", "false"],
    "product_share": ["0.25"],
}


@pytest.fixture(scope="module")
def rulebook() -> Rulebook:
    return load_rulebook(ROOT / "rules")


def load(backend: Backend, book: Path, rulebook: Rulebook) -> BookInPlace:
    return load_in_place(backend, open_source(backend, str(book)), rulebook, None)


def same(one: Any, other: Any) -> bool:
    if isinstance(one, float) or isinstance(other, float):
        return one is not None and other is not None and one == pytest.approx(other, rel=1e-9, abs=1e-9)
    return bool(one == other)


def unlike(known: Mapping[str, Known], row: Mapping[str, Any], keys: set[str]) -> dict[str, tuple[Any, Any]]:
    """Where a row differs from what is known."""
    expected: dict[str, Value | list[str]] = {
        name: sorted(held.value) if isinstance(held.value, frozenset) else held.value
        for name, held in known.items()
        if name not in keys
    }
    found = {name: value for name, value in row.items() if value is not None and name not in keys}
    return {
        name: (expected.get(name), found.get(name))
        for name in expected.keys() | found.keys()
        if not same(expected.get(name), found.get(name))
    }


def assert_same(backend: Backend, loaded: BookInPlace, book: Path, rulebook: Rulebook, cache: Path) -> None:
    plain = open_book(book, rulebook, environment={"SANGDO_CACHE": str(cache)})
    assert loaded.as_of == plain.as_of
    assert loaded.lines == pytest.approx(plain.lines)
    assert backend.fetch(loaded.bad_rows).to_pylist() == []
    rows = {row["customer_id"]: row for row in backend.fetch(loaded.customers).to_pylist()}
    assert sorted(rows) == plain.customers()
    goods = {(row["customer_id"], row["product"]): row for row in backend.fetch(loaded.products).to_pylist()}
    for customer, row in rows.items():
        facts = plain.facts(customer)
        assert unlike(facts.values, row, {"customer_id", "error"}) == {}, customer
        for product, known in facts.products.items():
            assert unlike(known, goods.pop((customer, product)), {"customer_id", "product"}) == {}
    assert goods == {}


@pytest.mark.parametrize("typed", [False, True])
def test_the_example_book_in_place(rulebook: Rulebook, tmp_path: Path, typed: bool) -> None:
    book = ROOT / "examples" / "book"
    with open_backend() as backend:
        loaded = load(backend, in_parquet(book, tmp_path / "book", typed), rulebook)
        assert_same(backend, loaded, book, rulebook, tmp_path)


@pytest.mark.parametrize("typed", [False, True])
def test_a_book_of_all_kinds_of_facts_in_place(rulebook: Rulebook, tmp_path: Path, typed: bool) -> None:
    book = mixed_book(tmp_path / "csv", CHOICES)
    with open_backend() as backend:
        loaded = load(backend, in_parquet(book, tmp_path / "book", typed), rulebook)
        assert_same(backend, loaded, book, rulebook, tmp_path)
