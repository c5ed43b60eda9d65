"""A record of the log: what is handed in, what comes back, and the hash that binds it to the record before."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sangdo.engine.audit.store.seals import unseal

KINDS = ("decision", "feedback", "redaction")
GENESIS = "0" * 64
"""What the first record carries as the hash of the record before it."""
ANCHOR_DIGITS = 32


@dataclass(frozen=True, slots=True)
class Entry:
    """What is to be logged; `personal` are the texts (names, reasons, free text) that can be redacted later."""

    kind: str
    by: str
    customer_id: str
    decision_id: str | None
    release: str | None
    terms: tuple[str, ...]
    body: Mapping[str, Any]
    personal: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Record:
    """One record as it is read: its body has its texts back, or "redacted:…" in their place.

    `personal` are those of its texts that can still be redacted.
    """

    seq: int
    kind: str
    at: datetime
    by: str
    customer_id: str
    decision_id: str | None
    release: str | None
    terms: tuple[str, ...]
    body: dict[str, Any]
    redacted: bool
    previous: str
    hash: str
    personal: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Anchor:
    """Where a log ends: the number and the hash (or how it begins) of its last record."""

    seq: int
    hash: str

    def __str__(self) -> str:
        return f"{self.seq}:{self.hash[:ANCHOR_DIGITS]}"


def canonical(value: object) -> str:
    """Write a value as JSON in the one way that is hashed. Raises ValueError or TypeError where JSON has no word."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)


def record_hash(content: Sequence[object]) -> str:
    """Return the SHA-256 over all columns of a record but the hash itself."""
    return hashlib.sha256(canonical(list(content)).encode()).hexdigest()


def joined(terms: Sequence[str]) -> str:
    """Write search terms so that each can be looked for with its bounds."""
    return "\n" + "".join(f"{term}\n" for term in terms)


def written(moment: datetime) -> str:
    """Write a moment in UTC, always equally long, so that texts sort as moments do."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def restore(row: Sequence[Any], texts: Mapping[str, str | None]) -> Record:
    """Return a stored row as a record; `texts` are its personal texts by digest, None where redacted.

    Raises ValueError, TypeError or AttributeError when no writer can have written the row.
    """
    seq, kind, at, by, customer_id, decision_id, release, terms, body, previous, its_hash = row
    document = unseal(json.loads(body), texts)
    personal = tuple(text for text in texts.values() if text is not None)
    if not isinstance(document, dict):
        raise ValueError(f"record #{seq} has no body")
    return Record(
        seq, kind, datetime.fromisoformat(at), by, customer_id, decision_id, release,
        tuple(terms.strip("\n").split("\n")) if terms.strip("\n") else (),
        document, None in texts.values(), previous, its_hash, personal,
    )  # fmt: skip
