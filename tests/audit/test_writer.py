"""The writer: a chain that many can write to, kept for good, and never changed."""

from __future__ import annotations

import re
import sqlite3
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from sangdo.engine.audit.store.connection import LogConnection
from sangdo.engine.audit.store.engine import make_engine
from sangdo.engine.audit.store.log_url import LogUnusable, parse_log_url
from sangdo.engine.audit.store.reader import LogReader
from sangdo.engine.audit.store.record import GENESIS, Entry
from sangdo.engine.audit.store.redaction import redact
from sangdo.engine.audit.store.tables import METADATA, VERSION_TABLE
from sangdo.engine.audit.store.verification import verify
from sangdo.engine.audit.store.version import LATEST, VERSIONS
from sangdo.engine.audit.store.writer import LogWriter
from sangdo.tests.audit.entries import OTHER_RULES, RELEASE, RULES, append, decision, start_writer
from sangdo.tests.audit.postgresql import Server

REFUSED = [
    "UPDATE records SET body = '{}' WHERE seq = 1",
    "UPDATE records SET seq = 9 WHERE seq = 2",
    "DELETE FROM records WHERE seq = 2",
    "UPDATE files SET content = content",
    "DELETE FROM files",
    "UPDATE release_files SET path = 'other'",
    "DELETE FROM release_files",
    "UPDATE personal SET value = 'other'",
    "UPDATE personal SET value = NULL",
    "UPDATE personal SET salt = NULL, value = NULL, seq = 7",
    "DELETE FROM personal",
    "UPDATE head SET seq = 1",
    "UPDATE head SET hash = 'other'",
    "UPDATE head SET seq = seq + 2",
    "DELETE FROM head",
]
REFUSED_BY_SQLITE = [
    "INSERT OR REPLACE INTO records SELECT * FROM records WHERE seq = 1",
    "INSERT OR REPLACE INTO personal SELECT seq, digest, salt, 'other' FROM personal",
    "INSERT OR REPLACE INTO head VALUES (1, 0, '')",
]
REFUSED_BY_POSTGRESQL = [f"TRUNCATE {name}" for name in ("records", "files", "release_files", "personal", "head")]


def chain(url: str) -> list[tuple[int, str, str]]:
    with LogReader.open(url) as reader:
        assert not verify(reader).faults
        return [(one.seq, one.previous, one.hash) for one in reader.records()]


def test_records_are_chained_from_the_first(log: str) -> None:
    receipts = append(log, decision(1), decision(2)) + append(log, decision(3))
    found = chain(log)
    assert [(seq, its_hash) for seq, _, its_hash in found] == [(one.seq, one.hash) for one in receipts]
    assert [previous for _, previous, _ in found] == [GENESIS, found[0][2], found[1][2]]


def test_a_record_comes_back_as_it_was_handed_in(log: str) -> None:
    moment = datetime(2026, 1, 2, 3, 4, 5, 6, UTC)
    entry = decision(7)
    with LogWriter.open(log) as writer:
        writer.append(entry, lambda: RULES, at=moment)
    with LogReader.open(log) as reader:
        (record,) = reader.records()
    assert (record.at, record.redacted) == (moment, False)
    told = ("kind", "by", "customer_id", "decision_id", "release", "terms", "body")
    assert [getattr(record, name) for name in told] == [getattr(entry, name) for name in told]


def test_what_is_personal_is_kept_apart_from_the_record(log: str) -> None:
    append(log, decision(1))
    with LogWriter.open(log) as writer:
        (body,) = writer.connection.execute("SELECT body FROM records").fetchone()
        kept = [value for (value,) in writer.connection.execute("SELECT value FROM personal").fetchall()]
    assert "한빛상사" not in body
    assert sorted(kept) == ["한빛상사", "한빛상사의 창고가 1월에 찬다"]


def test_the_files_of_a_release_are_kept_once_and_asked_for_once(log: str) -> None:
    asked = []

    def files() -> dict[str, bytes]:
        asked.append(True)
        return RULES

    for number in (1, 2):
        with LogWriter.open(log) as writer:
            writer.append(decision(number), files)
            writer.append(decision(number), files)
    append(log, decision(3, rules=OTHER_RULES), rules=OTHER_RULES)
    with LogReader.open(log) as reader:
        assert reader.release_files(RELEASE) == RULES
        assert len(reader.releases()) == 2
    with LogWriter.open(log) as writer:
        assert writer.connection.execute("SELECT COUNT(*) FROM files").fetchone()[0] == 4
    assert asked == [True]


def test_rules_edited_since_the_decision_stop_it_from_being_logged(log: str) -> None:
    append(log, decision(1, rules=OTHER_RULES), rules=OTHER_RULES)
    with LogWriter.open(log) as writer, pytest.raises(LogUnusable, match="no longer those"):
        writer.append(decision(2), lambda: OTHER_RULES)
    assert len(chain(log)) == 1


