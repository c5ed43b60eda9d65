"""An explanation says why a rule fired or did not: what was expected, what was there, how far off, or unknown."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from sangdo.engine.decision.decision import Decider, Decision
from sangdo.engine.decision.why.explanation import explain_decision
from sangdo.engine.decision.why.text import render_explanation
from sangdo.engine.facts.facts import Facts, Known
from sangdo.engine.language.errors import NothingMatched
from sangdo.engine.language.rulebook import (
    AllOf,
    AnyOf,
    Fact,
    FactType,
    NoneOf,
    Operator,
    Rule,
    Rulebook,
    Status,
    Value,
)
from sangdo.engine.language.rulebook import Test as FactTest

AS_OF = date(2026, 1, 5)
MEASURED: dict[str, Value] = {
    "standing": "rated", "contribution": 9345.6, "stability": 0.41, "stability_quarters": 0.5,
    "stability_months": 0.58, "stability_orders": 0.15,
}  # fmt: skip
LINES = {"contribution_line": 4200.0, "stability_line": 0.62}
Decide = Callable[..., Decision]


def decide_on(
    rulebook: Rulebook, given: dict[str, Any], measured: dict[str, Value] | None = None, **more: Any
) -> Decision:
    known = {name: Known(value, "measured", "orders.csv, 2024-01..2025-12") for name, value in (measured or {}).items()}
    for name, value in given.items():
        known[name] = value if isinstance(value, Known) else Known(value, "given", "customers.csv:7")
    decider = Decider(rulebook)
    try:
        return decider.decide(Facts("C-7", AS_OF, known, currency="EUR", **more))
    finally:
        decider.engine.close()


@pytest.fixture
def drifting(rulebook: Rulebook) -> Decision:
    return decide_on(rulebook, {"satisfaction": 4}, MEASURED, lines=LINES)


def rule_of(explained: dict[str, Any], rule: str) -> dict[str, Any]:
    (found,) = [one for question in explained["questions"] for one in question["rules"] if one["rule"] == rule]
    return found  # type: ignore[no-any-return]


def why_not(decision: Decision, rule: str, language: str = "en") -> dict[str, Any]:
    (one,) = explain_decision(decision, language, rule=rule)["why_not"]
    return one  # type: ignore[no-any-return]


# ---------------------------------------------------------------- the whole customer


def test_a_whole_customer_is_told_question_by_question_with_origins_lines_and_parts(drifting: Decision) -> None:
    explained = explain_decision(drifting, "en")
    assert [q["question"] for q in explained["questions"]][:3] == ["contribution_level", "stability_level", "quadrant"]
    (fact,) = rule_of(explained, "SL-2")["matched"]
    assert (fact["value"], fact["origin_label"]) == (0.41, "measured: orders.csv, 2024-01..2025-12")
    assert [part["fact"] for part in fact["parts"]] == ["stability_quarters", "stability_months", "stability_orders"]
    (line,) = fact["thresholds"]
    assert (line["threshold"], line["value"], line["how"]) == ("stability_line", 0.62, "book")
    assert line["method"] == {"kind": "median", "share": None, "within": (0.5, 0.8)}
    assert "median stability" in line["method_label"]
    assert "0.5" in line["method_label"]


def test_a_dated_line_says_since_when_it_is_in_force(rulebook: Rulebook) -> None:
    explained = explain_decision(decide_on(rulebook, {}, {"stability": 0.41}), "ko", rule="SL-2")
    (line,) = rule_of(explained, "SL-2")["matched"][0]["thresholds"]
    assert (line["how"], line["since"], line["origin_label"]) == ("dated", "2000-01-01", "2000-01-01부터 시행")


def test_a_line_that_a_facts_file_hands_over_is_not_said_to_be_measured(rulebook: Rulebook) -> None:
    decided = decide_on(rulebook, {"stability": 0.41}, lines={"stability_line": 0.62})
    (line,) = rule_of(explain_decision(decided, "en", rule="SL-2"), "SL-2")["matched"][0]["thresholds"]
    assert line["origin_label"] == "a book's value, as the facts file states it"


@pytest.mark.parametrize(
    ("language", "origin"),
    [("en", "given: obs.csv:3 by Kim on 2025-12-01"), ("ko", "받은 값: obs.csv:3, 2025-12-01 Kim 기록")],
)
def test_who_recorded_a_value_and_when_is_said_in_the_language(rulebook: Rulebook, language: str, origin: str) -> None:
    noted = Known(1, "given", "obs.csv:3 by Kim on 2025-12-01", "Kim", date(2025, 12, 1))
    decided = decide_on(rulebook, {"quadrant": "EII", "satisfaction": noted})
    assert rule_of(explain_decision(decided, language), "CC-1")["matched"][0]["origin_label"] == origin


def test_a_whole_customer_tells_the_rules_that_decided_before_those_left_undecided(rulebook: Rulebook) -> None:
    question = rulebook.questions["urgency"]
    waiting = replace(question.rules[0], id="UR-0", when=a_test(rulebook, "satisfaction", Operator.AT_MOST, 2))
    changed = replace(question, rules=(waiting, *question.rules))
    decided = decide_on(replace(rulebook, questions={**rulebook.questions, "urgency": changed}), {"quadrant": "EII"})
    (told,) = [one for one in explain_decision(decided, "en")["questions"] if one["question"] == "urgency"]
    assert [(rule["rule"], rule["outcome"]) for rule in told["rules"]] == [("UR-1", "decided"), ("UR-0", "undecided")]


def test_a_given_answer_waits_for_nothing(rulebook: Rulebook) -> None:
    decided = decide_on(rulebook, {"quadrant": "EIV", "net_benefit": -5})
    (told,) = [one for one in explain_decision(decided, "en")["questions"] if one["question"] == "net_benefit"]
    assert (told["how"], [rule["rule"] for rule in told["rules"]]) == ("given", ["NB-3"])


@pytest.mark.parametrize("depth", [0, 1, 2, 3])
def test_each_step_of_depth_tells_more(drifting: Decision, depth: int) -> None:
    explained = explain_decision(drifting, "en", depth=depth)
    question = explained["questions"][1]
    assert question["answer"] == "low"
    assert bool(question["rules"]) is (depth >= 1)
    matched = question["rules"][0]["matched"] if depth >= 1 else []
    assert bool(matched) is (depth >= 2)
    assert bool(matched and matched[0]["parts"]) is (depth >= 3)
    assert bool(matched and matched[0]["thresholds"][0]["method_label"]) is (depth >= 3)


def test_an_answer_is_followed_back_one_step_at_a_time(drifting: Decision) -> None:
    def chain(depth: int | None) -> list[str]:
        """The rules and facts behind the first test of ST's rule, as far back as they are told."""
        told, found = rule_of(explain_decision(drifting, "en", depth=depth, rule="ST-1"), "ST-1"), []
        while told["conditions"] is not None:
            leaf = told["conditions"]
            while leaf["kind"] != "test":
                leaf = leaf["parts"][0]
            found.append(leaf["fact"])
            if not leaf["behind"]:
                break
            told = leaf["behind"][0]["rules"][0]
            found.append(told["rule"])
        return found

    assert chain(2) == ["quadrant"]
    assert chain(3) == ["quadrant", "Q-1"]
    assert chain(4) == ["quadrant", "Q-1", "contribution_level"]
    assert chain(None) == ["quadrant", "Q-1", "contribution_level", "CL-1", "contribution"]


