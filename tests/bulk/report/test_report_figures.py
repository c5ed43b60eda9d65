"""The figures of a report are those that the orders and the rules give, counted in another way."""

from __future__ import annotations

import csv
from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from sangdo.engine.bulk.progress import DECIDING
from sangdo.engine.bulk.report import spots as spots_module
from sangdo.engine.bulk.report.decided_book import DecidedBook, decide_book
from sangdo.engine.bulk.report.report import tell_report
from sangdo.engine.bulk.report.spots import CELLS, find_spots
from sangdo.engine.bulk.scores import measure_scores
from sangdo.engine.bulk.season_flags import measure_season_flags
from sangdo.engine.decision.decision import Decider
from sangdo.engine.facts.book import open_book
from sangdo.engine.language.errors import DataInvalid, RulesInvalid
from sangdo.engine.language.loading import load_rulebook
from sangdo.engine.language.rulebook import Rulebook

ROOT = Path(__file__).parents[3]
BOOK = ROOT / "examples" / "book"
AS_OF, SINCE = date(2011, 6, 1), date(2010, 12, 1)


def scored(rulebook: Rulebook, day: date) -> dict[str, str]:
    """The group of each customer by the scores, which ask the plain evaluator."""
    rows = measure_scores(BOOK / "orders.csv", day, rulebook).table.to_pylist()
    return {row["customer_id"]: row["quadrant"] or row["standing"] for row in rows}


def orders() -> Iterator[tuple[str, date, float]]:
    with (BOOK / "orders.csv").open(encoding="utf-8") as stream:
        for row in csv.DictReader(stream):
            yield row["customer_id"], date.fromisoformat(row["date"]), float(row["amount"])


def sold(start: date, end: date) -> dict[str, float]:
    revenue: defaultdict[str, float] = defaultdict(float)
    for customer, day, amount in orders():
        if start <= day <= end:
            revenue[customer] += amount
    return revenue


def test_each_group_has_the_customers_that_the_scores_put_there(
    example_report: dict[str, Any], shipped_rules: Rulebook
) -> None:
    counts = Counter(scored(shipped_rules, AS_OF).values())
    assert {one["group"]: one["customers"] for one in example_report["groups"]} == counts


def test_the_revenue_of_a_group_is_what_its_customers_bought_less_returns(
    example_report: dict[str, Any], shipped_rules: Rulebook
) -> None:
    revenue, groups = sold(date(2010, 6, 1), date(2011, 5, 31)), scored(shipped_rules, AS_OF)
    for one in example_report["groups"]:
        expected = sum(amount for customer, amount in revenue.items() if groups[customer] == one["group"])
        assert one["revenue"] == pytest.approx(expected, abs=0.01)
    total = sum(revenue.values())
    assert example_report["book"]["revenue"] == pytest.approx(total, abs=0.01)
    assert sum(one["share"] for one in example_report["groups"]) == pytest.approx(1, abs=0.001)


def test_half_of_the_revenue_comes_from_the_fewest_customers_that_make_it(example_report: dict[str, Any]) -> None:
    largest = sorted(sold(date(2010, 6, 1), date(2011, 5, 31)).values(), reverse=True)
    half, count, reached = sum(one for one in largest if one > 0) / 2, 0, 0.0
    while reached < half:
        reached += largest[count]
        count += 1
    assert example_report["book"]["half"] == count


def test_quarters_are_those_that_the_orders_cover_the_oldest_first(example_report: dict[str, Any]) -> None:
    ends = [(date(2009, 12, 1), date(2010, 2, 28)), (date(2011, 3, 1), date(2011, 5, 31))]
    expected = [sum(sold(*span).values()) for span in ends]
    quarters = example_report["book"]["quarters"]
    assert len(quarters) == 6
    assert [quarters[0], quarters[-1]] == pytest.approx(expected, abs=0.01)
    assert example_report["book"]["quarter_trend"] == pytest.approx(quarters[-1] / quarters[-5], abs=0.0001)
    assert example_report["book"]["trend"] is None, "a year before the last one is not covered"


