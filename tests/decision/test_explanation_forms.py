"""An explanation as text, Markdown, HTML and DOT reads well, and nothing a customer is called can act in it."""

from __future__ import annotations

import re
from datetime import date
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from markdown_it import MarkdownIt

from sangdo.engine.decision.decision import Decider
from sangdo.engine.decision.why.explanation import explain_decision
from sangdo.engine.decision.why.graph import GREY, explanation_graph, quoted
from sangdo.engine.decision.why.text import FORMS, render_explanation
from sangdo.engine.decision.why.words import EXPECTED, WORDS
from sangdo.engine.facts.facts import Facts, Known
from sangdo.engine.language.loading import load_rulebook
from sangdo.engine.language.rulebook import Operator, Rulebook

RULES = Path(__file__).parents[2] / "rules"
HOSTILE = (
    '<script>alert(1)</script>', '"]; evil [label="x', "back\\", "# [a](http://evil.example) `x`",
    "a\x1b[2Jb\u202ec", "{{ 1 }}",
)  # fmt: skip
MEASURED: dict[str, Any] = {"standing": "rated", "contribution": 9345.6, "stability": 0.41, "stability_orders": 0.15}
LINES = {"contribution_line": 4200.0, "stability_line": 0.62}


def explained(
    rulebook: Rulebook, language: str = "en", given: dict[str, Any] | None = None, **more: Any
) -> dict[str, Any]:
    known = {name: Known(value, "measured", "orders.csv, 2024-01..2025-12") for name, value in MEASURED.items()}
    known |= {name: Known(value, "given", f"{value}.csv:7") for name, value in (given or {}).items()}
    decider = Decider(rulebook)
    try:
        decision = decider.decide(Facts("C-7", date(2026, 1, 5), known, lines=LINES, currency="EUR"))
        return explain_decision(decision, language, **more)
    finally:
        decider.engine.close()


# ---------------------------------------------------------------- text


def test_the_tree_of_a_rule_that_did_not_fire_says_what_was_expected_and_how_far_off_it_is(rulebook: Rulebook) -> None:
    far = "stability = 0.41, expected at least 0.62 (line of stability): 0.21 short of 0.62"
    book = "measured from the book: the median stability of the rated customers, held within 0.5 to 0.8"
    orders = "measured: orders.csv, 2024-01..2025-12"
    assert render_explanation(explained(rulebook, rule="SL-1"), "text").splitlines()[1:] == [
        "└─ Are they steady?  stability_level = low",
        f"   └─ ✗ SL-1 [T1, T9, house] Steady  (does not hold; {far.replace(' =', '')})",
        f"      └─ ✗ stability {far}  ({orders})",
        f"         ├─ line of stability stability_line = 0.62  ({book})",
        f"         └─ made of: orders stability_orders = 0.15  ({orders})",
        "What stands in the way:",
        f"   ✗ stability {far}",
        "✓ holds  ✗ does not hold  ? unknown",
    ]


def test_what_a_rule_waits_for_and_calls_is_told_in_words() -> None:
    rulebook = load_rulebook(RULES)
    text = render_explanation(explained(rulebook, "ko", {"quadrant": "EII"}), "text")
    assert "확인을 기다림: 미해결 불만" in text
    assert "open_complaints" not in text
    assert "→ 할 일: 흔들리는 원인을 네 면에서 찾아 고치기 (diagnose-four-sides)" in text


def test_a_korean_explanation_settles_its_particles(rulebook: Rulebook) -> None:
    told = explained(rulebook, "ko", {"quadrant": "EIV"}, rule="Q-1")
    assert "성립하나 사람이 정한 답을 따름" in render_explanation(told, "text")
    for form in FORMS:
        for language in ("ko", "en"):
            text = render_explanation(explained(rulebook, language, question="net_benefit"), form)
            assert not re.search(r"[은이을과]\([는가를와]\)|\{\d?\}", text)


def test_every_word_is_there_in_both_languages_with_the_same_places_to_fill() -> None:
    for name, text in [*WORDS.items(), *EXPECTED.items()]:
        assert text.ko
        assert text.en
        filled = [set(re.findall(r"\{\d\}", words)) for words in (text.ko, text.en)]
        assert filled[0] <= filled[1] or filled[1] <= filled[0], name
    assert {operator for operator, _ in EXPECTED} == set(Operator)
    assert len(EXPECTED) == 2 * len(Operator)


def test_the_house_is_marked_in_every_form_and_the_source_document_never(rulebook: Rulebook) -> None:
    told = explained(rulebook)
    assert "CL-1 [T1, T9, house]" in render_explanation(told, "text")
    assert "Q-1 [T1] " in render_explanation(told, "text")
    assert "**CL-1** (T1, T9, *house*)" in render_explanation(told, "md")
    assert "**Q-1** (T1) " in render_explanation(told, "md")
    page = render_explanation(told, "html")
    for rule, is_house in (("CL-1", True), ("Q-1", False)):
        (line,) = re.findall(rf'data-rule="{rule}">\n<p>(.*?)</p>', page)
        assert ('class="house"' in line) is is_house


