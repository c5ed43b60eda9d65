"""A review as SARIF 2.1.0 (OASIS), which code hosts and editors read."""

from __future__ import annotations

import hashlib
import json
from typing import Any
from urllib.parse import quote

from sangdo import __version__
from sangdo.engine.language.errors import Location
from sangdo.engine.verify.findings.finding import CODES, Code, Finding
from sangdo.engine.verify.review.finding_report import finding_data
from sangdo.engine.verify.review.review import AcceptedFinding, Review

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
LEVELS = {"error": "error", "warning": "warning", "info": "note"}


def report_sarif(review: Review, language: str) -> str:
    """Return a review as a SARIF log; accepted findings are results that are suppressed in the source."""
    driver = {"name": "sangdo", "version": __version__, "rules": [_rule(code, language) for code in CODES.values()]}
    kept = [{**_result(one.finding, language), "suppressions": [_suppression(one)]} for one in review.accepted]
    run = {
        "tool": {"driver": driver},
        "language": language,
        "columnKind": "unicodeCodePoints",
        "results": [*(_result(finding, language) for finding in review.findings), *kept],
    }
    return json.dumps({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}, ensure_ascii=False, indent=2) + "\n"


def _rule(code: Code, language: str) -> dict[str, Any]:
    return {
        "id": code.name,
        "shortDescription": {"text": code.title.in_language(language)},
        "fullDescription": {"text": code.explanation.in_language(language)},
        "defaultConfiguration": {"level": LEVELS[code.severity]},
        "properties": {
            "title": {"ko": code.title.ko, "en": code.title.en},
            "explanation": {"ko": code.explanation.ko, "en": code.explanation.en},
        },
    }


def _result(finding: Finding, language: str) -> dict[str, Any]:
    told = finding_data(finding)
    return {
        "ruleId": finding.code,
        "ruleIndex": list(CODES).index(finding.code),
        "level": LEVELS[finding.severity],
        "message": {"text": finding.text.in_language(language)},
        "locations": [{"physicalLocation": _place(finding.location)}],
        "partialFingerprints": {"finding/v1": _fingerprint(finding)},
        "properties": {name: told[name] for name in ("text", "rules", "question", "as_of", "example")},
    }


def _place(at: Location) -> dict[str, Any]:
    place: dict[str, Any] = {"artifactLocation": {"uri": quote(at.path)}}
    if at.line:
        place["region"] = {"startLine": at.line, **({"startColumn": at.column} if at.column else {})}
    return place


def _suppression(accepted: AcceptedFinding) -> dict[str, Any]:
    location = {"physicalLocation": _place(accepted.by.location)}
    return {"kind": "inSource", "justification": accepted.by.reason, "location": location}


def _fingerprint(finding: Finding) -> str:
    """What stays the same when lines move: the code, and what it is about."""
    about = [finding.code, finding.question, *finding.rules, finding.text.en]
    return hashlib.sha256(json.dumps(about).encode()).hexdigest()[:32]