# ---------------------------------------------------------------- why not


def test_a_failing_number_says_how_far_off_it_is(drifting: Decision) -> None:
    one = why_not(drifting, "SL-1")
    assert (one["fact"], one["actual"], one["verdict"], one["distance"], one["direction"]) == (
        "stability", 0.41, "fails", 0.21, "up",
    )  # fmt: skip
    assert one["expected"]["operator"] == "at least"
    assert (one["expected"]["operands"], one["expected"]["threshold"]) == ([0.62], "stability_line")
    assert one["distance_label"] == "0.21 short of 0.62"
    assert why_not(drifting, "SL-1", "ko")["distance_label"] == "0.21 모자람"


def test_money_is_off_by_money(drifting: Decision) -> None:
    one = why_not(drifting, "CL-2")
    assert (one["distance"], one["direction"], one["unit"]) == (5145.6, "down", "EUR")
    assert one["distance_label"] == "€5,146 above €4,200"


def test_a_difference_that_rounding_would_hide_is_written_out(rulebook: Rulebook) -> None:
    one = why_not(decide_on(rulebook, {}, {"stability": 0.6196}, lines=LINES), "SL-1")
    assert (one["actual_label"], one["expected"]["words"]) == ("0.6196", "at least 0.62 (line of stability)")
    assert one["distance_label"] == "0.0004 short of 0.62"


