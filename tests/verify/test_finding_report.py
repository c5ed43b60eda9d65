"""The reports of a review: for people, programs, code hosts and build servers."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree as Xml

import jsonschema
import pytest

from sangdo.engine.language.errors import Location
from sangdo.engine.language.rulebook import Text
from sangdo.engine.verify.findings.finding import CODES, Finding
from sangdo.engine.verify.review.finding_report import report_review
from sangdo.engine.verify.review.review import Review, review_rules
from sangdo.tests.language.breaking import write
from sangdo.tests.verify.reviews import CUSTOMER, TODAY, review_with_gap

SARIF = json.loads((Path(__file__).parent / "sarif.schema.json").read_text("utf-8"))


@pytest.fixture
def review(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Review:
    monkeypatch.chdir(tmp_path)
    return review_with_gap(tmp_path)


def report(review: Review, form: str, language: str = "en", verbose: bool = False, rules: str = "") -> str:
    return report_review(review, form, language, codes=tuple(CODES), fail_level="warning", verbose=verbose, rules=rules)


def test_the_text_shows_the_line_the_sentence_the_customer_and_how_to_run_it(review: Review) -> None:
    shown = report(review, "text", rules="my-rules")
    customer = "".join(f"           {line}\n" for line in CUSTOMER.splitlines())
    assert shown.startswith(
        "error  gap  A-1  area/answer.yaml:11:5\n"
        "    11 |   - id: A-1\n"
        "       |     ^\n"
        "       Sales below 5 get no answer: 100 %, no exception (from 2027-01-01 on)\n"
        "       customer.yaml:\n"
        f"{customer}"
        "       $ sangdo plan --facts customer.yaml --rules my-rules\n"
        "       answer is no_.\n"
        "\n"
        "warning  unused_answer  area/fate.yaml:1:11\n"
        "     1 | question: fate\n"
    )
    assert shown.endswith("\n1 error, 1 warning, 4 infos, 1 accepted; dates analysed: 2026-11-23, 2027-01-01\n")


def test_the_text_is_korean_for_koreans(review: Review) -> None:
    shown = report(review, "text", "ko")
    assert "오류  gap  A-1" in shown
    assert "매출이 5 미만이면 답이 없다: 100%, 예외 없음 (2027-01-01부터)" in shown
    assert shown.endswith("오류 1건, 경고 1건, 참고 4건, 받아들임 1건; 분석한 날짜: 2026-11-23, 2027-01-01\n")


def test_accepted_findings_are_counted_and_listed_with_their_reason_on_demand(review: Review) -> None:
    assert "for the reps" not in report(review, "text")
    verbose = report(review, "text", verbose=True)
    assert "accepted  unused_fact  vocabulary.yaml:6:3\n       for the reps\n" in verbose


def test_a_date_that_the_sentence_names_is_not_said_twice(review: Review) -> None:
    named = replace(review.findings[0], text=Text("2027-01-01부터 답이 없다.", "No answer from 2027-01-01."))
    shown = report(replace(review, findings=(named,)), "text")
    assert "       No answer from 2027-01-01.\n" in shown


def test_nothing_found_is_one_line(review: Review) -> None:
    shown = report(replace(review, findings=(), accepted=()), "text")
    assert shown == "0 errors, 0 warnings, 0 infos; dates analysed: 2026-11-23, 2027-01-01\n"


def test_invalid_rules_are_said_to_stop_the_analysis(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(write(tmp_path, {"area/answer.yaml": "question: [\n"}))
    review = review_rules(tmp_path, TODAY, ("gap",), 60)
    shown = report(review, "text")
    assert re.match(r"error  invalid  area/answer\.yaml:2:1\n {7}cannot be read as YAML", shown)
    assert shown.endswith("1 error, 0 warnings, 0 infos; the rules are invalid; nothing else was analysed\n")
    assert json.loads(report(review, "json"))["rulebook"] is None


def test_a_file_that_has_gone_leaves_the_line_out(review: Review, tmp_path: Path) -> None:
    (tmp_path / "area/answer.yaml").unlink()
    assert report(review, "text").startswith("error  gap  A-1  area/answer.yaml:11:5\n       Sales below 5")


def test_json_has_all_in_both_languages(review: Review) -> None:
    data = json.loads(report(review, "json"))
    assert list(data) == ["rulebook", "dates", "counts", "findings", "accepted"]
    assert data["counts"] == {"info": 4, "warning": 1, "error": 1}
    assert data["findings"][0] == {
        "code": "gap",
        "severity": "error",
        "text": {
            "ko": "매출이 5 미만이면 답이 없다: 100%, 예외 없음",
            "en": "Sales below 5 get no answer: 100 %, no exception",
        },
        "rules": ["A-1"],
        "question": "answer",
        "at": {"file": "area/answer.yaml", "line": 11, "column": 5},
        "as_of": "2027-01-01",
        "example": {"facts": CUSTOMER, "shows": {"ko": "answer의 답이 no_이다.", "en": "answer is no_."}},
    }
    (accepted,) = data["accepted"]
    assert (accepted["code"], accepted["reason"]) == ("unused_fact", "for the reps")


@pytest.mark.parametrize("language", ["ko", "en"])
def test_sarif_has_the_structure_of_the_standard_and_nothing_else(review: Review, language: str) -> None:
    odd = Finding("dead", Text("가", "a"), (), Location("규칙/빈 칸.yaml"))
    log = json.loads(report(replace(review, findings=(*review.findings, odd)), "sarif", language))
    jsonschema.Draft7Validator(SARIF, format_checker=jsonschema.FormatChecker()).validate(log)
    run = log["runs"][0]
    rules = run["tool"]["driver"]["rules"]
    assert [rule["id"] for rule in rules] == list(CODES)
    assert all(rule["fullDescription"]["text"] == rule["properties"]["explanation"][language] for rule in rules)
    assert all(rules[one["ruleIndex"]]["id"] == one["ruleId"] for one in run["results"])
    assert run["language"] == language


def test_sarif_places_a_result_and_says_it_in_both_languages(review: Review) -> None:
    first, *_, kept = json.loads(report(review, "sarif"))["runs"][0]["results"]
    assert first["level"] == "error"
    assert first["locations"] == [
        {
            "physicalLocation": {
                "artifactLocation": {"uri": "area/answer.yaml"},
                "region": {"startLine": 11, "startColumn": 5},
            }
        }
    ]
    assert first["properties"]["text"]["ko"].startswith("매출이")
    assert first["properties"]["example"]["facts"] == CUSTOMER
    (suppression,) = kept["suppressions"]
    assert (suppression["kind"], suppression["justification"]) == ("inSource", "for the reps")


def test_the_fingerprint_of_a_result_outlives_moved_lines(review: Review) -> None:
    moved = replace(review.findings[0], location=Location("area/answer.yaml", 99, 5))
    other = replace(review.findings[0], rules=("A-2",))
    logs = [json.loads(report(replace(review, findings=(one,)), "sarif")) for one in (review.findings[0], moved, other)]
    first, same, different = (log["runs"][0]["results"][0]["partialFingerprints"] for log in logs)
    assert first == same != different


def test_junit_has_a_case_a_code_and_fails_those_that_are_grave_enough(review: Review) -> None:
    suite = Xml.fromstring(report(review, "junit"))  # noqa: S314 - our own
    cases = {case.get("name"): case for case in suite}
    assert list(cases) == list(CODES)
    assert (suite.get("tests"), suite.get("failures")) == (str(len(CODES)), "2")
    assert {name for name, case in cases.items() if case.find("failure") is not None} == {"gap", "unused_answer"}
    failure = cases["gap"].find("failure")
    assert failure is not None
    assert "area/answer.yaml:11:5: A-1: Sales below 5" in str(failure.text)
    output = cases["unused_fact"].find("system-out")
    assert output is not None
    assert len(str(output.text).splitlines()) == 4


def test_junit_leaves_out_what_was_not_looked_for(review: Review) -> None:
    some = report_review(
        replace(review, findings=()), "junit", "en", codes=("gap",), fail_level="info", verbose=False, rules=""
    )
    assert [case.get("name") for case in Xml.fromstring(some)] == ["gap"]  # noqa: S314 - our own


def test_github_gets_one_command_a_finding_with_its_signs_escaped(review: Review) -> None:
    lines = report(review, "github").splitlines()
    assert lines[0] == (
        "::error file=area/answer.yaml,line=11,col=5,title=gap A-1::"
        "Sales below 5 get no answer: 100 %25, no exception"
    )  # fmt: skip
    assert [line.split()[0] for line in lines[1:]] == ["::warning", *["::notice"] * 4]


def test_github_gets_no_place_where_there_is_none(review: Review) -> None:
    odd = Finding("dead", Text("가", "two\nlines"), ("A-1", "A-2"), Location("a,b:c.yaml"))
    shown = report(replace(review, findings=(odd,)), "github")
    assert shown == "::warning file=a%2Cb%3Ac.yaml,title=dead A-1 A-2::two%0Alines\n"
