"""The files of a rulebook: which they are, what they are called in messages, and the hash of all they hold."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path

from sangdo.engine.language.errors import Location, Problem, RulesInvalid

FIXED = ("rulebook.yaml", "vocabulary.yaml", "clauses.yaml")
MAX_FILES = 2000


def rule_files(root: Path) -> list[Path]:
    """Return the YAML files that make up a rulebook, in order: no scenarios, nothing hidden.

    Raises RulesInvalid when the folder is not there or lacks one of its fixed files.
    """
    if not root.is_dir():
        raise RulesInvalid(Problem(Location(str(root)), "there is no such folder of rules", expected="rules/"))
    found = sorted(path for path in root.rglob("*") if path.suffix in (".yaml", ".yml") and path.is_file())
    files = [
        path
        for path in found
        if not path.name.endswith((".test.yaml", ".test.yml"))
        and not any(part.startswith(".") for part in path.relative_to(root).parts)
    ]
    missing = [name for name in FIXED if root / name not in files]
    if missing:
        raise RulesInvalid(*(Problem(Location(str(root / name)), "there is no such file") for name in missing))
    if len(files) > MAX_FILES:
        raise RulesInvalid(Problem(Location(str(root)), f"there are more than {MAX_FILES} rule files"))
    return files


def content_hash(root: Path, files: list[Path]) -> str:
    """Return the SHA-256 over the names and contents of the files: what identifies a release."""
    return release_hash(read_contents(root, files))


def read_contents(root: Path, files: list[Path]) -> dict[str, bytes]:
    """Return the contents of the files by their path within the folder. Raises RulesInvalid."""
    contents = {}
    for path in files:
        try:
            contents[path.relative_to(root).as_posix()] = path.read_bytes()
        except OSError as error:
            raise RulesInvalid(Problem(Location(str(path)), f"cannot be read: {error.strerror}")) from None
    return contents


def release_hash(contents: Mapping[str, bytes]) -> str:
    """Return the SHA-256 of a release from the contents of its files by path."""
    digest = hashlib.sha256()
    for path in sorted(contents, key=lambda path: path.split("/")):
        name, content = path.encode(), contents[path]
        digest.update(b"%d %s %d " % (len(name), name, len(content)) + content)
    return digest.hexdigest()


def shown_path(path: Path) -> str:
    """The path as problems name it: relative to the working folder where possible."""
    try:
        return path.resolve().relative_to(Path.cwd()).as_posix()
    except ValueError:
        return path.as_posix()
