"""An explanation for reading: as a tree of text, as Markdown, or as one self-contained HTML page."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sangdo.engine.decision.why.outline import Line, obstacles, outline
from sangdo.engine.decision.why.words import words_in

FORMS = ("text", "md", "html")


def render_explanation(explained: Mapping[str, Any], form: str) -> str:
    """Return an explanation (the JSON object) as `text`, `md` or `html`, in its own language."""
    if form == "text":
        return explanation_tree(explained)
    from sangdo.engine.decision.pages.rendering import render_document

    say = words_in(explained["language"])
    return render_document(
        f"explanation.{form}.j2", form, explained=explained, lines=outline(explained), obstacles=obstacles(explained),
        say=say,
    )  # fmt: skip


def explanation_tree(explained: Mapping[str, Any]) -> str:
    """Write an explanation as a tree of text."""
    say = words_in(explained["language"])
    lines = [f"{explained['customer_id']}  {explained['as_of']}  ({explained['decision_id']})"]
    lines += _tree(outline(explained), "", say["house"])
    in_the_way = obstacles(explained)
    if in_the_way:
        lines.append(f"{say['stands_in_the_way']}:")
        lines += [f"   {line_of_text(line, say['house'])}" for line in in_the_way]
    lines += explained["notes"]
    if explained["question"] is not None:
        lines.append(say["legend"])
    return "\n".join(map(printable_line, lines)) + "\n"


def printable_line(line: str) -> str:
    """Return a line without control characters, whatever names and texts may hold."""
    return line if line.isprintable() else "".join(one if one.isprintable() else " " for one in line)


def line_of_text(line: Line, house: str) -> str:
    """Return one line of an outline as text."""
    cites = [*line.clauses, *([house] if line.is_house else [])]
    head = f"{line.mark} " if line.mark else ""
    note = (f", {line.against}" if line.against else "") + (f"  ({line.note})" if line.note else "")
    if line.kind == "rule":
        return f"{head}{line.code} [{', '.join(cites)}] {line.words}{note}"
    if not line.code:
        return f"{head}{line.words}{note}"
    gap = "  " if line.kind == "question" else " "
    return f"{head}{line.words}{gap}{line.code} = {line.value}{note}"


def _tree(lines: Sequence[Line], stem: str, house: str) -> Iterator[str]:
    for line in lines:
        last = line is lines[-1]
        yield stem + ("└─ " if last else "├─ ") + line_of_text(line, house)
        yield from _tree(line.lines, stem + ("   " if last else "│  "), house)
