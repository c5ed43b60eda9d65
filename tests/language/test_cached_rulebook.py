"""The cached rulebook: the same as the loaded one, new when anything changed, and believed only where it is ours."""

from __future__ import annotations

import os
import pickle
import shutil
from pathlib import Path

import pytest

from sangdo.engine.language import cached_rulebook
from sangdo.engine.language.cached_rulebook import ENDING, KEPT, load_cached
from sangdo.engine.language.errors import RulesInvalid
from sangdo.engine.language.loading import load_rulebook
from sangdo.engine.language.rulebook import Rulebook

BASE = Path(__file__).parent / "base"


@pytest.fixture
def rules(tmp_path: Path) -> Path:
    return Path(shutil.copytree(BASE, tmp_path / "rules"))


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    return tmp_path / "cache"


def load(rules: Path, cache: Path) -> Rulebook:
    return load_cached(rules, {"SANGDO_CACHE": str(cache)})


def kept(cache: Path) -> list[Path]:
    return sorted(cache.glob("*" + ENDING))


def forbid_loading(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(root: Path) -> Rulebook:
        raise AssertionError(f"{root} was loaded again")

    monkeypatch.setattr("sangdo.engine.language.loading.load_rulebook", refuse)


def test_the_second_time_the_same_rulebook_comes_from_the_cache(
    rules: Path, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    loaded = load(rules, cache)
    assert loaded == load_rulebook(rules)
    forbid_loading(monkeypatch)
    assert load(rules, cache) == loaded
    assert cache.stat().st_mode & 0o777 == 0o700


def test_a_changed_rule_file_is_loaded_anew(rules: Path, cache: Path) -> None:
    before = load(rules, cache)
    release = rules / "rulebook.yaml"
    release.write_text(release.read_text(encoding="utf-8") + "\n# changed\n", encoding="utf-8")
    assert load(rules, cache).sha256 != before.sha256
    assert len(kept(cache)) == 2


def test_a_broken_rule_file_is_a_problem_whatever_is_cached(rules: Path, cache: Path) -> None:
    load(rules, cache)
    (rules / "rulebook.yaml").write_text("release: [", encoding="utf-8")
    with pytest.raises(RulesInvalid):
        load(rules, cache)
    assert len(kept(cache)) == 1


@pytest.mark.parametrize("content", [b"", b"\x80", b"no pickle", pickle.dumps("a text"), pickle.dumps({1: 2})])
def test_a_damaged_cache_is_made_anew(content: bytes, rules: Path, cache: Path) -> None:
    loaded = load(rules, cache)
    (path,) = kept(cache)
    path.write_bytes(content)
    assert load(rules, cache) == loaded
    assert path.read_bytes() != content


class _Hostile:
    def __init__(self, target: Path) -> None:
        self.target = target

    def __reduce__(self) -> tuple[object, ...]:
        return os.mkdir, (str(self.target),)


def test_a_cache_that_would_run_something_runs_nothing(rules: Path, cache: Path, tmp_path: Path) -> None:
    loaded = load(rules, cache)
    (path,) = kept(cache)
    path.write_bytes(pickle.dumps(_Hostile(tmp_path / "made")))
    assert load(rules, cache) == loaded
    assert not (tmp_path / "made").exists()


def test_a_folder_that_others_can_write_to_is_neither_read_nor_written(rules: Path, cache: Path) -> None:
    cache.mkdir()
    cache.chmod(0o777)
    assert load(rules, cache) == load_rulebook(rules)
    assert kept(cache) == []


def test_a_cache_that_cannot_be_written_is_done_without(rules: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way", encoding="utf-8")
    assert load(rules, tmp_path / "file" / "cache") == load_rulebook(rules)


def test_only_the_newest_rulebooks_are_kept(rules: Path, cache: Path) -> None:
    release = rules / "rulebook.yaml"
    for number in range(KEPT + 3):
        release.write_text(f"{release.read_text(encoding='utf-8')}\n# {number}\n", encoding="utf-8")
        load(rules, cache)
    assert len(kept(cache)) == KEPT


def test_another_version_of_sangdo_does_not_read_the_cache_of_this_one(
    rules: Path, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    load(rules, cache)
    monkeypatch.setattr(cached_rulebook, "__version__", "0.0.0")
    load(rules, cache)
    assert len(kept(cache)) == 2
