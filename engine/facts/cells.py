"""Cells of customers, observations and products: a text read strictly as a value of its fact."""

from __future__ import annotations

import re
from datetime import date
from unicodedata import normalize

from sangdo.engine.language.rulebook import Fact, FactType, Value
from sangdo.engine.language.values import WrongValue, typed

_INTEGER = re.compile(r"[+-]?[0-9]{1,30}\Z")
_NUMBER = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?\Z")
_FLAGS = {"true": True, "false": False}
SEPARATOR = "|"


def cell_value(fact: Fact, text: str) -> Value:
    """Return a cell's text as a value of the fact: digits, true or false, an ISO date, choices split by |.

    A lone | is the choice of nothing. Raises WrongValue when the text is not one.
    """
    text = normalize("NFC", text.strip())
    raw: object = text
    if fact.type.is_numeric:
        raw = _number(text)
    elif fact.type is FactType.FLAG:
        # Spreadsheets write TRUE; nothing else is taken for a flag.
        raw = _FLAGS.get(text.lower(), text)
    elif fact.type is FactType.DATE:
        raw = iso_date(text) or text
    elif fact.type is FactType.CHOICES:
        raw = [word.strip() for word in text.split(SEPARATOR)] if text != SEPARATOR else []
    try:
        return typed(fact, raw)
    except WrongValue as wrong:
        if fact.type is FactType.CHOICES:
            raise WrongValue(
                str(wrong), f"{wrong.expected}; several are separated by {SEPARATOR}", wrong.suggestion
            ) from None
        raise


def _number(text: str) -> object:
    if _INTEGER.match(text):
        return int(text)
    return float(text) if _NUMBER.match(text) else text


def iso_date(text: str) -> date | None:
    """Return the date written as YYYY-MM-DD, or None."""
    try:
        return date.fromisoformat(text) if re.fullmatch(r"\d{4}-\d{2}-\d{2}", text, re.ASCII) else None
    except ValueError:
        return None
