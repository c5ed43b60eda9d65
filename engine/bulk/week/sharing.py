"""The hours of a week shared out in quarters of an hour.

Everyone whose turn it is gets a quarter first; each further quarter goes to whoever has had the least for their
weight so far (Adams' method of apportionment). So nobody with more weight gets less of the same request, equals differ
by a quarter at most, and one customer more takes no more from the others than it gets itself.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

UNITS_AN_HOUR = 4
"""The least sensible stretch of a rep's time is a quarter of an hour."""


@dataclass(frozen=True, slots=True)
class Claim:
    """A request for time: `units` quarters of an hour. `waited` are the weeks it has been put off already; among equal
    `weight` and `ranks` (0 the highest) the lowest `lot` comes first."""

    customer_id: str
    units: int
    weight: float
    ranks: tuple[int, ...]
    waited: int
    lot: int


def in_units(hours: float) -> int:
    """Return hours as whole quarters of an hour, none of it lost."""
    return math.ceil(round(hours * UNITS_AN_HOUR, 6))


def in_order(claims: Iterable[Claim]) -> list[Claim]:
    """Sort claims by who comes first: those who have waited longest, then those of most weight."""
    return sorted(claims, key=lambda c: (-c.waited, -c.weight, c.ranks, c.lot, c.customer_id))


def share_units(claims: Iterable[Claim], capacity: int) -> dict[str, int]:
    """Share out at most `capacity` units; return the units of each customer, 0 for those put off."""
    ordered = in_order(claims)
    served = [claim for claim in ordered if claim.units > 0][: max(capacity, 0)]
    shares = {claim.customer_id: 0 for claim in ordered}
    for claim in served:
        shares[claim.customer_id] = 1
    further = sorted(
        (had / claim.weight, claim.ranks, claim.lot, claim.customer_id)
        for claim in served
        for had in range(1, claim.units)
    )
    for *_, customer in further[: max(capacity - len(served), 0)]:
        shares[customer] += 1
    return shares
