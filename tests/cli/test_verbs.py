"""Every verb: what it prints, where, and with which exit code."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

EIV = """\
customer_id: C7
name: 한빛상사
quadrant: EIV
net_benefit: -1200
changeable: false
"""


def sangdo(*words: str, stdin: str = "", folder: Path = ROOT, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the command line in a process of its own, in English unless told otherwise."""
    return subprocess.run(
        [sys.executable, "-m", "sangdo", *words],
        cwd=folder,
        input=stdin,
        capture_output=True,
        encoding="utf-8",
        check=False,
        env={**os.environ, "SANGDO_LANG": "en", "PYTHONUTF8": "1", **environment},
    )


@pytest.fixture
def facts(tmp_path: Path) -> Path:
    path = tmp_path / "customer.yaml"
    path.write_text(EIV, encoding="utf-8")
    return path


def test_plan_prints_one_json_object_with_all_that_the_design_names(facts: Path) -> None:
    done = sangdo("plan", "--facts", str(facts), "--as-of", "2026-11-23", "-f", "json")
    assert done.returncode == 0, done.stderr
    plan = json.loads(done.stdout)
    assert {
        "decision_id", "customer_id", "as_of", "rulebook", "engine", "facts", "answers", "fired", "also_held",
        "ask", "actions", "attention", "warnings", "language",
    } <= set(plan)  # fmt: skip
    assert (plan["customer_id"], plan["as_of"], plan["language"]) == ("C7", "2026-11-23", "en")
    assert plan["facts"]["net_benefit"] == {"value": -1200, "origin": "given", "source": f"{facts}:4"}
    assert plan["answers"]["keep_or_abandon"] == "abandon"


def test_an_abandoned_customer_gets_the_action_of_clause_e5_2(facts: Path) -> None:
    """Clause E5.2: abandon only when the effort exceeds the return and the customer is hard to change."""
    plan = json.loads(sangdo("plan", "--facts", str(facts), "-f", "json").stdout)
    assert "E5.2" in {clause for action in plan["actions"] for clause in action["clauses"]}
    decided = [rule for rule in plan["fired"] if rule["question"] == "keep_or_abandon"]
    assert [(rule["basis"], rule["clauses"]) for rule in decided] == [("document", ["E5.2"])]


def test_a_plan_is_the_same_bytes_every_time(facts: Path) -> None:
    runs = {sangdo("plan", "--facts", str(facts), "--as-of", "2026-11-23", "-f", "json").stdout for _ in range(2)}
    assert len(runs) == 1


def test_facts_come_from_standard_input_too() -> None:
    done = sangdo("plan", "--facts", "-", "-f", "json", stdin=json.dumps({"quadrant": "EI"}))
    assert json.loads(done.stdout)["answers"]["strategy"] == "consolidate"


@pytest.mark.parametrize(("language", "word"), [("ko", "고객"), ("en", "customer")])
@pytest.mark.parametrize("form", ["text", "md", "html"])
def test_a_plan_is_rendered_in_the_language_asked_for(facts: Path, form: str, language: str, word: str) -> None:
    done = sangdo("plan", "--facts", str(facts), "--lang", language, "-f", form)
    assert done.returncode == 0, done.stderr
    assert "한빛상사" in done.stdout
    assert word in done.stdout


def test_output_goes_to_a_file_whole(facts: Path, tmp_path: Path) -> None:
    target = tmp_path / "plan.json"
    done = sangdo("plan", "--facts", str(facts), "-f", "json", "-o", str(target))
    assert (done.returncode, done.stdout) == (0, "")
    assert json.loads(target.read_text("utf-8"))["customer_id"] == "C7"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["customer.yaml", "plan.json"]


def test_a_file_that_cannot_be_written_is_said_plainly(facts: Path, tmp_path: Path) -> None:
    done = sangdo("plan", "--facts", str(facts), "-o", str(tmp_path / "nowhere" / "plan.txt"))
    assert done.returncode == 2
    assert "cannot write" in done.stderr
    assert "Traceback" not in done.stderr


