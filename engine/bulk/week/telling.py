"""A rep's week as one JSON object, every part of it traceable to rules."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

from sangdo.engine.bulk.week.attention import HOURS, WEIGHT, Attention, name_of
from sangdo.engine.bulk.week.rep_customers import Undecided
from sangdo.engine.bulk.week.rep_week import RepWeek
from sangdo.engine.bulk.week.rhythm import VISIT_EVERY
from sangdo.engine.bulk.week.sharing import UNITS_AN_HOUR
from sangdo.engine.bulk.week.turns import Turn
from sangdo.engine.bulk.week.watching import Near
from sangdo.engine.decision.decision import Decision
from sangdo.engine.decision.wording import Wording
from sangdo.engine.language.rulebook import Rulebook
from sangdo.engine.language.values import as_json

DAY_BEGINS = time(9)
_MINUTES = 60 // UNITS_AN_HOUR


def tell_week(week: RepWeek, rulebook: Rulebook) -> dict[str, Any]:
    """Return the week of a rep as JSON; texts are in the language of the week."""
    return _Teller(week, rulebook).tell()


def tell_no_rep(decisions: Sequence[Decision], undecided: Sequence[Undecided]) -> list[dict[str, Any]]:
    """Return the customers who have no rep as JSON, with the hours a week that the rules give them."""
    known = [
        {
            "customer_id": one.facts.customer_id,
            "name": name_of(one),
            "hours_per_week": as_json(one.trace.values.get(HOURS)),
        }
        for one in decisions
    ]
    return known + [{"customer_id": one.customer_id, "name": one.name, "hours_per_week": None} for one in undecided]


def tell_book(weeks: Sequence[dict[str, Any]], no_rep: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the weeks of all reps as one JSON object, with a summary in a line each."""
    summary = [
        {
            "rep": week["rep"],
            "customers": week["customers"],
            **week["hours"],
            "visits": sum(len(day["visits"]) for day in week["days"]),
            "deferred": len(week["deferred"]),
            "actions_due": week["actions"]["due"],
            "warnings": len(week["portfolio"]["fired"]) if week["portfolio"] else 0,
        }
        for week in weeks
    ]
    return {"summary": summary, "reps": list(weeks), "no_rep": no_rep}


