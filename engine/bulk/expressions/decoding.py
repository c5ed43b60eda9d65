"""From numbers back to words: the columns of a sweep as Arrow dictionaries, without copying what they number."""

from __future__ import annotations

from collections.abc import Mapping

import pyarrow


def decoded(table: pyarrow.Table, words: Mapping[str, list[str]]) -> pyarrow.Table:
    """Return the table with words in place of their numbers: dictionaries of strings, and lists of such."""
    columns = {
        name: _decoded(table[name], words[name]) if name in words else table[name] for name in table.column_names
    }
    return pyarrow.table(columns)


def _decoded(column: pyarrow.ChunkedArray, words: list[str]) -> pyarrow.ChunkedArray:
    dictionary = pyarrow.array(words, pyarrow.string())
    kind = pyarrow.dictionary(pyarrow.int16(), pyarrow.string())
    if pyarrow.types.is_list(column.type):
        kind = pyarrow.list_(kind)
    return pyarrow.chunked_array([_chunk(chunk, dictionary) for chunk in column.chunks], kind)


def _chunk(chunk: pyarrow.Array, dictionary: pyarrow.Array) -> pyarrow.Array:
    if not pyarrow.types.is_list(chunk.type):
        return pyarrow.DictionaryArray.from_arrays(chunk.cast(pyarrow.int16()), dictionary)
    inner = pyarrow.DictionaryArray.from_arrays(chunk.values.cast(pyarrow.int16()), dictionary)
    return pyarrow.ListArray.from_arrays(chunk.offsets, inner, mask=chunk.is_null() if chunk.null_count else None)


def with_words(table: pyarrow.Table) -> pyarrow.Table:
    """Return the table with plain strings in place of dictionaries, for readers who know none."""
    return pyarrow.table({name: _plain(table[name]) for name in table.column_names})


def _plain(column: pyarrow.ChunkedArray) -> pyarrow.ChunkedArray:
    kind = column.type
    if pyarrow.types.is_dictionary(kind):
        return column.cast(pyarrow.string())
    if pyarrow.types.is_list(kind) and pyarrow.types.is_dictionary(kind.value_type):
        return column.cast(pyarrow.list_(pyarrow.string()))
    return column
