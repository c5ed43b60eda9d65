"""Rendering beside a bare Jinja2 with the same templates and the same content."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from itertools import cycle, islice

from jinja2 import Environment, FileSystemLoader

from sangdo.benchmarks.contest import Contest, Goal
from sangdo.benchmarks.rounds import run_rounds
from sangdo.benchmarks.shipped import ROOT, decide_example_book
from sangdo.engine.decision.pages.page import arrange_page
from sangdo.engine.decision.pages.rendering import fold, render, template_for
from sangdo.engine.decision.phrases import phrases_in
from sangdo.engine.decision.plan import build_plan

PLANS = 20
MOST = 1.3
FILES = {"html": "plan.html.j2", "md": "plan.md.j2", "text": "plan.txt.j2"}


def measure_rendering(rounds: int) -> list[Contest]:
    """Time each form: our template, a bare one that writes values as they are, and all of `render`.

    Each round has other customers, so that what is remembered of one plan helps only where the next says the same.
    """
    decisions = decide_example_book(PLANS * (rounds + 1))
    rulebook = decisions[0].rulebook
    plans = [build_plan(decision, "en") for decision in decisions]
    pages = [arrange_page(plan, rulebook) for plan in plans]
    say = phrases_in("en")
    contests = []
    for form, file in FILES.items():
        ours, bare = f"{form}, sangdo's template", f"{form}, bare Jinja2"
        plain = _bare(file)
        contenders = {
            ours: _by_the_score([partial(template_for(form).render, page=page, say=say) for page in pages]),
            bare: _by_the_score([partial(plain, page=page, say=say) for page in pages]),
            f"{form}, page and template": _by_the_score([partial(render, plan, rulebook, form) for plan in plans]),
        }
        goal = Goal(ours, bare, at_most=MOST)
        times = run_rounds(contenders, rounds)
        contests.append(Contest(f"Rendering as {form}, {PLANS} other plans a round", times, PLANS, goals=(goal,)))
    return contests


def _bare(file: str) -> Callable[..., str]:
    """A template in an environment with nothing of ours but the filter that the text form calls."""
    environment = Environment(
        loader=FileSystemLoader(ROOT / "templates"), autoescape=True, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters["fold"] = fold
    return environment.get_template(file).render


def _by_the_score(renderings: list[partial[str]]) -> Callable[[], None]:
    """Return a run that renders the next PLANS plans each time, beginning again after the last."""
    waiting = cycle(renderings)

    def run() -> None:
        for one in islice(waiting, PLANS):
            one()

    return run