@pytest.mark.parametrize("name", HOSTILE)
@pytest.mark.parametrize("form", FORMS)
def test_a_name_cannot_act_in_an_explanation(rulebook: Rulebook, form: str, name: str) -> None:
    text = render_explanation(explained(rulebook, given={"name": name, "satisfaction": 1, "note": name}), form)
    assert not re.search("[\x1b\u202e]", text)
    if form == "html":
        assert "<script>" not in text
    if form == "md":
        made = MarkdownIt().render(text)
        assert not re.search(r"<(script|a|code|img)\b", made)


class Balanced(HTMLParser):
    """Fails where a tag is closed that is not the open one."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert not {name for name, _ in attrs} & {"src", "href", "onclick"}
        if tag != "meta":
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_the_page_is_well_formed_and_asks_nothing_of_any_network(rulebook: Rulebook) -> None:
    for more in ({}, {"rule": "NB-3"}, {"question": "churn_cause"}):
        page = render_explanation(explained(rulebook, **more), "html")
        parser = Balanced()
        parser.feed(page)
        assert parser.open == []
        assert "http" not in page.replace("http-equiv", "")


def test_the_markdown_is_headings_and_nested_lists(rulebook: Rulebook) -> None:
    tokens = MarkdownIt().parse(render_explanation(explained(rulebook, rule="SL-1"), "md"))
    kinds = [token.type for token in tokens]
    assert kinds.count("heading_open") == 3
    assert max(token.level for token in tokens if token.type == "list_item_open") > 3
    assert not {"code_block", "html_block", "fence"} & set(kinds)


# ---------------------------------------------------------------- DOT

_TOKEN = re.compile(r'\s*(?:("(?:[^"\\\n]|\\.)*")|([A-Za-z_][A-Za-z_0-9]*|[0-9]+)|(->|[\[\]{};=,]))')


def tokens_of(text: str) -> list[str]:
    found, at = [], 0
    while at < len(text.rstrip()):
        token = _TOKEN.match(text, at)
        assert token is not None, f"not DOT: {text[at : at + 40]!r}"
        found.append(token.group().strip())
        at = token.end()
    return found


def parse_dot(text: str) -> tuple[dict[str, dict[str, str]], dict[tuple[str, str], dict[str, str]]]:
    """Read the nodes and edges of a graph, with their attributes; strict about everything else."""
    tokens = tokens_of(text)
    assert tokens[:3] == ["digraph", "explanation", "{"]
    assert tokens.pop() == "}"
    nodes: dict[str, dict[str, str]] = {}
    edges: dict[tuple[str, str], dict[str, str]] = {}
    at = 3
    while at < len(tokens):
        end = tokens.index(";", at)
        statement, at = tokens[at:end], end + 1
        words = statement[: statement.index("[")] if "[" in statement else statement
        inner = statement[len(words) + 1 : -1]
        attributes = dict(zip(inner[::4], inner[2::4], strict=True))
        assert all(sign == "=" for sign in inner[1::4])
        assert all(sign == "," for sign in inner[3::4])
        if "->" in words:
            start, arrow, to = words
            assert (arrow, (start, to) in edges) == ("->", False)
            edges[start, to] = attributes
        elif words == ["rankdir", "=", "LR"]:
            continue
        else:
            (node,) = words
            nodes[node] = attributes
    assert {node for edge in edges for node in edge} <= set(nodes)
    return nodes, edges


def labels(nodes: dict[str, dict[str, str]]) -> dict[str, str]:
    return {name: attributes.get("label", "").strip('"').replace("\\n", " ") for name, attributes in nodes.items()}


def test_the_graph_leads_from_facts_over_rules_to_answers_and_actions(rulebook: Rulebook) -> None:
    nodes, edges = parse_dot(explanation_graph(explained(rulebook)))
    named = labels(nodes)

    def node(start: str) -> str:
        (found,) = [name for name, label in named.items() if label.startswith(start)]
        return found

    chain = ["contribution €9,346", "CL-1 [T1, T9, house]", "Is the contribution high?", "Q-1 [T1]"]
    for start, end in pairwise(chain):
        assert (node(start), node(end)) in edges
    assert nodes[node("CL-1")]["style"] == '"rounded,dashed"'
    assert nodes[node("Q-1")]["style"] == '"rounded"'
    assert (node("PR-1"), node("hear-out")) in edges or (node("CC-1"), node("hear-out")) in edges
    assert "line of contribution €4,200" in edges[node(chain[0]), node(chain[1])]["label"].replace("\\n", " ")


def test_rules_that_did_not_decide_are_grey_in_the_graph(rulebook: Rulebook) -> None:
    nodes, edges = parse_dot(explanation_graph(explained(rulebook, question="quadrant")))
    for name, label in labels(nodes).items():
        if label.startswith("Q-"):
            grey = nodes[name].get("color") == f'"{GREY}"'
            assert grey is not label.startswith("Q-1")
            assert all(("color" in edge) is grey for ends, edge in edges.items() if name in ends)


@pytest.mark.parametrize("name", HOSTILE)
def test_no_text_breaks_out_of_the_graph(rulebook: Rulebook, name: str) -> None:
    condition = {"satisfaction": 1, "name": name}
    told = explained(rulebook, given=condition)
    for question in told["questions"]:
        question["title"] = name
        for rule in question["rules"]:
            rule["because"] = name
    nodes, _ = parse_dot(explanation_graph(told))
    assert len(nodes) > 10
    assert tokens_of(quoted(name, name)) == [quoted(name, name)]
