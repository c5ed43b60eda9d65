"""Each message about a rule file: what is wrong, where, what was expected, and which word was probably meant."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from sangdo.engine.language.loading import load_rulebook
from sangdo.engine.language.rule_files import MAX_FILES
from sangdo.tests.language.breaking import BASE, problems_of, write

CASES = yaml.safe_load((Path(__file__).parent / "broken.yaml").read_text(encoding="utf-8"))


def _broken(case: dict[str, str]) -> bytes:
    text = (BASE / case["file"]).read_text(encoding="utf-8")
    if "replace" in case:
        assert case["replace"] in text
        text = text.replace(case["replace"], case["by"], 1)
    elif "by" in case:
        text = case["by"]
    return text.encode(case.get("encoding", "utf-8"))


def test_the_base_rulebook_is_valid() -> None:
    assert list(load_rulebook(BASE).questions) == ["answer", "score", "fate"]


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_a_broken_rule_file_is_reported_where_it_is_broken(
    case: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = {case["file"]: _broken(case)}
    if "also" in case:
        files[case["also"]["file"]] = _broken(case["also"])
    monkeypatch.chdir(write(tmp_path, files))
    found = {(f"{p.location}: {p.message}", p.expected or None, p.suggestion) for p in problems_of(tmp_path)}
    assert (case["problem"], case.get("expected"), case.get("suggestion")) in found


def test_a_problem_shows_its_line_with_a_mark_under_the_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    broken = (BASE / "area/answer.yaml").read_text(encoding="utf-8").replace("owner: sales", "owner: [\u0020판매, x]")
    monkeypatch.chdir(write(tmp_path, {"area/answer.yaml": broken}))
    (problem,) = problems_of(tmp_path)
    assert str(problem) == (
        "area/answer.yaml:6:8: owner of the question must be a word\n"
        "     6 | owner: [ 판매, x]\n"
        "       |        ^"
    )  # fmt: skip


def test_the_mark_stands_under_the_right_column_after_hangul(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(write(tmp_path, {"rulebook.yaml": 'release: "1"\ntitle: {ko: 규칙책, en: }\n'}))
    (problem,) = problems_of(tmp_path)
    _, line, mark, _ = str(problem).splitlines()
    assert line == "     2 | title: {ko: 규칙책, en: }"
    assert mark.index("^") == line.index("}") + len("규칙책"), "Hangul takes two columns in a terminal"


def test_problems_of_several_files_are_reported_together(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    names = ("area/answer.yaml", "area/fate.yaml")
    files = {name: (BASE / name).read_text().replace("status", "statsu") for name in names}
    monkeypatch.chdir(write(tmp_path, files))
    unknown = [str(p.location) for p in problems_of(tmp_path) if p.suggestion == "status"]
    assert unknown == ["area/answer.yaml:7:1", "area/fate.yaml:7:1"]


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    (problem,) = problems_of(tmp_path / "rulse")
    assert problem.message == "there is no such folder of rules"
    assert problem.location.path.endswith("rulse")


@pytest.mark.parametrize("name", ["rulebook.yaml", "vocabulary.yaml", "clauses.yaml"])
def test_a_fixed_file_that_is_missing_is_named(name: str, tmp_path: Path) -> None:
    (write(tmp_path, {}) / name).unlink()
    (problem,) = problems_of(tmp_path)
    assert problem.message == "there is no such file"
    assert problem.location.path.endswith(name)


def test_a_fixed_file_in_a_folder_of_questions_is_not_passed_over(tmp_path: Path) -> None:
    write(tmp_path, {"area/clauses.yaml": (BASE / "clauses.yaml").read_text()})
    assert any("clauses.yaml" in p.location.path for p in problems_of(tmp_path))


def test_more_files_than_a_rulebook_can_have_are_refused(tmp_path: Path) -> None:
    write(tmp_path, {})
    for number in range(MAX_FILES):
        (tmp_path / f"area/q{number}.yaml").touch()
    assert [p.message for p in problems_of(tmp_path)] == [f"there are more than {MAX_FILES} rule files"]


def test_a_threshold_an_action_and_a_rule_named_twice_point_at_the_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    line = "thresholds:\n  line: {title: {ko: 선, en: line}, values: {2026-01-01: 5}}\nrules:"
    score = (BASE / "area/score.yaml").read_text().replace("rules:", line).replace("S-1", "A-1")
    files = {"area/score.yaml": score, "actions/more.yaml": (BASE / "actions/all.yaml").read_text()}
    monkeypatch.chdir(write(tmp_path, files))
    assert [f"{p.location}: {p.message}" for p in problems_of(tmp_path)] == [
        "actions/more.yaml:2:3: the action call is there already, in actions/all.yaml:2:3",
        "area/score.yaml:7:3: the threshold line is there already, in area/answer.yaml:9:3",
        "area/score.yaml:9:5: the rule A-1 is there already, in area/answer.yaml:11:5",
    ]


def test_scenarios_and_hidden_files_are_no_part_of_a_rulebook(tmp_path: Path) -> None:
    broken = {"area/answer.test.yaml": "{", ".hidden/x.yaml": "{", "area/.x.yaml": "{"}
    assert problems_of(write(tmp_path, broken)) == ()


def test_a_text_keeps_the_spelling_it_has_in_the_file(tmp_path: Path) -> None:
    root = write(tmp_path, {"rulebook.yaml": 'release: "1"\ntitle: {ko: 책, en: book}\n'})
    actions = (BASE / "actions/all.yaml").read_text().replace("{ko: 걸어라, en: Call.}", "{ko: 1.10, en: 007}")
    (root / "actions/all.yaml").write_text(actions)
    (step,) = load_rulebook(root).actions["call"].steps
    assert (step.ko, step.en) == ("1.10", "007")


def test_the_hash_of_a_rulebook_changes_with_any_file_and_with_its_name(tmp_path: Path) -> None:
    hashes = {
        load_rulebook(write(tmp_path / str(n), files)).sha256
        for n, files in enumerate([{}, {"clauses.yaml": (BASE / "clauses.yaml").read_text() + "\n"}])
    }
    (tmp_path / "0/actions/all.yaml").rename(tmp_path / "0/actions/other.yaml")
    hashes.add(load_rulebook(tmp_path / "0").sha256)
    assert len(hashes) == 3
