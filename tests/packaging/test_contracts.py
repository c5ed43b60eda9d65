"""The contracts that hold the project together: imports one way, schemas current, no needless import."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import date
from pathlib import Path

import jsonschema
import pytest
import yaml

from sangdo.engine.language.schema import SCHEMAS, schema_text

ROOT = Path(__file__).parents[2]
RULES = ROOT / "rules"
KINDS = {"rulebook.yaml": "rulebook", "vocabulary.yaml": "vocabulary", "clauses.yaml": "clauses"}


def kind_of(path: Path) -> str:
    if path.name.endswith(".test.yaml"):
        return "scenarios"
    return "actions" if path.parent.name == "actions" else KINDS.get(path.name, "question")


def rule_files() -> list[Path]:
    return sorted(RULES.rglob("*.yaml"))


def test_the_stages_import_upstream_only() -> None:
    done = subprocess.run(
        [sys.executable, "-c", "from importlinter.cli import lint_imports_command as c; c()"],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("kind", SCHEMAS)
def test_the_committed_schema_is_current(kind: str) -> None:
    assert (RULES / "schemas" / f"{kind}.schema.json").read_text("utf-8") == schema_text(kind)


@pytest.mark.parametrize("path", rule_files(), ids=lambda path: path.relative_to(RULES).as_posix())
def test_each_rule_file_names_its_schema_and_satisfies_it(path: Path) -> None:
    text = path.read_text("utf-8")
    schema = RULES / "schemas" / f"{kind_of(path)}.schema.json"
    named = text.splitlines()[0].removeprefix("# yaml-language-server: $schema=")
    assert (path.parent / named).resolve() == schema.resolve()
    jsonschema.validate(_as_json(yaml.safe_load(text)), json.loads(schema.read_text("utf-8")))


def _as_json(value: object) -> object:
    """Dates as JSON has them: as text, as keys of thresholds too."""
    if isinstance(value, dict):
        return {str(key): _as_json(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_as_json(inner) for inner in value]
    return value.isoformat() if isinstance(value, date) else value


@pytest.mark.parametrize(
    ("module", "allowed"),
    [
        ("durable_rules_engine", "inference"),
        ("jinja2", "decision"),
        ("duckdb", "bulk facts"),
        ("ibis", "bulk facts"),
        ("z3", "verify"),
        ("sqlalchemy", "audit"),
        ("alembic", "audit"),
        ("psycopg", "audit"),
    ],
)
def test_a_heavy_library_is_imported_in_its_own_stages_only(module: str, allowed: str) -> None:
    importing = {
        path.relative_to(ROOT / "engine").parts[0]
        for path in (ROOT / "engine").rglob("*.py")
        for line in path.read_text("utf-8").splitlines()
        if line.strip().startswith((f"import {module}", f"from {module}"))
    }
    assert importing == set(allowed.split())


def test_writing_to_a_log_imports_neither_sqlalchemy_nor_alembic_nor_psycopg(tmp_path: Path) -> None:
    log = tmp_path / "decisions.sqlite"
    script = (
        "import sys; from sangdo.engine.audit.store.writer import LogWriter as w; w.open(sys.argv[1]).close(); "
        "print({'sqlalchemy', 'alembic', 'psycopg'} & set(sys.modules))"
    )
    told = [
        subprocess.run([sys.executable, "-c", script, str(log)], capture_output=True, text=True, check=True).stdout
        for _ in range(2)
    ]
    assert "alembic" in told[0], "the first writer makes the tables"
    assert told[1] == "set()\n"
