"""The tables of the log as they are now; migrations/ says how a log comes to have them."""

from __future__ import annotations

from sqlalchemy import BigInteger, CheckConstraint, Column, Index, Integer, LargeBinary, MetaData, Table, Text

VERSION_TABLE = "log_version"
METADATA = MetaData()
_NUMBER = BigInteger().with_variant(Integer, "sqlite")

RECORDS = Table(
    "records", METADATA,
    Column("seq", _NUMBER, primary_key=True, autoincrement=False),
    Column("kind", Text, nullable=False),
    Column("at", Text, nullable=False),
    Column("by", Text, nullable=False),
    Column("customer_id", Text, nullable=False),
    Column("decision_id", Text),
    Column("release", Text),
    Column("terms", Text, nullable=False),
    Column("body", Text, nullable=False),
    Column("previous", Text, nullable=False),
    Column("hash", Text, nullable=False),
    Index("records_of_customer", "customer_id", "seq"),
    Index("records_of_decision", "decision_id", "seq"),
)  # fmt: skip
PERSONAL = Table(
    "personal", METADATA,
    Column("seq", _NUMBER, primary_key=True, autoincrement=False),
    Column("digest", Text, primary_key=True),
    Column("salt", Text),
    Column("value", Text),
)  # fmt: skip
FILES = Table(
    "files", METADATA,
    Column("sha256", Text, primary_key=True),
    Column("content", LargeBinary, nullable=False),
)  # fmt: skip
RELEASE_FILES = Table(
    "release_files", METADATA,
    Column("release", Text, primary_key=True),
    Column("path", Text, primary_key=True),
    Column("sha256", Text, nullable=False),
)  # fmt: skip
HEAD = Table(
    "head", METADATA,
    Column("id", Integer, CheckConstraint("id = 1", name="one_head"), primary_key=True, autoincrement=False),
    Column("seq", _NUMBER, nullable=False),
    Column("hash", Text, nullable=False),
)  # fmt: skip
