"""Examples written as scenarios: they load, and show what the rules do with these customers now."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from sangdo.engine.decision.decision import Decider
from sangdo.engine.language.loading import load_rulebook
from sangdo.engine.verify.findings.finding import Finding
from sangdo.engine.verify.review.emitted_cases import emit_cases, write_cases
from sangdo.engine.verify.scenarios.scenario import read_scenarios
from sangdo.engine.verify.scenarios.scenario_run import Result, run_scenario
from sangdo.tests.language.breaking import BASE, write
from sangdo.tests.verify.reviews import CUSTOMER, PRODUCTS, gap


def with_products(root: Path) -> Path:
    """The tiny rulebook, in which products have a name."""
    name = "  product: {label: {ko: 제품, en: product}, type: text, of: product, ask: {ko: 제품?, en: Product?}}\n"
    return write(root, {"vocabulary.yaml": (BASE / "vocabulary.yaml").read_text("utf-8") + name})


def run(root: Path, *findings: Finding) -> list[Result]:
    rulebook = load_rulebook(root)
    write_cases(emit_cases(findings, rulebook), root / "found")
    return [run_scenario(Decider(rulebook), scenario) for scenario in read_scenarios(root, rulebook)]


@pytest.mark.parametrize(
    ("question", "customer", "answer", "decided"),
    [
        ("answer", CUSTOMER, "no_", ("otherwise",)),
        ("answer", "sales: 5\n", "yes_", ("A-1",)),
        ("answer", "sales: 5\nanswer: no_\n", "no_", ("given",)),
        ("score", CUSTOMER, 3, ("S-1",)),
        ("fate", CUSTOMER + PRODUCTS, None, ()),
        ("fate", "products: [{product: tea, slow: true}, {product: oil, slow: false}]\n", "drop", ("F-1",)),
    ],
)
def test_an_example_becomes_a_scenario_that_holds_the_present_answer(
    tmp_path: Path, question: str, customer: str, answer: object, decided: tuple[str, ...]
) -> None:
    root = with_products(tmp_path)
    (result,) = run(root, replace(gap(load_rulebook(root), customer), question=question))
    assert result.failures == ()
    assert result.scenario.expect.answers == {question: answer}
    assert result.scenario.expect.decided_by == {question: decided}


def test_the_scenario_has_the_customer_the_date_and_the_lines(tmp_path: Path) -> None:
    line = "of: sales, from: book, method: {median: true}}"
    answer = (BASE / "area/answer.yaml").read_text("utf-8").replace("values: {2026-01-01: 5}}", line)
    root = write(tmp_path, {"area/answer.yaml": answer})
    finding = gap(load_rulebook(root), CUSTOMER + "lines: {line: 4}\n")
    (result,) = run(root, finding)
    assert finding.example is not None
    facts = result.scenario.facts
    assert {name: known.value for name, known in facts.values.items()} == {
        name: known.value for name, known in finding.example.facts.values.items()
    }
    assert (facts.as_of, facts.lines) == (finding.example.facts.as_of, {"line": 4})
    assert result.scenario.expect.answers == {"answer": "yes_"}


def test_rules_that_contradict_each_other_fail_the_scenario_until_a_plan_comes_about(tmp_path: Path) -> None:
    other = (BASE / "area/fate.yaml").read_text("utf-8")
    other += other[other.index("  - id") :].replace("F-1", "F-2").replace("drop", "keep")
    root = with_products(tmp_path)
    (root / "area/fate.yaml").write_text(other, "utf-8")
    finding = replace(gap(load_rulebook(root), "products: [{product: tea, slow: true}]\n"), question="fate")
    (failed,) = run(root, finding)
    assert [failure.about for failure in failed.failures] == ["the decision"]
    with_products(root)
    (passed,) = (run_scenario(Decider(load_rulebook(root)), one) for one in read_scenarios(root, load_rulebook(root)))
    assert passed.failures == ()


def test_each_finding_has_a_file_of_its_own_and_those_without_example_none(tmp_path: Path) -> None:
    root = write(tmp_path, {})
    rulebook = load_rulebook(root)
    one = gap(rulebook)
    found = [one, replace(one, rules=(), question=None), one, replace(one, example=None, rules=("Z-1",))]
    assert list(emit_cases(found, rulebook)) == ["gap-A-1.test.yaml", "gap-rules.test.yaml", "gap-A-1-2.test.yaml"]
