"""What each answer would lead to: values cut where rules draw a line, and asks ranked by what they decide."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from sangdo.engine.decision.decision import Decider, Decision
from sangdo.engine.decision.plan import build_plan
from sangdo.engine.explain.possible_values import OtherText, Span, list_possible
from sangdo.engine.facts.facts import Facts, Known
from sangdo.engine.language.errors import Location
from sangdo.engine.language.loading import load_rulebook
from sangdo.engine.language.rulebook import Fact, FactType, Level, Origin, Text, Value

RULEBOOK = load_rulebook(Path(__file__).parents[2] / "rules")
DECIDER = Decider(RULEBOOK)
MONDAY = date(2026, 11, 23)
DRIFTING: dict[str, Value] = {"kind": "existing", "standing": "rated", "quadrant": "EII"}
FIGURES = {
    "current_profit": 100, "future_profit": 0, "special_profit": 0, "supply_cost": 20, "time_cost": 30,
    "marketing_cost": 10,
}  # fmt: skip
WEAK: dict[str, Value] = {**DRIFTING, "quadrant": "EIV", "changeable": False, **FIGURES}


def decide(known: Mapping[str, Value], **products: dict[str, Value]) -> Decision:
    inner = {product: {n: Known(v, "given", "f:1") for n, v in held.items()} for product, held in products.items()}
    return DECIDER.decide(Facts("C1", MONDAY, {n: Known(v, "given", "f:1") for n, v in known.items()}, inner))


def asks(known: Mapping[str, Value], language: str = "en", **products: dict[str, Value]) -> list[dict[str, Any]]:
    made: list[dict[str, Any]] = build_plan(decide(known, **products), language)["ask"]
    return made


def ask_for(fact: str, known: Mapping[str, Value], language: str = "en") -> dict[str, Any]:
    return next(one for one in asks(known, language) if one["fact"] == fact)


def fact_of(kind: FactType, low: float | None = None, high: float | None = None, *words: str) -> Fact:
    values = {word: Text(word, word) for word in words} or None
    label = Text("사실", "fact")
    return Fact("f", label, kind, Origin.GIVEN, Level.CUSTOMER, Location("v"), None, low, high, values)


def stretches(fact: Fact, *cuts: Value) -> list[object]:
    return [possible.stretch for possible in list_possible(fact, cuts)]


def test_whole_numbers_are_counted_off_between_the_lines_inside_the_range() -> None:
    assert stretches(fact_of(FactType.INTEGER, 1, 5), 2, 3.5, 9) == [Span(1, 1), Span(2, 2), Span(3, 3), Span(4, 5)]
    assert stretches(fact_of(FactType.INTEGER), 0) == [Span(None, -1), Span(0, 0), Span(1, None)]


def test_numbers_are_cut_into_lines_and_what_lies_between() -> None:
    assert stretches(fact_of(FactType.NUMBER, 0, 1), 0.5, 7) == [
        Span(0, 0),
        Span(0, 0.5, False, False),
        Span(0.5, 0.5),
        Span(0.5, 1, False, False),
        Span(1, 1),
    ]
    assert stretches(fact_of(FactType.MONEY), 5) == [
        Span(None, 5, high_included=False),
        Span(5, 5),
        Span(5, None, low_included=False),
    ]


def test_each_value_that_is_tried_lies_in_its_stretch_and_range() -> None:
    for possible in list_possible(fact_of(FactType.PERCENT, 0, 100), (0, 12.5, 100, 101)):
        assert isinstance(possible.stretch, Span)
        assert isinstance(possible.tried, (int, float))
        low, high = possible.stretch.low, possible.stretch.high
        assert low == possible.tried == high or low < possible.tried < high  # type: ignore[operator]


def test_choices_are_none_and_each_single_word_and_texts_each_tested_one_and_another() -> None:
    assert stretches(fact_of(FactType.CHOICES, None, None, "a", "b")) == [frozenset(), {"a"}, {"b"}]
    assert stretches(fact_of(FactType.TEXT), "x", "y") == ["x", "y", OtherText(("x", "y"))]
    assert stretches(fact_of(FactType.FLAG), True) == [True, False]


def test_dates_are_cut_by_days() -> None:
    first, last = date(2026, 1, 1), date(2026, 1, 2)
    before = Span(None, date(2025, 12, 31))
    assert stretches(fact_of(FactType.DATE), first) == [before, Span(first, first), Span(last, None)]


def test_the_ask_that_decides_most_of_the_plan_comes_first() -> None:
    """Clause E3: the cause itself decides more programmes than any one sign of it."""
    weights = [(one["fact"], one["weight"]) for one in asks(DRIFTING)]
    assert weights[0] == ("stated_cause", 10)
    assert [weight for _, weight in weights] == sorted((weight for _, weight in weights), reverse=True)


def test_the_weight_counts_the_answers_and_actions_that_differ() -> None:
    ask = ask_for("satisfaction", DRIFTING)
    unhappy, content = ask["leads_to"]
    assert (unhappy["label"], unhappy["values"]) == ("1 to 2", [{"at least": 1, "at most": 2}])
    assert (content["label"], content["answers"], content["actions"]) == ("3 to 5", {}, {"new": [], "dropped": []})
    assert ask["weight"] == sum(map(len, (unhappy["answers"], *unhappy["actions"].values())))


def test_values_that_lead_to_the_same_are_one_outcome() -> None:
    (better, others) = ask_for("competitor_offer", DRIFTING)["leads_to"]
    assert better["values"] == ["better"]
    assert better["answers"]["churn_cause"] == ["competitor_offer"]
    assert (others["values"], others["label"]) == (["equal", "worse"], "about equal, worse than ours")


def test_what_an_answer_leads_to_is_what_the_plan_then_says() -> None:
    now = build_plan(decide(DRIFTING), "en")
    for ask in now["ask"]:
        for lead in ask["leads_to"]:
            value = tried(lead["values"][0])
            then = build_plan(decide({**DRIFTING, ask["fact"]: value}), "en")
            assert {**now["answers"], **lead["answers"]} == then["answers"], (ask["fact"], value)
            called = [{one["id"] for one in plan["actions"] + plan["avoid"]} for plan in (now, then)]
            assert set(lead["actions"]["new"]) == called[1] - called[0]
            assert set(lead["actions"]["dropped"]) == called[0] - called[1]


def tried(item: Any) -> Value:
    if not isinstance(item, dict):
        return item  # type: ignore[no-any-return]
    return item.get("at least", item.get("at most", 0))  # type: ignore[no-any-return]


def test_the_last_figure_of_a_sum_is_cut_where_the_sum_meets_its_line() -> None:
    """Clause E5.2: 100 less 60 leaves 40, so any cost beyond 40 exceeds the return."""
    (kept, abandoned) = ask_for("other_cost", WEAK)["leads_to"]
    assert (kept["values"], kept["answers"]["keep_or_abandon"]) == ([{"at least": 0, "at most": 40}], "keep")
    assert (abandoned["label"], abandoned["answers"]["keep_or_abandon"]) == ("more than 40", "abandon")
    assert "net_benefit" not in kept["answers"], "a figure that moves with the fact is no outcome"


def test_the_figure_that_a_fact_moves_counts_as_one_part_that_it_decides() -> None:
    ask = ask_for("other_cost", WEAK)
    differing = {name for lead in ask["leads_to"] for name in lead["answers"]}
    actions = {name for lead in ask["leads_to"] for name in (*lead["actions"]["new"], *lead["actions"]["dropped"])}
    always = set.intersection(*(set(lead["actions"]["dropped"]) for lead in ask["leads_to"]))
    same = {n for n in differing if len({str(lead["answers"].get(n)) for lead in ask["leads_to"]}) == 1}
    assert ask["weight"] == 1 + len(differing - same) + len(actions - always)


def test_a_sum_further_on_that_only_steps_when_an_answer_changes_is_told() -> None:
    """A low intent makes them PIV, who get one point and a tenth of an hour; their score of intent moves with it."""
    scored = dict.fromkeys(("scale", "management", "network", "marketing_ability", "growth_capacity"), 3)
    (low, *_) = ask_for("stated_intent", {"kind": "prospective", **scored, "our_advantage": 4})["leads_to"]
    assert (low["answers"]["attention_weight"], low["answers"]["hours_per_week"]) == (1, 0.1)
    assert "intent_score" not in low["answers"]


def test_a_figure_of_a_sum_that_still_lacks_others_decides_nothing_by_itself() -> None:
    known = {name: value for name, value in WEAK.items() if name != "time_cost"}
    ask = ask_for("other_cost", known)
    assert (ask["weight"], [lead["label"] for lead in ask["leads_to"]]) == (0, ["any answer"])


@pytest.mark.parametrize(
    ("language", "labels"), [("en", ["less than 10%", "10% or more"]), ("ko", ["10% 미만", "10% 이상"])]
)
def test_stretches_are_said_in_words_with_their_unit(language: str, labels: list[str]) -> None:
    ask = ask_for("late_deliveries", DRIFTING, language)
    assert [lead["label"] for lead in ask["leads_to"]] == labels


def test_the_same_facts_give_the_same_ranking() -> None:
    assert asks(DRIFTING) == asks(dict(reversed(DRIFTING.items())))


def test_what_follows_for_a_product_stands_under_its_name() -> None:
    dealer: dict[str, Value] = {**DRIFTING, "quadrant": "EI", "role": "dealer"}
    slow = {"product_is_slow": True}
    made = asks(dealer, lager=slow, stout={"product_is_slow": False})
    about = [one for one in made if one.get("product") == "lager"]
    assert about
    changed = {name for one in about for lead in one["leads_to"] for name in lead.get("products", {})}
    assert changed == {"lager"}
