"""sangdo fmt: which files it changes, what it prints, and with which exit code."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from sangdo.tests.cli.test_verbs import ROOT, sangdo

WRONG = "title: {ko: 가, en: a}\nrelease: '1'  # the first\n"
RIGHT = "release: '1'  # the first\ntitle: {ko: 가, en: a}\n"
DIFF = """\
--- a.yaml
+++ a.yaml
@@ -1,2 +1,2 @@
+release: '1'  # the first
 title: {ko: 가, en: a}
-release: '1'  # the first
"""


@pytest.fixture
def rules(tmp_path: Path) -> Path:
    folder = Path(shutil.copytree(ROOT / "rules", tmp_path / "rules"))
    (folder / "rulebook.yaml").write_text(WRONG, "utf-8")
    scenario = folder / "existing" / "quadrant.test.yaml"
    scenario.write_text(scenario.read_text("utf-8").replace("\n", "\r\n"), "utf-8", newline="")
    return folder


def test_all_files_are_formatted_and_those_changed_are_named(rules: Path) -> None:
    others = {path: path.stat().st_mtime_ns for path in rules.rglob("*") if path.name.endswith("churn_cause.yaml")}
    done = sangdo("fmt", "--rules", "rules", folder=rules.parent)
    assert (done.returncode, done.stderr) == (0, "")
    *changed, summary = done.stdout.splitlines()
    assert changed == ["changed  rules/rulebook.yaml", "changed  rules/existing/quadrant.test.yaml"]
    assert summary.endswith(" files, 2 changed")
    assert (rules / "rulebook.yaml").read_text("utf-8") == RIGHT
    assert b"\r" not in (rules / "existing" / "quadrant.test.yaml").read_bytes()
    assert {path: path.stat().st_mtime_ns for path in others} == others
    assert sangdo("fmt", "--rules", "rules", folder=rules.parent).stdout.endswith(" files, 0 changed\n")
    assert sangdo("check", "--rules", "rules", folder=rules.parent).returncode == 0


def test_check_changes_nothing_and_fails_when_a_file_would_change(rules: Path) -> None:
    done = sangdo("fmt", "--rules", "rules", "--check", folder=rules.parent)
    assert done.returncode == 5
    assert "would change  rules/rulebook.yaml\n" in done.stdout
    assert done.stdout.endswith(" files, 2 would change\n")
    assert (rules / "rulebook.yaml").read_text("utf-8") == WRONG


def test_check_passes_on_the_shipped_rules() -> None:
    done = sangdo("fmt", "--check")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.endswith(" files, 0 would change\n")


def test_diff_prints_what_would_change_and_changes_nothing(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(WRONG, "utf-8")
    done = sangdo("fmt", "--diff", "a.yaml", folder=tmp_path)
    assert (done.returncode, done.stdout) == (0, DIFF)
    assert sangdo("fmt", "--diff", "--check", "a.yaml", folder=tmp_path).returncode == 5
    assert (tmp_path / "a.yaml").read_text("utf-8") == WRONG


def test_diff_marks_a_last_line_without_its_end(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(RIGHT.rstrip("\n"), "utf-8")
    done = sangdo("fmt", "--diff", "a.yaml", folder=tmp_path)
    assert done.stdout.endswith("en: a}\n\\ No newline at end of file\n+title: {ko: 가, en: a}\n")


def test_only_the_files_named_are_formatted(rules: Path) -> None:
    done = sangdo("fmt", "rules/rulebook.yaml", "rules/clauses.yaml", folder=rules.parent)
    assert done.stdout == "changed  rules/rulebook.yaml\n2 files, 1 changed\n"
    assert b"\r" in (rules / "existing" / "quadrant.test.yaml").read_bytes()


def test_a_dash_reads_stdin_and_writes_stdout() -> None:
    assert sangdo("fmt", "-", stdin=WRONG).stdout == RIGHT
    assert sangdo("fmt", "-", stdin=RIGHT).stdout == RIGHT
    checked = sangdo("fmt", "-", "--check", stdin=WRONG)
    assert (checked.returncode, checked.stdout) == (5, "")
    assert sangdo("fmt", "-", "--diff", stdin=WRONG).stdout == DIFF.replace("a.yaml", "<stdin>")


def test_a_link_stays_a_link_and_the_mode_of_a_file_stays(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(WRONG, "utf-8")
    (tmp_path / "a.yaml").chmod(0o664)
    (tmp_path / "b.yaml").symlink_to("a.yaml")
    assert sangdo("fmt", "b.yaml", folder=tmp_path).returncode == 0
    assert (tmp_path / "b.yaml").is_symlink()
    assert (tmp_path / "a.yaml").read_text("utf-8") == RIGHT
    assert (tmp_path / "a.yaml").stat().st_mode & 0o777 == 0o664


def test_nothing_is_written_when_one_file_is_wrong_and_all_problems_are_shown(rules: Path) -> None:
    (rules / "clauses.yaml").write_text("clauses: [\n", "utf-8")
    (rules / "vocabulary.yaml").write_text("facts: {a: &b 1}\n", "utf-8")
    done = sangdo("fmt", "--rules", "rules", folder=rules.parent)
    assert (done.returncode, done.stdout) == (3, "")
    assert "rules/clauses.yaml:2:1: cannot be read as YAML" in done.stderr
    assert "rules/vocabulary.yaml:1:12: anchors (&name) are not allowed" in done.stderr
    assert (rules / "rulebook.yaml").read_text("utf-8") == WRONG


@pytest.mark.parametrize(
    ("words", "code", "message"),
    [
        (["fmt", "nowhere.yaml"], 3, "nowhere.yaml: cannot be read: No such file or directory"),
        (["fmt", "."], 3, ".: cannot be read: Is a directory"),
        (["fmt", "-", "a.yaml"], 2, "- is stdin and stands alone, without other files"),
        (["fmt", "--rules", "nowhere"], 3, "nowhere: there is no such folder of rules"),
        (["fmt", "-"], 3, "<stdin>: the file is empty"),
    ],
)
def test_what_cannot_be_formatted_is_said_plainly(words: list[str], code: int, message: str, tmp_path: Path) -> None:
    done = sangdo(*words, folder=tmp_path)
    assert done.returncode == code
    assert message in done.stderr
    assert "Traceback" not in done.stderr
