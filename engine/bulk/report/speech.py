"""Speech: the words, numbers and names of one report in one language."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from sangdo.engine.bulk.report.group_labels import GroupLabels
from sangdo.engine.bulk.report.groups import Groups
from sangdo.engine.bulk.report.headlines import Headlines, percent
from sangdo.engine.bulk.report.report_words import report_words
from sangdo.engine.decision.particles import settle_particles
from sangdo.engine.decision.wording import Wording
from sangdo.engine.language.rulebook import Rulebook


class Speech:
    """Puts the figures of one report into words."""

    def __init__(self, report: Mapping[str, Any], rulebook: Rulebook, groups: Groups, language: str) -> None:
        self.report, self.rulebook, self.groups, self.language = report, rulebook, groups, language
        self.wording = Wording(rulebook, language, report["book"]["currency"])
        self.say = report_words(language)
        self.labels = GroupLabels(self.wording, groups)
        self.lines = Headlines(report, self.wording, groups)

    def filled(self, phrase: str, *values: str) -> str:
        """Return a phrase with its places filled and, in Korean, its particles settled."""
        words = self.say[phrase].format(*values)
        return settle_particles(words) if self.language == "ko" else words

    def number(self, number: float) -> str:
        """Return a number in words."""
        return self.wording.number(number)

    def count(self, customers: int) -> str:
        """Return how many customers, with their counter."""
        return self.filled("count", self.number(customers))

    def money(self, amount: float) -> str:
        """Return an amount of money."""
        return self.wording.money(amount)

    def percent(self, share: float | None) -> str:
        """Return a share in per cent, a dash where there is none."""
        return percent(share, self.wording)

    def change(self, ratio: float | None) -> str:
        """Return a ratio to an earlier time as the change in per cent, a dash where there is none."""
        if ratio is None:
            return "–"
        change = round((ratio - 1) * 100)
        return f"{'+' if change > 0 else '−' if change < 0 else '±'}{self.number(abs(change))}%"

    def hours(self, hours: float | None) -> str:
        """Return hours a week, a dash where the rules give none."""
        return "–" if hours is None else self.wording.hours(round(hours, 1))

    def day(self, iso: str) -> str:
        """Return a date in its short form."""
        return self.wording.short_date(date.fromisoformat(iso))

    def month(self, iso: str) -> str:
        """Return the month of a date."""
        return self.wording.month(date.fromisoformat(iso))

    def fact(self, name: str) -> str:
        """Return the label of a fact as it stands at the head of a line."""
        label = self.wording.text(self.rulebook.facts[name].label)
        return label[:1].upper() + label[1:]

    def both(self, text: Mapping[str, str]) -> str:
        """Return a text that is told in both languages."""
        return text[self.language]
