"""What stands against a target: the rules that answer otherwise whatever is changed, and the facts behind them."""

from __future__ import annotations

import time
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import z3

from sangdo.engine.decision.decision import Decision
from sangdo.engine.decision.plan import build_plan
from sangdo.engine.decision.wording import Wording
from sangdo.engine.language.reading import facts_of_question, thresholds_in
from sangdo.engine.language.rulebook import Choose, Level, Origin, Rule, Rulebook, Value
from sangdo.engine.language.values import as_json
from sangdo.engine.verify.search.levers import Lever, pinned, subjects
from sangdo.engine.verify.search.target import Target
from sangdo.engine.verify.solver.encoding import FREE, Encoding

LEAST_SECONDS = 2.0
"""Time to explain, when the search has used up its own."""

_Subject = tuple[str, str | None]
"""A fact or question, and the product it is of."""


@dataclass(frozen=True, slots=True)
class Standing:
    """A rule against the target. `how`: it decides its question whatever is changed (decides), it would answer as
    wanted but never can (cannot_hold), or it leaves a sum without a figure (undecided)."""

    rule: Rule
    question: str
    product: str | None
    how: str


@dataclass(frozen=True, slots=True)
class Obstacle:
    """Rules, nearest to the target first; answers given by a person and facts that nobody may change; thresholds that
    have no value. These alone keep the target from being reached, whatever all other facts may be."""

    rules: tuple[Standing, ...] = ()
    facts: tuple[_Subject, ...] = ()
    lines: tuple[str, ...] = ()


NOTHING = Obstacle()


def find_obstacle(before: Decision, target: Target, levers: Sequence[Lever], deadline: float) -> Obstacle:
    """Return what stands against a target that no change of the levers reaches; empty when time runs out."""
    deadline = max(deadline, time.monotonic() + LEAST_SECONDS)
    chain = _chain(before.rulebook, target.question)
    given, lines, opened = _given_answers(before, chain), [], set[str]()
    room = _Room(before, target, levers, chain, given, opened, deadline)
    # What is known explains more than what is not: it is named wherever it suffices.
    known = [one for one in room.pins if _is_known(before, *one)]
    facts = room.refuting(known, room.reached)
    if facts is None:
        facts = room.refuting(list(room.pins), room.reached)
    if facts is None:
        return NOTHING
    for one in tuple(facts):
        fewer = [other for other in facts if other != one]
        if room.refuting(fewer, room.reached) is not None:
            facts = fewer
    for line in _lines_without_value(before, chain):
        wider = _Room(before, target, levers, chain, given, opened | {line}, deadline)
        if wider.refuting(facts, wider.reached) is not None:
            opened.add(line)
        else:
            lines.append(line)
    for one in tuple(given):
        fewer_given = {subject: value for subject, value in given.items() if subject != one}
        wider = _Room(before, target, levers, chain, fewer_given, opened, deadline)
        if wider.refuting(facts, wider.reached) is not None:
            given = fewer_given
    room = _Room(before, target, levers, chain, given, opened, deadline)
    return Obstacle(tuple(_standing(room, before, target, chain, facts)), (*given, *facts), tuple(lines))


