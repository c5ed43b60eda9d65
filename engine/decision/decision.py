"""A decision: the trace of durable-rules, checked against the plain evaluator, with what is left to ask."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

from sangdo.engine.explain.asks import Ask, list_asks
from sangdo.engine.explain.evaluation import Evaluation, Evaluator
from sangdo.engine.facts.facts import Facts, Known
from sangdo.engine.inference.engine import KEPT_PROGRAMS, Engine
from sangdo.engine.inference.trace import Closing, Trace
from sangdo.engine.language.errors import Location, Problem, SangdoError
from sangdo.engine.language.rulebook import Level, Rulebook
from sangdo.engine.language.values import as_json


class Disagreement(SangdoError):
    """Durable-rules and the plain evaluator differ on a question: no plan is made."""

    exit_code = 1


@dataclass(frozen=True)
class Decision:
    """One customer decided; the evaluator that checked it can say what one more fact would change."""

    rulebook: Rulebook
    facts: Facts
    trace: Trace
    asks: tuple[Ask, ...]
    evaluator: Evaluator = field(repr=False, compare=False)

    @cached_property
    def id(self) -> str:
        """A short name that depends on content alone: the rulebook, the date and the facts."""
        facts = self.facts
        content: list[object] = [self.rulebook.sha256, facts.customer_id, facts.as_of.isoformat()]
        content += [_contents(facts.values)]
        content += [[product, _contents(values)] for product, values in sorted(facts.products.items())]
        content += [sorted(facts.lines.items())]
        if facts.outlook is not None:
            content.append([facts.outlook.index, facts.outlook.volumes, facts.outlook.trends])
        text = json.dumps(content, ensure_ascii=False, sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()[:16]


class Decider:
    """Decides customers against one rulebook: runs the engine, checks it, and lists what is left to ask."""

    def __init__(self, rulebook: Rulebook) -> None:
        self.rulebook = rulebook
        self.engine = Engine(rulebook)
        self._evaluators: dict[tuple[float | None, ...], Evaluator] = {}

    def decide(self, facts: Facts) -> Decision:
        """Decide one customer. Raises RulesInvalid on a conflict, Disagreement when the readers differ."""
        complete = with_defaults(facts, self.rulebook)
        trace = self.engine.run(complete)
        evaluator = self._evaluator(trace)
        evaluation = evaluator.evaluate(complete)
        _compare(trace, evaluation, self.rulebook)
        asks = list_asks(self.rulebook, evaluation, trace.thresholds)
        return Decision(self.rulebook, complete, trace, asks, evaluator)

    def _evaluator(self, trace: Trace) -> Evaluator:
        key = tuple(threshold.value for threshold in trace.thresholds.values())
        if key not in self._evaluators:
            if len(self._evaluators) >= KEPT_PROGRAMS:
                self._evaluators.clear()
            self._evaluators[key] = Evaluator(self.rulebook, trace.thresholds)
        return self._evaluators[key]


def with_defaults(facts: Facts, rulebook: Rulebook) -> Facts:
    """Return the facts with the vocabulary's defaults where nothing is known."""
    defaults = {
        fact.name: Known(fact.default, "default", "vocabulary")
        for fact in rulebook.facts.values()
        if fact.default is not None and fact.level is Level.CUSTOMER and fact.name not in facts.values
    }
    return replace(facts, values={**defaults, **facts.values}) if defaults else facts


def _compare(trace: Trace, evaluation: Evaluation, rulebook: Rulebook) -> None:
    if trace.closings == evaluation.closings:
        return
    for ours, theirs in zip(trace.closings, evaluation.closings, strict=False):
        if ours != theirs:
            raise Disagreement(Problem(rulebook.questions[ours.question].location, _difference(ours, theirs)))
    raise Disagreement(Problem(Location(rulebook.root), "the engines closed different questions"))


def _difference(ours: Closing, theirs: Closing) -> str:
    rules = sorted(set(ours.held) ^ set(theirs.held))
    named = f" (rules {', '.join(rules)})" if rules else ""
    return (
        f"durable-rules and the plain evaluator differ on {ours.question}{named}: "
        f"{as_json(ours.answer)} and {as_json(theirs.answer)}; no plan is made"
    )


def _contents(values: Mapping[str, Known]) -> list[list[object]]:
    return [[name, as_json(known.value)] for name, known in sorted(values.items())]
