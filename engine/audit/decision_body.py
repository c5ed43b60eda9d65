"""A decision as the body of a record: its facts exactly, how it was reached, and the plan that was given."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from sangdo.engine.audit.store.log_url import LogUnusable
from sangdo.engine.decision.decision import Decision
from sangdo.engine.facts.facts import Facts, Known, Outlook
from sangdo.engine.inference.trace import Closing, Firing
from sangdo.engine.language.rulebook import Value
from sangdo.engine.language.values import as_json

FORMAT = 1


def decision_body(decision: Decision, plan: Mapping[str, Any]) -> dict[str, Any]:
    """Return a decision and its plan as a JSON object, from which the facts can be read back exactly.

    Thresholds as resolved, what is left to ask, the versions and the language stand in the plan.
    """
    return {
        "format": FORMAT,
        "facts": _facts_body(decision.facts),
        "firings": [_firing(firing) for firing in decision.trace.firings],
        "closings": [_closing(closing) for closing in decision.trace.closings],
        "plan": dict(plan),
    }


def facts_of(body: Mapping[str, Any]) -> Facts:
    """Return the facts of a decision's body, equal to those it was made from. Raises LogUnusable."""
    try:
        return _facts(body["facts"])
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        message = f"the facts of a record cannot be read ({error}); see: sangdo log verify"
        raise LogUnusable("decision log", message) from None


def _facts_body(facts: Facts) -> dict[str, Any]:
    outlook = facts.outlook
    return {
        "customer_id": facts.customer_id,
        "as_of": facts.as_of.isoformat(),
        "values": _values(facts.values),
        "products": [{"product": product, "values": _values(known)} for product, known in facts.products.items()],
        "lines": [[name, line] for name, line in facts.lines.items()],
        "currency": facts.currency,
        "warnings": list(facts.warnings),
        "outlook": outlook
        and {
            "index": list(outlook.index),
            "volumes": [[product, list(volumes)] for product, volumes in outlook.volumes.items()],
            "trends": [[product, trend] for product, trend in outlook.trends.items()],
        },
    }


def _facts(body: Mapping[str, Any]) -> Facts:
    outlook = body["outlook"]
    return Facts(
        body["customer_id"],
        date.fromisoformat(body["as_of"]),
        _known(body["values"]),
        {one["product"]: _known(one["values"]) for one in body["products"]},
        dict(body["lines"]),
        body["currency"],
        tuple(body["warnings"]),
        outlook
        and Outlook(
            tuple(outlook["index"]),
            {product: tuple(volumes) for product, volumes in outlook["volumes"]},
            dict(outlook["trends"]),
        ),
    )


def _values(values: Mapping[str, Known]) -> list[dict[str, Any]]:
    """The known values in their order, as a list: a JSON object need not keep one."""
    return [{"fact": name, **_written(known)} for name, known in values.items()]


def _written(known: Known) -> dict[str, Any]:
    told = {"by": known.by, "date": known.date and known.date.isoformat(), "reason": known.reason}
    said = {name: value for name, value in told.items() if value is not None}
    return {"value": _value(known.value), "origin": known.origin, "source": known.source, **said}


def _known(written: Iterable[Mapping[str, Any]]) -> dict[str, Known]:
    return {
        one["fact"]: Known(
            _read_value(one["value"]),
            one["origin"],
            one["source"],
            one.get("by"),
            date.fromisoformat(one["date"]) if "date" in one else None,
            one.get("reason"),
        )
        for one in written
    }


def _value(value: Value) -> object:
    if isinstance(value, date):
        return {"date": value.isoformat()}
    return {"choices": sorted(value)} if isinstance(value, frozenset) else value


def _read_value(written: Any) -> Value:
    if isinstance(written, dict):
        return date.fromisoformat(written["date"]) if "date" in written else frozenset(written["choices"])
    value: Value = written
    return value


def _firing(firing: Firing) -> dict[str, Any]:
    matched = [[name, as_json(value)] for name, value in firing.matched]
    return {"rule": firing.rule, "question": firing.question, "product": firing.product, "matched": matched}


def _closing(closing: Closing) -> dict[str, Any]:
    return {
        "question": closing.question,
        "product": closing.product,
        "how": closing.how,
        "answer": as_json(closing.answer),
        "deciding": list(closing.deciding),
        "held": list(closing.held),
        "assumed": list(closing.assumed),
    }
