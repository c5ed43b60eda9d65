"""A book: a folder of orders, customers and observations, from which the facts of each customer are read.

On a warm cache nothing is measured, and neither ibis nor duckdb is imported.
"""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, TypeVar

from sangdo import __version__
from sangdo.engine.facts.book_files import BookFiles, book_files, fingerprint
from sangdo.engine.facts.cache import find_cached, forget, store
from sangdo.engine.facts.facts import Facts, Known, Outlook
from sangdo.engine.facts.settings import Settings, read_settings
from sangdo.engine.language.cache_folder import cache_folder
from sangdo.engine.language.errors import DataInvalid, Location, NothingMatched, Problem, nearest
from sangdo.engine.language.rulebook import Rulebook, Value

MOST_SUGGESTED = 20_000
_T = TypeVar("_T")


class _Damaged(Exception):
    """What the cache holds cannot be read as a customer."""


@dataclass
class Book:
    """A book as of a date. Customers are asked for by id, or by exact name where only one has it."""

    shown: str
    as_of: date
    settings: Settings
    _files: BookFiles
    _rulebook: Rulebook
    _folder: Path | None
    _key: str
    _connection: sqlite3.Connection

    @property
    def key(self) -> str:
        """The fingerprint of all that decides what the book holds."""
        return self._key

    @property
    def warnings(self) -> tuple[str, ...]:
        """What the reader of any plan from this book should know, such as orders that are too old."""
        return tuple(str(text) for text in self._read(lambda: self._meta("warnings")))

    @property
    def lines(self) -> dict[str, float]:
        """The thresholds measured from the book, by name."""
        return {str(name): float(line) for name, line in self._read(lambda: dict(self._meta("lines"))).items()}

    @property
    def later_orders(self) -> int:
        """How many rows of the orders are after the date."""
        return int(self._read(lambda: self._meta("later")))

    def customers(self) -> list[str]:
        """Return the ids of all customers, sorted."""
        found = self._read(lambda: self._connection.execute("SELECT id FROM customers ORDER BY id").fetchall())
        return [str(row[0]) for row in found]

    def facts(self, customer: str) -> Facts:
        """Return the facts of one customer, by id or name. Raises NothingMatched with the nearest one."""
        row, values, products, outlook = self._read(lambda: self._customer(customer))
        for name, value in self.settings.defaults.items():
            values.setdefault(name, Known(value, "default", "book.yaml"))
        if outlook is not None:
            self._follow_calendar(values)
        return Facts(row[0], self.as_of, values, products, self.lines, self.settings.currency, self.warnings, outlook)

    def _follow_calendar(self, values: dict[str, Known]) -> None:
        """The book's calendar goes before what was measured of a dealer, and after what a person says of this one."""
        for name, value in self.settings.season.facts(self.as_of).items():
            if name in self._rulebook.facts and (name not in values or values[name].origin != "given"):
                values[name] = Known(value, "given", "book.yaml")

    def _customer(self, asked: str) -> tuple[Any, dict[str, Known], dict[str, dict[str, Known]], Outlook | None]:
        row = self._find(asked)
        values: dict[str, Known] = {}
        products: dict[str, dict[str, Known]] = {}
        try:
            if "customer_id" in self._rulebook.facts:
                values["customer_id"] = Known(str(row[0]), "given", self._orders_name())
            outlook = None
            if row[2] is not None:
                source, measured, *dealer = json.loads(row[2])
                values |= _measured(measured, source)
                if dealer:
                    products = {product: _measured(known, source) for product, known in dealer[0].items()}
                    outlook = Outlook(tuple(dealer[1][0]), {p: tuple(v) for p, v in dealer[1][1].items()}, dealer[1][2])
            if row[3] is not None:
                given, inner = json.loads(row[3])
                # What a person says about a customer goes before what was measured.
                values |= {name: _decoded(known) for name, known in given.items()}
                for product, held in inner.items():
                    own = {name: _decoded(known) for name, known in held.items()}
                    products[product] = {**products.get(product, {}), **own}
        except (ValueError, TypeError, AttributeError, IndexError, KeyError) as error:
            raise _Damaged(str(error)) from None
        return row, values, products, outlook

    def _orders_name(self) -> str:
        path = self._files.orders or self._files.customers
        return path.name if path else self.shown

    def _find(self, asked: str) -> Any:
        select = "SELECT id, name, measured, given FROM customers WHERE "
        row = self._connection.execute(select + "id = ?", [asked]).fetchone()
        if row is not None:
            return row
        named = self._connection.execute(select + "name = ? ORDER BY id LIMIT 6", [asked]).fetchall()
        if len(named) == 1:
            return named[0]
        if named:
            ids = ", ".join(str(found[0]) for found in named[:5]) + (", ..." if len(named) > 5 else "")
            message = f'several customers are called "{asked}"'
            raise NothingMatched(Problem(Location(self.shown), message, expected=f"one of the ids {ids}"))
        known = self._connection.execute("SELECT id, name FROM customers ORDER BY id LIMIT ?", [MOST_SUGGESTED])
        words = [str(word) for pair in known for word in pair if word]
        raise NothingMatched(
            Problem(
                Location(self.shown), f'there is no customer "{asked[:100]}"',
                expected="the id or the name of a customer of the book", suggestion=nearest(asked[:100], words),
            )
        )  # fmt: skip

    def _meta(self, name: str) -> Any:
        row = self._connection.execute("SELECT content FROM meta WHERE name = ?", [name]).fetchone()
        try:
            return json.loads(row[0])
        except (ValueError, TypeError) as error:
            raise _Damaged(str(error)) from None

    def _read(self, read: Callable[[], _T]) -> _T:
        """Read from the cache; a cache that turns out to be damaged is made anew once."""
        try:
            return read()
        except (sqlite3.DatabaseError, _Damaged):
            self._connection.close()
            forget(self._folder, self._key)
            self._connection = _build(self._files, self._rulebook, self.as_of, self.settings, self._folder, self._key)
            return read()