def test_a_choice_that_does_not_match_names_the_words_that_would(drifting: Decision) -> None:
    explained = explain_decision(drifting, "en", rule="ST-2")
    (one,) = explained["why_not"]
    assert (one["actual"], one["expected"]["operands"], one["would_match"]) == ("EII", ["EIV"], ["EIV"])
    assert one["distance"] is None


def test_an_unknown_fact_is_unknown_and_not_failed(rulebook: Rulebook) -> None:
    decided = decide_on(rulebook, {"quadrant": "EII"})
    one = why_not(decided, "CC-1")
    assert (one["fact"], one["actual"], one["verdict"], one["distance"]) == ("satisfaction", None, "unknown", None)
    rule = rule_of(explain_decision(decided, "en", rule="CC-1"), "CC-1")
    assert (rule["outcome"], rule["waits_for"], rule["because"]) == ("undecided", ["satisfaction"], None)


def test_a_line_without_a_value_leaves_a_known_fact_unknown(rulebook: Rulebook) -> None:
    one = why_not(decide_on(rulebook, {}, {"contribution": 10}), "CL-1")
    assert (one["actual"], one["verdict"], one["expected"]["operands"]) == (10, "unknown", [None])


def test_a_question_that_does_not_apply_shows_which_test_keeps_it_from_being_asked(drifting: Decision) -> None:
    explained = explain_decision(drifting, "en", rule="NB-3")
    (one,) = explained["why_not"]
    assert (one["part"], one["fact"], one["actual"], one["expected"]["operands"]) == (
        "applies", "strategy", "convert", ["clear_out"],
    )  # fmt: skip
    (question,) = explained["questions"]
    assert (question["how"], question["applies"]["verdict"]) == ("not_asked", "fails")
    assert question["applies"]["conditions"]["behind"][0]["decided_by"] == ["ST-1"]
    assert rule_of(explained, "NB-3")["outcome"] == "not_asked"


def test_a_retired_question_says_so(rulebook: Rulebook) -> None:
    questions = {
        name: replace(q, status=Status.RETIRED) if name == "quadrant" else q for name, q in rulebook.questions.items()
    }
    decided = decide_on(replace(rulebook, questions=questions), {}, MEASURED, lines=LINES)
    explained = explain_decision(decided, "en", rule="Q-1")
    assert (explained["questions"][0]["status"], rule_of(explained, "Q-1")["outcome"]) == ("retired", "retired")


def test_a_rule_that_held_but_lost_says_to_which(rulebook: Rulebook) -> None:
    def doubled(rules: tuple[Rule, ...]) -> tuple[Rule, ...]:
        return (*rules, replace(rules[0], id="UR-9", then="low"))

    questions = {n: replace(q, rules=doubled(q.rules)) if n == "urgency" else q for n, q in rulebook.questions.items()}
    decided = decide_on(replace(rulebook, questions=questions), {"quadrant": "EII"})
    explained = explain_decision(decided, "en", question="urgency")
    assert [(r["rule"], r["outcome"], r["lost_to"]) for r in explained["questions"][0]["rules"]] == [
        ("UR-1", "decided", None), ("UR-9", "lost", "UR-1"),
    ]  # fmt: skip
    assert explained["why_not"] == []


def test_a_rule_that_lost_to_a_person_says_who_answered(rulebook: Rulebook) -> None:
    answer = Known("EIV", "given", "obs.csv:3 by Kim on 2025-12-01", "Kim", date(2025, 12, 1), "moved abroad")
    explained = explain_decision(decide_on(rulebook, {"quadrant": answer}, MEASURED, lines=LINES), "en", rule="Q-1")
    (question,) = explained["questions"]
    assert (question["how"], question["given"]["by"], question["reason"]) == ("given", "Kim", "moved abroad")
    assert (rule_of(explained, "Q-1")["outcome"], rule_of(explained, "Q-1")["lost_to"]) == ("lost", "given")


