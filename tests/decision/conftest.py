"""A small rulebook made for these tests, so that they do not hang on the wording of the real rules."""

from __future__ import annotations

from pathlib import Path

import pytest

from sangdo.engine.language.loading import load_rulebook
from sangdo.engine.language.rulebook import Rulebook


@pytest.fixture(scope="session")
def rulebook() -> Rulebook:
    return load_rulebook(Path(__file__).parent / "rulebook")
