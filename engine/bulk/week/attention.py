"""What the rules say of the time for one customer: hours, rhythm and weight, each with the rules behind it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sangdo.engine.bulk.week.rhythm import NO_VISIT, VISIT_EVERY, WEEKS
from sangdo.engine.decision.decision import Decision

HOURS = "hours_per_week"
WEIGHT = "attention_weight"
RANKED = ("urgency", "importance")
PLAIN_WEIGHT = 1.0
LEAST_WEIGHT = 0.5
"""The weight of a customer whom the rules give none, or less than none: as long as hours are planned, their turn
comes."""


@dataclass(frozen=True, slots=True)
class Attention:
    """The time for one customer: `hours` a week on average, one turn in `every` weeks (with a visit, or without).

    `weight` is more than 0; `ranks` are the places of urgency and importance among their answers, 0 the highest;
    `rules` are the deciding rules of each question behind all this.
    """

    customer_id: str
    name: str
    hours: float
    weight: float
    ranks: tuple[int, ...]
    rhythm: str
    rules: Mapping[str, tuple[str, ...]]

    @property
    def every(self) -> int:
        """The weeks between two turns."""
        return WEEKS[self.rhythm]

    @property
    def has_visits(self) -> bool:
        """Whether a turn is a visit, not only work at the desk."""
        return self.rhythm != NO_VISIT


def attention_of(decision: Decision) -> Attention | None:
    """Return the time that the rules give a decided customer; None where they leave hours or rhythm open, or give
    no hours."""
    values = decision.trace.values
    hours, rhythm = values.get(HOURS), values.get(VISIT_EVERY)
    if not isinstance(hours, (int, float)) or hours <= 0 or not isinstance(rhythm, str):
        return None
    weight = values.get(WEIGHT, PLAIN_WEIGHT)
    assert isinstance(weight, (int, float))
    names = (HOURS, VISIT_EVERY, WEIGHT, *RANKED)
    rules = {c.question: c.deciding for c in decision.trace.closings if c.product is None and c.question in names}
    return Attention(
        decision.facts.customer_id, name_of(decision), float(hours), max(float(weight), LEAST_WEIGHT),
        tuple(_rank(decision, name) for name in RANKED), rhythm, rules,
    )  # fmt: skip


def name_of(decision: Decision) -> str:
    """Return the name of a customer, or the id where no name is known."""
    known = decision.facts.values.get("name")
    return str(known.value) if known is not None and known.value else decision.facts.customer_id


def _rank(decision: Decision, name: str) -> int:
    question = decision.rulebook.questions.get(name)
    answers = question.answers if question is not None else ()
    answer = decision.trace.values.get(name)
    return answers.index(answer) if answer in answers else len(answers)
