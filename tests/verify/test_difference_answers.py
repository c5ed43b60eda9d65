"""Refactorings of the shipped rules are proved the same, and planted differences are shown by a customer."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

import pytest

from sangdo.engine.facts.facts_file import parse_facts
from sangdo.engine.language.loading import load_rulebook
from sangdo.engine.verify.difference.equivalence import Equivalence, Verdict, compare_answers
from sangdo.engine.verify.solver.facts_text import facts_text
from sangdo.engine.verify.solver.model_facts import ModelFacts

BASE = Path(__file__).parents[2] / "rules"
OLD = load_rulebook(BASE)
TODAY = date(2026, 11, 23)
KEEP, STABLE, VERDICT = "existing/keep_or_abandon.yaml", "existing/stability_level.yaml", "dealers/product_verdict.yaml"
LOSS = "      net_benefit: {less than: break_even}\n      changeable: false\n"


def compared(folder: Path, edits: dict[str, list[tuple[str, str]]], seconds: float = 20) -> Equivalence:
    """Compare the shipped rules with a copy in which texts are replaced, each once."""
    shutil.copytree(BASE, folder / "rules")
    for file, replaced in edits.items():
        path = folder / "rules" / file
        text = path.read_text("utf-8")
        for before, after in replaced:
            assert before in text, before
            text = text.replace(before, after, 1)
        path.write_text(text, "utf-8")
    found = compare_answers(OLD, load_rulebook(folder / "rules"), TODAY, seconds)
    assert found.faults == ()
    return found


def verdict_on(found: Equivalence, question: str) -> Verdict:
    return next(verdict for verdict in found.verdicts if verdict.question == question)


def test_a_copy_is_unchanged_without_asking_the_solver(tmp_path: Path) -> None:
    found = compared(tmp_path, {}, seconds=0.0001)
    assert {verdict.verdict for verdict in found.verdicts} == {"unchanged"}
    assert found.is_proved


NOT = "      all: [{none: [{net_benefit: {at least: break_even}}]}, {changeable: {is not: true}}]\n"
EITHER = "any: [{stability: {is: stability_line}}, {stability: {more than: stability_line}}]"
SPLIT = """\
  - id: ST-9
    title: {ko: "기준선보다 꾸준하다", en: "Steadier than the line"}
    basis: house
    clauses: [E1, H4]
    when:
      stability: {more than: stability_line}
    then: high
    because: {ko: "높다.", en: "High."}
