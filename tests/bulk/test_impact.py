"""sangdo impact: what a change of rules does to the example book, in every form, and what is refused."""

from __future__ import annotations

import csv
import io
import json
import re
import shutil
from collections import Counter
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from click.testing import CliRunner

from sangdo.cli import cli
from sangdo.commands.impact import Limit
from sangdo.engine.bulk.impact.findings import Findings
from sangdo.engine.bulk.impact.grouping import Grouping, read_grouping
from sangdo.engine.bulk.impact.impact import measure_impact
from sangdo.engine.bulk.impact.impact_words import impact_words
from sangdo.engine.bulk.impact.picture import MOST_SPOTS, draw_picture
from sangdo.engine.bulk.impact.side import Side
from sangdo.engine.bulk.impact.side_by_side import SideBySide
from sangdo.engine.bulk.progress import DECIDING
from sangdo.engine.decision.decision import with_defaults
from sangdo.engine.decision.wording import Wording
from sangdo.engine.explain.evaluation import Evaluator
from sangdo.engine.facts.book import open_book
from sangdo.engine.facts.orders import connect
from sangdo.engine.inference.thresholds import resolve_thresholds
from sangdo.engine.language.cached_rulebook import load_cached
from sangdo.engine.language.errors import SangdoError
from sangdo.engine.language.part import part_of
from sangdo.engine.language.rulebook import Rulebook

ROOT = Path(__file__).parents[2]
BOOK = ROOT / "examples" / "book"
MOVED = ("--set", "contribution_line=800")


@dataclass(frozen=True)
class Done:
    returncode: int
    stdout: str
    stderr: str


def impact(*words: str | Path, book: Path | None = BOOK) -> Done:
    """Run the verb as the command line does."""
    place = [] if book is None else ["--book", str(book)]
    done = CliRunner().invoke(cli, ["impact", *map(str, words), *place])
    if isinstance(done.exception, SangdoError):
        return Done(done.exception.exit_code, done.stdout, f"{done.exception}\n")
    return Done(done.exit_code, done.stdout, done.stderr)


def edited(folder: Path, *edits: tuple[str, str, str]) -> Path:
    """A copy of the shipped rules with words replaced: file, what stands there, what shall."""
    shutil.copytree(ROOT / "rules", folder)
    for name, old, new in edits:
        path = folder / name
        text = path.read_text("utf-8")
        assert old in text
        path.write_text(text.replace(old, new, 1), "utf-8")
    return folder


@pytest.fixture(scope="module")
def rulebook() -> Rulebook:
    return load_cached(ROOT / "rules")


@pytest.fixture(scope="module")
def told() -> dict[str, Any]:
    done = impact(*MOVED, "--lang", "en", "-f", "json")
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


@pytest.fixture(scope="module")
def decided(rulebook: Rulebook) -> dict[str, list[dict[str, Any]]]:
    """Every customer of the example book by the plain evaluator, with the line where the book draws it and at 800."""
    book = open_book(BOOK, rulebook)
    evaluators = [
        Evaluator(rulebook, resolve_thresholds(rulebook, book.as_of, {**book.lines, **moved}))
        for moved in ({}, {"contribution_line": 800.0})
    ]
    return {
        customer: [
            dict(evaluator.evaluate(with_defaults(book.facts(customer), rulebook)).values) for evaluator in evaluators
        ]
        for customer in book.customers()
    }


def group(values: dict[str, Any]) -> str | None:
    standing = values.get("standing") if values.get("standing") in ("new", "lost") else None
    found: str | None = values.get("quadrant") or values.get("prospect_quadrant") or standing
    return found


def test_the_matrix_is_what_the_evaluator_says_of_each_customer(told: dict[str, Any], decided: Any) -> None:
    expected = Counter((group(before), group(after)) for before, after in decided.values())
    assert {(one["before"], one["after"]): one["customers"] for one in told["matrix"]} == expected
    moved = sum(count for (before, after), count in expected.items() if before != after)
    assert told["customers"] == {"all": 300, "moved": moved, "changed": moved}
    assert moved == 32


