"""Releases: the rulebooks that a log keeps, by name or by how their SHA-256 begins."""

from __future__ import annotations

from dataclasses import replace

from sangdo.engine.audit.replay import kept_rulebook
from sangdo.engine.audit.store.reader import LogReader
from sangdo.engine.language.errors import Location, NothingMatched, Problem, nearest
from sangdo.engine.language.rulebook import Rulebook

SHOWN = 12
"""How many digits of a SHA-256 tell it from the others."""


def find_release(reader: LogReader, name: str) -> Rulebook:
    """Return the rulebook of a release exactly as the log keeps it.

    Raises NothingMatched where no release, or more than one, is meant; LogUnusable where it was changed since.
    """
    kept = reader.releases()
    found = reader.releases(f"release:{name}") or [one for one in kept if name and one.startswith(name)]
    if len(found) == 1:
        return replace(kept_rulebook(found[0], reader.release_files(found[0])), root=f"{reader.url.shown}, {name}")
    place = Location(reader.url.shown)
    if found:
        digests = ", ".join(one[:SHOWN] for one in found)
        message = f'"{name}" means {len(found)} releases of the log: {digests}'
        raise NothingMatched(Problem(place, message, expected="how the SHA-256 of one of them begins"))
    names = {kept_rulebook(one, reader.release_files(one)).release for one in kept}
    message, expected = f'the log keeps no release "{name}"', "the name of a release, or how its SHA-256 begins"
    raise NothingMatched(Problem(place, message, expected=expected, suggestion=nearest(name, names)))
