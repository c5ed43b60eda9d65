"""Examples: customers that show a finding, written as files, and replayed through inference before they are shown."""

from __future__ import annotations

from dataclasses import replace

from sangdo.engine.decision.decision import Decider
from sangdo.engine.facts.facts import Facts
from sangdo.engine.facts.facts_file import parse_facts
from sangdo.engine.language.errors import DataInvalid, RulesInvalid
from sangdo.engine.language.rulebook import Rulebook
from sangdo.engine.verify.findings.finding import Example
from sangdo.engine.verify.proofs.stage import Outcome, Stage, Suspicion
from sangdo.engine.verify.proofs.world import PRODUCT
from sangdo.engine.verify.solver.facts_text import facts_text
from sangdo.engine.verify.solver.model_facts import ModelFacts


class NotReproduced(RuntimeError):
    """Inference does not make of a customer what the solver says: a fault of ours, never shown as a finding."""


def make_example(stage: Stage, suspicion: Suspicion, decider: Decider) -> Example | None:
    """Return the example of a suspicion; None where there is nothing to see, or only together with a conflict that
    keeps a plan from coming about, or of products that the vocabulary has no name for.

    Raises NotReproduced, and SolverGaveUp.
    """
    proof = suspicion.proof
    if proof is None:
        return None
    own = {suspicion.question} if proof.is_conflict else set()
    peaceful = [name for name in stage.rulebook.questions if name not in own]
    wanted = proof.wanted(proof.world)
    found = proof.world.customer(wanted, peaceful) if proof.world.can(wanted, peaceful) else None
    if found is None or (found.products and PRODUCT not in stage.rulebook.facts):
        return None
    for slim in (replace(found, lines={}), found):
        text = facts_text(_without_defaults(slim, stage.rulebook), stage.rulebook, stage.day, slim.lines)
        try:
            facts = parse_facts(text.encode(), "customer.yaml", stage.rulebook, stage.day)
        except DataInvalid as invalid:
            raise NotReproduced(f"{suspicion.text.en} Its customer cannot be read: {invalid}\n{text}") from invalid
        if proof.is_seen(_outcome(decider, facts)):
            return Example(facts, text, proof.shows)
    raise NotReproduced(f"{suspicion.text.en} Inference does not show it:\n{text}")


def _outcome(decider: Decider, facts: Facts) -> Outcome:
    try:
        return decider.decide(facts)
    except RulesInvalid as conflict:
        return conflict


def _without_defaults(found: ModelFacts, rulebook: Rulebook) -> ModelFacts:
    """Leave out what the vocabulary assumes anyway."""
    values = {name: value for name, value in found.values.items() if value != rulebook.facts[name].default}
    return replace(found, values=values)
