"""The plan: a decision as one JSON object in one language, every line traceable to rules and clauses."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from sangdo import __version__
from sangdo.engine.decision.deadline import set_deadline, weekday_before
from sangdo.engine.decision.decision import Decision
from sangdo.engine.decision.leads import leads_of
from sangdo.engine.decision.season import season_ahead
from sangdo.engine.decision.wording import Wording
from sangdo.engine.explain.asks import questions_that_matter
from sangdo.engine.explain.effects import rank_asks
from sangdo.engine.facts.facts import Known
from sangdo.engine.inference.trace import Closing
from sangdo.engine.language.reading import thresholds_in
from sangdo.engine.language.rulebook import Action, Rule, Status, Text, Value
from sangdo.engine.language.values import as_json

LOOK_AGAIN_DAYS = {"week": 7, "two_weeks": 14, "month": 30, "quarter": 91, "half_year": 182, "year": 365}

_NO_LINE = Text(
    "기준선 '{line}'의 값이 없어 이 기준을 쓰는 규칙은 판단하지 않았다.",
    'The line "{line}" has no value; rules that use it were left undecided.',
)
_DRAFT = Text("초안 상태의 질문을 썼다: {name}", "A question still in draft was used: {name}")


@dataclass(frozen=True, slots=True)
class _Called:
    """An action that deciding rules call, for one product or for the customer."""

    action: Action
    product: str | None
    rules: tuple[Rule, ...]


def build_plan(decision: Decision, language: str) -> dict[str, Any]:
    """Return the plan of a decision as the JSON object of the design; texts are in the language (ko or en).

    What changed `since` an earlier plan is for the decision log to add.
    """
    return _Planner(decision, language).build()


class _Planner:
    def __init__(self, decision: Decision, language: str) -> None:
        self._decision = decision
        self._trace = decision.trace
        self._rulebook = decision.rulebook
        self._wording = Wording(decision.rulebook, language, decision.facts.currency)
        self._rules = {rule.id: rule for question in self._rulebook.questions.values() for rule in question.rules}
        self._lines: dict[str, Value | None] = {name: line.value for name, line in self._trace.thresholds.items()}

    def build(self) -> dict[str, Any]:
        decision, facts = self._decision, self._decision.facts
        called = list(self._called())
        return {
            "decision_id": decision.id,
            "customer_id": facts.customer_id,
            "as_of": facts.as_of.isoformat(),
            "language": self._wording.language,
            "currency": facts.currency,
            "rulebook": {"release": self._rulebook.release, "sha256": self._rulebook.sha256},
            "engine": engine_versions(),
            "facts": self._facts(),
            "thresholds": self._thresholds(),
            "answers": self._answers(None),
            "products": {
                product: {"facts": {n: _known(k) for n, k in known.items()}, "answers": self._answers(product)}
                for product, known in facts.products.items()
            },
            "fired": self._fired(),
            "also_held": self._also_held(),
            "ask": self._asks(),
            "actions": [self._action(one) for one in called if not one.action.avoid],
            "avoid": [self._action(one) for one in called if one.action.avoid],
            "attention": self._attention(),
            "season": season_ahead(decision),
            "since": None,
            "warnings": self._warnings(),
        }

    def _facts(self) -> dict[str, Any]:
        facts = {name: _known(known) for name, known in self._decision.facts.values.items()}
        for closing in self._trace.closings:
            if closing.product is None and closing.how != "given" and closing.answer is not None:
                source = ", ".join(closing.deciding) or closing.how
                facts[closing.question] = {"value": as_json(closing.answer), "origin": "answer", "source": source}
        for fact in self._rulebook.facts.values():
            if fact.tally and fact.name not in facts and fact.name in self._trace.values:
                value = as_json(self._trace.values[fact.name])
                facts[fact.name] = {"value": value, "origin": "answer", "source": fact.tally.question}
        return dict(sorted(facts.items()))

    def _thresholds(self) -> dict[str, Any]:
        return {
            line.name: {"value": line.value, "how": line.how, "since": line.since.isoformat() if line.since else None}
            for line in self._trace.thresholds.values()
        }

    def _answers(self, product: str | None) -> dict[str, Any]:
        """The answers of the questions asked or given; null when a question was asked in vain."""
        return {
            closing.question: as_json(closing.answer)
            for closing in self._trace.closings
            if closing.product == product and closing.how != "not_asked"
        }

    def _fired(self) -> list[dict[str, Any]]:
        deciding = [(c, rule, self._matched(c, rule)) for c in self._trace.closings for rule in c.deciding]
        return [{"seq": seq, **self._firing(*one)} for seq, one in enumerate(deciding, start=1)]

    def _also_held(self) -> list[dict[str, Any]]:
        return [
            {**self._firing(c, rule, self._matched(c, rule)), "lost_to": c.deciding[0] if c.deciding else c.how}
            for c in self._trace.closings
            for rule in c.held
            if rule not in c.deciding
        ]

    def _matched(self, closing: Closing, rule: str) -> Mapping[str, Value | None]:
        for firing in self._trace.firings:
            if firing.rule == rule and firing.product == closing.product:
                return dict(firing.matched)
        return {}

    def _firing(self, closing: Closing, rule_id: str, matched: Mapping[str, Value | None]) -> dict[str, Any]:
        rule = self._rules[rule_id]
        product = {"product": closing.product} if closing.product is not None else {}
        return {
            "rule": rule.id,
            "question": closing.question,
            **product,
            "title": self._wording.text(rule.title),
            "basis": rule.basis.value,
            "clauses": list(rule.clauses),
            "because": self._filled(rule.because or rule.title, closing.product),
            "matched": {name: as_json(value) for name, value in matched.items()},
            "answer": as_json(rule.then if rule.then is not None else closing.answer),
            "actions": list(rule.actions),
        }

    def _asks(self) -> list[dict[str, Any]]:
        """The facts to ask for, those that decide most of the plan first."""
        asks = []
        for effect in rank_asks(self._decision.asks, self._decision.evaluator, self._trace):
            ask = effect.ask
            fact = self._rulebook.facts[ask.fact]
            product = {"product": ask.product} if ask.product is not None else {}
            asks.append(
                {
                    "fact": ask.fact,
                    **product,
                    "question": self._filled(fact.ask or fact.label, ask.product),
                    "for": list(ask.questions),
                    "would_decide": list(ask.would_decide),
                    "weight": effect.weight,
                    "leads_to": leads_of(effect, self._wording),
                }
            )
        return asks

    def _called(self) -> Iterator[_Called]:
        """The actions of the deciding rules, each once, in firing order."""
        called: dict[tuple[str, str | None], list[Rule]] = {}
        for closing in self._trace.closings:
            for rule_id in closing.deciding:
                for action in self._rules[rule_id].actions:
                    called.setdefault((action, closing.product), []).append(self._rules[rule_id])
        for (action, product), rules in called.items():
            yield _Called(self._rulebook.actions[action], product, tuple(rules))

    def _action(self, called: _Called) -> dict[str, Any]:
        action = called.action
        cited = {clause for rule in called.rules for clause in rule.clauses}
        peak = self._trace.values.get("months_to_peak")
        deadline = set_deadline(action, self._decision.facts.as_of, peak if isinstance(peak, int) else None)
        product = {"product": called.product} if called.product is not None else {}
        return {
            "id": action.id,
            **product,
            "title": self._filled(action.title, called.product),
            "steps": [self._filled(step, called.product) for step in action.steps],
            "clauses": [clause for clause in action.clauses if clause in cited],
            "basis": action.basis.value,
            "who": action.who,
            "due": deadline.due.isoformat() if deadline.due else None,
            "before_peak": deadline.before_peak,
            "every": action.every,
            "hours": action.hours,
            "rules": [rule.id for rule in called.rules],
            "because": self._filled(called.rules[0].because or called.rules[0].title, called.product),
        }

    def _attention(self) -> dict[str, Any]:
        values = self._trace.values
        names = ("importance", "urgency", "hours_per_week", "visit_every")
        look_again = values.get("look_again")
        days = LOOK_AGAIN_DAYS.get(look_again) if isinstance(look_again, str) else None
        due = weekday_before(self._decision.facts.as_of + timedelta(days)) if days else None
        return {name: as_json(values.get(name)) for name in names} | {"look_again": due.isoformat() if due else None}

    def _warnings(self) -> list[str]:
        warnings = list(self._decision.facts.warnings)
        matter = questions_that_matter(self._rulebook, self._trace.closings, self._trace.values, self._trace.thresholds)
        missed = {
            name
            for closing in self._trace.closings
            if closing.how not in ("given", "not_asked") and closing.question in matter
            for rule in self._rulebook.questions[closing.question].rules
            for name in thresholds_in(rule.when)
        }
        for line in self._trace.thresholds.values():
            if line.value is None and line.name in missed:
                title = self._wording.text(self._rulebook.thresholds[line.name].title)
                warnings.append(self._wording.text(_NO_LINE).replace("{line}", title))
        for closing in self._trace.closings:
            question = self._rulebook.questions[closing.question]
            if question.status is Status.DRAFT and closing.how in ("rules", "otherwise"):
                warnings.append(self._wording.text(_DRAFT).replace("{name}", self._wording.text(question.title)))
        return list(dict.fromkeys(warnings))

    def _filled(self, text: Text, product: str | None) -> str:
        own = self._trace.product_values[product] if product is not None else {}
        return self._wording.filled(text, {**self._lines, **self._trace.values, **own})


def engine_versions() -> dict[str, str]:
    """Return the names and versions of what made a plan."""
    return {"name": "durable-rules", "version": _installed("durable_rules"), "sangdo": __version__}


def _installed(distribution: str) -> str:
    """The version of durable-rules as installed; importlib.metadata says the same, but costs every plan 10 ms."""
    spec = find_spec("durable_rules_engine")
    folder = Path(spec.origin).parent if spec and spec.origin else Path()
    names = [path.name for path in folder.glob(f"{distribution}-*.dist-info")]
    return names[0].removeprefix(f"{distribution}-").removesuffix(".dist-info") if names else "unknown"


def _known(known: Known) -> dict[str, Any]:
    extra = {"by": known.by, "date": known.date.isoformat() if known.date else None, "reason": known.reason}
    told = {name: value for name, value in extra.items() if value is not None}
    return {"value": as_json(known.value), "origin": known.origin, "source": known.source, **told}
