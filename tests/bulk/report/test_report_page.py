"""A report as a page: whole in itself, in both languages, and readable without its pictures."""

from __future__ import annotations

import json
import re
from datetime import date
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from click.testing import CliRunner

from sangdo.cli import cli
from sangdo.engine.bulk.charts.quarter_chart import quarter_chart
from sangdo.engine.bulk.charts.season_chart import HATCH, Month, season_chart
from sangdo.engine.bulk.report.decided_book import DecidedBook, decide_book
from sangdo.engine.bulk.report.group_labels import GroupLabels
from sangdo.engine.bulk.report.groups import Groups, groups_of
from sangdo.engine.bulk.report.headlines import Headlines, listed_months, percent
from sangdo.engine.bulk.report.rendering import render_report
from sangdo.engine.bulk.report.report import tell_report
from sangdo.engine.bulk.report.report_words import report_words
from sangdo.engine.bulk.report.spots import find_spots
from sangdo.engine.decision.wording import Wording
from sangdo.engine.language.rulebook import Rulebook

BOOK = Path(__file__).parents[3] / "examples" / "book"
FORMS = ("html", "md", "text")


@pytest.fixture(scope="module")
def pages(decided_example: DecidedBook, example_report: dict[str, Any]) -> dict[tuple[str, str], str]:
    rulebook, groups, spots = decided_example.rulebook, decided_example.groups, find_spots(decided_example)
    return {
        (form, language): render_report(
            example_report, spots if form == "html" else None, rulebook, groups, form, language
        )
        for form in FORMS
        for language in ("ko", "en")
    }


@pytest.mark.parametrize("language", ["ko", "en"])
def test_the_page_needs_nothing_but_itself(language: str, pages: dict[tuple[str, str], str]) -> None:
    html = pages["html", language]
    assert "<script" not in html
    assert not re.search(r"(?:src|href|url)\s*[=(]\s*[\"']?(?:https?:|//)", html)
    assert "default-src 'none'" in html


@pytest.mark.parametrize("language", ["ko", "en"])
def test_every_picture_says_in_words_what_it_shows(language: str, pages: dict[tuple[str, str], str]) -> None:
    html = pages["html", language]
    pictures = re.findall(r"(?s)<svg class=\"chart\".*?</svg>", html)
    assert len(pictures) == 9, "the quadrants, the season, and the quarters of seven rows"
    for picture in pictures:
        tree = ElementTree.fromstring(picture)  # noqa: S314 - our own picture
        told = {child.tag.rpartition("}")[2]: child for child in tree}
        assert told["title"].text
        assert told["desc"].text
        assert tree.attrib["aria-labelledby"] == f"{told['title'].attrib['id']} {told['desc'].attrib['id']}"
    ids = re.findall(r"\bid=\"([^\"]+)\"", html)
    assert len(ids) == len(set(ids))


def test_the_names_of_the_groups_stay_text(pages: dict[tuple[str, str], str]) -> None:
    quadrants = re.search(r"(?s)<svg class=\"chart\".*?</svg>", pages["html", "ko"])
    assert quadrants is not None
    texts = re.findall(r"<text[^>]*>([^<]+)</text>", quadrants.group())
    assert {"EI · 56곳", "EII · 36곳", "EIII · 69곳", "EIV · 89곳"} <= set(texts)


@pytest.mark.parametrize("form", FORMS)
def test_every_form_tells_the_same(form: str, pages: dict[tuple[str, str], str]) -> None:
    korean, english = (pages[form, language].replace("\\", "") for language in ("ko", "en"))
    for words in (
        "매출의 절반을 고객 21곳이 올린다",
        "EI에서 EII로 내려갔다",
        "비수기는 1~5월, 8월, 성수기는 9~11월이다",
    ):
        assert words in korean
    for words in ("Half of the revenue comes from 21 of 300 customers", "fallen from EI to EII", "£137,168"):
        assert words in english
    for page in (korean, english):
        assert "None" not in page
        assert not re.search(r"\{\d\}|은\(는\)|이\(가\)|을\(를\)|로\(으로\)", page)


