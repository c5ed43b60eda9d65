"""A review of a folder of rules: what stands, what is accepted, and what makes the rules invalid."""

from __future__ import annotations

from pathlib import Path

import pytest

from sangdo.engine.language.acceptance import ACCEPTABLE
from sangdo.engine.verify.findings.finding import CODES, SEVERITIES
from sangdo.engine.verify.findings.lint import LINT_CODES
from sangdo.engine.verify.review.review import Review, review_rules
from sangdo.tests.language.breaking import BASE, write
from sangdo.tests.verify.reviews import TODAY, review_with_gap

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


def reviewed(root: Path, name: str, *edits: tuple[str, str], codes: tuple[str, ...] = LINT_CODES) -> Review:
    text = (BASE / name).read_text("utf-8")
    for old, new in edits:
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    return review_rules(write(root, {name: text}), TODAY, codes, 60)


def with_twin(*edits: tuple[str, str]) -> list[tuple[str, str]]:
    because = '    because: {ko: "{sales}", en: "{sales}"}\n'
    return [(because, because + TWIN), *edits]


def test_every_code_is_in_both_languages_and_has_a_severity() -> None:
    for name, code in CODES.items():
        assert (code.name, code.severity in SEVERITIES) == (name, True)
        for text in (code.title, code.explanation):
            assert any("가" <= letter <= "힣" for letter in text.ko), text.ko
            assert not any("가" <= letter <= "힣" for letter in text.en), text.en


def test_all_can_be_accepted_but_what_is_invalid_or_not_decided() -> None:
    assert set(ACCEPTABLE) == set(CODES) - {"invalid", "undecided"}


def test_the_gravest_findings_come_first_then_by_place(tmp_path: Path) -> None:
    found = reviewed(tmp_path, "area/answer.yaml", *with_twin()).findings
    ranks = [(-SEVERITIES.index(one.severity), one.location.path, one.location.line) for one in found]
    assert ranks == sorted(ranks)
    assert len({rank[0] for rank in ranks}) == 2


def test_only_the_codes_asked_for_are_found(tmp_path: Path) -> None:
    assert {one.code for one in reviewed(tmp_path, "rulebook.yaml", codes=("unused_answer",)).findings} == {
        "unused_answer"
    }


def faulty() -> dict[str, str]:
    """The tiny rulebook with a finding of many kinds: its answers are made by twins that name no threshold."""
    answer = (BASE / "area/answer.yaml").read_text("utf-8") + TWIN
    actions = (BASE / "actions/all.yaml").read_text("utf-8").replace("ko: 걸어라, en: Call.", "ko: Call, en: Call")
    return {
        "area/answer.yaml": answer.replace("{at least: line}", "{at least: 5}").replace("    do: [call]\n", ""),
        "area/fate.yaml": (BASE / "area/fate.yaml").read_text("utf-8"),
        "vocabulary.yaml": (BASE / "vocabulary.yaml").read_text("utf-8"),
        "actions/all.yaml": actions,
    }


