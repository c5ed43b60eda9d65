"""The least changes that bring an answer about: the solver proposes them, inference verifies each."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import z3

from sangdo.engine.decision.decision import Decider, Decision
from sangdo.engine.decision.whatif import (
    NotUnderstood,
    Setting,
    apply_settings,
    read_name,
    read_value,
    tell_what_if,
)
from sangdo.engine.decision.wording import Wording
from sangdo.engine.facts.facts import Facts
from sangdo.engine.language.errors import Location, Problem, RulesInvalid, SangdoError, nearest
from sangdo.engine.language.rulebook import Choose, FactType, Level, Rulebook, Text, Value
from sangdo.engine.language.values import WrongValue, as_json
from sangdo.engine.verify.encoding import Encoding
from sangdo.engine.verify.levers import Lever, exact, find_levers
from sangdo.engine.verify.obstacles import Obstacle, Target, find_obstacle, tell_obstacle

MOST_WAYS = 3
_IS = Text("{0}: {1}", "{0}: {1}")
_AT_LEAST = Text("{0}: {1} 이상", "{0}: at least {1}")
_HAS = Text("{0}: {1} 포함", "{0}: {1}, among others")


class Refused(SangdoError):
    """The solver proposed changes that do not bring the answer about: a fault, and nothing is shown."""

    exit_code = 1


@dataclass(frozen=True, slots=True)
class Way:
    """Changes that bring the answer about, what they cost, how far they move in all, and the decision they lead to."""

    settings: tuple[Setting, ...]
    levers: tuple[Lever, ...]
    decision: Decision

    @property
    def cost(self) -> Fraction:
        """The sum of the costs of the facts changed."""
        return sum((lever.cost for lever in self.levers), Fraction(0))

    @property
    def move(self) -> Fraction:
        """The sum of all moves, each as a share of its bounds' width."""
        moves = zip(self.levers, self.settings, strict=True)
        return sum((lever.moved(setting.value) for lever, setting in moves if setting.value is not None), Fraction(0))


@dataclass(frozen=True, slots=True)
class Search:
    """What came of a search: `outcome` is reached (it is so already), ways, none, or undecided (out of time, with the
    ways found until then). `obstacle` is what stands against it where there is no way."""

    target: Target
    by: str | None
    seconds: float
    outcome: str
    ways: tuple[Way, ...] = ()
    obstacle: Obstacle = Obstacle()


def read_target(text: str, rulebook: Rulebook, facts: Facts) -> Target:
    """Read a target written as `question=answer`, `product/question=answer` or `question>=number`.

    A number is to be reached or passed, a word of a set to be among others. Raises NotUnderstood.
    """
    try:
        return _read_target(text, rulebook, facts)
    except WrongValue as wrong:
        place = Location(f"--target {text}")
        problem = Problem(place, str(wrong), expected=wrong.expected, suggestion=wrong.suggestion)
        raise NotUnderstood(problem) from None


def _read_target(text: str, rulebook: Rulebook, facts: Facts) -> Target:
    left, equals, written = text.partition("=")
    if not equals:
        raise WrongValue("this is not a target", "question=answer, or question>=number")
    name, product = read_name(left.removesuffix(">"), facts)
    question = rulebook.questions.get(name)
    if question is None:
        raise WrongValue(f'unknown question "{name}"', "a question (see: sangdo list questions)",
                         nearest(name, rulebook.questions))  # fmt: skip
    if (question.level is Level.PRODUCT) != (product is not None):
        about = "one product" if product is None else "the customer"
        raise WrongValue(f"{name} is about {about}", f"{'product/' if product is None else ''}{name}=answer")
    fact = rulebook.facts[name]
    if left.endswith(">") and not fact.type.is_numeric:
        raise WrongValue(f"{name} is no number", f"{name}=answer")
    value = read_value(fact, written)
    if fact.type is FactType.CHOICES:
        if not isinstance(value, frozenset) or len(value) != 1:
            raise WrongValue("a target is one answer", "one of " + ", ".join(map(str, question.answers)))
        (value,) = value
    if question.choose is not Choose.SUM and value not in question.answers:
        raise WrongValue(f"{name} is never answered {written}", "one of " + ", ".join(map(_shown, question.answers)))
    return Target(name, product, value)


def _shown(answer: Value) -> str:
    return str(as_json(answer)).lower() if isinstance(answer, bool) else str(answer)


