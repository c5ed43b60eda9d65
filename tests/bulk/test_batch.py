"""sangdo batch: every customer of a book decided, verified, written; whatever happens in between."""

from __future__ import annotations

import csv
import json
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from pyarrow import parquet

from sangdo.cli import cli
from sangdo.engine.bulk.batch import batch, plans
from sangdo.engine.bulk.batch.batch import Order, Outcome, run_batch
from sangdo.engine.bulk.batch.deciding import DecidedPart
from sangdo.engine.bulk.batch.plans import PlanFolder, write_plans
from sangdo.engine.bulk.progress import DECIDING
from sangdo.engine.bulk.scores import ANSWERS, measure_scores
from sangdo.engine.decision.decision import Decider, Disagreement
from sangdo.engine.decision.pages.rendering import render
from sangdo.engine.decision.plan import build_plan
from sangdo.engine.facts.book import open_book
from sangdo.engine.language.cached_rulebook import load_cached
from sangdo.engine.language.errors import DataInvalid
from sangdo.engine.language.part import part_of
from sangdo.engine.language.rulebook import Rulebook

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "examples" / "book"
AS_OF = date(2011, 6, 1)


@pytest.fixture(scope="module")
def shipped() -> Rulebook:
    return load_cached(ROOT / "rules")


@pytest.fixture(scope="module")
def rulebook(shipped: Rulebook) -> Rulebook:
    """Few questions, about customers and products: what is tested here is the same for all."""
    return part_of(shipped, ("strategy", "product_work"))


@pytest.fixture(scope="module")
def quadrants(shipped: Rulebook) -> Rulebook:
    """Fewer still, for what needs many parts."""
    return part_of(shipped, ("quadrant",))


@pytest.fixture
def book(tmp_path: Path) -> Path:
    """A small book with a dealer, products, a prospect and given answers."""
    folder = tmp_path / "book"
    folder.mkdir()
    (folder / "book.yaml").write_text("name: Small\ncurrency: GBP\nas_of: 2011-06-01\n", "utf-8")
    with (EXAMPLE / "orders.csv").open(encoding="utf-8") as stream:
        rows = [line for line in stream if line.split(",")[0] in {"customer_id", "12347", "12358", "14911", "12360"}]
    (folder / "orders.csv").write_text("".join(rows), "utf-8")
    (folder / "customers.csv").write_text(
        "customer_id,name,kind,role,rep,strategy\n12347,One,existing,dealer,Hana,\n12358,Two,existing,,Hana,\n"
        "14911,Three,existing,,Sora,develop\nP1,Prospect,prospective,,Sora,\n",
        "utf-8",
    )
    (folder / "products.csv").write_text("customer_id,product,product_trend\n12347,beer,0.5\n12347,wine,\n", "utf-8")
    return folder


def ran(order: Order, rulebook: Rulebook) -> Outcome:
    return run_batch(order, rulebook, lambda *_: None)


def read(path: Path) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = parquet.read_table(path).to_pylist()
    return rows


def test_every_customer_of_the_example_book_is_decided_as_inference_decides(tmp_path: Path, shipped: Rulebook) -> None:
    output = tmp_path / "decisions.parquet"
    outcome = ran(Order(EXAMPLE, output, verify=300), shipped)
    assert (outcome.customers, outcome.undecided, outcome.verified, outcome.bad_rows) == (300, 0, 300, 0)
    assert outcome.files == (output,)
    there, decider = open_book(EXAMPLE, shipped), Decider(shipped)
    rows = read(output)
    assert [row["customer_id"] for row in rows] == there.customers()
    for row in rows[::7]:
        decision = decider.decide(there.facts(row["customer_id"]))
        for closing in decision.trace.closings:
            answer = closing.answer
            assert row[closing.question] == (sorted(answer) if isinstance(answer, frozenset) else answer)
        assert row["fired"] == [rule for closing in decision.trace.closings for rule in closing.deciding]
        assert row["ask"] == [ask.fact for ask in decision.asks]
        assert row["error"] is None


