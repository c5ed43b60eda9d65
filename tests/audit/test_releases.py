"""Releases that a log keeps, found by name or digest, and compared with the rules of today."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from sangdo.cli import cli
from sangdo.engine.audit.releases import find_release
from sangdo.engine.audit.replay import kept_rulebook
from sangdo.engine.audit.store.log_url import LogUnusable
from sangdo.engine.audit.store.reader import LogReader
from sangdo.engine.language.errors import NothingMatched, SangdoError
from sangdo.tests.audit.plans import BOOK, RULES, STEADY, decide
from sangdo.tests.audit.plans import log as log_plans


def copied(folder: Path, name: str, release: str) -> Path:
    """The shipped rules as a release of their own."""
    rules = Path(shutil.copytree(RULES, folder / name))
    path = rules / "rulebook.yaml"
    text = path.read_text("utf-8")
    assert '"2026.1"' in text
    path.write_text(text.replace('"2026.1"', f'"{release}"'), "utf-8")
    return rules


@pytest.fixture
def kept(log: str, tmp_path: Path) -> tuple[str, Path, Path]:
    """A log of decisions by three releases, two of one name, and the folders of the first two."""
    first, second = copied(tmp_path, "first", "2025.4"), copied(tmp_path, "second", "2025.5")
    again = copied(tmp_path, "again", "2025.5")
    (again / "rulebook.yaml").write_text((again / "rulebook.yaml").read_text("utf-8") + "# again\n", "utf-8")
    log_plans(log, *(decide(STEADY, rules=rules) for rules in (first, second, again)))
    return log, first, second


def test_a_release_is_found_by_its_name_or_by_how_its_digest_begins(kept: tuple[str, Path, Path]) -> None:
    url, first, second = kept
    by = {path: decide(STEADY, rules=path).rulebook for path in (first, second)}
    with LogReader.open(url) as reader:
        found = find_release(reader, "2025.4")
        assert found.sha256 == by[first].sha256
        assert found.root == f"log:{found.sha256[:12]}"
        assert found.questions["quadrant"].location.path == f"{found.root}/existing/quadrant.yaml"
        assert find_release(reader, by[second].sha256[:6].upper()).sha256 == by[second].sha256


def test_a_name_of_two_releases_or_of_none_is_refused(kept: tuple[str, Path, Path]) -> None:
    with LogReader.open(kept[0]) as reader:
        with pytest.raises(NothingMatched, match=r'"2025\.5" means 2 releases of the log: [0-9a-f]{12}, [0-9a-f]{12}'):
            find_release(reader, "2025.5")
        with pytest.raises(NothingMatched, match=r'no release "2025\.44"') as caught:
            find_release(reader, "2025.44")
        assert 'did you mean "2025.4"' in str(caught.value)
        for name in ("", "2", decide(STEADY, rules=kept[1]).rulebook.sha256[:5]):
            with pytest.raises(NothingMatched, match=f'keeps no release "{name}"'):
                find_release(reader, name)


def test_rules_that_can_no_longer_be_read_are_said_to_be_so() -> None:
    with pytest.raises(LogUnusable, match="cannot be read by this version of sangdo") as caught:
        kept_rulebook("0" * 64, {"rulebook.yaml": b"release: 1\n"})
    assert str(caught.value).startswith("log:000000000000: ")
    assert "tmp" not in str(caught.value)


def run(*words: str) -> Result:
    return CliRunner().invoke(cli, [*words, "--lang", "en"])


def test_impact_and_diff_compare_a_release_with_a_folder(kept: tuple[str, Path, Path]) -> None:
    url, first, _ = kept
    done = run("impact", "log:2025.4", str(RULES), "--log", url, "--book", str(BOOK))
    assert done.exit_code == 0, done.stderr
    assert f"log:{decide(STEADY, rules=first).rulebook.sha256[:12]} 2025.4" in done.stdout
    assert "Nothing changes for anybody" in done.stdout
    done = run("diff", "log:2025.4", str(first), "--log", url)
    assert done.exit_code == 0, done.stderr
    assert "Nothing was rewritten." in done.stdout


def test_a_release_needs_a_log() -> None:
    done = run("diff", "log:2025.4", str(RULES))
    assert done.exit_code == 2
    assert "give either --log URL or --book PATH" in done.stderr
    done = run("diff", "log:2025.4", str(RULES), "--log", "nowhere.sqlite")
    assert isinstance(done.exception, SangdoError)
