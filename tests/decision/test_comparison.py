"""What differs between two plans, and because of what."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from sangdo.engine.decision.comparison import compare_plans, is_same
from sangdo.engine.decision.decision import Decider
from sangdo.engine.decision.plan import build_plan
from sangdo.engine.facts.facts_file import parse_facts
from sangdo.engine.language.cached_rulebook import load_cached
from sangdo.engine.language.rulebook import Rulebook

RULES = Path(__file__).parents[2] / "rules"
STEADY = "kind: existing\nstanding: rated\ncontribution: 900\nlines: {contribution_line: 500, stability_line: 0.6}\n"


@pytest.fixture(scope="module")
def rulebook() -> Rulebook:
    return load_cached(RULES, {})


def plan_of(rulebook: Rulebook, text: str) -> dict[str, Any]:
    facts = parse_facts(text.encode(), "a.yaml", rulebook, date(2026, 6, 30))
    return build_plan(Decider(rulebook).decide(facts), "en")


def test_an_answer_that_changed_names_the_facts_it_goes_back_to(rulebook: Rulebook) -> None:
    """Clause E1: contribution and stability together make the group."""
    before, after = (plan_of(rulebook, STEADY + f"stability: {value}") for value in (0.5, 0.8))
    found = compare_plans(before, after, rulebook)
    assert found["facts"] == [{"fact": "stability", "product": None, "before": 0.5, "after": 0.8}]
    changed = {one["question"]: one for one in found["answers"]}
    assert (changed["quadrant"]["before"], changed["quadrant"]["after"]) == ("EII", "EI")
    assert changed["quadrant"]["because"] == ["stability_level"]
    assert changed["quadrant"]["roots"] == ["stability"]
    assert changed["stability_level"]["rules"] == [["SL-2"], ["SL-1"]]
    assert {one["change"] for one in found["actions"]} == {"new", "dropped"}
    assert not is_same(found)


def test_a_line_that_moved_is_the_cause_when_no_fact_changed(rulebook: Rulebook) -> None:
    before = plan_of(rulebook, STEADY + "stability: 0.55")
    after = plan_of(rulebook, STEADY.replace("0.6}", "0.5}") + "stability: 0.55")
    found = compare_plans(before, after, rulebook)
    assert found["thresholds"] == [{"threshold": "stability_line", "before": 0.6, "after": 0.5}]
    roots = {one["question"]: one["roots"] for one in found["answers"]}
    assert (roots["stability_level"], roots["quadrant"]) == (["stability_line"], ["stability_line"])


def test_an_answer_of_one_product_is_told_apart_from_the_others(rulebook: Rulebook) -> None:
    """Clause S: each of a dealer's products has a verdict of its own."""
    dealer = (
        "kind: existing\nrole: dealer\nproducts:\n- {product: A, slow: true, product_trend: 0.5, product_share: 0.5"
    )
    text = dealer + ", slow_reason: price, dealer_willing: %s}\n- {product: B, slow: true, product_trend: 0.5}\n"
    found = compare_plans(*(plan_of(rulebook, text % word) for word in ("true", "false")), rulebook)
    assert {one["product"] for one in found["answers"] if one["question"] == "product_verdict"} <= {"A"}
    assert found["facts"] == [{"fact": "dealer_willing", "product": "A", "before": True, "after": False}]


def test_the_same_plan_twice_has_no_difference(rulebook: Rulebook) -> None:
    plan = plan_of(rulebook, STEADY + "stability: 0.5")
    found = compare_plans(plan, plan, rulebook)
    assert is_same(found)
    assert (found["facts"], found["thresholds"]) == ([], [])
    assert found["hours"]["before"] == found["hours"]["after"] > 0