class _Room:
    """What the target depends on, left free but for the levers' bounds, some given answers, and what is assumed."""

    def __init__(
        self,
        before: Decision,
        target: Target,
        levers: Sequence[Lever],
        chain: Sequence[str],
        given: Mapping[_Subject, Value],
        opened: Collection[str],
        deadline: float,
    ) -> None:
        self._deadline = deadline
        base = _base_facts(before.rulebook, chain)
        self.encoding = encoding = _encode(before, base, given, opened)
        self.reached = target.term(encoding)
        movable = [lever for lever in levers if lever.fact.name in base]
        rest = _rest(before, base, {(lever.fact.name, lever.product) for lever in movable})
        self.pins = {subject: z3.Bool(f"pin {subject}") for subject in rest}
        self._solver = solver = z3.Solver()
        solver.add(*(lever.moves(encoding) for lever in movable))
        solver.add(*(z3.Implies(pin, pinned(encoding, *one, rest[one])) for one, pin in self.pins.items()))
        for name in chain:
            solver.add(*(z3.Not(encoding.conflicts(name, product)) for product in _places(before, name)))
        solver.add(*encoding.domain)

    def refuting(self, assumed: Sequence[_Subject], term: z3.BoolRef) -> list[_Subject] | None:
        """Return those of the facts, taken as they are, that rule a term out; None where they do not, as far as the
        time reaches."""
        left = int((self._deadline - time.monotonic()) * 1000)
        if left <= 0:
            return None
        self._solver.set("timeout", left)
        self._solver.push()
        self._solver.add(term)
        verdict = self._solver.check(*(self.pins[subject] for subject in assumed))
        core = {pin.decl().name() for pin in self._solver.unsat_core()} if verdict == z3.unsat else None
        self._solver.pop()
        return None if core is None else [one for one in assumed if self.pins[one].decl().name() in core]


def _chain(rulebook: Rulebook, question: str) -> list[str]:
    """The questions that an answer depends on, nearest first, itself included."""
    chain = {question: None}
    for name in (names := [question]):
        for read in facts_of_question(rulebook.questions[name]):
            tally = rulebook.facts[read].tally
            earlier = tally.question if tally else read
            if earlier in rulebook.questions and earlier not in chain:
                chain[earlier] = None
                names.append(earlier)
    return names


def _base_facts(rulebook: Rulebook, chain: Sequence[str]) -> set[str]:
    """The facts that the questions of a chain read and no question answers."""
    read = {fact for name in chain for fact in facts_of_question(rulebook.questions[name])}
    return {name for name in read if rulebook.facts[name].origin in (Origin.GIVEN, Origin.MEASURED)}


def _given_answers(before: Decision, chain: Sequence[str]) -> dict[_Subject, Value]:
    """The answers and counts of a chain that a person gave."""
    rulebook = before.rulebook
    read = {fact for name in chain for fact in (name, *facts_of_question(rulebook.questions[name]))}
    return {
        (name, product): own[name].value
        for name in sorted(read)
        if rulebook.facts[name].origin in (Origin.QUESTION, Origin.COUNTED)
        for product, own in subjects(rulebook.facts[name], before.facts)
        if name in own
    }


def _rest(before: Decision, base: Iterable[str], movable: Collection[_Subject]) -> dict[_Subject, Value | None]:
    """The facts of a chain that may not be changed, with their values."""
    rest: dict[_Subject, Value | None] = {}
    for name in sorted(base):
        for product, own in subjects(before.rulebook.facts[name], before.facts):
            if (name, product) not in movable:
                rest[name, product] = own[name].value if name in own else None
    return rest


def _is_known(before: Decision, name: str, product: str | None) -> bool:
    return name in (before.facts.values if product is None else before.facts.products[product])


def _places(before: Decision, question: str) -> Sequence[str | None]:
    """The products of which a question is asked, or None for the customer."""
    of_customer = before.rulebook.questions[question].level is Level.CUSTOMER
    return [None] if of_customer else list(before.facts.products)


def _lines_without_value(before: Decision, chain: Sequence[str]) -> list[str]:
    """The thresholds of a chain that no book has measured and no date sets."""
    questions = [before.rulebook.questions[name] for name in chain]
    conditions = [when for question in questions for when in (question.applies, *(r.when for r in question.rules))]
    read = dict.fromkeys(name for condition in conditions for name in thresholds_in(condition))
    return [name for name in read if before.trace.thresholds[name].value is None]


def _encode(
    before: Decision, base: Collection[str], given: Mapping[_Subject, Value], opened: Collection[str]
) -> Encoding:
    lines = {name: FREE if name in opened else line.value for name, line in before.trace.thresholds.items()}
    fixed = {name: value for (name, product), value in given.items() if product is None}
    products = {
        one: {name: value for (name, product), value in given.items() if product == one}
        for one in before.facts.products
    }
    return Encoding(before.rulebook, lines, fixed=fixed, fixed_products=products, free=base)