def test_why_a_given_answer_need_not_have_been_asked_for_is_not_told_behind_a_test(rulebook: Rulebook) -> None:
    applies = a_test(rulebook, "satisfaction", Operator.AT_MOST, 2)
    questions = {**rulebook.questions, "quadrant": replace(rulebook.questions["quadrant"], applies=applies)}
    decided = decide_on(replace(rulebook, questions=questions), {"strategy": "clear_out", "quadrant": "EIV"})
    explained = explain_decision(decided, "en", rule="ST-1")
    (behind,) = explained["questions"][0]["rules"][0]["conditions"]["behind"]
    assert (behind["question"], behind["how"], behind["applies"]["verdict"]) == ("quadrant", "given", "unknown")
    assert behind["applies"]["conditions"] is None
    assert "asked only when" not in render_explanation(explained, "text")


def test_a_sum_tells_the_points_of_each_rule_and_which_figure_it_lacks(rulebook: Rulebook) -> None:
    given = {"quadrant": "EIV", "profit": 250}
    told = explain_decision(decide_on(rulebook, given), "en", question="net_benefit")
    assert told["questions"][0]["how"] == "unknown"
    assert [(r["rule"], r["outcome"], r["points"]["counted"]) for r in told["questions"][0]["rules"]] == [
        ("NB-1", "lost", None), ("NB-2", "undecided", None), ("NB-3", "lost", None),
    ]  # fmt: skip
    assert rule_of(told, "NB-2")["waits_for"] == ["cost"]
    told = explain_decision(decide_on(rulebook, given | {"cost": 1150.5}), "en", question="net_benefit")
    assert [rule["points"]["counted"] for rule in told["questions"][0]["rules"]] == [250, -1150.5, -100]
    assert rule_of(told, "NB-2")["points"]["label"] == "−€1,150"


def test_a_value_that_a_sum_assumes_is_counted_and_marked(rulebook: Rulebook) -> None:
    question = rulebook.questions["net_benefit"]
    rules = tuple(replace(rule, if_unknown=40) if rule.id == "NB-2" else rule for rule in question.rules)
    assuming = replace(rulebook, questions={**rulebook.questions, "net_benefit": replace(question, rules=rules)})
    told = explain_decision(decide_on(assuming, {"quadrant": "EIV", "profit": 250}), "en", rule="NB-2")
    rule = rule_of(told, "NB-2")
    assert (rule["outcome"], rule["points"]["counted"], rule["waits_for"]) == ("assumed", -40, ["cost"])


def test_a_rule_about_products_has_one_tree_a_product(rulebook: Rulebook) -> None:
    products = {
        name: {"slow": Known(slow, "measured", "orders.csv")} for name, slow in (("라거", True), ("흑맥주", False))
    }
    explained = explain_decision(decide_on(rulebook, {}, products=products), "en", rule="PP-1")
    assert [(q["product"], q["rules"][0]["outcome"]) for q in explained["questions"]] == [
        ("라거", "decided"), ("흑맥주", "fails"),
    ]  # fmt: skip
    assert [(one["product"], one["fact"]) for one in explained["why_not"]] == [("흑맥주", "slow")]


def test_a_rule_about_products_says_when_no_product_is_known(drifting: Decision) -> None:
    explained = explain_decision(drifting, "en", rule="PP-1")
    assert (explained["questions"], len(explained["notes"])) == ([], 1)


@pytest.mark.parametrize(
    ("asked", "message", "meant"),
    [({"rule": "SL-11"}, 'no rule "SL-11"', "SL-1"), ({"question": "quadrnt"}, 'no question "quadrnt"', "quadrant")],
)
def test_an_unknown_rule_or_question_is_refused_with_the_nearest(
    drifting: Decision, asked: dict[str, str], message: str, meant: str
) -> None:
    with pytest.raises(NothingMatched, match=message) as refused:
        explain_decision(drifting, "en", **asked)  # type: ignore[arg-type]
    assert refused.value.problems[0].suggestion == meant