def open_book(
    path: Path,
    rulebook: Rulebook,
    as_of: date | None = None,
    *,
    today: date | None = None,
    environment: Mapping[str, str] = os.environ,
) -> Book:
    """Open a book folder, or a lone file of orders, as of a date.

    Without `as_of` the book's own date counts, else `today`. Raises DataInvalid with the problems of all
    its files.
    """
    shown = str(path)
    files = book_files(path, shown)
    settings = read_settings(files.settings, files.settings.name, rulebook.facts) if files.settings else Settings()
    date_used = date_of_book(shown, as_of or settings.as_of or today)
    folder = cache_folder(environment)
    key = fingerprint(files, __version__, _code(), date_used.isoformat(), signature(rulebook))
    connection = find_cached(folder, key) or _build(files, rulebook, date_used, settings, folder, key)
    return Book(shown, date_used, settings, files, rulebook, folder, key, connection)


def date_of_book(shown: str, day: date | None) -> date:
    """Return the date of a book, if it has one. Raises DataInvalid where it has none."""
    if day is None:
        raise DataInvalid(Problem(Location(shown), "the book has no date", expected="as_of in book.yaml, or --as-of"))
    return day


def _build(
    files: BookFiles, rulebook: Rulebook, as_of: date, settings: Settings, folder: Path | None, key: str
) -> sqlite3.Connection:
    """Read and measure the book. The modules for it are imported here, as a warm cache needs none of them."""
    from sangdo.engine.facts.book_contents import Contents

    return store(folder, key, Contents(files, rulebook, as_of, settings).fill)


def signature(rulebook: Rulebook) -> str:
    """Return what of the rulebook decides a book's contents: how lines are drawn, how facts are typed, and
    what they are where nobody says it."""
    lines = sorted((t.name, t.of, repr(t.method)) for t in rulebook.thresholds.values() if t.method)
    facts = sorted(
        (f.name, f.type, f.origin, f.level, f.minimum, f.maximum, sorted(f.values or ()), repr(f.default))
        for f in rulebook.facts.values()
    )
    return json.dumps([lines, facts])


def _code() -> str:
    """Return the text of the modules that measure: a version may change them without changing its number."""
    return "".join(path.read_text("utf-8") for path in sorted(Path(__file__).parent.glob("*.py")))


def _measured(values: Mapping[str, Value], source: str) -> dict[str, Known]:
    return {name: Known(value, "measured", source) for name, value in values.items()}


def _decoded(held: list[Any]) -> Known:
    value, source, by, day, reason = held
    return Known(_value(value), "given", source, by, date.fromisoformat(day) if day else None, reason)


def _value(held: Any) -> Value:
    if isinstance(held, dict):
        return date.fromisoformat(held["date"]) if "date" in held else frozenset(held["choices"])
    value: Value = held
    return value
