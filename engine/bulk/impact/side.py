"""A side of a comparison: a rulebook, and the lines that are moved in it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from sangdo.engine.decision.whatif import NotUnderstood
from sangdo.engine.facts.cells import cell_value
from sangdo.engine.inference.thresholds import ResolvedThreshold, resolve_thresholds
from sangdo.engine.language.errors import Location, Problem, nearest
from sangdo.engine.language.rulebook import Fact, FactType, Level, Origin, Rulebook
from sangdo.engine.language.values import WrongValue


@dataclass(frozen=True, slots=True)
class Side:
    """A rulebook, and the values of lines that count instead of what it says or the book draws."""

    rulebook: Rulebook
    moved: Mapping[str, float] = field(default_factory=dict)

    def thresholds(self, as_of: date, lines: Mapping[str, float]) -> dict[str, ResolvedThreshold]:
        """Return the thresholds in force on a date; `lines` are those drawn by the book."""
        resolved = resolve_thresholds(self.rulebook, as_of, lines)
        return resolved | {name: ResolvedThreshold(name, value, "set") for name, value in self.moved.items()}


def read_moved_lines(texts: Iterable[str], rulebook: Rulebook) -> dict[str, float]:
    """Read lines written as `threshold=number`. Raises NotUnderstood with all that is wrong."""
    moved: dict[str, float] = {}
    problems = []
    for text in texts:
        try:
            name, value = _read(text, rulebook)
            if name in moved:
                raise WrongValue(f"{name} is set twice", "each threshold once")
            moved[name] = value
        except WrongValue as wrong:
            place = Location(f"--set {text}")
            problems.append(Problem(place, str(wrong), expected=wrong.expected, suggestion=wrong.suggestion))
    if problems:
        raise NotUnderstood(*problems)
    return moved


def _read(text: str, rulebook: Rulebook) -> tuple[str, float]:
    left, equals, written = text.partition("=")
    name = left.strip()
    if not equals:
        raise WrongValue("this moves no line", "threshold=number", nearest(name, rulebook.thresholds))
    line = rulebook.thresholds.get(name)
    if line is None:
        expected = f"a threshold of the rules, such as {next(iter(rulebook.thresholds), None)}"
        what = f"{name} is a fact, not a threshold" if name in rulebook.facts else f'unknown threshold "{name}"'
        raise WrongValue(what, expected, nearest(name, rulebook.thresholds))
    number = Fact(name, line.title, FactType.NUMBER, Origin.GIVEN, Level.CUSTOMER, line.location)
    return name, float(cell_value(number, written))  # type: ignore[arg-type]
