"""Targets on the shipped rules: every way holds when it is run, and nothing that nobody can change is moved."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from sangdo.engine.decision.decision import Decider
from sangdo.engine.decision.whatif import apply_settings
from sangdo.engine.facts.book import open_book
from sangdo.engine.facts.facts import Facts
from sangdo.engine.facts.facts_file import parse_facts
from sangdo.engine.language.cached_rulebook import load_cached
from sangdo.engine.language.rulebook import Level, Rulebook, Value
from sangdo.engine.verify.search.proposals import Proposal, Proposals
from sangdo.engine.verify.search.target import Target
from sangdo.engine.verify.search.targets import Refused, search_ways

ROOT = Path(__file__).parents[2]
SECONDS = 60.0
OF_THE_BOOK = ("14911", "12347", "12633")
IN_FILES = {
    "unsteady": "kind: existing\nstanding: rated\ncontribution: 900\nstability: 0.3\nopen_complaints: 0\n"
    "lines: {contribution_line: 500, stability_line: 0.6}\n",
    "weak": "quadrant: EIV\ncurrent_profit: 100\nfuture_profit: 0\nspecial_profit: 0\nsupply_cost: 80.5\n"
    "time_cost: 60\nmarketing_cost: 0\nother_cost: 0\nchangeable: false\n",
    "prospect": "kind: prospective\nscale: 5\nmanagement: 4\nnetwork: 5\nmarketing_ability: 4\ngrowth_capacity: 4\n"
    "our_advantage: 2\nstated_intent: 1\nasked_for_quote: false\nknows_us: 1\ncompetitor_strength: stronger\n",
    "future": "kind: future\nlead_route: [new_channel]\napproach_done: [information]\n",
    "dealer": "kind: existing\nrole: dealer\noff_season: true\ndealer_focus: drifting\nproducts:\n"
    "- {product: A, slow: true, slow_reason: taste, dealer_willing: true, product_share: 0.5}\n"
    "- {product: B, slow: false, dealer_willing: false}\n",
}


@pytest.fixture(scope="module")
def rulebook() -> Rulebook:
    return load_cached(ROOT / "rules", {})


def facts_of(rulebook: Rulebook, who: str) -> Facts:
    if who in IN_FILES:
        return parse_facts(IN_FILES[who].encode(), f"{who}.yaml", rulebook, date(2026, 6, 30))
    return open_book(ROOT / "examples" / "book", rulebook, None, today=date(2026, 6, 30)).facts(who)


def targets_of(rulebook: Rulebook, facts: Facts) -> list[Target]:
    """Every answer of every question, for the customer and for each product; of a sum, two numbers."""
    found: list[Target] = []
    for question in rulebook.questions.values():
        answers: tuple[Value, ...] = question.answers or (0, 5)
        for product in [None] if question.level is Level.CUSTOMER else facts.products:
            found += [Target(question.name, product, answer) for answer in answers]
    return found


def check(rulebook: Rulebook, who: str, chosen: slice) -> set[str]:
    """Search some of a customer's targets, run every way found, and return the outcomes."""
    facts, decider = facts_of(rulebook, who), Decider(rulebook)
    before, outcomes = decider.decide(facts), set()
    for target in targets_of(rulebook, facts)[chosen]:
        search = search_ways(decider, before, target, None, SECONDS)
        outcomes.add(search.outcome)
        assert search.outcome != "undecided", target
        for way in search.ways:
            assert all(rulebook.facts[setting.name].change for setting in way.settings)
            after = Decider(rulebook).decide(apply_settings(facts, way.settings, rulebook))
            assert target.is_reached(after), target
        if search.outcome == "none":
            found = search.obstacle
            assert found.rules or found.facts or found.lines, target
    return outcomes


def test_every_way_to_a_spread_of_answers_holds_when_it_is_run(rulebook: Rulebook) -> None:
    """Each customer takes another part of the answers."""
    everybody = [*OF_THE_BOOK, *IN_FILES]
    found = [check(rulebook, who, slice(number, None, 24)) for number, who in enumerate(everybody)]
    assert set().union(*found) == {"reached", "ways", "none"}


@pytest.mark.nightly
@pytest.mark.parametrize("who", [*OF_THE_BOOK, *IN_FILES])
def test_every_way_to_every_answer_holds_when_it_is_run(rulebook: Rulebook, who: str) -> None:
    assert check(rulebook, who, slice(None)) == {"reached", "ways", "none"}


def test_a_fact_stays_as_it_is_off_its_grid_unless_it_is_changed(rulebook: Rulebook) -> None:
    facts = facts_of(rulebook, "weak")
    before, target = Decider(rulebook).decide(facts), Target("net_benefit", None, 0)
    for way in search_ways(Decider(rulebook), before, target, None, SECONDS).ways:
        moved = {setting.name: setting.value for setting in way.settings}
        assert way.decision.facts.values["supply_cost"].value == moved.get("supply_cost", 80.5)
        assert all(value == int(value) for value in moved.values())  # type: ignore[arg-type]


def test_a_proposal_that_inference_does_not_confirm_is_a_fault(
    rulebook: Rulebook, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing that the solver says is shown unless the rules say so too."""
    before, target = Decider(rulebook).decide(facts_of(rulebook, "unsteady")), Target("quadrant", None, "EI")
    real = Proposals.next_least

    def wrong(proposals: Proposals) -> Proposal | None:
        found = real(proposals)
        return Proposal((), found.cost, found.move) if found else None

    monkeypatch.setattr(Proposals, "next_least", wrong)
    with pytest.raises(Refused, match="the solver and inference differ") as refused:
        search_ways(Decider(rulebook), before, target, None, SECONDS)
    assert refused.value.exit_code == 1