def test_hours_before_and_after_are_those_of_the_plans_in_all_by_group_and_by_rep(
    told: dict[str, Any], decided: Any
) -> None:
    for side, name in enumerate(("before", "after")):
        hours = {c: values[side].get("hours_per_week", 0) for c, values in decided.items()}
        assert told["hours"][name] == pytest.approx(sum(hours.values()))
        assert sum(one[name] for one in told["hours"]["reps"]) == pytest.approx(sum(hours.values()))
        loyal = sum(hours[c] for c, values in decided.items() if group(values[side]) == "EI")
        assert next(one for one in told["hours"]["groups"] if one["group"] == "EI")[name] == pytest.approx(loyal)


def test_every_customer_who_moves_is_named_with_the_rules_and_the_largest_comes_first(
    told: dict[str, Any], decided: Any
) -> None:
    moved = {customer for customer, (before, after) in decided.items() if group(before) != group(after)}
    assert {one["customer_id"] for one in told["changed"]} == moved
    revenues = [one["revenue"] for one in told["changed"]]
    assert revenues == sorted(revenues, reverse=True)
    first = told["changed"][0]
    assert (first["before"], first["after"]) == ("EI", "EIII")
    rules = [{"rule": f"CL-{number}", "basis": "house"} for number in (1, 2)]
    assert first["causes"] == [
        {"question": "contribution_level", "product": None, "matters": True, "before": [rules[0]], "after": [rules[1]]}
    ]
    assert {"question": "strategy", "product": None, "before": "consolidate", "after": "develop"}.items() <= next(
        one for one in first["answers"] if one["question"] == "strategy"
    ).items()
    changes = {one["action"]: one["change"] for one in first["actions"]}
    assert (changes["visit-regularly"], changes["long-term-plan"]) == ("new", "dropped")


def test_the_rules_responsible_are_those_where_the_answers_first_part(told: dict[str, Any]) -> None:
    (cause,) = told["causes"]["told"]
    assert (cause["question"], cause["customers"], cause["moved"]) == ("contribution_level", 32, 32)
    assert {one["rule"]: (one["decided_before"], one["decides_now"]) for one in told["rules"]} == {
        "CL-1": (32, 0), "CL-2": (0, 32),
    }  # fmt: skip


def test_a_moved_line_says_how_many_customers_lie_between_its_two_places(
    told: dict[str, Any], rulebook: Rulebook
) -> None:
    (line,) = told["lines"]
    book = open_book(BOOK, rulebook)
    values = [book.facts(customer).values.get("contribution") for customer in book.customers()]
    between = [one for one in values if one is not None and book.lines["contribution_line"] <= one.value < 800]  # type: ignore[operator]
    assert line["between"] == len(between) == 32
    assert (line["before"]["how"], line["after"]["how"], line["after"]["label"]) == ("book", "set", "£800")


def test_a_line_moved_by_less_than_is_shown_is_written_out(rulebook: Rulebook) -> None:
    before = open_book(BOOK, rulebook).lines["contribution_line"]
    done = impact("--set", f"contribution_line={before + 0.1}", "--lang", "en", "-f", "md")
    assert f"Line of high contribution {before:.9g} → {before + 0.1:.9g}" in done.stdout.replace("\\", "")


def test_the_revenue_is_that_of_the_last_twelve_complete_months(told: dict[str, Any]) -> None:
    with (BOOK / "orders.csv").open(encoding="utf-8") as stream:
        rows = [
            row
            for row in csv.DictReader(stream)
            if date(2010, 6, 1) <= date.fromisoformat(row["date"]) < date(2011, 6, 1)
        ]
    sold: Counter[str] = Counter()
    for row in rows:
        sold[row["customer_id"]] += float(row["amount"])  # type: ignore[assignment]
    assert told["revenue"]["basis"] == "last_12_months"
    assert told["revenue"]["all"] == pytest.approx(sum(sold.values()))
    assert told["revenue"]["moved"] == pytest.approx(sum(sold[one["customer_id"]] for one in told["changed"]))
    assert sum(one["revenue"] for one in told["matrix"]) == pytest.approx(told["revenue"]["all"])


