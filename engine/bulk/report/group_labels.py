"""Group labels: the names of groups as the vocabulary and the report's words have them."""

from __future__ import annotations

from sangdo.engine.bulk.report.groups import PROSPECTS, QUADRANT, Groups
from sangdo.engine.bulk.report.report_words import report_words
from sangdo.engine.decision.wording import Wording


class GroupLabels:
    """Names groups in one language."""

    def __init__(self, wording: Wording, groups: Groups) -> None:
        self._wording, self._groups = wording, groups
        self._words = report_words(wording.language)

    def named(self, group: str) -> str:
        """Return the full name of a group, its code first where it has one."""
        for question, members in ((QUADRANT, self._groups.quadrants), (PROSPECTS, self._groups.prospects)):
            if group in members:
                label = self._wording.label(self._wording.rulebook.facts[question], group)
                return label if label.startswith(group) else f"{group} {label}"
        return self._words[group]

    def short(self, group: str) -> str:
        """Return the name of a group for the head of a narrow column."""
        return self._words.get(f"short_{group}", group)
