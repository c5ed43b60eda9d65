"""A plan as Markdown, as one self-contained HTML file, or as text for a terminal."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping
from functools import cache, lru_cache
from pathlib import Path
from typing import Any
from unicodedata import east_asian_width

from jinja2 import BytecodeCache, Environment, FileSystemBytecodeCache, FileSystemLoader, StrictUndefined, Template
from markupsafe import Markup

from sangdo.engine.decision.pages.page import arrange_page
from sangdo.engine.decision.phrases import phrases_in
from sangdo.engine.language.cache_folder import cache_folder, is_ours
from sangdo.engine.language.rulebook import Rulebook

FORMS = ("md", "html", "text")
TEXT_WIDTH = 80
KEPT_TEXTS = 4096

_FILES = {"md": "plan.md.j2", "html": "plan.html.j2", "text": "plan.txt.j2"}
# Control characters (escape sequences among them), line and paragraph separators, marks that turn the direction of
# writing, surrogates: a name that holds one could redraw a terminal or hide what a line says.
_UNSAFE = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2060-\u2069\ud800-\udfff\ufeff]+")
_BREAK = re.compile("[\t-\r\x85\u2028\u2029]")
_MARKUP = re.compile(r"[\\`*_\[\]<>|~&]")  # what can begin inline markup, a table cell or an entity
_ADDRESS = re.compile(r"(?<=:)//|(?<=www)\.", re.IGNORECASE)  # addresses are text, not links
_BLOCK = re.compile(r"[#+\-=]|\d+(?=[.)](?:\s|\Z))")  # what can begin a heading, a list or a rule
_HANGING = re.compile(r"\s*(?:\[ \] |\d+\. |[-*x] )?")


def render(plan: Mapping[str, Any], rulebook: Rulebook, form: str) -> str:
    """Return a plan (the JSON object of the design) as `md`, `html` or `text`, in the plan's own language.

    Raises KeyError for another form. What customers and reps wrote is shown as they wrote it, but cannot act as
    markup, as a link or as a terminal's escape sequence.
    """
    page = arrange_page(plan, rulebook)
    return template_for(form).render(page=page, say=phrases_in(page.language))


@cache
def template_for(form: str) -> Template:
    """Return the compiled template of a form, made once a process."""
    return _environment(form).get_template(_FILES[form])


def render_document(name: str, form: str, **context: object) -> str:
    """Return another document than a plan: a template of templates/, written safely for its form."""
    return _environment(form).get_template(name).render(**context)


def _environment(form: str) -> Environment:
    """Everything printed passes through the form's own safe writing; only what a macro made passes as it is."""
    # autoescape stays on in every form: it is what marks the output of macros as already written
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).resolve().parents[3] / "templates"),
        autoescape=True,
        finalize=_WRITING[form],
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        bytecode_cache=_kept_templates(),
    )
    environment.filters["fold"] = fold
    return environment


def _kept_templates() -> BytecodeCache | None:
    """Where compiled templates are kept between runs: only in a folder that nobody else writes to."""
    folder = cache_folder(os.environ)
    if folder is None or not is_ours(folder) or not os.access(folder, os.W_OK):
        return None
    return FileSystemBytecodeCache(str(folder), "%s.template")


def printable(value: object) -> str:
    """Return the text of a value on one line, without characters that steer a terminal or the direction of writing."""
    text = str(value)
    return text if text.isprintable() else _UNSAFE.sub("", _BREAK.sub(" ", text))


def _write_html(value: object) -> object:
    return value if isinstance(value, Markup) else printable(value)  # escaped by autoescape


def _write_markdown(value: object) -> Markup:
    return value if isinstance(value, Markup) else _as_markdown(str(value))


@lru_cache(maxsize=KEPT_TEXTS)
def _as_markdown(text: str) -> Markup:
    """Most words of a plan stand on the next one too: they are made safe once."""
    text = printable(text)
    if _MARKUP.search(text):
        text = _MARKUP.sub(r"\\\g<0>", text)
    if "/" in text or "." in text:
        text = _ADDRESS.sub(r"\\\g<0>", text)
    if _BLOCK.match(text):
        text = _BLOCK.sub(_apart, text, count=1)
    return Markup(text)  # noqa: S704


def _apart(found: re.Match[str]) -> str:
    text = found.group()
    return f"{text}\\" if text.isdigit() else f"\\{text}"


def _write_text(value: object) -> Markup:
    return value if isinstance(value, Markup) else Markup(printable(value))  # noqa: S704


_WRITING: Mapping[str, Callable[[object], object]] = {
    "md": _write_markdown,
    "html": _write_html,
    "text": _write_text,
}


def fold(text: str, width: int = TEXT_WIDTH) -> str:
    """Return the text with long lines broken at spaces and indented under their first word.

    Korean letters take two columns of a terminal.
    """
    lines = (line.rstrip() for line in text.split("\n"))
    return "\n".join(line if 2 * len(line) <= width else _folded(line, width) for line in lines)


def _folded(line: str, width: int) -> str:
    indent = _HANGING.match(line)
    margin = len(indent.group()) if indent else 0
    lines, current, column = [], line[:margin], margin
    for word in line[margin:].split(" "):
        columns = _columns(word)
        if column > margin and column + 1 + columns > width:
            lines.append(current.rstrip())
            current, column = " " * margin + word, margin + columns
        elif column == margin:
            current, column = current + word, column + columns
        else:
            current, column = f"{current} {word}", column + 1 + columns
    return "\n".join([*lines, current.rstrip()])


def _columns(word: str) -> int:
    return len(word) if word.isascii() else sum(2 if east_asian_width(one) in "WF" else 1 for one in word)