def search_ways(decider: Decider, before: Decision, target: Target, by: str | None, seconds: float) -> Search:
    """Search the least changes of what the vocabulary marks as changeable, up to three different ways.

    Least is, first, the smallest sum of costs and, among these, the smallest sum of moves. A further way changes no
    set of facts that contains those of an earlier one. Raises Refused when inference does not confirm a way.
    """
    if target.is_reached(before):
        return Search(target, by, seconds, "reached")
    deadline = time.monotonic() + seconds
    levers = find_levers(before.rulebook, before.facts, by)
    proposals = _Proposals(before, target, levers)
    ways: list[Way] = []
    while len(ways) < MOST_WAYS:
        verdict = proposals.check(deadline)
        if verdict == z3.unknown:
            return Search(target, by, seconds, "undecided", tuple(ways))
        if verdict == z3.unsat:
            break
        ways.append(_verified(decider, before, target, proposals.propose()))
    if ways:
        return Search(target, by, seconds, "ways", tuple(ways))
    return Search(target, by, seconds, "none", (), find_obstacle(before, target, levers, deadline))


class _Proposals:
    """The solver's proposals for one customer and target, least first."""

    def __init__(self, before: Decision, target: Target, levers: Sequence[Lever]) -> None:
        self._levers = levers
        self._encoding = encoding = encode(before, [lever.fact.name for lever in levers])
        self._optimize = optimize = z3.Optimize()
        optimize.add(target.term(encoding))
        moves = []
        for lever in levers:
            move, conditions = lever.move()
            moves.append(move)
            optimize.add(lever.moves(encoding), *conditions)
        for name, product in _exclusive(before):
            optimize.add(z3.Not(encoding.conflicts(name, product)))
        optimize.add(*encoding.domain)
        for lever in levers:
            optimize.add_soft(z3.Not(lever.changed), str(lever.cost), "cost")
        optimize.minimize(z3.Sum(moves) if moves else z3.RealVal(0))

    def check(self, deadline: float) -> z3.CheckSatResult:
        """Look for the next proposal until a time of the monotonic clock."""
        left = int((deadline - time.monotonic()) * 1000)
        if left <= 0:
            return z3.unknown
        self._optimize.set("timeout", left)
        return self._optimize.check()

    def propose(self) -> list[tuple[Lever, Setting]]:
        """Return the changes just found; those that contain them are not proposed again."""
        model = self._optimize.model()
        found = self._encoding.facts_of(model)
        changed = [lever for lever in self._levers if z3.is_true(model.eval(lever.changed, model_completion=True))]
        self._optimize.add(z3.Or([z3.Not(lever.changed) for lever in changed]))
        return [(lever, lever.setting(model, found)) for lever in changed]


def encode(before: Decision, free: Sequence[str]) -> Encoding:
    """Return one customer as terms, its thresholds as they stand, with some facts left free."""
    facts, lines = before.facts, before.trace.thresholds
    fixed = {name: known.value for name, known in facts.values.items() if name not in free}
    products = {
        product: {name: known.value for name, known in own.items() if name not in free}
        for product, own in facts.products.items()
    }
    values = {name: line.value for name, line in lines.items()}
    return Encoding(before.rulebook, values, fixed=fixed, fixed_products=products, free=set(free))


def _exclusive(before: Decision) -> list[tuple[str, str | None]]:
    """The questions with exactly one answer, where rules could contradict each other."""
    return [
        (question.name, product)
        for question in before.rulebook.questions.values()
        if question.choose is Choose.EXACTLY_ONE
        for product in ([None] if question.level is Level.CUSTOMER else before.facts.products)
    ]


def _verified(decider: Decider, before: Decision, target: Target, proposal: list[tuple[Lever, Setting]]) -> Way:
    """Decide the customer with the changes made; what the solver says counts for nothing here."""
    settings = tuple(setting for _, setting in proposal)
    try:
        after = decider.decide(apply_settings(before.facts, settings, before.rulebook))
    except RulesInvalid as conflict:
        raise _refused(before, target, str(conflict)) from None
    if not target.is_reached(after):
        told = ", ".join(f"{setting.name} = {as_json(setting.value)}" for setting in settings)
        raise _refused(before, target, f"{told} does not bring {target.question} about")
    return Way(settings, tuple(lever for lever, _ in proposal), after)


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
            "label": _label(target, before, language),
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


def _label(target: Target, before: Decision, language: str) -> str:
    wording = Wording(before.rulebook, language, before.facts.currency)
    fact = before.rulebook.facts[target.question]
    form = _AT_LEAST if fact.type.is_numeric else _HAS if fact.type is FactType.CHOICES else _IS
    words = wording.text(form).format(wording.text(fact.label), wording.value(fact, target.answer))
    return words if target.product is None else f"{target.product}: {words}"