def test_the_hours_are_those_of_the_rules(
    example_report: dict[str, Any], shipped_rules: Rulebook, tmp_path: Path
) -> None:
    book, decider = (
        open_book(BOOK, shipped_rules, AS_OF, environment={"SANGDO_CACHE": str(tmp_path)}),
        Decider(shipped_rules),
    )
    groups = scored(shipped_rules, AS_OF)
    drifting = [customer for customer in book.customers() if groups[customer] == "EII"]
    hours = sum(float(decider.decide(book.facts(one)).trace.values["hours_per_week"]) for one in drifting)  # type: ignore[arg-type]
    told = next(one for one in example_report["groups"] if one["group"] == "EII")
    assert told["hours"] == hours
    assert told["hours_share"] == pytest.approx(hours / example_report["book"]["hours"], abs=0.0001)


def test_the_earlier_date_is_the_first_with_a_year_of_orders_behind_it(example_report: dict[str, Any]) -> None:
    assert example_report["book"]["since"] == SINCE.isoformat()


def test_moves_are_from_the_group_of_then_to_that_of_now(
    example_report: dict[str, Any], shipped_rules: Rulebook
) -> None:
    then, now = scored(shipped_rules, SINCE), scored(shipped_rules, AS_OF)
    expected = Counter((then.get(customer, "absent"), group) for customer, group in now.items())
    moves = example_report["movement"]["moves"]
    assert {(move["then"], move["now"]): move["customers"] for move in moves} == expected


def test_the_fall_from_the_first_group_to_the_second_leads_with_the_largest_names(
    example_report: dict[str, Any], shipped_rules: Rulebook
) -> None:
    then, now = scored(shipped_rules, SINCE), scored(shipped_rules, AS_OF)
    revenue = sold(date(2009, 12, 1), date(2010, 11, 30))
    fallen = [customer for customer in now if (then.get(customer), now[customer]) == ("EI", "EII")]
    first = example_report["movement"]["moves"][0]
    assert (first["then"], first["now"], first["what"]) == ("EI", "EII", "down")
    largest = sorted(fallen, key=lambda one: (-revenue[one], one))[:5]
    assert [one["customer_id"] for one in first["names"]] == largest
    assert first["revenue_then"] == pytest.approx(sum(revenue[one] for one in fallen), abs=0.01)


def test_to_be_lost_is_a_fall_and_to_be_rated_is_none(example_report: dict[str, Any]) -> None:
    what = {(move["then"], move["now"]): move["what"] for move in example_report["movement"]["moves"]}
    assert what["EIV", "lost"] == "down"
    assert what["new", "lost"] == "down"
    assert what["EIII", "EI"] == "up"
    assert what["new", "EI"] == what["absent", "new"] == "came"
    assert what["EI", "EI"] == "same"


def test_the_market_has_the_index_of_the_season_flags(example_report: dict[str, Any]) -> None:
    market = example_report["season"]["rows"][0]
    assert (market["kind"], market["off"], market["peak"]) == ("market", [1, 2, 3, 4, 5, 8], [9, 10, 11])
    assert sum(market["index"]) == pytest.approx(12, abs=0.01)


def test_dealers_have_their_own_index(shipped_rules: Rulebook, tmp_path: Path) -> None:
    folder = tmp_path / "book"
    folder.mkdir()
    rows = ["customer_id,date,amount,product"]
    for year in (2023, 2024, 2025):
        for month in range(1, 13):
            rows.append(f"A,{year}-{month:02}-10,{20 if month == 2 else 100},tea")
            rows.append(f"B,{year}-{month:02}-12,{300 if month == 12 else 100},coffee")
    (folder / "orders.csv").write_text("\n".join(rows), "utf-8")
    (folder / "customers.csv").write_text("customer_id,name,role\nA,Amber,dealer\nB,Bora,end_customer\n", "utf-8")
    (folder / "book.yaml").write_text("season: {off: [2]}\n", "utf-8")
    decided = decide_book(folder, shipped_rules, date(2025, 12, 31), None, tmp_path / "work")
    season = tell_report(decided, "book")["season"]
    rows_told = {(one["kind"], one["name"]): one for one in season["rows"]}
    assert set(rows_told) == {("market", ""), ("product", "tea"), ("product", "coffee"), ("dealer", "Amber")}
    assert rows_told["dealer", "Amber"]["off"] == [2]
    assert rows_told["product", "coffee"]["peak"] == [12]
    assert season["calendar_off"] == [2]
    flags = measure_season_flags(folder / "orders.csv", date(2025, 12, 31), shipped_rules).table.to_pylist()
    own = [row["season_index"] for row in flags if row["customer_id"] == "A"]
    assert rows_told["dealer", "Amber"]["index"] == pytest.approx(own, abs=0.001)


