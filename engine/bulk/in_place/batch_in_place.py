"""A batch in place: a book decided by the engine that holds it, and the decisions written there."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import PurePath

import ibis  # type: ignore[import-untyped]

from sangdo.engine.bulk.backends.backend import TARGET, Backend, Table
from sangdo.engine.bulk.batch.verification import SEED, Pair, Verification
from sangdo.engine.bulk.expressions.in_words import in_words
from sangdo.engine.bulk.expressions.sweep import sweep
from sangdo.engine.bulk.in_place.book_in_place import BookInPlace, load_in_place
from sangdo.engine.bulk.in_place.source import open_source
from sangdo.engine.inference.thresholds import resolve_thresholds
from sangdo.engine.language.rulebook import Level, Rulebook


@dataclass(frozen=True, slots=True)
class InPlace:
    """What a batch in place did: customers verified, rows that cannot be used, and what was written."""

    verified: int
    bad_rows: int
    targets: tuple[str, ...]
    warnings: tuple[str, ...]


def run_in_place(
    backend: Backend, book: str | None, target: str, rulebook: Rulebook, as_of: date | None, *, today: date,
    verify: int, asks: bool,
) -> InPlace:  # fmt: skip
    """Decide every customer of a book where it lies and write to `target`, a path that ends in .parquet or table:NAME.

    What is about products and the rows that cannot be used go beside it. Raises DataInvalid, EngineUnusable,
    RulesInvalid, and Disagreement where customers decided again by inference differ: nothing is written then.
    """
    source = open_source(backend, book)
    found = load_in_place(backend, source, rulebook, as_of, today=today)
    customers = found.customers
    by_product = any(question.level is Level.PRODUCT for question in rulebook.questions.values())
    products = found.products if by_product else None
    thresholds = resolve_thresholds(rulebook, found.as_of, found.lines)
    stages = backend.stages()
    swept = sweep(rulebook, thresholds, customers, products, stages, asks)
    decisions = backend.queried("decisions", stages, in_words(swept.customers, swept.words))
    of_products = None
    if swept.products is not None:
        of_products = backend.queried("product_decisions", stages, in_words(swept.products, swept.words))
    verified = _verify(backend, found, rulebook, (customers, products), (decisions, of_products), verify)
    written = [target]
    write = source.write or backend.write
    write(decisions, target)
    bad = int(backend.fetch(found.bad_rows.agg(rows=found.bad_rows.count()))["rows"][0].as_py())
    for about, table in (("products", of_products), ("bad", found.bad_rows if bad else None)):
        if table is not None:
            written.append(beside(target, about))
            write(table, written[-1])
    return InPlace(verified, bad, tuple(written), found.warnings)


@ibis.udf.scalar.builtin  # type: ignore[untyped-decorator]
def md5(text: str) -> str:
    """The hash that DuckDB, Spark and PostgreSQL all know under this name."""
    raise NotImplementedError


def beside(target: str, about: str) -> str:
    """Return where something goes that belongs to a target: NAME_about, or name.about.parquet."""
    if target.startswith(TARGET):
        return f"{target}_{about}"
    path = PurePath(target)
    return target[: len(target) - len(path.name)] + f"{path.stem}.{about}{path.suffix}"


def _verify(
    backend: Backend,
    book: BookInPlace,
    rulebook: Rulebook,
    facts: tuple[Table, Table | None],
    decided: tuple[Table, Table | None],
    count: int,
) -> int:
    if not count:
        return 0
    people = facts[0]
    # A hash that every engine computes alike chooses the same customers wherever the book lies.
    chosen = backend.fetch(
        people.select("customer_id", place=md5(SEED + people.customer_id)).order_by("place", "customer_id").limit(count)
    )["customer_id"].to_pylist()

    def rows(table: Table | None) -> Table | None:
        return None if table is None else backend.fetch(table.filter(table.customer_id.isin(chosen)))

    pairs = [Pair(rows(customers), rows(products)) for customers, products in (facts, decided)]
    return Verification(rulebook, book.as_of, book.lines).check(*pairs)
