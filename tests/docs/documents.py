"""The documents as what they promise: files to write, edits to make, commands to run and the output shown.

A fenced block is a file or an edit when the line before it ends in a colon and names a path in backticks:
a `diff` block is applied to that file (to every matching file where the path has a `*`), any other block becomes
the file. In a `console` block each line after `$ ` is a command, what follows is its output; `…` on a line of its
own stands for any lines, inside a line for any characters. Each section starts from the repository as it is.
"""

from __future__ import annotations

import contextlib
import io
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from unittest import mock

from sangdo import cli

ROOT = Path(__file__).parents[2]
DOCUMENTS = sorted(
    [ROOT / name for name in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md", "rules/README.md")]
    + list((ROOT / "docs").rglob("*.md"))
)
CODE = ("engine", "commands", "templates", "cli.py", "__init__.py", "__main__.py")
_HEADING = re.compile(r"#{1,3} (.+)")
_LEAD = re.compile(r"`([\w./*-]+\.\w+)`[^`]*:\s*\Z")


@dataclass(frozen=True)
class Block:
    """One fenced block: its kind, its text, the path that the line before it names, and where it begins."""

    kind: str
    text: str
    path: str | None
    line: int


@dataclass(frozen=True)
class Section:
    """A heading with the blocks under it, up to the next heading."""

    document: Path
    title: str
    blocks: tuple[Block, ...]

    @property
    def name(self) -> str:
        return f"{self.document.relative_to(ROOT).as_posix()}: {self.title}"

    @property
    def changes_code(self) -> bool:
        return any((block.path or "").startswith("engine/") for block in self.blocks)


@dataclass(frozen=True)
class Command:
    """A command as shown, with the output shown under it ("" when none is)."""

    words: str
    shown: str
    line: int


def read_sections(document: Path) -> list[Section]:
    """Read the sections of a document that hold a block."""
    title, blocks, sections = document.name, [], []
    fence: tuple[str, str | None, int] | None = None
    lead, body = "", []
    for number, line in enumerate(document.read_text("utf-8").splitlines(), start=1):
        heading = _HEADING.fullmatch(line) if fence is None else None
        if heading:
            sections.append(Section(document, title, tuple(blocks)))
            title, blocks = heading.group(1), []
        elif line.startswith("```") and fence is None:
            named = _LEAD.search(lead)
            fence, body = (line[3:].strip(), named.group(1) if named else None, number), []
        elif line.startswith("```") and fence is not None:
            blocks.append(Block(fence[0], "\n".join(body) + "\n", fence[1], fence[2]))
            fence, lead = None, ""
        elif fence is not None:
            body.append(line)
        elif line.strip():
            lead = line
    sections.append(Section(document, title, tuple(blocks)))
    return [section for section in sections if section.blocks]


def commands_of(block: Block) -> Iterator[Command]:
    """Yield the commands of a console block with what is shown under each."""
    words, shown, at = "", [], 0
    for offset, line in enumerate(block.text.splitlines(), start=1):
        if line.startswith("$ "):
            if words:
                yield Command(words, "\n".join(shown), at)
            words, shown, at = line[2:], [], block.line + offset
        else:
            shown.append(line)
    if words:
        yield Command(words, "\n".join(shown), at)


def matches(shown: str, printed: str) -> bool:
    """Whether the output is what the document shows."""
    pattern = ""
    for line in shown.rstrip().splitlines():
        if line.strip() == "…":
            pattern += r"(?:[^\n]*\n)*?"
        else:
            pattern += r"[^\n]*".join(re.escape(part.rstrip()) for part in re.split("…", line)) + r"[ ]*\n"
    return re.fullmatch(pattern, printed.rstrip() + "\n") is not None


def apply_edit(folder: Path, block: Block) -> None:
    """Apply a diff block; where its old lines do not stand exactly once (or, with a `*`, at all), it fails."""
    assert block.path is not None
    files = sorted(folder.glob(block.path))
    for hunk in re.split(r"(?m)^…\n", block.text):
        lines = hunk.splitlines()
        old = "".join(f"{line[1:]}\n" for line in lines if line[:1] != "+")
        new = "".join(f"{line[1:]}\n" for line in lines if line[:1] != "-")
        texts = {file: file.read_text("utf-8") for file in files}
        found = sum(text.count(old) for text in texts.values())
        assert found == 1 or (found and "*" in block.path), f"{block.path}: {found} places have\n{old}"
        for file, text in texts.items():
            file.write_text(text.replace(old, new), "utf-8")


def prepare(folder: Path, section: Section) -> None:
    """Lay out a copy of what the commands of a section read."""
    shutil.copytree(ROOT / "rules", folder / "rules", ignore=shutil.ignore_patterns("__pycache__"))
    # A copy: a plan of a book writes the decision log beside it.
    shutil.copytree(ROOT / "examples", folder / "examples", ignore=shutil.ignore_patterns("*.sqlite*", "__pycache__"))
    if section.changes_code:
        for name in CODE:
            copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
            copy(ROOT / name, folder / name)


def run(words: str, folder: Path, cache: Path, own_code: bool) -> tuple[int, str]:
    """Run one `sangdo` command in the folder; returns its exit code and all it printed."""
    environment = {"LC_ALL": "C.UTF-8", "SANGDO_RULES": "rules", "SANGDO_CACHE": str(cache), "SANGDO_LOG": ""}
    arguments = shlex.split(words)
    assert arguments[0] == "sangdo", words
    if own_code:
        modules = folder.with_name("modules")
        modules.mkdir(exist_ok=True)
        if not (modules / "sangdo").exists():
            (modules / "sangdo").symlink_to(folder)
        done = subprocess.run(
            [sys.executable, "-m", "sangdo", *arguments[1:]], cwd=folder, check=False, encoding="utf-8",
            env={**os.environ, **environment, "PYTHONPATH": str(modules), "PYTHONDONTWRITEBYTECODE": "1"},
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        )  # fmt: skip
        return done.returncode, done.stdout
    printed = io.TextIOWrapper(io.BytesIO(), encoding="utf-8", write_through=True)
    code = 0
    with (
        mock.patch.dict(os.environ, environment),
        mock.patch.object(sys, "argv", arguments),
        contextlib.chdir(folder),
        contextlib.redirect_stdout(printed),
        contextlib.redirect_stderr(printed),
    ):
        try:
            cli.main()
        except SystemExit as end:
            code = int(end.code or 0)
    return code, printed.buffer.getvalue().decode()  # type: ignore[attr-defined]


def play(section: Section, folder: Path, cache: Path) -> Iterator[tuple[Command, int, str]]:
    """Go through a section as a reader would; yield each `sangdo` command with its exit code and output."""
    prepare(folder, section)
    for block in section.blocks:
        if block.kind == "diff":
            apply_edit(folder, block)
        elif block.kind == "console":
            for command in commands_of(block):
                if command.words.startswith("sangdo "):
                    yield command, *run(command.words, folder, cache, section.changes_code)
        elif block.path is not None:
            (folder / block.path).parent.mkdir(parents=True, exist_ok=True)
            (folder / block.path).write_text(block.text, "utf-8")