def test_rules_are_counted_by_the_customers_they_decide(example_report: dict[str, Any]) -> None:
    counts = {rule["rule"]: rule for question in example_report["rules"] for rule in question["rules"]}
    groups = {one["group"]: one["customers"] for one in example_report["groups"]}
    assert [counts[f"Q-{n}"]["customers"] for n in (1, 2, 3, 4)] == [groups[g] for g in ("EI", "EII", "EIII", "EIV")]
    assert counts["Q-1"]["basis"] == "document"
    assert counts["CL-1"]["basis"] == "house"
    assert counts["SE-1"]["customers"] == 0, "there is no dealer in the book"


def test_rules_about_a_whole_book_are_not_called_silent(example_report: dict[str, Any]) -> None:
    assert "portfolio_gap" not in {question["question"] for question in example_report["rules"]}


def test_what_is_asked_is_what_the_plans_ask(
    example_report: dict[str, Any], shipped_rules: Rulebook, tmp_path: Path
) -> None:
    book, decider = (
        open_book(BOOK, shipped_rules, AS_OF, environment={"SANGDO_CACHE": str(tmp_path)}),
        Decider(shipped_rules),
    )
    wanted: Counter[str] = Counter()
    groups = scored(shipped_rules, AS_OF)
    drifting = [customer for customer in book.customers() if groups[customer] == "EII"]
    for customer in drifting:
        wanted.update({ask.fact for ask in decider.decide(book.facts(customer)).asks})
    told = {one["fact"]: one for one in example_report["asks"]}
    assert told["stated_cause"]["customers"] == wanted["stated_cause"]
    assert all(one["first"] <= one["customers"] for one in told.values())
    counts = [one["customers"] for one in example_report["asks"]]
    assert counts == sorted(counts, reverse=True)


def test_quality_tells_what_is_known_and_how_old_it_is(example_report: dict[str, Any]) -> None:
    with (BOOK / "observations.csv").open(encoding="utf-8") as stream:
        seen = list(csv.DictReader(stream))
    quality = example_report["quality"]
    satisfied = {row["customer_id"] for row in seen if row["fact"] == "satisfaction"}
    told = {one["fact"]: one for one in quality["facts"]}
    assert told["satisfaction"]["known"] == len(satisfied)
    assert told["rep"]["share"] == 1.0
    assert sum(one["observations"] for one in quality["observations"]) == len(seen)
    recent = sum((AS_OF - date.fromisoformat(row["date"])).days <= 90 for row in seen)
    assert quality["observations"][0] == {"up_to_days": 90, "observations": recent}


