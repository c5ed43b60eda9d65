"""Defects seeded into copies of the shipped rules, and what the analysis must say of each.

The files of `defects/` hold them, one file a kind: `seed` are the changes; `finds` maps the code of the finding to the
rules that it names, or to a word of its text or the name of its question; `or` is another way to say it that is as
right; `as_of` is the date from which it holds. `also` are codes that may follow from the seed. Anything else that is
found is a false alarm.
"""

from __future__ import annotations

import copy
import shutil
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import yaml

import sangdo
from sangdo.engine.language.actions import KEYS as ACTION_KEYS
from sangdo.engine.language.questions import KEYS as QUESTION_KEYS
from sangdo.engine.language.questions import RULE_KEYS, THRESHOLD_KEYS
from sangdo.engine.language.vocabulary import KEYS as FACT_KEYS
from sangdo.engine.verify.findings.finding import Finding

RULES = Path(sangdo.__file__).resolve().parent / "rules"
DEFECTS = Path(__file__).parent / "defects"
ONE_OF = ("rule", "threshold", "fact", "action", "clause", "question", "new question")
TITLE = {"ko": "심은 규칙", "en": "Seeded rule"}
KEYS = {
    "threshold": THRESHOLD_KEYS, "fact": FACT_KEYS, "action": ACTION_KEYS, "clause": ("basis", "title")
}  # fmt: skip
BECAUSE = {"ko": "심은 까닭이다.", "en": "A seeded reason."}


@dataclass(frozen=True, slots=True)
class Defect:
    """One defect: its kind and name, how it is seeded, and what it must lead to, in one of several ways."""

    kind: str
    name: str
    seed: tuple[Mapping[str, Any], ...]
    finds: tuple[tuple[str, str | tuple[str, ...]], ...]
    also: tuple[str, ...]
    as_of: date | None

    def __str__(self) -> str:
        return f"{self.kind}: {self.name}"


def read_defects(folder: Path = DEFECTS) -> list[Defect]:
    """Read all defects, those of one kind together."""
    return [_defect(path.stem, entry) for path in sorted(folder.glob("*.yaml")) for entry in _read(path)]


def _defect(kind: str, entry: Mapping[str, Any]) -> Defect:
    ways = [*entry.get("finds", {}).items(), *entry.get("or", {}).items()]
    finds = tuple((code, tuple(what) if isinstance(what, list) else what) for code, what in ways)
    return Defect(kind, entry["defect"], tuple(entry["seed"]), finds, tuple(entry.get("also", ())), entry.get("as_of"))


def is_found(defect: Defect, findings: Iterable[Finding]) -> bool:
    """Whether one of the findings is what the defect must lead to."""
    return any(_is_it(one, code, what, defect.as_of) for one in findings for code, what in defect.finds)


def false_alarms(defect: Defect, findings: Iterable[Finding]) -> list[Finding]:
    """The findings that neither are the defect nor follow from it."""
    expected = {*defect.also, *(code for code, _ in defect.finds)}
    return [one for one in findings if one.code not in expected]


def _is_it(finding: Finding, code: str, what: str | tuple[str, ...], as_of: date | None) -> bool:
    if finding.code != code or (as_of is not None and finding.as_of != as_of):
        return False
    if isinstance(what, tuple):
        return set(what) <= set(finding.rules)
    return finding.question == what or what in finding.text.en


# ---------------------------------------------------------------- seeding


def seed_rules(defect: Defect, root: Path) -> Path:
    """Write the shipped rules with the defect to a folder, without their scenarios."""
    shutil.copytree(RULES, root, ignore=shutil.ignore_patterns("*.test.yaml", "*.md", "*.json", "schemas"))
    changed: dict[Path, dict[str, Any]] = {}
    for change in defect.seed:
        _apply(change, changed)
    for path, document in changed.items():
        (root / path).write_text(yaml.dump(document, Dumper=_Dumper, allow_unicode=True, sort_keys=False), "utf-8")
    return root


