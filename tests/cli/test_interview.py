"""plan --interactive: it asks the most decisive question first, saves each answer at once, and plans with them."""

from __future__ import annotations

import csv
import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from sangdo.cli import cli

CUSTOMERS = """\
customer_id,name,kind,standing,quadrant,role
C7,한빛상사,existing,rated,EII,end_customer
D1,가나상회,existing,rated,EI,dealer
"""


@pytest.fixture
def book(tmp_path: Path) -> Path:
    folder = tmp_path / "book"
    folder.mkdir()
    (folder / "book.yaml").write_text("as_of: 2026-06-30\ncurrency: KRW\n", encoding="utf-8")
    (folder / "customers.csv").write_text(CUSTOMERS, encoding="utf-8")
    return folder


def interview(book: Path, answers: str, *words: str, customer: str = "C7", language: str = "en") -> Result:
    given = ["plan", customer, "--book", str(book), "--interactive", "--by", "kim", "--lang", language, *words]
    return CliRunner().invoke(cli, given, input=answers, env={"SANGDO_CACHE": str(book.parent / "cache")})


def plan(book: Path, customer: str = "C7") -> str:
    words = ["plan", customer, "--book", str(book), "--lang", "en", "-f", "json"]
    return CliRunner().invoke(cli, words, env={"SANGDO_CACHE": str(book.parent / "cache")}).stdout


def saved(book: Path) -> list[dict[str, str]]:
    path = book / "observations.csv"
    if not path.exists():
        return []
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def test_answers_are_saved_and_the_plan_is_the_one_the_book_then_gives(book: Path) -> None:
    done = interview(book, "is unhappy with us\n2\nq\n", "-f", "json")
    assert done.exit_code == 0, done.stderr
    assert [(row["customer_id"], row["fact"], row["value"], row["date"], row["by"]) for row in saved(book)] == [
        ("C7", "stated_cause", "dissatisfaction", "2026-06-30", "kim"),
        ("C7", "competitor_offer", "equal", "2026-06-30", "kim"),
    ]
    assert done.stdout == plan(book)
    assert json.loads(done.stdout)["answers"]["churn_cause"] == ["dissatisfaction"]
    assert "Answers saved in observations.csv: 2." in done.stderr


def test_the_questions_go_to_stderr_the_most_decisive_first_with_what_answers_lead_to(book: Path) -> None:
    done = interview(book, "q\n", "-f", "json")
    first = json.loads(plan(book))["ask"][0]
    assert done.stderr.strip().startswith(first["question"])
    assert "1 wants to try something new · 2 a competitor gives more" in done.stderr
    assert "Something else → the plan stays as it is" in done.stderr
    assert saved(book) == []


def test_after_an_answer_the_rest_is_ranked_anew(book: Path) -> None:
    before = [one["fact"] for one in json.loads(plan(book))["ask"]]
    interview(book, "1\nq\n")
    after = [one["fact"] for one in json.loads(plan(book))["ask"]]
    assert before[0] == "stated_cause"
    assert [name for name in before if name in after] != after


def test_enter_passes_over_a_question_and_the_end_of_the_input_stops(book: Path) -> None:
    done = interview(book, "\n0\n", "-f", "json")
    assert done.exit_code == 0
    assert [row["fact"] for row in saved(book)] == ["open_complaints"]


def test_a_question_mark_says_which_rules_and_clauses_wait(book: Path) -> None:
    done = interview(book, "?\nq\n")
    assert "Rules that wait for this:" in done.stderr
    assert "- CC-4 [E3.0, house] They say they want something new" in done.stderr


def test_a_wrong_value_is_told_with_what_may_be_typed_and_is_asked_again(book: Path) -> None:
    done = interview(book, "novlty\nnovelty\nq\n")
    assert 'not an answer to this: "novlty"' in done.stderr
    assert "expected: 1 wants to try something new · 2 a competitor gives more" in done.stderr
    assert 'did you mean "novelty"?' in done.stderr
    assert [row["value"] for row in saved(book)] == ["novelty"]


def test_bytes_that_are_no_letters_are_a_wrong_value(book: Path) -> None:
    words = [sys.executable, "-m", "sangdo", "plan", "C7", "--book", str(book), "--interactive", "--by", "kim"]
    done = subprocess.run(words, input=b"\xff\xfe\nq\n", capture_output=True, env={**os.environ, "PYTHONUTF8": "1"})
    assert done.returncode == 0, done.stderr
    assert b"not an answer to this" in done.stderr
    assert saved(book) == []


def test_a_wrong_value_is_told_in_korean_with_the_labels_that_are_offered(book: Path) -> None:
    done = interview(book, "몰라요\nq\n", language="ko")
    assert '받을 수 없는 답: "몰라요"' in done.stderr
    assert "맞는 값: 1 새것을 써 보고 싶다 · 2 경쟁사가 더 준다" in done.stderr
    assert "stated_cause" not in done.stderr


