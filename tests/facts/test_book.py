"""Books: what is known of each customer and from where, the cache, and every fault of a book's tables."""

from __future__ import annotations

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from sangdo.engine.facts.book import Book, open_book
from sangdo.engine.facts.cache import KEPT
from sangdo.engine.facts.facts import Known
from sangdo.engine.language.cache_folder import cache_folder
from sangdo.engine.language.errors import DataInvalid, NothingMatched
from sangdo.engine.language.loading import load_rulebook
from sangdo.engine.language.rulebook import Rulebook

ROOT = Path(__file__).resolve().parents[2]
EXAMPLE = ROOT / "examples" / "book"
AS_OF = date(2020, 1, 1)


@pytest.fixture(scope="module")
def rulebook() -> Rulebook:
    return load_rulebook(ROOT / "rules")


@pytest.fixture
def cache(tmp_path: Path) -> dict[str, str]:
    return {"SANGDO_CACHE": str(tmp_path / "cache")}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    path = tmp_path / "book"
    path.mkdir()
    rows = [f"{c},{y}-{m:02}-15,{100 + m}" for c in ("001", "b") for y in (2018, 2019) for m in range(1, 13)]
    (path / "orders.csv").write_text("customer_id,date,amount\n" + "\n".join(rows) + "\n", encoding="utf-8")
    (path / "book.yaml").write_text("currency: KRW\nas_of: 2020-01-01\ndefaults: {role: dealer}\n", encoding="utf-8")
    (path / "customers.csv").write_text(
        "customer_id,name,kind,rep\n001,가나상회,existing,Hana\np1,새 가게,prospective,\n", encoding="utf-8"
    )
    write_observations(path, "001,open_complaints,2,2019-11-01,kim,\n")
    return path


def write_observations(folder: Path, rows: str) -> None:
    content = "customer_id,fact,value,date,by,reason\n" + rows
    (folder / "observations.csv").write_text(content, encoding="utf-8")


def opened(folder: Path, rulebook: Rulebook, cache: dict[str, str], as_of: date | None = None) -> Book:
    return open_book(folder, rulebook, as_of, environment=cache)


def messages(folder: Path, rulebook: Rulebook, cache: dict[str, str]) -> list[str]:
    with pytest.raises(DataInvalid) as caught:
        opened(folder, rulebook, cache)
    return [f"{p.location}: {p.message}" for p in caught.value.problems]


def test_a_customer_has_measured_given_and_default_facts_each_with_its_source(
    folder: Path, rulebook: Rulebook, cache: dict[str, str]
) -> None:
    facts = opened(folder, rulebook, cache).facts("001")
    assert (facts.customer_id, facts.as_of, facts.currency, facts.warnings) == ("001", AS_OF, "KRW", ())
    assert facts.values["standing"] == Known("rated", "measured", "orders.csv, 2018-01..2019-12")
    assert facts.values["orders_last_year"].value == 12
    assert facts.values["name"] == Known("가나상회", "given", "customers.csv:2")
    source = "observations.csv:2 by kim on 2019-11-01"
    assert facts.values["open_complaints"] == Known(2, "given", source, "kim", date(2019, 11, 1))
    assert facts.values["role"] == Known("dealer", "default", "book.yaml")
    assert facts.lines.keys() == {"contribution_line", "stability_line"}
    assert facts.lines["contribution_line"] == facts.values["contribution"].value
    assert "satisfaction" not in facts.values


def test_a_buyer_who_is_not_listed_is_an_existing_customer(
    folder: Path, rulebook: Rulebook, cache: dict[str, str]
) -> None:
    facts = opened(folder, rulebook, cache).facts("b")
    assert facts.values["kind"] == Known("existing", "measured", "orders.csv, 2018-01..2019-12")
    assert facts.values["customer_id"].source == "orders.csv"


def test_a_prospect_has_what_is_given_and_nothing_measured(
    folder: Path, rulebook: Rulebook, cache: dict[str, str]
) -> None:
    facts = opened(folder, rulebook, cache).facts("p1")
    assert facts.values["kind"].value == "prospective"
    assert {"standing", "contribution", "rep"}.isdisjoint(facts.values)


def test_the_latest_observation_at_the_date_counts_and_of_one_day_the_last(
    folder: Path, rulebook: Rulebook, cache: dict[str, str]
) -> None:
    rows = ["2,2019-11-01", "5,2019-12-31", "4,2019-12-31", "1,2018-01-01", "9,2020-01-02"]
    write_observations(folder, "".join(f"001,open_complaints,{row},kim,why\n" for row in rows))
    book = opened(folder, rulebook, cache)
    known = book.facts("001").values["open_complaints"]
    assert (known.value, known.source, known.reason) == (4, "observations.csv:4 by kim on 2019-12-31", "why")
    assert book.warnings == ("observations: one is after 2020-01-01 and not counted",)


