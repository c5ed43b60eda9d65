"""The key `accept`: findings of `sangdo analyze` that the business has looked at and keeps, each with its reason."""

from __future__ import annotations

from sangdo.engine.language.errors import nearest
from sangdo.engine.language.record import Record
from sangdo.engine.language.rulebook import Accepted
from sangdo.engine.language.source import Scalar

ACCEPTABLE = (
    "gap", "conflict", "shadowed", "dead", "impossible", "redundant", "always_true", "twins", "unused_threshold",
    "unused_fact", "unused_action", "unused_answer", "unreachable_answer", "unreachable_action", "boundary",
    "threshold_order", "untranslated", "placeholder",
)  # fmt: skip
"""The codes of findings that can be accepted: all but what makes a rulebook invalid or was not decided."""


def read_accepted(record: Record) -> tuple[Accepted, ...]:
    """Read `accept` of a record: the code of a finding, and why it is kept."""
    source, accepted = record.source, []
    for code, node, at in record.items("accept"):
        if code not in ACCEPTABLE:
            source.add(at, f'no finding that can be accepted has the code "{code}"',
                       expected="a code of sangdo analyze", suggestion=nearest(code, ACCEPTABLE))  # fmt: skip
        elif not isinstance(node, Scalar) or not isinstance(node.value, str) or not node.value.strip():
            source.add(node, f"{code} is accepted without a reason", expected=f'{code}: "why it is so"')
        else:
            accepted.append(Accepted(code, node.value.strip(), at))
    return tuple(accepted)
