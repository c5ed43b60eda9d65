"""The grouping of a comparison: the answers by which customers are counted before and after."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from sangdo.engine.decision.whatif import NotUnderstood
from sangdo.engine.facts.sql_text import literal, quoted
from sangdo.engine.language.errors import Location, Problem, nearest
from sangdo.engine.language.rulebook import FactType, Level, Question, Rulebook
from sangdo.engine.language.strata import questions_read

QUADRANTS = ("quadrant", "prospect_quadrant")
STANDING, OUTSIDE = "standing", ("new", "lost")
UNDECIDED = "undecided"
"""The group of those for whom rules contradict each other, or whose rows cannot be read."""
SEPARATOR = ", "
LISTED = (FactType.CHOICE, FactType.CHOICES, FactType.FLAG)


@dataclass(frozen=True, slots=True)
class Grouping:
    """The questions whose answers make the groups, the first one answered counting; with `standing`, the new and the
    lost are groups too where none is answered. `sets` when the answers are several at once."""

    questions: tuple[str, ...]
    standing: bool
    sets: bool = False

    def sql(self, alias: str, answers: Collection[str], facts: Collection[str]) -> str:
        """Return SQL of a customer's group: null for none."""
        words = [self._text(f"{alias}.{quoted(question)}") for question in self.questions if question in answers]
        if self.standing and STANDING in facts:
            listed = ", ".join(map(literal, OUTSIDE))
            words.append(f"CASE WHEN f.{STANDING} IN ({listed}) THEN f.{STANDING} END")
        group = f"coalesce({', '.join(words)}, NULL)" if words else "NULL"
        return f"CASE WHEN {alias}.error IS NOT NULL THEN {literal(UNDECIDED)} ELSE {group} END"

    def _text(self, column: str) -> str:
        return f"array_to_string({column}::VARCHAR[], '{SEPARATOR}')" if self.sets else f"{column}::VARCHAR"

    def cone(self, *rulebooks: Rulebook) -> set[str]:
        """Return the questions that the groups rest on, themselves included."""
        found: set[str] = set()
        waiting = list(self.questions)
        while waiting:
            question = waiting.pop()
            if question not in found:
                found.add(question)
                waiting.extend(_read(question, rulebooks))
        return found


def _read(question: str, rulebooks: tuple[Rulebook, ...]) -> Iterator[str]:
    for rulebook in rulebooks:
        asked = rulebook.questions.get(question)
        if asked is not None:
            yield from questions_read(asked, rulebook.questions, rulebook.facts)


def read_grouping(of: str | None, old: Rulebook, new: Rulebook) -> Grouping:
    """Return the grouping by the quadrants, or by one question. Raises NotUnderstood."""
    asked = {**old.questions, **new.questions}
    if of is None:
        quadrants = tuple(question for question in QUADRANTS if question in asked)
        if quadrants:
            return Grouping(quadrants, True)
        raise _wrong("--of", f'the rules have no question "{QUADRANTS[0]}"', "--of QUESTION")
    if of not in asked:
        raise _wrong(f"--of {of}", f'unknown question "{of}"', "a question of the rules", nearest(of, asked))
    rulebook = new if of in new.questions else old
    _check(of, asked[of], rulebook)
    return Grouping((of,), False, rulebook.facts[of].type is FactType.CHOICES)


def _check(of: str, question: Question, rulebook: Rulebook) -> None:
    if question.level is not Level.CUSTOMER:
        raise _wrong(f"--of {of}", f"{of} is asked of each product", "a question about the customer")
    if rulebook.facts[of].type not in LISTED:
        raise _wrong(f"--of {of}", f"{of} is answered with a number", "a question with listed answers")


def _wrong(place: str, message: str, expected: str, suggestion: str | None = None) -> NotUnderstood:
    return NotUnderstood(Problem(Location(place), message, expected=expected, suggestion=suggestion))
