"""A part of a rulebook: some of its questions with all the questions they rest on."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from sangdo.engine.language.reading import facts_of_question
from sangdo.engine.language.rulebook import Rulebook


def part_of(rulebook: Rulebook, questions: Iterable[str]) -> Rulebook:
    """Return the rulebook narrowed to the named questions and those whose answers they read.

    Raises KeyError for a question that the rulebook does not have.
    """
    wanted: set[str] = set()
    waiting = list(questions)
    while waiting:
        question = rulebook.questions[waiting.pop()]
        wanted.add(question.name)
        for name in facts_of_question(question):
            tally = rulebook.facts[name].tally
            read = tally.question if tally else name
            if read in rulebook.questions and read not in wanted:
                waiting.append(read)
    kept = {name: question for name, question in rulebook.questions.items() if name in wanted}
    strata = (tuple(name for name in stratum if name in wanted) for stratum in rulebook.strata)
    return replace(rulebook, questions=kept, strata=tuple(stratum for stratum in strata if stratum))