def test_explain_shows_rules_facts_origins_and_answers(facts: Path) -> None:
    done = sangdo("explain", "--facts", str(facts))
    assert done.returncode == 0, done.stderr
    assert "keep_or_abandon = " in done.stdout
    assert "[E5.2]" in done.stdout
    assert f"(given: {facts}:4)" in done.stdout


def test_explain_gives_the_same_as_data(facts: Path) -> None:
    explained = json.loads(sangdo("explain", "--facts", str(facts), "-f", "json").stdout)
    (question,) = [q for q in explained["questions"] if q["question"] == "keep_or_abandon"]
    assert question["answer"] == "abandon"
    (rule,) = [rule for rule in question["rules"] if rule["outcome"] == "decided"]
    matched = {m["fact"]: m["value"] for m in rule["matched"]}
    assert (matched["net_benefit"], matched["changeable"]) == (-1200, False)


def test_explain_says_why_a_rule_did_not_fire(facts: Path) -> None:
    done = sangdo("explain", "--facts", str(facts), "--rule", "KA-3", "-o", "json")
    (one,) = json.loads(done.stdout)["why_not"]
    assert (one["fact"], one["actual"], one["verdict"], one["distance"]) == ("net_benefit", -1200, "fails", 1200)
    assert one["expected"]["threshold"] == "break_even"
    told = sangdo("explain", "--facts", str(facts), "--question", "keep_or_abandon", "--depth", "1")
    (line,) = [line for line in told.stdout.splitlines() if "KA-3" in line]
    assert line.lstrip("├└─ ").startswith("✗ KA-3 [E5.3, house]")


@pytest.mark.parametrize(
    ("name", "start"), [("a.md", "# "), ("a.html", "<!DOCTYPE html>"), ("a.dot", "digraph"), ("a.json", "{")]
)
def test_explain_writes_the_form_that_the_file_is_named_for(facts: Path, tmp_path: Path, name: str, start: str) -> None:
    done = sangdo("explain", "--facts", str(facts), "-o", str(tmp_path / name))
    assert (done.returncode, done.stdout) == (0, ""), done.stderr
    assert (tmp_path / name).read_text("utf-8").startswith(start)


@pytest.mark.parametrize(
    ("words", "code", "message"),
    [
        (("--rule", "KA-1", "--question", "quadrant"), 2, "give either --rule or --question, not both"),
        (("--rule", "KA-1", "--rule", "KA-2"), 2, "give it once"),
        (("--depth", "-1"), 2, "-1 is not in the range"),
        (("--rule", "KA-"), 7, 'did you mean "KA-3"?'),
        (("--rule", "q-1"), 7, 'did you mean "Q-1"?'),
        (("--question", "quadrnt"), 7, 'did you mean "quadrant"?'),
    ],
)
def test_explain_refuses_what_it_cannot_explain(facts: Path, words: tuple[str, ...], code: int, message: str) -> None:
    done = sangdo("explain", "--facts", str(facts), *words)
    assert (done.returncode, done.stdout) == (code, "")
    assert message in done.stderr


def test_check_counts_what_it_read() -> None:
    done = sangdo("check")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.endswith("no problems\n")


def test_test_runs_the_scenarios_and_counts_them() -> None:
    done = sangdo("test", "-q", "--run", "keep_or_abandon:*")
    assert done.returncode == 0, done.stdout
    assert done.stdout.endswith("passed, 0 failed\n")


def test_a_failed_scenario_shows_expected_and_got(tmp_path: Path) -> None:
    rules = copy_of_rules(tmp_path)
    (rules / "existing" / "wrong.test.yaml").write_text(
        "scenarios:\n  - name: wrong on purpose\n    facts: {quadrant: EI}\n    expect:\n"
        "      answers: {strategy: convert}\n      actions: [wind-down]\n",
        encoding="utf-8",
    )
    done = sangdo("test", "--rules", str(rules), "--run", "wrong:*")
    assert done.returncode == 4
    assert "expected: convert" in done.stdout
    assert "got:      consolidate" in done.stdout
    assert done.stdout.endswith("0 passed, 1 failed\n")


