"""The cache folder: where what is read from it is believed, since only the user can write there."""

from __future__ import annotations

import os
import stat
from collections.abc import Mapping
from pathlib import Path


def cache_folder(environment: Mapping[str, str]) -> Path | None:
    """Return where caches are kept: $SANGDO_CACHE, else sangdo in $XDG_CACHE_HOME, else in ~/.cache."""
    if environment.get("SANGDO_CACHE"):
        return Path(environment["SANGDO_CACHE"])
    if environment.get("XDG_CACHE_HOME"):
        return Path(environment["XDG_CACHE_HOME"]) / "sangdo"
    try:
        return Path.home() / ".cache" / "sangdo"
    except RuntimeError:
        return None


def is_ours(folder: Path) -> bool:
    """Whether the folder is one that only this user writes to: what is in it is believed."""
    try:
        status = folder.stat()
    except OSError:
        return False
    if not hasattr(os, "geteuid"):
        return True
    return status.st_uid == os.geteuid() and not status.st_mode & (stat.S_IWGRP | stat.S_IWOTH)
