"""Releases: the rulebooks that a log keeps, by name or by how their SHA-256 begins."""

from __future__ import annotations

from sangdo.engine.audit.replay import kept_rulebook
from sangdo.engine.audit.selection import DIGEST, DIGEST_SHOWN, NEAR
from sangdo.engine.audit.store.reader import LogReader
from sangdo.engine.language.errors import Location, NothingMatched, Problem, nearest
from sangdo.engine.language.rulebook import Rulebook

TERM = "release:"


def find_release(reader: LogReader, name: str) -> Rulebook:
    """Return the rulebook of a release exactly as the log keeps it.

    Raises NothingMatched where no release, or more than one, is meant; LogUnusable where its files were
    changed since, or are in another version of the language.
    """
    found = reader.releases(TERM + name)
    if not found and DIGEST.fullmatch(name.lower()):
        found = [one for one in reader.releases() if one.startswith(name.lower())]
    if len(found) == 1:
        return kept_rulebook(found[0], reader.release_files(found[0]))
    place = Location(reader.url.shown)
    if found:
        digests = ", ".join(one[:DIGEST_SHOWN] for one in found)
        message = f'"{name}" means {len(found)} releases of the log: {digests}'
        raise NothingMatched(Problem(place, message, expected="how the SHA-256 of one of them begins"))
    recent = reader.records(kinds=("decision",), newest_first=True, limit=NEAR)
    names = {term.removeprefix(TERM) for record in recent for term in record.terms if term.startswith(TERM)}
    message, expected = f'the log keeps no release "{name}"', "the name of a release, or six digits of its SHA-256"
    raise NothingMatched(Problem(place, message, expected=expected, suggestion=nearest(name, names)))