def test_a_batch_says_what_measure_says(tmp_path: Path, quadrants: Rulebook) -> None:
    ran(Order(EXAMPLE / "orders.csv", tmp_path / "d.parquet", AS_OF), quadrants)
    scores = measure_scores(EXAMPLE / "orders.csv", AS_OF, quadrants).table.to_pylist()
    rows = read(tmp_path / "d.parquet")
    assert [[row[name] for name in ("customer_id", *ANSWERS)] for row in rows] == [
        [row[name] for name in ("customer_id", *ANSWERS)] for row in scores
    ]


def test_the_three_formats_say_the_same(tmp_path: Path, rulebook: Rulebook, book: Path) -> None:
    for name in ("d.parquet", "d.csv", "d.jsonl"):
        ran(Order(book, tmp_path / name, part_customers=2), rulebook)
    rows = read(tmp_path / "d.parquet")
    lines = [json.loads(line) for line in (tmp_path / "d.jsonl").read_text("utf-8").splitlines()]
    assert lines == rows
    with (tmp_path / "d.csv").open(encoding="utf-8", newline="") as stream:
        cells = list(csv.DictReader(stream))
    assert [row["customer_id"] for row in cells] == [row["customer_id"] for row in rows]
    for cell, row in zip(cells, rows, strict=True):
        assert cell["fired"] == "|".join(row["fired"])
        assert cell["strategy"] == (row["strategy"] or "")
    assert (tmp_path / "d.products.csv").exists()
    products = read(tmp_path / "d.products.parquet")
    assert {(row["customer_id"], row["product"]) for row in products} == {("12347", "beer"), ("12347", "wine")}


def test_a_given_answer_goes_before_the_rules(tmp_path: Path, rulebook: Rulebook, book: Path) -> None:
    ran(Order(book, tmp_path / "d.parquet"), rulebook)
    rows = {row["customer_id"]: row for row in read(tmp_path / "d.parquet")}
    assert rows["14911"]["strategy"] == "develop"
    assert not [rule for rule in rows["14911"]["fired"] if rule.startswith("ST-")]


def test_parts_change_nothing(tmp_path: Path, quadrants: Rulebook, book: Path) -> None:
    for parts in (1, 2, 100):
        ran(Order(book, tmp_path / f"{parts}.parquet", part_customers=parts), quadrants)
    assert read(tmp_path / "1.parquet") == read(tmp_path / "2.parquet") == read(tmp_path / "100.parquet")


class Stopped(Exception):
    pass


def test_a_batch_that_was_broken_off_goes_on_and_says_the_same(tmp_path: Path, quadrants: Rulebook, book: Path) -> None:
    ran(Order(book, tmp_path / "whole.parquet", part_customers=1), quadrants)
    order = Order(book, tmp_path / "broken.parquet", part_customers=1)

    def stop(stage: str, done: int, of: int) -> None:
        if stage == DECIDING and done == 3 < of:
            raise Stopped

    with pytest.raises(Stopped):
        run_batch(order, quadrants, stop)
    assert not order.output.exists()
    outcome = ran(order, quadrants)
    assert outcome.found == 3
    assert outcome.customers == outcome.verified == 5
    assert order.output.read_bytes() == (tmp_path / "whole.parquet").read_bytes()
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "book", "broken.parquet", "whole.parquet",
    ]  # fmt: skip


