"""Scores of a file of orders are the rules' own answers, customer by customer."""

from __future__ import annotations

import csv
import io
from datetime import date
from pathlib import Path

import duckdb
import pytest
from pyarrow import parquet

from sangdo.engine.bulk.scores import ANSWERS, MEASURES, measure_scores
from sangdo.engine.decision.decision import Decider
from sangdo.engine.facts.book import open_book
from sangdo.engine.language.errors import DataInvalid, RulesInvalid
from sangdo.engine.language.loading import load_rulebook
from sangdo.engine.language.part import part_of
from sangdo.engine.language.rulebook import Rulebook

ROOT = Path(__file__).parents[2]
BOOK = ROOT / "examples" / "book"
AS_OF = date(2011, 6, 1)


@pytest.fixture(scope="module")
def rulebook() -> Rulebook:
    return load_rulebook(ROOT / "rules")


@pytest.fixture(scope="module")
def rows(rulebook: Rulebook) -> list[dict[str, str]]:
    text = measure_scores(BOOK / "orders.csv", AS_OF, rulebook).as_csv().decode()
    return list(csv.DictReader(io.StringIO(text)))


def test_the_columns_are_those_agreed(rows: list[dict[str, str]]) -> None:
    assert list(rows[0]) == ["customer_id", *MEASURES, *ANSWERS]
    assert [row["customer_id"] for row in rows] == sorted(row["customer_id"] for row in rows)


def test_every_score_is_what_the_engine_decides_for_that_customer(
    rows: list[dict[str, str]], rulebook: Rulebook, tmp_path: Path
) -> None:
    book = open_book(BOOK / "orders.csv", rulebook, AS_OF, environment={"SANGDO_CACHE": str(tmp_path)})
    decider = Decider(rulebook)
    for row in rows:
        values = decider.decide(book.facts(row["customer_id"])).trace.values
        assert [row[name] for name in ANSWERS] == [str(values.get(name, "")) for name in ANSWERS]
        assert row["standing"] == values["standing"]
        assert float(row["stability"] or "nan") == pytest.approx(values.get("stability", float("nan")), nan_ok=True)


def test_a_customer_who_is_not_rated_has_no_quadrant(rows: list[dict[str, str]]) -> None:
    """Clause E1 speaks of customers whose history can be read; new and lost ones get no quadrant."""
    unrated = [row for row in rows if row["standing"] != "rated"]
    assert {row["standing"] for row in unrated} == {"new", "lost"}
    assert {row[name] for row in unrated for name in ANSWERS} == {""}
    assert {row["quadrant"] for row in rows if row["standing"] == "rated"} == {"EI", "EII", "EIII", "EIV"}


def test_parquet_and_csv_hold_the_same(rulebook: Rulebook, tmp_path: Path) -> None:
    scores = measure_scores(BOOK / "orders.csv", AS_OF, rulebook)
    scores.write(tmp_path / "scores.csv")
    scores.write(tmp_path / "scores.parquet")
    assert (tmp_path / "scores.csv").read_bytes() == scores.as_csv()
    assert parquet.read_table(tmp_path / "scores.parquet").equals(scores.table)
    assert len(list(tmp_path.iterdir())) == 2


def test_the_same_orders_give_the_same_bytes_whatever_their_order_and_kind(rulebook: Rulebook, tmp_path: Path) -> None:
    expected = measure_scores(BOOK / "orders.csv", AS_OF, rulebook).as_csv()
    header, *rows = (BOOK / "orders.csv").read_text("utf-8").splitlines()
    shuffled = tmp_path / "orders.csv"
    shuffled.write_text("\n".join([header, *reversed(rows)]) + "\n", encoding="utf-8")
    columnar = tmp_path / "orders.parquet"
    duckdb.read_csv(str(BOOK / "orders.csv"), dtype={"customer_id": "VARCHAR"}).write_parquet(str(columnar))
    assert measure_scores(shuffled, AS_OF, rulebook).as_csv() == expected
    assert measure_scores(columnar, AS_OF, rulebook).as_csv() == expected


def test_before_the_first_order_there_is_a_warning_and_no_score(rulebook: Rulebook) -> None:
    scores = measure_scores(BOOK / "orders.csv", date(2009, 1, 1), rulebook)
    assert scores.as_csv().decode().splitlines() == [",".join(("customer_id", *MEASURES, *ANSWERS))]
    assert "no order is on or before 2009-01-01" in scores.warnings[-1]


@pytest.mark.parametrize(
    ("name", "message"), [("scores.xls", "not a kind of file"), ("nowhere/scores.csv", "cannot be written")]
)
def test_a_target_that_cannot_be_written_is_said_plainly(
    rulebook: Rulebook, tmp_path: Path, name: str, message: str
) -> None:
    scores = measure_scores(BOOK / "orders.csv", AS_OF, rulebook)
    with pytest.raises(DataInvalid, match=message):
        scores.write(tmp_path / name)
    assert list(tmp_path.iterdir()) == []


def test_rules_without_a_quadrant_cannot_score(rulebook: Rulebook) -> None:
    narrowed = part_of(rulebook, ["contribution_level"])
    with pytest.raises(RulesInvalid, match="there is no question quadrant"):
        measure_scores(BOOK / "orders.csv", AS_OF, narrowed)


def test_a_part_of_a_rulebook_keeps_what_its_questions_rest_on(rulebook: Rulebook) -> None:
    part = part_of(rulebook, ["quadrant"])
    assert set(part.questions) >= {"quadrant", "contribution_level", "stability_level"}
    assert "strategy" not in part.questions
    assert [name for stratum in part.strata for name in stratum] == list(part.questions)