class _Dumper(yaml.SafeDumper):
    """Writes every value out: an alias would be refused in a rule file."""

    def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002
        return True


def _apply(change: Mapping[str, Any], changed: dict[Path, dict[str, Any]]) -> None:
    (kind,) = [key for key in ONE_OF if key in change]
    name = change[kind]
    if kind == "new question":
        rules = [_whole(rule, {"clauses": ["E6.5"], "basis": "house"}) for rule in name["rules"]]
        changed[Path("attention") / f"{name['question']}.yaml"] = {**name, "rules": rules}
    elif kind == "rule":
        _change_rule(change, changed)
    elif kind == "question":
        _change_question(change, _opened(_path_of(kind, name), changed))
    else:
        path = _path_of(kind, name)
        entries = _opened(path, changed)[f"{kind}s"]
        entries[name] = _updated(entries.get(name, {}), change["set"], KEYS[kind])


def _change_rule(change: Mapping[str, Any], changed: dict[Path, dict[str, Any]]) -> None:
    rules = _opened(_path_of("rule", change["rule"]), changed)["rules"]
    place = _place(rules, change["rule"])
    if "set" in change:
        rules[place] = _updated(rules[place], change["set"], RULE_KEYS)
    else:
        rule = rules.pop(place)
        if "before" in change:
            rules.insert(_place(rules, change["before"]), rule)


def _change_question(change: Mapping[str, Any], document: dict[str, Any]) -> None:
    if "add" in change:
        rules = document["rules"]
        place = _place(rules, change["before"]) if "before" in change else len(rules)
        rules.insert(place, _whole(change["add"], rules[0]))
    thresholds = {**document.get("thresholds", {}), **change.get("thresholds", {})}
    updated = _updated(document, {"thresholds": thresholds or None, **change.get("set", {})}, QUESTION_KEYS)
    document.clear()
    document.update(updated)


def _whole(rule: Mapping[str, Any], like: Mapping[str, Any]) -> dict[str, Any]:
    """A rule with the keys that a seed leaves out; basis and clauses are those of another rule."""
    left_out = {"title": TITLE, "basis": like["basis"], "clauses": like["clauses"], "because": BECAUSE}
    return _updated(left_out, rule, RULE_KEYS)


def _updated(entry: Mapping[str, Any], changes: Mapping[str, Any], keys: tuple[str, ...]) -> dict[str, Any]:
    """The entry with some keys replaced, in the order of `keys`; those that are None in the changes are left out."""
    both = {**entry, **changes}
    return {key: both[key] for key in keys if both.get(key) is not None}


def _place(rules: list[dict[str, Any]], identity: str) -> int:
    return next(place for place, rule in enumerate(rules) if rule["id"] == identity)


def _opened(path: Path, changed: dict[Path, dict[str, Any]]) -> dict[str, Any]:
    """The document to be changed: a copy of the shipped one, unless it has been changed already."""
    return changed.setdefault(path, copy.deepcopy(_documents()[path]))


@cache
def _documents() -> dict[Path, dict[str, Any]]:
    paths = [path for path in sorted(RULES.rglob("*.yaml")) if not path.name.endswith(".test.yaml")]
    return {path.relative_to(RULES): _read(path) for path in paths}


@cache
def _path_of(kind: str, name: str) -> Path:
    """The file of a part of the shipped rules, or where a new action or fact would go."""
    named = (path for path, document in _documents().items() if name in _names(kind, document))
    return next(named, Path("vocabulary.yaml") if kind == "fact" else Path("actions/attention.yaml"))


def _names(kind: str, document: Mapping[str, Any]) -> Iterator[str]:
    if kind == "question":
        yield document.get("question", "")
    elif kind == "rule":
        yield from (rule["id"] for rule in document.get("rules", ()))
    else:
        yield from document.get(f"{kind}s", ())


def _read(path: Path) -> Any:
    return yaml.safe_load(path.read_text("utf-8"))