@pytest.mark.parametrize("form", FORMS)
def test_a_rule_of_the_house_is_marked_and_one_of_the_document_is_not(
    form: str, pages: dict[tuple[str, str], str]
) -> None:
    page = re.sub(r"<[^>]+>", " ", pages[form, "en"])
    plain = re.sub(r"[\s*_\[\]\\]+", " ", page)
    assert re.search(r"\bCL-1 92 house", plain)
    assert re.search(r"\bQ-1 56(?! house)", plain)


def test_off_months_have_a_pattern_and_a_word(pages: dict[tuple[str, str], str]) -> None:
    html = pages["html", "en"]
    assert html.count(f'fill="url(#{HATCH})"') == 6
    assert html.count(f'id="{HATCH}"') == 1
    assert re.search(r'<td data-head="Feb" class="off"><span>0\.\d\d <span class="second">off</span>', html)


def test_what_people_wrote_cannot_act_as_markup(shipped_rules: Rulebook, tmp_path: Path) -> None:
    months = [f"{year}-{month:02}-15" for year in (2024, 2025) for month in range(1, 13)]
    rows = [f"x,{day},{100 if day < '2025' else 10}" for day in months]
    (tmp_path / "orders.csv").write_text("\n".join(["customer_id,date,amount", *rows]) + "\n", "utf-8")
    (tmp_path / "customers.csv").write_text("customer_id,name,rep\nx,<b>Bold</b>,<i>Rep</i>\n", "utf-8")
    (tmp_path / "book.yaml").write_text('name: "<script>alert(1)</script>"\ndefaults: {role: dealer}\n', "utf-8")
    decided = decide_book(tmp_path, shipped_rules, date(2025, 12, 31), None, tmp_path / "work")
    spots = find_spots(decided)
    html = render_report(tell_report(decided, "book"), spots, shipped_rules, decided.groups, "html", "ko")
    assert "<script" not in html
    assert "<b>Bold" not in html
    assert "&lt;b&gt;Bold&lt;/b&gt;" in html


def test_a_book_with_nothing_in_it_but_a_customer_is_still_a_page(shipped_rules: Rulebook, tmp_path: Path) -> None:
    (tmp_path / "customers.csv").write_text("customer_id,kind\na,future\n", "utf-8")
    decided = decide_book(tmp_path, shipped_rules, date(2025, 12, 31), None, tmp_path / "work")
    report = tell_report(decided, "Tiny")
    for form in FORMS:
        page = render_report(report, find_spots(decided), shipped_rules, decided.groups, form, "en")
        assert "No season can be told yet" in page
        assert "There is no revenue in the last 12 months" in page


def test_the_command_writes_the_format_that_the_file_names(tmp_path: Path) -> None:
    target = tmp_path / "report.json"
    done = CliRunner().invoke(cli, ["report", "--book", str(BOOK), "--since", "2011-03-01", "-o", str(target)])
    assert done.exit_code == 0, done.output
    told = json.loads(target.read_text("utf-8"))
    assert told["book"]["since"] == "2011-03-01"
    assert set(told) == {
        "book", "rulebook", "engine", "assumed", "groups", "movement", "season", "rules", "asks", "quality"
    }  # fmt: skip


def test_the_command_asks_for_a_book() -> None:
    done = CliRunner().invoke(cli, ["report"], env={"SANGDO_BOOK": None})
    assert done.exit_code == 2
    assert "give the book: --book PATH" in done.output


@pytest.mark.parametrize(
    ("months", "korean", "english"),
    [
        ([1, 2, 11, 12], "11~2월", "November to February"),
        ([2, 3, 8], "2~3월, 8월", "February to March and August"),
        ([5], "5월", "May"),
        (list(range(1, 13)), "1~12월", "January to December"),
    ],
)
def test_months_that_follow_each_other_are_a_stretch(
    months: list[int], korean: str, english: str, shipped_rules: Rulebook
) -> None:
    assert listed_months(months, Wording(shipped_rules, "ko")) == korean
    assert listed_months(months, Wording(shipped_rules, "en")) == english


