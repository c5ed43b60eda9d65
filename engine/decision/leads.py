"""Where the answers to a question would lead: as data of the plan, and in a line each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from sangdo.engine.decision.pages.figures import capitalised, value_of
from sangdo.engine.decision.pages.findings import IN_BETWEEN
from sangdo.engine.decision.phrases import phrases_in
from sangdo.engine.decision.stretches import as_test, in_words
from sangdo.engine.decision.wording import Wording
from sangdo.engine.explain.effects import Effect, Outcome
from sangdo.engine.language.rulebook import Basis
from sangdo.engine.language.values import as_json

LEADS_SHOWN = 4
ANSWERS_SHOWN = 2
ACTIONS_SHOWN = 1


class Lead(NamedTuple):
    """Some of the possible answers to a question, and what they would lead to, in words."""

    answers: str
    outcome: str


def leads_of(effect: Effect, wording: Wording) -> list[dict[str, Any]]:
    """Return the outcomes of an ask as the plan's JSON has them, each with the values that lead to it."""
    fact, say = wording.rulebook.facts[effect.ask.fact], phrases_in(wording.language)
    only = len(effect.outcomes) == 1
    return [
        {
            "values": [as_test(stretch) for stretch in outcome.values],
            "label": say["any_answer"] if only else in_words(outcome.values, fact, wording),
            **_changes(outcome, None),
            **_product_changes(outcome),
            **({"contradiction": outcome.contradiction} if outcome.contradiction else {}),
        }
        for outcome in effect.outcomes
    ]


def _product_changes(outcome: Outcome) -> dict[str, Any]:
    parts = [*(part for part, _ in outcome.answers), *outcome.new, *outcome.dropped]
    products = sorted({product for _, product in parts if product is not None})
    return {"products": {product: _changes(outcome, product) for product in products}} if products else {}


def _changes(outcome: Outcome, product: str | None) -> dict[str, Any]:
    return {
        "answers": {name: as_json(answer) for (name, about), answer in outcome.answers if about == product},
        "actions": {
            "new": [action for action, about in outcome.new if about == product],
            "dropped": [action for action, about in outcome.dropped if about == product],
        },
    }


def list_leads(ask: Mapping[str, Any], wording: Wording) -> Iterator[Lead]:
    """List where the answers to an ask of the plan would lead, where that depends on the answer at all."""
    leads = ask["leads_to"]
    if len(leads) < 2:
        return
    for lead in leads[:LEADS_SHOWN]:
        yield Lead(capitalised(lead["label"]), _outcome(lead, ask.get("product"), wording))
    if len(leads) > LEADS_SHOWN:
        more = [_outcome(lead, ask.get("product"), wording) for lead in leads[LEADS_SHOWN:]]
        yield Lead(capitalised(phrases_in(wording.language)["other_answers"]), " / ".join(dict.fromkeys(more)))


def _outcome(lead: Mapping[str, Any], product: str | None, wording: Wording) -> str:
    say = phrases_in(wording.language)
    if "contradiction" in lead:
        return say["leads_contradiction"]
    # What follows for the product that is asked about needs no name; for any other it has one.
    about = [("", lead), *((_named(name, product), held) for name, held in lead.get("products", {}).items())]
    new = [prefix + _title(action, wording) for prefix, held in about for action in held["actions"]["new"]]
    dropped = [prefix + _title(action, wording) for prefix, held in about for action in held["actions"]["dropped"]]
    parts = list(_answers(about, wording))[:ANSWERS_SHOWN]
    parts += [say["leads_new"].format(_listed(new, say))] if new else []
    parts += [say["leads_dropped"].format(_listed(dropped, say))] if dropped and not parts else []
    changed = any(held["answers"] for _, held in about)
    return " · ".join(parts) or say["leads_less" if changed else "leads_nowhere"]


def _named(name: str, asked: str | None) -> str:
    return "" if name == asked else f"{name}: "


def _answers(about: list[tuple[str, Mapping[str, Any]]], wording: Wording) -> Iterator[str]:
    """The answers that would differ, without those that only call actions; steps in between only for want of others."""
    questions = wording.rulebook.questions
    found = [
        (name, f"{prefix}{wording.text(wording.rulebook.facts[name].label)}: {value_of(wording, name, answer)}")
        for prefix, held in about
        for name, answer in held["answers"].items()
        if answer is not None and not any(rule.actions for rule in questions[name].rules)
    ]
    telling = [words for name, words in found if name not in IN_BETWEEN]
    yield from telling or [words for _, words in found]


def _title(action: str, wording: Wording) -> str:
    called = wording.rulebook.actions[action]
    mark = f" ({phrases_in(wording.language)['house']})" if called.basis is Basis.HOUSE else ""
    return wording.filled(called.title, {}) + mark


def _listed(words: list[str], say: Mapping[str, str]) -> str:
    shown = ", ".join(words[:ACTIONS_SHOWN])
    more = len(words) - ACTIONS_SHOWN
    return shown if more <= 0 else say["and_more"].format(shown, more, len(words))
