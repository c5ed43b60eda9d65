"""Replay: the facts of a record decided again, on the rules kept with it or on the rules of today."""

from __future__ import annotations

import json
import tempfile
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path, PurePosixPath
from typing import Any

from sangdo import __version__
from sangdo.engine.audit.decision_body import decision_body, facts_of
from sangdo.engine.audit.fitting import fit_facts
from sangdo.engine.audit.selection import DIGEST_SHOWN
from sangdo.engine.audit.store.log_url import LogUnusable
from sangdo.engine.audit.store.record import Record
from sangdo.engine.decision.comparison import compare_plans
from sangdo.engine.decision.decision import Decider
from sangdo.engine.decision.plan import build_plan
from sangdo.engine.language.errors import RulesInvalid, SangdoError
from sangdo.engine.language.loading import load_rulebook
from sangdo.engine.language.rulebook import Rulebook

KEPT_RULEBOOKS = 4
MOST_DIFFERENCES = 20
REDACTED = "redacted:"
APART = ("since", "engine", "record")
"""Parts of a plan that are no part of the decision: the log before it, and the versions."""


class ReplayFailed(SangdoError):
    """A decision of the log comes out differently on its own facts and rules."""

    exit_code = 8


@dataclass(frozen=True, slots=True)
class Replay:
    """A decision made again: `differences` name each value that came out differently; none means identical."""

    record: Record
    differences: tuple[str, ...]
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Change:
    """What other rules make of a past decision; `problem` says why they make none, `left_out` what they do not know.

    `comparison` is that of compare_plans, or None with a problem; `because` are the rules and thresholds that differ
    behind the changes.
    """

    record: Record
    comparison: Mapping[str, Any] | None
    because: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()
    problem: str | None = None


class Replayer:
    """Replays records; a rulebook is loaded once for many records of its release."""

    def __init__(self, release_files: Callable[[str], Mapping[str, bytes]]) -> None:
        self._release_files = release_files
        self._deciders: OrderedDict[str, Decider] = OrderedDict()

    def replay(self, record: Record) -> Replay:
        """Decide a record's facts on its own rules and compare all that was kept.

        Raises LogUnusable when the record or its rules cannot be read.
        """
        plan = record.body["plan"]
        decider = self.decider(plan["rulebook"]["sha256"])
        decision = decider.decide(facts_of(record.body))
        again = decision_body(decision, build_plan(decision, plan["language"]))
        differences = _differences(_comparable(record.body), _comparable(again), "", record.redacted)
        made_by = plan["engine"]["sangdo"]
        notes = [f"made by sangdo {made_by}, replayed by {__version__}"] if made_by != __version__ else []
        if record.redacted:
            notes.append("redacted: names and free text, and the decision's number, were not compared")
        return Replay(record, tuple(differences), tuple(notes))

    def decider(self, release: str) -> Decider:
        """Return a decider for the rules of a release, as they were kept."""
        found = self._deciders.pop(release, None) or self._load(release)
        self._deciders[release] = found
        if len(self._deciders) > KEPT_RULEBOOKS:
            self._deciders.popitem(last=False)[1].engine.close()
        return found

    def _load(self, release: str) -> Decider:
        return Decider(kept_rulebook(release, self._release_files(release)))


def change_by(record: Record, decider: Decider) -> Change:
    """Return what other rules make of a record's decision; what they refuse is told in the change, not raised."""
    plan = record.body["plan"]
    try:
        facts, left_out = fit_facts(facts_of(record.body), decider.rulebook)
        after = build_plan(decider.decide(facts), plan["language"])
    except SangdoError as error:
        return Change(record, None, problem=str(error).splitlines()[0])
    comparison = compare_plans(plan, after, decider.rulebook)
    return Change(record, comparison, tuple(_behind(comparison)), left_out)


def kept_rulebook(release: str, files: Mapping[str, bytes]) -> Rulebook:
    """Return the rulebook of a release from its files as they were kept. Raises LogUnusable."""
    shown = f"log:{release[:DIGEST_SHOWN]}"
    with tempfile.TemporaryDirectory(prefix="sangdo-") as folder:
        _write(Path(folder), files)
        try:
            rulebook = load_rulebook(Path(folder), shown)
        except RulesInvalid as error:
            said = str(error).splitlines()[0].replace(f"{folder}/", "")
            raise LogUnusable(shown, f"these rules cannot be read by this version of sangdo: {said}") from None
    if rulebook.sha256 != release:
        raise _unreadable(f"the rules kept for the release {release[:12]} are not those of its hash")
    return rulebook


def _behind(comparison: Mapping[str, Any]) -> Iterator[str]:
    """The rules of the changed answers that no other change explains, and the thresholds; else those of the actions."""
    lines = {one["threshold"] for one in comparison["thresholds"]}
    found: dict[str, None] = {}
    for answer in comparison["answers"]:
        found |= dict.fromkeys(name for name in answer["because"] if name in lines)
        if not answer["because"]:
            before, after = answer["rules"]
            found |= dict.fromkeys(sorted({*before} ^ {*after}) or sorted({*before, *after}) or [answer["question"]])
    if not found:
        actions = [*comparison["actions"], *comparison["avoid"]]
        found |= dict.fromkeys(rule for action in actions for rule in action["rules"])
    yield from found


def _write(folder: Path, files: Mapping[str, bytes]) -> None:
    """Lay out the files of a release; a path that leads out of the folder is refused."""
    for name, content in files.items():
        inner = PurePosixPath(name)
        if inner.is_absolute() or ".." in inner.parts:
            raise _unreadable(f'the kept rules name a file outside their folder: "{name}"')
        path = folder / inner
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


def _unreadable(message: str) -> LogUnusable:
    return LogUnusable("decision log", message, "an unharmed log (see: sangdo log verify)")


def _comparable(body: Mapping[str, Any]) -> Any:
    """What a replay compares, the decision first, as JSON reads it."""
    plan = {name: part for name, part in body["plan"].items() if name not in APART}
    parts = {
        "decision_id": plan.pop("decision_id"),
        **{name: body[name] for name in ("closings", "firings")},
        "plan": plan,
    }
    return json.loads(json.dumps(parts))


def _differences(before: Any, after: Any, path: str, redacted: bool) -> Iterator[str]:
    """Each value that differs, by its path; what was redacted, and the number made of it, differs from nothing."""
    if redacted and (path == "decision_id" or (isinstance(before, str) and before.startswith(REDACTED))):
        return
    if isinstance(before, dict) and isinstance(after, dict):
        for name in dict.fromkeys([*before, *after]):
            inner = f"{path}.{name}" if path else name
            yield from _differences(before.get(name), after.get(name), inner, redacted)
    elif isinstance(before, list) and isinstance(after, list):
        for number, pair in enumerate(zip_longest(before, after)):
            yield from _differences(*pair, f"{path}[{number}]", redacted)
    elif before != after or type(before) is not type(after):
        yield f"{path}: {_short(before)} -> {_short(after)}"


def _short(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 80 else text[:77] + "..."
