"""The effects of asking: what each possible answer would lead to, and so how much of the plan a question decides."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import TypeAlias

from sangdo.engine.explain.asks import Ask
from sangdo.engine.explain.evaluation import Evaluator
from sangdo.engine.explain.possible_values import Possible, Span, Stretch, joined, list_possible
from sangdo.engine.explain.reevaluation import Reevaluation
from sangdo.engine.inference.hit_policy import DECIMALS
from sangdo.engine.inference.thresholds import ResolvedThreshold
from sangdo.engine.inference.trace import Closing, Trace
from sangdo.engine.language.errors import RulesInvalid
from sangdo.engine.language.reading import tests_in
from sangdo.engine.language.rulebook import Question, ThresholdName, Value

Part: TypeAlias = tuple[str, str | None]
"""A question or an action, and the product it is about (None for the customer)."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What follows when a fact has one of some values: the answers that differ from now (None where there would be
    none), and the actions that come and go; or the contradiction between rules that leaves no plan at all."""

    values: tuple[Stretch, ...]
    answers: tuple[tuple[Part, Value | None], ...]
    new: tuple[Part, ...]
    dropped: tuple[Part, ...]
    contradiction: str | None = None

    @property
    def changes_nothing(self) -> bool:
        """Whether the plan would stay as it is."""
        return not (self.answers or self.new or self.dropped or self.contradiction)


@dataclass(frozen=True, slots=True)
class Effect:
    """One ask with its weight and its outcomes, each with all the values that lead to it."""

    ask: Ask
    weight: int
    outcomes: tuple[Outcome, ...]


@dataclass(frozen=True, slots=True)
class _World:
    """The downstream answers and the actions called when one value is tried."""

    answers: Mapping[Part, Value | None]
    actions: frozenset[Part]
    contradiction: str | None = None


def rank_asks(asks: tuple[Ask, ...], evaluator: Evaluator, trace: Trace) -> tuple[Effect, ...]:
    """Rank the asks of a decision by how much of the plan they would decide, the most decisive first.

    Every possible value of an asked fact is tried in turn (see `list_possible`; the facts of a sum also where they
    move it to a value that is tested), all else staying as it is. The weight of an ask is the number of parts of the
    plan that are not the same under all its values. A part is the answer to one question, of one product or the
    customer, or whether one action is called by the rules that decide. Asks of equal weight stay in their order.
    """
    if not asks:
        return ()
    foreseer = _Foreseer(evaluator, trace)
    effects = [foreseer.effect(ask) for ask in asks]
    return tuple(sorted(effects, key=lambda effect: -effect.weight))


class _Foreseer:
    """Tries the values of one fact after another on a decided customer."""

    def __init__(self, evaluator: Evaluator, trace: Trace) -> None:
        self._rulebook = evaluator.rulebook
        self._thresholds: Mapping[str, ResolvedThreshold] = evaluator.thresholds
        self._again = Reevaluation(evaluator, trace.facts, trace.values, trace.product_values)
        self._calls = {
            rule.id: rule.actions
            for question in self._rulebook.questions.values()
            for rule in question.rules
            if rule.actions
        }
        self._place = {name: place for place, name in enumerate(self._rulebook.actions)}
        self._answers: dict[Part, Value | None] = {(c.question, c.product): c.answer for c in trace.closings}
        self._called = {
            (closing.question, closing.product): called
            for closing in trace.closings
            if (called := self._called_by(closing))
        }

    def effect(self, ask: Ask) -> Effect:
        """Try all values of one asked fact."""
        fact = self._rulebook.facts[ask.fact]
        cuts = list(self._tested(ask.fact))
        tried = list_possible(fact, cuts)
        moved: set[Part] = set()
        if fact.type.is_numeric and (sums := self._sums_of(ask.fact)):
            turns, moved = self._turns(ask, tried, sums)
            tried = list_possible(fact, [*cuts, *turns])
        worlds = [self._world(ask, possible.tried) for possible in tried]
        return Effect(ask, _weight(worlds, moved), tuple(self._outcomes(ask, tried, worlds, moved)))

    def _tested(self, fact: str) -> Iterator[Value]:
        """The values that rules test a fact against."""
        for question in self._again.readers(fact):
            yield from _operands(question, fact, self._thresholds)

    def _sums_of(self, fact: str) -> list[str]:
        """The sums that a fact is a figure of, and those that these are a figure of in turn."""
        figures = [fact]
        for figure in figures:
            for question in self._again.readers(figure):
                if question.name not in figures and any(rule.points == figure for rule in question.rules):
                    figures.append(question.name)
        return figures[1:]

    def _turns(self, ask: Ask, tried: tuple[Possible, ...], sums: Collection[str]) -> tuple[list[Value], set[Part]]:
        """Find the values of a summed fact at which a sum it moves meets a value that is tested, and those sums.

        Between two tests of the fact a sum moves in a straight line, so two points of it are enough.
        """
        turns: list[Value] = []
        moved: set[Part] = set()
        for low, high in filter(None, map(_two_inside, tried)):
            first, second = self._world(ask, low).answers, self._world(ask, high).answers
            for part in first:
                slope = _slope(first[part], second.get(part), high - low)
                if slope and part[0] in sums:
                    moved.add(part)
                    start = first[part]
                    lines = [line for line in self._tested(part[0]) if isinstance(line, (int, float))]
                    turns += [round(low + (line - start) / slope, DECIMALS) for line in lines]  # type: ignore[operator]
        return turns, moved

    def _world(self, ask: Ask, value: Value) -> _World:
        try:
            closings = self._again.with_value(ask.fact, ask.product, value).closings
        except RulesInvalid as conflict:
            return _World({}, frozenset(), conflict.problems[0].message)
        anew = {(closing.question, closing.product) for closing in closings}
        actions = {action for part, called in self._called.items() if part not in anew for action in called}
        for closing in closings:
            actions.update(self._called_by(closing))
        answers = {(c.question, c.product): c.answer for c in closings if c.question != ask.fact}
        return _World(answers, frozenset(actions))

    def _called_by(self, closing: Closing) -> list[Part]:
        return [(action, closing.product) for rule in closing.deciding for action in self._calls.get(rule, ())]

    def _in_order(self, actions: frozenset[Part]) -> tuple[Part, ...]:
        """Actions in the order of the rules folder, those of the customer first."""
        return tuple(sorted(actions, key=lambda part: (part[1] or "", self._place[part[0]])))

    def _outcomes(
        self, ask: Ask, tried: tuple[Possible, ...], worlds: list[_World], moved: set[Part]
    ) -> Iterator[Outcome]:
        """Group the values by what they lead to, in the order of the first value of each group.

        The figure of a sum that moves with the fact itself is no outcome: every value has its own.
        """
        now = frozenset(action for called in self._called.values() for action in called)
        groups: dict[Outcome, list[int]] = {}
        for place, world in enumerate(worlds):
            groups.setdefault(self._outcome(world, now, moved), []).append(place)
        ordered = self._rulebook.facts[ask.fact].type.is_ordered
        for outcome, places in groups.items():
            stretches = [(place, tried[place].stretch) for place in places]
            values = tuple(_joined(stretches)) if ordered else tuple(stretch for _, stretch in stretches)
            yield replace(outcome, values=values)

    def _outcome(self, world: _World, now: frozenset[Part], moved: set[Part]) -> Outcome:
        """How one world differs from the plan as it is."""
        if world.contradiction is not None:
            return Outcome((), (), (), (), world.contradiction)
        answers = tuple(
            (part, answer)
            for part, answer in world.answers.items()
            if answer != self._answers[part] and part not in moved
        )
        return Outcome((), answers, self._in_order(world.actions - now), self._in_order(now - world.actions))


def _weight(worlds: list[_World], moved: set[Part]) -> int:
    """The parts that are not the same in all worlds; a world that contradicts itself has no parts to compare."""
    sound = [world for world in worlds if world.contradiction is None]
    parts = {part for world in sound for part in world.answers}
    answers = sum(part in moved or len({world.answers.get(part) for world in sound}) > 1 for part in parts)
    always = frozenset.intersection(*(world.actions for world in sound)) if sound else frozenset()
    return answers + len({action for world in sound for action in world.actions} - always)


def _operands(question: Question, fact: str, thresholds: Mapping[str, ResolvedThreshold]) -> Iterator[Value]:
    for condition in (question.applies, *(rule.when for rule in question.rules)):
        for test in tests_in(condition):
            for operand in test.operands if test.fact == fact else ():
                value = thresholds[operand.name].value if isinstance(operand, ThresholdName) else operand
                if value is not None:
                    yield value


def _two_inside(possible: Possible) -> tuple[float, float] | None:
    """Two numbers inside a stretch, or None where it holds only one."""
    span = possible.stretch
    assert isinstance(span, Span)
    low, high = span.low, span.high
    assert not isinstance(possible.tried, (str, frozenset))
    tried: float = possible.tried  # type: ignore[assignment]
    if low is not None and high is not None:
        assert not isinstance(low, date)
        assert not isinstance(high, date)
        if low == high:
            return None
        return (low, high) if span.low_included else ((3 * low + high) / 4, (low + 3 * high) / 4)
    return (tried - 1, tried) if low is None else (tried, tried + 1)


def _slope(first: Value | None, second: Value | None, distance: float) -> float:
    """How a figure moves with the fact; 0 where it does not, or is unknown."""
    if isinstance(first, (int, float)) and isinstance(second, (int, float)):
        return round((second - first) / distance, DECIMALS)
    return 0


def _joined(stretches: list[tuple[int, Stretch]]) -> Iterator[Stretch]:
    """Join stretches of numbers or dates that follow each other."""
    last, current = None, None
    for place, stretch in stretches:
        assert isinstance(stretch, Span)
        if current is not None and last == place - 1:
            current = joined(current, stretch)
        else:
            if current is not None:
                yield current
            current = stretch
        last = place
    if current is not None:
        yield current
