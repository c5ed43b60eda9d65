"""sangdo diff: what it prints, its exit codes, and that its customers reproduce what it says."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from sangdo.cli import cli
from sangdo.engine.language.errors import RulesInvalid

BASE = Path(__file__).parents[2] / "rules"


def sangdo(*words: object) -> Result:
    return CliRunner().invoke(cli, [str(word) for word in words], catch_exceptions=True)


@pytest.fixture
def changed(tmp_path: Path) -> Path:
    """The shipped rules with a loss that is abandoned only where the customer can be changed."""
    shutil.copytree(BASE, tmp_path / "new")
    path = tmp_path / "new" / "existing" / "keep_or_abandon.yaml"
    path.write_text(path.read_text("utf-8").replace("changeable: false", "changeable: true", 1), "utf-8")
    return tmp_path / "new"


def difference(old: Path, new: Path, *more: object) -> dict[str, Any]:
    done = sangdo("diff", old, new, "--lang", "en", "--as-of", "2026-11-23", "-o", "json", *more)
    assert done.exit_code == 0, done.output
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_every_customer_shown_gets_the_answers_shown_under_both_rulebooks(changed: Path, tmp_path: Path) -> None:
    found = difference(BASE, changed)
    differing = [one for one in found["questions"] if one["verdict"] == "differs"]
    assert {"keep_or_abandon", "visit_every"} <= {one["question"] for one in differing}
    plans = {}
    for number, customer in enumerate(found["customers"], 1):
        for which, rules in (("old", BASE), ("new", changed)):
            path = tmp_path / "customer.yaml"
            path.write_text(customer["facts"][which], "utf-8")
            made = sangdo("plan", "--facts", path, "--rules", rules, "-f", "json", "--lang", "en")
            assert made.exit_code == 0, made.output
            plans[number, which] = json.loads(made.stdout)
    for one in differing:
        for which in ("old", "new"):
            plan = plans[one["customer"], which]
            assert plan["answers"].get(one["question"]) == one[which]["answer"]
            decided = [fired["rule"] for fired in plan["fired"] if fired["question"] == one["question"]]
            assert decided == [rule["rule"] for rule in one[which]["rules"]]
        assert one["old"]["answer"] != one["new"]["answer"]


@pytest.mark.parametrize(("language", "word"), [("ko", "답이 다름"), ("en", "another answer")])
@pytest.mark.parametrize("form", ["text", "md"])
def test_the_difference_is_told_in_both_languages(changed: Path, form: str, language: str, word: str) -> None:
    done = sangdo("diff", BASE, changed, "--lang", language, "-f", form, "--as-of", "2026-11-23")
    assert done.exit_code == 0, done.output
    assert word in done.stdout
    assert "changeable: true" in done.stdout
    assert ("자체" if language == "ko" else "house") in done.stdout


def test_fail_is_5_when_an_answer_differs_and_0_when_all_is_proved(changed: Path) -> None:
    assert sangdo("diff", BASE, changed).exit_code == 0
    assert sangdo("diff", BASE, changed, "--fail").exit_code == 5
    assert sangdo("diff", BASE, BASE, "--fail").exit_code == 0


def test_what_is_not_decided_fails_too(changed: Path) -> None:
    done = sangdo("diff", BASE, changed, "--fail", "--seconds", "0.001", "-o", "json")
    assert done.exit_code == 5
    assert json.loads(done.stdout)["proved_the_same"] is False


def test_a_folder_that_is_no_rulebook_is_refused(tmp_path: Path) -> None:
    done = sangdo("diff", BASE, tmp_path)
    assert isinstance(done.exception, RulesInvalid)
    assert str(tmp_path.name) in str(done.exception)
