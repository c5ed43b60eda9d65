"""Strict typing of one value against its fact: true is not 1, and "12" is not 12."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from sangdo.engine.language.errors import nearest
from sangdo.engine.language.rulebook import Fact, FactType, Value

LARGEST = 2**53
MAX_TEXT = 10_000

EXPECTED = {
    FactType.NUMBER: "a number",
    FactType.INTEGER: "a whole number",
    FactType.MONEY: "an amount of money, as a number without a sign of currency",
    FactType.PERCENT: "a percentage, as a number (12.5 for 12.5 %)",
    FactType.FLAG: "true or false",
    FactType.CHOICE: "one of the allowed values",
    FactType.CHOICES: "a list of allowed values",
    FactType.DATE: "a date as YYYY-MM-DD",
    FactType.TEXT: "a text",
}


class WrongValue(ValueError):
    """A value that its fact does not allow; carries what was expected and the nearest allowed word."""

    def __init__(self, message: str, expected: str, suggestion: str | None = None) -> None:
        super().__init__(message)
        self.expected = expected
        self.suggestion = suggestion


def typed(fact: Fact, raw: object) -> Value:
    """Return the raw value (as YAML or JSON gives it; a list for choices) as a value of the fact.

    Raises WrongValue when the type, the range or the word is not allowed.
    """
    if fact.type.is_numeric:
        return _number(fact, raw)
    if fact.type is FactType.FLAG and isinstance(raw, bool):
        return raw
    if fact.type is FactType.CHOICE and isinstance(raw, str):
        return _allowed(fact, raw)
    if fact.type is FactType.CHOICES and isinstance(raw, (list, tuple, set, frozenset)):
        return frozenset(_allowed(fact, item) for item in raw)
    if fact.type is FactType.DATE and isinstance(raw, date):
        return raw
    if fact.type is FactType.TEXT and isinstance(raw, str):
        return _text(fact, raw)
    raise WrongValue(f"{fact.name} cannot be {show_raw(raw)}", _expected(fact))


def _number(fact: Fact, raw: object) -> int | float:
    if isinstance(raw, bool) or not isinstance(raw, (int, float)):
        raise WrongValue(f"{fact.name} cannot be {show_raw(raw)}", _expected(fact))
    if not abs(raw) <= LARGEST:  # nor is NaN
        raise WrongValue(f"{fact.name} cannot be {show_raw(raw)}", "a number between -2^53 and 2^53")
    if fact.type is FactType.INTEGER and not isinstance(raw, int):
        raise WrongValue(f"{fact.name} cannot be {show_raw(raw)}", _expected(fact))
    if (fact.minimum is not None and raw < fact.minimum) or (fact.maximum is not None and raw > fact.maximum):
        raise WrongValue(f"{fact.name} cannot be {show_raw(raw)}", _expected(fact))
    return raw


def _allowed(fact: Fact, raw: object) -> str:
    allowed = list(fact.values or {})
    if not isinstance(raw, str) or raw not in allowed:
        listed = "one of " + ", ".join(allowed)
        raise WrongValue(f"{fact.name} cannot be {show_raw(raw)}", listed, nearest(str(raw), allowed))
    return raw


def _text(fact: Fact, raw: str) -> str:
    if len(raw) > MAX_TEXT or any((ord(c) < 32 and c not in "\t\n") or 0xD800 <= ord(c) < 0xE000 for c in raw):
        raise WrongValue(f"{fact.name} is not a readable text", f"at most {MAX_TEXT} printable characters")
    return raw


def _expected(fact: Fact) -> str:
    words = EXPECTED[fact.type]
    if fact.values:
        words = ("a list of " if fact.type is FactType.CHOICES else "one of ") + ", ".join(fact.values)
    if fact.minimum is not None and fact.maximum is not None:
        return f"{words} from {plain(fact.minimum)} to {plain(fact.maximum)}"
    if fact.minimum is not None:
        return f"{words} of at least {plain(fact.minimum)}"
    if fact.maximum is not None:
        return f"{words} of at most {plain(fact.maximum)}"
    return words


def show_raw(raw: object) -> str:
    """Show a raw value in a message, short and on one line."""
    if isinstance(raw, bool):
        return str(raw).lower()
    if isinstance(raw, str):
        text = raw if len(raw) <= 40 else raw[:37] + "..."
        return '"' + "".join(c if c.isprintable() else " " for c in text) + '"'
    if isinstance(raw, (list, tuple, set, frozenset)):
        return "a list"
    if isinstance(raw, dict):
        return "a mapping"
    if raw is None:
        return "empty"
    text = str(raw)
    return text if len(text) <= 40 else text[:37] + "..."


def plain(number: float) -> str:
    """Write a number in digits, without an exponent and without a needless fraction."""
    if number == int(number):
        return str(int(number))
    return format(Decimal(repr(number)), "f")


def as_json(value: Value | None) -> object:
    """Return a value as JSON writes it: a set as a sorted list, a date as text, unknown as null."""
    if isinstance(value, frozenset):
        return sorted(value)
    if isinstance(value, date):
        return value.isoformat()
    return value
