"""Ways to tamper with a log of twelve records, each with the number of the first record that is then bad."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from typing import Any

import psycopg

from sangdo.engine.audit.store.reader import LogReader
from sangdo.engine.audit.store.record import GENESIS, Anchor, record_hash
from sangdo.engine.audit.store.redaction import redact
from sangdo.engine.audit.store.writer import LogWriter
from sangdo.tests.audit.entries import OTHER_RULES, RELEASE, RULES, decision

LAST = 12
REDACTION = 11
"""The record of the redaction of C2, whose records are the even ones before it."""
OTHER_FROM = 6
"""The first record by the other rules."""
COLUMNS = ("kind", "at", '"by"', "customer_id", "decision_id", "release", "terms", "body", "previous", "hash")
TABLES = ("records", "personal", "files", "release_files", "head")


class Database:
    """A log's database, open to anything, with triggers and checks out of the way."""

    def __init__(self, url: str) -> None:
        self._is_sqlite = "://" not in url
        self._raw: Any = sqlite3.connect(url) if self._is_sqlite else psycopg.connect(url)
        if self._is_sqlite:
            self.run("PRAGMA ignore_check_constraints = ON")
            for (name,) in self.rows("SELECT name FROM sqlite_master WHERE type = 'trigger'"):
                self.run(f"DROP TRIGGER {name}")
        else:
            self.run("ALTER TABLE head DROP CONSTRAINT one_head")
            for table in TABLES:
                self.run(f"ALTER TABLE {table} DISABLE TRIGGER USER")

    def run(self, statement: str, *values: object) -> None:
        self._execute(statement, values)

    def rows(self, statement: str, *values: object) -> list[tuple[Any, ...]]:
        return list(self._execute(statement, values).fetchall())

    def loosen(self, table: str) -> None:
        """Take keys and types from a table."""
        if self._is_sqlite:
            columns = ", ".join(f'"{row[1]}"' for row in self.rows(f"PRAGMA table_info({table})"))
            self.run(f"CREATE TABLE loose ({columns})")
            self.run(f"INSERT INTO loose SELECT * FROM {table}")
            self.run(f"DROP TABLE {table}")
            self.run(f"ALTER TABLE loose RENAME TO {table}")
        else:
            self.run(f"ALTER TABLE {table} DROP CONSTRAINT {table}_pkey")
            for (column,) in self.rows(
                "SELECT attname FROM pg_attribute WHERE attrelid = ?::regclass AND attnum > 0", table
            ):
                self.run(f'ALTER TABLE {table} ALTER COLUMN "{column}" DROP NOT NULL')

    def close(self) -> None:
        self._raw.commit()
        self._raw.close()

    def _execute(self, statement: str, values: Sequence[object]) -> Any:
        return self._raw.execute(statement if self._is_sqlite else statement.replace("?", "%s"), values)


Steps = Callable[[Database], None]


@dataclass(frozen=True)
class Tampering:
    """What is done, and the first record that is then bad (None: it belongs to no record)."""

    name: str
    steps: Steps
    bad: int | None


def tamper(url: str, tampering: Tampering) -> None:
    """Tamper with a log."""
    with closing(Database(url)) as database:
        tampering.steps(database)


def fill(url: str) -> Anchor:
    """Write the twelve records: ten decisions by two releases, a redaction, one more decision. Returns the anchor."""
    with LogWriter.open(url) as writer:
        for number in range(1, REDACTION):
            rules = RULES if number < OTHER_FROM else OTHER_RULES
            writer.append(decision(number, f"C{2 - number % 2}", rules=rules), lambda rules=rules: rules)  # type: ignore[misc]
        redact(writer, "C2", "Mira", "asked for by letter")
        writer.append(decision(LAST), lambda: RULES)
    with LogReader.open(url) as reader:
        return reader.head()


def list_tamperings() -> Iterator[Tampering]:
    """Yield every tampering."""
    yield from _changes()
    yield from _deletions()
    yield from _reorderings()
    yield from _insertions()
    yield from _truncations()
    yield from _texts()
    yield from _rules()
    yield from _heads()
    yield from _without_constraints()


def _said(statement: str, *values: object) -> Steps:
    return lambda database: database.run(statement, *values)


def _changes() -> Iterator[Tampering]:
    for seq in range(1, LAST + 1):
        for column in COLUMNS:
            change = f"UPDATE records SET {column} = COALESCE({column}, '') || 'x' WHERE seq = ?"
            yield Tampering(f"change {column} of {seq}", _said(change, seq), seq)
        yield Tampering(f"renumber {seq}", _said("UPDATE records SET seq = 1000 WHERE seq = ?", seq), seq)
    for seq in (1, 6, LAST):
        for column in ("decision_id", "release"):
            yield Tampering(
                f"empty {column} of {seq}", _said(f"UPDATE records SET {column} = NULL WHERE seq = ?", seq), seq
            )
        yield Tampering(
            f"change and hash again {seq}",
            lambda database, seq=seq: _change_and_hash(database, seq),
            min(seq + 1, LAST),
        )


