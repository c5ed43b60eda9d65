"""The shapes of rule files: which keys a mapping has, in their order, and what stands on lines of its own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from sangdo.engine.language import actions, conditions, questions, vocabulary
from sangdo.engine.language.loading import RULEBOOK_KEYS

PLAIN = "plain"
TEXT = "text"


@dataclass(frozen=True, slots=True)
class Shape:
    """A mapping or list: its keys in order, the shapes of named entries and that of all others.

    With `block` it never stands on one line, and without `several` only where it has a single entry.
    """

    keys: tuple[str, ...] = ()
    inner: Mapping[str, str] = field(default_factory=dict)
    each: str = PLAIN
    block: bool = False
    several: bool = True

    def of(self, name: str) -> str:
        """Return the name of the shape of an entry; in a record it is a text unless the record says otherwise."""
        return self.inner.get(name) or (TEXT if self.keys else self.each)

    def order(self, names: Sequence[str]) -> list[int]:
        """Return the positions of the names in canonical order; an unknown name stays behind the one it followed."""
        ranks, rank = [], -1
        for name in names:
            rank = self.keys.index(name) if name in self.keys else rank
            ranks.append(rank)
        return sorted(range(len(names)), key=ranks.__getitem__)


@dataclass(frozen=True, slots=True)
class Grammar:
    """Shapes by name, and which of them are whole files."""

    shapes: Mapping[str, Shape]
    files: tuple[str, ...]

    def kind(self, names: Sequence[str]) -> str | None:
        """Return the kind of file with the most of these keys, or None when no kind has any of them."""
        matching = {kind: len(set(names) & set(self.shapes[kind].keys)) for kind in self.files}
        best = max(self.files, key=matching.__getitem__)
        return best if matching[best] else None


def rule_grammar() -> Grammar:
    """Return the grammar of all files but the scenarios, made from the keys that the readers check."""
    accepted = {"accept": PLAIN}
    shapes = {
        PLAIN: Shape(),
        TEXT: Shape(("ko", "en")),
        "texts": Shape(each=TEXT, block=True),
        "condition": Shape(inner=dict.fromkeys(conditions.GROUPS, "group")),
        "whole condition": Shape(inner=dict.fromkeys(conditions.GROUPS, "group"), several=False),
        "group": Shape(each="condition", block=True),
        "rulebook": Shape(RULEBOOK_KEYS, block=True),
        "vocabulary": Shape(("facts",), {"facts": "facts"}, block=True),
        "facts": Shape(each="fact", block=True),
        "fact": Shape(
            vocabulary.KEYS,
            {"values": "texts", "range": "range", "from": "tally", "default": PLAIN, "change": "change", **accepted},
            block=True,
        ),
        "change": Shape(vocabulary.CHANGE_KEYS),
        "range": Shape(vocabulary.RANGE_KEYS),
        "tally": Shape(vocabulary.TALLY_KEYS),
        "clauses": Shape(("clauses",), {"clauses": "all clauses"}, block=True),
        "all clauses": Shape(each="clause", block=True),
        "clause": Shape(actions.CLAUSE_KEYS),
        "question": Shape(
            questions.KEYS,
            {"applies": "whole condition", "thresholds": "thresholds", "rules": "rules", **accepted},
            block=True,
        ),
        "thresholds": Shape(each="threshold", block=True),
        "threshold": Shape(questions.THRESHOLD_KEYS, {"method": "method", "values": PLAIN, **accepted}, block=True),
        "method": Shape(questions.METHOD_KEYS),
        "rules": Shape(each="rule", block=True),
        "rule": Shape(questions.RULE_KEYS, {"when": "whole condition", **accepted}, block=True),
        "actions": Shape(("actions",), {"actions": "all actions"}, block=True),
        "all actions": Shape(each="action", block=True),
        "action": Shape(actions.KEYS, {"steps": "texts", **accepted}, block=True),
    }
    return Grammar(shapes, ("rulebook", "vocabulary", "clauses", "question", "actions"))
