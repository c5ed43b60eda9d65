"""A rep's week: what the rules ask for each customer, what the hours allow, and what else the rep should know."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sangdo.engine.bulk.week.asking import WideAsk, rank_wide_asks
from sangdo.engine.bulk.week.attention import Attention, attention_of
from sangdo.engine.bulk.week.due_actions import DueAction, actions_due
from sangdo.engine.bulk.week.rep_customers import Undecided
from sangdo.engine.bulk.week.rhythm import WORK_DAYS
from sangdo.engine.bulk.week.turns import Turns, first_week_needed, take_turns
from sangdo.engine.bulk.week.watching import Near, Watch
from sangdo.engine.bulk.week.working_days import read_holidays, week_containing
from sangdo.engine.decision.decision import Decider, Decision
from sangdo.engine.decision.plan import build_plan
from sangdo.engine.decision.portfolio import QUESTIONS, portfolio_facts, portfolio_rules
from sangdo.engine.facts.book import Book
from sangdo.engine.language.errors import Location
from sangdo.engine.language.rulebook import Rulebook

ASSUMED_HOURS = 40.0
"""The hours a week of a rep where the book does not give them."""
_SUNDAY = 6


@dataclass(frozen=True, slots=True)
class Terms:
    """What a week is made under: the as-of date, its Monday, the holidays around it, a rep's hours a week (and whether
    these are only assumed), how near to a line is near (a share of it), and the language."""

    as_of: date
    monday: date
    holidays: Mapping[date, str]
    hours: float
    is_assumed: bool
    near: float
    language: str


def terms_of(book: Book, wanted: date | None, near: float, language: str) -> Terms:
    """Return the terms of the week that holds a wanted day, or the as-of date; at the weekend the one that follows.

    Raises DataInvalid when the book names a country without a calendar of holidays.
    """
    monday = week_containing(wanted or book.as_of)
    settings, first = book.settings, first_week_needed(monday)
    last = monday + timedelta(WORK_DAYS)
    place = settings.holidays_at or Location(book.shown)
    holidays = read_holidays(settings.holidays, first, last, language, place)
    hours = settings.hours_per_week
    return Terms(book.as_of, monday, holidays, hours or ASSUMED_HOURS, hours is None, near, language)


@dataclass(frozen=True, slots=True)
class RepWeek:
    """The week of one rep: `attentions` in order of weight, `open` the customers whose hours the rules leave open,
    `portfolio` the plan for the rep's mix of customers (None where the rules have no such question)."""

    rep: str
    terms: Terms
    decisions: Mapping[str, Decision]
    attentions: Mapping[str, Attention]
    turns: Turns
    open: tuple[Decision, ...]
    undecided: tuple[Undecided, ...]
    actions: Mapping[str, tuple[DueAction, ...]]
    watch: tuple[tuple[Decision, Near], ...]
    asks: tuple[WideAsk, ...]
    portfolio: Mapping[str, Any] | None


def plan_week(
    rep: str, decisions: Sequence[Decision], undecided: Sequence[Undecided], rulebook: Rulebook, terms: Terms
) -> RepWeek:
    """Make the week of one rep from the decisions on all their customers."""
    by_id = {decision.facts.customer_id: decision for decision in decisions}
    found = {customer: attention_of(decision) for customer, decision in by_id.items()}
    known = [one for one in found.values() if one is not None]
    attentions = {one.customer_id: one for one in sorted(known, key=_by_weight)}
    last = terms.monday + timedelta(_SUNDAY)
    due = {customer: actions_due(decision, terms.monday, last) for customer, decision in by_id.items()}
    watching = Watch(rulebook, terms.near)
    near = [(decision, one) for decision in decisions for one in watching.watch(decision)]
    return RepWeek(
        rep, terms, by_id, attentions, take_turns(known, terms.hours, terms.monday, terms.holidays),
        tuple(by_id[customer] for customer, one in found.items() if one is None),
        tuple(undecided),
        {customer: actions for customer in (*attentions, *by_id) if (actions := due[customer])},
        tuple(sorted(near, key=lambda pair: (pair[1].distance, pair[0].facts.customer_id))),
        rank_wide_asks(decisions, attentions),
        _portfolio(rep, decisions, rulebook, terms.language),
    )  # fmt: skip


def _by_weight(one: Attention) -> tuple[float, tuple[int, ...], str]:
    return -one.weight, one.ranks, one.customer_id


def _portfolio(rep: str, decisions: Sequence[Decision], rulebook: Rulebook, language: str) -> Mapping[str, Any] | None:
    if not decisions or any(name not in rulebook.questions for name in QUESTIONS):
        return None
    own = portfolio_rules(rulebook)
    return build_plan(Decider(own).decide(portfolio_facts(rep, decisions)), language)