def test_everything_is_asked_and_said_in_korean_too(book: Path) -> None:
    done = interview(book, "?\n우리에게 불만이 있다\nq\n", language="ko")
    assert "주문이 들쭉날쭉해진 까닭을 여쭤봐도 되겠습니까?" in done.stderr
    assert "다른 까닭 → 지금 계획 그대로" in done.stderr
    assert "이 답을 기다리는 규칙" in done.stderr
    assert "답 1개를 observations.csv에 저장했다." in done.stderr
    assert [row["value"] for row in saved(book)] == ["dissatisfaction"]


def test_a_fact_of_a_product_is_asked_with_its_name_and_saved_with_it(book: Path) -> None:
    (book / "products.csv").write_text("customer_id,product,product_trend\nD1,lager,0.5\n", encoding="utf-8")
    asks = json.loads(plan(book, "D1"))["ask"]
    place = [one.get("product") for one in asks].index("lager")
    done = interview(book, "\n" * place + f"{answer_for(asks[place])}\nq\n", customer="D1")
    assert done.exit_code == 0, done.stderr
    assert f"lager: {asks[place]['question']}" in done.stderr
    assert [(row["fact"], row["product"]) for row in saved(book)] == [(asks[place]["fact"], "lager")]


def answer_for(ask: dict[str, Any]) -> str:
    value = ask["leads_to"][0]["values"][0]
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value if not isinstance(value, dict) else next(iter(value.values()), 1))


def test_answers_about_a_facts_file_serve_the_plan_and_are_not_saved(tmp_path: Path) -> None:
    path = tmp_path / "c7.yaml"
    path.write_text("kind: existing\nstanding: rated\nquadrant: EII\n", encoding="utf-8")
    words = ["plan", "--facts", str(path), "--interactive", "--lang", "en", "-f", "json"]
    done = CliRunner().invoke(cli, words, input="novelty\nq\n")
    assert json.loads(done.stdout)["answers"]["churn_cause"] == ["novelty"]
    assert "Nothing was saved" in done.stderr
    assert [one.name for one in tmp_path.iterdir()] == ["c7.yaml"]


def test_facts_and_answers_cannot_both_come_from_stdin() -> None:
    done = CliRunner().invoke(cli, ["plan", "--facts", "-", "--interactive"], input="quadrant: EII\n")
    assert done.exit_code == 2
    assert "--interactive reads the answers from stdin" in done.stderr


def test_a_name_that_is_none_is_refused_before_the_first_question(book: Path) -> None:
    done = interview(book, "novelty\n", "--by", " ")
    assert done.exit_code == 2
    assert "--by is not a name" in done.stderr
    assert saved(book) == []


def test_the_environment_says_who_answers(book: Path) -> None:
    words = ["plan", "C7", "--book", str(book), "--interactive"]
    CliRunner().invoke(cli, words, input="novelty\nq\n", env={"SANGDO_BY": "이서연", "SANGDO_CACHE": str(book.parent)})
    assert [row["by"] for row in saved(book)] == ["이서연"]


def test_a_book_in_one_file_is_refused_before_the_first_question(tmp_path: Path) -> None:
    path = tmp_path / "orders.csv"
    path.write_text("customer_id,date,amount\nC7,2026-01-05,10\n", encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "sangdo", "plan", "C7", "--book", str(path), "--as-of", "2026-06-30", "--interactive"],
        input="1\n", capture_output=True, encoding="utf-8", check=False,
    )  # fmt: skip
    assert (done.returncode, done.stdout) == (6, "")
    assert "expected: a folder with the orders and observations.csv in it" in done.stderr
    assert ">" not in done.stderr


def hear_interrupts() -> None:
    """Heed Ctrl-C, which a process started in the background of a shell would ignore."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def test_an_interrupt_keeps_what_was_answered(book: Path) -> None:
    words = [sys.executable, "-m", "sangdo", "plan", "C7", "--book", str(book), "--interactive", "--by", "kim"]
    with subprocess.Popen(
        words,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**os.environ, "PYTHONUTF8": "1"},
        preexec_fn=hear_interrupts,
    ) as running:
        assert running.stdin is not None
        assert running.stderr is not None
        running.stdin.write(b"novelty\n")
        running.stdin.flush()
        heard = b""
        while heard.count(b"\n> ") < 2:
            heard += running.stderr.read(1)
        running.send_signal(signal.SIGINT)
        out, err = running.communicate(timeout=60)
    assert (running.returncode, out) == (130, b"")
    assert [row["value"] for row in saved(book)] == ["novelty"]
    assert b"Traceback" not in err
