"""Where a log is: a file for SQLite, or a PostgreSQL database, as a path or URL names it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote

from sangdo.engine.language.errors import DataInvalid, Location, NothingMatched, Problem, nearest
from sangdo.engine.language.passwords import without_password

EXPECTED = "a file such as decisions.sqlite, sqlite:///FILE, or postgresql://USER@HOST/DATABASE"
_SCHEMES = ("sqlite", "postgresql", "postgresql+psycopg")
_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*)://(.*)", re.DOTALL)
_RAW_PASSWORD = re.compile(r"[^/?#:@\[]*:(?!\d+[/?])(?:[^@]*(?:[@/?#\s]|%(?![0-9A-Fa-f]{2})).*)@", re.DOTALL)
"""A password that stands in a URL as it is: PostgreSQL would take a part of it for the host, and say it in an error."""
_NO_PATH = re.compile(r"(sqlite|postgres\w*(\+\w+)?):|//.*:.*@|.*\bpassword\s*=", re.IGNORECASE | re.DOTALL)


class LogUnusable(DataInvalid):
    """The log cannot be reached, read or written, or what is there is no log."""

    def __init__(self, place: str, message: str, expected: str | None = None, suggestion: str | None = None) -> None:
        super().__init__(Problem(Location(place), message, expected=expected, suggestion=suggestion))


@dataclass(frozen=True, slots=True)
class LogUrl:
    """A place of a log: `path` for SQLite, else `conninfo` as PostgreSQL's own library reads it."""

    path: Path | None
    conninfo: str = ""

    @property
    def shown(self) -> str:
        """The place as messages name it, without a password."""
        return self.path.as_posix() if self.path is not None else without_password(self.conninfo)


def no_log(place: LogUrl) -> NothingMatched:
    """The error that there is no log where one is to be read."""
    return NothingMatched(Problem(Location(place.shown), "there is no decision log", expected="the log of a plan made"))


def parse_log_url(text: str) -> LogUrl:
    """Return the place that a path or URL names. Raises LogUnusable when it names none."""
    found = _SCHEME.fullmatch(text)
    if found is None:
        if not text.strip() or "\0" in text:
            raise LogUnusable("log", "names no file", EXPECTED)
        if _NO_PATH.match(text):
            raise LogUnusable("log", "is neither a file nor a URL", EXPECTED)
        return LogUrl(Path(text))
    scheme, rest = found.group(1).lower(), found.group(2)
    if scheme == "sqlite":
        if not rest.startswith("/") or len(rest) < 2 or "\0" in unquote(rest):
            raise LogUnusable(text, "names no file", "sqlite:///FILE, or sqlite:////FOLDER/FILE from the root")
        return LogUrl(Path(unquote(rest[1:])))
    if scheme in _SCHEMES and _RAW_PASSWORD.match(rest):
        message = "the password in the URL has a character that must be written as %XX, such as %40 for @"
        raise LogUnusable(without_password(text), message, "the password in PGPASSWORD, or written so")
    if scheme in _SCHEMES:
        return LogUrl(None, f"postgresql://{rest}")
    raise LogUnusable(without_password(text), f'no log can be kept by "{scheme}"', EXPECTED, nearest(scheme, _SCHEMES))
