"""Load a folder of rules into a Rulebook, or raise RulesInvalid with everything that is wrong."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Protocol, TypeVar
from unicodedata import normalize

from sangdo.engine.language.actions import read_actions, read_clauses
from sangdo.engine.language.checking import Draft, check_draft
from sangdo.engine.language.errors import Location, RulesInvalid
from sangdo.engine.language.questions import QuestionFile, open_question, read_question
from sangdo.engine.language.record import Record
from sangdo.engine.language.rule_files import FIXED, content_hash, rule_files, shown_path
from sangdo.engine.language.rulebook import Fact, Question, Rulebook, Threshold
from sangdo.engine.language.source import Node, Source, raise_problems, read_source
from sangdo.engine.language.vocabulary import read_vocabulary

RULEBOOK_KEYS = ("release", "title")


class _Located(Protocol):
    @property
    def location(self) -> Location: ...


_T = TypeVar("_T", bound=_Located)


def load_rulebook(root: Path, shown: str | None = None) -> Rulebook:
    """Load, check and chain the rules of a folder; `shown` is what the folder is called, unless by its path."""
    files = rule_files(root)
    named = {path: shown_path(path) if shown is None else f"{shown}/{path.relative_to(root)}" for path in files}
    opened = {path: read_source(path, named[path]) for path in files}
    sources = [source for source, _ in opened.values()]
    if any(node is None for _, node in opened.values()):
        raise_problems([p for s in sources for p in s.problems], RulesInvalid)

    fixed = {name: opened[root / name] for name in FIXED}
    release = Record(*fixed["rulebook.yaml"], "the rulebook", RULEBOOK_KEYS, RULEBOOK_KEYS)
    facts = read_vocabulary(*fixed["vocabulary.yaml"])
    clauses = _unique(read_clauses(*fixed["clauses.yaml"]), lambda c: c.id, opened, "clause")
    in_actions = [path for path in files if path.relative_to(root).parts[0] == "actions"]
    actions = [action for path in in_actions for action in read_actions(*opened[path])]
    asked = [path for path in files if path not in in_actions and path not in [root / name for name in FIXED]]
    thresholds, questions = _read_questions({path: open_question(*opened[path]) for path in asked}, facts, opened)
    draft = Draft(
        {source.path: source for source in sources},
        facts,
        clauses,
        _unique(thresholds, lambda t: t.name, opened, "threshold"),
        _unique(actions, lambda a: a.id, opened, "action"),
        questions,
    )
    _unique([rule for question in questions.values() for rule in question.rules], lambda r: r.id, opened, "rule")
    release_name, title = release.word("release"), release.text("title")
    problems = [problem for source in sources for problem in source.problems]
    if not problems:
        problems, strata = check_draft(draft)
    raise_problems(problems, RulesInvalid)
    assert title is not None
    return _assemble(draft, str(release_name), content_hash(root, files), shown or str(root), strata)


def _read_questions(
    files: dict[Path, QuestionFile], facts: dict[str, Fact], opened: dict[Path, tuple[Source, Node | None]]
) -> tuple[list[Threshold], dict[str, Question]]:
    thresholds = [threshold for file in files.values() for threshold in file.thresholds]
    names = frozenset(threshold.name for threshold in thresholds)
    read: list[Question] = []
    for path, file in files.items():
        question = read_question(file, facts, names)
        if question:
            read.append(question)
            if question.name != normalize("NFC", path.stem):
                file.source.add(question.location, f"the question {question.name} stands in {path.name}",
                                expected=f"a file {question.name}.yaml")  # fmt: skip
    return thresholds, _unique(read, lambda q: q.name, opened, "question")


def _unique(
    items: list[_T], name: Callable[[_T], str], opened: dict[Path, tuple[Source, Node | None]], what: str
) -> dict[str, _T]:
    """Index items by name; a name that comes twice is a problem that points at both."""
    sources = {source.path: source for source, _ in opened.values()}
    found: dict[str, _T] = {}
    for item in items:
        first = found.setdefault(name(item), item)
        if first is not item:
            at = item.location
            sources[at.path].add(at, f"the {what} {name(item)} is there already, in {first.location}")
    return found


def _assemble(draft: Draft, release: str, sha256: str, root: str, strata: tuple[tuple[str, ...], ...]) -> Rulebook:
    chained = {name: draft.questions[name] for stratum in strata for name in stratum}
    return Rulebook(
        release, sha256, root,
        dict(draft.facts), dict(draft.thresholds), chained, dict(draft.actions), dict(draft.clauses), strata,
    )  # fmt: skip
