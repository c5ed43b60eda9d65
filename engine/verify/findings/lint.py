"""The findings that need no solver: what can be read off the rules as they are written."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from sangdo.engine.language.rulebook import Rulebook
from sangdo.engine.verify.findings.finding import Finding
from sangdo.engine.verify.findings.threshold_order import find_threshold_order
from sangdo.engine.verify.findings.twins import find_twins
from sangdo.engine.verify.findings.untranslated import find_untranslated
from sangdo.engine.verify.findings.unused import find_unused

LINT_CODES = (
    "twins", "unused_threshold", "unused_fact", "unused_action", "unused_answer", "threshold_order", "untranslated"
)  # fmt: skip
"""The codes of these findings."""

CHECKS: tuple[Callable[[Rulebook], Iterator[Finding]], ...] = (
    find_twins,
    find_unused,
    find_threshold_order,
    find_untranslated,
)


def lint(rulebook: Rulebook) -> Iterator[Finding]:
    """Yield the findings of every check."""
    for check in CHECKS:
        yield from check(rulebook)
