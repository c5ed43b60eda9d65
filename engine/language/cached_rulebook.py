"""The cached Rulebook: what was loaded and checked once need not be parsed again while no rule file changes.

A cache that is damaged is made anew, and one that cannot be written is done without: it never is an error.
"""

from __future__ import annotations

import hashlib
import os
import pickle
import sys
from collections.abc import Mapping
from contextlib import suppress
from datetime import date
from pathlib import Path
from typing import Any

from sangdo import __version__
from sangdo.engine.language import errors, rulebook
from sangdo.engine.language.cache_folder import cache_folder, is_ours
from sangdo.engine.language.rule_files import content_hash, rule_files, shown_path
from sangdo.engine.language.rulebook import Rulebook

KEPT = 8
ENDING = ".rulebook.pickle"
PARTS = {
    (one.__module__, one.__qualname__): one
    for module in (rulebook, errors)
    for one in vars(module).values()
    if isinstance(one, type) and one.__module__ == module.__name__
} | {("builtins", "frozenset"): frozenset, ("datetime", "date"): date}
"""The only classes a cached rulebook is made of: reading it runs nothing else."""


def load_cached(root: Path, environment: Mapping[str, str] = os.environ) -> Rulebook:
    """Load the rules of a folder, from the cache if they are in it. Raises RulesInvalid as load_rulebook does."""
    files = rule_files(root)
    sha256 = content_hash(root, files)
    folder = cache_folder(environment)
    path = folder / (_key(root, files, sha256) + ENDING) if folder else None
    found = _read(path, sha256) if path else None
    if found is not None:
        return found
    from sangdo.engine.language.loading import load_rulebook

    loaded = load_rulebook(root)
    if path and loaded.sha256 == sha256:
        _write(path, loaded)
    return loaded


def _key(root: Path, files: list[Path], sha256: str) -> str:
    """Whatever else decides what is loaded: the names in messages, and the code that reads the files."""
    code = [(path.name, (found := path.stat()).st_size, found.st_mtime_ns) for path in Path(__file__).parent.iterdir()]
    told = [sha256, str(root), shown_path(files[0]), __version__, sys.version, sorted(code)]
    return hashlib.sha256(repr(told).encode()).hexdigest()[:40]


class _Reader(pickle.Unpickler):
    """Reads rulebooks only."""

    def find_class(self, module: str, name: str) -> Any:
        try:
            return PARTS[module, name]
        except KeyError:
            raise pickle.UnpicklingError(f"{module}.{name} is no part of a rulebook") from None


def _read(path: Path, sha256: str) -> Rulebook | None:
    """Return the cached rulebook, or None when there is none that can be believed."""
    if not is_ours(path.parent):
        return None
    try:
        with path.open("rb") as stream:
            found = _Reader(stream).load()
    except Exception:  # a damaged pickle may raise anything
        return None
    return found if isinstance(found, Rulebook) and getattr(found, "sha256", None) == sha256 else None


def _write(path: Path, loaded: Rulebook) -> None:
    """Keep a rulebook; the file gets its name when it is whole, and only the newest few are kept."""
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    with suppress(OSError):
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not is_ours(path.parent):
            return
        try:
            draft.write_bytes(pickle.dumps(loaded, protocol=5))
            draft.replace(path)
        finally:
            draft.unlink(missing_ok=True)
        others = [other for other in path.parent.glob("*" + ENDING) if other != path]
        for other in sorted(others, key=lambda one: one.stat().st_mtime, reverse=True)[KEPT - 1 :]:
            other.unlink(missing_ok=True)
