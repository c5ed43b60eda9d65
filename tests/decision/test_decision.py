"""Decisions: durable-rules and the plain evaluator must agree, and plans say what they rest on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from sangdo.engine.decision.deadline import weekday_before
from sangdo.engine.decision.decision import Decider, Decision, Disagreement
from sangdo.engine.decision.plan import build_plan
from sangdo.engine.facts.facts import Facts, Known
from sangdo.engine.inference.engine import Engine
from sangdo.engine.inference.trace import Trace
from sangdo.engine.language.loading import load_rulebook
from sangdo.engine.language.rulebook import Value

RULEBOOK = load_rulebook(Path(__file__).parents[2] / "rules")
DECIDER = Decider(RULEBOOK)
MONDAY = date(2026, 11, 23)


def customer(known: Mapping[str, Value], **more: object) -> Facts:
    values = {name: Known(value, "given", "facts.yaml:1") for name, value in known.items()}
    return replace(Facts("C1", MONDAY, values), **more)  # type: ignore[arg-type]


def decide(known: Mapping[str, Value], **more: object) -> Decision:
    return DECIDER.decide(customer(known, **more))


class Liar(Engine):
    """An engine whose answer to one question is not what it found."""

    def run(self, facts: Facts) -> Trace:
        trace = super().run(facts)
        closings = [replace(c, answer="EII", held=("Q-9",)) if c.question == "quadrant" else c for c in trace.closings]
        return replace(trace, closings=tuple(closings))


def test_a_difference_between_the_readers_is_an_error_that_names_question_and_rule() -> None:
    decider = Decider(RULEBOOK)
    decider.engine = Liar(RULEBOOK)
    with pytest.raises(
        Disagreement, match=r"differ on quadrant \(rules Q-1, Q-9\): EII and EI; no plan is made"
    ) as raised:
        decider.decide(customer({"contribution_level": "high", "stability_level": "high"}))
    assert raised.value.exit_code == 1


def test_the_same_facts_have_the_same_id_and_other_facts_another() -> None:
    ids = [decide({"quadrant": "EI"}).id, decide({"quadrant": "EI"}).id, decide({"quadrant": "EII"}).id]
    assert ids[0] == ids[1] != ids[2]
    assert decide({"quadrant": "EI"}, lines={"contribution_line": 5.0}).id != ids[0]


def test_a_default_is_known_and_says_so() -> None:
    plan = build_plan(decide({"quadrant": "EI"}), "en")
    assert plan["facts"]["role"] == {"value": "end_customer", "origin": "default", "source": "vocabulary"}


def test_a_given_answer_overrides_the_rules_and_keeps_its_reason() -> None:
    known = {
        "quadrant": Known("EI", "given", "facts.yaml:1", by="kim", reason="signed for three years"),
        "contribution_level": Known("low", "given", "facts.yaml:2"),
        "stability_level": Known("low", "given", "facts.yaml:3"),
    }
    decision = DECIDER.decide(Facts("C1", MONDAY, known))
    assert decision.trace.closing("quadrant").how == "given"
    plan = build_plan(decision, "en")
    assert plan["answers"]["strategy"] == "consolidate"
    assert plan["facts"]["quadrant"]["reason"] == "signed for three years"
    assert [(rule["rule"], rule["lost_to"]) for rule in plan["also_held"]] == [("Q-4", "given")]


def test_the_line_of_a_book_decides_the_level_at_its_very_value() -> None:
    """Clause E1: the customer on the line itself is among the fewest that make the share."""
    for amount, level in ((500.0, "high"), (499.99, "low")):
        known: dict[str, Value] = {"kind": "existing", "standing": "rated", "contribution": amount}
        decision = decide(known, lines={"contribution_line": 500.0})
        assert decision.trace.values["contribution_level"] == level


def test_without_a_book_the_level_itself_is_asked_and_the_plan_warns() -> None:
    decision = decide({"kind": "existing", "standing": "rated", "contribution": 900.0, "stability": 0.9})
    assert "contribution_level" in [ask.fact for ask in decision.asks]
    assert any("has no value" in warning for warning in build_plan(decision, "en")["warnings"])
    assert "contribution_level" not in decision.trace.values


def test_an_action_shows_only_the_clause_that_brought_it() -> None:
    """Clauses E3.a and E3.b: the loyalty programme serves both causes, and cites the one that holds."""
    for cause, clause in (("novelty", "E3.a"), ("competitor_offer", "E3.b")):
        plan = build_plan(decide({"quadrant": "EII", "churn_cause": frozenset([cause])}), "en")
        (loyalty,) = [action for action in plan["actions"] if action["id"] == "loyalty-programme"]
        assert loyalty["clauses"] == [clause]


def test_an_action_of_two_causes_stands_once_with_both_clauses() -> None:
    plan = build_plan(decide({"quadrant": "EII", "churn_cause": frozenset(["novelty", "competitor_offer"])}), "ko")
    (loyalty,) = [action for action in plan["actions"] if action["id"] == "loyalty-programme"]
    assert loyalty["clauses"] == ["E3.a", "E3.b"]
    assert len(loyalty["rules"]) == 2


def test_due_dates_are_working_days_within_the_time_allowed() -> None:
    assert [weekday_before(date(2026, 11, day)).day for day in (20, 21, 22, 23)] == [20, 20, 20, 23]
    for action in build_plan(decide({"quadrant": "EII"}), "en")["actions"]:
        due = date.fromisoformat(action["due"])
        assert due.weekday() < 5
        assert due >= MONDAY


def test_every_fact_of_a_plan_has_an_origin_and_a_source() -> None:
    plan = build_plan(decide({"quadrant": "EIV", "current_profit": 5, "satisfaction": 3}), "en")
    for name, known in plan["facts"].items():
        assert known["origin"] in ("given", "measured", "answer", "default"), name
        assert known["source"], name


def test_nothing_known_leads_to_a_question_and_to_no_action() -> None:
    plan = build_plan(decide({}), "en")
    assert plan["actions"] == []
    assert [ask["fact"] for ask in plan["ask"]] == ["kind"]


@pytest.mark.parametrize(("kind", "pursuit", "letter"), [("prospective", "assess", "P"), ("future", "discover", "F")])
def test_others_than_existing_customers_get_no_answer_meant_for_them(kind: str, pursuit: str, letter: str) -> None:
    """Clause K1: each kind of customer has a strategy of its own."""
    plan = build_plan(decide({"kind": kind, "contribution": 9.0, "stability": 0.9, "standing": "rated"}), "en")
    assert not {"quadrant", "strategy", "churn_cause"} & {k for k, v in plan["answers"].items() if v is not None}
    assert plan["answers"]["pursuit"] == pursuit
    cited = {clause for action in plan["actions"] for clause in action["clauses"]}
    assert f"{letter}1" in cited
    assert {clause[0] for clause in cited} <= {letter, "K", "H"}


@pytest.mark.parametrize("standing", ["rated", "new", "lost"])
def test_existing_customers_get_no_answer_meant_for_others(standing: str) -> None:
    """Clause K1: whatever was noted of talks and discovery, whoever buys already is an existing customer."""
    noted: dict[str, Value] = {"stated_intent": 5, "knows_us": 1, "approach_done": frozenset(["information"])}
    given: dict[str, Value] = {"prospect_quadrant": "PII", "expected_contribution": "high", "intent": "low"}
    for known in (noted, given):
        plan = build_plan(decide({"kind": "existing", "standing": standing, **known}), "en")
        assert not {"pursuit", "approach_next", "low_intent_cause", "price_as_weight"} & set(plan["answers"])
        cited = {clause[0] for action in plan["actions"] for clause in action["clauses"]}
        assert not cited & {"P", "F"}


def test_figures_with_cents_that_break_even_abandon_nobody() -> None:
    """Clause E5.2: the effort must exceed the return, not by what binary fractions leave over."""
    figures: dict[str, Value] = {
        "current_profit": 1234.10, "future_profit": 0, "special_profit": 0, "supply_cost": 1000.05,
        "time_cost": 200.03, "marketing_cost": 34.02, "other_cost": 0,
    }  # fmt: skip
    values = decide({"quadrant": "EIV", "changeable": False, **figures}).trace.values
    assert (values["net_benefit"], values["keep_or_abandon"]) == (0, "keep")
