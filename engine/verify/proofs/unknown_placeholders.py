"""Texts that may show a fact that is unknown when their rule decides."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import z3

from sangdo.engine.decision.decision import Decision
from sangdo.engine.language.errors import Location
from sangdo.engine.language.placeholders import names_in
from sangdo.engine.language.rulebook import Level, Question, Rule, Rulebook, Text
from sangdo.engine.verify.proofs.stage import Outcome, Proof, Stage, Suspicion, Wanted
from sangdo.engine.verify.proofs.world import World


def find_unknown_placeholders(stage: Stage, question: Question) -> Iterator[Suspicion]:
    """Yield each rule with the facts that its because, or an action it calls, may show while they are unknown."""
    for rule in question.rules:
        if not stage.decides(question, rule.id):
            continue
        for shown in _shown(stage.rulebook, question, rule):
            worlds = {fact: stage.where(question, shown.unknown(fact)) for fact in shown.facts}
            unknown = {fact: world for fact, world in worlds.items() if world is not None}
            if unknown:
                yield shown.suspicion(unknown)


@dataclass(frozen=True, slots=True)
class _Shown:
    """The facts in a text that is shown when a rule decides; `about` are the words for the text."""

    question: Question
    rule: Rule
    facts: tuple[str, ...]
    about: Text
    location: Location

    def unknown(self, fact: str) -> Wanted:
        def wanted(world: World) -> z3.BoolRef:
            product, encoding = world.product(self.question), world.encoding
            return z3.And(encoding.decides(self.rule.id, product), z3.Not(encoding.known(fact, product)))

        return wanted

    def suspicion(self, unknown: Mapping[str, World]) -> Suspicion:
        facts, first = ", ".join(unknown), next(iter(unknown))
        text = Text(
            f"{self.about.ko}에 보이는 {facts}을(를) 규칙 {self.rule.id}이(가) 결정할 때 모를 수 있다.",
            f"{self.about.en} shows {facts}, which may be unknown when rule {self.rule.id} decides.",
        )
        shows = Text(
            f"{self.rule.id}이(가) 결정하지만 {first}은(는) 모른다.",
            f"{self.rule.id} decides and {first} is not known.",
        )
        proof = Proof(unknown[first], self.unknown(first), shows, lambda outcome: self._is_seen(outcome, first))
        return Suspicion(
            "placeholder", text, (self.rule.id,), self.location, self.question.name, proof, self.about.en
        )  # fmt: skip

    def _is_seen(self, outcome: Outcome, fact: str) -> bool:
        if not isinstance(outcome, Decision):
            return False
        trace = outcome.trace
        return any(
            fact not in trace.values and fact not in trace.product_values.get(closing.product or "", ())
            for closing in trace.closings
            if self.rule.id in closing.deciding
        )


def _shown(rulebook: Rulebook, question: Question, rule: Rule) -> Iterator[_Shown]:
    """The facts in the texts of a rule and of the actions it calls; those of an action stand in the action."""
    about = Text(f"규칙 {rule.id}의 because", f"The because of rule {rule.id}")
    placed: list[tuple[tuple[Text, ...], Text, Location]] = []
    if rule.because:
        placed.append(((rule.because,), about, rule.location))
    for action in (rulebook.actions[name] for name in rule.actions):
        about = Text(f"할 일 {action.id}", f"The action {action.id}")
        placed.append(((action.title, *action.steps), about, action.location))
    for texts, about, location in placed:
        names = dict.fromkeys(name for text in texts for name in (*names_in(text.ko), *names_in(text.en)))
        levels = {name: rulebook.facts[name].level for name in names if name in rulebook.facts}
        facts = tuple(n for n, level in levels.items() if level is Level.CUSTOMER or question.level is level)
        yield _Shown(question, rule, facts, about, location)
