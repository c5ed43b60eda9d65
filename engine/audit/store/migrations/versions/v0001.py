"""The first tables, and the triggers that refuse to change what is written."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

_KEPT = ("records", "files", "release_files")
"""Tables of which no row is ever changed."""
_ALL = (*_KEPT, "personal", "head")
_REDACTS = "NEW.seq = OLD.seq AND NEW.digest = OLD.digest AND NEW.salt IS NULL AND NEW.value IS NULL"
_REFUSED = "the decision log refuses this: what is written stays"


def upgrade() -> None:
    """Make the tables, the head of an empty log, and the triggers."""
    _make_tables()
    head = sa.table("head", sa.column("id"), sa.column("seq"), sa.column("hash"))
    op.bulk_insert(head, [{"id": 1, "seq": 0, "hash": "0" * 64}])
    statements = _sqlite_triggers() if op.get_bind().dialect.name == "sqlite" else _postgresql_statements()
    for statement in statements:
        op.execute(statement)


def _make_tables() -> None:
    number = sa.BigInteger().with_variant(sa.Integer, "sqlite")
    op.create_table(
        "records",
        sa.Column("seq", number, primary_key=True, autoincrement=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("at", sa.Text, nullable=False),
        sa.Column("by", sa.Text, nullable=False),
        sa.Column("customer_id", sa.Text, nullable=False),
        sa.Column("decision_id", sa.Text),
        sa.Column("release", sa.Text),
        sa.Column("terms", sa.Text, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("previous", sa.Text, nullable=False),
        sa.Column("hash", sa.Text, nullable=False),
    )
    op.create_index("records_of_customer", "records", ["customer_id", "seq"])
    op.create_index("records_of_decision", "records", ["decision_id", "seq"])
    op.create_table(
        "personal",
        sa.Column("seq", number, primary_key=True, autoincrement=False),
        sa.Column("digest", sa.Text, primary_key=True),
        sa.Column("salt", sa.Text),
        sa.Column("value", sa.Text),
    )
    op.create_table(
        "files",
        sa.Column("sha256", sa.Text, primary_key=True),
        sa.Column("content", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "release_files",
        sa.Column("release", sa.Text, primary_key=True),
        sa.Column("path", sa.Text, primary_key=True),
        sa.Column("sha256", sa.Text, nullable=False),
    )
    op.create_table(
        "head",
        sa.Column(
            "id", sa.Integer, sa.CheckConstraint("id = 1", name="one_head"), primary_key=True, autoincrement=False
        ),
        sa.Column("seq", number, nullable=False),
        sa.Column("hash", sa.Text, nullable=False),
    )


def _sqlite_triggers() -> list[str]:
    """INSERT OR REPLACE deletes without asking the triggers of DELETE, so the inserts are watched too."""
    refuse, ignore = f"RAISE(ABORT, '{_REFUSED}')", "RAISE(IGNORE)"
    next_seq = "(SELECT COALESCE(MAX(seq), 0) + 1 FROM records)"
    same_text = "(SELECT 1 FROM personal WHERE seq = NEW.seq AND digest = NEW.digest)"
    same_file = "(SELECT 1 FROM files WHERE sha256 = NEW.sha256)"
    same_path = "(SELECT 1 FROM release_files WHERE release = NEW.release AND path = NEW.path)"
    triggers = [
        *((f"{table}_never_change", f"UPDATE ON {table}", "TRUE", refuse) for table in _KEPT),
        *((f"{table}_never_go", f"DELETE ON {table}", "TRUE", refuse) for table in _ALL),
        ("records_follow", "INSERT ON records", f"NEW.seq IS NOT {next_seq}", refuse),
        ("personal_once", "INSERT ON personal", f"EXISTS {same_text}", refuse),
        ("personal_only_goes", "UPDATE ON personal", f"({_REDACTS}) IS NOT TRUE", refuse),
        ("files_once", "INSERT ON files", f"EXISTS {same_file}", ignore),
        ("release_files_once", "INSERT ON release_files", f"EXISTS {same_path}", ignore),
        ("head_once", "INSERT ON head", "EXISTS (SELECT 1 FROM head)", refuse),
        ("head_forward", "UPDATE ON head", "NEW.id IS NOT OLD.id OR NEW.seq IS NOT OLD.seq + 1", refuse),
    ]
    return [
        f"CREATE TRIGGER {name} BEFORE {event} WHEN {when} BEGIN SELECT {does}; END"
        for name, event, when, does in triggers
    ]


def _postgresql_statements() -> list[str]:
    """The triggers; and no statistics of texts, or a redacted one would live on in those of the planner."""
    refuse = "EXECUTE FUNCTION log_refuses()"
    moved = "NEW.id IS DISTINCT FROM OLD.id OR NEW.seq IS DISTINCT FROM OLD.seq + 1"
    triggers = [
        *((f"{table}_never_change", f"UPDATE ON {table}", "FOR EACH ROW") for table in _KEPT),
        *((f"{table}_never_go", f"DELETE ON {table}", "FOR EACH ROW") for table in _ALL),
        *((f"{table}_never_empty", f"TRUNCATE ON {table}", "FOR EACH STATEMENT") for table in _ALL),
        ("personal_only_goes", "UPDATE ON personal", f"FOR EACH ROW WHEN (({_REDACTS}) IS NOT TRUE)"),
        ("head_forward", "UPDATE ON head", f"FOR EACH ROW WHEN ({moved})"),
    ]
    body = f"$$ BEGIN RAISE EXCEPTION '{_REFUSED}'; END $$"
    return [
        "ALTER TABLE personal ALTER COLUMN salt SET STATISTICS 0, ALTER COLUMN value SET STATISTICS 0",
        f"CREATE FUNCTION log_refuses() RETURNS trigger LANGUAGE plpgsql AS {body}",
        *(f"CREATE TRIGGER {name} BEFORE {event} {when} {refuse}" for name, event, when in triggers),
    ]
