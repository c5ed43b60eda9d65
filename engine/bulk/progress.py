"""Progress: how far a long piece of work has come."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

Progress: TypeAlias = Callable[[str, int, int], None]
"""Called with the name of a stage, how many of its steps are done, and how many there are."""

DECIDING = "deciding"
"""The stage whose steps are customers."""


def silent(_stage: str, _done: int, _steps: int) -> None:
    """Tell nobody."""
