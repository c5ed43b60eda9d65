"""Plans in a real browser: they fit a phone, print on A4, and ask nothing of any network."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner

from sangdo.cli import cli
from sangdo.engine.decision.decision import Decider
from sangdo.engine.decision.pages.rendering import render
from sangdo.engine.decision.plan import build_plan
from sangdo.engine.facts.facts import Facts, Known
from sangdo.engine.language.loading import load_rulebook

BROWSER = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
QUIET = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync",
    "--disable-background-networking", "--disable-component-update",
)  # fmt: skip
PHONE = 390
RULEBOOK = load_rulebook(Path(__file__).parents[2] / "rules")

pytestmark = pytest.mark.skipif(
    BROWSER is None and "CI" not in os.environ, reason="no Chromium here; continuous integration installs one"
)


def page(folder: Path, language: str) -> Path:
    known = {"name": "한빛상사 <b>서울 본점</b>", "quadrant": "EII", "competitor_offer": "better", "satisfaction": 2}
    facts = {name: Known(value, "given", "facts.yaml:1") for name, value in known.items()}
    decision = Decider(RULEBOOK).decide(Facts("C-2", date(2026, 11, 23), facts))  # type: ignore[arg-type]
    path = folder / "plan.html"
    record = {"seq": 12, "by": "Hana", "at": "2026-11-23T09:00:00+00:00", "hash": "5e" * 32}
    plan = {**build_plan(decision, language), "record": record}
    path.write_text(render(plan, RULEBOOK, "html"), encoding="utf-8")
    return path


def browse(folder: Path, *words: str) -> str:
    assert BROWSER is not None, "no Chromium is installed"
    done = subprocess.run(
        [BROWSER, *QUIET, f"--user-data-dir={folder / 'profile'}", *words],
        capture_output=True, encoding="utf-8", check=True, timeout=120,
    )  # fmt: skip
    return done.stdout


def week_page(folder: Path, language: str) -> Path:
    """The weeks of all reps of the example book."""
    path, book = folder / "weeks.html", Path(__file__).parents[2] / "examples" / "book"
    done = CliRunner().invoke(cli, ["book", "--all", "--book", str(book), "--lang", language, "-o", str(path)])
    assert done.exit_code == 0, done.output
    return path


def report_page(folder: Path, language: str) -> Path:
    """The sales director's page of the example book."""
    path, book = folder / "report.html", Path(__file__).parents[2] / "examples" / "book"
    done = CliRunner().invoke(cli, ["report", "--book", str(book), "--lang", language, "-o", str(path)])
    assert done.exit_code == 0, done.output
    return path


@pytest.mark.parametrize("language", ["ko", "en"])
@pytest.mark.parametrize("make", [page, week_page, report_page])
def test_a_page_fits_the_width_of_a_phone(tmp_path: Path, make: Callable[[Path, str], Path], language: str) -> None:
    frame = tmp_path / "phone.html"
    measure = "f.onload = () => { w.textContent = 'width ' + f.contentDocument.documentElement.scrollWidth }"
    inside = f"<iframe id=f width={PHONE} height=800 src={make(tmp_path, language).name}></iframe>"
    frame.write_text(f"{inside}<p id=w></p><script>{measure}</script>", encoding="utf-8")
    shown = browse(tmp_path, "--allow-file-access-from-files", "--dump-dom", frame.as_uri())
    found = re.search(r"width (\d+)", shown)
    assert found is not None
    assert 0 < int(found.group(1)) <= PHONE


def test_a_plan_prints_on_a4(tmp_path: Path) -> None:
    printed = tmp_path / "plan.pdf"
    browse(tmp_path, "--no-pdf-header-footer", f"--print-to-pdf={printed}", page(tmp_path, "ko").as_uri())
    sizes = {
        tuple(map(float, box)) for box in re.findall(rb"/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]", printed.read_bytes())
    }
    assert {(round(width), round(height)) for width, height in sizes} == {(595, 842)}
    assert 1 <= len(re.findall(rb"/Type /Page\b", printed.read_bytes())) <= 4


def test_a_name_cannot_become_markup(tmp_path: Path) -> None:
    shown = browse(tmp_path, "--dump-dom", page(tmp_path, "ko").as_uri())
    assert "&lt;b&gt;서울 본점&lt;/b&gt;" in shown
    assert "<b>서울 본점</b>" not in shown
