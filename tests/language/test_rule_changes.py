"""Watching rule files: what counts as a change, driven step by step without any time passing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from sangdo.engine.language.rule_changes import rule_changes
from sangdo.tests.language.breaking import write


def steps(*actions: Callable[[], object]) -> Callable[[], bool]:
    """A wait in which each of these happens in turn; then the watch ends."""
    turns: Iterator[Callable[[], object]] = iter(actions)

    def wait() -> bool:
        action = next(turns, None)
        if action is not None:
            action()
        return action is not None

    return wait


@pytest.mark.parametrize(
    ("change", "seen"),
    [
        (lambda root: (root / "area/answer.yaml").write_text("question: x\n"), 1),
        (lambda root: (root / "area/new.yaml").write_text("question: new\n"), 1),
        (lambda root: (root / "area/answer.test.yaml").write_text("scenarios: []\n"), 1),
        (lambda root: (root / "area/fate.yaml").unlink(), 1),
        (lambda root: (root / "README.md").write_text("words"), 0),
        (lambda root: list(root.iterdir()), 0),
    ],
)
def test_a_yaml_file_that_changes_comes_or_goes_is_a_change(
    tmp_path: Path, change: Callable[[Path], object], seen: int
) -> None:
    write(tmp_path, {})
    assert len(list(rule_changes(tmp_path, steps(lambda: change(tmp_path), lambda: None)))) == seen


def test_each_change_is_seen_once(tmp_path: Path) -> None:
    path = write(tmp_path, {}) / "area/answer.yaml"
    watch = rule_changes(tmp_path, steps(lambda: path.write_text("a"), lambda: path.write_text("abc"), lambda: None))
    assert len(list(watch)) == 2