def test_an_observation_goes_before_customers_and_before_what_was_measured(
    folder: Path, rulebook: Rulebook, cache: dict[str, str]
) -> None:
    write_observations(folder, "001,rep,Sora,2019-01-01,kim,\n001,standing,new,2019-01-01,kim,\n")
    values = opened(folder, rulebook, cache).facts("001").values
    assert (values["rep"].value, values["standing"].value, values["standing"].origin) == ("Sora", "new", "given")


def test_values_of_every_type_are_read_strictly(folder: Path, rulebook: Rulebook, cache: dict[str, str]) -> None:
    cells = {"changeable": "TRUE", "current_profit": "-12.5", "unsigned_obstacle": "price|terms", "satisfaction": "5"}
    write_observations(folder, "".join(f"001,{fact},{cell},2019-01-01,kim,\n" for fact, cell in cells.items()))
    for _ in ("cold", "warm"):
        values = opened(folder, rulebook, cache).facts("001").values
        assert values["changeable"].value is True
        assert values["current_profit"].value == -12.5
        assert values["unsigned_obstacle"].value == frozenset({"price", "terms"})
        assert (values["satisfaction"].value, type(values["satisfaction"].value)) == (5, int)


def test_the_faults_of_all_tables_are_reported_at_once_with_their_places(
    folder: Path, rulebook: Rulebook, cache: dict[str, str]
) -> None:
    (folder / "customers.csv").write_text("customer_id,nam,kind\n001,x,existin\n001,x,existing\n", encoding="utf-8")
    bad = [
        "001,open_complaint,2,2019-01-01,kim,",
        "001,satisfaction,6,2019-13-01,kim,",
        "001,slow,true,2019-01-01,kim,",
        "001,satisfaction,,2019-01-01,kim,",
        "001,changeable,yes,2019-01-01,kim,",
        "001,open_complaints,2.5,2019-01-01,kim,",
        "001,unsigned_obstacle,price|term,2019-01-01,kim,",
        "001,satisfaction,1",
    ]
    write_observations(folder, "\n".join(bad) + "\n")
    assert messages(folder, rulebook, cache) == [
        'customers.csv:1:13: unknown column "nam"',
        'customers.csv:2:7: kind cannot be "existin"',
        "customers.csv:3:1: the customer 001 is there already",
        'observations.csv:2:5: unknown fact "open_complaint"',
        "observations.csv:3:18: satisfaction cannot be 6",
        'observations.csv:3:20: "2019-13-01" is not a date',
        "observations.csv:4:5: slow is about one product",
        "observations.csv:5:18: the value of satisfaction is empty",
        'observations.csv:6:16: changeable cannot be "yes"',
        "observations.csv:7:21: open_complaints cannot be 2.5",
        'observations.csv:8:23: unsigned_obstacle cannot be "term"',
        "observations.csv:9: the row has 3 values, the header has 6 columns",
    ]


def test_an_observation_of_a_customer_who_does_not_exist_names_the_nearest(
    folder: Path, rulebook: Rulebook, cache: dict[str, str]
) -> None:
    write_observations(folder, "0001,satisfaction,5,2019-01-01,kim,\n")
    with pytest.raises(DataInvalid) as caught:
        opened(folder, rulebook, cache)
    (problem,) = caught.value.problems
    assert (str(problem.location), problem.suggestion) == ("observations.csv:2:1", "001")


def test_products_have_facts_of_their_own(folder: Path, rulebook: Rulebook, cache: dict[str, str]) -> None:
    products = folder / "products.csv"
    products.write_text("customer_id,product,slow,dealer_willing\n001,맥주,true,\n", encoding="utf-8")
    facts = opened(folder, rulebook, cache).facts("001")
    assert facts.products == {"맥주": {"product": Known("맥주", "given", "products.csv:2"),
                                     "slow": Known(True, "given", "products.csv:2")}}  # fmt: skip
    products.write_text("customer_id,product,slow\nzzz,맥주,true\n001,맥주,maybe\n", encoding="utf-8")
    assert messages(folder, rulebook, cache) == [
        "products.csv:2:1: there is no customer zzz",
        'products.csv:3:8: slow cannot be "maybe"',
    ]


