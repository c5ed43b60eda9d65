"""sangdo whatif: what a change would do, and what to change for another answer."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import pytest
from click.testing import CliRunner

from sangdo.cli import cli
from sangdo.engine.language.errors import SangdoError

STEADY = """\
name: 한빛상사
as_of: 2026-06-30
currency: KRW
kind: existing
standing: rated
contribution: 900
stability: 0.3
lines: {contribution_line: 500, stability_line: 0.6}
"""
DEALER = """\
name: 대림총판
as_of: 2026-06-30
kind: existing
role: dealer
products:
- {product: A, slow: true, slow_reason: taste, dealer_willing: true, product_share: 0.5}
- {product: B, slow: false}
"""
CULTIVATED = """\
as_of: 2026-06-30
kind: prospective
scale: 5
management: 4
network: 3
marketing_ability: 5
growth_capacity: 3
our_advantage: 2
stated_intent: 1
competitor_strength: stronger
"""


@dataclass(frozen=True)
class Done:
    returncode: int
    stdout: str
    stderr: str


def whatif(facts: str, *words: str, lang: str = "en") -> Done:
    """Run the verb as the command line does, facts from stdin."""
    done = CliRunner().invoke(cli, ["whatif", "--facts", "-", "--lang", lang, *words], input=facts)
    if isinstance(done.exception, SangdoError):
        return Done(done.exception.exit_code, done.stdout, f"{done.exception}\n")
    return Done(done.exit_code, done.stdout, done.stderr)


def told(facts: str, *words: str, lang: str = "en") -> Any:
    done = whatif(facts, *words, "-o", "json", lang=lang)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_a_change_is_told_with_the_answers_actions_and_hours_before_and_after() -> None:
    """Clauses E1, E2 and E3: a steady customer is consolidated, an unsteady one converted."""
    found = told(STEADY, "--set", "stability=0.8")
    assert found["changes"] == [
        {"fact": "stability", "product": None, "label": "stability", "before": 0.3, "after": 0.8,
         "before_label": "0.3", "after_label": "0.8"}
    ]  # fmt: skip
    comparison = found["comparison"]
    quadrant = next(one for one in comparison["answers"] if one["question"] == "quadrant")
    assert (quadrant["before"], quadrant["after"], quadrant["roots"]) == ("EII", "EI", ["stability"])
    assert {one["change"] for one in comparison["actions"]} == {"new", "dropped"}
    assert comparison["hours"]["before"] != comparison["hours"]["after"]
    assert "hours_per_week" in {one["name"] for one in comparison["attention"]}


def test_a_line_is_moved_for_this_question_only() -> None:
    found = told(STEADY, "--set", "stability_line=0.25", "--set", "complaints_line=2")
    moved = {one["threshold"]: (one["before"], one["after"]) for one in found["changes"]}
    assert moved == {"stability_line": (0.6, 0.25), "complaints_line": (1, 2)}
    assert {one["threshold"] for one in found["comparison"]["thresholds"]} == set(moved)
    assert "quadrant" in {one["question"] for one in found["comparison"]["answers"]}


def test_a_fact_is_taken_away_an_answer_given_and_a_set_named_by_commas() -> None:
    found = told(STEADY, "--set", "stability=unknown", "--set", "quadrant=EIII", "--set", "approach_done=trust,value")
    after = {one.get("fact"): one["after"] for one in found["changes"]}
    assert after == {"stability": None, "quadrant": "EIII", "approach_done": ["trust", "value"]}
    assert told(STEADY, "--set", "approach_done=")["changes"][0]["after"] == []


def test_a_fact_of_one_product_is_changed() -> None:
    """Clause S5.4: what to do with a slow product depends on why it is slow."""
    found = told(DEALER, "--set", "A/slow_reason=price")
    assert [(one["question"], one["product"], one["after"]) for one in found["comparison"]["answers"]][:1] == [
        ("product_verdict", "A", "fix")
    ]


def test_a_change_without_effect_is_said_to_have_none() -> None:
    assert "The plan stays the same." in whatif(STEADY, "--set", "stability=0.31").stdout


@pytest.mark.parametrize(
    ("change", "message", "expected", "nearest"),
    [
        ("stabilty=1", 'unknown fact "stabilty"',
         "a fact of the vocabulary (see: sangdo list facts) or a threshold", "stability"),
        ("stability=2", "stability cannot be 2", "a number from 0 to 1", None),
        ("stability=high", 'stability cannot be "high"', "a number from 0 to 1", None),
        ("stability_line=high", 'stability_line cannot be "high"', "a number", None),
        ("quadrant=EIIII", 'quadrant cannot be "EIIII"', "one of EI, EII, EIII, EIV", "EIII"),
        ("quadrant=eii", 'quadrant cannot be "eii"', "one of EI, EII, EIII, EIV", "EII"),
        ("lead_route=new_channel,new_produkt", 'lead_route cannot be "new_produkt"',
         "one of information_channel, untapped_target, new_channel, new_product; several are separated by commas",
         "new_product"),
        ("stability", "this is not a change", "fact=value, product/fact=value or threshold=number", None),
        ("dealer_willing=true", "dealer_willing is about one product", "product/dealer_willing=value", None),
        ("A/stability=1", "stability is about the customer", "stability=value", None),
        ("C/slow=true", 'there is no product "C"', "A, B", None),
    ],
)  # fmt: skip
def test_a_change_that_means_nothing_is_named_with_what_was_expected(
    change: str, message: str, expected: str, nearest: str | None
) -> None:
    done = whatif(DEALER, "--set", change)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == said(f"--set {change}: {message}", expected, nearest)


def test_all_that_is_wrong_is_said_at_once_and_a_fact_set_twice_too() -> None:
    done = whatif(STEADY, "--set", "stability=1", "--set", "stability=0.5", "--set", "x=1")
    assert done.returncode == 2
    assert "--set stability=0.5: stability is set twice\n       expected: each fact once" in done.stderr
    assert '--set x=1: unknown fact "x"' in done.stderr


@pytest.mark.parametrize("words", [(), ("--set", "stability=1", "--target", "quadrant=EI")])
def test_either_changes_or_a_target_are_given(words: tuple[str, ...]) -> None:
    done = whatif(STEADY, *words)
    assert done.returncode == 2
    assert "give either --set FACT=VALUE or --target QUESTION=ANSWER" in done.stderr


HIGH = ("contribution_level", "stability_level", "expected_contribution", "intent", "importance", "urgency")


@pytest.mark.parametrize(
    ("target", "message", "expected", "nearest"),
    [
        ("quadrent=EI", 'unknown question "quadrent"', "a question (see: sangdo list questions)", "quadrant"),
        ("quadrant", "this is not a target", "question=answer, or question>=number", None),
        ("high", "several questions have this answer", " or ".join(f"{name}=high" for name in HIGH), None),
        ("satisfaction=5", "satisfaction is a fact, not a question", "--set satisfaction=value, or a question=answer",
         None),
        ("quadrant=EIIII", 'quadrant cannot be "EIIII"', "one of EI, EII, EIII, EIV", "EIII"),
        ("quadrant>=EI", "quadrant is no number", "quadrant=answer", None),
        ("churn_cause=novelty,undiagnosed", "a target is one answer",
         "one of novelty, competitor_offer, dissatisfaction, undiagnosed", None),
        ("product_verdict=keep", "product_verdict is about one product", "product/product_verdict=answer", None),
        ("A/quadrant=EI", "quadrant is about the customer", "quadrant=answer", None),
        ("net_benefit=much", 'net_benefit cannot be "much"',
         "an amount of money, as a number without a sign of currency", None),
    ],
)  # fmt: skip
def test_a_target_that_means_nothing_is_named_with_what_was_expected(
    target: str, message: str, expected: str, nearest: str | None
) -> None:
    done = whatif(DEALER, "--target", target)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == said(f"--target {target}: {message}", expected, nearest)


def said(message: str, expected: str, nearest: str | None) -> str:
    meant = f'       did you mean "{nearest}"?\n' if nearest else ""
    return f"{message}\n       expected: {expected}\n{meant}"


def test_the_least_change_to_a_group_is_the_step_that_reaches_its_line() -> None:
    """Clause E1: contribution and stability make the group."""
    found = told(STEADY, "--target", "quadrant=EI")
    assert told(STEADY, "--target", "EI") == found
    assert found["outcome"] == "ways"
    changes = [[(c["fact"], c["after"], c["by"], c["cost"]) for c in way["changes"]] for way in found["ways"]]
    assert changes == [[("stability", 0.6, "rep", 5)]]
    assert found["ways"][0]["cost"] == 5
    quadrant = [one["after"] for one in found["ways"][0]["comparison"]["answers"] if one["question"] == "quadrant"]
    assert quadrant == ["EI"]


def test_the_page_says_that_the_group_under_the_name_is_the_target() -> None:
    page = whatif(STEADY, "--target", "quadrant=EI", "-f", "html", lang="ko").stdout
    assert "목표: 고객군: EI 충성 고객" in page


def test_a_target_that_is_so_already_needs_no_change() -> None:
    assert told(STEADY, "--target", "quadrant=EII")["outcome"] == "reached"
    assert "That is so already" in whatif(STEADY, "--target", "quadrant=EII").stdout


def test_where_there_is_no_way_the_rules_and_the_unchangeable_facts_against_it_are_named() -> None:
    found = told(STEADY, "--target", "quadrant=EI", "--who", "company")
    assert (found["outcome"], found["ways"]) == ("none", [])
    assert [(one["rule"], one["how"]) for one in found["against"]["rules"]] == [
        ("Q-1", "cannot_hold"),
        ("Q-2", "decides"),
        ("SL-2", "decides"),
    ]
    assert [(one["fact"], one["value"]) for one in found["against"]["facts"]] == [("stability", 0.3)]
    page = whatif(STEADY, "--target", "quadrant=EI", "--who", "company", lang="ko").stdout
    assert "회사가 바꿀 수 있는 것을 모두 바꾸어도 여기에 이르지 못한다." in page
    assert "SL-2: 안정성 수준을 낮음으로 본다. (E1, H4) [자체 기준]" in page


def test_the_rule_that_holds_stands_against_the_answer_otherwise() -> None:
    """It decides wherever the question is asked, though other changes would keep it from being asked."""
    against = told(CULTIVATED, "--target", "low_intent_cause=undiagnosed")["against"]
    assert [(one["rule"], one["how"]) for one in against["rules"]] == [("LC-4", "decides")]
    assert [one["fact"] for one in against["facts"]] == ["competitor_strength"]


def test_what_is_known_stands_against_a_target_before_what_is_not() -> None:
    """That the scores are unknown would do too, but knowing them would change nothing for a future customer."""
    against = told("kind: future\napproach_done: [information]\n", "--target", "pursuit=cultivate")["against"]
    assert [(one["rule"], one["how"]) for one in against["rules"]] == [("PU-3", "cannot_hold"), ("PU-1", "decides")]
    assert [(one["fact"], one["value"]) for one in against["facts"]] == [("kind", "future")]


def test_an_answer_given_by_a_person_stands_against_another() -> None:
    found = told("quadrant: EIV\n", "--target", "quadrant=EI")
    assert found["against"]["rules"] == []
    assert [(one["fact"], one["given"]) for one in found["against"]["facts"]] == [("quadrant", True)]


def test_a_line_that_has_no_value_stands_against_the_answers_that_need_it() -> None:
    against = told(STEADY.partition("lines")[0], "--target", "quadrant=EIII")["against"]
    assert [one["threshold"] for one in against["lines"]] == ["contribution_line"]


def test_a_sum_is_to_reach_the_number_named() -> None:
    """Clause E5.1: profit less the four costs; a cost of zero is as low as it goes."""
    costs = "current_profit: 100\nfuture_profit: 0\nspecial_profit: 0\nsupply_cost: 80.5\ntime_cost: 60\n"
    eiv = f"quadrant: EIV\n{costs}marketing_cost: 0\nother_cost: 0\n"
    for target in ("net_benefit=0", "net_benefit>=0"):
        first = told(eiv, "--target", target)["ways"][0]
        assert [(one["fact"], one["after"]) for one in first["changes"]] == [("time_cost", 19)]
        (reached,) = (one for one in first["comparison"]["answers"] if one["question"] == "net_benefit")
        assert (reached["before"], reached["after"]) == (-40.5, 0.5)
    unknown = told(eiv.replace("current_profit: 100\n", ""), "--target", "net_benefit=0")
    assert [(one["rule"], one["how"]) for one in unknown["against"]["rules"]] == [("NB-1", "undecided")]


def test_what_the_company_changes_is_left_alone_when_the_rep_asks() -> None:
    eiv = "quadrant: EII\nopen_complaints: 0\nsatisfaction: 5\n"
    ways = told(eiv, "--target", "churn_cause=dissatisfaction", "--who", "rep")["ways"]
    assert {one["by"] for way in ways for one in way["changes"]} == {"rep"}
    assert len(ways) == 2
    assert len(told(eiv, "--target", "churn_cause=dissatisfaction")["ways"]) == 3


def test_a_target_of_one_product_moves_facts_of_that_product() -> None:
    """Clause S5.4: a dealer who is glad to sell a product that is not slow keeps it."""
    dealer = DEALER.replace("{product: B, slow: false}", "{product: B, slow: false, dealer_willing: false}")
    found = told(dealer, "--target", "B/product_verdict=keep")
    changes = [(one["fact"], one["product"], one["after"]) for one in found["ways"][0]["changes"]]
    assert changes == [("dealer_willing", "B", True)]


def test_a_search_that_runs_out_of_time_says_so() -> None:
    found = told(STEADY, "--target", "quadrant=EI", "--seconds", "0.000001")
    assert found["outcome"] == "undecided"
    assert "Not decided within 1e-06 seconds" in whatif(STEADY, "--target", "quadrant=EI", "--seconds", "1e-6").stdout


@pytest.mark.parametrize(("lang", "heading"), [("ko", "방법 1"), ("en", "Way 1")])
@pytest.mark.parametrize("form", ["text", "md", "html"])
def test_every_form_speaks_the_language_and_marks_what_the_house_added(form: str, lang: str, heading: str) -> None:
    done = whatif(STEADY, "--target", "quadrant=EI", "-f", form, lang=lang)
    assert done.returncode == 0, done.stderr
    assert heading in done.stdout
    assert {"ko": "자체 기준", "en": "house"}[lang] in done.stdout
    assert "한빛상사" in done.stdout


def test_what_a_customer_is_called_cannot_act_as_markup() -> None:
    done = whatif(STEADY.replace("한빛상사", "<b>x</b>"), "--set", "stability=0.9", "-f", "html")
    assert "&lt;b&gt;x" in done.stdout
    assert "<b>x" not in done.stdout
