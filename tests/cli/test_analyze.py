"""`sangdo analyze`: exit codes, what it writes and where, and how it watches."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from sangdo.cli import cli
from sangdo.commands import analyze
from sangdo.tests.language.breaking import BASE, write

INFO, WARNING = "unused_fact", "unused_answer"


def run(*words: str) -> Result:
    return CliRunner().invoke(cli, ["analyze", *words], env={"SANGDO_LANG": "en"})


@pytest.fixture
def rules(tmp_path: Path) -> Path:
    """The tiny rulebook, which has one warning and some infos."""
    return write(tmp_path / "rules", {})


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("--select", INFO), 0),
        (("--select", INFO, "--fail-level", "info"), 5),
        (("--select", WARNING), 5),
        (("--select", WARNING, "--fail-level", "error"), 0),
        (("--select", "twins", "--fail-level", "info"), 0),
    ],
)
def test_findings_at_or_above_the_fail_level_exit_with_5(rules: Path, words: tuple[str, ...], code: int) -> None:
    assert run("--rules", str(rules), *words).exit_code == code


def test_invalid_rules_exit_with_3_whatever_is_selected(rules: Path) -> None:
    (rules / "area/answer.yaml").write_text("question: [\n", "utf-8")
    done = run("--rules", str(rules), "--select", "twins")
    assert done.exit_code == 3
    assert "error  invalid" in done.stdout


def test_the_date_asked_for_is_the_one_analysed(rules: Path) -> None:
    done = run("--rules", str(rules), "--select", INFO, "--as-of", "2030-05-01", "-f", "json")
    assert json.loads(done.stdout)["dates"][0] == "2030-05-01"


@pytest.mark.parametrize(
    ("select", "message"),
    [
        ("twin", 'no finding has the code "twin"; did you mean "twins"?'),
        ("twins,", 'no finding has the code ""; expected some of gap, conflict'),
    ],
)
def test_a_code_that_does_not_exist_gets_the_nearest_one(select: str, message: str) -> None:
    done = run("--select", select)
    assert done.exit_code == 2
    assert message in " ".join(done.stderr.split())


def test_the_ending_of_the_file_names_the_format(rules: Path, tmp_path: Path) -> None:
    done = run("--rules", str(rules), "--select", INFO, "-o", str(tmp_path / "found.sarif"))
    assert (done.exit_code, done.stdout) == (0, "")
    assert json.loads((tmp_path / "found.sarif").read_text("utf-8"))["version"] == "2.1.0"


def test_what_is_accepted_but_not_found_is_noted(rules: Path) -> None:
    score = (BASE / "area/score.yaml").read_text("utf-8").replace("draft\n", 'draft\naccept: {twins: "once"}\n')
    (rules / "area/score.yaml").write_text(score, "utf-8")
    done = run("--rules", str(rules), "--select", "twins")
    assert done.stderr.endswith("score.yaml:6:10: twins is accepted, but not found\n")


def test_cases_are_written_into_a_folder_and_counted(rules: Path) -> None:
    done = run("--rules", str(rules), "--select", INFO, "--emit-cases", str(rules / "found"))
    assert (done.exit_code, done.stderr) == (0, f"note: 0 scenario files written to {rules / 'found'}\n")
    assert (rules / "found").is_dir()


def test_a_folder_that_cannot_be_written_is_said_plainly(rules: Path) -> None:
    done = run("--rules", str(rules), "--select", INFO, "--emit-cases", str(rules / "rulebook.yaml"))
    assert done.exit_code == 2
    assert "cannot write" in done.stderr


class Steps(threading.Event):
    """The pause between two looks: each time, the next thing happens; then the person presses Ctrl-C."""

    def __init__(self, *steps: Callable[[], object]) -> None:
        super().__init__()
        self._steps = iter(steps)

    def wait(self, timeout: float | None = None) -> bool:
        assert timeout == analyze.BETWEEN_LOOKS
        step = next(self._steps, None)
        if step is None:
            raise KeyboardInterrupt
        step()
        return False


def test_watching_analyses_again_after_each_change_until_interrupted(
    rules: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = rules / "area/fate.yaml"
    whole = path.read_text("utf-8")
    other = whole[whole.index("  - id") :].replace("F-1", "F-2").replace("true", "false").replace("drop", "keep")
    steps = Steps(
        lambda: path.write_text("question: [\n", "utf-8"),
        lambda: None,
        lambda: path.write_text(whole + other, "utf-8"),
    )
    monkeypatch.setattr(analyze, "Event", lambda: steps)
    done = run("--rules", str(rules), "--select", WARNING, "--watch")
    assert done.exit_code == 0
    summaries = [line for line in done.stdout.splitlines() if " errors, " in line or " error, " in line]
    assert [line.split(";")[0] for line in summaries] == [
        "0 errors, 1 warning, 0 infos",
        "1 error, 0 warnings, 0 infos",
        "0 errors, 0 warnings, 0 infos",
    ]
