"""Reports of a scenario run: a tree for people, JSON for programs, JUnit for build servers."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any
from xml.etree import ElementTree as Xml

from sangdo.engine.inference.trace import Closing
from sangdo.engine.language.values import as_json
from sangdo.engine.verify.scenarios.coverage import Coverage
from sangdo.engine.verify.scenarios.scenario_run import Result

FORMS = ("tree", "json", "junit")


def report_results(results: Sequence[Result], coverage: Coverage | None, form: str, quiet: bool) -> str:
    """Return the report of a run in a form; `quiet` leaves passed scenarios out of the tree."""
    if form == "json":
        return json.dumps(_as_data(results, coverage), ensure_ascii=False, indent=2) + "\n"
    if form == "junit":
        return _as_junit(results)
    return _as_tree(results, coverage, quiet)


def _as_tree(results: Sequence[Result], coverage: Coverage | None, quiet: bool) -> str:
    lines = []
    for result in results:
        if result.failures:
            lines.append(f"failed  {result.scenario.title}  ({result.scenario.location})")
            lines += [f"        {line}" for line in _failure_lines(result)]
        elif not quiet:
            lines.append(f"passed  {result.scenario.title}")
    failed = sum(bool(result.failures) for result in results)
    lines.append(f"{len(results) - failed} passed, {failed} failed")
    if coverage is not None:
        lines += [f"not shown  {item}" for item in coverage.missing]
        shown = len(coverage.items) - len(coverage.missing)
        lines.append(f"coverage: {shown} of {len(coverage.items)} rules, tests and answers, {coverage.percent:.1f} %")
    return "".join(f"{line}\n" for line in lines)


def _failure_lines(result: Result) -> list[str]:
    """What was expected, what came out, and the trace that led there."""
    lines = []
    for failure in result.failures:
        lines += [failure.about, f"  expected: {failure.expected}", f"  got:      {failure.got}"]
    if result.decision is not None:
        closings = [c for c in result.decision.trace.closings if c.how != "not_asked"]
        lines += ["trace", *(f"  {_traced(closing)}" for closing in closings)]
    return lines


def _traced(closing: Closing) -> str:
    answer = as_json(closing.answer)
    shown = ", ".join(answer) or "none" if isinstance(answer, list) else "unknown" if answer is None else answer
    product = f" [{closing.product}]" if closing.product is not None else ""
    return f"{closing.question}{product} = {shown}  ({', '.join(closing.deciding) or closing.how})"


def _as_data(results: Sequence[Result], coverage: Coverage | None) -> dict[str, Any]:
    data: dict[str, Any] = {
        "passed": sum(not result.failures for result in results),
        "failed": sum(bool(result.failures) for result in results),
        "scenarios": [
            {
                "name": result.scenario.title,
                "at": str(result.scenario.location),
                "passed": not result.failures,
                "failures": [{"about": f.about, "expected": f.expected, "got": f.got} for f in result.failures],
                "decided": list(result.decided),
            }
            for result in results
        ],
    }
    if coverage is not None:
        data["coverage"] = {
            "percent": round(coverage.percent, 2),
            "items": len(coverage.items),
            "missing": [{"about": i.about, "wanted": i.wanted, "at": i.place} for i in coverage.missing],
        }
    return data


def _as_junit(results: Sequence[Result]) -> str:
    failed = sum(bool(result.failures) for result in results)
    suite = Xml.Element("testsuite", name="sangdo", tests=str(len(results)), failures=str(failed))
    for result in results:
        group, _, name = result.scenario.title.partition(": ")
        at = result.scenario.location
        case = Xml.SubElement(suite, "testcase", classname=group, name=name, file=at.path, line=str(at.line))
        if result.failures:
            message = "; ".join(f.about for f in result.failures)
            Xml.SubElement(case, "failure", message=message).text = "\n".join(_failure_lines(result))
    Xml.indent(suite)
    return Xml.tostring(suite, encoding="unicode", xml_declaration=True) + "\n"