def copy_of_rules(folder: Path) -> Path:
    import shutil

    return Path(shutil.copytree(ROOT / "rules", folder / "rules"))


@pytest.mark.parametrize("what", ["rules", "facts", "clauses", "actions", "questions"])
def test_list_lists_in_words_and_as_data(what: str) -> None:
    text = sangdo("list", what)
    assert text.returncode == 0, text.stderr
    entries = json.loads(sangdo("list", what, "-f", "json").stdout)
    assert len(entries) == len(text.stdout.splitlines())
    assert len({next(iter(entry.values())) for entry in entries}) == len(entries)


def test_schema_prints_the_schema_of_a_kind() -> None:
    assert json.loads(sangdo("schema", "question").stdout)["title"] == "Sangdo question"


def test_a_misspelt_verb_gets_the_nearest_one() -> None:
    done = sangdo("pln")
    assert done.returncode == 2
    assert 'Did you mean "plan"?' in done.stderr


def test_every_verb_has_help_with_an_example() -> None:
    verbs = [line.split()[0] for line in sangdo("--help").stdout.split("Commands:")[1].splitlines() if line.strip()]
    assert {"plan", "explain", "measure", "check", "test", "list", "schema"} <= set(verbs)
    for verb in verbs:
        assert f"sangdo {verb}" in sangdo(verb, "--help").stdout.split("Usage:")[1].split("\n", 1)[1], verb


