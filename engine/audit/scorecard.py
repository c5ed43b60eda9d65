"""The scorecard: how what the rules called for went, counted by rule, clause and action."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sangdo.engine.audit.decision_terms import called_terms
from sangdo.engine.audit.store.record import Record

VERDICTS = ("done", "skipped", "wrong")
SUBJECTS = ("rule", "clause", "action")


@dataclass(frozen=True, slots=True)
class Score:
    """One rule, clause or action: the `plans` it called for something in, and what was done, skipped or wrong.

    Shares are of the feedback given, None without any.
    """

    subject: str
    name: str
    plans: int
    done: int
    skipped: int
    wrong: int

    @property
    def feedback(self) -> int:
        return self.done + self.skipped + self.wrong

    @property
    def shares(self) -> Mapping[str, float | None]:
        """The share of each verdict, from 0 to 1."""
        counts = (self.done, self.skipped, self.wrong)
        return {v: count / self.feedback if self.feedback else None for v, count in zip(VERDICTS, counts, strict=True)}


def count_scores(decisions: Iterable[Record], feedback: Iterable[Record]) -> list[Score]:
    """Count the feedback on some decisions for all that called for an action: rules, then clauses, then actions.

    A decision logged twice is one plan. On one action of a decision the last word counts. Feedback on other decisions
    is passed over.
    """
    plans = {record.decision_id or "": called_terms(record.body["plan"]) for record in decisions}
    called = Counter(term for terms in plans.values() for term in terms)
    last = {(r.decision_id, r.body["action"]): r for r in feedback if r.decision_id in plans}
    given = {verdict: Counter[str]() for verdict in VERDICTS}
    for record in last.values():
        given[record.body["verdict"]].update(record.terms)
    return [
        Score(subject, term.split(":", 1)[1], called[term], *(given[verdict][term] for verdict in VERDICTS))
        for subject in SUBJECTS
        for term in sorted(called)
        if term.startswith(f"{subject}:")
    ]
