"""However a rule file is laid out, its canonical form means the same, stays as it is, and has every comment."""

from __future__ import annotations

import json
import random
import re
import tempfile
import time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sangdo.engine.language.errors import RulesInvalid
from sangdo.engine.language.formatting import format_file
from sangdo.engine.language.loading import load_rulebook
from sangdo.engine.language.rule_files import rule_files
from sangdo.engine.language.rulebook import Rulebook
from sangdo.engine.language.shapes import Grammar, Shape
from sangdo.engine.language.source import Mapping, Node, Scalar, parse_source
from sangdo.engine.verify.scenarios.scenario_shapes import file_grammar
from sangdo.tests.property.rule_files_of import write_rulebook
from sangdo.tests.property.strategies import plain_json, rulebooks
from sangdo.tests.property.test_hostile_files import HOSTILE, RULES, SECONDS, SMALL, mutations

GRAMMAR = file_grammar()
NOTE = re.compile(r"#\d+ note(?: : \[x\])?")


class Restyling:
    """Writes a file anew: keys of records in any order, blocks or braces, comments and blank lines anywhere."""

    def __init__(self, chance: random.Random, grammar: Grammar) -> None:
        self._chance, self._grammar, self.comments = chance, grammar, 0

    def write(self, node: Node) -> str:
        assert isinstance(node, Mapping)
        shape = self._grammar.shapes[self._grammar.kind(node.keys()) or ""]
        text = self._flow(node, shape) if self._chance.random() < 0.2 else self._block(node, shape, 0)
        text = self._lines(0) + text + self._lines(0)
        return text.replace("\n", self._chance.choice(["\n", "\r\n", "\r"]))

    def _comment(self, often: float = 0.15) -> str:
        if self._chance.random() > often:
            return ""
        self.comments += 1
        return f"#{self.comments} note" + self._chance.choice(["", " : [x]"])

    def _beside(self) -> str:
        comment = self._comment()
        return self._chance.choice([" ", "   "]) + comment if comment else ""

    def _lines(self, indent: int) -> str:
        """Comments on lines of their own and blank lines, none or some."""
        lines = ""
        while self._chance.random() < 0.15:
            lines += self._chance.choice(["", "  "]) + "\n"
            lines += " " * max(0, indent + self._chance.choice([0, 0, 0, -1, 2])) + self._comment(1) + "\n"
        return lines

    def _entries(self, node: Mapping, shape: Shape) -> list[tuple[Scalar, Node]]:
        entries = list(node.entries)
        if shape.keys and not (shape.keys == ("ko", "en") and set(node.keys()) != {"ko", "en"}):
            self._chance.shuffle(entries)
        return entries

    def _inner(self, shape: Shape, name: object) -> Shape:
        return self._grammar.shapes[shape.of(str(name))]

    def _scalar(self, node: Scalar) -> str:
        if not node.quoted:
            return node.spelling
        if "'" not in node.spelling and node.spelling.isprintable() and self._chance.random() < 0.3:
            return f"'{node.spelling}'"
        return json.dumps(node.spelling, ensure_ascii=not node.spelling.isprintable())

    def _flow(self, node: Node, shape: Shape) -> str:
        if isinstance(node, Scalar):
            return self._scalar(node)
        if isinstance(node, Mapping):
            pairs = self._entries(node, shape)
            parts = [f"{self._scalar(key)}: {self._flow(inner, self._inner(shape, key.value))}" for key, inner in pairs]
            return self._bracketed("{", parts, "}")
        return self._bracketed("[", [self._flow(item, self._inner(shape, "")) for item in node.items], "]")

    def _bracketed(self, opening: str, parts: list[str], closing: str) -> str:
        written = opening
        for number, part in enumerate(parts):
            written += self._break() + part + self._break() + ("," if number < len(parts) - 1 else "")
        return written + self._break() + closing

    def _break(self) -> str:
        comment = self._comment(0.04)
        return f" {comment}\n            " if comment else self._chance.choice(["", "", " "])

    def _block(self, node: Node, shape: Shape, indent: int) -> str:
        """Write the lines of a mapping or list that is not empty."""
        pad, lines = " " * indent, ""
        if isinstance(node, Mapping):
            for key, inner in self._entries(node, shape):
                lines += self._lines(indent) + pad + self._scalar(key) + ":"
                lines += self._under(inner, self._inner(shape, key.value), indent, False)
            return lines
        assert not isinstance(node, Scalar)
        for item in node.items:
            lines += self._lines(indent) + pad + "-" + self._under(item, self._inner(shape, ""), indent, True)
        return lines

    def _under(self, node: Node, shape: Shape, indent: int, dashed: bool) -> str:
        if isinstance(node, Scalar) and self._chance.random() < 0.1 and not dashed:
            return f"{self._beside()}\n{self._lines(indent + 2)}{' ' * (indent + 2)}{self._scalar(node)}\n"
        empty = not isinstance(node, Scalar) and not (node.entries if isinstance(node, Mapping) else node.items)
        if isinstance(node, Scalar) or empty or self._chance.random() < 0.4:
            return f" {self._flow(node, shape)}{self._beside()}\n"
        step = self._chance.choice([1, 2, 4])
        block = self._block(node, shape, indent + step + dashed)
        if dashed and block[: indent + step + 1].isspace() and block[indent + step + 1] not in " #\n":
            return block[indent + 1 :] if "\n" not in block[: indent + step + 1] else f"\n{block}"
        return f"{self._beside()}\n{block}"


