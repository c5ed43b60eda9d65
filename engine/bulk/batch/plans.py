"""The plans of a book as files, one a customer; a run that was broken off goes on where it was."""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from sangdo.engine.bulk.progress import Progress
from sangdo.engine.decision.decision import Decider
from sangdo.engine.decision.pages.rendering import render
from sangdo.engine.decision.plan import build_plan
from sangdo.engine.facts.book import Book
from sangdo.engine.language.errors import DataInvalid, Location, Problem
from sangdo.engine.language.rulebook import Rulebook

ENDINGS = {"md": ".md", "html": ".html", "text": ".txt"}
PLANNING = "planning"
UNFINISHED = ".unfinished.json"
NOTED_EVERY = 50
LONGEST_NAME = 200


@dataclass(frozen=True, slots=True)
class PlanFolder:
    """A folder of plans in a format, one of ENDINGS, and a language, ko or en."""

    path: Path
    form: str
    language: str

    def file(self, customer: str) -> Path:
        """Return a customer's file: the id, with %XX for what file systems do not like in a name."""
        name = quote(customer, safe=" ")
        if len(name) > LONGEST_NAME:
            name = f"{name[:LONGEST_NAME]}-{hashlib.sha256(customer.encode()).hexdigest()[:16]}"
        return self.path / (name + ENDINGS[self.form])


def write_plans(folder: PlanFolder, book: Book, rulebook: Rulebook, progress: Progress) -> int:
    """Write the plan of every customer of a book, as `sangdo plan` makes it, and return how many there are.

    Raises DataInvalid where the folder cannot be written, RulesInvalid for a customer whose rules contradict.
    """
    decider, customers = Decider(rulebook), book.customers()
    key = hashlib.sha256(json.dumps([book.key, rulebook.sha256, folder.form, folder.language]).encode()).hexdigest()
    try:
        folder.path.mkdir(parents=True, exist_ok=True)
        done = _done(folder, key)
        for number, customer in enumerate(customers[done:], done + 1):
            text = render(build_plan(decider.decide(book.facts(customer)), folder.language), rulebook, folder.form)
            _write(folder.file(customer), text)
            if number % NOTED_EVERY == 0:
                _write(folder.path / UNFINISHED, json.dumps({"key": key, "done": number}))
            progress(PLANNING, number, len(customers))
        (folder.path / UNFINISHED).unlink(missing_ok=True)
    except OSError as error:
        message = f"the plans cannot be written: {error.strerror or error}"
        raise DataInvalid(Problem(Location(str(folder.path)), message)) from None
    return len(customers)


def _done(folder: PlanFolder, key: str) -> int:
    """How many plans a run of the same book and rules has written."""
    try:
        held = json.loads((folder.path / UNFINISHED).read_text("utf-8"))
        return int(held["done"]) if held["key"] == key else 0
    except (FileNotFoundError, ValueError, KeyError, TypeError):
        return 0


def _write(path: Path, text: str) -> None:
    draft = path.with_name(f".{os.getpid()}.draft")
    draft.write_text(text, "utf-8")
    draft.replace(path)