@pytest.mark.parametrize("where", ["by", "customer_id", "body"])
def test_a_text_that_no_database_can_keep_is_refused_whole(log: str, where: str) -> None:
    told = {"by": "Hana", "customer_id": "C1", "body": {"text": "fine"}}
    told[where] = {"text": "\udcff"} if where == "body" else "\udcff"
    entry = Entry("feedback", decision_id=None, release=None, terms=(), **told)  # type: ignore[arg-type]
    with LogWriter.open(log) as writer:
        with pytest.raises(LogUnusable, match="a character that no database can keep"):
            writer.append(entry)
        writer.append(decision(1), lambda: RULES)
    assert len(chain(log)) == 1


def test_a_text_with_a_zero_byte_loses_nothing_and_breaks_nothing(log: str) -> None:
    entry = Entry("feedback", "Hana", "C1", None, None, (), {"text": "a\0b"})
    append(log, entry)
    with LogReader.open(log) as reader:
        assert next(reader.records()).body == {"text": "a\0b"}


def test_an_entry_of_unknown_kind_or_with_a_torn_term_is_a_fault_of_the_program(log: str) -> None:
    with LogWriter.open(log) as writer:
        for kind, term in (("other", "rule:Q-1"), ("feedback", "rule:\nQ-1")):
            with pytest.raises(ValueError, match="not an entry"):
                writer.append(Entry(kind, "Hana", "C1", None, None, (term,), {}))
    assert chain(log) == []


@pytest.mark.parametrize("statement", REFUSED)
def test_the_database_refuses_to_change_what_is_written(log: str, statement: str) -> None:
    append(log, decision(1), decision(2))
    before = chain(log)
    _refuses(log, statement)
    assert chain(log) == before


@pytest.mark.parametrize("statement", REFUSED_BY_SQLITE)
def test_sqlite_refuses_to_replace_a_row(tmp_path: Path, statement: str) -> None:
    log = str(tmp_path / "decisions.sqlite")
    append(log, decision(1), decision(2))
    _refuses(log, statement)


@pytest.mark.parametrize("statement", REFUSED_BY_POSTGRESQL)
def test_postgresql_refuses_to_empty_a_table(server: Server, statement: str) -> None:
    log = server.make_schema()
    append(log, decision(1))
    _refuses(log, statement)


def _refuses(log: str, statement: str) -> None:
    connection = LogConnection.open(parse_log_url(log))
    try:
        with pytest.raises(LogUnusable, match="what is written stays"):
            connection.execute(statement)
    finally:
        connection.close()


def test_a_kept_file_is_not_replaced(tmp_path: Path) -> None:
    log = str(tmp_path / "decisions.sqlite")
    append(log, decision(1))
    with LogWriter.open(log) as writer:
        writer.connection.execute("INSERT OR REPLACE INTO files SELECT sha256, x'00' FROM files")
        writer.connection.execute("INSERT OR REPLACE INTO release_files SELECT release, path, '0' FROM release_files")
    assert len(chain(log)) == 1


def test_the_migrations_make_the_tables_that_the_reader_expects(log: str) -> None:
    append(log, decision(1))
    engine = make_engine(parse_log_url(log))
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"version_table": VERSION_TABLE})
        assert context.get_current_revision() == LATEST
        assert compare_metadata(context, METADATA) == []
    engine.dispose()


def test_every_migration_is_a_known_version_and_names_the_one_before() -> None:
    folder = Path(__file__).parents[2] / "engine" / "audit" / "store" / "migrations" / "versions"
    assert sorted(path.stem for path in folder.glob("v*.py")) == [f"v{version}" for version in VERSIONS]


def test_processes_that_make_the_same_log_at_once_all_write_to_it(log: str) -> None:
    _write_in_parallel(log, processes=4, each=25)


@pytest.mark.nightly
def test_eight_processes_with_two_thousand_decisions_each_lose_none(log: str) -> None:
    _write_in_parallel(log, processes=8, each=2000)


def _write_in_parallel(log: str, processes: int, each: int) -> None:
    started = [start_writer(log, number * each, each) for number in range(processes)]
    said = [process.communicate() for process in started]
    assert [(process.returncode, error) for process, (_, error) in zip(started, said, strict=True)] == [
        (0, "")
    ] * processes
    told = dict(line.split() for out, _ in said for line in out.splitlines())
    with LogReader.open(log) as reader:
        kept = {str(one.seq): one.decision_id for one in reader.records()}
        assert not verify(reader).faults
    assert kept == told
    assert sorted(kept.values()) == [f"{number:016x}" for number in range(processes * each)]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"seq,kind\n1,decision\n" * 20, "file is not a database"),
        (None, "is a folder"),
    ],
)
def test_what_is_no_database_is_not_written_to(tmp_path: Path, content: bytes | None, message: str) -> None:
    path = tmp_path / "decisions.sqlite"
    if content is None:
        path.mkdir()
    else:
        path.write_bytes(content)
    for opened in (LogWriter.open, LogReader.open):
        with pytest.raises(LogUnusable, match=message):
            opened(str(path))
    assert content is None or path.read_bytes() == content


