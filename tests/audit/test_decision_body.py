"""A decision's body gives back its facts exactly, whatever they hold."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sangdo.engine.audit.decision_body import decision_body, facts_of
from sangdo.engine.audit.logged_plan import decision_entry
from sangdo.engine.audit.store.log_url import LogUnusable
from sangdo.engine.audit.store.seals import seal, unseal
from sangdo.engine.decision.decision import Decision
from sangdo.engine.decision.plan import build_plan
from sangdo.engine.explain.evaluation import Evaluator
from sangdo.engine.facts.facts import Facts, Known, Outlook
from sangdo.engine.inference.thresholds import resolve_thresholds
from sangdo.engine.inference.trace import Trace
from sangdo.engine.language.rulebook import Rulebook
from sangdo.tests.audit.plans import STEADY, decide
from sangdo.tests.property.strategies import decisions

WORDS = st.none() | st.sampled_from(["Hana", "전화로 확인", "redacted:x", 'a "quote"\n'])
FIGURES = st.floats(allow_nan=False, allow_infinity=False)
OUTLOOKS = st.none() | st.builds(
    Outlook,
    st.tuples(*[st.none() | FIGURES] * 12),
    st.dictionaries(st.sampled_from(["", "라거", "p"]), st.tuples(*[FIGURES] * 12)),
    st.dictionaries(st.sampled_from(["", "라거", "p"]), st.none() | FIGURES),
)


@st.composite
def told(draw: st.DrawFn, known: Known) -> Known:
    day = draw(st.none() | st.dates())
    origin = draw(st.sampled_from(["given", "measured", "default"]))
    return replace(known, origin=origin, by=draw(WORDS), date=day, reason=draw(WORDS))


@st.composite
def customers(draw: st.DrawFn) -> tuple[Rulebook, Facts]:
    """Customers of any rulebook, with all that can be told of a value."""
    rulebook, (facts, *_) = draw(decisions(count=1))
    values = {name: draw(told(known)) for name, known in facts.values.items()}
    products = {p: {n: draw(told(known)) for n, known in own.items()} for p, own in facts.products.items()}
    warnings = tuple(draw(st.lists(st.text(alphabet="가a ", max_size=5), max_size=2)))
    dressed = replace(facts, values=values, products=products, warnings=warnings, outlook=draw(OUTLOOKS))
    return rulebook, replace(dressed, currency=draw(st.sampled_from([None, "KRW"])))


@settings(max_examples=25, derandomize=True, deadline=None, database=None, suppress_health_check=list(HealthCheck))
@given(customers())
def test_facts_come_back_from_json_as_they_were(case: tuple[Rulebook, Facts]) -> None:
    rulebook, facts = case
    evaluator = Evaluator(rulebook, resolve_thresholds(rulebook, facts.as_of, facts.lines))
    decision = Decision(rulebook, facts, Trace(facts, {}, {}, {}, (), ()), (), evaluator)
    written = json.dumps(decision_body(decision, {}), allow_nan=False)
    back = facts_of(json.loads(written))
    assert back == facts
    again = Decision(rulebook, back, decision.trace, (), evaluator)
    assert json.dumps(decision_body(again, {})) == written, "the types and the order are the same too"
    assert again.id == decision.id


def test_the_body_holds_what_decided_and_how() -> None:
    body = decision_body(decision := decide(STEADY), build_plan(decision, "en"))
    (closing,) = [one for one in body["closings"] if one["question"] == "quadrant"]
    assert (closing["answer"], closing["how"], closing["deciding"]) == ("EII", "rules", ["Q-2"])
    (fired,) = [one for one in body["firings"] if one["rule"] == "Q-2"]
    assert fired["matched"] == [["contribution_level", "high"], ["stability_level", "low"]]
    assert body["plan"]["thresholds"]["stability_line"]["value"] == 0.6
    assert body["plan"]["engine"]["sangdo"]


def test_names_free_text_and_reasons_are_personal_but_not_the_rep_or_the_number() -> None:
    text = (
        STEADY
        + "rep: Minjun\nproducts: [{product: 라거, slow: true}]\nquadrant: EI\nreasons: {quadrant: 사장이 말했다}\n"
    )
    entry = decision_entry(decision := decide(text), build_plan(decision, "ko"), "Hana")
    assert set(entry.personal) == {"한빛상사", "사장이 말했다"}
    written, seals = seal(entry.body, entry.personal)
    assert not any(word in written for word in entry.personal)
    assert "Minjun" in written
    assert unseal(json.loads(written), {one.digest: one.value for one in seals}) == json.loads(json.dumps(entry.body))


def test_an_entry_can_be_found_by_rule_clause_action_answer_date_and_release() -> None:
    entry = decision_entry(decision := decide(STEADY), build_plan(decision, "en"), "Hana")
    assert {
        "as_of:2026-06-30", "release:2026.1", "rule:Q-2", "clause:E3.1", "under:E3.1", "under:E3",
        "answer:quadrant=EII",
        "answer:rateable=yes",
    } <= set(entry.terms)  # fmt: skip
    assert any(term.startswith("action:") for term in entry.terms)
    assert "clause:E4" not in entry.terms


@pytest.mark.parametrize("body", [{}, {"facts": None}, {"facts": {"customer_id": "C"}}])
def test_facts_that_cannot_be_read_are_said_to_be_damaged(body: dict[str, object]) -> None:
    with pytest.raises(LogUnusable, match="see: sangdo log verify"):
        facts_of(body)
