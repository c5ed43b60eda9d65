"""Feedback on one action of a logged decision: done, skipped or wrong, and why."""

from __future__ import annotations

from sangdo.engine.audit.decision_terms import action_terms
from sangdo.engine.audit.store.record import Entry, Record
from sangdo.engine.language.errors import Location, NothingMatched, Problem, nearest


def feedback_entry(decision: Record, action: str, verdict: str, reason: str | None, by: str) -> Entry:
    """Return the feedback as an entry of the log. Raises NothingMatched when the plan has no such action."""
    plan = decision.body["plan"]
    called = list(dict.fromkeys(one["id"] for one in (*plan["actions"], *plan["avoid"])))
    if action not in called:
        raise NothingMatched(
            Problem(
                Location(f"decision {decision.decision_id}"), f'the plan has no action "{action}"',
                expected=f"one of {', '.join(called)}" if called else "a plan with actions",
                suggestion=nearest(action, called),
            )
        )  # fmt: skip
    return Entry(
        "feedback",
        by,
        decision.customer_id,
        decision.decision_id,
        decision.release,
        (*action_terms(plan, action), f"verdict:{verdict}"),
        {"decision": decision.seq, "action": action, "verdict": verdict, "reason": reason},
        (reason,) if reason else (),
    )