def test_the_database_of_something_else_is_not_made_a_log(log: str) -> None:
    _run(log, "CREATE TABLE invoices (id INTEGER)")
    before = Path(log).read_bytes() if "://" not in log else b""
    for opened in (LogWriter.open, LogReader.open):
        with pytest.raises(LogUnusable, match="is a database, but no decision log"):
            opened(log)
    assert "://" in log or Path(log).read_bytes() == before


@pytest.mark.parametrize("said", ["DELETE FROM log_version", "INSERT INTO log_version VALUES ('0000')"])
def test_a_log_that_does_not_say_its_version_is_neither_taken_for_none_nor_made_anew(log: str, said: str) -> None:
    append(log, decision(1))
    _run(log, said)
    for opened in (LogWriter.open, LogReader.open):
        with pytest.raises(LogUnusable, match="does not say of which version"):
            opened(log)


def test_the_log_of_a_newer_sangdo_is_left_alone(log: str) -> None:
    append(log, decision(1))
    _run(log, "UPDATE log_version SET version_num = '9999'")
    for opened in (LogWriter.open, LogReader.open):
        with pytest.raises(LogUnusable, match='tables of version "9999"'):
            opened(log)


def test_a_log_without_its_head_takes_no_record(log: str) -> None:
    append(log, decision(1))
    on_table = " ON head" if "://" in log else ""
    _run(log, f"DROP TRIGGER head_never_go{on_table}", "DELETE FROM head")
    with LogWriter.open(log) as writer, pytest.raises(LogUnusable, match="lost its head"):
        writer.append(decision(2), lambda: RULES)
    with LogReader.open(log) as reader, pytest.raises(LogUnusable, match="lost its head"):
        reader.head()


def _run(log: str, *statements: str) -> None:
    if "://" in log:
        with psycopg.connect(log) as connection:
            for statement in statements:
                connection.execute(statement)  # type: ignore[arg-type]
    else:
        with sqlite3.connect(log) as file:
            for statement in statements:
                file.execute(statement)
        file.close()


def test_a_log_in_a_folder_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(LogUnusable, match="there is no folder"):
        LogWriter.open(str(tmp_path / "none" / "decisions.sqlite"))


@pytest.mark.parametrize("opened", [LogWriter.open, LogReader.open])
def test_a_server_that_does_not_answer_is_said_without_the_password(tmp_path: Path, opened: object) -> None:
    with pytest.raises(LogUnusable, match="the log cannot be used") as caught:
        opened(f"postgresql://rep:s3cret@/db?host={tmp_path}")  # type: ignore[operator]
    assert "s3cret" not in str(caught.value)
    assert "rep:***@" in str(caught.value)


def test_a_role_without_rights_is_refused(server: Server) -> None:
    log = server.make_schema()
    append(log, decision(1))
    _run(log, "CREATE ROLE guest LOGIN", "GRANT USAGE ON SCHEMA " + log.rpartition("D")[2] + " TO guest")
    with pytest.raises(LogUnusable, match="permission denied"):
        LogWriter.open(log.replace("owner@", "guest@"))


def test_the_documented_grants_are_enough_to_write_and_to_redact(server: Server) -> None:
    log = server.make_schema()
    append(log, decision(1))
    document = (Path(__file__).parents[2] / "docs" / "decision-log.md").read_text("utf-8")
    schema = log.rpartition("D")[2]
    (grants,) = re.findall(r"(?s)```sql\n(.*?)```", document)
    _run(log, "CREATE ROLE reps LOGIN", "CREATE ROLE office LOGIN IN ROLE reps")
    _run(log, f"GRANT USAGE ON SCHEMA {schema} TO reps", *grants.replace("public", schema).strip().splitlines())
    append(log.replace("owner@", "reps@"), decision(2))
    with LogWriter.open(log.replace("owner@", "reps@")) as writer:
        for statement in ("UPDATE records SET body = '{}'", "DELETE FROM records", "TRUNCATE personal"):
            with pytest.raises(LogUnusable, match="permission denied"):
                writer.connection.execute(statement)
            writer.connection.undo()
        with pytest.raises(LogUnusable, match="permission denied"):
            redact(writer, "C1", "Hana", "asked by letter")
    with LogWriter.open(log.replace("owner@", "office@")) as writer:
        assert redact(writer, "C1", "Mira", "asked by letter").records == 2
    assert len(chain(log)) == 3
