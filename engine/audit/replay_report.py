"""The report on replays: how many were identical, and what differs in the others."""

from __future__ import annotations

from typing import Any

from sangdo.engine.audit.log_report import as_csv
from sangdo.engine.audit.replay import MOST_DIFFERENCES, Replayer, ReplayFailed
from sangdo.engine.audit.store.record import Record
from sangdo.engine.language.errors import Location, Problem, SangdoError


class ReplayReport:
    """What replays came to, counted one by one; only those that are not identical are kept."""

    def __init__(self) -> None:
        self.identical = 0
        self.failures: list[dict[str, Any]] = []
        self.notes: dict[str, int] = {}

    def add(self, replayer: Replayer, record: Record) -> None:
        """Replay one record; a record that cannot be replayed is a failure that says why."""
        try:
            done = replayer.replay(record)
        except SangdoError as error:
            self._fail(record, (str(error).splitlines()[0],))
            return
        for note in done.notes:
            self.notes[note] = self.notes.get(note, 0) + 1
        if done.differences:
            self._fail(record, done.differences)
        else:
            self.identical += 1

    def _fail(self, record: Record, differences: tuple[str, ...]) -> None:
        about = {"seq": record.seq, "decision": record.decision_id, "customer": record.customer_id}
        self.failures.append({**about, "differences": list(differences)})

    def as_json(self) -> dict[str, Any]:
        """Return the report as a JSON object."""
        return {"identical": self.identical, "different": self.failures, "notes": self.notes}

    def as_text(self, form: str) -> str:
        """Return the report as text, or the failures as CSV."""
        if form == "csv":
            return "".join(as_csv(self.failures))
        lines = []
        for failure in self.failures:
            lines.append(f"#{failure['seq']} {failure['decision']} (customer {failure['customer']}) is different:")
            lines += [f"  {difference}" for difference in failure["differences"][:MOST_DIFFERENCES]]
            more = len(failure["differences"]) - MOST_DIFFERENCES
            lines += [f"  and {more} more"] if more > 0 else []
        lines += [f"note: {note} ({count})" for note, count in self.notes.items()]
        lines.append(f"{self.identical} identical, {len(self.failures)} different")
        return "".join(f"{line}\n" for line in lines)

    def confirm(self, place: str) -> None:
        """Raise ReplayFailed when any decision came out differently."""
        if self.failures:
            message = f"came out differently on their own facts and rules: {len(self.failures)}"
            raise ReplayFailed(Problem(Location(place), message))
