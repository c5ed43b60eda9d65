"""A plan that is logged before it is given, with what changed since the customer's last one."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any

from sangdo.engine.audit.decision_body import decision_body, facts_of
from sangdo.engine.audit.decision_terms import plan_terms
from sangdo.engine.audit.passing_time import Reread
from sangdo.engine.audit.since import Past, changes_since
from sangdo.engine.audit.store.log_url import LogUnusable
from sangdo.engine.audit.store.record import Entry, Record
from sangdo.engine.audit.store.writer import LogWriter
from sangdo.engine.decision.decision import Decision
from sangdo.engine.facts.facts import Facts, Known
from sangdo.engine.language.errors import SangdoError
from sangdo.engine.language.rule_files import read_contents, rule_files
from sangdo.engine.language.rulebook import FactType, Origin, Rulebook

NOT_PERSONAL = ("customer_id", "rep", "product")
"""Texts that are not the customer's own: its number, the colleague in charge, what is sold."""


def log_plan(
    writer: LogWriter,
    decision: Decision,
    plan: Mapping[str, Any],
    by: str,
    reread: Callable[[date], Reread | None] | None = None,
) -> dict[str, Any]:
    """Log a decision with its plan, and return the plan with `since`; when this returns, the record is kept.

    `by` is who asked for it; `reread` reads the customer from today's book as of an earlier day, where there is a
    book. Raises LogUnusable, and then nothing was logged.
    """
    facts = decision.facts
    before = writer.last_decision(facts.customer_id, facts.as_of, but=decision.id)
    past = Past(lambda release: _kept_rulebook(writer, release), reread)
    since = _since(before, decision, plan, past) if before else None
    whole = {**plan, "since": since}
    former = _former(before, decision.rulebook) if before else ()
    writer.append(decision_entry(decision, whole, by, former), lambda: _release_files(decision.rulebook))
    return whole


def _kept_rulebook(writer: LogWriter, release: str) -> Rulebook | None:
    """The rulebook of a release; None where its files are not all there, or are in a language of another version."""
    from sangdo.engine.audit.replay import kept_rulebook

    try:
        return kept_rulebook(release, writer.release_files(release))
    except SangdoError:
        return None


def _since(before: Record, decision: Decision, plan: Mapping[str, Any], past: Past) -> Mapping[str, Any]:
    try:
        return changes_since(before.body, before.at, decision, plan, past)
    except (KeyError, TypeError, ValueError, AttributeError, IndexError) as error:
        message = f"record #{before.seq} is damaged ({error}); see: sangdo log verify"
        raise LogUnusable("decision log", message) from None


def decision_entry(decision: Decision, plan: Mapping[str, Any], by: str, former: tuple[str, ...] = ()) -> Entry:
    """Return a decision with its plan as an entry of the log; `former` are personal texts of the plan before it."""
    return Entry(
        "decision",
        by,
        decision.facts.customer_id,
        decision.id,
        decision.rulebook.sha256,
        plan_terms(plan),
        decision_body(decision, plan),
        tuple(dict.fromkeys([*_personal(decision.facts, decision.rulebook), *former])),
    )


def _personal(facts: Facts, rulebook: Rulebook) -> Iterator[str]:
    """The customer's names and free text: what can be redacted later."""
    for values in (facts.values, *facts.products.values()):
        for name, known in values.items():
            yield from _texts(name, known, rulebook)


def _former(before: Record, rulebook: Rulebook) -> tuple[str, ...]:
    """The names and free text of the plan before, which what changed since tells: a name that was corrected."""
    return tuple(text for text in _personal(facts_of(before.body), rulebook) if text in before.personal)


def _texts(name: str, known: Known, rulebook: Rulebook) -> Iterator[str]:
    if known.reason:
        yield known.reason
    fact = rulebook.facts.get(name)
    free = fact is None or (fact.type is FactType.TEXT and fact.origin is Origin.GIVEN)
    if free and name not in NOT_PERSONAL and isinstance(known.value, str):
        yield known.value


def _release_files(rulebook: Rulebook) -> dict[str, bytes]:
    root = Path(rulebook.root)
    return read_contents(root, rule_files(root))
