"""The clause matrix: which rules, actions and scenarios each clause stands behind, and what stands alone."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sangdo.engine.decision.plan import build_plan
from sangdo.engine.language.rulebook import Basis, Rulebook, Status
from sangdo.engine.verify.scenarios.scenario_run import Result


@dataclass(frozen=True, slots=True)
class MatrixRow:
    """One clause with the rules and actions that cite it and the scenarios in which one of these rules decides."""

    clause: str
    basis: str
    title: str
    rules: tuple[str, ...]
    actions: tuple[str, ...]
    scenarios: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Orphan:
    """Something that stands alone: a clause without rule or action, a rule or action that no scenario shows."""

    kind: str
    name: str
    why: str

    def __str__(self) -> str:
        return f"{self.kind} {self.name}: {self.why}"


@dataclass(frozen=True, slots=True)
class Matrix:
    """All clauses in their own order, and the orphans."""

    rows: tuple[MatrixRow, ...]
    orphans: tuple[Orphan, ...]


def build_matrix(rulebook: Rulebook, results: Iterable[Result], language: str) -> Matrix:
    """Return the clause matrix of a rulebook, with the scenarios that passed."""
    passed = [result for result in results if not result.failures]
    deciding = {result.scenario.title: set(result.decided) for result in passed}
    asked = [question for question in rulebook.questions.values() if question.status is not Status.RETIRED]
    rules = [rule for question in asked for rule in question.rules]
    rows = []
    for clause in rulebook.clauses.values():
        citing = tuple(rule.id for rule in rules if clause.id in rule.clauses)
        actions = tuple(action.id for action in rulebook.actions.values() if clause.id in action.clauses)
        shown = tuple(title for title, decided in deciding.items() if decided & set(citing))
        title = clause.title.in_language(language)
        rows.append(MatrixRow(clause.id, clause.basis.value, title, citing, actions, shown))
    return Matrix(tuple(rows), tuple(_orphans(rulebook, rows, passed, [rule.id for rule in rules])))


def _orphans(rulebook: Rulebook, rows: list[MatrixRow], passed: list[Result], rules: list[str]) -> Iterable[Orphan]:
    for row in rows:
        if row.basis == Basis.DOCUMENT and not _is_served(row.clause, rows):
            yield Orphan("clause", row.clause, "no rule and no action serves it")
    decided = {rule for result in passed for rule in result.decided}
    yield from (Orphan("rule", rule, "no scenario in which it decides") for rule in rules if rule not in decided)
    planned = {action for result in passed for action in _planned(result)}
    for action in rulebook.actions:
        if action not in planned:
            yield Orphan("action", action, "no scenario in which it is in the plan")


def _is_served(clause: str, rows: list[MatrixRow]) -> bool:
    """A clause is served by what cites it, or by what cites a clause beneath it (E2 by E2.1)."""
    return any(row.rules or row.actions for row in rows if row.clause == clause or row.clause.startswith(f"{clause}."))


def _planned(result: Result) -> set[str]:
    if result.decision is None:
        return set()
    plan = build_plan(result.decision, "en")
    return {action["id"] for action in plan["actions"] + plan["avoid"]}
