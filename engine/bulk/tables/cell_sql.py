"""Cells in SQL: a text column read strictly as values of its fact, with the very meaning of engine/facts/cells.py."""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import cache

from sangdo.engine.facts.given import LONGEST_ID
from sangdo.engine.facts.order_columns import Parsed
from sangdo.engine.facts.sql_text import literal
from sangdo.engine.language.rulebook import Fact, FactType
from sangdo.engine.language.values import LARGEST, MAX_TEXT

COLUMN_TYPES = {
    FactType.NUMBER: "DOUBLE",
    FactType.MONEY: "DOUBLE",
    FactType.PERCENT: "DOUBLE",
    FactType.INTEGER: "BIGINT",
    FactType.FLAG: "BOOLEAN",
    FactType.CHOICE: "VARCHAR",
    FactType.CHOICES: "VARCHAR[]",
    FactType.DATE: "DATE",
    FactType.TEXT: "VARCHAR",
}
_INTEGER = "[+-]?[0-9]{1,30}"
_NUMBER = "[+-]?([0-9]+\\.?[0-9]*|\\.[0-9]+)([eE][+-]?[0-9]+)?"
_CONTROL = "[\\x00-\\x08\\x0b-\\x1f]"
# Most cells are made of these alone: nothing to strip, nothing to normalise, nothing that cannot be printed.
_PLAIN = "[!-~가-힣]([ -~가-힣]*[!-~가-힣])?"


def stripped(column: str) -> str:
    """Return SQL of a text without the blanks around it, as Python's strip takes them off; null where empty."""
    blanks = literal(_blanks())
    return (
        f"CASE WHEN regexp_full_match({column}, '{_PLAIN}') THEN {column} ELSE nullif(trim({column}, {blanks}), '') END"
    )


def id_fault(text: str) -> str:
    """Return SQL that says whether a stripped text cannot be an id, null or not."""
    odd = f"NOT regexp_full_match({text}, '{_PLAIN}') AND regexp_matches({text}, '{_unprintable()}')"
    return f"({text} IS NULL OR length({text}) > {LONGEST_ID} OR ({odd}))"


def typed_cell(fact: Fact, text: str) -> Parsed:
    """Return the value and the fault of a stripped text as a value of the fact; null is unknown, and no fault."""
    value = f"({_READERS[fact.type](fact, text)})"
    return Parsed(value, f"({text} IS NOT NULL AND {value} IS NULL)")


def day(text: str) -> str:
    """Return SQL of the date that a stripped text is, written as YYYY-MM-DD; null where it is none."""
    value = f"try_cast({text} AS DATE)"
    written = f"regexp_full_match({text}, '[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}')"
    return f"CASE WHEN {written} AND year({value}) >= 1 THEN {value} END"


def _number(fact: Fact, text: str) -> str:
    value = f"try_cast({text} AS DOUBLE)"
    # A whole number beyond the largest is rounded to it; the digits tell them apart.
    whole = f"(NOT regexp_full_match({text}, '{_INTEGER}') OR abs(try_cast({text} AS HUGEINT)) = {LARGEST})"
    inside = f"(abs({value}) < {LARGEST} OR (abs({value}) = {LARGEST} AND {whole})){_range(fact, value)}"
    return f"CASE WHEN regexp_full_match({text}, '{_NUMBER}') AND {inside} THEN {value} END"


def _integer(fact: Fact, text: str) -> str:
    value = f"try_cast({text} AS HUGEINT)"
    inside = f"abs({value}) <= {LARGEST}{_range(fact, value)}"
    return f"CASE WHEN regexp_full_match({text}, '{_INTEGER}') AND {inside} THEN CAST({value} AS BIGINT) END"


def _range(fact: Fact, value: str) -> str:
    tests = f" AND {value} >= CAST('{fact.minimum!r}' AS DOUBLE)" if fact.minimum is not None else ""
    return tests + (f" AND {value} <= CAST('{fact.maximum!r}' AS DOUBLE)" if fact.maximum is not None else "")


def _flag(_: Fact, text: str) -> str:
    return f"CASE lower({text}) WHEN 'true' THEN true WHEN 'false' THEN false END"


def _choice(fact: Fact, text: str) -> str:
    return f"CASE WHEN nfc_normalize({text}) IN ({_words(fact)}) THEN nfc_normalize({text}) END"


def _choices(fact: Fact, text: str) -> str:
    blanks = literal(_blanks())
    words = f"list_transform(string_split(nfc_normalize({text}), '|'), lambda word: trim(word, {blanks}))"
    known = f"list_has_all([{_words(fact)}], {words})"
    chosen = f"list_sort(list_distinct({words}))"
    return f"CASE WHEN {text} = '|' THEN CAST([] AS VARCHAR[]) WHEN {known} THEN {chosen} END"


def _words(fact: Fact) -> str:
    return ", ".join(literal(word) for word in fact.values or ()) or "NULL"


def _text(_: Fact, text: str) -> str:
    value = f"nfc_normalize({text})"
    return f"CASE WHEN length({value}) <= {MAX_TEXT} AND NOT regexp_matches({value}, '{_CONTROL}') THEN {value} END"


_READERS: dict[FactType, Callable[[Fact, str], str]] = {
    FactType.NUMBER: _number,
    FactType.MONEY: _number,
    FactType.PERCENT: _number,
    FactType.INTEGER: _integer,
    FactType.FLAG: _flag,
    FactType.CHOICE: _choice,
    FactType.CHOICES: _choices,
    FactType.DATE: lambda _, text: day(text),
    FactType.TEXT: _text,
}


@cache
def _blanks() -> str:
    """All that Python's strip takes off."""
    return "".join(chr(code) for code in range(sys.maxunicode + 1) if chr(code).isspace())


@cache
def _unprintable() -> str:
    """A class of a regular expression with every character that Python does not call printable."""
    odd = [code for code in range(sys.maxunicode + 1) if not 0xD800 <= code < 0xE000 and not chr(code).isprintable()]
    starts = [code for code, before in zip(odd, [-2, *odd], strict=False) if code != before + 1]
    ends = [code for code, after in zip(odd, [*odd[1:], -2], strict=True) if code + 1 != after]
    return "[" + "".join(f"\\x{{{first:x}}}-\\x{{{last:x}}}" for first, last in zip(starts, ends, strict=True)) + "]"
