"""The redaction: the texts of one customer go for good, and the log still verifies."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import psycopg
import pytest

from sangdo.engine.audit.replay import Replayer
from sangdo.engine.audit.store.log_url import LogUnusable
from sangdo.engine.audit.store.reader import LogReader
from sangdo.engine.audit.store.record import Entry
from sangdo.engine.audit.store.redaction import Redaction, redact
from sangdo.engine.audit.store.verification import verify
from sangdo.engine.audit.store.writer import LogWriter
from sangdo.engine.language.errors import NothingMatched
from sangdo.tests.audit import plans
from sangdo.tests.audit.entries import append, decision
from sangdo.tests.audit.postgresql import Server

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


@pytest.mark.parametrize("new", ["바른상사", "rule", "ST", "2026"])
def test_former_texts_that_a_later_plan_tells_go_too(log: str, new: str) -> None:
    """What changed since the last plan has the old name beside the new one."""
    reasons = "stability_level: low\nreasons: {stability_level: 둘째가 아프다}\n"
    renamed = plans.STEADY.replace("한빛상사", f'"{new}"') + "satisfaction: 2\n"
    plans.log(log, plans.decide(plans.STEADY + reasons), plans.decide(renamed))
    with LogWriter.open(log) as writer:
        redact(writer, "C-7", "Mira", "asked by letter")
    with LogReader.open(log) as reader:
        assert not verify(reader).faults
        first, second, _ = reader.records()
        replayer = Replayer(reader.release_files)
        assert [replayer.replay(one).differences for one in (first, second)] == [(), ()]
    facts = {one["fact"]: (one["before"], one["after"]) for one in second.body["plan"]["since"]["facts"]}
    assert all(text.startswith("redacted:") for text in facts["name"])
    told = json.dumps([first.body, second.body], ensure_ascii=False)
    assert not [text for text in ("한빛상사", "둘째가", "바른상사", '"2026"', '"ST"') if text in told]


def test_a_redaction_says_when_another_process_keeps_the_texts_in_the_journal(tmp_path: Path) -> None:
    log = tmp_path / "decisions.sqlite"
    append(str(log), decision(1))
    with closing(sqlite3.connect(log)) as reading, LogWriter.open(str(log)) as writer:
        append(str(log), decision(2, "C2", OTHER))
        reading.execute("BEGIN")
        reading.execute("SELECT COUNT(*) FROM records").fetchone()
        writer.connection.execute("PRAGMA busy_timeout = 1")
        assert not redact(writer, "C1", "Mira", "asked by letter").overwritten
        reading.rollback()
        assert redact(writer, "C2", "Mira", "asked by letter").overwritten


def test_a_name_that_is_a_word_of_the_rules_is_not_sealed_in_all_plans_to_come(log: str) -> None:
    plans.log(log, plans.decide(plans.STEADY.replace("한빛상사", "existing")))
    for satisfaction in (2, 3):
        plans.log(log, plans.decide(plans.STEADY + f"satisfaction: {satisfaction}\n"))
    with LogReader.open(log) as reader:
        assert [set(one.personal) >= {"existing"} for one in reader.records()] == [True, True, False]


def test_postgresql_keeps_no_texts_in_the_statistics_of_its_planner(server: Server) -> None:
    log = server.make_schema()
    append(log, *(decision(number) for number in range(30)))
    with psycopg.connect(log) as connection:
        connection.execute("ANALYZE personal")
        kept = connection.execute("SELECT attname FROM pg_stats WHERE schemaname = current_schema()").fetchall()
    assert {name for (name,) in kept} == {"seq", "digest"}
