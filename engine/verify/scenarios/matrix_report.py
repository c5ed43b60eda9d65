"""The clause matrix as text, Markdown, HTML or CSV."""

from __future__ import annotations

import csv
import io

from sangdo.engine.decision.pages.rendering import render_document
from sangdo.engine.language.rulebook import Text
from sangdo.engine.verify.scenarios.matrix import Matrix

FORMS = ("text", "md", "html", "csv")

_WORDS = {
    "title": Text("조항 추적표", "Clause matrix"),
    "clause": Text("조항", "Clause"),
    "basis": Text("출처", "Basis"),
    "rules": Text("규칙", "Rules"),
    "actions": Text("할 일", "Actions"),
    "scenarios": Text("시나리오", "Scenarios"),
    "alone": Text("홀로 선 것", "Standing alone"),
    "nothing_alone": Text("모두 이어져 있다.", "Nothing stands alone."),
    "document": Text("원전", "document"),
    "house": Text("자체", "house"),
}


def report_matrix(matrix: Matrix, form: str, language: str) -> str:
    """Return the matrix in a form; CSV has one line for each rule, action and scenario of a clause."""
    say = {name: text.in_language(language) for name, text in _WORDS.items()}
    if form == "csv":
        return _as_csv(matrix)
    if form == "text":
        return _as_text(matrix, say)
    return render_document(f"matrix.{form}.j2", form, matrix=matrix, say=say, language=language)


def _as_text(matrix: Matrix, say: dict[str, str]) -> str:
    lines = []
    for row in matrix.rows:
        lines.append(f"{row.clause}  [{say[row.basis]}]  {row.title}")
        for name, cited in (("rules", row.rules), ("actions", row.actions)):
            lines.append(f"    {say[name]}: {', '.join(cited) or '-'}")
        lines.append(f"    {say['scenarios']}: {len(row.scenarios)}")
    lines += ["", say["alone"] if matrix.orphans else say["nothing_alone"]]
    lines += [f"    {orphan}" for orphan in matrix.orphans]
    return "".join(f"{line}\n" for line in lines)


def _as_csv(matrix: Matrix) -> str:
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["clause", "basis", "kind", "name"])
    for row in matrix.rows:
        for kind, names in (("rule", row.rules), ("action", row.actions), ("scenario", row.scenarios)):
            writer.writerows([row.clause, row.basis, kind, name] for name in names)
    return text.getvalue()