"""


@pytest.mark.parametrize(
    ("file", "edits"),
    [
        (KEEP, [("id: KA-2", "id: KA-9")]),
        (KEEP, [(LOSS, "      none:\n        - any: [{net_benefit: {at least: break_even}}, {changeable: true}]\n")]),
        (KEEP, [(LOSS, NOT)]),
        (STABLE, [("{at least: stability_line}", "{is: stability_line}"), ("  - id: SL-2", SPLIT + "  - id: SL-2")]),
        (STABLE, [("stability: {at least: stability_line}", EITHER)]),
        (STABLE, [("values: {2000-01-01: 0.65}", "values: {2000-01-01: 0.5, 2010-01-01: 0.65}")]),
    ],
    ids=["another id", "De Morgan", "is not", "one rule split in two", "at least as is or more", "an old line"],
)  # fmt: skip
def test_a_refactoring_is_proved_the_same_for_every_customer(
    tmp_path: Path, file: str, edits: list[tuple[str, str]]
) -> None:
    found = compared(tmp_path, {file: edits})
    assert found.is_proved
    assert verdict_on(found, Path(file).stem).verdict == "same"
    assert verdict_on(found, "visit_every").verdict == "same"
    assert verdict_on(found, "season").verdict == "unchanged"


def test_the_order_of_rules_that_exclude_each_other_is_proved_to_decide_nothing(tmp_path: Path) -> None:
    text = (BASE / STABLE).read_text("utf-8")
    head, first, second = text.split("  - id: ")
    swapped = "  - id: ".join([head, second.rstrip("\n") + "\n", first])
    assert compared(tmp_path, {STABLE: [(text, swapped)]}).is_proved


@pytest.mark.parametrize(
    ("file", "edit", "answers"),
    [
        (KEEP, ("    then: repair", "    then: keep"), ("repair", "keep")),
        (KEEP, ("otherwise: investigate", "otherwise: keep"), ("investigate", "keep")),
        (STABLE, ("{at least: stability_line}", "{more than: stability_line}"), ("high", None)),
        (VERDICT, ("    then: drop", "    then: fix"), ("drop", "fix")),
    ],
)
def test_a_planted_difference_is_shown_by_a_customer(
    tmp_path: Path, file: str, edit: tuple[str, str], answers: tuple[str | None, str | None]
) -> None:
    verdict = verdict_on(compared(tmp_path, {file: [edit]}), Path(file).stem)
    assert (verdict.verdict, verdict.what) == ("differs", "answer")
    assert verdict.outcomes is not None
    assert tuple(outcome.answer for outcome in verdict.outcomes) == answers
    assert verdict.witness is not None
    assert (verdict.witness.is_one_file, verdict.witness.given) == (True, ())


def test_a_line_of_the_future_differs_from_its_date_on(tmp_path: Path) -> None:
    edit = ("values: {2000-01-01: 0}", "values: {2000-01-01: 0, 2027-01-01: 100}")
    found = compared(tmp_path, {KEEP: [edit]})
    assert found.dates == (TODAY, date(2027, 1, 1))
    verdict = verdict_on(found, "keep_or_abandon")
    assert verdict.witness is not None
    assert verdict.witness.as_of == date(2027, 1, 1)


def test_the_same_answers_with_other_actions_are_told_apart(tmp_path: Path) -> None:
    file = "existing/clearing_programme.yaml"
    found = compared(tmp_path, {file: [("    do: [wind-down]\n", "")]})
    verdict = verdict_on(found, "clearing_programme")
    assert (verdict.verdict, verdict.what) == ("differs", "actions")
    assert verdict.outcomes is not None
    old, new = verdict.outcomes
    assert old.answer == new.answer
    assert "wind-down" in old.actions
    assert "wind-down" not in new.actions
    assert not found.is_proved


def test_a_default_that_changes_is_seen_where_the_fact_is_left_out(tmp_path: Path) -> None:
    found = compared(tmp_path, {"vocabulary.yaml": [("default: end_customer", "default: dealer")]})
    shown = [verdict.witness for verdict in found.verdicts if verdict.witness]
    assert shown
    assert all("role:" not in witness.files[0] for witness in shown)


def test_a_line_measured_in_another_way_may_be_another_line(tmp_path: Path) -> None:
    found = compared(tmp_path, {STABLE: [("within: [0.5, 0.8]", "within: [0.5, 0.7]")]})
    verdict = verdict_on(found, "stability_level")
    assert verdict.verdict == "differs"
    assert verdict.witness is not None
    assert not verdict.witness.is_one_file
    assert verdict.witness.files[0].splitlines()[:-1] == verdict.witness.files[1].splitlines()[:-1]


def test_a_value_that_only_one_vocabulary_allows_is_left_out_and_said_so(tmp_path: Path) -> None:
    text = (BASE / "vocabulary.yaml").read_text("utf-8")
    begin = text.index("  stability:")
    own = text[begin : text.index("at most: 1", begin) + len("at most: 1")]
    found = compared(tmp_path, {"vocabulary.yaml": [(own, own.replace("at most: 1", "at most: 0.9"))]})
    assert found.is_proved
    assert "stability" in verdict_on(found, "stability_level").narrowed


LOYAL = """\
question: loyal
title: {ko: "충성 고객인가", en: "Is this customer loyal?"}
answers: [true, false]
choose: first_match
otherwise: false
owner: sales-strategy
status: stable
rules:
  - id: LY-1
    title: {ko: "충성 고객", en: "Loyal"}
    basis: house
    clauses: [E2, H4]
    when: {quadrant: EI}
    then: true
    because: {ko: "충성 고객군이다.", en: "In the loyal group."}
"""


def test_a_question_that_only_one_rulebook_asks_differs(tmp_path: Path) -> None:
    shutil.copytree(BASE, tmp_path / "rules")
    (tmp_path / "rules" / "existing" / "loyal.yaml").write_text(LOYAL, "utf-8")
    with (tmp_path / "rules" / "vocabulary.yaml").open("a", encoding="utf-8") as vocabulary:
        vocabulary.write('  loyal:\n    label: {ko: "충성 고객", en: "loyal"}\n    type: flag\n    from: question\n')
        vocabulary.write('    ask: {ko: "충성 고객입니까?", en: "Is the customer loyal?"}\n')
    more, hows = load_rulebook(tmp_path / "rules"), ("no_question", "otherwise")
    for old, new, expected in ((OLD, more, hows), (more, OLD, hows[::-1])):
        verdict = verdict_on(compare_answers(old, new, TODAY, 20), "loyal")
        assert verdict.verdict == "differs"
        assert verdict.outcomes is not None
        assert tuple(outcome.how for outcome in verdict.outcomes) == expected


def test_what_is_not_decided_in_time_is_said(tmp_path: Path) -> None:
    found = compared(tmp_path, {KEEP: [("less than: break_even", "at most: break_even")]}, seconds=0.000001)
    verdict = verdict_on(found, "keep_or_abandon")
    assert (verdict.verdict, verdict.why) == ("undecided", "time")
    assert not found.is_proved


def test_a_facts_file_quotes_what_would_else_be_read_as_unknown() -> None:
    found = ModelFacts({"name": "unknown", "stability": 0.5}, {"": {"product_share": 1}}, {"stability_line": 0.6})
    text = facts_text(found, OLD, TODAY, ("stability_line",))
    assert 'name: "unknown"' in text
    assert "product: A" in text
    assert "stability_line: 0.6" in text
    assert "lines" not in facts_text(found, OLD, TODAY, ())


def test_facts_are_written_so_that_they_read_back_the_same() -> None:
    values = {"name": "no: #1 'a'\n\t가", "stability": 0.3, "contribution": 1e-07, "kind": "existing"}
    read = parse_facts(facts_text(ModelFacts(values, {}, {}), OLD, TODAY, ()).encode(), "f.yaml", OLD, date.min)
    assert {name: known.value for name, known in read.values.items()} == values
    assert read.as_of == TODAY
