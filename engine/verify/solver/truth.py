"""Truth terms: Z3 booleans that fold to Python's True and False as soon as they are settled."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeAlias

import z3

Truth: TypeAlias = bool | z3.BoolRef
"""True or False where it is settled, else a Z3 term."""


def and_(terms: Iterable[Truth]) -> Truth:
    """Return the conjunction; of no terms, True."""
    return _joined(terms, False)


def or_(terms: Iterable[Truth]) -> Truth:
    """Return the disjunction; of no terms, False."""
    return _joined(terms, True)


def not_(term: Truth) -> Truth:
    if isinstance(term, bool):
        return not term
    return term.arg(0) if z3.is_not(term) else z3.Not(term)


def bool_term(term: Truth) -> z3.BoolRef:
    """Return the term as Z3 has it."""
    return z3.BoolVal(term) if isinstance(term, bool) else term


def _joined(terms: Iterable[Truth], absorbing: bool) -> Truth:
    """Join terms, of which one that is `absorbing` settles the whole; a term that comes twice is kept once."""
    kept: dict[int, z3.BoolRef] = {}
    for term in terms:
        if term is absorbing:
            return absorbing
        if not isinstance(term, bool):
            kept[term.get_id()] = term
    if len(kept) < 2:
        return next(iter(kept.values()), not absorbing)
    return z3.Or(*kept.values()) if absorbing else z3.And(*kept.values())