def test_a_customer_is_found_by_id_or_by_a_name_that_only_one_has(
    folder: Path, rulebook: Rulebook, cache: dict[str, str]
) -> None:
    (folder / "customers.csv").write_text("customer_id,name\n001,One\nx,Two\ny,Two\n", encoding="utf-8")
    book = opened(folder, rulebook, cache)
    assert book.customers() == ["001", "b", "x", "y"]
    assert book.facts("One").customer_id == "001"
    with pytest.raises(NothingMatched, match="one of the ids x, y"):
        book.facts("Two")
    with pytest.raises(NothingMatched) as caught:
        book.facts("01")
    assert (caught.value.exit_code, caught.value.problems[0].suggestion) == (7, "001")


def test_a_lone_order_file_is_a_book_as_of_the_day_that_is_passed(
    folder: Path, rulebook: Rulebook, cache: dict[str, str]
) -> None:
    book = open_book(folder / "orders.csv", rulebook, today=date(2020, 6, 1), environment=cache)
    assert (book.as_of, book.customers()) == (date(2020, 6, 1), ["001", "b"])
    assert book.warnings == ("orders.csv: the newest order, of 2019-12-15, is 169 days before 2020-06-01",)
    with pytest.raises(DataInvalid, match="the book has no date"):
        open_book(folder / "orders.csv", rulebook, environment=cache)


def test_orders_after_the_date_are_counted_in_a_warning(
    folder: Path, rulebook: Rulebook, cache: dict[str, str]
) -> None:
    book = opened(folder, rulebook, cache, date(2019, 6, 30))
    assert book.warnings[0] == "orders.csv: 12 rows are after 2019-06-30 and not counted"


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ("currency: won\n", "book.yaml:1:11: currency must be a code of 3 capital letters"),
        ("as_of: soon\n", "book.yaml:1:8: as_of must be a date"),
        ("as_of: 9999-12-31\n", "book.yaml:1:8: as_of cannot be 9999-12-31"),
        ("curency: KRW\n", "curency"),
        ("hours_per_week: 200\n", "a week cannot have these hours"),
        ("defaults: {rolle: dealer}\n", 'unknown fact "rolle"'),
        ("defaults: {role: shop}\n", 'role cannot be "shop"'),
        ("name: [a\n", "book.yaml"),
    ],
)
def test_faults_of_the_settings_have_their_place(
    folder: Path, rulebook: Rulebook, cache: dict[str, str], settings: str, message: str
) -> None:
    (folder / "book.yaml").write_text(settings, encoding="utf-8")
    assert message in "\n".join(messages(folder, rulebook, cache))


def test_a_folder_without_orders_or_with_two_of_them_is_no_book(
    folder: Path, tmp_path: Path, rulebook: Rulebook, cache: dict[str, str]
) -> None:
    assert "there is no such book" in messages(tmp_path / "none", rulebook, cache)[0]
    (folder / "orders.parquet").write_bytes(b"PAR1")
    assert "there are both orders.csv and orders.parquet" in messages(folder, rulebook, cache)[0]
    empty = tmp_path / "empty"
    empty.mkdir()
    assert "no orders and no customers" in messages(empty, rulebook, cache)[0]


def test_a_changed_file_date_or_line_is_measured_anew(folder: Path, rulebook: Rulebook, cache: dict[str, str]) -> None:
    before = opened(folder, rulebook, cache).facts("001").values
    with (folder / "orders.csv").open("a", encoding="utf-8") as stream:
        stream.write("001,2019-12-31,5000\n")
    after = opened(folder, rulebook, cache).facts("001").values
    assert before["orders_last_year"].value == 12
    assert after["orders_last_year"].value == 13
    assert opened(folder, rulebook, cache, date(2019, 1, 1)).facts("001").values["stability_months"].value == 1.0
    assert len(list(Path(cache["SANGDO_CACHE"]).iterdir())) == 3


def test_another_default_of_the_role_is_measured_anew(folder: Path, rulebook: Rulebook, cache: dict[str, str]) -> None:
    (folder / "book.yaml").write_text("currency: KRW\nas_of: 2020-01-01\n", encoding="utf-8")
    role = replace(rulebook.facts["role"], default="dealer")
    dealers = replace(rulebook, facts={**rulebook.facts, "role": role})
    assert "season_index" not in opened(folder, rulebook, cache).facts("001").values
    assert "season_index" in opened(folder, dealers, cache).facts("001").values


