"""A logged plan as it is shown again: the plan as it was, with where it stands in the log."""

from __future__ import annotations

from typing import Any

from sangdo.engine.audit.store.record import Record


def shown_plan(record: Record) -> dict[str, Any]:
    """Return the plan of a decision's record with `record`: its number, who asked, when (UTC) and its hash."""
    told = {"seq": record.seq, "by": record.by, "at": record.at.isoformat(), "hash": record.hash}
    return {**record.body["plan"], "record": told}
