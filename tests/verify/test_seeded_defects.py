"""Each seeded defect is found, and nothing else; a few of each kind always, all of them with --nightly."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from functools import cache
from pathlib import Path

import pytest

from sangdo.engine.verify.findings.finding import CODES, Finding
from sangdo.engine.verify.review.review import Review, review_rules
from sangdo.tests.verify.defects import RULES, Defect, false_alarms, is_found, read_defects, seed_rules

ROOT = Path(__file__).parents[2]
TODAY = date(2026, 11, 23)
SECONDS = 600
ALWAYS = 2
"""How many defects of a kind are looked for in every run."""

SEEDED = read_defects()
PLANTED = [defect for defect in SEEDED if defect.finds]


def first_of_each_kind() -> list[Defect]:
    kinds = dict.fromkeys(defect.kind for defect in PLANTED)
    return [defect for kind in kinds for defect in [one for one in PLANTED if one.kind == kind][:ALWAYS]]


def findings(review: Review) -> list[Finding]:
    """All findings of a review, those that the rules accept among them."""
    return [*review.findings, *(one.finding for one in review.accepted)]


def named(finding: Finding) -> tuple[str, str | None, tuple[str, ...], str]:
    return finding.code, finding.question, finding.rules, finding.text.en


@cache
def of_the_clean_rules() -> frozenset[tuple[str, str | None, tuple[str, ...], str]]:
    return frozenset(map(named, findings(review_rules(RULES, TODAY, tuple(CODES), SECONDS))))


def new_findings(defect: Defect, root: Path, codes: Collection[str]) -> list[Finding]:
    """What is found with the defect, and not without it."""
    found = findings(review_rules(seed_rules(defect, root / "rules"), TODAY, codes, SECONDS))
    return [one for one in found if named(one) not in of_the_clean_rules()]


@pytest.mark.parametrize("defect", first_of_each_kind(), ids=str)
def test_a_defect_is_found(defect: Defect, tmp_path: Path) -> None:
    codes = {code for code, _ in defect.finds}
    found = findings(review_rules(seed_rules(defect, tmp_path / "rules"), TODAY, codes, SECONDS))
    assert is_found(defect, found), [f"{one.code} {one.rules}: {one.text.en}" for one in found]


@pytest.mark.nightly
@pytest.mark.parametrize("defect", SEEDED, ids=str)
def test_it_is_found_and_nothing_else_is(defect: Defect, tmp_path: Path) -> None:
    found = new_findings(defect, tmp_path, tuple(CODES))
    assert is_found(defect, found) or not defect.finds, [f"{one.code} {one.rules}: {one.text.en}" for one in found]
    assert [f"{one.code} {one.rules}: {one.text.en}" for one in false_alarms(defect, found)] == []


def test_there_are_defects_of_every_code_that_can_be_seeded() -> None:
    assert {code for defect in PLANTED for code, _ in defect.finds} == set(CODES) - {"undecided"}


def test_the_documentation_says_how_many_are_seeded() -> None:
    text = " ".join((ROOT / "docs/findings.md").read_text("utf-8").split())
    harmless = len(SEEDED) - len(PLANTED)
    assert f"{len(PLANTED)} defects and {harmless} harmless changes" in text
