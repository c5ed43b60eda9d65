"""The questions on which most plans of a rep hang, and whom to ask first."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sangdo.engine.bulk.week.attention import Attention
from sangdo.engine.decision.decision import Decision
from sangdo.engine.explain.effects import Effect, rank_asks


@dataclass(frozen=True, slots=True)
class Asked:
    """One customer to ask, and how many parts of the plan (answers and actions) hang on what is answered."""

    decision: Decision
    product: str | None
    parts: int


@dataclass(frozen=True, slots=True)
class WideAsk:
    """A fact to ask several customers for, those first whose plan deserves it most."""

    fact: str
    customers: tuple[Asked, ...]

    @property
    def plans(self) -> int:
        """How many plans hang on it; a customer with several products counts once."""
        return len({asked.decision.facts.customer_id for asked in self.customers})

    @property
    def parts(self) -> int:
        """How many answers and actions of all plans hang on it."""
        return sum(asked.parts for asked in self.customers)


def rank_wide_asks(decisions: Iterable[Decision], attentions: Mapping[str, Attention]) -> tuple[WideAsk, ...]:
    """Rank the unknown facts of several customers by the number of plans that some answer would change.

    Facts of as many plans are ranked by the parts of them that would change. For each, the customers are in the order
    of their weight, then of the parts.
    """
    found: dict[str, list[Asked]] = {}
    for decision in decisions:
        for effect in rank_asks(decision.asks, decision.evaluator, decision.trace):
            if _decides(effect):
                found.setdefault(effect.ask.fact, []).append(Asked(decision, effect.ask.product, effect.weight))
    wide = [WideAsk(fact, _ordered(asked, attentions)) for fact, asked in found.items()]
    return tuple(sorted(wide, key=lambda ask: (-ask.plans, -ask.parts, ask.fact)))


def _decides(effect: Effect) -> bool:
    return effect.weight > 0 and any(not outcome.changes_nothing for outcome in effect.outcomes)


def _ordered(asked: Sequence[Asked], attentions: Mapping[str, Attention]) -> tuple[Asked, ...]:
    def key(one: Asked) -> tuple[float, int, str, str]:
        customer = one.decision.facts.customer_id
        weight = attentions[customer].weight if customer in attentions else 0.0
        return -weight, -one.parts, customer, one.product or ""

    return tuple(sorted(asked, key=key))
