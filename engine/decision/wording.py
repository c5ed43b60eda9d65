"""Values and texts in words: numbers, money, dates and labels as a Korean or an English reader writes them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import lru_cache

from babel.dates import format_date
from babel.numbers import get_currency_symbol

from sangdo.engine.decision.particles import settle_particles
from sangdo.engine.language.placeholders import split_placeholders
from sangdo.engine.language.rulebook import Fact, FactType, Rulebook, Text, Value

LANGUAGES = ("ko", "en")
_LOCALES = {"ko": "ko_KR", "en": "en_GB"}
_NOT_KNOWN = Text("(아직 모름)", "(not known yet)")
_FLAGS = {True: Text("예", "yes"), False: Text("아니요", "no")}
_NOTHING = Text("없음", "none")
_HOURS, _MINUTES = Text("시간", "hours"), Text("분", "minutes")


@dataclass(frozen=True)
class Wording:
    """Puts the values and texts of a rulebook into words of one language."""

    rulebook: Rulebook
    language: str
    currency: str | None = None

    @property
    def locale(self) -> str:
        """The locale of the language."""
        return _LOCALES[self.language]

    def text(self, text: Text) -> str:
        """Return a text in this language."""
        return text.in_language(self.language)

    def filled(self, text: Text, values: Mapping[str, Value | None]) -> str:
        """Return a text with its placeholders filled and, in Korean, its particles settled."""
        pieces = []
        for literal, name in split_placeholders(self.text(text)):
            pieces.append(literal)
            if name is not None:
                pieces.append(self.named(name, values.get(name)))
        words = "".join(pieces)
        return settle_particles(words) if self.language == "ko" else words

    def named(self, name: str, value: Value | None) -> str:
        """Return the value of a fact or threshold in words."""
        fact = self.rulebook.facts.get(name)
        if value is None:
            return self.text(_NOT_KNOWN)
        if fact is not None:
            return self.value(fact, value)
        threshold = self.rulebook.thresholds[name]
        measured = self.rulebook.facts.get(threshold.of or "")
        if measured is not None:
            return self.value(measured, value)
        return self.with_unit(self.number(float(value)), threshold.unit)  # type: ignore[arg-type]

    def value(self, fact: Fact, value: Value) -> str:
        """Return a value of a fact in words, with its currency, sign or unit."""
        if isinstance(value, frozenset):
            ordered = [word for word in fact.values or () if word in value]
            return ", ".join(self.label(fact, word) for word in ordered) or self.text(_NOTHING)
        if isinstance(value, bool):
            return self.text(_FLAGS[value])
        if isinstance(value, date):
            return self.date(value)
        if isinstance(value, str):
            return self.label(fact, value)
        if fact.type is FactType.MONEY:
            return self.money(value)
        if fact.type is FactType.PERCENT:
            return f"{self.number(value)}%"
        if fact.unit is not None and fact.unit.en == _HOURS.en:
            return self.hours(value)
        return self.with_unit(self.number(value), fact.unit)

    def label(self, fact: Fact, word: str) -> str:
        """Return the label of an allowed value, or the text itself."""
        label = (fact.values or {}).get(word)
        return self.text(label) if label else word

    def number(self, number: float) -> str:
        """Return a number with its thousands apart and at most two decimals."""
        if number == int(number):
            return f"{int(number):,}"
        exact = Decimal(str(number))  # rounds what is written, not its binary neighbour
        if abs(exact) >= 1000:
            return f"{exact:,.0f}"
        written = f"{exact:,.2f}".rstrip("0").rstrip(".")
        return "0" if written == "-0" else written

    def money(self, amount: float) -> str:
        """Return an amount in the book's currency, or as a bare number when no currency is known."""
        amount = round(amount)
        sign = "-" if amount < 0 else ""
        return f"{sign}{self.currency_sign}{abs(amount):,}"

    @property
    def currency_sign(self) -> str:
        """The sign of the book's currency as it is written in this language; nothing when no currency is known."""
        return _currency_sign(self.currency, "en_GB" if self.currency == "GBP" else self.locale)

    def with_unit(self, number: str, unit: Text | None) -> str:
        """Return a number with its unit: joined in Korean, apart in English (but for per cent) and singular for one."""
        if unit is None:
            return number
        if self.language == "ko" and unit.ko.endswith("당"):
            return f"{unit.ko} {number}"
        if self.language == "ko" or unit.en == "%":
            return f"{number}{self.text(unit)}"
        return f"{number} {unit.en.removesuffix('s') if number == '1' else unit.en}"

    def hours(self, hours: float) -> str:
        """Return a time in hours, or in minutes when it is less than one hour."""
        if 0 < hours < 1:
            return self.with_unit(self.number(round(hours * 60)), _MINUTES)
        return self.with_unit(self.number(hours), _HOURS)

    def short_date(self, day: date) -> str:
        """Return a date in its short form, without the weekday."""
        return _formatted(day, "medium", self.locale)

    def month(self, day: date) -> str:
        """Return the month of a date in words."""
        return _formatted(day, "y년 M월" if self.language == "ko" else "MMMM y", self.locale)

    def date(self, day: date) -> str:
        """Return a date in full words with its weekday."""
        pattern = "y년 M월 d일 (EEE)" if self.language == "ko" else "EEE d MMMM y"
        return _formatted(day, pattern, self.locale)


# Babel looks its locale up anew at every call, which would take longer than the whole page; the days and currencies
# of a run are few. Korean and English write numbers alike, so those need no locale.
@lru_cache(maxsize=4096)
def _formatted(day: date, pattern: str, locale: str) -> str:
    return format_date(day, format=pattern, locale=locale)


@lru_cache(maxsize=256)
def _currency_sign(currency: str | None, locale: str) -> str:
    return get_currency_symbol(currency, locale=locale) if currency else ""
