"""The redaction of a customer: personal texts and their salts go for good, their digests stay in the chain."""

from __future__ import annotations

from dataclasses import dataclass

from sangdo.engine.audit.store.log_url import LogUnusable
from sangdo.engine.audit.store.record import Entry
from sangdo.engine.audit.store.writer import LogWriter, insert_record
from sangdo.engine.language.errors import Location, NothingMatched, Problem


@dataclass(frozen=True, slots=True)
class Redaction:
    """What a redaction did: how many texts of how many records, and the number of the record that says so.

    `overwritten` is false while the texts still stand in the journal of SQLite, because another process is reading.
    """

    seq: int
    records: int
    texts: int
    overwritten: bool = True


def redact(writer: LogWriter, customer: str, by: str, reason: str) -> Redaction:
    """Redact all personal texts of a customer's records, and record that, in one transaction.

    Raises NothingMatched when there is nothing to redact, LogUnusable when the reason itself names the customer.
    """
    connection = writer.connection
    connection.forget_deleted()
    with connection.appending() as head:
        found = connection.execute(
            "SELECT seq, digest, value FROM personal WHERE value IS NOT NULL"
            " AND seq IN (SELECT seq FROM records WHERE customer_id = ?) ORDER BY seq, digest",
            (customer,),
        ).fetchall()
        if not found:
            message = f'nothing to redact: there is no personal text of customer "{customer}"'
            raise NothingMatched(Problem(Location(connection.url.shown), message))
        if any(value in reason for _, _, value in found):
            message = "the reason would stay in the log, and it names the customer"
            raise LogUnusable(connection.url.shown, message, "a reason without personal data")
        redacted: dict[str, list[str]] = {}
        for seq, digest, _ in found:
            redacted.setdefault(str(seq), []).append(digest)
            connection.execute(
                "UPDATE personal SET salt = NULL, value = NULL WHERE seq = ? AND digest = ?", (seq, digest)
            )
        body = {"customer_id": customer, "by": by, "reason": reason, "redacted": redacted}
        receipt = insert_record(connection, head, Entry("redaction", by, customer, None, None, (), body))
    return Redaction(receipt.seq, len(redacted), len(found), connection.empty_journal())