def canonical(data: bytes) -> str:
    return format_file(data, "file.yaml", GRAMMAR)


def restyle(path: Path, chance: random.Random) -> None:
    """Lay a file out at random, then in canonical form, and check what no layout may change."""
    _, node = parse_source(path.read_bytes(), path.name)
    assert node is not None
    styling = Restyling(chance, GRAMMAR)
    restyled = styling.write(node)
    formatted = canonical(restyled.encode())
    assert canonical(formatted.encode()) == formatted
    assert sorted(NOTE.findall(formatted)) == sorted(NOTE.findall(restyled))
    assert len(NOTE.findall(formatted)) == styling.comments
    path.write_text(formatted, "utf-8")


def assert_formatting_keeps(rulebook: Rulebook, chance: random.Random) -> None:
    with tempfile.TemporaryDirectory() as folder:
        root = write_rulebook(Path(folder), rulebook)
        for path in rule_files(root):
            restyle(path, chance)
        assert plain_json(load_rulebook(root)) == plain_json(rulebook)


@settings(max_examples=8, derandomize=True, deadline=None, suppress_health_check=list(HealthCheck), database=None)
@given(rulebooks(), st.randoms(use_true_random=False))
def test_the_canonical_form_of_any_layout_loads_to_the_same_rulebook(rulebook: Rulebook, chance: random.Random) -> None:
    assert_formatting_keeps(rulebook, chance)


@pytest.mark.nightly
@settings(max_examples=1500, deadline=None, suppress_health_check=list(HealthCheck), database=None)
@given(rulebooks(), st.randoms(use_true_random=False))
def test_the_canonical_form_of_many_layouts_loads_to_the_same(rulebook: Rulebook, chance: random.Random) -> None:
    assert_formatting_keeps(rulebook, chance)


@pytest.mark.parametrize("seed", range(3))
def test_the_shipped_files_come_back_from_any_layout(seed: int, tmp_path: Path) -> None:
    chance = random.Random(seed)
    for path in chance.sample(sorted(RULES.rglob("*.yaml")), 12):
        copy = tmp_path / path.name
        copy.write_text(path.read_text("utf-8"), "utf-8")
        restyle(copy, chance)


def words_of_comments(text: str) -> list[str]:
    return sorted(line.strip() for line in text.splitlines() if line.strip().startswith("#"))


def tried(data: bytes) -> str | None:
    """Format a file, however broken; the canonical form is stable, or there is a clear error, both soon."""
    started = time.process_time()
    try:
        formatted: str | None = canonical(data)
    except RulesInvalid:
        formatted = None
    if formatted is not None:
        assert canonical(formatted.encode()) == formatted
    assert time.process_time() - started < 2 * SECONDS
    return formatted


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_is_formatted_or_refused_soon(name: str) -> None:
    made = HOSTILE[name]
    tried(made() if callable(made) else made)


@settings(max_examples=200, derandomize=True, deadline=None, suppress_health_check=list(HealthCheck), database=None)
@given(
    st.text("ab: -[]{}'\"#|>?%\n\n  ,0.+", max_size=60),
    st.sampled_from(["rules:", "rules: ", "rules: [", "facts:\n  "]),
)
def test_a_random_text_is_formatted_or_refused(text: str, start: str) -> None:
    tried((start + text).encode())


def test_a_mutated_file_is_formatted_or_refused() -> None:
    chance, kept = random.Random(7), 0
    for path in rule_files(SMALL) * 6:
        for content in mutations(path.read_bytes(), chance):
            formatted = tried(content)
            if formatted is not None:
                kept += 1
                assert words_of_comments(formatted) == words_of_comments(content.decode("utf-8"))
    assert kept > 30