def test_csv_has_a_line_for_each_customer_changed(told: dict[str, Any]) -> None:
    done = impact(*MOVED, "-f", "csv")
    rows = list(csv.DictReader(io.StringIO(done.stdout)))
    assert [row["customer_id"] for row in rows] == [one["customer_id"] for one in told["changed"]]
    assert (rows[0]["rules_before"], rows[0]["rules_after"]) == ("CL-1", "CL-2")
    assert "quadrant: EI → EIII" in rows[0]["answers"]
    assert "visit-regularly" in rows[0]["actions_new"]


@pytest.mark.parametrize(
    ("lang", "verdict", "gained"),
    [
        (
            "en",
            "32 of 300 customers (10.7%) move to another group.",
            "Find the figures that are missing [house], Do not abandon them blind (not to do) [house]</p>",
        ),
        (
            "ko",
            "300곳 가운데 32곳(10.7%)이 다른 고객군으로 옮겨 간다.",
            "판단에 빠진 수치부터 찾기 [자체 기준], 모르는 채로 포기하지 않기 (하지 말 것) [자체 기준]</p>",
        ),
    ],
)
def test_a_page_shows_both_pictures_without_a_script_or_an_address(
    lang: str, verdict: str, gained: str, tmp_path: Path
) -> None:
    page = tmp_path / "impact.html"
    assert impact(*MOVED, "--lang", lang, "-o", page).returncode == 0
    text = page.read_text("utf-8")
    assert verdict in text
    assert gained in text
    assert "<script" not in text
    assert not re.search(r"(src|href)=[\"']?https?:", text)
    pictures = [ElementTree.fromstring(svg) for svg in re.findall(r"<svg.*?</svg>", text, re.DOTALL)]  # noqa: S314
    assert len(pictures) == 2
    for picture, (steady, lines) in zip(pictures, [("EI 56", "£613"), ("EI 40", "£800")], strict=True):
        words = [one.text for one in picture.iter("{http://www.w3.org/2000/svg}text")]
        assert steady in words
        assert lines in words
    assert text.count('id="quadrants-before-desc"') == text.count('id="quadrants-after-desc"') == 1


def test_the_same_rules_move_nobody(tmp_path: Path) -> None:
    done = impact(ROOT / "rules", edited(tmp_path / "same"), "--lang", "en", "--max-moved", "0")
    assert done.returncode == 0
    assert "Nothing changes for anybody: all 300 customers keep their answers and actions." in done.stdout


def test_a_contradiction_that_new_rules_bring_is_told_and_counts_as_a_move(tmp_path: Path) -> None:
    contrary = "when: {contribution: {less than: contribution_line}}", "when: {contribution: {is: known}}"
    new = edited(tmp_path / "new", ("existing/contribution_level.yaml", *contrary))
    done = impact(ROOT / "rules", new, "-f", "json", "--max-moved", "3%")
    assert done.returncode == 5
    told = json.loads(done.stdout)
    (gained,) = told["undecided"]["gained"]
    assert gained["problem"] == "rules of contribution_level with different answers hold, but it has exactly one answer"
    assert gained["customers"] == told["customers"]["moved"] == 92
    assert done.stderr == "92 of 300 customers move (30.7 %), more than 3%\n"


