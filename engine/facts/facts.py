"""What is known of one customer, each value with where it came from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from sangdo.engine.language.rulebook import Value


@dataclass(frozen=True, slots=True)
class Known:
    """A known value: `origin` is given, measured or default; `source` says where in words (file and line)."""

    value: Value
    origin: str
    source: str
    by: str | None = None
    date: date | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Outlook:
    """What a dealer's last year says of the next: each calendar month's index and volume, January first.

    `volumes` and `trends` (last twelve months against the twelve before, None where these had none) are by product;
    the empty name stands for all that is not told apart by product. A month without an index is None.
    """

    index: tuple[float | None, ...]
    volumes: Mapping[str, tuple[float, ...]]
    trends: Mapping[str, float | None]


@dataclass(frozen=True, slots=True)
class Facts:
    """All that is known of one customer on one date.

    `products` holds the facts of each product; `lines` the thresholds measured from the book, by name;
    `currency` is the ISO 4217 code of its money, if known; `outlook` what its orders say of the next twelve months, if
    it is a dealer of a book. A fact that is not here is unknown.
    """

    customer_id: str
    as_of: date
    values: Mapping[str, Known]
    products: Mapping[str, Mapping[str, Known]] = field(default_factory=dict)
    lines: Mapping[str, float] = field(default_factory=dict)
    currency: str | None = None
    warnings: tuple[str, ...] = ()
    outlook: Outlook | None = None
