"""A rendered plan reads well, can be traced, and nothing a customer is called can act in it."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable
from datetime import date
from html.parser import HTMLParser
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from markdown_it import MarkdownIt

from sangdo.engine.decision.decision import Decider
from sangdo.engine.decision.pages.rendering import FORMS, fold, render, render_document
from sangdo.engine.decision.phrases import PHRASES, phrases_in
from sangdo.engine.decision.plan import build_plan
from sangdo.engine.facts.facts import Facts, Known
from sangdo.engine.language.rulebook import Rulebook, Value

GOLDEN = Path(__file__).parent / "golden"
EXTENSIONS = {"md": "md", "html": "html", "text": "txt"}
AS_OF = date(2026, 1, 5)
MEASURED: dict[str, Value] = {
    "standing": "rated",
    "contribution": 9345.6,
    "stability": 0.41,
    "stability_quarters": 0.5,
    "stability_months": 0.58,
    "stability_orders": 0.15,
    "orders_last_year": 23,
    "days_silent": 21,
    "usual_gap_days": 14.0,
    "volume_trend": 0.82,
}
GIVEN: dict[str, Value] = {"customer_id": "C-7", "name": "한빛상사", "rep": "김지훈", "satisfaction": 2}
LINES = {"contribution_line": 4200.0, "stability_line": 0.62}

Planner = Callable[..., dict[str, Any]]

CUSTOMERS: dict[str, dict[str, Any]] = {
    "drifting": {
        "measured": MEASURED,
        "given": GIVEN,
        "products": {"라거 500": {"slow": True}, "흑맥주": {"slow": False}},
    },
    "weak": {"measured": MEASURED | {"contribution": 300.0}, "given": GIVEN | {"profit": 250, "cost": 1150.5}},
    "unknown": {"measured": {}, "given": {"customer_id": "C-8"}},
}
HOSTILE = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "</style></title><h1>x",
    "a|b|c",
    "`code` *bold* _it_ [link](http://evil.example) ![i](x)",
    "# heading",
    "1. list",
    "- item",
    "line\nbreak\r\n\n# second",
    "\x1b[31mred\x1b]8;;http://evil.example\x07",
    "\u202egnirts\u2066",
    "{{ 7 * 7 }}{% raw %}",
    "&lt;b&gt;",
    "www.evil.example https://evil.example",
]


@pytest.fixture(scope="session")
def decider(rulebook: Rulebook) -> Decider:
    return Decider(rulebook)


@pytest.fixture
def plan_of(decider: Decider) -> Planner:
    """A function from what is known of a customer to the plan, with what changes from run to run held fixed."""

    def plan(
        measured: dict[str, Value],
        given: dict[str, Value],
        language: str = "ko",
        products: dict[str, dict[str, Value]] | None = None,
        **more: Any,
    ) -> dict[str, Any]:
        values = {name: Known(value, "measured", "orders.csv") for name, value in measured.items()}
        values |= {
            name: Known(value, "given", "observations.csv:2", by="이서연", date=date(2025, 12, 18))
            for name, value in given.items()
        }
        known = {
            product: {
                name: Known(value, "measured", "orders.csv") for name, value in {"product": product, **facts}.items()
            }
            for product, facts in (products or {}).items()
        }
        number = str(given.get("customer_id", ""))
        made = build_plan(decider.decide(Facts(number, AS_OF, values, known, LINES, "GBP", **more)), language)
        fixed = {
            "decision_id": "0123456789abcdef",
            "rulebook": {"release": "2026.9", "sha256": "f" * 64},
            "engine": {"name": "durable-rules", "version": "0", "sangdo": "0"},
        }
        return {**made, **fixed}

    return plan


class Tags(HTMLParser):
    """The tags of a page with their attributes, and its text."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data

    def values(self, attribute: str) -> set[str]:
        return {word for _, attrs in self.tags for word in (attrs.get(attribute) or "").split()}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("language", ["ko", "en"])
