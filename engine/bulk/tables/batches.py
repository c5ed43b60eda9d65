"""Batches: any number of rows, some at a time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TypeVar

_T = TypeVar("_T")


def in_batches(rows: Iterable[_T], size: int) -> Iterator[list[_T]]:
    """Yield the rows in lists of at most a size, none of them empty."""
    left = iter(rows)
    while batch := list(islice(left, size)):
        yield batch
