"""Reviews of the tiny rulebook for the tests of reports: findings of each severity, one with an example."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

from sangdo.engine.facts.facts_file import parse_facts
from sangdo.engine.language.loading import load_rulebook
from sangdo.engine.language.rulebook import Rulebook, Text
from sangdo.engine.verify.findings.finding import CODES, Example, Finding
from sangdo.engine.verify.review.review import Review, review_rules
from sangdo.tests.language.breaking import BASE, write

TODAY = date(2026, 11, 23)
CUSTOMER = "as_of: 2026-11-23\nsales: 4.5\nkind: new\ntags: [blue, red]\nsince: 2026-11-23\nnote: '007'\n"
PRODUCTS = "products:\n- {product: tea, slow: false}\n"


def example(rulebook: Rulebook, yaml: str = CUSTOMER) -> Example:
    facts = parse_facts(yaml.encode(), "example.yaml", rulebook, TODAY)
    return Example(facts, yaml, Text("answer의 답이 no_이다.", "answer is no_."))


def gap(rulebook: Rulebook, yaml: str = CUSTOMER) -> Finding:
    """A finding with an example, as the solver makes them; it says no more of the rulebook than its customer shows."""
    rule = rulebook.questions["answer"].rules[0]
    text = Text("매출이 5 미만이면 답이 없다: 100%, 예외 없음", "Sales below 5 get no answer: 100 %, no exception")
    return Finding("gap", text, (rule.id,), rule.location, "answer", date(2027, 1, 1), example(rulebook, yaml))


def review_with_gap(root: Path) -> Review:
    """A review with an error, a warning and infos; one unused fact is accepted. Paths are below the working folder."""
    vocabulary = (BASE / "vocabulary.yaml").read_text("utf-8")
    vocabulary = vocabulary.replace("en: Note?}}", 'en: Note?}, accept: {unused_fact: "for the reps"}}')
    write(root, {"vocabulary.yaml": vocabulary})
    review = review_rules(root, TODAY, tuple(CODES), 60)
    own = tuple(finding for finding in review.findings if finding.code in ("unused_answer", "unused_fact"))
    return replace(review, findings=(gap(load_rulebook(root)), *own), dates=(TODAY, date(2027, 1, 1)))