def _change_and_hash(database: Database, seq: int) -> None:
    """Give a changed record its right hash: the next one, or the head, no longer follows it."""
    database.run("UPDATE records SET \"by\" = 'x' WHERE seq = ?", seq)
    (row,) = database.rows("SELECT * FROM records WHERE seq = ?", seq)
    database.run("UPDATE records SET hash = ? WHERE seq = ?", record_hash(row[:-1]), seq)


def _deletions() -> Iterator[Tampering]:
    for seq in range(1, LAST + 1):
        yield Tampering(f"delete {seq}", _said("DELETE FROM records WHERE seq = ?", seq), seq)

        def close_gap(database: Database, seq: int = seq) -> None:
            database.run("DELETE FROM records WHERE seq = ?", seq)
            for later in range(seq + 1, LAST + 1):
                database.run("UPDATE records SET seq = ? WHERE seq = ?", later - 1, later)

        yield Tampering(f"delete {seq} and close the gap", close_gap, seq)


def _reorderings() -> Iterator[Tampering]:
    for seq in range(1, LAST):

        def swap(database: Database, seq: int = seq) -> None:
            for old, new in ((seq, 999), (seq + 1, seq), (999, seq + 1)):
                database.run("UPDATE records SET seq = ? WHERE seq = ?", new, old)

        def swap_bodies(database: Database, seq: int = seq) -> None:
            (one,), (other,) = database.rows("SELECT body FROM records WHERE seq IN (?, ?) ORDER BY seq", seq, seq + 1)
            database.run("UPDATE records SET body = ? WHERE seq = ?", other, seq)
            database.run("UPDATE records SET body = ? WHERE seq = ?", one, seq + 1)

        yield Tampering(f"swap {seq} and the next", swap, seq)
        yield Tampering(f"swap the bodies of {seq} and the next", swap_bodies, seq)


def _insertions() -> Iterator[Tampering]:
    for seq in range(1, LAST + 2):

        def insert(database: Database, seq: int = seq) -> None:
            for later in range(LAST, seq - 1, -1):
                database.run("UPDATE records SET seq = ? WHERE seq = ?", later + 1, later)
            previous = database.rows("SELECT hash FROM records WHERE seq = ?", seq - 1)
            content = (seq, "feedback", "2026-01-01T00:00:00.000000Z", "x", "C1", None, None, "\n", "{}")
            content += (previous[0][0] if previous else GENESIS,)  # type: ignore[assignment]
            database.run(f"INSERT INTO records VALUES ({', '.join('?' * 11)})", *content, record_hash(content))

        # The forged record has nothing wrong in itself but the texts of the record that had its number; the redaction
        # had none, so that there the first that cannot be right is the next one.
        yield Tampering(f"insert before {seq}", insert, seq + 1 if seq == REDACTION else seq)


def _truncations() -> Iterator[Tampering]:
    for seq in range(1, LAST + 1):

        def cut(database: Database, seq: int = seq) -> None:
            database.run("DELETE FROM records WHERE seq >= ?", seq)

        def cut_clean(database: Database, seq: int = seq) -> None:
            cut(database, seq)
            database.run("DELETE FROM personal WHERE seq >= ?", seq)
            _set_head(database)
            _drop_unused_rules(database)

        def write_anew(database: Database, seq: int = seq) -> None:
            database.run("UPDATE records SET \"by\" = 'x' WHERE seq = ?", seq)
            previous = GENESIS
            for row in database.rows("SELECT * FROM records ORDER BY seq"):
                its_hash = record_hash((*row[:-2], previous))
                database.run("UPDATE records SET previous = ?, hash = ? WHERE seq = ?", previous, its_hash, row[0])
                previous = its_hash
            _set_head(database)

        yield Tampering(f"cut from {seq}", cut, seq)
        yield Tampering(f"cut from {seq} with the head", cut_clean, seq)
        yield Tampering(f"write anew from {seq}", write_anew, LAST)


def _set_head(database: Database) -> None:
    last = database.rows("SELECT seq, hash FROM records ORDER BY seq DESC LIMIT 1")
    database.run("UPDATE head SET seq = ?, hash = ?", *(last[0] if last else (0, GENESIS)))


def _drop_unused_rules(database: Database) -> None:
    database.run(
        "DELETE FROM release_files WHERE release NOT IN (SELECT release FROM records WHERE release IS NOT NULL)"
    )
    database.run("DELETE FROM files WHERE sha256 NOT IN (SELECT sha256 FROM release_files)")


