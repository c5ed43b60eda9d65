"""A backend: all that a sweep needs of the place where its expressions run."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import Any, ClassVar, TypeAlias

import pyarrow

from sangdo.engine.bulk.expressions.stages import Stages
from sangdo.engine.language.errors import DataInvalid, Location, Problem
from sangdo.engine.language.passwords import without_password

Table: TypeAlias = Any
"""Ibis builds its expressions dynamically; naming them keeps the signatures readable."""

TARGET = "table:"
STAGE = "sangdo_"
"""What the names of kept tables begin with, so that none hides a table of the book."""
_NAME = re.compile(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*){0,2}", re.ASCII)
LONGEST_REASON = 300


class EngineUnusable(DataInvalid):
    """The engine asked for cannot be reached or started, or it failed at its work."""

    def __init__(self, place: str, message: str, expected: str | None = None) -> None:
        super().__init__(Problem(Location(without_password(place)), message, expected=expected))


class Backend(ABC):
    """A connection of Ibis with what differs from one engine to the next. Its errors become EngineUnusable."""

    errors: ClassVar[tuple[type[Exception], ...]]
    """What the engine's own library raises."""

    def __init__(self, shown: str, connection: Any) -> None:
        self.shown = shown
        self.connection = connection

    def keep(self, name: str, table: Table) -> Table:
        """Compute the rows of an expression once, for others that read them, and return them as a table that lasts as
        long as the session. One of the same name is replaced."""
        return self._kept(name, str(self.connection.compile(table)))

    def stages(self) -> Stages:
        """Return an empty query of stages in the SQL of this engine."""
        return Stages(lambda table: str(self.connection.compile(table)))

    def queried(self, name: str, stages: Stages, table: Table) -> Table:
        """Do as `keep` with what a query of stages computes."""
        return self._kept(name, stages.query(table))

    @abstractmethod
    def _kept(self, name: str, query: str) -> Table:
        """Keep the rows of a query under STAGE and the name."""

    @abstractmethod
    def fetch(self, table: Table) -> pyarrow.Table:
        """Return the rows of an expression."""

    @abstractmethod
    def write(self, table: Table, target: str) -> None:
        """Write an expression in place: to a path that ends in .parquet, or to `table:NAME`; what is there already is
        never written over. Raises EngineUnusable."""

    @abstractmethod
    def close(self) -> None:
        """Give up the connection and all stages."""

    def __enter__(self) -> Backend:
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        self.close()

    @contextmanager
    def clear_errors(self) -> Iterator[None]:
        """Turn the errors of the engine into one line without a password."""
        try:
            yield
        except self.errors as error:
            raise EngineUnusable(self.shown, f"the engine says: {one_line(error)}") from None

    def unwritable(self, target: str, message: str, expected: str | None = None) -> EngineUnusable:
        return EngineUnusable(target, message, expected)


def table_name(target: str) -> tuple[str, ...] | None:
    """Return the parts of the name in `table:NAME`, with its schema and catalog before it, or None for a path.

    Raises EngineUnusable for what can be no name.
    """
    if not target.startswith(TARGET):
        return None
    name = target.removeprefix(TARGET)
    if not _NAME.fullmatch(name):
        raise EngineUnusable(target, "is not a name of a table", "table:NAME or table:SCHEMA.NAME in plain letters")
    return tuple(name.split("."))


def one_line(error: BaseException) -> str:
    """Return what an error says, short, on one line and without a password."""
    # A Java error begins with where it was passed on; what happened stands in its last cause.
    text = str(error)
    cause = text.rsplit("Caused by: ", 1)[-1].split("\n\tat ")[0]
    said = " ".join(cause.split()) or type(error).__name__
    said = without_password(said)
    return said if len(said) <= LONGEST_REASON else said[: LONGEST_REASON - 3] + "..."