class _Teller:
    def __init__(self, week: RepWeek, rulebook: Rulebook) -> None:
        self._week, self._rulebook = week, rulebook
        facts = [decision.facts for decision in week.decisions.values()]
        self._currency = facts[0].currency if facts else None
        self._wording = Wording(rulebook, week.terms.language, self._currency)
        self._basis = {rule.id: rule.basis.value for q in rulebook.questions.values() for rule in q.rules}

    def tell(self) -> dict[str, Any]:
        week, terms, rulebook = self._week, self._week.terms, self._rulebook
        turns = week.turns.turns
        asked, given = sum(turn.asked for turn in turns), sum(turn.given for turn in turns)
        return {
            "rep": week.rep,
            "as_of": terms.as_of.isoformat(),
            "week": terms.monday.isoformat(),
            "language": terms.language,
            "currency": self._currency,
            "rulebook": {"release": rulebook.release, "sha256": rulebook.sha256},
            "customers": len(week.decisions) + len(week.undecided),
            "hours": {
                "per_week": terms.hours,
                "assumed": terms.is_assumed,
                "this_week": week.turns.capacity / UNITS_AN_HOUR,
                "demand_per_week": round(sum(one.hours for one in week.attentions.values()), 6),
                "asked": asked / UNITS_AN_HOUR,
                "given": given / UNITS_AN_HOUR,
                "put_off": (asked - given) / UNITS_AN_HOUR,
            },
            "days": self._days(),
            "deferred": [self._deferred(turn) for turn in turns if turn.given < turn.asked],
            "attention": [self._attention(one) for one in week.attentions.values()],
            "actions": self._actions(),
            "portfolio": week.portfolio,
            "near": round(100 * terms.near, 6),
            "watch": [self._near(decision, near) for decision, near in week.watch],
            "ask": [self._asked(place) for place in range(len(week.asks))],
            "open": [self._who(decision) for decision in week.open],
            "undecided": [
                {"customer_id": one.customer_id, "name": one.name, "problem": one.problem} for one in week.undecided
            ],
            "warnings": list(dict.fromkeys(text for d in week.decisions.values() for text in d.facts.warnings)),
        }

    def _days(self) -> list[dict[str, Any]]:
        """Monday to Friday; a holiday has a name and no visits."""
        week = self._week.turns.week
        days = dict.fromkeys(week.days, "") | dict(week.holidays)
        return [
            {"date": day.isoformat(), "holiday": holiday or None, "visits": self._visits(day)}
            for day, holiday in sorted(days.items())
        ]

    def _visits(self, day: date) -> list[dict[str, Any]]:
        start, visits = datetime.combine(day, DAY_BEGINS), []
        for turn in self._week.turns.turns:
            if turn.day != day:
                continue
            end = start + timedelta(minutes=_MINUTES * turn.given)
            visits.append(
                {
                    "customer_id": turn.attention.customer_id,
                    "name": turn.attention.name,
                    "visit": turn.attention.has_visits,
                    "start": start.isoformat(timespec="minutes"),
                    "end": end.isoformat(timespec="minutes"),
                    "hours": turn.given / UNITS_AN_HOUR,
                    "asked": turn.asked / UNITS_AN_HOUR,
                    "weeks_waited": turn.waited,
                    "visit_every": turn.attention.rhythm,
                    "next": turn.following.isoformat(),
                    **self._behind(turn.attention),
                }
            )
            start = end
        return visits

    def _behind(self, one: Attention) -> dict[str, Any]:
        """The weight and the rules behind a customer's time."""
        return {
            "weight": one.weight,
            "rules": {name: self._marked(one.rules.get(name, ())) for name in (HOURS, VISIT_EVERY, WEIGHT)},
        }

    def _marked(self, rules: Sequence[str]) -> list[dict[str, str]]:
        return [{"rule": rule, "basis": self._basis[rule]} for rule in rules]

    def _deferred(self, turn: Turn) -> dict[str, Any]:
        """What a customer does not get this week, when its next turn comes, and who came before."""
        own = turn.attention
        others = [one for one in self._week.turns.turns if one is not turn and one.given]
        heavier = [one.attention for one in others if one.attention.weight > own.weight]
        rules = {rule: None for one in heavier for rule in one.rules.get(WEIGHT, ())}
        return {
            "customer_id": own.customer_id,
            "name": own.name,
            "asked": turn.asked / UNITS_AN_HOUR,
            "hours": turn.given / UNITS_AN_HOUR,
            "put_off": (turn.asked - turn.given) / UNITS_AN_HOUR,
            "to": turn.following.isoformat(),
            "lacks": turn.lacks,
            **self._behind(own),
            "before": {
                "heavier": len(heavier),
                "equal": sum(one.attention.weight == own.weight for one in others),
                "rules": self._marked(list(rules)),
            },
        }

    def _attention(self, one: Attention) -> dict[str, Any]:
        values = self._week.decisions[one.customer_id].trace.values
        return {
            "customer_id": one.customer_id,
            "name": one.name,
            "hours_per_week": one.hours,
            "visit_every": one.rhythm,
            "importance": as_json(values.get("importance")),
            "urgency": as_json(values.get("urgency")),
            **self._behind(one),
        }

    def _actions(self) -> dict[str, Any]:
        customers = []
        for customer, due in self._week.actions.items():
            decision = self._week.decisions[customer]
            tasks = []
            for one in due:
                own = decision.trace.product_values[one.product] if one.product is not None else {}
                lines = {name: line.value for name, line in decision.trace.thresholds.items()}
                tasks.append(
                    {
                        "id": one.action.id,
                        **({"product": one.product} if one.product is not None else {}),
                        "title": self._wording.filled(one.action.title, {**lines, **decision.trace.values, **own}),
                        "due": one.due.isoformat(),
                        "hours": one.action.hours,
                        "basis": one.action.basis.value,
                        "rules": self._marked(one.rules),
                    }
                )
            customers.append({**self._who(decision), "actions": tasks})
        return {"due": sum(len(one["actions"]) for one in customers), "customers": customers}

    def _who(self, decision: Decision) -> dict[str, Any]:
        return {"customer_id": decision.facts.customer_id, "name": name_of(decision)}

    def _near(self, decision: Decision, near: Near) -> dict[str, Any]:
        return {
            **self._who(decision),
            "fact": near.fact,
            **({"product": near.product} if near.product is not None else {}),
            "value": near.value,
            "line": near.line.value,
            "threshold": near.line.threshold,
            "distance": round(100 * near.distance, 2),
            "at": near.moved,
            "changes": [
                {
                    "question": change.question,
                    **({"product": change.product} if change.product is not None else {}),
                    "before": as_json(change.before),
                    "after": as_json(change.after),
                    "rules": self._marked(change.rules),
                }
                for change in near.changes
            ],
        }

    def _asked(self, place: int) -> dict[str, Any]:
        ask = self._week.asks[place]
        fact, first = self._rulebook.facts[ask.fact], ask.customers[0]
        values = first.decision.trace.values
        own = first.decision.trace.product_values[first.product] if first.product is not None else {}
        return {
            "fact": ask.fact,
            "question": self._wording.filled(fact.ask or fact.label, {**values, **own}),
            "plans": ask.plans,
            "parts": ask.parts,
            "customers": [
                {
                    **self._who(asked.decision),
                    **({"product": asked.product} if asked.product is not None else {}),
                    "parts": asked.parts,
                }
                for asked in ask.customers
            ],
        }
