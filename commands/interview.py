"""The interview: what keeps rules from being decided is asked in the terminal, most decisive first."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeAlias

import click

from sangdo.commands.answers import describe_values, read_answer
from sangdo.commands.customer import read_customer
from sangdo.engine.decision.decision import Decider
from sangdo.engine.decision.leads import list_leads
from sangdo.engine.decision.pages.rendering import fold, printable
from sangdo.engine.decision.plan import build_plan
from sangdo.engine.decision.wording import Wording
from sangdo.engine.facts.facts import Facts, Known
from sangdo.engine.facts.given import LONGEST_ID
from sangdo.engine.facts.observing import FILE, Observation, observations_file, observe
from sangdo.engine.language.errors import RulesInvalid
from sangdo.engine.language.rulebook import Basis, Fact, Rule, Rulebook, Text, Value
from sangdo.engine.language.values import WrongValue, show_raw

SKIP, WHY, STOP = "", "?", "q"
INTERRUPTED = 130

_KEYS = Text("Enter: 모름 · ?: 묻는 까닭 · q: 그만", "Enter: not known · ?: why we ask · q: stop")
_WAITING = Text("이 답을 기다리는 규칙", "Rules that wait for this")
_HOUSE = Text("자체 기준", "house")
_WRONG = Text("받을 수 없는 답: {0}", "not an answer to this: {0}")
_EXPECTED, _MEANT = Text("맞는 값", "expected"), Text('혹시 "{0}"?', 'did you mean "{0}"?')
_SAVED = Text("답 {0}개를 {1}에 저장했다.", "Answers saved in {1}: {0}.")
_NOT_SAVED = Text(
    "저장한 것은 없다. 사실 파일로 만든 계획이라 답은 이 계획에만 쓰인다.",
    "Nothing was saved: with --facts the answers serve this plan only.",
)

_Key: TypeAlias = tuple[str, str | None]
_Save: TypeAlias = Callable[[_Key, Value], None]


def interview_customer(
    rulebook: Rulebook, known: Facts, facts: Path | None, book: Path | None, language: str, by: str
) -> Facts:
    """Ask what is not known of a customer, save each answer in the book at once, and return all that is known then.

    Answers to the questions about a facts file are not saved. Raises UsageError and DataInvalid before the first
    question where they could not be saved.
    """
    if str(facts) == "-":
        raise click.UsageError("--interactive reads the answers from stdin; give --facts a file")
    interviewer = _Interviewer(rulebook, language, known.currency)
    if book is None or facts is not None:
        known = interviewer.run(known, _keep_nothing)
        click.echo(_NOT_SAVED.in_language(language), err=True)
        return known
    path, person = observations_file(book), _person(by)

    def save(key: _Key, value: Value) -> None:
        fact, product = key
        observe(path, Observation(known.customer_id, rulebook.facts[fact], value, known.as_of, person, product))

    try:
        interviewer.run(known, save)
    except KeyboardInterrupt:
        raise SystemExit(INTERRUPTED) from None
    finally:
        click.echo(_SAVED.in_language(language).format(interviewer.answered, FILE), err=True)
    # The book is read anew, so that the plan is the one that anybody gets from it now.
    return read_customer(rulebook, known.customer_id, None, book, known.as_of) if interviewer.answered else known


def _keep_nothing(key: _Key, value: Value) -> None:
    """Save nothing: the facts are not of a book."""


def _person(by: str) -> str:
    """Who gives the answers."""
    name = by.strip()
    if not name or len(name) > LONGEST_ID or not name.isprintable():
        raise click.UsageError(f"--by is not a name; expected one line of at most {LONGEST_ID} characters")
    return name


class _Interviewer:
    """Asks one question after another; after each answer the rest is ranked anew."""

    def __init__(self, rulebook: Rulebook, language: str, currency: str | None) -> None:
        self._rulebook, self._language = rulebook, language
        self._wording = Wording(rulebook, language, currency)
        self._decider = Decider(rulebook)
        self._rules = {rule.id: rule for question in rulebook.questions.values() for rule in question.rules}
        self.answered = 0

    def run(self, known: Facts, save: _Save) -> Facts:
        """Ask until everything is answered or passed over, or the person stops."""
        passed: set[_Key] = set()
        plan = build_plan(self._decider.decide(known), self._language)
        while ask := next((one for one in plan["ask"] if _key(one) not in passed), None):
            self._show(ask)
            line = self._line()
            while line not in (None, SKIP, STOP):
                answered = self._answered(ask, known, str(line))
                if answered is not None:
                    value, known, plan = answered
                    save(_key(ask), value)
                    self.answered += 1
                    break
                line = self._line()
            if line is None or line == STOP:
                break
            passed.add(_key(ask))
        return known

    def _answered(self, ask: dict[str, Any], known: Facts, line: str) -> tuple[Value, Facts, dict[str, Any]] | None:
        """Take one answer: its value, all that is then known, and the plan; None where it is no answer, said why."""
        if line == WHY:
            self._say(self._text(_WAITING) + ":", *self._why(ask))
            return None
        try:
            value = read_answer(self._rulebook.facts[ask["fact"]], line)
            then = _with_answer(known, _key(ask), value)
            return value, then, build_plan(self._decider.decide(then), self._language)
        except WrongValue as wrong:
            self._say(*self._wrong(self._rulebook.facts[ask["fact"]], line, wrong.suggestion))
        except RulesInvalid as conflict:
            self._say(str(conflict))
        return None

    def _line(self) -> str | None:
        """Read one line; None at the end of the input."""
        click.echo("> ", nl=False, err=True)
        # Bytes that are no letters are then refused as a wrong value, not as a fault inside.
        line = sys.stdin.buffer.readline().decode(sys.stdin.encoding, "surrogateescape")
        if not line:
            click.echo("", err=True)
            return None
        return line.strip()

    def _show(self, ask: dict[str, Any]) -> None:
        product = f"{ask['product']}: " if "product" in ask else ""
        fact = self._rulebook.facts[ask["fact"]]
        leads = [f"    {lead.answers} → {lead.outcome}" for lead in list_leads(ask, self._wording)]
        values = [f"  {line}" for line in describe_values(fact, self._wording)]
        self._say("", product + ask["question"], *values, *leads, f"  {self._text(_KEYS)}")

    def _why(self, ask: dict[str, Any]) -> Iterator[str]:
        for identity in ask["would_decide"]:
            rule = self._rules[identity]
            yield f"  - {rule.id} [{', '.join(self._cited(rule))}] {self._text(rule.title)}"

    def _cited(self, rule: Rule) -> list[str]:
        return [*rule.clauses, *([self._text(_HOUSE)] if rule.basis is Basis.HOUSE else [])]

    def _wrong(self, fact: Fact, line: str, suggestion: str | None) -> Iterator[str]:
        yield self._text(_WRONG).format(show_raw(line))
        yield f"  {self._text(_EXPECTED)}: " + "; ".join(describe_values(fact, self._wording))
        if suggestion:
            yield "  " + self._text(_MEANT).format(suggestion)

    def _say(self, *lines: str) -> None:
        for line in lines:
            for part in line.split("\n"):
                click.echo(fold(printable(part)), err=True)

    def _text(self, text: Text) -> str:
        return text.in_language(self._language)


def _key(ask: dict[str, Any]) -> _Key:
    return ask["fact"], ask.get("product")


def _with_answer(known: Facts, key: _Key, value: Value) -> Facts:
    """Return what is known with one answer more."""
    name, product = key
    seen = {name: Known(value, "given", f"answered on {known.as_of}", date=known.as_of)}
    if product is None:
        return replace(known, values={**known.values, **seen})
    return replace(known, products={**known.products, product: {**known.products[product], **seen}})
