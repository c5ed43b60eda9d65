"""What two vocabularies have in common: the customers that both of them allow."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from sangdo.engine.language.rulebook import Fact, FactType, Origin, Rulebook, Text
from sangdo.engine.verify.solver.terms import texts_named

OTHER_TEXT = "…"


@dataclass(frozen=True, slots=True)
class CommonVocabulary:
    """Two rulebooks over facts of which both allow the same values.

    A text is a choice here, among the texts that either rulebook names and one more. `apart` are facts of both names
    that no customer can have under both, since they are of different kinds; `narrowed` are those of which one rulebook
    allows a value that the other refuses.
    """

    old: Rulebook
    new: Rulebook
    apart: tuple[str, ...]
    narrowed: tuple[str, ...]


def common_vocabulary(old: Rulebook, new: Rulebook) -> CommonVocabulary:
    """Return both rulebooks over what their vocabularies have in common; a fact that only one has stays as it is."""
    texts = _texts(old, new)
    both: list[dict[str, Fact]] = []
    for rulebook in (old, new):
        both.append({name: _as_choice(fact, texts) for name, fact in rulebook.facts.items()})
    shared = [name for name in both[0] if name in both[1]]
    apart = tuple(name for name in shared if not _is_same_kind(both[0][name], both[1][name]))
    pairs = {name: (both[0][name], both[1][name]) for name in shared if name not in apart}
    facts_old = {**both[0], **{name: _narrowed(*pair) for name, pair in pairs.items()}}
    facts_new = {**both[1], **{name: _narrowed(*reversed(pair)) for name, pair in pairs.items()}}
    narrowed = tuple(name for name, pair in pairs.items() if _allowed(pair[0]) != _allowed(pair[1]))
    return CommonVocabulary(replace(old, facts=facts_old), replace(new, facts=facts_new), apart, narrowed)


def _texts(old: Rulebook, new: Rulebook) -> Mapping[str, tuple[str, ...]]:
    texts: dict[str, tuple[str, ...]] = {}
    for rulebook in (old, new):
        for name, named in texts_named(rulebook).items():
            texts[name] = (*texts.get(name, ()), *named)
        for name, fact in rulebook.facts.items():
            if fact.type is FactType.TEXT and fact.default is not None:
                texts[name] = (*texts.get(name, ()), str(fact.default))
    return texts


def _as_choice(fact: Fact, texts: Mapping[str, tuple[str, ...]]) -> Fact:
    """Return a text as a choice of the texts that rules tell apart; any other fact as it is."""
    if fact.type is not FactType.TEXT:
        return fact
    words = dict.fromkeys(texts.get(fact.name, ()))
    other = OTHER_TEXT
    while other in words:
        other += OTHER_TEXT
    return replace(fact, type=FactType.CHOICE, values={word: Text(word, word) for word in (*words, other)})


def _is_same_kind(one: Fact, other: Fact) -> bool:
    if one.level is not other.level or (one.origin is Origin.COUNTED) is not (other.origin is Origin.COUNTED):
        return False
    return one.type is other.type or (one.type.is_numeric and other.type.is_numeric)


def _narrowed(fact: Fact, other: Fact) -> Fact:
    """Return a fact with only the values that the other allows too."""
    values = fact.values
    if values is not None:
        values = {word: label for word, label in values.items() if word in (other.values or {})}
    whole = FactType.INTEGER in (fact.type, other.type)
    return replace(fact, type=FactType.INTEGER if whole else fact.type, values=values)


def _allowed(fact: Fact) -> tuple[object, ...]:
    kind = "integer" if fact.type is FactType.INTEGER else "number" if fact.type.is_numeric else fact.type
    return kind, fact.minimum, fact.maximum, frozenset(fact.values or ())