@pytest.mark.parametrize(
    ("words", "code", "message"),
    [
        (["plan"], 2, "give either CUSTOMER with --book PATH, or --facts FILE"),
        (["plan", "--facts", "no.yaml", "--as-of", "soon"], 2, "expected YYYY-MM-DD"),
        (["plan", "--facts", "no-such-file.yaml"], 6, "cannot be read"),
        (["measure", "--orders", "x.csv", "--as-of", "9999-12-31"], 2, "expected a date from 1900-01-01"),
        (["plan", "C1", "--book", "no-such-book"], 6, "no-such-book"),
        (["check", "--rules", "no-such-folder"], 3, "there is no such folder of rules"),
        (["test", "--run", "nothing:*"], 7, 'no scenario matches "nothing:*"'),
        (["schema", "questoin"], 2, 'Did you mean "question"?'),
        (["measure"], 2, "--orders"),
        (["list", "rule"], 2, "rules"),
    ],
)
def test_wrong_words_get_a_clear_message_and_the_right_code(words: list[str], code: int, message: str) -> None:
    done = sangdo(*words)
    assert done.returncode == code, done.stderr
    assert message in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == ""


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("quadrnt: EI\n", 'customer.yaml:1:1: unknown fact "quadrnt"'),
        ("quadrnt: EI\n", 'did you mean "quadrant"?'),
        ("quadrant: EV\n", "customer.yaml:1:11: quadrant cannot be"),
        ("satisfaction: '3'\n", "expected: a whole number from 1 to 5"),
        ("open_complaints: true\n", "open_complaints cannot be true"),
        ("satisfaction: 6\n", "satisfaction cannot be 6"),
        ("[1, 2]\n", "a customer is a mapping of facts"),
        ("as_of: 9999-12-31\n", "customer.yaml:1:8: as_of cannot be 9999-12-31"),
        ("", "the file is empty"),
    ],
)
def test_wrong_facts_say_where_and_what_was_expected(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "customer.yaml"
    path.write_text(text, encoding="utf-8")
    done = sangdo("plan", "--facts", "customer.yaml", folder=tmp_path)
    assert done.returncode == 6
    assert message in done.stderr
    assert done.stdout == ""


def test_all_problems_of_the_rules_are_shown_at_once(tmp_path: Path) -> None:
    rules = copy_of_rules(tmp_path)
    path = rules / "existing" / "quadrant.yaml"
    text = path.read_text("utf-8").replace("contribution_level: high", "contribution_levle: high")
    path.write_text(text.replace("then: EIV", "then: EV"), encoding="utf-8")
    done = sangdo("check", "--rules", "rules", folder=tmp_path)
    assert done.returncode == 3
    assert done.stderr.count('did you mean "contribution_level"?') == 2
    assert "rules/existing/quadrant.yaml" in done.stderr
    assert "quadrant cannot be" in done.stderr


def test_the_environment_sets_options_too(facts: Path) -> None:
    plan = json.loads(sangdo("plan", "--facts", str(facts), "-f", "json", SANGDO_AS_OF="2025-01-02").stdout)
    assert plan["as_of"] == "2025-01-02"


def test_a_reader_that_goes_away_is_no_error(facts: Path) -> None:
    words = [sys.executable, "-m", "sangdo", "plan", "--facts", str(facts), "-f", "json"]
    with subprocess.Popen(words, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as running:
        assert running.stdout is not None
        assert running.stderr is not None
        running.stdout.close()
        assert running.stderr.read() == b""


def test_a_book_shows_what_its_mix_of_customers_lacks() -> None:
    """Clause K2: existing customers alone secure the target but never make a top seller."""
    made = json.loads(sangdo("book", "Hana", "--book", "examples/book", "-f", "json").stdout)
    mix = made["portfolio"]
    assert mix["answers"] == {"portfolio_gap": ["no_future", "no_prospects"]}
    assert {clause for action in mix["actions"] for clause in action["clauses"]} == {"K2"}
    assert mix["facts"]["book_existing"]["value"] > 50


def test_a_rep_without_customers_gets_the_nearest_name() -> None:
    done = sangdo("book", "Hanna", "--book", "examples/book")
    assert done.returncode == 7
    assert 'did you mean "Hana"?' in done.stderr


@pytest.mark.parametrize(
    ("form", "start"),
    [("text", "K1  [document]"), ("md", "# Clause matrix"), ("csv", "clause,"), ("html", "<!doctype html>")],
)
def test_trace_prints_the_clause_matrix(form: str, start: str) -> None:
    done = sangdo("trace", "-f", form)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith(start)
    assert "E2.1" in done.stdout


def test_trace_fails_on_what_stands_alone(tmp_path: Path) -> None:
    rules = copy_of_rules(tmp_path)
    path = rules / "clauses.yaml"
    extra = '  E9: {basis: document, title: {ko: "새 조항", en: "A new clause"}}\n'
    path.write_text(path.read_text("utf-8") + extra, encoding="utf-8")
    done = sangdo("trace", "--rules", str(rules), "--fail-orphans")
    assert done.returncode == 5
    assert "stands alone: clause E9: no rule and no action serves it" in done.stderr


def test_coverage_below_the_threshold_fails_and_says_what_no_scenario_shows(tmp_path: Path) -> None:
    rules = copy_of_rules(tmp_path)
    (rules / "book" / "portfolio_gap.test.yaml").unlink()
    done = sangdo("test", "-q", "--rules", str(rules), "--coverage", "--threshold", "100")
    assert done.returncode == 4
    assert "rule PG-1: decides" in done.stdout
    assert sangdo("test", "-q", "--rules", str(rules), "--coverage").returncode == 0


def test_a_run_is_reported_as_data_and_for_build_servers() -> None:
    data = json.loads(sangdo("test", "--run", "quadrant:*", "-o", "json", "--coverage").stdout)
    assert (data["failed"], data["passed"]) == (0, len(data["scenarios"]))
    assert 0 < data["coverage"]["percent"] < 100
    junit = sangdo("test", "--run", "quadrant:*", "-o", "junit").stdout
    assert f'tests="{data["passed"]}" failures="0"' in junit
