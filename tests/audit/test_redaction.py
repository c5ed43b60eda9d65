"""The redaction: the texts of one customer go for good, and the log still verifies."""

from __future__ import annotations

from pathlib import Path

import pytest

from sangdo.engine.audit.store.log_url import LogUnusable
from sangdo.engine.audit.store.reader import LogReader
from sangdo.engine.audit.store.record import Entry
from sangdo.engine.audit.store.redaction import Redaction, redact
from sangdo.engine.audit.store.verification import verify
from sangdo.engine.audit.store.writer import LogWriter
from sangdo.engine.language.errors import NothingMatched
from sangdo.tests.audit.entries import append, decision

OTHER = "청산상회"
FEEDBACK = Entry("feedback", "Hana", "C1", f"{1:016x}", None, (), {"reason": "사장이 바빴다"}, ("사장이 바빴다",))


@pytest.fixture
def filled(log: str) -> str:
    append(log, decision(1), decision(2, "C2", OTHER), FEEDBACK)
    return log


def test_the_texts_of_the_customer_go_and_those_of_others_stay(filled: str) -> None:
    with LogWriter.open(filled) as writer:
        done = redact(writer, "C1", "Mira", "asked for by letter")
    assert done == Redaction(seq=4, records=2, texts=3)
    with LogReader.open(filled) as reader:
        first, second, third, fourth = reader.records()
        assert not verify(reader).faults
    assert [one.redacted for one in (first, second, third, fourth)] == [True, False, True, False]
    assert first.body["facts"]["name"].startswith("redacted:")
    assert first.body["plan"]["answers"] == {"quadrant": "EI", "net_benefit": -12.5}
    assert third.body["reason"].startswith("redacted:")
    assert second.body["facts"]["name"] == OTHER
    assert (fourth.kind, fourth.by, fourth.customer_id) == ("redaction", "Mira", "C1")
    assert fourth.body["reason"] == "asked for by letter"
    assert {seq: len(digests) for seq, digests in fourth.body["redacted"].items()} == {"1": 2, "3": 1}


def test_nothing_of_the_texts_is_left_in_the_files(tmp_path: Path) -> None:
    log = tmp_path / "decisions.sqlite"
    append(str(log), *(decision(number) for number in range(30)), decision(30, "C2", OTHER))
    with LogWriter.open(str(log)) as writer:
        redact(writer, "C1", "Mira", "asked for by letter")
        left = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert OTHER.encode() in left
    assert "한빛상사".encode() not in left


def test_a_later_decision_is_redacted_by_a_later_redaction(filled: str) -> None:
    with LogWriter.open(filled) as writer:
        redact(writer, "C1", "Mira", "asked for by letter")
        append(filled, decision(3))
        assert redact(writer, "C1", "Mira", "asked for again") == Redaction(seq=6, records=1, texts=2)
    with LogReader.open(filled) as reader:
        assert not verify(reader).faults


@pytest.mark.parametrize("customer", ["C3", "c1", ""])
def test_a_customer_without_texts_is_nothing_to_redact(filled: str, customer: str) -> None:
    with LogWriter.open(filled) as writer, pytest.raises(NothingMatched, match="nothing to redact"):
        redact(writer, customer, "Mira", "asked for by letter")
    with LogReader.open(filled) as reader:
        assert reader.head().seq == 3


def test_a_reason_that_names_the_customer_is_refused(filled: str) -> None:
    with LogWriter.open(filled) as writer, pytest.raises(LogUnusable, match="it names the customer"):
        redact(writer, "C1", "Mira", "한빛상사의 요청")
    with LogReader.open(filled) as reader:
        assert not any(record.redacted for record in reader.records())