def test_a_warm_cache_gives_the_same_facts_and_imports_nothing_heavy(
    folder: Path, rulebook: Rulebook, cache: dict[str, str]
) -> None:
    cold = opened(folder, rulebook, cache).facts("001")
    assert opened(folder, rulebook, cache).facts("001") == cold
    script = (
        "import sys; from pathlib import Path; from sangdo.engine.facts.book import open_book\n"
        "from sangdo.engine.language.loading import load_rulebook\n"
        "book = open_book(Path(sys.argv[1]), load_rulebook(Path(sys.argv[2])))\n"
        "assert book.facts('001').values['standing'].value == 'rated'\n"
        "heavy = {'ibis', 'duckdb', 'pandas', 'pyarrow', 'numpy', 'openpyxl'} & set(sys.modules)\n"
        "print(sorted(heavy))\n"
    )
    command = [sys.executable, "-c", script, str(folder), str(ROOT / "rules")]
    done = subprocess.run(command, env={**os.environ, **cache}, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize("damage", [b"", b"not a database", b"SQLite format 3\0" + b"\xff" * 4000, None])
def test_a_damaged_cache_is_made_anew(
    folder: Path, rulebook: Rulebook, cache: dict[str, str], damage: bytes | None
) -> None:
    expected = opened(folder, rulebook, cache).facts("001")
    (file,) = Path(cache["SANGDO_CACHE"]).iterdir()
    content = file.read_bytes()
    file.write_bytes(content[: len(content) // 2] if damage is None else damage)
    assert opened(folder, rulebook, cache).facts("001") == expected
    assert opened(folder, rulebook, cache).facts("001") == expected


def test_the_cache_can_be_damaged_in_any_page(folder: Path, rulebook: Rulebook, cache: dict[str, str]) -> None:
    expected = opened(folder, rulebook, cache).facts("001")
    (file,) = Path(cache["SANGDO_CACHE"]).iterdir()
    content = file.read_bytes()
    for page in range(0, len(content), 4096):
        file.write_bytes(content[:page] + b"\xa5" * 4096 + content[page + 4096 :])
        assert opened(folder, rulebook, cache).facts("001") == expected


def test_without_a_cache_that_can_be_written_the_book_is_measured_in_memory(
    folder: Path, tmp_path: Path, rulebook: Rulebook
) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("in the way", encoding="utf-8")
    book = opened(folder, rulebook, {"SANGDO_CACHE": str(blocked / "cache")})
    assert book.facts("001").values["standing"].value == "rated"


def test_a_cache_that_others_may_write_to_is_not_believed(
    folder: Path, rulebook: Rulebook, cache: dict[str, str]
) -> None:
    place = Path(cache["SANGDO_CACHE"])
    opened(folder, rulebook, cache)
    assert place.stat().st_mode & 0o777 == 0o700
    place.chmod(0o777)
    (file,) = place.iterdir()
    file.write_bytes(b"planted")
    assert opened(folder, rulebook, cache).facts("001").values["standing"].value == "rated"
    assert file.read_bytes() == b"planted"


def test_parallel_readers_of_a_cold_cache_agree(folder: Path, rulebook: Rulebook, cache: dict[str, str]) -> None:
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda _: opened(folder, rulebook, cache).customers(), range(4)))
    assert found == [["001", "b", "p1"]] * 4
    assert [file.suffix for file in Path(cache["SANGDO_CACHE"]).iterdir()] == [".sqlite"]


def test_only_the_newest_caches_are_kept(folder: Path, rulebook: Rulebook, cache: dict[str, str]) -> None:
    place = Path(cache["SANGDO_CACHE"])
    place.mkdir(mode=0o700)
    for n in range(KEPT + 5):
        (place / f"{n}.book.sqlite").write_bytes(b"")
    opened(folder, rulebook, cache)
    assert len(list(place.iterdir())) == KEPT


def test_the_cache_is_where_the_environment_says() -> None:
    assert cache_folder({"SANGDO_CACHE": "/a", "XDG_CACHE_HOME": "/b"}) == Path("/a")
    assert cache_folder({"SANGDO_CACHE": "", "XDG_CACHE_HOME": "/b"}) == Path("/b/sangdo")
    assert cache_folder({}) == Path.home() / ".cache" / "sangdo"


def test_the_example_book_has_every_standing_and_quadrant_and_its_observations(
    rulebook: Rulebook, cache: dict[str, str]
) -> None:
    book = opened(EXAMPLE, rulebook, cache)
    assert (book.as_of, len(book.customers()), book.warnings) == (date(2011, 6, 1), 300, ())
    groups = set()
    observed = 0
    for customer in book.customers():
        facts = book.facts(customer)
        standing = facts.values["standing"].value
        levels = tuple(
            facts.values[name].value >= facts.lines[f"{name}_line"]  # type: ignore[operator]
            for name in ("contribution", "stability")
            if standing == "rated"
        )
        groups.add((standing, levels))
        observed += any("observations.csv" in known.source for known in facts.values.values())
    assert len(groups) == 6
    assert observed == 13
    assert book.facts("13093").values["competitor_offer"].value == "better"
