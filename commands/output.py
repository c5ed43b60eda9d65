"""Where a verb writes, and in which format."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from shutil import copymode

import click

ENDINGS = {
    ".txt": "text", ".md": "md", ".html": "html", ".json": "json", ".jsonl": "jsonl", ".csv": "csv", ".dot": "dot",
    ".xml": "junit", ".sarif": "sarif", ".ics": "ics",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Output:
    """A format, and the file to write (None for stdout)."""

    form: str
    path: Path | None

    @classmethod
    def of(cls, form: str | None, target: str | None, forms: Sequence[str]) -> Output:
        """Return what -f and -o ask for: without -f, -o may be a format itself, or a file whose ending names it."""
        if form is None and target is not None and target in forms:
            return cls(target, None)
        path = Path(target) if target is not None else None
        named = ENDINGS.get(path.suffix) if path is not None else None
        return cls(form or (named if named in forms else None) or forms[0], path)

    def write(self, text: str) -> None:
        """Write a text to stdout, or to the file, which is there only when all is written."""
        if self.path is None:
            click.echo(text, nl=not text.endswith("\n"))
            return
        with _draft(self.path) as draft:
            draft.write_text(text, encoding="utf-8")

    def write_lines(self, lines: Iterable[str]) -> None:
        """Write lines as they come, without holding them all."""
        if self.path is None:
            for line in lines:
                click.echo(line, nl=False)
            return
        with _draft(self.path) as draft, draft.open("w", encoding="utf-8", newline="") as stream:
            stream.writelines(lines)


@contextmanager
def _draft(path: Path) -> Iterator[Path]:
    """A file beside the wanted one that takes its place when all is written."""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        yield draft
        if path.exists():
            copymode(path, draft)
        draft.replace(path)
    except OSError as error:
        raise click.UsageError(f"cannot write {path}: {error.strerror or error}") from None
    finally:
        draft.unlink(missing_ok=True)


def as_json(value: object) -> str:
    """Write a value as JSON, as all verbs do."""
    return json.dumps(value, ensure_ascii=False, indent=2) + "\n"


def note(notes: Sequence[str]) -> None:
    """Say something on stderr."""
    for one in notes:
        click.echo(f"note: {one}", err=True)
