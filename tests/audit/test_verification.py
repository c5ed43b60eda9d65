"""The verification: nothing done to a log escapes it, and it names the first bad record."""

from __future__ import annotations

import shutil
import sqlite3
from pathlib import Path

import pytest

from sangdo.engine.audit.store.reader import LogReader
from sangdo.engine.audit.store.record import GENESIS, Anchor
from sangdo.engine.audit.store.verification import LogBroken, Verification, WrongAnchor, parse_anchor, verify
from sangdo.tests.audit.entries import append, decision
from sangdo.tests.audit.postgresql import Server
from sangdo.tests.audit.tampering import LAST, Tampering, fill, list_tamperings, tamper

TAMPERINGS = {one.name: one for one in list_tamperings()}
ON_POSTGRESQL = list(TAMPERINGS)[::9]


def check(url: str, anchor: Anchor | None = None) -> Verification:
    with LogReader.open(url) as reader:
        return verify(reader, anchor)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Anchor]:
    """A log as it was written, and its anchor."""
    path = tmp_path_factory.mktemp("log") / "decisions.sqlite"
    return path, fill(str(path))


def test_a_log_as_it_was_written_has_no_faults(log: str) -> None:
    anchor = fill(log)
    found = check(log, anchor)
    assert (found.records, found.head, found.faults) == (LAST, anchor, ())


def test_there_are_at_least_two_hundred_tamperings() -> None:
    assert len(TAMPERINGS) >= 200


@pytest.mark.parametrize("name", TAMPERINGS)
def test_a_tampering_is_found_and_the_first_bad_record_named(
    name: str, whole: tuple[Path, Anchor], tmp_path: Path
) -> None:
    path, anchor = whole
    copy = tmp_path / "decisions.sqlite"
    shutil.copy(path, copy)
    _finds(str(copy), TAMPERINGS[name], anchor)


@pytest.mark.parametrize("name", ON_POSTGRESQL)
def test_a_tampering_with_postgresql_is_found(name: str, server: Server) -> None:
    log = server.make_schema()
    _finds(log, TAMPERINGS[name], fill(log))


@pytest.mark.nightly
@pytest.mark.parametrize("name", sorted(set(TAMPERINGS) - set(ON_POSTGRESQL)))
def test_every_other_tampering_with_postgresql_is_found(name: str, server: Server) -> None:
    log = server.make_schema()
    _finds(log, TAMPERINGS[name], fill(log))


def _finds(log: str, tampering: Tampering, anchor: Anchor) -> None:
    tamper(log, tampering)
    found = check(log, anchor)
    assert found.faults
    assert found.faults[0].seq == tampering.bad, "\n".join(map(str, found.faults))
    with pytest.raises(LogBroken) as caught:
        found.confirm("decisions.sqlite")
    assert caught.value.exit_code == 8
    if tampering.bad is not None:
        assert str(caught.value).startswith(f"decisions.sqlite: record #{tampering.bad}: ")


def test_only_the_anchor_shows_that_the_tail_was_cut_off_with_the_head(log: str) -> None:
    anchor = fill(log)
    tamper(log, TAMPERINGS[f"cut from {LAST} with the head"])
    assert check(log).faults == ()
    (fault,) = check(log, anchor).faults
    assert str(fault) == f"record #{LAST}: the log was cut: the anchor is #{LAST}, its last record #{LAST - 1}"


def test_an_earlier_anchor_still_holds_when_the_log_has_grown(log: str) -> None:
    append(log, decision(1))
    with LogReader.open(log) as reader:
        anchor = reader.head()
    append(log, decision(2), decision(3))
    assert check(log, parse_anchor(str(anchor))).faults == ()
    assert check(log, Anchor(0, GENESIS)).faults == ()
    assert [fault.seq for fault in check(log, Anchor(2, anchor.hash)).faults] == [2]


def test_a_record_that_cannot_be_read_is_named(whole: tuple[Path, Anchor], tmp_path: Path) -> None:
    copy = tmp_path / "decisions.sqlite"
    shutil.copy(whole[0], copy)
    with sqlite3.connect(copy) as file:
        file.execute("DROP TRIGGER records_never_change")
        file.execute("UPDATE records SET body = CAST(x'ff22ff' AS TEXT) WHERE seq = 7")
    file.close()
    (fault,) = check(str(copy)).faults
    assert str(fault).startswith("record #7: cannot be read: ")


def test_values_of_another_type_are_found(whole: tuple[Path, Anchor], tmp_path: Path) -> None:
    changes = [
        "records SET body = x'00'",
        "records SET release = x'00'",
        "files SET content = 'x'",
        "head SET seq = 'x'",
    ]
    for number, change in enumerate(changes):
        copy = tmp_path / f"{number}.sqlite"
        shutil.copy(whole[0], copy)
        with sqlite3.connect(copy) as file:
            for (name,) in file.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
                file.execute(f"DROP TRIGGER {name}")
            file.execute(f"UPDATE {change}")
        file.close()
        assert check(str(copy)).faults, change


def test_of_many_faults_the_first_are_shown_and_the_rest_counted(whole: tuple[Path, Anchor], tmp_path: Path) -> None:
    copy = tmp_path / "decisions.sqlite"
    shutil.copy(whole[0], copy)
    with sqlite3.connect(copy) as file:
        file.execute("DROP TRIGGER records_never_change")
        file.execute("UPDATE records SET previous = 'x'")
    file.close()
    with pytest.raises(LogBroken) as caught:
        check(str(copy)).confirm("log")
    lines = str(caught.value).splitlines()
    assert lines[0].startswith("log: record #1: ")
    assert lines[20:] == ["log: and 14 more"]


@pytest.mark.parametrize("text", ["", "12", "12:abc", "x:" + "0" * 32, "1:" + "0" * 33, "-1:" + "0" * 32])
def test_what_is_no_anchor_is_refused(text: str) -> None:
    with pytest.raises(WrongAnchor, match="is no anchor") as caught:
        parse_anchor(text)
    assert caught.value.exit_code == 2
