"""The least changes that bring an answer about: the solver proposes them, inference verifies each."""

from __future__ import annotations

import time
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from sangdo.engine.decision.decision import Decider, Decision
from sangdo.engine.decision.whatif import (
    Setting,
    apply_settings,
    tell_what_if,
)
from sangdo.engine.language.errors import Problem, RulesInvalid, SangdoError
from sangdo.engine.language.values import as_json
from sangdo.engine.verify.search.levers import Lever, find_levers
from sangdo.engine.verify.search.obstacles import NOTHING, Obstacle, find_obstacle, tell_obstacle
from sangdo.engine.verify.search.proposals import OutOfTime, Proposal, Proposals
from sangdo.engine.verify.search.target import Target

MOST_WAYS = 3


class Refused(SangdoError):
    """The solver proposed changes that do not bring the answer about: a fault, and nothing is shown."""

    exit_code = 1


@dataclass(frozen=True, slots=True)
class Way:
    """Changes that bring the answer about, what they cost, how far they move in all, and the decision they lead to."""

    settings: tuple[Setting, ...]
    levers: tuple[Lever, ...]
    cost: Fraction
    move: Fraction
    decision: Decision


@dataclass(frozen=True, slots=True)
class Search:
    """What came of a search: `outcome` is reached (it is so already), ways, none, or undecided (out of time, with the
    ways found until then). `obstacle` is what stands against it where there is no way."""

    target: Target
    by: str | None
    seconds: float
    outcome: str
    ways: tuple[Way, ...] = ()
    obstacle: Obstacle = NOTHING


def search_ways(decider: Decider, before: Decision, target: Target, by: str | None, seconds: float) -> Search:
    """Search the least changes of what the vocabulary marks as changeable, up to three different ways.

    Least is, first, the smallest sum of costs and, among these, the smallest sum of moves. A further way changes no
    set of facts that contains those of an earlier one. Raises Refused when inference does not confirm a way.
    """
    if target.is_reached(before):
        return Search(target, by, seconds, "reached")
    deadline = time.monotonic() + seconds
    levers = find_levers(before.rulebook, before.facts, by)
    proposals = Proposals(before, target, levers, deadline)
    ways: list[Way] = []
    try:
        while len(ways) < MOST_WAYS and (proposal := proposals.next_least()) is not None:
            ways.append(_verified(decider, before, target, proposal))
    except OutOfTime:
        return Search(target, by, seconds, "undecided", tuple(ways))
    if ways:
        return Search(target, by, seconds, "ways", tuple(ways))
    return Search(target, by, seconds, "none", (), find_obstacle(before, target, levers, deadline))


def _verified(decider: Decider, before: Decision, target: Target, proposal: Proposal) -> Way:
    """Decide the customer with the changes made; what the solver says counts for nothing here."""
    settings = tuple(setting for _, setting in proposal.moves)
    try:
        after = decider.decide(apply_settings(before.facts, settings, before.rulebook))
    except RulesInvalid as conflict:
        raise _refused(before, target, str(conflict)) from None
    if not target.is_reached(after):
        told = ", ".join(f"{setting.name} = {as_json(setting.value)}" for setting in settings)
        raise _refused(before, target, f"{told} does not bring {target.question} about")
    levers = tuple(lever for lever, _ in proposal.moves)
    return Way(settings, levers, proposal.cost, proposal.move, after)


def _refused(before: Decision, target: Target, why: str) -> Refused:
    place = before.rulebook.questions[target.question].location
    return Refused(Problem(place, f"the solver and inference differ: {why}; nothing is proposed"))


def tell_search(search: Search, before: Decision, language: str) -> dict[str, Any]:
    """Return a search as a JSON object: the target, the outcome, the ways with their plans, what stands against it."""
    target = search.target
    return {
        "target": {
            "question": target.question,
            "product": target.product,
            "answer": as_json(target.answer),
            "label": target.label(before, language),
            "by": search.by,
            "seconds": search.seconds,
        },
        "outcome": search.outcome,
        "ways": [_tell_way(way, before, language) for way in search.ways],
        "against": tell_obstacle(search.obstacle, target, before, language),
    }


def _tell_way(way: Way, before: Decision, language: str) -> dict[str, Any]:
    told = tell_what_if(before, way.decision, way.settings, language)
    for lever, change in zip(way.levers, told["changes"], strict=True):
        change |= {"by": lever.change.by, "cost": float(lever.cost)}
    return {"cost": float(way.cost), "move": round(float(way.move), 6), **told}
