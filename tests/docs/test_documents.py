"""What the documents say is so: commands print what is shown, edits apply, links lead somewhere."""

from __future__ import annotations

import json
import re
import tomllib
from datetime import date
from pathlib import Path
from typing import Any

import click
import jsonschema
import pytest
import yaml
from click.testing import CliRunner

from sangdo.cli import cli
from sangdo.engine.audit.store.verification import LogBroken
from sangdo.engine.facts.facts_file import KEYS as FACTS_KEYS
from sangdo.engine.language import actions, conditions, questions, vocabulary
from sangdo.engine.language.errors import DataInvalid, NothingMatched, RulesInvalid
from sangdo.engine.language.rulebook import Choose, FactType, Status
from sangdo.engine.language.schema import schema_text
from sangdo.engine.verify.findings.finding import CODES
from sangdo.engine.verify.scenarios.scenario import EXPECT_KEYS
from sangdo.engine.verify.scenarios.scenario import KEYS as SCENARIO_KEYS
from sangdo.tests.docs.documents import (
    DOCUMENTS,
    ROOT,
    Block,
    Section,
    apply_edit,
    commands_of,
    matches,
    play,
    read_sections,
)


def _verbs(group: click.Group, before: str = "") -> dict[str, click.Command]:
    """All verbs by name, those of a group after it: `log`, `log list`."""
    found: dict[str, click.Command] = {}
    for name in group.list_commands(click.Context(group)):
        command = group.get_command(click.Context(group), name)
        assert command is not None
        found[before + name] = command
        if isinstance(command, click.Group):
            found |= _verbs(command, f"{before}{name} ")
    return found


VERBS = _verbs(cli)
SECTIONS = [section for document in DOCUMENTS for section in read_sections(document)]
RULES_GUIDE = ROOT / "rules" / "README.md"
ADDRESSES = {"doi.org", "creativecommons.org"}


