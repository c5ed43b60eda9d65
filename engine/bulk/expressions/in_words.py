"""From numbers back to words within the engine: for decisions that are written where they were made."""

from __future__ import annotations

from collections.abc import Mapping

import ibis  # type: ignore[import-untyped]

from sangdo.engine.bulk.expressions.row import Column, Table


def in_words(table: Table, words: Mapping[str, list[str]]) -> Table:
    """Return a table of a sweep with words in place of their numbers: strings, and arrays of such."""
    return table.mutate(**{name: _worded(table[name], words[name]) for name in table.columns if name in words})


def _worded(column: Column, words: list[str]) -> Column:
    if column.type().is_array():
        listed = ibis.array(words or [ibis.null("string")])
        # PostgreSQL makes an empty array of an unknown one.
        return ibis.ifelse(
            column.notnull(), column.map(lambda number: listed[number.cast("int32")]), ibis.null("array<string>")
        )
    return ibis.cases(*((column == number, word) for number, word in enumerate(words)), else_=ibis.null("string"))