def _standing(
    room: _Room, before: Decision, target: Target, chain: Sequence[str], facts: Sequence[_Subject]
) -> Iterator[Standing]:
    """Yield the rules that can never answer as wanted, then those that decide whatever is changed because of the facts:
    with these left open, they would not have to. Where the target's question can be asked, only that matters."""
    rules = {rule.id: rule for name in chain for rule in before.rulebook.questions[name].rules}
    question = before.rulebook.questions[target.question]
    wanted = [rule for rule in question.rules if rule.then == target.answer]
    if before.trace.closing(target.question, target.product).how == "given":
        wanted = []
    yield from (Standing(rule, question.name, target.product, "cannot_hold") for rule in wanted)
    others = [one for one in room.pins if one not in facts]

    def can_be_asked(name: str, product: str | None) -> bool:
        return room.refuting(list(room.pins), room.encoding.asked(name, product)) is None

    where = room.encoding.asked(target.question, target.product)
    where = where if can_be_asked(target.question, target.product) else z3.BoolVal(True)

    def is_forced(refuted: z3.BoolRef) -> bool:
        term = z3.And(where, refuted)
        return room.refuting(list(room.pins), term) is not None and room.refuting(others, term) is None

    for name, product in [(one, place) for one in chain for place in _places(before, one)]:
        for rule_id in before.trace.closing(name, product).deciding:
            if is_forced(z3.Not(room.encoding.decides(rule_id, product))):
                yield Standing(rules[rule_id], name, product, "decides")
        question = before.rulebook.questions[name]
        for rule in question.rules if question.choose is Choose.SUM and can_be_asked(name, product) else ():
            settled = z3.Or(room.encoding.holds(rule.id, product), room.encoding.fails(rule.id, product))
            if rule.if_unknown is None and is_forced(settled):
                yield Standing(rule, name, product, "undecided")


def tell_obstacle(obstacle: Obstacle, target: Target, before: Decision, language: str) -> dict[str, Any]:
    """Return an obstacle as a JSON object."""
    wording = Wording(before.rulebook, language, before.facts.currency)
    fired = {(one["rule"], one.get("product")): one for one in build_plan(before, language)["fired"]}
    return {
        "rules": [_tell_rule(one, target, before, fired, wording) for one in obstacle.rules],
        "facts": [_tell_fact(*one, before, wording) for one in obstacle.facts],
        "lines": [
            {"threshold": name, "label": wording.text(before.rulebook.thresholds[name].title)}
            for name in obstacle.lines
        ],
    }


def _tell_rule(
    one: Standing, target: Target, before: Decision, fired: Mapping[_Subject, Any], wording: Wording
) -> dict[str, Any]:
    rule = one.rule
    answer = target.answer if one.how == "cannot_hold" else rule.then
    if answer is None:
        answer = before.trace.closing(one.question, one.product).answer
    told = fired.get((rule.id, one.product))
    return {
        "rule": rule.id,
        "how": one.how,
        "question": one.question,
        "product": one.product,
        "title": wording.text(rule.title),
        "basis": rule.basis.value,
        "clauses": list(rule.clauses),
        "answer": as_json(answer),
        "answer_label": None if answer is None else wording.named(one.question, answer),
        "because": told["because"] if told and one.how == "decides" else None,
    }


def _tell_fact(name: str, product: str | None, before: Decision, wording: Wording) -> dict[str, Any]:
    fact = before.rulebook.facts[name]
    own = before.facts.values if product is None else before.facts.products[product]
    value = own[name].value if name in own else None
    return {
        "fact": name,
        "product": product,
        "label": wording.text(fact.label),
        "value": as_json(value),
        "value_label": wording.named(name, value),
        "given": fact.origin in (Origin.QUESTION, Origin.COUNTED),
    }