@pytest.fixture(scope="session")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One cache of the example book for all documents."""
    return tmp_path_factory.mktemp("cache")


def text_of(name: str) -> str:
    return (ROOT / name).read_text("utf-8")


@pytest.mark.parametrize("section", SECTIONS, ids=lambda section: section.name)
def test_a_section_does_what_it_shows(section: Section, tmp_path: Path, cache: Path) -> None:
    folder = tmp_path / "work"
    folder.mkdir()
    for command, code, printed in play(section, folder, cache):
        where = f"{section.document.name}:{command.line}: {command.words}"
        if command.shown.strip():
            assert code not in (1, 2), f"{where}\n{printed}"
            assert matches(command.shown, printed), f"{where}\nshown:\n{command.shown}\nprinted:\n{printed}"
        else:
            assert code == 0, f"{where}\n{printed}"


@pytest.mark.parametrize(
    ("shown", "printed", "same"),
    [
        ("one\ntwo", "one\ntwo\n", True),
        ("one", "one\ntwo\n", False),
        ("one\n…\nfour", "one\ntwo\nthree\nfour\n", True),
        ("one\n…\nfour", "one\nfour\n", True),
        ("one\n…\nfour", "one\ntwo\nthree\n", False),
        ("… rules: no problems", "102 rules: no problems\n", True),
        ("… rules: no problems", "102 rules: 1 problem\n", False),
        ("a … c", "a b\nc\n", False),
        ("1.5", "1x5", False),
    ],
)
def test_an_ellipsis_stands_for_lines_or_for_part_of_a_line(shown: str, printed: str, same: bool) -> None:
    assert matches(shown, printed) is same


def test_an_edit_that_fits_nowhere_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("x: 1\ny: 2\n", "utf-8")
    apply_edit(tmp_path, Block("diff", " x: 1\n-y: 2\n+y: 3\n", "a.yaml", 1))
    assert (tmp_path / "a.yaml").read_text("utf-8") == "x: 1\ny: 3\n"
    with pytest.raises(AssertionError, match="0 places"):
        apply_edit(tmp_path, Block("diff", "-y: 2\n+y: 4\n", "a.yaml", 1))


def test_every_command_shown_is_one_that_is_run_or_a_target_of_make() -> None:
    targets = set(re.findall(r"(?m)^([a-z]+):", text_of("Makefile")))
    for section in SECTIONS:
        for block in section.blocks:
            for command in commands_of(block) if block.kind == "console" else ():
                program, *words = command.words.split()
                assert program == "sangdo" or (program == "make" and words[0] in targets), command.words


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_relative_links_lead_to_a_file_and_a_heading(document: Path) -> None:
    for target in re.findall(r"\]\(([^)\s]+)\)", _without_code(document.read_text("utf-8"))):
        if target.startswith("https://"):
            continue
        path, _, anchor = target.partition("#")
        file = (document.parent / path).resolve() if path else document
        assert file.exists(), f"{document.name}: {target}"
        if anchor:
            assert anchor in _anchors(file), f"{document.name}: {target}"


def _without_code(text: str) -> str:
    return re.sub(r"(?s)```.*?```", "", text)


def _anchors(file: Path) -> set[str]:
    """The anchors of headings, as they are made for Markdown on the usual sites."""
    headings = re.findall(r"(?m)^#+ (.+)$", _without_code(file.read_text("utf-8")))
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_no_absolute_path_and_no_foreign_address_stands_in_a_document(document: Path) -> None:
    text = document.read_text("utf-8")
    assert not re.search(r"(?<![\w.$~])/(home|root|tmp|usr|opt|var|mnt|work|Users)/", text)
    assert set(re.findall(r"https?://([\w.-]+)", text)) <= ADDRESSES


@pytest.mark.parametrize("name", list(VERBS))
def test_each_verb_is_documented_with_exactly_its_options(name: str) -> None:
    level = "###" if " " in name else "##"
    found = re.search(rf"(?ms)^{level} `sangdo {name}`\n(.*?)(?=^##|\Z)", text_of("docs/command-line.md"))
    assert found, f"no section on sangdo {name}"
    documented = set(re.findall(r"(?m)^\| `(-[^`]*)` \|", found.group(1)))
    spelt = {", ".join(sorted(p.opts, key=len)) for p in VERBS[name].params if isinstance(p, click.Option)}
    assert documented == {re.sub(r" [A-Z].*", "", option) for option in spelt}


def test_the_verbs_are_documented_in_the_order_of_the_help() -> None:
    documented = re.findall(r"(?m)^##+ `sangdo ([\w ]+)`$", text_of("docs/command-line.md"))
    assert documented == list(VERBS)


def test_the_exit_codes_are_those_of_the_errors() -> None:
    documented = dict(re.findall(r"(?m)^\| (\d) \| (.+?) \|$", text_of("docs/command-line.md")))
    assert set(documented) == {"0", "1", "2", "3", "4", "5", "6", "7", "8"}
    for error, word in (
        (RulesInvalid, "rule"),
        (DataInvalid, "facts"),
        (NothingMatched, "customer"),
        (LogBroken, "log"),
    ):
        assert word in documented[str(error.exit_code)]


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_documented_completion_of_a_shell_is_there(shell: str) -> None:
    assert f"_SANGDO_COMPLETE={shell}_source sangdo" in text_of("docs/command-line.md")
    done = CliRunner().invoke(cli, prog_name="sangdo", env={"_SANGDO_COMPLETE": f"{shell}_source"})
    assert f"_SANGDO_COMPLETE={shell}_complete" in done.output


@pytest.mark.parametrize(
    ("kind", "keys"),
    [
        ("vocabulary", vocabulary.KEYS),
        ("question", questions.KEYS),
        ("threshold", questions.THRESHOLD_KEYS),
        ("rule", questions.RULE_KEYS),
        ("action", actions.KEYS),
        ("scenario", SCENARIO_KEYS),
        ("expectation", EXPECT_KEYS),
    ],
)
def test_the_reference_lists_the_keys_of_a_record_in_their_order(kind: str, keys: tuple[str, ...]) -> None:
    found = re.search(rf"(?ms)^Keys of (?:a|an) {kind}, in this order: (.+?)\n\n", text_of("docs/language.md"))
    assert found, f"no line on the keys of a {kind}"
    assert tuple(re.findall(r"`([^`]+)`", found.group(1))) == keys


def snippet(heading: str) -> Any:
    """The YAML under a heading of the reference, read as JSON has it: dates as text."""
    found = re.search(rf"(?ms)^## {heading}\n.*?```yaml\n(.*?)```", text_of("docs/language.md"))
    assert found
    return json.loads(json.dumps(_with_texts(yaml.safe_load(found.group(1)))))


def _with_texts(value: object) -> object:
    if isinstance(value, dict):
        return {str(key): _with_texts(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_with_texts(inner) for inner in value]
    return value.isoformat() if isinstance(value, date) else value


@pytest.mark.parametrize("kind", ["vocabulary", "question", "actions", "scenarios"])
def test_the_examples_of_the_reference_are_valid(kind: str) -> None:
    written = {
        "vocabulary": lambda: {"facts": snippet("Facts")},
        "question": lambda: snippet("Questions") | {"thresholds": snippet("Thresholds"), "rules": snippet("Rules")},
        "actions": lambda: snippet("Actions"),
        "scenarios": lambda: snippet("Scenarios"),
    }[kind]()
    jsonschema.validate(written, json.loads(schema_text(kind)))


@pytest.mark.parametrize(
    ("heading", "words"),
    [
        ("Types of facts", tuple(FactType)),
        ("How a question chooses", tuple(Choose)),
        ("Status", tuple(Status)),
        ("Rhythms", actions.RHYTHMS),
        ("Who acts", actions.ROLES),
    ],
)
def test_the_reference_lists_every_word_of_a_closed_list(heading: str, words: tuple[str, ...]) -> None:
    found = re.search(rf"(?ms)^### {heading}\n(.*?)(?=^##|\Z)", text_of("docs/language.md"))
    assert found
    assert set(re.findall(r"(?m)^\| `(\w+)` \|", found.group(1))) == {str(word) for word in words}


def test_the_reference_lists_every_test_of_a_condition() -> None:
    found = re.search(r"(?ms)^### Tests\n(.*?)(?=^##|\Z)", text_of("docs/language.md"))
    assert found
    for word in (*conditions.WORDED, *conditions.GROUPS):
        assert re.search(rf"`[^`\n]*\b{word}: ", found.group(1)), word


def test_every_finding_is_explained_in_both_languages_under_its_code() -> None:
    text = " ".join(text_of("docs/findings.md").split())
    assert re.findall(r"(?m)^## (\w+)$", text_of("docs/findings.md")) == list(CODES)
    for code in CODES.values():
        assert f"| [`{code.name}`](#{code.name}) | {code.severity} | {code.title.en} |" in text
        assert f"## {code.name} {code.severity} · {code.title.en} · {code.title.ko} {code.explanation.en} " in text
        assert code.explanation.ko in text


def test_the_reference_names_what_a_facts_file_may_hold_beside_facts() -> None:
    for key in FACTS_KEYS:
        assert f"`{key}`" in text_of("docs/command-line.md")


def test_the_architecture_names_the_stages_in_the_order_of_the_import_contract() -> None:
    contract = tomllib.loads(text_of("pyproject.toml"))["tool"]["importlinter"]["contracts"][0]["layers"]
    layers = [name for layer in reversed(contract) for name in layer.split(" | ")]
    stages = [name.removeprefix("sangdo.engine.") for name in layers if ".engine." in name]
    found = re.findall(r"(?m)^\| `engine/(\w+)/` \|", text_of("docs/architecture.md"))
    assert found == stages
    picture = text_of("docs/architecture.svg")
    assert all(f">{stage}<" in picture for stage in stages)


def test_the_korean_and_the_english_half_of_the_rules_guide_make_the_same_edits() -> None:
    halves = {"ko": [], "en": []}
    for section in read_sections(RULES_GUIDE):
        hangul = bool(re.search("[가-힣]", section.title))
        halves["ko" if hangul else "en"] += [(b.path, b.text) for b in section.blocks if b.kind != "console"]
    assert halves["ko"] == halves["en"]
    assert len(halves["ko"]) > 8


def test_each_decision_is_numbered_in_turn_and_says_context_decision_and_consequence() -> None:
    pages = sorted((ROOT / "docs" / "decisions").glob("0*.md"))
    assert [page.name[:4] for page in pages] == [f"{number:04}" for number in range(1, len(pages) + 1)]
    for page in pages:
        assert re.findall(r"(?m)^## (.+)$", page.read_text("utf-8")) == ["Context", "Decision", "Consequence"]