def test_other_hours_and_actions_change_plans_though_nobody_moves(tmp_path: Path) -> None:
    new = edited(
        tmp_path / "new",
        ("attention/hours_per_week.yaml", "    add: 1\n", "    add: 1.5\n"),
        ("attention/time_plan.yaml", "    do: [short-term-plan]\n", ""),
    )
    done = impact(ROOT / "rules", new, "-f", "json", "--max-moved", "0")
    assert done.returncode == 0
    told = json.loads(done.stdout)
    assert told["customers"]["moved"] == 0
    assert told["hours"]["after"] - told["hours"]["before"] == pytest.approx(0.5 * 56)
    causes: Counter[str] = Counter()
    for one in told["causes"]["told"]:
        causes[one["question"]] += one["customers"]
        assert one["moved"] == 0
    assert causes == {"hours_per_week": 56, "time_plan": 36}
    drifting = next(one for one in told["changed"] if one["after"] == "EII")
    assert [(one["action"], one["change"]) for one in drifting["actions"]] == [("short-term-plan", "dropped")]
    assert [one["before"] for one in drifting["causes"]] == [[{"rule": "TP-2", "basis": "document"}]]


def test_the_gate_may_be_on_another_question() -> None:
    done = impact(*MOVED, "--of", "visit_every", "--lang", "en", "--max-moved", "31", "-f", "md")
    assert done.returncode == 5
    assert "Of 300 customers, 32 customers (10.7%) get another answer to “" in done.stdout
    assert done.stderr.startswith("32 of 300 customers move")


@pytest.mark.parametrize(
    ("limit", "moved", "customers", "allowed"),
    [("3%", 9, 300, True), ("3%", 10, 300, False), ("20", 20, 300, True), ("20", 21, 300, False), ("0%", 0, 0, True)],
)
def test_a_limit_is_a_share_or_a_number(limit: str, moved: int, customers: int, allowed: bool) -> None:
    assert Limit(limit, float(limit.removesuffix("%")), "%" in limit).allows(moved, customers) is allowed


def spread(rulebook: Rulebook, customers: int) -> Findings:
    """Customers over the whole picture; every tenth falls from EI to EIII."""
    connection = connect()
    grouping = Grouping(("quadrant",), True)
    SideBySide(connection, Side(rulebook), Side(rulebook), grouping)
    connection.execute(
        "INSERT INTO pairs SELECT 'c' || i, NULL, NULL, CASE WHEN i = 0 THEN 0 ELSE 10 ** (i % 50 / 10.0) END, "
        "(i * 7 % 100) / 100.0, 'EI', CASE WHEN i % 10 = 0 THEN 'EIII' ELSE 'EI' END, NULL, NULL, NULL, NULL "
        "FROM range(?) t(i)",
        [customers],
    )
    connection.execute("CREATE TABLE revenue (customer_id VARCHAR, revenue DOUBLE)")
    return Findings(connection, {"quadrant"})


@pytest.mark.parametrize(("customers", "as_cells"), [(MOST_SPOTS, False), (MOST_SPOTS + 1, True)])
def test_many_customers_are_drawn_as_cells_and_the_page_says_so(
    rulebook: Rulebook, customers: int, as_cells: bool
) -> None:
    findings, say = spread(rulebook, customers), impact_words("en")
    line = {"value": 100.0, "label": "100"}
    lines = {side: {"contribution_line": line, "stability_line": None} for side in ("before", "after")}
    matrix = [{"before": a, "after": b, "customers": n} for a, b, n, _ in findings.matrix()]
    drawn = draw_picture(findings, {"quadrant_lines": lines, "matrix": matrix}, Wording(rulebook, "en"), say)
    assert drawn is not None
    assert drawn.notes[0] == say["cells_key" if as_cells else "picture_key"]
    assert drawn.notes[1].startswith(f"Drawn: {customers:,} customers")
    assert drawn.notes[2] == "1 customer with less than 1 stand at the left edge."
    assert drawn.after.count("<path") < customers if as_cells else drawn.after.count("<path") >= customers