@pytest.mark.parametrize(
    ("name", "after", "accept", "code"),
    [
        ("area/answer.yaml", "status: stable\n", "accept: {twins: why}\n", "twins"),
        ("area/answer.yaml", 'en: "{sales}"}\n', "    accept: {twins: why}\n", "twins"),
        ("area/answer.yaml", ("two}\n    basis: document\n    clauses: [D1]\n    when:\n      sales: {at least: 5}\n"
         "    then: yes_\n"), "    accept: {twins: why}\n", "twins"),
        ("area/answer.yaml", "values: {2026-01-01: 5}", ", accept: {unused_threshold: why}", "unused_threshold"),
        ("area/answer.yaml", "status: stable\n", "accept: {unused_threshold: why}\n", "unused_threshold"),
        ("area/fate.yaml", "status: stable\n", "accept: {unused_answer: why}\n", "unused_answer"),
        ("vocabulary.yaml", "en: Note?}", ", accept: {unused_fact: why}", "unused_fact"),
        ("actions/all.yaml", "en: Call}]\n", "    accept: {unused_action: why}\n", "unused_action"),
        ("actions/all.yaml", "en: Call}]\n", "    accept: {untranslated: why}\n", "untranslated"),
    ],
)  # fmt: skip
def test_a_finding_is_accepted_where_it_stands_in_one_of_its_rules_or_in_its_question(
    tmp_path: Path, name: str, after: str, accept: str, code: str
) -> None:
    files = faulty()
    before = review_rules(write(tmp_path / "before", files), TODAY, LINT_CODES, 60)
    assert files[name].count(after) == 1
    files[name] = files[name].replace(after, after + accept)
    review = review_rules(write(tmp_path / "after", files), TODAY, LINT_CODES, 60)
    assert [(one.finding.code, one.by.reason) for one in review.accepted] == [(code, "why")]
    assert len(review.findings) == len(before.findings) - 1
    assert review.idle == ()


def test_an_entry_that_accepts_what_is_not_found_is_idle(tmp_path: Path) -> None:
    accept = ("status: stable", 'status: stable\naccept: {twins: "once there were two"}')
    review = reviewed(tmp_path, "area/answer.yaml", accept)
    assert [(one.code, one.location.line) for one in review.idle] == [("twins", 8)]
    assert reviewed(tmp_path, "area/answer.yaml", accept, codes=("unused_fact",)).idle == (), "it was not looked for"


@pytest.mark.parametrize(
    ("files", "place", "words"),
    [
        ({"area/answer.yaml": "a: [\n"}, ("answer.yaml", 2), "cannot be read as YAML"),
        ({"rulebook.yaml": 'release: "1"\ntitle: {ko: 책}\n'}, ("rulebook.yaml", 2), "has no text in en"),
        ({"area/answer.test.yaml": "scenarios:\n  - nam: x\n"}, ("answer.test.yaml", 2), 'Did you mean "name"?'),
    ],
)
def test_what_check_refuses_is_a_finding_with_its_place(
    tmp_path: Path, files: dict[str, str], place: tuple[str, int], words: str
) -> None:
    review = review_rules(write(tmp_path, files), TODAY, ("twins",), 60)
    assert review.rulebook is None
    found = [one for one in review.findings if words in one.text.en]
    assert [(one.code, Path(one.location.path).name, one.location.line) for one in found] == [("invalid", *place)]


def test_a_cycle_is_a_finding_with_its_path(tmp_path: Path) -> None:
    review = reviewed(tmp_path, "area/score.yaml", ("when: {kind: new}", "when: {answer: yes_}"))
    assert review.rulebook is not None
    answer = (BASE / "area/answer.yaml").read_text("utf-8").replace("sales: {at least: line}", "score: {at least: 1}")
    (tmp_path / "area/answer.yaml").write_text(answer, "utf-8")
    (found,) = review_rules(tmp_path, TODAY, ("gap",), 60).findings
    assert "answer → score → answer" in found.text.en
    assert "answer → score → answer" in found.text.ko


@pytest.mark.parametrize(("level", "reached"), [("info", True), ("warning", True), ("error", True)])
def test_a_review_reaches_the_levels_up_to_its_gravest_finding(tmp_path: Path, level: str, reached: bool) -> None:
    assert review_with_gap(tmp_path).reaches(level) is reached


def test_a_review_without_errors_does_not_reach_their_level(tmp_path: Path) -> None:
    review = reviewed(tmp_path, "rulebook.yaml", codes=("unused_fact",))
    assert [review.reaches(level) for level in SEVERITIES] == [True, False, False]


def test_the_korean_sentences_have_their_particles_settled(tmp_path: Path) -> None:
    review = reviewed(tmp_path, "actions/all.yaml")
    assert all("(" not in one.text.ko for one in review.findings)
