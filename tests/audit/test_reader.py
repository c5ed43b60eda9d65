"""The reader: every filter, each call one snapshot, and clear words when there is nothing to read."""

from __future__ import annotations

import sqlite3
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from sangdo.engine.audit.store.connection import open_sqlite
from sangdo.engine.audit.store.log_url import LogUnusable
from sangdo.engine.audit.store.reader import BATCH, LogReader
from sangdo.engine.audit.store.record import Entry
from sangdo.engine.audit.store.writer import LogWriter
from sangdo.engine.language.errors import NothingMatched
from sangdo.tests.audit.entries import OTHER_RULES, RELEASE, RULES, append, decision

FEEDBACK = Entry("feedback", "Hana", "C2", f"{2:016x}", None, ("action:serve-first", "rule:Q-10"), {"said": "done"})


@pytest.fixture
def filled(log: str) -> str:
    """A log of two decisions of C1, one of C2 by other rules, and a feedback, on four days."""
    with LogWriter.open(log) as writer:
        writer.append(decision(1), lambda: RULES, datetime(2026, 1, 1, 0, 0, tzinfo=UTC))
        writer.append(
            decision(2, "C2", rules=OTHER_RULES), lambda: OTHER_RULES, datetime(2026, 1, 2, 23, 59, tzinfo=UTC)
        )
        writer.append(decision(1), lambda: RULES, datetime(2026, 1, 3, 0, 0, tzinfo=UTC))
        writer.append(FEEDBACK, at=datetime(2026, 1, 4, 12, 0, tzinfo=UTC))
    return log


@pytest.mark.parametrize(
    ("conditions", "expected"),
    [
        ({}, [1, 2, 3, 4]),
        ({"newest_first": True}, [4, 3, 2, 1]),
        ({"newest_first": True, "limit": 2}, [4, 3]),
        ({"kinds": ("decision",)}, [1, 2, 3]),
        ({"kinds": ("feedback", "redaction")}, [4]),
        ({"since": date(2026, 1, 2)}, [2, 3, 4]),
        ({"until": date(2026, 1, 2)}, [1, 2]),
        ({"since": date(2026, 1, 2), "until": date(2026, 1, 3)}, [2, 3]),
        ({"customer": "C2"}, [2, 4]),
        ({"customer": "c2"}, []),
        ({"decision": f"{1:016x}"}, [1, 3]),
        ({"terms": ("rule:Q-1",)}, [1, 2, 3]),
        ({"terms": ("rule:q-1",)}, []),
        ({"terms": ("rule:Q",)}, []),
        ({"terms": ("rule:Q-1", "clause:E1")}, [1, 2, 3]),
        ({"terms": ("rule:Q-1", "action:serve-first")}, []),
        ({"terms": ("rule:Q_1",)}, []),
        ({"terms": ("rule:Q-1%",)}, []),
        ({"release": RELEASE}, [1, 3]),
        ({"release": RELEASE[:8]}, [1, 3]),
        ({"release": "%"}, []),
    ],
)
def test_records_are_those_that_meet_all_conditions(
    filled: str, conditions: dict[str, Any], expected: list[int]
) -> None:
    with LogReader.open(filled) as reader:
        assert [record.seq for record in reader.records(**conditions)] == expected


def test_an_id_finds_the_newest_decision_and_a_number_its_record(filled: str) -> None:
    with LogReader.open(filled) as reader:
        assert reader.find(f"{1:016x}").seq == 3
        assert reader.find(f"{2:016x}").kind == "decision"
        assert reader.find("#4").body == {"said": "done"}


@pytest.mark.parametrize("name", ["000000000000000", "#5", "#x", "#" + "9" * 30, ""])
def test_a_record_that_is_not_there_is_said(filled: str, name: str) -> None:
    with LogReader.open(filled) as reader, pytest.raises(NothingMatched, match=f'no record "{name}"') as caught:
        reader.find(name)
    assert ("did you mean" in str(caught.value)) is (name == "000000000000000")


def test_a_release_that_is_not_kept_is_said(filled: str) -> None:
    with LogReader.open(filled) as reader, pytest.raises(NothingMatched, match='keeps no release "f00"'):
        reader.release_files("f00")


def test_more_records_than_one_batch_come_in_order_while_others_are_written(log: str) -> None:
    count = BATCH + 5
    with LogWriter.open(log) as writer:
        for number in range(count):
            writer.append(decision(number), lambda: RULES)
        with LogReader.open(log) as reader:
            found = reader.records()
            first = next(found)
            writer.append(decision(count), lambda: RULES)
            assert [first.seq, *(record.seq for record in found)] == list(range(1, count + 1))
            assert reader.head().seq == count + 1
            assert len(list(reader.records())) == count + 1


def test_an_empty_log_ends_where_it_begins(log: str) -> None:
    append(log)
    with LogReader.open(log) as reader:
        assert str(reader.head()) == "0:" + "0" * 32
        assert list(reader.records()) == []


def test_a_log_that_is_not_there_is_nothing_to_read_and_is_not_made(tmp_path: Path) -> None:
    path = tmp_path / "decisions.sqlite"
    for opened in (LogReader.open, LogWriter.open_existing):
        with pytest.raises(NothingMatched, match="there is no decision log"):
            opened(str(path))
    assert not path.exists()


def test_a_database_without_tables_is_no_log_to_read(log: str) -> None:
    if "://" not in log:
        open_sqlite(Path(log)).close()
    with pytest.raises(NothingMatched, match="there is no decision log"):
        LogReader.open(log)


@pytest.mark.parametrize("body", ["{", "[]", '{"a": 1'])
def test_a_damaged_record_is_named(tmp_path: Path, body: str) -> None:
    log = tmp_path / "decisions.sqlite"
    append(str(log), decision(1), decision(2))
    with sqlite3.connect(log) as file:
        file.execute("DROP TRIGGER records_never_change")
        file.execute("UPDATE records SET body = ? WHERE seq = 2", (body,))
    file.close()
    with LogReader.open(str(log)) as reader, pytest.raises(LogUnusable, match="record #2 is damaged"):
        list(reader.records())


def test_a_torn_file_is_said(tmp_path: Path) -> None:
    log = tmp_path / "decisions.sqlite"
    append(str(log), *(decision(number) for number in range(100)))
    content = log.read_bytes()
    log.write_bytes(content[:4096] + b"\xff" * (len(content) - 4096))
    with pytest.raises(LogUnusable, match=r"cannot be (used|read)"), LogReader.open(str(log)) as reader:
        list(reader.records())


def test_a_log_can_be_read_where_nothing_may_be_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    log = tmp_path / "decisions.sqlite"
    append(str(log), decision(1))
    monkeypatch.setattr("os.access", lambda *_: False)
    with LogReader.open(str(log)) as reader:
        assert len(list(reader.records())) == 1
    assert [path.name for path in tmp_path.iterdir()] == ["decisions.sqlite"]