def test_a_book_without_orders_shows_a_year_of_contribution_instead(tmp_path: Path) -> None:
    (tmp_path / "book.yaml").write_text("name: Small\ncurrency: KRW\nas_of: 2026-06-30\n", "utf-8")
    header, row = "customer_id,name,kind,standing,contribution,stability", "C1,한빛상사,existing,rated,900,0.9"
    (tmp_path / "customers.csv").write_text(f"{header}\n{row}\n", "utf-8")
    done = impact("--set", "contribution_line=1000", "--lang", "ko", "-f", "json", book=tmp_path)
    told = json.loads(done.stdout)
    assert told["revenue"] == {"basis": "contribution_a_year", "all": 3600.0, "moved": 3600.0}
    assert told["matrix"] == [
        {"before": None, "after": "EIII", "before_label": None, "after_label": "EIII 작은 충성 고객", "customers": 1,
         "revenue": 3600.0}
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ((), "give either two rulebooks, OLD and NEW, or --set THRESHOLD=VALUE"),
        (("rules",), "give either two rulebooks, OLD and NEW, or --set THRESHOLD=VALUE"),
        (("rules", "rules", *MOVED), "give either two rulebooks, OLD and NEW, or --set THRESHOLD=VALUE"),
        (("--set", "contribution_lin=800"), 'unknown threshold "contribution_lin"'),
        (("--set", "contribution_lin=800"), 'did you mean "contribution_line"?'),
        (("--set", "contribution=800"), "contribution is a fact, not a threshold"),
        (("--set", "contribution_line"), "this moves no line"),
        (("--set", "contribution_line=much"), 'contribution_line cannot be "much"'),
        (("--set", "contribution_line=1", "--set", "contribution_line=2"), "contribution_line is set twice"),
        ((*MOVED, "--max-moved", "3 pct"), '"3 pct" is no limit; expected a share such as 3%, or a number'),
        ((*MOVED, "--max-moved", "101%"), '"101%" is no limit'),
        ((*MOVED, "--max-moved", "-1"), '"-1" is no limit'),
        ((*MOVED, "--max-moved", "nan%"), '"nan%" is no limit'),
        ((*MOVED, "--of", "quadran"), 'did you mean "quadrant"?'),
        ((*MOVED, "--of", "hours_per_week"), "hours_per_week is answered with a number"),
        ((*MOVED, "--of", "product_work"), "product_work is asked of each product"),
    ],
)
def test_what_cannot_be_meant_is_refused_with_what_was_expected(words: tuple[str, ...], message: str) -> None:
    done = impact(*words)
    assert done.returncode == 2
    assert message in done.stderr
    assert done.stdout == ""


def test_a_book_is_needed() -> None:
    done = impact(*MOVED, book=None)
    assert done.returncode == 2
    assert "give the book: --book PATH" in done.stderr


def test_rules_without_quadrants_ask_for_a_question(rulebook: Rulebook) -> None:
    narrow = part_of(rulebook, ("contribution_level",))
    with pytest.raises(SangdoError, match='the rules have no question "quadrant"') as refused:
        read_grouping(None, narrow, narrow)
    assert refused.value.exit_code == 2


def test_a_customer_undecided_for_another_reason_has_not_changed(rulebook: Rulebook) -> None:
    connection = connect()
    SideBySide(connection, Side(rulebook), Side(rulebook), Grouping(("quadrant",), False))
    connection.execute(
        "INSERT INTO pairs (customer_id, before, after, error_before, error_after) VALUES "
        "('a', 'undecided', 'undecided', 'one', 'another'), ('b', 'undecided', NULL, 'one', NULL)"
    )
    connection.execute("CREATE TABLE revenue (customer_id VARCHAR, revenue DOUBLE)")
    assert Findings(connection, {"quadrant"}).rows("SELECT customer_id FROM seen WHERE changed") == [("b",)]


def test_the_way_is_told_as_the_customers_are_decided(rulebook: Rulebook) -> None:
    small, told = part_of(rulebook, ["quadrant"]), []
    grouping = read_grouping(None, small, small)
    with measure_impact(
        BOOK, Side(small), Side(small), grouping, None, date(2011, 6, 1), "en", lambda *at: told.append(at)
    ):
        assert [at for at in told if at[0] == DECIDING] == [(DECIDING, 0, 300), (DECIDING, 300, 300)]
