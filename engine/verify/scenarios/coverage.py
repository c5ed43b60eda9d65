"""Coverage: which rules, conditions and answers the scenarios have put to the test, and which not."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from sangdo.engine.decision.decision import Decision
from sangdo.engine.explain.evaluation import ready
from sangdo.engine.inference.trace import Closing
from sangdo.engine.language.reading import tests_in
from sangdo.engine.language.rulebook import Operator, Question, Rulebook, Status, Test, ThresholdName
from sangdo.engine.language.values import show_raw
from sangdo.engine.verify.scenarios.scenario_run import Result


@dataclass(frozen=True, slots=True)
class Item:
    """One thing that scenarios should show: in words, and where it stands."""

    about: str
    wanted: str
    place: str

    def __str__(self) -> str:
        return f"{self.place}: {self.about}: {self.wanted}"


@dataclass(frozen=True, slots=True)
class Coverage:
    """All items, and those that no scenario has shown."""

    items: tuple[Item, ...]
    missing: tuple[Item, ...]

    @property
    def percent(self) -> float:
        """The share of items shown, 0 to 100; 100 when there is none."""
        return 100 * (1 - len(self.missing) / len(self.items)) if self.items else 100.0


def measure_coverage(rulebook: Rulebook, results: Iterable[Result]) -> Coverage:
    """Return what the passed scenarios show of a rulebook.

    Wanted are: each rule deciding and, if it has a condition, not deciding where its question is asked; each
    test of a condition true and false; each answer given by the rules.
    """
    wanted = tuple(item for question in rulebook.questions.values() for item in _wanted(question))
    shown: set[Item] = set()
    for result in results:
        if result.decision is not None and not result.failures:
            for closing in result.decision.trace.closings:
                shown.update(_shown(rulebook, result.decision, closing))
    return Coverage(wanted, tuple(item for item in wanted if item not in shown))


def _wanted(question: Question) -> Iterator[Item]:
    if question.status is Status.RETIRED:
        return
    for rule in question.rules:
        yield Item(f"rule {rule.id}", "decides", str(rule.location))
        if rule.when is not None:
            yield Item(f"rule {rule.id}", "does not decide", str(rule.location))
        for test in tests_in(rule.when):
            yield from (_tested(rule.id, test, verdict) for verdict in (True, False))
    for answer in question.answers:
        yield Item(f"answer {question.name}", str(answer), str(question.location))


def _shown(rulebook: Rulebook, decision: Decision, closing: Closing) -> Iterator[Item]:
    if closing.how in ("given", "not_asked"):
        return
    question, trace = rulebook.questions[closing.question], decision.trace
    own = trace.product_values[closing.product] if closing.product is not None else {}
    values = {**trace.values, **own}
    for rule in question.rules:
        decides = rule.id in closing.deciding
        yield Item(f"rule {rule.id}", "decides" if decides else "does not decide", str(rule.location))
        for test in tests_in(rule.when):
            verdict = ready(test, trace.thresholds)(values)
            if verdict is not None:
                yield _tested(rule.id, test, verdict)
    answers = closing.answer if isinstance(closing.answer, frozenset) else [closing.answer]
    yield from (Item(f"answer {question.name}", str(answer), str(question.location)) for answer in answers)


def _tested(rule: str, test: Test, verdict: bool) -> Item:
    operands = [o.name if isinstance(o, ThresholdName) else show_raw(o) for o in test.operands]
    operator = f"is {test.operator}" if test.operator in (Operator.KNOWN, Operator.UNKNOWN) else test.operator
    words = " ".join([test.fact, operator, ", ".join(operands)]).strip()
    return Item(f"rule {rule}, test {words}", "true" if verdict else "false", str(test.location))
