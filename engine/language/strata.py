"""The forward chain: questions grouped into strata, each reading only answers of earlier ones."""

from __future__ import annotations

from collections.abc import Mapping

from sangdo.engine.language.reading import facts_of_question
from sangdo.engine.language.rulebook import Fact, Level, Origin, Question, Rulebook


class Cycle(ValueError):
    """Questions that wait for one another; `path` begins and ends with the same question."""

    def __init__(self, path: tuple[str, ...]) -> None:
        super().__init__(" → ".join(path))
        self.path = path


def arrange_strata(questions: Mapping[str, Question], facts: Mapping[str, Fact]) -> tuple[tuple[str, ...], ...]:
    """Group questions into strata of one level each (customer or product), in file order within a stratum.

    Levels alternate only where answers must cross between them. Raises Cycle.
    """
    needs = {name: questions_read(question, questions, facts) for name, question in questions.items()}
    strata: list[tuple[str, ...]] = []
    done: set[str] = set()
    level = Level.CUSTOMER
    while len(done) < len(questions):
        ready = [name for name in questions if name not in done and needs[name] <= done]
        if not ready:
            raise Cycle(_path_of_cycle(needs, done))
        stratum = tuple(name for name in ready if questions[name].level is level)
        if stratum:
            strata.append(stratum)
            done.update(stratum)
        else:
            level = Level.PRODUCT if level is Level.CUSTOMER else Level.CUSTOMER
    return tuple(strata)


def arrange_runs(rulebook: Rulebook) -> tuple[tuple[tuple[str, ...], ...], ...]:
    """Group the strata into runs of one level; the strata of a run are answered for one product after another.

    A product's question that reads a count over all products begins a new run.
    """
    runs: list[list[tuple[str, ...]]] = []
    for stratum in rulebook.strata:
        earlier = [name for before in runs[-1] for name in before] if runs else []
        if not earlier or _needs_break(rulebook, earlier, stratum):
            runs.append([])
        runs[-1].append(stratum)
    return tuple(map(tuple, runs))


def _needs_break(rulebook: Rulebook, earlier: list[str], stratum: tuple[str, ...]) -> bool:
    questions = rulebook.questions
    if questions[earlier[0]].level is not questions[stratum[0]].level:
        return True
    tallies = (rulebook.facts[fact].tally for name in stratum for fact in facts_of_question(questions[name]))
    return any(tally is not None and tally.question in earlier for tally in tallies)


def questions_read(question: Question, questions: Mapping[str, Question], facts: Mapping[str, Fact]) -> set[str]:
    """Return the questions whose answers this one reads, directly or through a tally."""
    needed = set()
    for name in facts_of_question(question):
        fact = facts[name]
        if fact.tally and fact.tally.question in questions:
            needed.add(fact.tally.question)
        elif fact.origin is Origin.QUESTION and name in questions:
            needed.add(name)
    return needed


def _path_of_cycle(needs: Mapping[str, set[str]], done: set[str]) -> tuple[str, ...]:
    """Walk backwards among the waiting questions until one comes again."""
    path = [next(name for name in needs if name not in done)]
    while True:
        following = next(name for name in needs if name in needs[path[-1]] and name not in done)
        if following in path:
            return (*path[path.index(following) :], following)
        path.append(following)