@pytest.mark.parametrize("at", [("reading", 1), ("customers", 2), (DECIDING, 2)])
def test_a_batch_that_was_killed_goes_on_and_says_the_same(
    tmp_path: Path, quadrants: Rulebook, book: Path, at: tuple[str, int]
) -> None:
    output = tmp_path / "d.csv"
    program = (
        "import os, sys\nfrom pathlib import Path\n"
        "from sangdo.engine.bulk.batch.batch import Order, run_batch\n"
        "from sangdo.engine.language.cached_rulebook import load_cached\n"
        "from sangdo.engine.language.part import part_of\n"
        "def stop(stage, done, of):\n"
        f"    if stage == {at[0]!r} and done >= {at[1]}: os.kill(os.getpid(), 9)\n"
        "book, output, rules = map(Path, sys.argv[1:])\n"
        "rulebook = part_of(load_cached(rules), ('quadrant',))\n"
        "run_batch(Order(book, output, part_customers=1), rulebook, stop)\n"
    )
    killed = subprocess.run(
        [sys.executable, "-c", program, book, output, ROOT / "rules"], check=False, capture_output=True, timeout=300
    )
    assert killed.returncode == -9, killed.stderr.decode()
    assert not output.exists()
    ran(Order(book, output, part_customers=1), quadrants)
    ran(Order(book, tmp_path / "whole.csv", part_customers=1), quadrants)
    assert output.read_bytes() == (tmp_path / "whole.csv").read_bytes()


def test_other_rules_or_another_book_begin_anew(tmp_path: Path, quadrants: Rulebook, book: Path) -> None:
    order = Order(book, tmp_path / "d.csv", part_customers=1)

    def stop(stage: str, done: int, of: int) -> None:
        if stage == DECIDING and done == 2 < of:
            raise Stopped

    with pytest.raises(Stopped):
        run_batch(order, quadrants, stop)
    outcome = ran(order, replace(quadrants, sha256="other"))
    assert outcome.found == 0
    with pytest.raises(Stopped):
        run_batch(order, quadrants, stop)
    with (book / "customers.csv").open("a", encoding="utf-8") as stream:
        stream.write("P2,New,prospective,,Sora,\n")
    outcome = ran(order, quadrants)
    assert (outcome.found, outcome.customers) == (0, 6)


def test_a_difference_between_sweep_and_inference_stops_the_batch(
    tmp_path: Path, rulebook: Rulebook, book: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = batch.decide_parts

    def falsified(*given: Any) -> Any:
        for part in real(*given):
            place = part.customers.column_names.index("strategy")
            wrong = part.customers.set_column(place, "strategy", [["develop"] * len(part.customers)])
            yield DecidedPart(part.part, wrong, part.products)

    monkeypatch.setattr(batch, "decide_parts", falsified)
    with pytest.raises(Disagreement, match=r"differ on strategy of customer .*nothing is written"):
        ran(Order(book, tmp_path / "d.csv"), rulebook)
    assert not (tmp_path / "d.csv").exists()


def test_a_bad_row_is_reported_and_its_customer_is_not_decided(tmp_path: Path, rulebook: Rulebook, book: Path) -> None:
    with (book / "orders.csv").open("a", encoding="utf-8") as stream:
        stream.write("12347,2011-02-31,X1,5,1\n")
    outcome = ran(Order(book, tmp_path / "d.parquet"), rulebook)
    assert (outcome.undecided, outcome.bad_rows) == (1, 1)
    rows = {row["customer_id"]: row for row in read(tmp_path / "d.parquet")}
    assert "2011-02-31" in rows["12347"]["error"] or "date" in rows["12347"]["error"]
    assert rows["12347"]["quadrant"] is None
    assert rows["12347"]["fired"] is None
    assert rows["12358"]["error"] is None
    with (tmp_path / "d.bad.csv").open(encoding="utf-8", newline="") as stream:
        (bad,) = csv.DictReader(stream)
    assert (bad["file"], bad["column"], bad["value"], bad["customer_id"]) == (
        "orders.csv",
        "date",
        "2011-02-31",
        "12347",
    )
    (book / "orders.csv").write_text(
        "".join((book / "orders.csv").read_text("utf-8").splitlines(keepends=True)[:-1]), "utf-8"
    )
    ran(Order(book, tmp_path / "d.parquet"), rulebook)
    assert not (tmp_path / "d.bad.csv").exists()


def called(*words: str) -> Callable[[], Any]:
    return lambda: CliRunner().invoke(cli, ["batch", *words], catch_exceptions=False)


def test_the_verb_says_what_it_did(tmp_path: Path) -> None:
    result = called("--book", str(EXAMPLE), "-o", str(tmp_path / "d.csv"), "--verify", "5", "--no-asks")()
    assert result.exit_code == 0
    assert "300 customers decided, 5 of them again by inference" in result.stderr
    assert "ask" not in (tmp_path / "d.csv").read_text("utf-8").splitlines()[0].split(",")


def test_the_verb_needs_a_book(tmp_path: Path) -> None:
    result = called("-o", str(tmp_path / "d.csv"))()
    assert result.exit_code == 2
    assert "give the book: --book PATH" in result.stderr


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("d.parqet", "not a kind of file that decisions are written to.*\n.*parquet"),
        ("missing/d.csv", "there is no folder .*missing"),
        (".", "not a kind of file"),
        ("folder.csv", "this is a folder"),
    ],
)
def test_an_output_that_cannot_be_one_is_refused(tmp_path: Path, rulebook: Rulebook, name: str, message: str) -> None:
    (tmp_path / "folder.csv").mkdir()
    with pytest.raises(DataInvalid) as refused:
        ran(Order(EXAMPLE, tmp_path / name), rulebook)
    assert re.search(message, str(refused.value))


