"""Run programs on durable-rules, through its C interface: one live session at a time, nothing left behind.

Its Python host would start two timer threads, swallow exceptions of actions and write the session's state
back after every firing; here each firing is taken from the engine, recorded, and answered with the facts
that a closing asserts, so that the chain runs inside the engine.
"""

from __future__ import annotations

import re
from collections import OrderedDict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

import durable_rules_engine as durable

from sangdo.engine.facts.facts import Facts
from sangdo.engine.inference.hit_policy import close_question, tally
from sangdo.engine.inference.program import Entry, Program, Segment, compile_program
from sangdo.engine.inference.thresholds import ResolvedThreshold, resolve_thresholds
from sangdo.engine.inference.trace import Closing, Firing, Trace
from sangdo.engine.language.rulebook import Level, Origin, Rulebook, Value

KEPT_PROGRAMS = 4
_SESSION = "0"
_IDENTITY = re.compile(r'"id": ?"([0-9]+)"')
"""The id of a message in a report; inside a text the quotes would be escaped."""


class Engine:
    """Decides facts against one rulebook; keeps a few compiled programs, one for each set of thresholds.

    An engine is not safe for use by several threads. `close` frees the native rulesets.
    """

    def __init__(self, rulebook: Rulebook) -> None:
        self.rulebook = rulebook
        self._resolved: tuple[tuple[date, dict[str, float]], Mapping[str, ResolvedThreshold]] | None = None
        self._programs: OrderedDict[tuple[float | None, ...], tuple[Program, list[int]]] = OrderedDict()

    def run(self, facts: Facts) -> Trace:
        """Run all questions on the facts of one customer. Raises RulesInvalid on a conflict."""
        thresholds = self._thresholds(facts)
        program, handles = self._program(thresholds)
        run = _Run(self.rulebook, facts)
        remaining = iter(handles)
        for stage in program.runs:
            sessions = [(segment, next(remaining)) for segment in stage.segments]
            for product in [None] if stage.level is Level.CUSTOMER else list(run.product_values):
                for segment, handle in sessions:
                    run.session(segment, handle, product)
            run.count_products()
        return Trace(facts, thresholds, run.values, run.product_values, tuple(run.firings), tuple(run.closings))

    def prepare(self, as_of: date) -> None:
        """Compile the rulebook as of a date, so that a rule that cannot be run safely is refused now."""
        self._program(resolve_thresholds(self.rulebook, as_of, {}))

    def _thresholds(self, facts: Facts) -> Mapping[str, ResolvedThreshold]:
        """Resolve the thresholds, unless the customer before had the same date and lines."""
        key = facts.as_of, dict(facts.lines)
        if self._resolved is None or self._resolved[0] != key:
            self._resolved = key, resolve_thresholds(self.rulebook, facts.as_of, facts.lines)
        return self._resolved[1]

    def close(self) -> None:
        """Free all native rulesets."""
        while self._programs:
            self._free()

    def _free(self) -> None:
        _, (_, handles) = self._programs.popitem(last=False)
        for handle in handles:
            durable.delete_ruleset(handle)

    def _program(self, thresholds: Mapping[str, ResolvedThreshold]) -> tuple[Program, list[int]]:
        key = tuple(resolved.value for resolved in thresholds.values())
        found = self._programs.get(key)
        if found is None:
            program = compile_program(self.rulebook, thresholds)
            handles = [durable.create_ruleset("sangdo", segment.definition) for segment in program.segments]
            found = self._programs[key] = program, handles
            if len(self._programs) > KEPT_PROGRAMS:
                self._free()
        self._programs.move_to_end(key)
        return found


@dataclass
class _Run:
    """The state of one decision while its segments run."""

    rulebook: Rulebook
    facts: Facts
    firings: list[Firing] = field(default_factory=list)
    closings: list[Closing] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.values: dict[str, Value] = {name: known.value for name, known in self.facts.values.items()}
        self.product_values: dict[str, dict[str, Value]] = {
            product: {name: known.value for name, known in values.items()}
            for product, values in self.facts.products.items()
        }
        self._given = self._given_answers(self.values)

    def _given_answers(self, values: Mapping[str, Value]) -> dict[str, Value]:
        facts = self.rulebook.facts
        return {name: value for name, value in values.items() if facts[name].origin is Origin.QUESTION}

    def session(self, segment: Segment, handle: int, product: str | None) -> None:
        """Run one segment for the customer or for one product, then delete the session."""
        own = self.values if product is None else self.product_values[product]
        given = self._given if product is None else self._given_answers(own)
        values = self.values if product is None else {**self.values, **own}
        session = _Session(segment, handle, values)
        asked = set(segment.always)
        held: dict[str, None] = {}
        failed: set[str] = set()
        try:
            for entry, report in session.firings():
                if entry.role == "holds" and entry.rule not in held:
                    held[entry.rule] = None
                    self.firings.append(Firing(entry.rule, entry.question, product, session.matched(report)))
                elif entry.role == "fails":
                    failed.add(entry.rule)
                elif entry.role == "opens" and entry.question not in asked:
                    asked.add(entry.question)
                    session.assert_messages(entry.gates)
                elif entry.role == "closes":
                    for name in entry.stratum:
                        question = self.rulebook.questions[name]
                        closing = close_question(
                            question, product, name in asked, held, failed, values, given.get(name)
                        )
                        self.closings.append(closing)
                        if closing.answer is not None:
                            own[name] = values[name] = closing.answer
                    session.assert_messages(session.about(entry.stratum))
        finally:
            durable.delete_state(handle, _SESSION)

    def count_products(self) -> None:
        """Make the customer facts that count the answers of its products."""
        for fact in self.rulebook.facts.values():
            if fact.tally is not None and fact.name not in self.facts.values:
                value = tally(fact, self.product_values)
                if value is not None:
                    self.values[fact.name] = value


class _Session:
    """One live session of one ruleset."""

    def __init__(self, segment: Segment, handle: int, values: Mapping[str, Value]) -> None:
        self._segment, self._handle, self._values = segment, handle, values

    def firings(self) -> Iterator[tuple[Entry, str]]:
        """Assert what is known and unknown, then yield each firing with durable-rules' report of it."""
        self.assert_messages([*self._segment.start, *self.about(self._segment.before)])
        started = durable.start_action(self._handle)
        if started is None:
            return
        _, report, context = started
        while report is not None:
            yield self._segment.entries[report[2 : report.index('"', 2)]], report
            report = durable.complete_and_start_action(self._handle, context)

    def matched(self, report: str) -> tuple[tuple[str, Value | None], ...]:
        """The facts behind the messages that a report names as matched, in the order of its patterns."""
        subjects = [self._segment.subjects[identity] for identity in _IDENTITY.findall(report)]
        return tuple([(fact, self._values.get(fact)) for fact in dict.fromkeys(subjects) if fact])

    def about(self, facts: Iterable[str]) -> list[str]:
        """The messages about facts, as far as rules of this segment read them."""
        read, values = self._segment.messages, self._values
        return [message for fact in facts if fact in read for message in read[fact].of(values.get(fact))]

    def assert_messages(self, messages: Sequence[str]) -> None:
        """Assert messages, all in one call."""
        if messages:
            _checked(durable.assert_facts(self._handle, f"[{','.join(messages)}]"))


def _checked(result: tuple[int, int]) -> None:
    """Durable-rules answers 0 (matched) or 1 (matched by no rule); anything else means lost facts."""
    if result[0] not in (0, 1):
        raise RuntimeError(f"durable-rules refused a fact with code {result[0]}")
