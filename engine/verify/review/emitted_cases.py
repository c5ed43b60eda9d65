"""The examples of findings as scenario files, which hold what the rules do with these customers now."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from sangdo.engine.decision.decision import Decider, Decision
from sangdo.engine.facts.facts import Facts, Known
from sangdo.engine.inference.trace import Closing
from sangdo.engine.language.errors import RulesInvalid
from sangdo.engine.language.rulebook import Rulebook, Value
from sangdo.engine.verify.findings.finding import Finding

WIDTH = 110


class _Dumper(yaml.SafeDumper):
    """Writes every value out: an alias would be refused in a rule file."""

    def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002
        return True


def emit_cases(findings: Sequence[Finding], rulebook: Rulebook) -> dict[str, str]:
    """Return a scenario file for each finding with an example: its name, and its text.

    The scenario expects the present answer of the finding's question and the rules that decide it. Where two rules
    contradict each other no plan comes about; such a scenario expects nothing but a plan, and fails until it is one.
    """
    decider = Decider(rulebook)
    files: dict[str, str] = {}
    for finding in findings:
        if finding.example:
            name = _name(finding, files)
            files[f"{name}.test.yaml"] = _scenario(finding, finding.example.facts, decider)
    decider.engine.close()
    return files


def write_cases(files: Mapping[str, str], folder: Path) -> None:
    """Write scenario files into a folder, which is made when it is not there. Raises OSError."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")


def _name(finding: Finding, taken: Mapping[str, str]) -> str:
    stem = "-".join((finding.code, *(finding.rules or (finding.question or "rules",))))[:100]
    number = 1
    while f"{stem}{'' if number == 1 else f'-{number}'}.test.yaml" in taken:
        number += 1
    return stem if number == 1 else f"{stem}-{number}"


def _scenario(finding: Finding, facts: Facts, decider: Decider) -> str:
    values: dict[str, Any] = _plain(facts.values)
    if facts.products:
        values["products"] = [{"product": name, **_plain(known)} for name, known in facts.products.items()]
    scenario: dict[str, Any] = {
        "name": " ".join((finding.code, *finding.rules, "of", finding.question or "the rules")),
        "as_of": facts.as_of,
        "facts": values,
    }
    if facts.lines:
        scenario["book"] = dict(facts.lines)
    try:
        scenario["expect"] = _expected(finding, decider.decide(facts))
    except RulesInvalid:
        scenario["expect"] = {}
    text = yaml.dump({"scenarios": [scenario]}, Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=WIDTH)
    return f"# {finding.text.en}\n{text}"


def _expected(finding: Finding, decision: Decision) -> dict[str, Any]:
    if finding.question is None:
        return {}
    closing = _closing(decision, finding.question)
    if closing is None:
        return {}
    decided = list(closing.deciding) or ([closing.how] if closing.how in ("otherwise", "given") else [])
    answer = "unknown" if closing.answer is None else _as_yaml(closing.answer)
    return {"answers": {finding.question: answer}, "decided_by": {finding.question: decided}}


def _closing(decision: Decision, question: str) -> Closing | None:
    """How the question closed, for the first product where it is asked of each."""
    return next((one for one in decision.trace.closings if one.question == question), None)


def _plain(known: Mapping[str, Known]) -> dict[str, Any]:
    return {name: _as_yaml(one.value) for name, one in known.items() if one.origin != "default"}


def _as_yaml(value: Value) -> Any:
    return sorted(value) if isinstance(value, frozenset) else value
