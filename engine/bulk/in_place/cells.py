"""The cells of a table where it lies: each column as values of its fact, and where it holds something else."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeAlias

import ibis  # type: ignore[import-untyped]

from sangdo.engine.facts.cells import SEPARATOR
from sangdo.engine.language.rulebook import Fact, FactType
from sangdo.engine.language.values import EXPECTED, LARGEST, MAX_TEXT, plain

Column: TypeAlias = Any

LONGEST_ID = 200
_INTEGER = r"^[+-]?[0-9]{1,30}$"
# An exponent of three digits is out of range, and some engines stop at it.
_NUMBER = r"^[+-]?([0-9]{1,40}[.]?[0-9]{0,40}|[.][0-9]{1,40})([eE][+-]?[0-9]{1,2})?$"
_DAY = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"
_CONTROL = "[\\x01-\\x1f\\x7f]"
_CONTROL_IN_TEXT = "[\\x01-\\x08\\x0b-\\x1f]"


@dataclass(frozen=True, slots=True)
class Cell:
    """A column read: its value, null where it is empty or wrong, and whether it is wrong, which is never null."""

    value: Column
    wrong: Column


def fact_cell(fact: Fact, column: Column) -> Cell:
    """Read a column as values of a fact, as strictly as a cell of a file is read."""
    if fact.type.is_numeric:
        return _within(fact, number_cell(column, whole=fact.type is FactType.INTEGER))
    if fact.type is FactType.FLAG:
        return _flag(column)
    if fact.type is FactType.DATE:
        return date_cell(column)
    if fact.type is FactType.CHOICES:
        return _choices(fact, column)
    text = text_cell(column)
    if fact.type is FactType.CHOICE:
        return _judged(text, text.value.isin(sorted(fact.values or ())))
    readable = (text.value.length() <= MAX_TEXT) & ~text.value.re_search(_CONTROL_IN_TEXT)
    return _judged(text, readable)


def checked_value(fact: Fact, text: Column) -> Column:
    """Return the values of a fact in texts that have been checked already."""
    if fact.type.is_numeric:
        number = text.cast("float64")
        return number.cast("int64") if fact.type is FactType.INTEGER else number
    if fact.type is FactType.FLAG:
        return text.lower() == "true"
    if fact.type is FactType.DATE:
        return text.cast("date")
    return _choices(fact, text).value if fact.type is FactType.CHOICES else text


def expected_of(fact: Fact) -> str:
    """Return what a cell of a fact may hold, in words."""
    words = EXPECTED[fact.type]
    if fact.values:
        words = ("a list of " if fact.type is FactType.CHOICES else "one of ") + ", ".join(fact.values)
    low, high = fact.minimum, fact.maximum
    if low is not None and high is not None:
        return f"{words} from {plain(low)} to {plain(high)}"
    return f"{words} of at least {plain(low)}" if low is not None else words


def text_cell(column: Column) -> Cell:
    """Read a column as text without blanks around it; whole numbers are texts too, as spreadsheet tools keep ids."""
    kind = column.type()
    if kind.is_string():
        return Cell(column.strip().nullif(""), ibis.literal(False))
    if kind.is_integer():
        return Cell(column.cast("string"), ibis.literal(False))
    if kind.is_floating() or kind.is_decimal():
        number = number_cell(column, whole=True)
        return Cell(number.value.cast("string"), number.wrong)
    return _nothing(column, "string")


def identity_cell(column: Column) -> Cell:
    """Read a column as ids or names that keep to one short line."""
    text = text_cell(column)
    return _judged(text, (text.value.length() <= LONGEST_ID) & ~text.value.re_search(_CONTROL))


def number_cell(column: Column, *, whole: bool = False, largest: float = LARGEST) -> Cell:
    """Read a column as numbers of at most 2^53 either way, and at most `largest`."""
    kind = column.type()
    target = "int64" if whole else "float64"
    if kind.is_string():
        text = column.strip().nullif("")
        fits = text.re_search(_INTEGER if whole else _NUMBER)
        # As a float first: a whole number of 30 digits fits no integer.
        number = ibis.ifelse(fits, text, ibis.null("string")).cast("float64")
        empty = text.isnull()
    elif kind.is_integer() or kind.is_floating() or kind.is_decimal():
        number = column.cast("float64")
        empty = column.isnull()
        if kind.is_floating():
            number = ibis.ifelse(number.isnan() | number.isinf(), ibis.null("float64"), number)
    else:
        return _nothing(column, target)
    inside = (number >= -float(LARGEST)) & (number <= float(largest))
    if whole:
        inside = inside & (number == number.floor())
    value = ibis.ifelse(inside, number, ibis.null("float64"))
    return Cell(value.cast(target), ~empty & ~inside.fill_null(False))


def date_cell(column: Column) -> Cell:
    """Read a column as days of the years 1 to 9999."""
    kind = column.type()
    if kind.is_string():
        text = column.strip().nullif("")
        day = ibis.ifelse(text.re_search(_DAY), text, ibis.null("string"))
        year, month, number = (day.substr(at, n).cast("int64") for at, n in ((0, 4), (5, 2), (8, 2)))
        is_leap = ((year % 4 == 0) & (year % 100 != 0)) | (year % 400 == 0)
        february = ibis.ifelse(is_leap, 29, 28)
        last = ibis.cases((month == 2, february), (month.isin([4, 6, 9, 11]), 30), else_=31)
        exists = (year >= 1) & month.between(1, 12) & (number >= 1) & (number <= last)
        value = ibis.ifelse(exists, day, ibis.null("string")).cast("date")
        return Cell(value, text.notnull() & value.isnull())
    if not (kind.is_date() or kind.is_timestamp()):
        return _nothing(column, "date")
    return _judged(Cell(column.cast("date"), ibis.literal(False)), column.year().between(1, 9999))


def _flag(column: Column) -> Cell:
    if column.type().is_boolean():
        return Cell(column, ibis.literal(False))
    if not column.type().is_string():
        return _nothing(column, "boolean")
    text = column.strip().nullif("").lower()
    value = ibis.cases((text == "true", True), (text == "false", False), else_=ibis.null("boolean"))
    return Cell(value, text.notnull() & value.isnull())


def _choices(fact: Fact, column: Column) -> Cell:
    """One word after the other is looked for, so that the array is sorted and says nothing twice."""
    words = sorted(fact.values or ())
    kind = column.type()
    is_nothing: Column = ibis.literal(False)
    if kind.is_array() and kind.value_type.is_string():
        given, is_known = column, column.notnull()
    elif kind.is_string():
        text = column.strip().nullif("")
        is_known = text.notnull()
        given = text.split(SEPARATOR).map(lambda word: word.strip())
        is_nothing = (text == SEPARATOR).fill_null(False)
    else:
        return _nothing(column, "array<string>")
    unknown = given.filter(lambda word: word.isnull() | word.notin(words)).length() > 0
    strange = unknown.fill_null(False) & ~is_nothing
    held = ibis.array([ibis.ifelse(given.contains(word), word, ibis.null("string")) for word in words])
    value = held.filter(lambda word: word.notnull())
    # PostgreSQL takes an unknown array for an empty one in the steps above.
    return Cell(ibis.ifelse(is_known & ~strange, value, ibis.null("array<string>")), strange)


def _within(fact: Fact, number: Cell) -> Cell:
    inside: Column = ibis.literal(True)
    if fact.minimum is not None:
        inside = inside & (number.value >= float(fact.minimum))
    if fact.maximum is not None:
        inside = inside & (number.value <= float(fact.maximum))
    return _judged(number, inside)


def _judged(cell: Cell, fine: Column) -> Cell:
    """A cell that also has to pass a test."""
    bad = cell.value.notnull() & ~fine.fill_null(False)
    return Cell(ibis.ifelse(bad, ibis.null(cell.value.type()), cell.value), cell.wrong | bad)


def _nothing(column: Column, kind: str) -> Cell:
    """A column of a type that can hold no such value."""
    return Cell(ibis.null(kind), column.notnull())