@pytest.mark.parametrize(
    ("share", "shown"), [(None, "–"), (0.0, "0%"), (0.004, "under 1%"), (0.246, "25%"), (1.0, "100%")]
)
def test_what_is_not_nothing_is_not_told_as_nothing(share: float | None, shown: str, shipped_rules: Rulebook) -> None:
    assert percent(share, Wording(shipped_rules, "en")) == shown


def headlines(rulebook: Rulebook, report: dict[str, Any], language: str) -> Headlines:
    return Headlines(report, Wording(rulebook, language, "KRW"), groups_of(rulebook))


@pytest.mark.parametrize(
    ("change", "name", "korean", "english"),
    [
        ({"book": {"half": 1, "customers": 9}}, "half", "매출의 절반을 고객 한 곳이 올린다",
         "Half of the revenue comes from one customer"),
        ({"groups": []}, "second_group", "EII 흔들리는 고객은 한 곳도 없다", "There is nobody in EII, drifting"),
        ({"movement": None}, "movement", "지난 날짜와 견줄 수 없다", "There is no earlier date to compare with"),
        ({"movement": {"since": "2025-01-01", "moves": []}}, "movement",
         "2025. 1. 1. 이후 EI에서 EII로 내려간 고객은 없다", "Since 1 Jan 2025, nobody has fallen from EI to EII"),
        ({"asks": []}, "asks", "더 물을 것이 없다", "Nothing is left to ask"),
        ({"rules": [{"rules": [{"customers": 2}]}]}, "rules", "모든 규칙이 쓰였다", "Every rule decided somebody"),
        ({"quality": {"undecided": 1}, "book": {"bad_rows": 3}}, "quality", "고객 한 곳을 판단하지 못했다",
         "One customer cannot be decided"),
        ({"quality": {"undecided": 0, "no_rep": {"customers": 4}}, "book": {"bad_rows": 0}}, "quality",
         "고객 4곳에 담당자가 없다", "4 customers have no rep"),
        ({"quality": {"undecided": 0, "no_rep": None, "facts": []}, "book": {"bad_rows": 0}}, "quality",
         "모든 행을 쓸 수 있고 모든 고객을 판단했다", "Every row can be used, and every customer is decided"),
    ],
)  # fmt: skip
def test_a_headline_says_what_the_figures_say(
    change: dict[str, Any], name: str, korean: str, english: str, shipped_rules: Rulebook
) -> None:
    assert getattr(headlines(shipped_rules, change, "ko"), name)() == korean
    assert getattr(headlines(shipped_rules, change, "en"), name)() == english


def test_every_group_has_a_name_in_both_languages(shipped_rules: Rulebook) -> None:
    groups: Groups = groups_of(shipped_rules)
    for language in ("ko", "en"):
        labels = GroupLabels(Wording(shipped_rules, language), groups)
        assert len({labels.named(group) for group in groups.every}) == len(groups.every)
        assert all(labels.short(group) for group in groups.every)
    assert set(report_words("ko")) == set(report_words("en"))


def test_returns_that_exceed_a_quarter_are_drawn_as_nothing() -> None:
    picture = ElementTree.fromstring(quarter_chart([-5.0, 10.0], "q", "title", "desc"))  # noqa: S314
    heights = [found.attrib["d"] for found in picture.iter() if found.attrib.get("d", "").count("v") == 1]
    assert picture.attrib["aria-labelledby"] == "q-title q-desc"
    assert all("v-" not in path for path in heights)


def test_a_month_is_dressed_by_what_it_is() -> None:
    months = [Month("Jan", 0.5, "0.50", "off", is_off=True), Month("Feb", 1.5, "1.50", "peak"), Month("Mar", 1, "1.00")]
    picture = season_chart(months, "average", "s", "title", "desc")
    assert picture.count(f'fill="url(#{HATCH})"') == 1
    assert {"off", "peak", "average", "Jan"} <= set(re.findall(r"<text[^>]*>([^<]+)</text>", picture))
