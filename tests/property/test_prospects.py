"""Raising what speaks for a prospect never lowers what is concluded of it (clauses P1 and P2)."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from sangdo.engine.explain.evaluation import Evaluator
from sangdo.engine.facts.facts import Facts, Known
from sangdo.engine.inference.thresholds import resolve_thresholds
from sangdo.engine.language.loading import load_rulebook
from sangdo.engine.language.rulebook import Value

RULEBOOK = load_rulebook(Path(__file__).parents[2] / "rules")
AS_OF = date(2026, 11, 23)
EVALUATOR = Evaluator(RULEBOOK, resolve_thresholds(RULEBOOK, AS_OF, {}))

POINTS = (1, 2, 3, 4, 5)
INDICATORS = ("scale", "management", "network", "marketing_ability", "growth_capacity", "our_advantage")
EXPECTED: dict[str, tuple[Value, ...]] = {
    **dict.fromkeys((*INDICATORS, "personal_judgement"), POINTS),
    "strategic_importance": ("none", "some", "key"),
}
SIGNALS: dict[str, tuple[Value, ...]] = {
    "stated_intent": POINTS,
    **dict.fromkeys(("asked_for_quote", "asked_for_trial", "met_decision_maker", "agreed_next_step"), (False, True)),
}
RANK = {"low": 0, None: 1, "high": 2}
"""Of two answers the higher counts more; an open one lies between them."""
GROUPS = {("high", "high"): "PI", ("high", "low"): "PII", ("low", "high"): "PIII", ("low", "low"): "PIV"}


def conclude(known: dict[str, Value]) -> dict[str, Any]:
    values = {name: Known(value, "given", "a test") for name, value in {"kind": "prospective", **known}.items()}
    return dict(EVALUATOR.evaluate(Facts("p", AS_OF, values)).values)


@st.composite
def raised(draw: st.DrawFn, scales: dict[str, tuple[Value, ...]], others: dict[str, tuple[Value, ...]],
           needed: tuple[str, ...]) -> tuple[dict[str, Value], dict[str, Value]]:  # fmt: skip
    """A prospect, some of it unknown, and the same with one of its `scales` raised."""
    known: dict[str, Value] = {}
    for name, values in {**scales, **others}.items():
        if name in needed or draw(st.integers(0, 3)):
            known[name] = draw(st.sampled_from(values))
    name = draw(st.sampled_from([name for name in scales if name in known] or sorted(scales)[:1]))
    place = draw(st.integers(0, len(scales[name]) - 2))
    known[name] = scales[name][place]
    higher = draw(st.sampled_from(scales[name][place + 1 :]))
    return known, {**known, name: higher}


@settings(max_examples=400, deadline=None, derandomize=True, database=None)
@given(raised(EXPECTED, SIGNALS, INDICATORS))
def test_raising_an_indicator_never_lowers_the_expected_contribution(
    pair: tuple[dict[str, Value], dict[str, Value]],
) -> None:
    """Clause P2: score, level and group; the intent does not change."""
    before, after = (conclude(known) for known in pair)
    assert after["expected_contribution_score"] >= before["expected_contribution_score"]
    assert RANK[after["expected_contribution"]] >= RANK[before["expected_contribution"]]
    assert after.get("intent") == before.get("intent")
    for answers in (before, after):
        levels = answers["expected_contribution"], answers.get("intent")
        assert answers.get("prospect_quadrant") == GROUPS.get(levels)


@settings(max_examples=400, deadline=None, derandomize=True, database=None)
@given(raised(SIGNALS, EXPECTED, ()))
def test_raising_a_signal_never_lowers_the_intent(pair: tuple[dict[str, Value], dict[str, Value]]) -> None:
    """Clause P1: score and level; the expected contribution does not change."""
    before, after = (conclude(known) for known in pair)
    assert after["intent_score"] >= before["intent_score"]
    assert RANK[after.get("intent")] >= RANK[before.get("intent")]
    assert after.get("expected_contribution") == before.get("expected_contribution")


@settings(max_examples=300, deadline=None, derandomize=True, database=None)
@given(raised(EXPECTED, SIGNALS, ()))
def test_what_is_not_known_never_makes_a_low_expected_contribution(
    pair: tuple[dict[str, Value], dict[str, Value]],
) -> None:
    """Clause P2: as long as one of the six indicators is unknown, nothing is concluded."""
    for known in pair:
        is_complete = all(name in known for name in INDICATORS)
        assert ("expected_contribution" in conclude(known)) is is_complete


@settings(max_examples=200, deadline=None, derandomize=True, database=None)
@given(st.tuples(*(st.sampled_from(values) for values in SIGNALS.values())))
def test_when_every_signal_is_known_the_intent_is_decided(values: tuple[Value, ...]) -> None:
    """Clause P1: high or low, with no gap between the rules."""
    assert conclude(dict(zip(SIGNALS, values, strict=True)))["intent"] in ("high", "low")
