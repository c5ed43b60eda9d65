"""Reports of a review: text for people, JSON, JUnit for build servers, GitHub's workflow commands."""

from __future__ import annotations

import json
from collections.abc import Collection
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as Xml

from sangdo.engine.language.errors import Location, Problem
from sangdo.engine.language.rulebook import Text
from sangdo.engine.verify.findings.finding import CODES, SEVERITIES, Finding
from sangdo.engine.verify.review.review import Review

FORMS = ("text", "json", "sarif", "junit", "github")
GITHUB_LEVELS = {"error": "error", "warning": "warning", "info": "notice"}

_WORDS = {
    "error": Text("오류", "error"),
    "warning": Text("경고", "warning"),
    "info": Text("참고", "info"),
    "accepted": Text("받아들임", "accepted"),
    "from": Text("({}부터)", "(from {} on)"),
    "errors": Text("오류 {}건", "{} errors"),
    "warnings": Text("경고 {}건", "{} warnings"),
    "infos": Text("참고 {}건", "{} infos"),
    "kept": Text("받아들임 {}건", "{} accepted"),
    "dates": Text("분석한 날짜: {}", "dates analysed: {}"),
    "invalid": Text("규칙을 쓸 수 없어 나머지는 분석하지 않았다", "the rules are invalid; nothing else was analysed"),
}


def report_review(
    review: Review, form: str, language: str, *, codes: Collection[str], fail_level: str, verbose: bool, rules: str
) -> str:
    """Return the report of a review in a form of FORMS.

    `rules` is what `--rules` has to be for an example to be run, or "" for the shipped rules; `verbose` lists accepted
    findings in the text; `codes` and `fail_level` are those of the run.
    """
    if form == "json":
        return json.dumps(_as_data(review), ensure_ascii=False, indent=2) + "\n"
    if form == "sarif":
        from sangdo.engine.verify.review.sarif import report_sarif

        return report_sarif(review, language)
    if form == "junit":
        return _as_junit(review, language, codes, fail_level)
    if form == "github":
        return "".join(f"{_as_command(finding, language)}\n" for finding in review.findings)
    return _as_text(review, language, verbose, rules)


def _as_text(review: Review, language: str, verbose: bool, rules: str) -> str:
    lines = []
    for finding in review.findings:
        lines += [*_finding_lines(finding, language, rules), ""]
    for kept in review.accepted if verbose else ():
        lines += [f"{_say('accepted', language)}  {_head(kept.finding)}", f"       {kept.by.reason}", ""]
    return "\n".join([*lines, _summary(review, language)]) + "\n"


def _finding_lines(finding: Finding, language: str, rules: str) -> list[str]:
    lines = [f"{_say(finding.severity, language)}  {_head(finding)}", *_quoted(finding.location)]
    sentence = finding.text.in_language(language)
    if finding.as_of and str(finding.as_of) not in sentence:
        sentence += " " + _say("from", language).format(finding.as_of)
    lines.append(f"       {sentence}")
    if finding.example:
        run = "sangdo plan --facts customer.yaml" + (f" --rules {rules}" if rules else "")
        lines += ["       customer.yaml:", *(f"           {line}" for line in finding.example.yaml.splitlines())]
        lines += [f"       $ {run}", f"       {finding.example.shows.in_language(language)}"]
    return lines


def _head(finding: Finding) -> str:
    rules = f"  {', '.join(finding.rules)}" if finding.rules else ""
    return f"{finding.code}{rules}  {finding.location}"


def _quoted(at: Location) -> list[str]:
    """The line that a place is on, with a mark under the place."""
    if not at.line:
        return []
    try:
        text = Path(at.path).read_text(encoding="utf-8-sig").splitlines()[at.line - 1]
    except (OSError, UnicodeDecodeError, IndexError):
        return []
    return str(Problem(at, "", text[:200])).splitlines()[1:]


def _summary(review: Review, language: str) -> str:
    counts = {f"{severity}s": _count(review, severity) for severity in reversed(SEVERITIES)}
    if review.accepted:
        counts["kept"] = len(review.accepted)
    parts = ", ".join(_counted(word, number, language) for word, number in counts.items())
    if review.rulebook is None:
        return f"{parts}; {_say('invalid', language)}"
    return f"{parts}; {_say('dates', language).format(', '.join(map(str, review.dates)))}"


def _count(review: Review, severity: str) -> int:
    return sum(finding.severity == severity for finding in review.findings)


def _counted(word: str, number: int, language: str) -> str:
    told = _say(word, language).format(number)
    return told.removesuffix("s") if number == 1 and language == "en" else told


def _say(word: str, language: str) -> str:
    return _WORDS[word].in_language(language)


def _as_data(review: Review) -> dict[str, Any]:
    rulebook = review.rulebook
    return {
        "rulebook": {"release": rulebook.release, "sha256": rulebook.sha256} if rulebook else None,
        "dates": [day.isoformat() for day in review.dates],
        "counts": {severity: _count(review, severity) for severity in SEVERITIES},
        "findings": [finding_data(finding) for finding in review.findings],
        "accepted": [
            {**finding_data(one.finding), "reason": one.by.reason, "accepted_at": str(one.by.location)}
            for one in review.accepted
        ],
    }


def finding_data(finding: Finding) -> dict[str, Any]:
    """Return a finding as a JSON object, with its texts in both languages."""
    at, example = finding.location, finding.example
    return {
        "code": finding.code,
        "severity": finding.severity,
        "text": _both(finding.text),
        "rules": list(finding.rules),
        "question": finding.question,
        "at": {"file": at.path, "line": at.line, "column": at.column},
        "as_of": finding.as_of.isoformat() if finding.as_of else None,
        "example": {"facts": example.yaml, "shows": _both(example.shows)} if example else None,
    }


def _both(text: Text) -> dict[str, str]:
    return {"ko": text.ko, "en": text.en}


def _as_junit(review: Review, language: str, codes: Collection[str], fail_level: str) -> str:
    """One case a code; findings below the level that fails are its output."""
    suite = Xml.Element("testsuite", name="sangdo analyze")
    failures = 0
    for code in CODES.values():
        found = [finding for finding in review.findings if finding.code == code.name]
        if code.name not in codes and not found:
            continue
        case = Xml.SubElement(suite, "testcase", classname="sangdo.analyze", name=code.name)
        told = "\n".join(f"{one.location}: {', '.join(one.rules)}: {one.text.in_language(language)}" for one in found)
        if found and SEVERITIES.index(code.severity) >= SEVERITIES.index(fail_level):
            failures += 1
            message = f"{code.title.in_language(language)}: {len(found)}"
            Xml.SubElement(case, "failure", message=message, type=code.severity).text = told
        elif found:
            Xml.SubElement(case, "system-out").text = told
    suite.set("tests", str(len(suite)))
    suite.set("failures", str(failures))
    Xml.indent(suite)
    return Xml.tostring(suite, encoding="unicode", xml_declaration=True) + "\n"


def _as_command(finding: Finding, language: str) -> str:
    """A workflow command of GitHub, which shows the finding beside the line."""
    at = finding.location
    place = {"file": at.path, "line": at.line, "col": at.column, "title": " ".join((finding.code, *finding.rules))}
    fields = ",".join(f"{name}={_escaped(str(value), ':,')}" for name, value in place.items() if value)
    level = GITHUB_LEVELS[finding.severity]
    return f"::{level} {fields}::{_escaped(finding.text.in_language(language))}"


def _escaped(text: str, also: str = "") -> str:
    for character in "%\r\n" + also:
        text = text.replace(character, f"%{ord(character):02X}")
    return text