def test_a_work_folder_of_ones_own_stays(tmp_path: Path, quadrants: Rulebook, book: Path) -> None:
    work = tmp_path / "work"
    ran(Order(book, tmp_path / "d.csv", work=work), quadrants)
    assert (work / "book.duckdb").exists()
    first = (tmp_path / "d.csv").read_bytes()
    ran(Order(book, tmp_path / "d.csv", work=work), quadrants)
    assert (tmp_path / "d.csv").read_bytes() == first
    shutil.rmtree(work)


def test_the_plans_are_those_of_plan_and_a_broken_off_run_goes_on(
    tmp_path: Path, rulebook: Rulebook, book: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    there, decider = open_book(book, rulebook), Decider(rulebook)
    folder = PlanFolder(tmp_path / "plans", "md", "ko")
    monkeypatch.setattr(plans, "NOTED_EVERY", 1)

    def stop(stage: str, done: int, _: int) -> None:
        if (stage, done) == (plans.PLANNING, 3):
            raise Stopped

    with pytest.raises(Stopped):
        write_plans(folder, there, rulebook, stop)
    steps: list[int] = []
    assert write_plans(folder, there, rulebook, lambda _, done, __: steps.append(done)) == 5
    assert steps == [4, 5]
    assert sorted(path.name for path in folder.path.iterdir()) == [f"{name}.md" for name in there.customers()]
    for customer in there.customers():
        plan = build_plan(decider.decide(there.facts(customer)), "ko")
        assert folder.file(customer).read_text("utf-8") == render(plan, rulebook, "md")


def test_a_customer_whose_id_is_no_name_of_a_file_has_a_file_of_its_own(tmp_path: Path) -> None:
    folder = PlanFolder(tmp_path, "html", "en")
    files = {folder.file(name).name for name in ("a/b", "a%2Fb", "..", "가" * 100, "가" * 101)}
    assert len(files) == 5
    assert all(len(name.encode()) < 255 and "/" not in name for name in files)


def test_plans_in_a_folder_that_cannot_be_are_refused(tmp_path: Path, rulebook: Rulebook, book: Path) -> None:
    (tmp_path / "taken").write_text("", "utf-8")
    with pytest.raises(DataInvalid, match="the plans cannot be written"):
        write_plans(PlanFolder(tmp_path / "taken", "md", "ko"), open_book(book, rulebook), rulebook, lambda *_: None)


def test_the_verb_has_to_write_something() -> None:
    result = called("--book", str(EXAMPLE))()
    assert result.exit_code == 2
    assert "say what to write: -o FILE for the decisions, --plans DIR for the plans" in result.stderr
