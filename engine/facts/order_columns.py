"""The columns of an order file: how each is read from text or a typed column, and what is wrong where it cannot be."""

from __future__ import annotations

import re
from dataclasses import dataclass

from sangdo.engine.language.values import LARGEST, show_raw

REQUIRED = ("customer_id", "date", "amount")
COLUMNS = (*REQUIRED, "order_id", "quantity", "product", "margin")
LONGEST_ID = 200

_NUMBER = r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?"
# The clock and the zone may follow a day; the day counts as written.
_CLOCK = r"[T ]([01]\d|2[0-3]):[0-5]\d(:[0-5]\d([.,]\d+)?)?( ?(Z|[+-]\d{2}(:?\d{2})?))?"
_DAY = r"\d{4}(-\d{2}-|/\d{2}/|\.\d{2}\.)\d{2}"

_PLAIN = f"[!-~]([ -~]{{0,{LONGEST_ID - 2}}}[!-~])?"

_WHOLE_TYPES = ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT")
_FRACTION_TYPES = ("FLOAT", "DOUBLE", "DECIMAL")


@dataclass(frozen=True, slots=True)
class Parsed:
    """A column in SQL: its value, null where empty or wrong, and whether the row has a fault there."""

    value: str
    fault: str


def parsed(name: str, column: str, kind: str) -> Parsed:
    """Return the SQL that reads one column of a DuckDB type; a type that cannot hold it is a fault in every row."""
    kind = kind.split("(")[0]
    if name in ("customer_id", "order_id", "product"):
        return _text(name, column, kind)
    if name == "date":
        return _date(column, kind)
    return _number(name, column, kind)


def _text(name: str, column: str, kind: str) -> Parsed:
    if kind in _FRACTION_TYPES:
        # Spreadsheet tools turn numeric ids with gaps into fractions: 12347.0 is the id 12347.
        whole = f"isfinite(CAST({column} AS DOUBLE)) AND {column} = floor({column}) AND abs({column}) < {LARGEST}"
        text = f"CASE WHEN {whole} THEN CAST(CAST({column} AS BIGINT) AS VARCHAR) ELSE CAST({column} AS VARCHAR) END"
        empty = f"({column} IS NULL OR isnan(CAST({column} AS DOUBLE)))"
        value = f"CASE WHEN {empty} THEN NULL ELSE {text} END"
    elif kind in (*_WHOLE_TYPES, "VARCHAR", "UUID", "DATE", "ENUM"):
        value = f"nullif(trim(CAST({column} AS VARCHAR), ' \t'), '')"
    else:
        return Parsed("CAST(NULL AS VARCHAR)", "true")
    odd = f"(length({value}) > {LONGEST_ID} OR regexp_matches({value}, '[\\x00-\\x1f\\x7f]'))"
    fault = f"({value} IS NULL OR {odd})" if name in REQUIRED else f"coalesce({odd}, false)"
    if kind == "VARCHAR":
        # Nearly all ids are of this kind, which is told sooner than all that could be wrong.
        plain = f"regexp_full_match({column}, '{_PLAIN}')"
        return Parsed(
            f"CASE WHEN {plain} THEN {column} ELSE {value} END", f"CASE WHEN {plain} THEN false ELSE {fault} END"
        )
    return Parsed(value, fault)


def _date(column: str, kind: str) -> Parsed:
    if kind == "VARCHAR":
        text = f"trim({column}, ' \t')"
        digits = f"substr({text}, 1, 4) || '-' || substr({text}, 6, 2) || '-' || substr({text}, 9, 2)"
        value = f"CASE WHEN regexp_full_match({text}, '{_DAY}({_CLOCK})?') THEN try_cast({digits} AS DATE) END"
    elif kind == "DATE" or kind.startswith("TIMESTAMP"):
        value = f"CASE WHEN isfinite({column}) THEN try_cast({column} AS DATE) END"
    else:
        return Parsed("CAST(NULL AS DATE)", "true")
    inside = f"year({value}) BETWEEN 1 AND 9999"
    return Parsed(value, f"({value} IS NULL OR NOT {inside})")


def _number(name: str, column: str, kind: str) -> Parsed:
    if kind == "VARCHAR":
        text = f"nullif(trim({column}, ' \t'), '')"
        value = f"CASE WHEN regexp_full_match({text}, '{_NUMBER}') THEN try_cast({text} AS DOUBLE) END"
        empty = f"({text} IS NULL)"
    elif kind in (*_WHOLE_TYPES, *_FRACTION_TYPES):
        value, empty = f"try_cast({column} AS DOUBLE)", f"({column} IS NULL)"
    else:
        return Parsed("CAST(NULL AS DOUBLE)", "true")
    largest = 1 if name == "margin" else LARGEST
    inside = f"coalesce(isfinite({value}) AND {value} BETWEEN {-LARGEST} AND {largest}, false)"
    return Parsed(value, f"(NOT {inside})" if name in REQUIRED else f"(NOT {empty} AND NOT {inside})")


def explain(name: str, written: str | None, kind: str) -> tuple[str, str]:
    """Say what is wrong with one cell, and what was expected."""
    text = (written or "").strip()
    expected = EXPECTED[name]
    if not text:
        return f"{name} is empty", expected
    if name == "date":
        if re.fullmatch(_DAY + "(" + _CLOCK + ")?", text):
            return f"there is no date {text[:40]}", expected
        return f"{show_raw(text)} is not a date", expected
    if name in ("customer_id", "order_id", "product"):
        if len(text) >= LONGEST_ID:
            return f"{name} is longer than {LONGEST_ID} characters", expected
        return f"{name} cannot be {show_raw(text)}", expected
    if re.fullmatch("[+-]?(nan|inf|infinity)", text.lower()):
        return f"{name} is {text[:20]}, which is not an amount", expected
    if re.fullmatch(_NUMBER, text) or (kind != "VARCHAR" and re.fullmatch(r"[-+.\deE]+", text)):
        if name == "margin":
            return f"the margin {text[:40]} is not a rate", expected
        return f"{name} is too large: {text[:40]}", "a number between -2^53 and 2^53"
    return f"{name} is not a number: {show_raw(text)}", expected


EXPECTED = {
    "customer_id": "the customer's id, a text of at most 200 characters",
    "date": "a date as YYYY-MM-DD; a time may follow it",
    "amount": "a number in digits, without a thousands separator or a sign of currency",
    "order_id": "the order's id, a text of at most 200 characters",
    "quantity": "a number in digits, or nothing",
    "product": "the product's name, a text of at most 200 characters",
    "margin": "the margin as a share of the amount, at most 1 (0.25 for 25 %), or nothing",
}
