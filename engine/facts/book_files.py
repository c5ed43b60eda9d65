"""The files of a book: which they are, and the fingerprint of all they hold."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from sangdo.engine.language.errors import DataInvalid, Location, Problem

ENDINGS = (".csv", ".parquet", ".xlsx")
TABLES = ("orders", "customers", "observations", "products")
SETTINGS = "book.yaml"


@dataclass(frozen=True, slots=True)
class BookFiles:
    """The paths of a book's files, None for those it does not have; a lone order file is a book too."""

    root: Path
    settings: Path | None
    orders: Path | None
    customers: Path | None = None
    observations: Path | None = None
    products: Path | None = None

    @property
    def all(self) -> tuple[Path, ...]:
        """The files there are, in a fixed order."""
        files = (self.settings, self.orders, self.customers, self.observations, self.products)
        return tuple(path for path in files if path is not None)


def book_files(path: Path, shown: str) -> BookFiles:
    """Find the files of a book. Raises DataInvalid where there are none, or two of one table."""
    if not path.is_dir():
        if path.exists():
            return BookFiles(path.parent, None, path)
        raise DataInvalid(Problem(Location(shown), "there is no such book", expected="a folder, or a file of orders"))
    found: dict[str, Path | None] = {}
    problems = []
    for table in TABLES:
        there = [path / (table + ending) for ending in ENDINGS if (path / (table + ending)).exists()]
        if len(there) > 1:
            names = " and ".join(file.name for file in there)
            problems.append(Problem(Location(shown), f"there are both {names}", expected=f"one table of {table}"))
        found[table] = there[0] if there else None
    if not problems and found["orders"] is None and found["customers"] is None:
        expected = "orders.csv, orders.parquet or orders.xlsx (or customers.csv)"
        problems.append(Problem(Location(shown), "the book has no orders and no customers", expected=expected))
    if problems:
        raise DataInvalid(*problems)
    settings = path / SETTINGS
    return BookFiles(path, settings if settings.exists() else None, **found)


def fingerprint(files: BookFiles, *parts: str) -> str:
    """Return the SHA-256 over the contents of the files and whatever else decides what is read from them."""
    digest = hashlib.sha256()
    for part in parts:
        digest.update(f"{len(part)}:{part}".encode())
    for path in files.all:
        digest.update(f"{path.name}={_digest(path)};".encode())
    return digest.hexdigest()


def table_digest(path: Path) -> str:
    """Return the SHA-256 of a file, or over all Parquet files in a folder. Raises DataInvalid if one is unreadable."""
    if not path.is_dir():
        return _digest(path)
    digest = hashlib.sha256()
    for file in sorted(path.rglob("*.parquet")):
        digest.update(f"{file.relative_to(path)}={_digest(file)};".encode())
    return digest.hexdigest()


def _digest(path: Path) -> str:
    try:
        with path.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError as error:
        raise DataInvalid(Problem(Location(path.name), f"the file cannot be read: {error.strerror}")) from None
