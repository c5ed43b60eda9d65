"""The explanation: how each answer was reached, or why not, as one JSON object in one language."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sangdo.engine.decision.decision import Decision
from sangdo.engine.decision.plan import build_plan
from sangdo.engine.decision.why.conditions import RESULTS, list_why_not, tell_condition
from sangdo.engine.decision.why.facts import Known
from sangdo.engine.decision.why.rules import tell_rule
from sangdo.engine.decision.why.words import words_in
from sangdo.engine.decision.wording import Wording
from sangdo.engine.explain.verdicts import Verdict, judge, judge_rule
from sangdo.engine.inference.trace import Closing
from sangdo.engine.language.errors import Location, NothingMatched, Problem, nearest
from sangdo.engine.language.rulebook import Level, Origin, Question, Rule, Rulebook
from sangdo.engine.language.values import as_json

WHOLE_DEPTH = 3
HELD = ("decided", "lost")
SHOWN_WHOLE = (*HELD, "assumed", "undecided")
"""What became of the rules that the explanation of a whole customer shows, in this order; the others stood aside."""


def explain_decision(
    decision: Decision,
    language: str,
    *,
    depth: int | None = None,
    rule: str | None = None,
    question: str | None = None,
) -> dict[str, Any]:
    """Return the explanation of a decision: every question asked, in chain order, or one question, or one rule.

    `depth` is how many steps back from an answer are followed: 1 rules, 2 their tests and facts, 3 parts and methods;
    for one question or rule, the rules behind facts that are answers themselves too, and so on. None means 3 for the
    whole customer, else all. Raises NothingMatched, with the nearest id, for a rule or question that is not there.
    """
    return _Explainer(decision, language, depth, rule, question).explain()


class _Explainer:
    def __init__(
        self, decision: Decision, language: str, depth: int | None, rule: str | None, question: str | None
    ) -> None:
        self._decision, self._trace, self._rulebook = decision, decision.trace, decision.rulebook
        self._plan = build_plan(decision, language)
        self._wording = Wording(decision.rulebook, language, decision.facts.currency)
        self._known = Known(decision, self._plan, self._wording)
        self._rule = rule
        self._question = question_of(decision.rulebook, rule) if rule is not None else question
        if question is not None:
            find_question(decision.rulebook, question)
        self._is_whole = self._question is None
        limit = WHOLE_DEPTH if self._is_whole else math.inf
        self._depth: float = limit if depth is None else depth
        self._shown: dict[tuple[str, str | None], float] = {}

    def explain(self) -> dict[str, Any]:
        plan, notes = self._plan, []
        closings = [c for c in self._trace.closings if self._is_explained(c)]
        questions = [self._explained(closing, self._depth) for closing in closings]
        if not closings and self._question is not None:
            notes.append(words_in(self._wording.language)["no_products"])
        name = plan["facts"].get("name")
        return {
            "decision_id": plan["decision_id"],
            "customer_id": plan["customer_id"],
            "name": name["value"] if name else None,
            "as_of": plan["as_of"],
            "language": plan["language"],
            "currency": plan["currency"],
            "rulebook": plan["rulebook"],
            "rule": self._rule,
            "question": self._question,
            "depth": None if math.isinf(self._depth) else int(self._depth),
            "questions": questions,
            "why_not": [one for told in questions for one in _why_not_of(told)] if self._rule else [],
            "ask": plan["ask"],
            "notes": notes,
        }

    def _is_explained(self, closing: Closing) -> bool:
        return closing.how != "not_asked" if self._is_whole else closing.question == self._question

    def _explained(self, closing: Closing, depth: float) -> dict[str, Any]:
        """One question that is asked for by itself, with the rules that are to be shown."""
        question = self._rulebook.questions[closing.question]
        rules = question.rules if self._rule is None else [rule for rule in question.rules if rule.id == self._rule]
        return self._told(closing, depth, rules)

    def _told(self, closing: Closing, depth: float, rules: Sequence[Rule], is_followed: bool = False) -> dict[str, Any]:
        question, product = self._rulebook.questions[closing.question], closing.product
        fact = self._rulebook.facts[closing.question]
        applies = self._applies(question, product)

        def behind(name: str) -> list[dict[str, Any]]:
            return self._behind(name, product, depth)

        # The condition comes first on a page: what it tells of an answer further back is not told again after it.
        # Of a question followed back to, only a condition that kept it from being asked matters, unless a person
        # answered all the same.
        has_tree = depth >= 2 and not (is_followed and (applies.result is True or closing.how == "given"))
        tree = tell_condition(applies, self._known, product, depth, behind) if has_tree else None
        told = [tell_rule(rule, closing, applies, self._known, depth, behind) for rule in rules] if depth >= 1 else []
        if self._is_whole:
            shown = HELD if closing.how == "given" else SHOWN_WHOLE  # a given answer waits for nothing
            told = [one for outcome in shown for one in told if one["outcome"] == outcome]
        given = self._known.fact(closing.question, product, 0) if closing.how == "given" else None
        return {
            "question": closing.question,
            "product": product,
            "title": self._wording.text(question.title),
            "choose": question.choose.value,
            "status": question.status.value,
            "how": closing.how,
            "answer": as_json(closing.answer),
            "answer_label": self._wording.value(fact, closing.answer) if closing.answer is not None else None,
            "reason": given["reason"] if given else None,
            "given": {key: given[key] for key in ("by", "date", "source", "origin_label")} if given else None,
            "decided_by": list(closing.deciding),
            "assumed": list(closing.assumed),
            "applies": {
                "verdict": RESULTS[applies.result],
                "why_not": list_why_not(applies, self._known, product),
                "conditions": tree,
            }
            if question.applies is not None and depth >= 1
            else None,
            "rules": told,
            "waits_for": [
                {"fact": ask["fact"], "rules": [rule.id for rule in question.rules if rule.id in ask["would_decide"]]}
                for ask in self._plan["ask"]
                if closing.question in ask["for"] and ask.get("product") in (None, product)
            ],
        }

    def _applies(self, question: Question, product: str | None) -> Verdict:
        return judge(question.applies, self._known.values(product), self._trace.thresholds)

    def _behind(self, name: str, product: str | None, depth: float) -> list[dict[str, Any]]:
        """The questions that a fact is the answer of, with the rules that decided or could not be decided."""
        fact = self._rulebook.facts[name]
        asked = fact.tally.question if fact.tally is not None else name
        if self._is_whole or depth < 3 or fact.origin not in (Origin.QUESTION, Origin.COUNTED):
            return []
        about = product if fact.level is Level.PRODUCT else None
        closings = [c for c in self._trace.closings if c.question == asked and (fact.tally or c.product == about)]
        return [self._followed(closing, depth - 2) for closing in closings]

    def _followed(self, closing: Closing, depth: float) -> dict[str, Any]:
        """One question further back; what was told already, as deep or deeper, is not told again."""
        key = closing.question, closing.product
        if self._shown.get(key, -1) >= depth and closing.how != "given":
            return {**self._told(closing, 0, (), is_followed=True), "repeated": True}
        self._shown[key] = depth
        wanted = closing.deciding + closing.assumed
        rules = [
            rule
            for rule in self._rulebook.questions[closing.question].rules
            if rule.id in wanted or (closing.how in ("none", "unknown") and self._is_open(rule, closing))
        ]
        return {**self._told(closing, depth, rules, is_followed=True), "repeated": False}

    def _is_open(self, rule: Rule, closing: Closing) -> bool:
        return judge_rule(rule, self._known.values(closing.product), self._trace.thresholds).result is None


def question_of(rulebook: Rulebook, rule: str) -> str:
    """Return the question that a rule belongs to; raises NothingMatched with the nearest rule."""
    owners = {one.id: question.name for question in rulebook.questions.values() for one in question.rules}
    if rule not in owners:
        raise _no_such("rule", rule, list(owners), rulebook)
    return owners[rule]


def find_question(rulebook: Rulebook, name: str) -> Question:
    """Return a question by its name; raises NothingMatched with the nearest one."""
    if name not in rulebook.questions:
        raise _no_such("question", name, list(rulebook.questions), rulebook)
    return rulebook.questions[name]


def _no_such(what: str, asked: str, known: list[str], rulebook: Rulebook) -> NothingMatched:
    shown = "".join(character if character.isprintable() else " " for character in asked[:100])
    return NothingMatched(
        Problem(
            Location(rulebook.root), f'there is no {what} "{shown}"',
            expected=f"a {what} of sangdo list {what}s", suggestion=nearest(asked, known),
        )
    )  # fmt: skip


def _why_not_of(told: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """All that stands in the way of one rule: of its question being asked, and of its condition."""
    for part, owners in (("applies", [told["applies"]]), ("when", told["rules"])):
        for owner in owners:
            for one in owner["why_not"] if owner else ():
                yield {"product": told["product"], "part": part, **one}
