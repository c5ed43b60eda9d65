"""sangdo log verify, head and redact: what they print, and what they say when something is wrong."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from sangdo.cli import cli
from sangdo.engine.audit.store.log_url import LogUnusable
from sangdo.engine.audit.store.reader import LogReader
from sangdo.engine.audit.store.verification import LogBroken, WrongAnchor
from sangdo.engine.language.errors import NothingMatched
from sangdo.tests.audit.entries import append, decision


def sangdo_log(*words: str, **environment: str) -> Result:
    return CliRunner().invoke(cli, ["log", *words], env={"SANGDO_LOG": None, "SANGDO_BOOK": None, **environment})


@pytest.fixture
def book(tmp_path: Path) -> Path:
    """A folder with a log of two decisions beside its files."""
    append(str(tmp_path / "decisions.sqlite"), decision(1), decision(2))
    return tmp_path


def test_the_anchor_that_head_prints_is_one_that_verify_takes(book: Path) -> None:
    head = sangdo_log("head", "--book", str(book)).output.strip()
    assert head.startswith("2:")
    assert len(head) == 34
    done = sangdo_log("verify", "--book", str(book), "--head", head)
    assert (done.exit_code, done.output) == (0, f"2 records, head {head}: no problems\n")


def test_the_log_may_be_named_by_option_or_environment(book: Path) -> None:
    path = str(book / "decisions.sqlite")
    by_option = sangdo_log("head", "--log", f"sqlite:///{path}")
    by_environment = sangdo_log("head", SANGDO_LOG=path)
    assert by_option.output == by_environment.output == sangdo_log("head", "--book", str(book)).output


def test_the_log_of_a_lone_file_of_orders_stands_beside_it(tmp_path: Path) -> None:
    orders = tmp_path / "orders.csv"
    orders.write_text("customer_id,date,amount\n", "utf-8")
    append(str(tmp_path / "orders.decisions.sqlite"), decision(1))
    assert sangdo_log("head", "--book", str(orders)).output.startswith("1:")


def test_a_tampered_log_is_named_with_exit_code_8(book: Path) -> None:
    with sqlite3.connect(book / "decisions.sqlite") as file:
        file.execute("DROP TRIGGER records_never_change")
        file.execute("UPDATE records SET customer_id = 'C9' WHERE seq = 2")
    file.close()
    done = sangdo_log("verify", "--book", str(book))
    assert isinstance(done.exception, LogBroken)
    assert done.exception.exit_code == 8
    assert "decisions.sqlite: record #2: was changed" in str(done.exception)


def test_a_redaction_says_what_it_did_and_who_asked_for_it(book: Path) -> None:
    done = sangdo_log("redact", "C1", "--reason", "asked by letter", "--by", "Mira", "--book", str(book))
    assert (done.exit_code, done.output) == (0, "C1: texts redacted: 4, in records: 2; recorded as #3\n")
    with LogReader.open(str(book / "decisions.sqlite")) as reader:
        assert (reader.find("#3").by, reader.find("#3").body["reason"]) == ("Mira", "asked by letter")


@pytest.mark.parametrize(
    ("words", "error", "message"),
    [
        (("head", "--log", "none/decisions.sqlite"), NothingMatched, "there is no decision log"),
        (("redact", "C1", "--reason", "x", "--log", "none.sqlite"), NothingMatched, "there is no decision log"),
        (("verify", "--log", "mysql://host/db"), LogUnusable, 'no log can be kept by "mysql"'),
        (("verify", "--log", "x.sqlite", "--head", "12"), WrongAnchor, '"12" is no anchor'),
    ],
)
def test_what_is_wrong_is_said(words: tuple[str, ...], error: type[Exception], message: str) -> None:
    done = sangdo_log(*words)
    assert isinstance(done.exception, error)
    assert message in str(done.exception)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("head",), "give either --log URL or --book PATH"),
        (("verfy",), 'no verb "verfy". Did you mean "verify"?'),
        (("redact", "C1", "--log", "x.sqlite"), "Missing option '--reason'"),
    ],
)
def test_a_command_that_is_not_understood_is_exit_code_2(words: tuple[str, ...], message: str) -> None:
    done = sangdo_log(*words)
    assert done.exit_code == 2
    assert message in done.output
