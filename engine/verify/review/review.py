"""A review: all findings on a folder of rules, those that the business accepts set apart."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from sangdo.engine.decision.particles import settle_particles
from sangdo.engine.inference.engine import Engine
from sangdo.engine.language.cached_rulebook import load_cached
from sangdo.engine.language.errors import Location, Problem, RulesInvalid
from sangdo.engine.language.rulebook import Accepted, Action, Fact, Question, Rule, Rulebook, Text, Threshold
from sangdo.engine.verify.findings.finding import CODES, SEVERITIES, Finding
from sangdo.engine.verify.findings.lint import LINT_CODES, lint
from sangdo.engine.verify.scenarios.scenario import read_scenarios


@dataclass(frozen=True, slots=True)
class AcceptedFinding:
    """A finding with the entry of a rule file that accepts it."""

    finding: Finding
    by: Accepted


@dataclass(frozen=True, slots=True)
class Review:
    """What was found: `findings` stand, the gravest first; `accepted` are kept with a reason.

    `rulebook` is None when it is invalid; the findings then say why. `dates` are those analysed; `idle` are entries
    that accept what was not found; `faults` are findings left out since inference did not bear them out.
    """

    rulebook: Rulebook | None
    dates: tuple[date, ...]
    findings: tuple[Finding, ...]
    accepted: tuple[AcceptedFinding, ...] = ()
    idle: tuple[Accepted, ...] = ()
    faults: tuple[str, ...] = ()

    def reaches(self, severity: str) -> bool:
        """Whether a finding that stands has this severity or a graver one."""
        return any(SEVERITIES.index(one.severity) >= SEVERITIES.index(severity) for one in self.findings)


def review_rules(root: Path, today: date, codes: Collection[str], seconds: float) -> Review:
    """Review the rules of a folder as of today and every later date at which something changes.

    `codes` are those wanted; `seconds` is the time given to the solver. What makes the rules invalid is always found.
    """
    try:
        rulebook = _checked(root, today)
    except RulesInvalid as invalid:
        return Review(None, (today,), tuple(map(_invalid, invalid.problems)))
    read_off = [finding for finding in lint(rulebook) if finding.code in codes]
    if set(codes) <= set(LINT_CODES):
        return _sort_out(rulebook, (today,), read_off, codes)
    from sangdo.engine.verify.proofs.analysis import analyze

    analysis = analyze(rulebook, today, select=codes, seconds=seconds)
    review = _sort_out(rulebook, analysis.dates, [*read_off, *analysis.findings], codes)
    return replace(review, faults=analysis.faults)


def _checked(root: Path, today: date) -> Rulebook:
    """The rulebook, when `sangdo check` has nothing against it."""
    rulebook = load_cached(root)
    engine = Engine(rulebook)
    try:
        engine.prepare(today)
    finally:
        engine.close()
    read_scenarios(root, rulebook)
    return rulebook


def _invalid(problem: Problem) -> Finding:
    expected = f" Expected: {problem.expected}." if problem.expected else ""
    meant = f' Did you mean "{problem.suggestion}"?' if problem.suggestion else ""
    ko = f" 바른 형태: {problem.expected}." if problem.expected else ""
    ko += f" 혹시 “{problem.suggestion}”인가?" if problem.suggestion else ""
    return Finding(
        "invalid", Text(f"{problem.message}.{ko}", f"{problem.message}.{expected}{meant}"), (), problem.location
    )


def _sort_out(
    rulebook: Rulebook, dates: tuple[date, ...], findings: Iterable[Finding], codes: Collection[str]
) -> Review:
    """Put the findings in order, and apart those that an entry `accept` of the rules covers."""
    entries = _entries(rulebook)
    standing: list[Finding] = []
    accepted: list[AcceptedFinding] = []
    for finding in sorted(map(_worded, findings), key=_rank):
        by = next((entry for place in _places(rulebook, finding) for entry in entries.get(place, ())
                   if entry.code == finding.code), None)  # fmt: skip
        if by is None:
            standing.append(finding)
        else:
            accepted.append(AcceptedFinding(finding, by))
    used = {one.by for one in accepted}
    undecided = any(one.code == "undecided" for one in standing)
    idle = [entry for group in entries.values() for entry in group if entry.code in codes and entry not in used]
    return Review(rulebook, dates, tuple(standing), tuple(accepted), () if undecided else tuple(idle))


def _worded(finding: Finding) -> Finding:
    return replace(finding, text=replace(finding.text, ko=settle_particles(finding.text.ko)))


def _rank(finding: Finding) -> tuple[int, str, int, int, str, tuple[str, ...]]:
    at = finding.location
    return -SEVERITIES.index(CODES[finding.code].severity), at.path, at.line, at.column, finding.code, finding.rules


def _entries(rulebook: Rulebook) -> dict[Location, tuple[Accepted, ...]]:
    """The entries `accept`, by the place of what they stand in."""
    questions = rulebook.questions.values()
    owners: list[Question | Rule | Threshold | Action | Fact] = [
        *questions, *(rule for question in questions for rule in question.rules), *rulebook.thresholds.values(),
        *rulebook.actions.values(), *rulebook.facts.values(),
    ]  # fmt: skip
    return {owner.location: owner.accept for owner in owners if owner.accept}


def _places(rulebook: Rulebook, finding: Finding) -> list[Location]:
    """Where a finding can be accepted: at its own place, in any of its rules, in its question."""
    question = rulebook.questions.get(finding.question or "")
    rules = {rule.id: rule.location for one in rulebook.questions.values() for rule in one.rules}
    places = [finding.location, *(rules[name] for name in finding.rules if name in rules)]
    return [*places, question.location] if question else places
