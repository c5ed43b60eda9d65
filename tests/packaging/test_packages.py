"""What is installed is what stands in the repository: every package, every rule file, nothing stray."""

from __future__ import annotations

import os
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ROOT_MODULES = {"__init__.py", "__main__.py", "cli.py"}
DATA = (".yaml", ".json", ".j2", ".css", ".md")


def settings() -> dict[str, object]:
    tool = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]
    return dict(tool["setuptools"])


def test_every_package_is_listed() -> None:
    folders = {path.parent for path in (ROOT / "engine").rglob("*.py")} | {ROOT / "commands"}
    folders |= {path.parent for name in ("rules", "templates") for path in (ROOT / name).rglob("*") if path.is_file()}
    names = {"sangdo", *(".".join(("sangdo", *folder.relative_to(ROOT).parts)) for folder in folders)}
    assert set(settings()["packages"]) == names  # type: ignore[call-overload]


def test_no_stray_module_stands_at_the_root() -> None:
    assert {path.name for path in ROOT.glob("*.py")} == ROOT_MODULES


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A wheel built from the source distribution, so that both are whole."""
    folder = tmp_path_factory.mktemp("dist")
    environment = {**os.environ, "PIP_DISABLE_PIP_VERSION_CHECK": "1"}
    script = (
        "import sys; from setuptools import build_meta as b; "
        "print(b.build_sdist(sys.argv[1]) if sys.argv[2] == 'sdist' else b.build_wheel(sys.argv[1]))"
    )
    made = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", script, str(folder), "sdist"],
        cwd=ROOT, env=environment, capture_output=True, text=True, check=True,
    )  # fmt: skip
    source = folder / made.stdout.split()[-1]
    subprocess.run(["tar", "-xzf", source.name], cwd=folder, check=True)
    unpacked = folder / source.name.removesuffix(".tar.gz")
    made = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", script, str(folder), "wheel"],
        cwd=unpacked, env=environment, capture_output=True, text=True, check=True,
    )  # fmt: skip
    return folder / made.stdout.split()[-1]


def test_a_wheel_from_the_source_distribution_holds_all_code_rules_and_templates(wheel: Path) -> None:
    names = {name for name in zipfile.ZipFile(wheel).namelist() if ".dist-info/" not in name}
    code = [
        *(ROOT / "engine").rglob("*.py"),
        *(ROOT / "commands").glob("*.py"),
        *(ROOT / name for name in ROOT_MODULES),
    ]
    data = [path for name in ("rules", "templates") for path in (ROOT / name).rglob("*") if path.suffix in DATA]
    wanted = {f"sangdo/{path.relative_to(ROOT).as_posix()}" for path in code + data} | {"sangdo/py.typed"}
    assert names == wanted


def test_the_wheel_runs_away_from_the_repository(wheel: Path, tmp_path: Path) -> None:
    subprocess.run(["unzip", "-q", str(wheel), "-d", str(tmp_path)], check=True)
    environment = {**os.environ, "PYTHONPATH": str(tmp_path)}
    script = "import sangdo.cli as c; print(c.__file__); c.main()"
    done = subprocess.run(
        [sys.executable, "-S", "-c", f"import site; site.main(); {script}", "check"],
        cwd=tmp_path, env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[0].startswith(str(tmp_path))
    assert "no problems" in done.stdout