@pytest.mark.parametrize("customer", CUSTOMERS)
def test_a_plan_is_rendered_as_recorded(
    customer: str, language: str, form: str, plan_of: Planner, rulebook: Rulebook, pytestconfig: pytest.Config
) -> None:
    rendered = render(plan_of(**CUSTOMERS[customer], language=language), rulebook, form)
    golden = GOLDEN / f"{customer}.{language}.{EXTENSIONS[form]}"
    if pytestconfig.getoption("--update-golden"):
        golden.write_text(rendered, encoding="utf-8")
    assert rendered == golden.read_text(encoding="utf-8")


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_name_adds_no_tag_to_html(name: str, plan_of: Planner, rulebook: Rulebook) -> None:
    def tags(called: str) -> list[str]:
        given = GIVEN | {"name": called, "rep": called, "note": called}
        plan = plan_of(MEASURED, given, products={called: {"slow": True}}, warnings=(called,))
        page = Tags(render(plan, rulebook, "html"))
        assert not [attrs for _, attrs in page.tags if any(key.startswith("on") for key in attrs)]
        return [tag for tag, _ in page.tags]

    assert tags(name) == tags("plain")


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_name_stays_text_in_markdown(name: str, plan_of: Planner, rulebook: Rulebook) -> None:
    def structure(called: str) -> list[str]:
        given = GIVEN | {"name": called, "note": called}
        plan = plan_of(MEASURED, given, products={called: {"slow": True}}, warnings=(called,))
        rendered = render(plan, rulebook, "md")
        assert not re.search(r"https?://|www\.", rendered)  # readers that make links of bare addresses find none
        tokens = MarkdownIt("commonmark").enable(["table", "strikethrough"]).parse(rendered)
        flat = [one.type for token in tokens for one in (token, *(token.children or ()))]
        return [kind for kind in flat if not kind.startswith("text")]

    assert structure(name) == structure("plain")


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("name", HOSTILE)
def test_no_control_character_reaches_the_reader(name: str, form: str, plan_of: Planner, rulebook: Rulebook) -> None:
    plan = plan_of(MEASURED, GIVEN | {"name": name, "rep": name, "note": name}, warnings=(name,))
    rendered = render(plan, rulebook, form)
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]", rendered)


def test_a_template_in_a_name_is_not_evaluated(plan_of: Planner, rulebook: Rulebook) -> None:
    rendered = render(plan_of(MEASURED, GIVEN | {"name": "{{ 7 * 7 }}"}), rulebook, "text")
    assert rendered.startswith("{{ 7 * 7 }}")


def test_every_action_can_be_traced_in_html(plan_of: Planner, rulebook: Rulebook) -> None:
    plan = plan_of(**CUSTOMERS["drifting"])
    page = Tags(render(plan, rulebook, "html"))
    assert [action["id"] for action in plan["actions"]]
    for action in plan["actions"] + plan["avoid"]:
        attrs = next(attrs for _, attrs in page.tags if attrs.get("data-action") == action["id"])
        assert attrs["data-rules"] == " ".join(action["rules"])
        assert attrs["data-clauses"] == " ".join(action["clauses"])
    assert {one["rule"] for one in plan["fired"]} <= page.values("data-rules")
    assert {ask["fact"] for ask in plan["ask"]} <= page.values("data-fact")


@pytest.mark.parametrize("language", ["ko", "en"])
@pytest.mark.parametrize("form", FORMS)
def test_house_additions_are_marked_and_the_document_is_not(
    form: str, language: str, plan_of: Planner, rulebook: Rulebook
) -> None:
    lines = render(plan_of(**CUSTOMERS["drifting"], language=language), rulebook, form).splitlines()
    mark = re.compile(rf"[>\[〔]{phrases_in(language)['house']}[<\]〕]")
    assert mark.search(next(line for line in lines if "PR-2 · T9" in line))
    assert not mark.search(next(line for line in lines if "Q-1 · T1" in line))


@pytest.mark.parametrize("language", ["ko", "en"])
def test_html_stands_alone(language: str, plan_of: Planner, rulebook: Rulebook) -> None:
    rendered = render(plan_of(**CUSTOMERS["drifting"], language=language), rulebook, "html")
    page = Tags(rendered)
    assert not re.search(r"https?:|//[a-z]|url\(|@import|<script|<link|<iframe", rendered)
    assert not page.values("src")
    assert page.tags[0] == ("html", {"lang": language})
    assert "@page" in rendered


@pytest.mark.parametrize("form", FORMS)
def test_empty_sections_are_left_out(form: str, plan_of: Planner, rulebook: Rulebook) -> None:
    rendered, say = render(plan_of(**CUSTOMERS["unknown"]), rulebook, form), phrases_in("ko")
    for section in ("numbers", "why", "aim", "do", "time", "avoid", "products", "warnings"):
        assert not re.search(rf"(?m)^(?:## |== |<h2>){say[section]}", rendered), section


@pytest.mark.parametrize("form", FORMS)
def test_with_nothing_known_the_questions_come_first(form: str, plan_of: Planner, rulebook: Rulebook) -> None:
    plan, say = plan_of(**CUSTOMERS["unknown"]), phrases_in("ko")
    rendered = render(plan, rulebook, form)
    assert say["unclassified"] in rendered
    assert say["ask_first"].split(".")[0] in rendered
    assert plan["ask"][0]["question"] in rendered


def test_tasks_stand_in_the_stretch_they_are_due(plan_of: Planner, rulebook: Rulebook) -> None:
    rendered = render(plan_of(**CUSTOMERS["drifting"], language="en"), rulebook, "text")
    order = ["This week · by Mon 12 January 2026", "Hear them out", "This quarter · by Mon 6 April 2026",
             "Draw up a plan", "Later", "Scale the product back", "Standing rhythm", "Watch the orders"]  # fmt: skip
    assert sorted(order, key=rendered.index) == order


