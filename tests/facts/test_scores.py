"""The table of scores: its columns, its levels, its bytes."""

from __future__ import annotations

import csv
import io
from datetime import date
from pathlib import Path

import duckdb
import pytest

from sangdo.engine.facts.scores import COLUMNS, measure_scores
from sangdo.engine.language.errors import DataInvalid
from sangdo.engine.language.loading import load_rulebook
from sangdo.engine.language.rulebook import Rulebook

ROOT = Path(__file__).resolve().parents[2]
ORDERS = ROOT / "examples" / "book" / "orders.csv"
AS_OF = date(2011, 6, 1)


@pytest.fixture(scope="module")
def rulebook() -> Rulebook:
    return load_rulebook(ROOT / "rules")


def test_levels_and_quadrant_follow_the_lines_and_are_empty_where_not_rated(rulebook: Rulebook) -> None:
    scores = measure_scores(ORDERS, AS_OF, rulebook)
    rows = list(csv.DictReader(io.StringIO(scores.csv().decode())))
    assert tuple(rows[0]) == COLUMNS
    assert [row["customer_id"] for row in rows] == sorted(row["customer_id"] for row in rows)
    lines = scores.measurement.lines
    names = {("high", "high"): "EI", ("high", "low"): "EII", ("low", "high"): "EIII", ("low", "low"): "EIV"}
    for row in rows:
        levels = (row["contribution_level"], row["stability_level"])
        if row["standing"] != "rated":
            assert (*levels, row["quadrant"]) == ("", "", "")
            continue
        high = [float(row[name]) >= lines[f"{name}_line"] for name in ("contribution", "stability")]
        assert levels == tuple("high" if level else "low" for level in high)
        assert row["quadrant"] == names[levels[0], levels[1]]
    rated = [float(row["contribution"]) for row in rows if row["standing"] == "rated"]
    high_ones = [value for value in rated if value >= lines["contribution_line"]]
    assert sum(high_ones) >= 0.8 * sum(rated) > sum(high_ones) - min(high_ones)


def test_the_same_orders_give_the_same_bytes_whatever_their_order_and_kind(tmp_path: Path, rulebook: Rulebook) -> None:
    expected = measure_scores(ORDERS, AS_OF, rulebook).csv()
    header, *rows = ORDERS.read_text(encoding="utf-8").splitlines()
    shuffled = tmp_path / "orders.csv"
    shuffled.write_text("\n".join([header, *reversed(rows)]) + "\n", encoding="utf-8")
    parquet = tmp_path / "orders.parquet"
    duckdb.read_csv(str(ORDERS), dtype={"customer_id": "VARCHAR"}).write_parquet(str(parquet))
    assert measure_scores(shuffled, AS_OF, rulebook).csv() == expected
    assert measure_scores(parquet, AS_OF, rulebook).csv() == expected


def test_scores_are_written_as_csv_and_parquet(tmp_path: Path, rulebook: Rulebook) -> None:
    scores = measure_scores(ORDERS, AS_OF, rulebook)
    scores.write(tmp_path / "scores.csv")
    scores.write(tmp_path / "it's.parquet")
    assert (tmp_path / "scores.csv").read_bytes() == scores.csv()
    relation = duckdb.read_parquet(str(tmp_path / "it's.parquet"))
    assert tuple(relation.columns) == COLUMNS
    assert len(relation.fetchall()) == 300
    assert sorted(path.name for path in tmp_path.iterdir()) == ["it's.parquet", "scores.csv"]


@pytest.mark.parametrize("name", ["scores.doc", "none/scores.csv", "scores"])
def test_a_place_that_cannot_be_written_to_is_refused_in_words(tmp_path: Path, rulebook: Rulebook, name: str) -> None:
    scores = measure_scores(ORDERS, AS_OF, rulebook)
    with pytest.raises(DataInvalid):
        scores.write(tmp_path / name)
    assert list(tmp_path.iterdir()) == []


def test_before_the_first_order_there_is_a_warning_and_no_score(rulebook: Rulebook) -> None:
    scores = measure_scores(ORDERS, date(2009, 1, 1), rulebook)
    assert scores.csv().decode().splitlines() == [",".join(COLUMNS)]
    assert "no order is on or before 2009-01-01" in scores.warnings[-1]