# ---------------------------------------------------------------- nested groups


def with_condition(rulebook: Rulebook, condition: Any) -> Rulebook:
    question = rulebook.questions["churn_cause"]
    rules = (replace(question.rules[0], when=condition), *question.rules[1:])
    changed = replace(question, applies=None, rules=rules)
    return replace(rulebook, questions={**rulebook.questions, "churn_cause": changed})


def a_test(rulebook: Rulebook, fact: str, operator: Operator, *operands: Value) -> FactTest:
    found: Fact = rulebook.facts[fact]
    return FactTest(found.name, operator, operands, found.location)


def test_nested_groups_are_a_tree_and_the_flat_list_names_only_what_is_in_the_way(rulebook: Rulebook) -> None:
    low = a_test(rulebook, "satisfaction", Operator.AT_MOST, 2)
    many = a_test(rulebook, "orders_last_year", Operator.MORE_THAN, 30)
    gap = a_test(rulebook, "usual_gap_days", Operator.BETWEEN, 10, 20)
    new = a_test(rulebook, "standing", Operator.IS, "new")
    silent = a_test(rulebook, "days_silent", Operator.AT_LEAST, 5)
    condition = AllOf((AnyOf((low, many)), NoneOf((new, silent)), gap))
    measured: dict[str, Value] = {"satisfaction": 3, "orders_last_year": 30, "standing": "rated", "days_silent": 8}
    explained = explain_decision(decide_on(with_condition(rulebook, condition), {}, measured), "en", rule="CC-1")
    tree = rule_of(explained, "CC-1")["conditions"]
    assert (tree["kind"], tree["verdict"], tree["holding"], tree["unknown"], tree["of"]) == ("all", "fails", 0, 1, 3)
    assert [(part["kind"], part["verdict"], part.get("which")) for part in tree["parts"]] == [
        ("any", "fails", []), ("none", "fails", [2]), ("test", "unknown", None),
    ]  # fmt: skip
    assert [
        (one["fact"], one["verdict"], one["expected"]["words"], one["distance"], one["direction"])
        for one in explained["why_not"]
    ] == [
        ("satisfaction", "fails", "at most 2", 1, "down"),
        ("orders_last_year", "fails", "more than 30", 0, None),
        ("days_silent", "fails", "less than 5 days", 3, "down"),
        ("usual_gap_days", "unknown", "between 10 days and 20 days", None, None),
    ]
    assert explained["why_not"][2]["expected"]["negated"] is True


def test_a_value_on_the_very_line_is_said_not_to_be_enough(rulebook: Rulebook) -> None:
    condition = a_test(rulebook, "orders_last_year", Operator.MORE_THAN, 30)
    one = why_not(decide_on(with_condition(rulebook, condition), {}, {"orders_last_year": 30}), "CC-1")
    assert (one["distance"], one["distance_label"]) == (0, "on the line itself, which is not enough")


@pytest.mark.parametrize(
    ("actual", "wanted", "label"),
    [(date(2026, 1, 1), date(2026, 1, 13), "12 days before"), (date(2026, 1, 2), date(2026, 1, 1), "1 day after")],
)
def test_a_date_is_off_by_days(rulebook: Rulebook, actual: date, wanted: date, label: str) -> None:
    since = replace(rulebook.facts["days_silent"], name="since", type=FactType.DATE, unit=None)
    dated = replace(rulebook, facts={**rulebook.facts, "since": since})
    condition = a_test(dated, "since", Operator.IS, wanted)
    one = why_not(decide_on(with_condition(dated, condition), {}, {"since": actual}), "CC-1")
    assert (one["distance"], one["unit"]) == (abs((wanted - actual).days), "days")
    assert one["distance_label"].startswith(label)


def test_a_word_that_must_not_be_there_names_those_that_would_do(rulebook: Rulebook) -> None:
    condition = a_test(rulebook, "standing", Operator.IS_NOT, "rated")
    one = why_not(decide_on(with_condition(rulebook, condition), {}, {"standing": "rated"}), "CC-1")
    assert (one["expected"]["words"], one["would_match"]) == ("not rated", ["new"])
