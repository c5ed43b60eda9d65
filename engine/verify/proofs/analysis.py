"""The analysis: what the solver proves of a rulebook, at every date from today on at which something changes."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date

from sangdo.engine.decision.decision import Decider
from sangdo.engine.language.rulebook import Question, Rulebook, Status, Text
from sangdo.engine.verify.findings.finding import CODES, Example, Finding
from sangdo.engine.verify.findings.twins import find_twins
from sangdo.engine.verify.proofs.conditions_alone import ConditionsAlone, find_always_true
from sangdo.engine.verify.proofs.examples import NotReproduced, make_example
from sangdo.engine.verify.proofs.forgotten import find_forgotten
from sangdo.engine.verify.proofs.gaps import find_boundaries, find_conflicts, find_gaps
from sangdo.engine.verify.proofs.liveness import (
    find_dead,
    find_shadowed,
    find_unreachable_actions,
    find_unreachable_answers,
)
from sangdo.engine.verify.proofs.redundancy import find_redundant
from sangdo.engine.verify.proofs.stage import Stage, Suspicion
from sangdo.engine.verify.proofs.unknown_placeholders import find_unknown_placeholders
from sangdo.engine.verify.proofs.world import Deadline, changing_dates, upstream_of, worlds_at
from sangdo.engine.verify.solver.model_facts import SolverGaveUp

ANALYSIS_CODES = (
    "gap", "conflict", "dead", "impossible", "shadowed", "redundant", "always_true", "boundary", "unreachable_answer",
    "unreachable_action", "placeholder", "undecided",
)  # fmt: skip
"""The codes of these findings."""

Key = tuple[str, str | None, str | None, str]
Search = Callable[[Question], Iterable[Suspicion]]


@dataclass(frozen=True, slots=True)
class Analysis:
    """What was found at the `dates`; `undecided` are the questions, with the codes, that were not decided in time;
    `faults` are findings that inference does not bear out, in words: they are none, and a fault of the analysis."""

    findings: tuple[Finding, ...]
    undecided: tuple[tuple[str, tuple[str, ...]], ...]
    dates: tuple[date, ...]
    faults: tuple[str, ...] = ()


def analyze(rulebook: Rulebook, today: date, *, select: Collection[str], seconds: float) -> Analysis:
    """Analyse a valid rulebook; `select` are the codes wanted, `seconds` the time for all proofs together."""
    deadline = Deadline.after(seconds)
    dates = changing_dates(rulebook, today)
    upstream = upstream_of(rulebook)
    run = _Run(rulebook, frozenset(select) & set(ANALYSIS_CODES), Decider(rulebook))
    try:
        for day in dates:
            run.look_at(Stage(rulebook, day, worlds_at(rulebook, day, deadline), upstream))
        findings = tuple(run.findings(dates))
    finally:
        run.decider.engine.close()
    undecided = tuple((name, tuple(codes)) for name, codes in run.undecided.items())
    return Analysis((*findings, *_not_decided(run)), undecided, dates, tuple(run.faults))


@dataclass
class _Run:
    """The state of an analysis: by what was suspected, the dates at which it was, and the first stage."""

    rulebook: Rulebook
    codes: frozenset[str]
    decider: Decider
    suspected: dict[Key, tuple[Stage, Suspicion, list[date]]] = field(default_factory=dict)
    undecided: dict[str, dict[str, None]] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)

    def look_at(self, stage: Stage) -> None:
        """Collect what is suspected at one date."""
        alone = tuple(ConditionsAlone(world) for world in stage.worlds)
        twins = {rule for finding in find_twins(self.rulebook) for rule in finding.rules}
        searches: list[tuple[tuple[str, ...], Search]] = [
            (("gap",), lambda question: [*find_gaps(stage, question)] or [*find_forgotten(stage, question)]),
            (("conflict",), lambda question: find_conflicts(stage, question)),
            (("dead", "impossible"), lambda question: find_dead(stage, alone, question)),
            (("shadowed",), lambda question: find_shadowed(stage, question)),
            (("redundant",), lambda question: find_redundant(stage, question, twins)),
            (("always_true",), lambda question: find_always_true(alone, question)),
            (("boundary",), lambda question: find_boundaries(stage, question)),
            (("unreachable_answer",), lambda question: find_unreachable_answers(stage, question)),
            (("placeholder",), lambda question: find_unknown_placeholders(stage, question)),
        ]
        for codes, search in searches:
            if self.codes & set(codes):
                for question in self.rulebook.questions.values():
                    if question.status is not Status.RETIRED:
                        self._search(stage, question.name, codes, lambda q=question, s=search: s(q))  # type: ignore[misc]
        if "unreachable_action" in self.codes:
            self._search(stage, "", ("unreachable_action",), lambda: find_unreachable_actions(stage))

    def _search(
        self, stage: Stage, question: str, codes: tuple[str, ...], search: Callable[[], Iterable[Suspicion]]
    ) -> None:
        try:
            for suspicion in search():
                if suspicion.code in self.codes:
                    self.suspected.setdefault(suspicion.key, (stage, suspicion, []))[2].append(stage.day)
        except SolverGaveUp:
            self.undecided.setdefault(question, {}).update(dict.fromkeys(codes))

    def findings(self, dates: tuple[date, ...]) -> Iterator[Finding]:
        """Yield what is suspected as findings, each with an example where there is something to see."""
        for stage, suspicion, days in self.suspected.values():
            try:
                example = self._example(stage, suspicion)
            except NotReproduced as fault:
                self.faults.append(str(fault))
                continue
            as_of = None if len(days) == len(dates) else days[0]
            yield Finding(
                suspicion.code, suspicion.text, suspicion.rules, suspicion.location, suspicion.question, as_of, example
            )

    def _example(self, stage: Stage, suspicion: Suspicion) -> Example | None:
        try:
            return make_example(stage, suspicion, self.decider)
        except SolverGaveUp:
            return None


def _not_decided(run: _Run) -> Iterator[Finding]:
    if "undecided" not in run.codes:
        return
    for name, codes in run.undecided.items():
        question = run.rulebook.questions.get(name)
        location = question.location if question else next(iter(run.rulebook.questions.values())).location
        ko, en = (", ".join(CODES[code].title.in_language(language) for code in codes) for language in ("ko", "en"))
        about = Text(f"질문 {name}", f"Of {name}") if question else Text("규칙집", "Of the rules")
        text = Text(f"{about.ko}에서 가리지 못했다: {ko}.", f"{about.en} it was not decided: {en}.")
        yield Finding("undecided", text, (), location, name or None)
