"""Copies of a tiny valid rulebook with one file broken."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from pathlib import Path

from sangdo.engine.language.errors import Problem, RulesInvalid
from sangdo.engine.language.loading import load_rulebook

BASE = Path(__file__).parent / "base"


def write(root: Path, files: Mapping[str, str | bytes]) -> Path:
    """Copy the base rulebook to a folder, with some files replaced or added."""
    shutil.copytree(BASE, root, dirs_exist_ok=True)
    for name, content in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else os.fsencode(content))
    return root


def problems_of(root: Path) -> tuple[Problem, ...]:
    """Load a rulebook and return its problems; none when it is valid."""
    try:
        load_rulebook(root)
    except RulesInvalid as invalid:
        return invalid.problems
    return ()
