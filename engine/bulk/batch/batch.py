"""A batch: a book loaded, decided part by part, verified and written; what a killed one did is not done again."""

from __future__ import annotations

import hashlib
import json
import shutil
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from sangdo import __version__
from sangdo.engine.bulk.batch.deciding import DecidedPart, decide_parts, followed
from sangdo.engine.bulk.batch.files import BatchFiles, batch_files, join_parts, write_bad_rows, write_part
from sangdo.engine.bulk.batch.sampling import Sample
from sangdo.engine.bulk.batch.verification import Verification
from sangdo.engine.bulk.progress import Progress
from sangdo.engine.bulk.tables.book_tables import BookTables, load_book
from sangdo.engine.bulk.tables.parts import CUSTOMERS
from sangdo.engine.inference.thresholds import resolve_thresholds
from sangdo.engine.language.rulebook import Rulebook

PROGRESS = "batch.json"


@dataclass(frozen=True, slots=True)
class Order:
    """What a batch is asked for.

    `verify` customers are decided again by inference; `work` is the folder to work in, beside the output unless named;
    `memory` is how much DuckDB may use, such as "4GB"; about `part_customers` are decided at a time.
    """

    book: Path
    output: Path
    as_of: date | None = None
    today: date | None = None
    verify: int = 200
    asks: bool = True
    work: Path | None = None
    memory: str | None = None
    part_customers: int = CUSTOMERS


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a batch did: customers decided in all, those who could not be, those verified, rows of the book that cannot
    be used, the parts found done already, and the files written."""

    customers: int
    undecided: int
    verified: int
    bad_rows: int
    parts: int
    found: int
    files: tuple[Path, ...]
    warnings: tuple[str, ...]


def run_batch(order: Order, rulebook: Rulebook, progress: Progress) -> Outcome:
    """Decide every customer of a book and write the decisions, whole or not at all.

    Raises DataInvalid for a book that cannot be read, RulesInvalid for rules that cannot be swept, and Disagreement
    where the sample decided by inference differs; nothing is written then.
    """
    files = batch_files(order.output)
    work = order.work or files.work
    book = load_book(
        order.book, rulebook, order.as_of, work, today=order.today, memory=order.memory, progress=progress,
        part_customers=order.part_customers,
    )  # fmt: skip
    try:
        return _Batch(order, rulebook, files, work, book, progress).run()
    finally:
        book.connection.close()
        if order.work is None and not (work / PROGRESS).exists():
            shutil.rmtree(work, ignore_errors=True)


class _Batch:
    def __init__(
        self, order: Order, rulebook: Rulebook, files: BatchFiles, work: Path, book: BookTables, progress: Progress
    ) -> None:
        self._order, self._rulebook, self._files, self._book, self._progress = order, rulebook, files, book, progress
        self._decisions = work / "decisions"
        self._done = work / PROGRESS
        self._suffix = order.output.suffix.lower()

    def run(self) -> Outcome:
        book, order = self._book, self._order
        done = self._found()
        found = len(done)
        self._decisions.mkdir(exist_ok=True)
        thresholds = resolve_thresholds(self._rulebook, book.as_of, book.lines)
        verification = Verification(self._rulebook, book.as_of, book.lines)
        sample = Sample(book.connection, order.verify)
        if found < len(book.parts):
            parts = decide_parts(book, self._rulebook, thresholds, order.asks, found)
            for part in followed(parts, book, self._progress, sum(part["customers"] for part in done)):
                verified = verification.check(sample.facts(), sample.decided(part))
                done.append(self._write(part, verified))
                self._note(done)
        files = self._join(done)
        self._done.unlink(missing_ok=True)
        shutil.rmtree(self._decisions, ignore_errors=True)
        total = {key: sum(part[key] for part in done) for key in ("customers", "undecided", "verified")}
        return Outcome(
            **total, bad_rows=book.counts.bad_rows, parts=len(done), found=found, files=files, warnings=book.warnings
        )

    def _write(self, part: DecidedPart, verified: int) -> dict[str, int]:
        write_part(self._book.connection, part.customers, self._path(part.part.number))
        if part.products is not None:
            write_part(self._book.connection, part.products, self._path(part.part.number, ".products"))
        undecided = len(part.customers) - part.customers["error"].null_count
        return {"customers": len(part.customers), "undecided": undecided, "verified": verified}

    def _path(self, number: int, about: str = "") -> Path:
        return self._decisions / f"part-{number:05d}{about}{self._suffix}"

    def _join(self, done: list[dict[str, int]]) -> tuple[Path, ...]:
        """Write the files that were asked for; one that an earlier batch left and this one has no use for goes."""
        files, numbers = self._files, range(len(done))
        join_parts([self._path(number) for number in numbers], files.decisions)
        written = [files.decisions]
        if self._path(0, ".products").exists():
            join_parts([self._path(number, ".products") for number in numbers], files.products)
            written.append(files.products)
        else:
            files.products.unlink(missing_ok=True)
        if self._book.counts.bad_rows:
            write_bad_rows(self._book.connection, files.bad_rows)
            written.append(files.bad_rows)
        else:
            files.bad_rows.unlink(missing_ok=True)
        return tuple(written)

    def _found(self) -> list[dict[str, int]]:
        """The parts that an earlier batch of the same rules, book and wishes has done."""
        try:
            held = json.loads(self._done.read_text("utf-8"))
            if held["key"] == self._key():
                return list(held["parts"])
        except (OSError, ValueError, KeyError, TypeError):
            pass
        shutil.rmtree(self._decisions, ignore_errors=True)
        return []

    def _note(self, done: list[dict[str, int]]) -> None:
        draft = self._done.with_suffix(".draft")
        draft.write_text(json.dumps({"key": self._key(), "parts": done}), "utf-8")
        draft.replace(self._done)

    def _key(self) -> str:
        order = self._order
        parts = [__version__, self._book.key, self._rulebook.sha256, self._suffix, order.verify, order.asks, _code()]
        return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


def _code() -> str:
    """The text of the modules that decide: a version may change them without changing its number."""
    bulk = Path(__file__).parents[1]
    return "".join(path.read_text("utf-8") for path in sorted(bulk.glob("expressions/*.py")))
