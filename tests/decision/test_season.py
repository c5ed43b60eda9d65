"""The season ahead of a dealer: what sells by itself, the target, and the table on the page (clause S1.2)."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from sangdo.engine.decision.decision import Decider
from sangdo.engine.decision.pages.page import arrange_page
from sangdo.engine.decision.pages.rendering import render
from sangdo.engine.decision.plan import build_plan
from sangdo.engine.decision.season import natural_sales
from sangdo.engine.facts.facts import Facts, Known, Outlook
from sangdo.engine.language.loading import load_rulebook

RULEBOOK = load_rulebook(Path(__file__).parents[2] / "rules")
DECIDER = Decider(RULEBOOK)
INDEX = (0.4, 0.4, 0.6, 0.8, 1.0, 1.8, 2.2, 2.0, 1.2, 0.8, 0.4, 0.4)
LAGER, STOUT = tuple(90 * one for one in INDEX), tuple(10 * one for one in INDEX)


def facts(outlook: Outlook | None, **values: Any) -> Facts:
    known = {
        "role": "dealer",
        "kind": "existing",
        "off_season": True,
        "months_to_peak": 6,
        "season_years": 3.0,
    } | values
    return Facts(
        "D1",
        date(2027, 1, 15),
        {name: Known(value, "given", "a test") for name, value in known.items()},
        outlook=outlook,
    )


def season(outlook: Outlook | None, **values: Any) -> dict[str, Any] | None:
    found = build_plan(DECIDER.decide(facts(outlook, **values)), "en")["season"]
    assert json.loads(json.dumps(found)) == found
    return found  # type: ignore[no-any-return]


def outlook(trend: float | None = None) -> Outlook:
    return Outlook(INDEX, {"lager": LAGER, "stout": STOUT}, {"lager": trend, "stout": None})


def test_what_sells_by_itself_is_last_years_month_where_the_year_followed_the_season() -> None:
    assert natural_sales(outlook(), 6) == pytest.approx({"lager": 198, "stout": 22})


def test_an_odd_month_is_drawn_half_way_to_the_season() -> None:
    odd = Outlook((1.0,) * 12, {"": (0.0, *(120.0,) * 11)}, {})
    assert natural_sales(odd, 0) == pytest.approx({"": 110 / 2})
    assert natural_sales(odd, 1) == pytest.approx({"": (120 + 110) / 2})


@pytest.mark.parametrize(("trend", "carried"), [(1.0, 1.0), (0.8, 0.9), (1.4, 1.2), (0.0, 0.5), (9.0, 1.5)])
def test_half_of_the_years_change_is_carried_on_within_bounds(trend: float, carried: float) -> None:
    assert natural_sales(outlook(trend), 6)["lager"] == pytest.approx(198 * carried)


def test_without_an_index_last_years_month_stands_alone() -> None:
    assert natural_sales(Outlook((None,) * 12, {"": LAGER}, {}), 6) == {"": LAGER[6]}


def test_the_target_reaches_the_peak_in_equal_steps() -> None:
    found = season(outlook())
    assert found is not None
    assert found["peak"] == {"month": "2027-07", "last_year": 220, "required": 242, "natural": 220}
    assert [month["month"] for month in found["months"]] == [f"2027-{n:02}" for n in range(1, 8)]
    raised = [month["target"] / month["natural"] for month in found["months"]]
    assert raised == pytest.approx([1 + 0.1 * step / 7 for step in range(1, 8)], abs=1e-3)
    assert found["months"][-1]["target"] == 242


def test_targets_add_up_over_products_and_months() -> None:
    found = season(outlook(0.7))
    assert found is not None
    for name in ("natural", "target"):
        for month in found["months"]:
            assert month[name] == pytest.approx(sum(one[name] for one in month["products"].values()), abs=0.02)
        total = sum(month[name] for month in found["months"])
        assert sum(one[name] for one in found["products"]) == pytest.approx(total, abs=0.1)


def test_a_dealer_who_outgrows_the_requirement_keeps_to_what_sells_by_itself() -> None:
    found = season(Outlook(INDEX, {"lager": LAGER}, {"lager": 2.0}))
    assert found is not None
    assert found["peak"]["natural"] > found["peak"]["required"]
    assert all(month["target"] == month["natural"] for month in found["months"])


@pytest.mark.parametrize(
    "changed", [{"off_season": False}, {"role": "end_customer"}, {"kind": "prospective"}, {"months_to_peak": None}]
)
def test_there_is_no_season_ahead_of_others(changed: dict[str, Any]) -> None:
    values = {**facts(outlook(), **changed).values}
    kept = {name: known for name, known in values.items() if known.value is not None}
    decided = DECIDER.decide(Facts("D1", date(2027, 1, 15), kept, outlook=outlook()))
    assert build_plan(decided, "en")["season"] is None


def test_without_orders_there_is_none_either() -> None:
    assert season(None) is None
    assert season(Outlook(INDEX, {}, {})) is None


def test_a_season_about_to_begin_is_shown_too() -> None:
    assert season(outlook(), off_season=False, off_season_next=True) is not None


def test_the_page_shows_the_figures_in_both_languages() -> None:
    for language, word in (("ko", "이대로 팔릴 양"), ("en", "By itself")):
        plan = build_plan(DECIDER.decide(facts(outlook(), season_years=1.5)), language)
        table = arrange_page(plan, RULEBOOK).season
        assert table is not None
        assert (table.months[0].natural, table.months[-2].target) == ("40", "242")
        assert [row.name for row in table.products] == ["lager", "stout"]
        assert len(table.notes) == 2, "a short history is said"
        for form in ("md", "html", "text"):
            rendered = render(plan, RULEBOOK, form)
            assert "242" in rendered
            assert word in rendered or form == "text"


def test_the_outlook_is_part_of_what_a_decision_is_called_by() -> None:
    ids = {DECIDER.decide(facts(one)).id for one in (None, outlook(), outlook(0.5))}
    assert len(ids) == 3
