"""An answer typed in the terminal stands for a value of its fact, in either language."""

from __future__ import annotations

from pathlib import Path

import pytest

from sangdo.commands.answers import describe_values, read_answer
from sangdo.engine.decision.wording import Wording
from sangdo.engine.language.loading import load_rulebook
from sangdo.engine.language.rulebook import Value
from sangdo.engine.language.values import WrongValue

RULEBOOK = load_rulebook(Path(__file__).parents[2] / "rules")


@pytest.mark.parametrize(
    ("fact", "typed", "value"),
    [
        ("changeable", "y", True),
        ("changeable", "아니요", False),
        ("changeable", "TRUE", True),
        ("stated_cause", "2", "competitor_offer"),
        ("stated_cause", "novelty", "novelty"),
        ("stated_cause", "Something else", "other"),
        ("stated_cause", "우리에게 불만이 있다", "dissatisfaction"),
        ("unsigned_obstacle", "1, terms, 내부 결재", frozenset({"price", "terms", "approval"})),
        ("unsigned_obstacle", "price|trust", frozenset({"price", "trust"})),
        ("unsigned_obstacle", "0", frozenset()),
        ("late_deliveries", " 12.5 ", 12.5),
        ("current_profit", "-300", -300),
        ("name", "가나 상회", "가나 상회"),
    ],
)
def test_what_is_typed_stands_for_a_value(fact: str, typed: str, value: Value) -> None:
    assert read_answer(RULEBOOK.facts[fact], typed) == value


@pytest.mark.parametrize(
    ("fact", "typed"),
    [
        ("changeable", "maybe"),
        ("stated_cause", "5"),
        ("stated_cause", "0"),
        ("unsigned_obstacle", "price, nothing"),
        ("satisfaction", "6"),
        ("current_profit", "1,200"),
        ("late_deliveries", "12%"),
    ],
)
def test_what_is_no_value_is_refused(fact: str, typed: str) -> None:
    with pytest.raises(WrongValue, match=f"{fact} cannot be"):
        read_answer(RULEBOOK.facts[fact], typed)


@pytest.mark.parametrize(
    ("fact", "korean", "english"),
    [
        ("satisfaction", ["정수, 1~5"], ["a whole number, 1 to 5"]),
        ("changeable", ["예 / 아니요"], ["yes / no"]),
        ("late_deliveries", ["퍼센트 (12.5%면 12.5), 0~100%"], ["a percentage (12.5 for 12.5%), 0 to 100%"]),
        (
            "supply_cost",
            ["금액 (쉼표나 통화 기호 없이) (연간), £0 이상"],
            ["an amount of money, without commas or a sign of currency (a year), £0 or more"],
        ),
        (
            "competitor_offer",
            ["1 우리보다 좋음 · 2 우리와 비슷함 · 3 우리보다 못함"],
            ["1 better than ours · 2 about equal · 3 worse than ours"],
        ),
    ],
)
def test_what_may_be_typed_is_said_in_both_languages(fact: str, korean: list[str], english: list[str]) -> None:
    assert list(describe_values(RULEBOOK.facts[fact], Wording(RULEBOOK, "ko", "GBP"))) == korean
    assert list(describe_values(RULEBOOK.facts[fact], Wording(RULEBOOK, "en", "GBP"))) == english


def test_several_choices_say_how_they_are_typed() -> None:
    assert list(describe_values(RULEBOOK.facts["unsigned_obstacle"], Wording(RULEBOOK, "en")))[1] == (
        "several with commas between, 0 for none"
    )
