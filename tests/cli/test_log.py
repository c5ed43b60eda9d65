"""Plans are logged before they are printed, and the verbs of the log show what was kept."""

from __future__ import annotations

import csv
import json
import shutil
from itertools import pairwise
from pathlib import Path

import pytest

from sangdo.tests.cli.test_verbs import ROOT, sangdo

CUSTOMER = "12360"


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The example book with two plans of one customer in its log."""
    ignored = shutil.ignore_patterns("*.sqlite*")
    book = Path(shutil.copytree(ROOT / "examples" / "book", tmp_path_factory.mktemp("b") / "book", ignore=ignored))
    for day in ("2011-05-20", "2011-06-01"):
        done = sangdo("plan", CUSTOMER, "--book", str(book), "--as-of", day, "--by", "Hana", "-q", SANGDO_LOG="")
        assert (done.returncode, done.stderr) == (0, "")
    return book


def log(book: Path, *words: str) -> str:
    done = sangdo("log", *words, "--book", str(book), SANGDO_LOG="")
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_a_book_has_its_log_beside_its_files_and_lists_who_asked_and_when(book: Path) -> None:
    rows = json.loads(log(book, "list", "-o", "json"))
    assert [(row["seq"], row["customer"], row["as_of"], row["by"]) for row in rows] == [
        (1, CUSTOMER, "2011-05-20", "Hana"), (2, CUSTOMER, "2011-06-01", "Hana"),
    ]  # fmt: skip
    assert [row["answers"] for row in rows] == ["EIV clear_out investigate", "EIII develop"]
    table = log(book, "list", "--answer", "quadrant=EIII").splitlines()
    assert table[0].split()[:4] == ["seq", "at", "by", "customer"]
    assert len(table) == 2
    assert [row["decision"] for row in csv.DictReader(log(book, "list", "-o", "csv").splitlines())] == [
        row["decision"] for row in rows
    ]


def test_a_logged_plan_is_shown_as_it_was_with_its_record(book: Path) -> None:
    again = sangdo("plan", CUSTOMER, "--book", str(book), "--as-of", "2011-06-01", "--log", "none", "-q").stdout
    shown = log(book, "show", "#2")
    assert "Logged: no. 2, " in shown
    assert "UTC, by Hana" in " ".join(shown.split())
    assert "Since the last plan (20 May 2011)" in shown
    assert again[again.index("== Why we say so") : again.index("Rulebook:")] in shown
    whole = json.loads(log(book, "show", "#2", "-f", "json"))
    assert whole["body"]["plan"]["since"]["as_of"] == "2011-05-20"
    assert "<title>" in log(book, "show", "#2", "-f", "html")


def test_a_plan_shows_what_changed_and_the_same_plan_again_is_the_same_bytes(book: Path) -> None:
    words = ("plan", CUSTOMER, "--book", str(book), "--as-of", "2011-06-01", "-f", "json")
    first, second = (sangdo(*words, "--log", str(book / "decisions.sqlite")).stdout for _ in range(2))
    assert first == second
    since = json.loads(first)["since"]
    assert {one["by"] for one in since["answers"]} == {"data"}


def test_replay_of_all_is_identical_and_other_rules_show_their_changes(book: Path, tmp_path: Path) -> None:
    assert log(book, "replay", "--all", "-q").endswith(" identical, 0 different\n")
    assert log(book, "replay", "#1").endswith("1 identical, 0 different\n")
    rules = Path(shutil.copytree(ROOT / "rules", tmp_path / "rules"))
    level = rules / "existing" / "stability_level.yaml"
    level.write_text(level.read_text("utf-8").replace(": stability_line}", ": 0.1}"), "utf-8")
    table = log(book, "replay", "--all", "--rules", str(rules), "-q")
    assert "quadrant: EIV -> EIII" in table
    assert "SL-1; SL-2" in table
    changes = json.loads(log(book, "replay", "--all", "--rules", str(rules), "-q", "-o", "json"))
    assert changes["totals"]["changed"] == 1


def test_export_writes_whole_records_a_line_each(book: Path, tmp_path: Path) -> None:
    target = tmp_path / "all.jsonl"
    assert log(book, "export", "-o", str(target)) == ""
    records = [json.loads(line) for line in target.read_text("utf-8").splitlines()]
    assert [record["seq"] for record in records] == list(range(1, len(records) + 1))
    assert records[0]["body"]["facts"]["customer_id"] == CUSTOMER
    assert all(after["previous"] == before["hash"] for before, after in pairwise(records))


def test_feedback_is_logged_and_counted(book: Path) -> None:
    decision = json.loads(log(book, "list", "-o", "json"))[0]["decision"]
    words = ("feedback", decision, "wrong", "--action", "weigh-profit", "--book", str(book))
    refused = sangdo(*words, SANGDO_LOG="")
    assert refused.returncode == 2
    assert "say why it was wrong: --reason TEXT" in refused.stderr
    actions = json.loads(log(book, "show", decision, "-f", "json"))["body"]["plan"]["actions"]
    done = sangdo(
        "feedback", decision, "wrong", "--action", actions[0]["id"], "--reason", "x", "--book", str(book), SANGDO_LOG=""
    )
    assert done.returncode == 0, done.stderr
    scores = json.loads(log(book, "scorecard", "-o", "json"))
    (score,) = [one for one in scores if (one["subject"], one["name"]) == ("action", actions[0]["id"])]
    assert (score["plans"], score["wrong"], score["wrong_share"]) == (1, 1, 1.0)
    assert "| rule |" in log(book, "scorecard", "-o", "md")


def test_a_facts_file_is_logged_only_when_a_log_is_named(tmp_path: Path) -> None:
    (tmp_path / "c.yaml").write_text("customer_id: C7\nquadrant: EIV\n", "utf-8")
    assert sangdo("plan", "--facts", "c.yaml", folder=tmp_path, SANGDO_LOG="").returncode == 0
    assert [path.name for path in tmp_path.iterdir()] == ["c.yaml"]
    assert sangdo("plan", "--facts", "c.yaml", "--log", "d.sqlite", folder=tmp_path).returncode == 0
    listed = sangdo("log", "list", "--log", "sqlite:///d.sqlite", "-o", "json", folder=tmp_path)
    assert [row["customer"] for row in json.loads(listed.stdout)] == ["C7"]


def test_a_default_log_that_cannot_be_written_is_a_note_and_a_named_one_an_error(book: Path, tmp_path: Path) -> None:
    copy = Path(shutil.copytree(book, tmp_path / "book", ignore=shutil.ignore_patterns("*.sqlite*")))
    (copy / "decisions.sqlite").mkdir()
    words = ("plan", CUSTOMER, "--book", str(copy), "--as-of", "2011-06-01")
    done = sangdo(*words, SANGDO_LOG="")
    assert (done.returncode, "this plan is not in the decision log" in done.stderr) == (0, True)
    assert "== The aim" in done.stdout
    named = sangdo(*words, "--log", str(copy / "decisions.sqlite"))
    assert (named.returncode, named.stdout) == (6, "")


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["list", "--customer", "1236"], 7, 'did you mean "12360"'),
        (["list", "--answer", "quadrant"], 2, "expected question=value"),
        (["list", "--since", "soon"], 2, "expected YYYY-MM-DD"),
        (["list", "--until", "2001-01-01"], 7, "no record of the log meets --until 2001-01-01"),
        (["replay"], 2, "give either ID or --all"),
        (["replay", "#1", "--rules", "rules"], 2, "--rules goes with --all"),
        (["replay", "#99"], 7, 'no record "#99"'),
        (["show", "nothing"], 7, 'no record "nothing"'),
    ],
)
def test_what_is_not_understood_or_not_there_is_said(book: Path, words: list[str], code: int, said: str) -> None:
    done = sangdo("log", *words, "--book", str(book), SANGDO_LOG="")
    assert (done.returncode, done.stdout) == (code, "")
    assert said in done.stderr
    assert "Traceback" not in done.stderr
