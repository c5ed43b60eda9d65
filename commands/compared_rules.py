"""The rulebooks that a comparison names: a folder of rules, or a release that the decision log keeps."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from sangdo.commands.customer import load_rules
from sangdo.commands.log_place import place_of_log

if TYPE_CHECKING:
    from sangdo.engine.language.rulebook import Rulebook

RELEASE = "log:"


def load_compared(named: str, log: str | None, book: Path | None) -> Rulebook:
    """Load the rules of a folder, or those of `log:NAME` from the decision log named or beside the book."""
    if not named.startswith(RELEASE):
        return load_rules(Path(named))
    from sangdo.engine.audit.releases import find_release
    from sangdo.engine.audit.store.reader import LogReader

    with LogReader.open(place_of_log(log, book)) as reader:
        return find_release(reader, named.removeprefix(RELEASE))
