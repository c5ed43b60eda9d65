"""Season flags of an order file: twelve rows a customer, by the rules, the same bytes every time."""

from __future__ import annotations

import csv
import random
from datetime import date
from pathlib import Path

import pytest
from pyarrow import parquet

from sangdo.engine.bulk.season_flags import measure_season_flags
from sangdo.engine.language.errors import DataInvalid
from sangdo.engine.language.loading import load_rulebook

RULEBOOK = load_rulebook(Path(__file__).parents[2] / "rules")
AS_OF = date(2018, 12, 31)
YEAR = (40, 40, 60, 80, 100, 180, 220, 200, 120, 80, 40, 40)


def order_file(folder: Path, years: range, seed: int = 1) -> Path:
    """Eight dealers of one rhythm and much noise, one row a month and product."""
    chance = random.Random(seed)
    lines = [
        f"dealer{d},{y}-{m:02}-01,{YEAR[m - 1] * (d + 1) * chance.uniform(0.8, 1.2):.2f},p{p}"
        for d in range(8)
        for y in years
        for m in range(1, 13)
        for p in range(2)
    ]
    path = folder / "orders.csv"
    path.write_text("customer_id,date,amount,product\n" + "\n".join(lines) + "\n", encoding="utf-8")
    return path


def flags_of(path: Path, as_of: date = AS_OF) -> list[dict[str, str]]:
    return list(csv.DictReader(measure_season_flags(path, as_of, RULEBOOK).as_csv().decode().splitlines()))


def test_every_customer_has_twelve_sorted_rows(tmp_path: Path) -> None:
    found = flags_of(order_file(tmp_path, range(2016, 2019)))
    assert list(found[0]) == ["customer_id", "month", "season_index", "off_season", "years"]
    assert [(row["customer_id"], row["month"]) for row in found] == [
        (f"dealer{d}", str(m)) for d in range(8) for m in range(1, 13)
    ]
    assert {row["years"] for row in found} == {"3.0"}


def test_a_month_is_off_season_below_the_line_of_the_rules(tmp_path: Path) -> None:
    found = flags_of(order_file(tmp_path, range(2016, 2019)))
    assert {row["off_season"] for row in found} == {"0", "1"}
    assert all((float(row["season_index"]) < 0.85) == (row["off_season"] == "1") for row in found)


def test_flags_find_the_low_months_of_a_year_held_out(tmp_path: Path) -> None:
    orders = order_file(tmp_path, range(2016, 2020))
    flags = {(row["customer_id"], int(row["month"])): row["off_season"] == "1" for row in flags_of(orders)}
    volumes: dict[tuple[str, int], float] = {}
    for row in csv.DictReader(orders.read_text("utf-8").splitlines()):
        if row["date"].startswith("2019"):
            key = row["customer_id"], int(row["date"][5:7])
            volumes[key] = volumes.get(key, 0.0) + float(row["amount"])
    means = {f"dealer{d}": sum(volumes[f"dealer{d}", m] for m in range(1, 13)) / 12 for d in range(8)}
    low = {key for key, volume in volumes.items() if volume < 0.85 * means[key[0]]}
    flagged = {key for key, flag in flags.items() if flag}
    precision, recall, base = len(flagged & low) / len(flagged), len(flagged & low) / len(low), len(low) / len(volumes)
    assert precision > 0.85
    assert recall > 0.9
    assert precision / base > 1.5


def test_the_file_is_the_same_bytes_every_time_and_parquet_holds_the_same(tmp_path: Path) -> None:
    orders = order_file(tmp_path, range(2016, 2019))
    flags = [measure_season_flags(orders, AS_OF, RULEBOOK) for _ in range(2)]
    assert flags[0].as_csv() == flags[1].as_csv()
    flags[0].write(tmp_path / "flags.parquet")
    assert parquet.read_table(tmp_path / "flags.parquet").equals(flags[0].table)
    flags[0].write(tmp_path / "flags.csv")
    assert (tmp_path / "flags.csv").read_bytes() == flags[0].as_csv()


def test_a_short_history_is_said(tmp_path: Path) -> None:
    orders = order_file(tmp_path, range(2016, 2019))
    with orders.open("a", encoding="utf-8") as stream:
        stream.write("new,2018-11-02,5,p0\n")
    flags = measure_season_flags(orders, AS_OF, RULEBOOK)
    assert any("1 customer has less than 2 years" in warning for warning in flags.warnings)


def test_under_a_year_of_orders_nothing_is_guessed(tmp_path: Path) -> None:
    path = tmp_path / "orders.csv"
    path.write_text("customer_id,date,amount\na,2018-03-01,5\na,2018-10-01,5\n", encoding="utf-8")
    flags = measure_season_flags(path, AS_OF, RULEBOOK)
    assert flags.table.column("off_season").null_count == 12
    assert any("the season cannot be told" in warning for warning in flags.warnings)


def test_orders_after_the_month_are_not_counted_and_said(tmp_path: Path) -> None:
    flags = measure_season_flags(order_file(tmp_path, range(2016, 2020)), AS_OF, RULEBOOK)
    assert any("192 rows are after 2018-12-31" in warning for warning in flags.warnings)


def test_flags_are_not_written_to_another_kind_of_file(tmp_path: Path) -> None:
    flags = measure_season_flags(order_file(tmp_path, range(2016, 2018)), AS_OF, RULEBOOK)
    with pytest.raises(DataInvalid, match="not a kind of file"):
        flags.write(tmp_path / "flags.txt")


def test_months_after_the_newest_order_are_not_months_without_sales(tmp_path: Path) -> None:
    months = [(year, month) for year in (2024, 2025) for month in range(1, 13)]
    rows = [f"A,{year}-{month:02d}-15,{160 if month in (6, 7, 8) else 70}" for year, month in months]
    path = tmp_path / "orders.csv"
    path.write_text("customer_id,date,amount\n" + "\n".join(rows) + "\n", encoding="utf-8")
    late, then = (measure_season_flags(path, day, RULEBOOK) for day in (date(2026, 11, 23), date(2026, 1, 1)))
    assert late.table.equals(then.table)
    assert "the orders end on 2025-12-15; the season is told up to then" in late.warnings[0]
