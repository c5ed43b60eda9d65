"""Texts that may show a fact that is unknown when their rule decides."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import z3

from sangdo.engine.decision.decision import Decision
from sangdo.engine.language.errors import Location
from sangdo.engine.language.placeholders import names_in
from sangdo.engine.language.rulebook import Level, Question, Rule, Rulebook, Text
from sangdo.engine.verify.stage import Outcome, Proof, Stage, Suspicion
from sangdo.engine.verify.world import World


def find_unknown_placeholders(stage: Stage, question: Question) -> Iterator[Suspicion]:
    """Yield each fact that a text of a rule, or of an action it calls, may show while it is unknown."""
    for rule in question.rules:
        if not stage.decides(question, rule.id):
            continue
        for shown in _shown(stage.rulebook, question, rule):
            world = stage.where(question, shown.wanted)
            if world is not None:
                yield shown.suspicion(world)


@dataclass(frozen=True, slots=True)
class _Shown:
    """A fact shown in a text when a rule decides; `about` are the words for the text."""

    question: Question
    rule: Rule
    fact: str
    about: Text
    location: Location

    def wanted(self, world: World) -> z3.BoolRef:
        product = world.product(self.question)
        unknown = z3.Not(world.encoding.known(self.fact, product))
        return z3.And(world.encoding.decides(self.rule.id, product), unknown)

    def suspicion(self, world: World) -> Suspicion:
        text = Text(
            f"{self.about.ko}에 보이는 {self.fact}을(를) 규칙 {self.rule.id}이(가) 결정할 때 모를 수 있다.",
            f"{self.about.en} shows {self.fact}, which may be unknown when rule {self.rule.id} decides.",
        )
        shows = Text(
            f"{self.rule.id}이(가) 결정하고 {self.fact}은(는) 모른다.",
            f"{self.rule.id} decides and {self.fact} is not known.",
        )
        proof = Proof(world, self.wanted, shows, self._is_seen)
        name = self.question.name
        return Suspicion(
            "placeholder", text, (self.rule.id,), self.location, name, proof, f"{self.fact} {self.about.en}"
        )

    def _is_seen(self, outcome: Outcome) -> bool:
        if not isinstance(outcome, Decision):
            return False
        trace = outcome.trace
        return any(
            self.fact not in trace.values and self.fact not in trace.product_values.get(closing.product or "", ())
            for closing in trace.closings
            if self.rule.id in closing.deciding
        )


def _shown(rulebook: Rulebook, question: Question, rule: Rule) -> Iterator[_Shown]:
    """The facts in the texts of a rule and of the actions it calls; those of the actions stand in the action."""
    texts: list[tuple[Text, Text, Location]] = []
    if rule.because:
        texts.append((rule.because, Text(f"규칙 {rule.id}의 because", f"The because of rule {rule.id}"), rule.location))
    for action in (rulebook.actions[name] for name in rule.actions):
        about = Text(f"할 일 {action.id}", f"The action {action.id}")
        texts += [(text, about, action.location) for text in (action.title, *action.steps)]
    found: dict[tuple[str, str], _Shown] = {}
    for text, about, location in texts:
        for name in (*names_in(text.ko), *names_in(text.en)):
            fact = rulebook.facts.get(name)
            if fact is not None and (fact.level is Level.CUSTOMER or question.level is Level.PRODUCT):
                found.setdefault((name, about.en), _Shown(question, rule, name, about, location))
    yield from found.values()
