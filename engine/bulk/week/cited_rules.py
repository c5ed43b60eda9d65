"""Rules as the JSON of a week has them, cited as on every page."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from sangdo.engine.decision.pages.findings import Citation, cite


def cite_rules(marked: Iterable[Mapping[str, str]], is_house: bool = False) -> Citation:
    """Return the citation of rules with their basis; it is the house's when one of them, or the line itself, is."""
    rules = list(marked)
    return cite(tuple(one["rule"] for one in rules), (), is_house or any(one["basis"] == "house" for one in rules))