def _texts() -> Iterator[Tampering]:
    for seq in (1, 6, 10, LAST):
        for column, value in (("digest", "'x'"), ("salt", "'x'"), ("value", "'x'"), ("seq", "1000")):
            one = "digest = (SELECT MIN(digest) FROM personal WHERE seq = ?)"
            change = f"UPDATE personal SET {column} = {value} WHERE seq = ? AND {one}"
            yield Tampering(f"change {column} of a text of {seq}", _said(change, seq, seq), seq)
        yield Tampering(f"delete the texts of {seq}", _said("DELETE FROM personal WHERE seq = ?", seq), seq)
        insert = "INSERT INTO personal VALUES (?, 'x', 'x', 'x')"
        yield Tampering(f"insert a text of {seq}", _said(insert, seq), seq)
    for column in ("salt", "value"):
        yield Tampering(f"empty the {column} of 1", _said(f"UPDATE personal SET {column} = NULL WHERE seq = 1"), 1)
    yield Tampering("empty the texts of 1", _said("UPDATE personal SET salt = NULL, value = NULL WHERE seq = 1"), 1)
    yield Tampering("insert a text of no record", _said("INSERT INTO personal VALUES (1000, 'x', 'x', 'x')"), 1000)


def _rules() -> Iterator[Tampering]:
    for path, first in (("area/question.yaml", 1), ("rulebook.yaml", 1)):
        sha256 = f"(SELECT MAX(sha256) FROM release_files WHERE path = '{path}' AND release = '{RELEASE}')"
        yield Tampering(
            f"change the content of {path}",
            lambda database, sha256=sha256: database.run(
                f"UPDATE files SET content = ? WHERE sha256 = {sha256}", b"other"
            ),
            first,
        )
        yield Tampering(
            f"rename the content of {path}", _said(f"UPDATE files SET sha256 = 'x' WHERE sha256 = {sha256}"), first
        )
        yield Tampering(f"delete the content of {path}", _said(f"DELETE FROM files WHERE sha256 = {sha256}"), first)
        for column in ("path", "sha256", "release"):
            for name, rule in (("first", f"= '{RELEASE}'"), ("other", f"<> '{RELEASE}'")):
                change = f"UPDATE release_files SET {column} = 'x' WHERE path = '{path}' AND release {rule}"
                bad = 1 if name == "first" else OTHER_FROM
                yield Tampering(f"change {column} of {path} of the {name} release", _said(change), bad)
    yield Tampering("delete a release", _said("DELETE FROM release_files WHERE release = ?", RELEASE), 1)
    yield Tampering("insert a file", lambda database: database.run("INSERT INTO files VALUES ('x', ?)", b"x"), None)
    yield Tampering("insert a release", _said("INSERT INTO release_files VALUES ('x', 'x', 'x')"), None)
    added = "INSERT INTO release_files SELECT release, 'x', sha256 FROM release_files WHERE path = 'rulebook.yaml'"
    yield Tampering("add a file to each release", _said(added), 1)


def _heads() -> Iterator[Tampering]:
    yield Tampering("move the head on", _said("UPDATE head SET seq = seq + 1"), LAST + 1)
    yield Tampering("move the head back", _said("UPDATE head SET seq = seq - 1"), LAST)
    yield Tampering("change the hash of the head", _said("UPDATE head SET hash = 'x'"), LAST)
    yield Tampering("rename the head", _said("UPDATE head SET id = 2"), None)
    yield Tampering("delete the head", _said("DELETE FROM head"), None)
    yield Tampering("insert a second head", _said("INSERT INTO head SELECT 2, seq, hash FROM head"), None)


def _without_constraints() -> Iterator[Tampering]:
    """What takes a table that no longer has its keys and types."""

    def loosened(table: str, *statements: str) -> Steps:
        def steps(database: Database) -> None:
            database.loosen(table)
            for statement in statements:
                database.run(statement)

        return steps

    for seq in (1, 6, LAST):
        twice = f"INSERT INTO personal SELECT * FROM personal WHERE seq = {seq}"
        yield Tampering(f"write the texts of {seq} twice", loosened("personal", twice), seq)
        no_number = f"UPDATE records SET seq = NULL WHERE seq = {seq}"
        yield Tampering(f"take the number of {seq}", loosened("records", no_number), seq)
    twice = f"INSERT INTO release_files SELECT * FROM release_files WHERE release <> '{RELEASE}'"
    yield Tampering("write the paths of the other release twice", loosened("release_files", twice), OTHER_FROM)
    no_path = f"UPDATE release_files SET path = NULL WHERE path = 'rulebook.yaml' AND release <> '{RELEASE}'"
    yield Tampering("take a path of the other release", loosened("release_files", no_path), OTHER_FROM)
    yield Tampering("write the head twice", loosened("head", "INSERT INTO head SELECT * FROM head"), None)