@pytest.fixture(scope="module")
def faulty(shipped_rules: Rulebook, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    folder = tmp_path_factory.mktemp("faulty")
    months = [f"{year}-{month:02}-15" for year in (2024, 2025) for month in range(1, 13)]
    lines = ["customer_id,date,amount", *(f"good,{day},100" for day in months), *(f"bare,{day},10" for day in months)]
    lines += [f"bad,{day},50" for day in months] + ["bad,2025-02-30,50", "good,2025-12-20,-40"]
    (folder / "orders.csv").write_text("\n".join(lines) + "\n", "utf-8")
    people = "customer_id,name,rep,kind\ngood,Good,Hana,existing\nbad,Bad,Hana,existing\nbare,Bare,,existing\n"
    people += "hope,Hope,Hana,prospective\nlater,Later,Hana,future\n"
    (folder / "customers.csv").write_text(people, "utf-8")
    decided = decide_book(folder, shipped_rules, date(2025, 12, 31), None, folder / "work")
    return tell_report(decided, "Faulty")


def test_who_cannot_be_decided_is_a_group_of_its_own(faulty: dict[str, Any]) -> None:
    groups = {one["group"]: one for one in faulty["groups"]}
    assert groups["error"]["customers"] == 1
    assert groups["prospective"]["customers"] == groups["future"]["customers"] == 1
    quality = faulty["quality"]
    assert (quality["undecided"], quality["conflicts"], faulty["book"]["bad_rows"]) == (1, 0, 1)
    assert quality["bad_rows"][0]["file"] == "orders.csv"
    assert quality["bad_rows"][0]["column"] == "date"


def test_customers_without_a_rep_are_counted_with_their_revenue(faulty: dict[str, Any]) -> None:
    assert faulty["quality"]["no_rep"] == {"customers": 1, "revenue": 120.0}


def test_returns_are_taken_off_and_told(faulty: dict[str, Any]) -> None:
    assert {"code": "returns", "amount": 40.0} in faulty["assumed"]
    assert faulty["book"]["revenue"] == pytest.approx(12 * 100 - 40 + 12 * 10 + 12 * 50)
    assert faulty["book"]["trend"] == pytest.approx((12 * 160 - 40) / (12 * 160), abs=0.0001)


def test_a_book_without_orders_is_told_by_contributions(shipped_rules: Rulebook, tmp_path: Path) -> None:
    people = "customer_id,kind,standing,contribution,stability\na,existing,rated,100,0.9\nb,existing,rated,50,0.2\n"
    (tmp_path / "customers.csv").write_text(people, "utf-8")
    decided = decide_book(tmp_path, shipped_rules, date(2025, 12, 31), None, tmp_path / "work")
    told = tell_report(decided, "book")
    assert told["book"]["revenue_is"] == "contribution_a_year"
    assert told["book"]["revenue"] == 600
    assert (told["movement"], told["season"]) == (None, None)
    assert {"code": "no_orders"} in told["assumed"]


def test_the_same_book_gives_the_same_figures(
    example_report: dict[str, Any], shipped_rules: Rulebook, tmp_path: Path
) -> None:
    again = decide_book(BOOK, shipped_rules, AS_OF, None, tmp_path)
    assert tell_report(again, "book") == example_report


def test_an_earlier_date_may_be_asked_for(shipped_rules: Rulebook, tmp_path: Path) -> None:
    decided = decide_book(BOOK, shipped_rules, AS_OF, date(2011, 3, 1), tmp_path)
    then = scored(shipped_rules, date(2011, 3, 1))
    counts = Counter(dict(decided.rows("SELECT grp, count(*) FROM people_then GROUP BY 1")))
    counts.pop("absent")
    assert counts == Counter(then.values())


@pytest.mark.parametrize(
    ("since", "message", "expected"),
    [
        (AS_OF, "the earlier date 2011-06-01 is not before 2011-06-01", "--since with a day before 2011-06-01"),
        (date(2009, 1, 1), "there are no orders before 2009-01-01", "--since with a day after 2009-12-01"),
    ],
)
def test_an_earlier_date_that_cannot_be_is_refused(
    since: date, message: str, expected: str, shipped_rules: Rulebook, tmp_path: Path
) -> None:
    with pytest.raises(DataInvalid) as refused:
        decide_book(BOOK, shipped_rules, AS_OF, since, tmp_path)
    assert message in str(refused.value)
    assert expected in str(refused.value)


def test_an_earlier_date_is_refused_where_there_are_no_orders(shipped_rules: Rulebook, tmp_path: Path) -> None:
    (tmp_path / "customers.csv").write_text("customer_id\na\n", "utf-8")
    with pytest.raises(DataInvalid, match="expected: a book with orders"):
        decide_book(tmp_path, shipped_rules, AS_OF, SINCE, tmp_path / "work")


def test_rules_without_quadrants_are_refused(tmp_path: Path) -> None:
    rulebook = load_rulebook(ROOT / "tests" / "language" / "base")
    with pytest.raises(RulesInvalid, match="there is no question quadrant"):
        decide_book(BOOK, rulebook, AS_OF, None, tmp_path)


def test_every_rated_customer_is_a_spot(decided_example: DecidedBook) -> None:
    found = find_spots(decided_example)
    assert not found.are_cells
    assert (len(found.spots), found.customers + found.left_out) == (245, 250)
    assert found.low == min(spot.contribution for spot in found.spots)


def test_many_customers_are_cells_that_count_them_all(
    decided_example: DecidedBook, monkeypatch: pytest.MonkeyPatch
) -> None:
    single = find_spots(decided_example)
    monkeypatch.setattr(spots_module, "MOST_SPOTS", 100)
    cells = find_spots(decided_example)
    assert cells.are_cells
    assert sum(spot.count for spot in cells.spots) == len(single.spots)
    assert len(cells.spots) < len(single.spots)
    for spot in cells.spots:
        assert spot.stability == pytest.approx((int(spot.stability * CELLS) + 0.5) / CELLS)
        assert single.low is not None
        assert single.high is not None
        assert single.low <= spot.contribution <= single.high


@pytest.mark.usefixtures("decided_example")
def test_the_way_is_told_for_both_dates(told_progress: list[tuple[str, int, int]]) -> None:
    assert [at for at in told_progress if at[0] == DECIDING] == [(DECIDING, 0, 300), (DECIDING, 300, 300)] * 2
