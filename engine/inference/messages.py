"""Facts as durable-rules sees them: small messages `{f: name, v: value}`, unknown and set members included.

A fact x is the message `x`; unknown, it is the message `?x`; each word w that rules look for in a set x
is the message `x=w`, true or false. Names of control messages begin with `$`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from json.encoder import encode_basestring

from sangdo.engine.language.rulebook import Value


def unknown_name(fact: str) -> str:
    """Return the name of the message that says the fact is unknown."""
    return f"?{fact}"


def element_name(fact: str, word: str) -> str:
    """Return the name of the message that says whether a set holds a word."""
    return f"{fact}={word}"


def subject_of(name: str) -> str:
    """Return the fact that a message is about, or "" for a control message."""
    return "" if name.startswith("$") else name.removeprefix("?").split("=", 1)[0]


def signal(prefix: str) -> str:
    """Return the message that only has to be there: a gate, the clock, a fact that is unknown."""
    return f"{prefix}1}}"


@dataclass(frozen=True, slots=True)
class FactMessages:
    """What is asserted of one fact, as far as some pattern reads it.

    `known` is the beginning of the message of its value, `unknown` the whole message of its being unknown, and
    `words` has the beginning of the message of each word of a set.
    """

    known: str | None
    unknown: str | None
    words: tuple[tuple[str, str], ...]

    def of(self, value: Value | None) -> Iterator[str]:
        """Yield the messages of a value, or of its being unknown."""
        if value is None:
            if self.unknown is not None:
                yield self.unknown
        elif isinstance(value, frozenset):
            if self.known is not None:
                yield signal(self.known)
            for word, prefix in self.words:
                yield f"{prefix}{encode(word in value)}}}"
        elif self.known is not None:
            yield f"{self.known}{encode(value)}}}"


def encode(value: Value) -> str:
    """Write a value as JSON that durable-rules reads exactly.

    Numbers are decimals with a point and no exponent (its parser takes 1e16 for null); dates are day
    numbers; texts keep their characters, since it compares escapes literally.
    """
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        text = repr(float(value))
        return text if "e" not in text else _without_exponent(text)
    if isinstance(value, str):
        return encode_basestring(value)
    if isinstance(value, date):
        return f"{value.toordinal()}.0"
    raise TypeError(f"a set is asserted word by word, not as {value!r}")


def _without_exponent(text: str) -> str:
    digits = format(Decimal(text), "f")
    return digits if "." in digits else f"{digits}.0"
