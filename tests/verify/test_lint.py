"""The findings that need no solver, each on the tiny rulebook with one thing changed."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from sangdo.engine.language.loading import load_rulebook
from sangdo.engine.verify.findings.finding import CODES, Finding
from sangdo.engine.verify.findings.lint import LINT_CODES, lint
from sangdo.tests.language.breaking import BASE, write

ROOT = Path(__file__).parents[2]
TWIN = """\
  - id: A-2
    title: {ko: 둘, en: two}
    basis: document
    clauses: [D1]
    when:
      sales: {at least: line}
    then: yes_
    do: [call]
"""
LOWER = "  lower: {title: {ko: 아래, en: lower}, values: {2026-01-01: 2}}\n"


def edited(root: Path, name: str, *edits: tuple[str, str]) -> list[Finding]:
    """The findings on the base rulebook with some pieces of one file replaced."""
    text = (BASE / name).read_text("utf-8")
    for old, new in edits:
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    return list(lint(load_rulebook(write(root, {name: text}))))


def of(code: str, findings: list[Finding]) -> list[Finding]:
    return [finding for finding in findings if finding.code == code]


def with_rule(rule: str) -> tuple[str, str]:
    last = '    because: {ko: "{sales}", en: "{sales}"}\n'
    return last, last + rule


def test_the_shipped_rules_have_only_findings_that_they_accept() -> None:
    rulebook = load_rulebook(ROOT / "rules")
    owners = [*rulebook.thresholds.values(), *rulebook.facts.values()]
    accepted = {(entry.code, owner.location) for owner in owners for entry in owner.accept}
    assert {(finding.code, finding.location) for finding in lint(rulebook)} == accepted


def test_every_finding_has_one_of_the_codes_of_the_module() -> None:
    assert {finding.code for finding in lint(load_rulebook(BASE))} <= set(LINT_CODES) <= set(CODES)


def test_two_rules_that_differ_in_id_and_wording_only_are_twins(tmp_path: Path) -> None:
    (twins,) = of("twins", edited(tmp_path, "area/answer.yaml", with_rule(TWIN)))
    assert (twins.rules, twins.question, twins.location.line) == (("A-1", "A-2"), "answer", 20)


@pytest.mark.parametrize(
    "rule",
    [
        TWIN.replace("at least", "more than"),
        TWIN.replace("then: yes_", "then: no_"),
        TWIN.replace("    do: [call]\n", ""),
        TWIN.replace("sales:", "none:\n        - sales:").replace("{at least: line}", "{at least: line}"),
    ],
)
def test_rules_that_differ_in_what_they_do_are_no_twins(tmp_path: Path, rule: str) -> None:
    assert of("twins", edited(tmp_path, "area/answer.yaml", with_rule(rule))) == []


def test_twins_may_have_their_tests_in_another_order(tmp_path: Path) -> None:
    both = "sales: {at least: line}\n      kind: new\n"
    other = TWIN.replace("sales: {at least: line}", "all: [{kind: new}, {sales: {at least: line}}]")
    found = edited(tmp_path, "area/answer.yaml", ("sales: {at least: line}\n", both), with_rule(other))
    assert [finding.rules for finding in of("twins", found)] == [("A-1", "A-2")]


def test_twins_of_a_retired_question_do_not_matter(tmp_path: Path) -> None:
    found = edited(tmp_path, "area/answer.yaml", with_rule(TWIN), ("status: stable", "status: retired"))
    assert of("twins", found) == []


def test_a_threshold_that_no_condition_reads_is_unused_though_a_text_shows_it(tmp_path: Path) -> None:
    edits = [("{at least: line}", "{at least: 5}"), ('because: {ko: "{sales}"', 'because: {ko: "{line}"')]
    (found,) = of("unused_threshold", edited(tmp_path, "area/answer.yaml", *edits))
    assert (found.question, found.location.line) == ("answer", 9)
    assert "threshold line" in found.text.en


def test_a_threshold_read_by_applies_is_used(tmp_path: Path) -> None:
    edits = [("{at least: line}", "{at least: 5}"), ("answers:", "applies: {sales: {at least: line}}\nanswers:")]
    assert of("unused_threshold", edited(tmp_path, "area/answer.yaml", *edits)) == []


def test_a_fact_that_nothing_reads_is_unused_and_only_that(tmp_path: Path) -> None:
    names = {finding.text.en.split()[-1] for finding in of("unused_fact", edited(tmp_path, "rulebook.yaml"))}
    assert names == {"tags.", "since.", "note.", "weight.", "dropped."}


def test_a_fact_shown_by_an_action_or_counted_as_points_is_used(tmp_path: Path) -> None:
    shown = (BASE / "actions/all.yaml").read_text("utf-8").replace("en: Call.", 'en: "Call, {note}."')
    points = (BASE / "area/score.yaml").read_text("utf-8").replace("add: 3", "add: dropped")
    found = lint(load_rulebook(write(tmp_path, {"actions/all.yaml": shown, "area/score.yaml": points})))
    names = {finding.text.en.split()[-1] for finding in found if finding.code == "unused_fact"}
    assert names == {"tags.", "since.", "weight."}


@pytest.mark.parametrize("edit", [("    do: [call]\n", ""), ("status: stable", "status: retired")])
def test_an_action_that_no_asked_rule_calls_is_unused(tmp_path: Path, edit: tuple[str, str]) -> None:
    (found,) = of("unused_action", edited(tmp_path, "area/answer.yaml", edit))
    assert (found.location.path.rpartition("/")[2], found.location.line) == ("all.yaml", 2)


def test_an_answer_that_neither_a_rule_nor_otherwise_gives_is_unused(tmp_path: Path) -> None:
    unused = of("unused_answer", edited(tmp_path, "area/answer.yaml", ("otherwise: no_\n", "")))
    assert [(finding.question, "no_" in finding.text.en) for finding in unused] == [("answer", True), ("fate", False)]


def test_a_value_of_the_vocabulary_that_its_question_does_not_list_is_unused(tmp_path: Path) -> None:
    found = edited(tmp_path, "area/answer.yaml", ("answers: [yes_, no_]", "answers: [yes_]"), ("otherwise: no_\n", ""))
    (unused,) = [finding for finding in of("unused_answer", found) if finding.question == "answer"]
    assert (unused.location.path.rpartition("/")[2], unused.location.line) == ("vocabulary.yaml", 8)


@pytest.mark.parametrize(
    ("values", "day"),
    [
        ("{2026-01-01: 2, 2027-01-01: 6}", date(2027, 1, 1)),
        ("{2026-01-01: 2, 2026-06-01: 5, 2027-01-01: 6}", date(2027, 1, 1)),
        ("{2026-01-01: 2, 2027-01-01: 6, 2028-01-01: 2}", date(2027, 1, 1)),
        ("{2026-01-01: 2, 2027-01-01: 5}", None),
        ("{2025-01-01: 6, 2026-01-01: 2}", None),
    ],
)
def test_thresholds_on_one_fact_that_change_places_are_found_with_the_date(
    tmp_path: Path, values: str, day: date | None
) -> None:
    rule = TWIN.replace("at least: line", "less than: lower").replace("yes_", "no_")
    line = LOWER.replace("{2026-01-01: 2}", values)
    found = of(
        "threshold_order", edited(tmp_path, "area/answer.yaml", with_rule(rule), ("rules:\n", line + "rules:\n"))
    )
    assert [finding.as_of for finding in found] == ([day] if day else [])
    if day:
        assert found[0].text.en == (
            "From 2027-01-01 the threshold lower (6) on sales lies above line (5); until then it lay below."
        )
        assert (found[0].rules, found[0].location.line) == (("A-1", "A-2"), 10)


def test_thresholds_on_different_facts_have_no_order(tmp_path: Path) -> None:
    line = LOWER.replace("{2026-01-01: 2}", "{2026-01-01: 2, 2027-01-01: 6}")
    rule = TWIN.replace("sales: {at least: line}", "score: {at least: lower}")
    found = edited(tmp_path, "area/answer.yaml", with_rule(rule), ("rules:\n", line + "rules:\n"))
    assert of("threshold_order", found) == []


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ('{ko: "Call them", en: "Call them"}', "the Korean is the English"),
        ('{ko: "Call them", en: "Call the customer"}', "the Korean has no Hangul"),
        ('{ko: "전화한다", en: "전화한다"}', "the English has Hangul"),
        ('{ko: "{kind} customers", en: "{kind} customers"}', "the Korean is the English"),
        ('{ko: "VIP", en: "VIP"}', None),
        ('{ko: "kg", en: "kg"}', None),
        ('{ko: "{kind}: 3", en: "{kind}: 3"}', None),
        ('{ko: "ERP 점검", en: "Check ERP"}', None),
    ],
)
def test_a_text_that_is_not_translated_is_found(tmp_path: Path, text: str, why: str | None) -> None:
    found = of("untranslated", edited(tmp_path, "actions/all.yaml", ("{ko: 걸어라, en: Call.}", text)))
    assert [finding.text.en for finding in found] == ([f"In step 1 of the action call {why}."] if why else [])


@pytest.mark.parametrize(
    ("name", "old", "about"),
    [
        ("vocabulary.yaml", "label: {ko: 매출, en: sales}", "label of the fact sales"),
        ("vocabulary.yaml", "ask: {ko: 얼마?, en: How much?}", "ask of the fact sales"),
        ("vocabulary.yaml", "new: {ko: 새, en: new}", "value new of the fact kind"),
        ("clauses.yaml", "title: {ko: 조항, en: clause}", "title of the clause D1"),
        ("actions/all.yaml", "title: {ko: 전화, en: call}", "title of the action call"),
        ("area/answer.yaml", "title: {ko: 답, en: answer}", "title of the question answer"),
        ("area/answer.yaml", "title: {ko: 하나, en: one}", "title of the rule A-1"),
        ("area/answer.yaml", 'because: {ko: "{sales}", en: "{sales}"}', "because of the rule A-1"),
        ("area/answer.yaml", "title: {ko: 선, en: line}", "title of the threshold line"),
    ],
)
def test_every_kind_of_text_is_looked_at(tmp_path: Path, name: str, old: str, about: str) -> None:
    key = old.partition(":")[0]
    (found,) = of("untranslated", edited(tmp_path, name, (old, f"{key}: {{ko: word, en: word}}")))
    assert found.text.en == f"In the {about} the Korean is the English."