def test_hours_are_added_up_and_held_against_the_time_set_aside(plan_of: Planner, rulebook: Rulebook) -> None:
    rendered = render(plan_of(**CUSTOMERS["drifting"], language="en"), rulebook, "text")
    assert "Dated work: 4 hours in all" in rendered  # 2 + 1 + 1
    assert "Standing work: about 6.5 hours a quarter" in rendered  # 13 weeks of half an hour
    assert "comes to about 8 hours; the time set aside is 6.5 hours" in " ".join(rendered.split())


def test_a_sum_is_written_out_with_its_terms(plan_of: Planner, rulebook: Rulebook) -> None:
    rendered = render(plan_of(**CUSTOMERS["weak"], language="en"), rulebook, "text")
    assert "Net benefit: -£1,000 a year" in rendered
    assert "Profit £250 − cost £1,150 − Flat cost (£100)  (NB-1–NB-3 · T3, T9) [house]" in rendered


def test_silence_and_trend_are_told_in_words(plan_of: Planner, rulebook: Rulebook) -> None:
    korean = render(plan_of(**CUSTOMERS["drifting"]), rulebook, "text")
    assert "21일, 평소 간격 14일의 1.5배" in korean
    assert "18% 감소" in korean
    grown = plan_of(MEASURED | {"volume_trend": 1.0, "usual_gap_days": 0}, GIVEN, "en")
    rendered = render(grown, rulebook, "text")
    assert "Volume against the year before: the same" in rendered
    assert "times the usual gap" not in rendered


def test_a_figure_says_who_gave_it(plan_of: Planner, rulebook: Rulebook) -> None:
    assert "만족도: 2 / 5 [이서연 보고, 2025. 12. 18.]" in render(plan_of(MEASURED, GIVEN), rulebook, "text")
    assert "| from 이서연, 18 Dec 2025 |" in render(plan_of(MEASURED, GIVEN, "en"), rulebook, "md")


def test_an_answer_set_by_hand_is_shown_as_such(plan_of: Planner, rulebook: Rulebook) -> None:
    rendered = render(plan_of({}, {"customer_id": "C-9", "quadrant": "EII"}, "en"), rulebook, "text")
    assert "EII drifting > convert" in rendered
    assert "Set by a person, not by the rules (from 이서연, 18 Dec 2025)." in rendered


def test_an_answer_by_default_is_shown_as_such(plan_of: Planner, rulebook: Rulebook) -> None:
    happy = plan_of(MEASURED, GIVEN | {"satisfaction": 5}, "en")
    assert "No rule applied, so the default answer stands." in render(happy, rulebook, "text")


def test_long_ask_lists_are_cut_short(plan_of: Planner, rulebook: Rulebook) -> None:
    plan = plan_of(**CUSTOMERS["unknown"], language="en")
    ask = plan["ask"][0]
    plan["ask"] = [{**ask, "question": f"Question {number}?"} for number in range(9)]
    rendered = render(plan, rulebook, "md")
    assert "Question 5?" in rendered
    assert "Question 6?" not in rendered
    assert "And 3 more: " in rendered


def test_long_lines_fold_under_their_first_word() -> None:
    folded = fold("    [ ] " + "가나다라 " * 12, 40)
    assert folded.splitlines() == ["    [ ] 가나다라 가나다라 가나다라", *["        가나다라 가나다라 가나다라"] * 3]


def test_a_word_longer_than_the_line_is_kept_whole() -> None:
    assert fold("  " + "x" * 90) == "  " + "x" * 90


def test_every_phrase_is_in_both_languages_and_in_use() -> None:
    root = Path(__file__).parents[2]
    sources = [*(root / "templates").glob("*.j2"), *(root / "engine" / "decision").rglob("*.py")]
    used = "\n".join(path.read_text(encoding="utf-8") for path in sources if path.name != "phrases.py")
    for name, text in PHRASES.items():
        assert text.ko
        assert text.en
        assert text.ko.count("{") == text.en.count("{")
        stems = [f'f"{stem}_' for stem in ("who", "every", "by") if name.startswith(stem)]
        assert any(form in used for form in (f"say.{name}", f'"{name}"', f"'{name}'", *stems)), name


def test_compiled_templates_are_kept_only_where_nobody_else_writes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own, shared = tmp_path / "own", tmp_path / "shared"
    for folder, mode in ((own, 0o700), (shared, 0o777)):
        folder.mkdir()
        folder.chmod(mode)
        monkeypatch.setenv("SANGDO_CACHE", str(folder))
        render_document("matrix.md.j2", "md", matrix=SimpleNamespace(rows=(), orphans=()), say=defaultdict(str))
    assert [path.suffix for path in own.iterdir()] == [".template"]
    assert list(shared.iterdir()) == []
