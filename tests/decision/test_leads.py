"""Where answers lead, in words: stretches of values with their unit, and one short line an outcome."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from sangdo.engine.decision.leads import list_leads
from sangdo.engine.decision.pages.page import ASKS_WITH_LEADS, arrange_page
from sangdo.engine.decision.stretches import as_test, in_words, range_in_words
from sangdo.engine.decision.wording import Wording
from sangdo.engine.explain.possible_values import OtherText, Span, Stretch
from sangdo.engine.language.errors import Location
from sangdo.engine.language.loading import load_rulebook
from sangdo.engine.language.rulebook import Fact, FactType, Level, Origin, Text

RULEBOOK = load_rulebook(Path(__file__).parents[2] / "rules")
DAYS = Text("일", "days")
NEW_YEAR = date(2026, 1, 1)


def fact(kind: FactType, low: float | None = None, high: float | None = None, unit: Text | None = None) -> Fact:
    return Fact("f", Text("값", "value"), kind, Origin.GIVEN, Level.CUSTOMER, Location("v"), unit, low, high)


@pytest.mark.parametrize(
    ("kind", "stretch", "korean", "english"),
    [
        (fact(FactType.INTEGER, 0, None, DAYS), Span(1, 2), "1~2일", "1 to 2 days"),
        (fact(FactType.INTEGER, 0, None, DAYS), Span(3, None), "3일 이상", "3 days or more"),
        (fact(FactType.INTEGER, None, None), Span(None, 2), "2 이하", "2 or less"),
        (fact(FactType.INTEGER, 1, 5), Span(4, 5), "4~5", "4 to 5"),
        (fact(FactType.PERCENT, 0, 100), Span(0, 5, True, False), "5% 미만", "less than 5%"),
        (fact(FactType.PERCENT, 0, 100), Span(5, 100), "5% 이상", "5% or more"),
        (fact(FactType.NUMBER, 0, 1), Span(0.2, 0.5, True, False), "0.2 이상 0.5 미만", "0.2 to less than 0.5"),
        (fact(FactType.NUMBER), Span(0.2, 0.5, False, True), "0.2 초과 0.5 이하", "more than 0.2, up to 0.5"),
        (fact(FactType.NUMBER), Span(1, 2, False, False), "1 초과 2 미만", "more than 1, less than 2"),
        (fact(FactType.NUMBER), Span(1, None, low_included=False), "1 초과", "more than 1"),
        (fact(FactType.MONEY), Span(1000, 2500), "£1,000~£2,500", "£1,000 to £2,500"),
        (fact(FactType.MONEY), Span(None, None), "어떤 답이든", "any answer"),
        (fact(FactType.DATE), Span(NEW_YEAR, None), "2026. 1. 1.부터", "from 1 Jan 2026"),
        (fact(FactType.DATE), Span(None, NEW_YEAR), "2026. 1. 1.까지", "up to 1 Jan 2026"),
        (fact(FactType.TEXT), OtherText(("x",)), "그 밖의 말", "anything else"),
        (fact(FactType.CHOICES), frozenset(), "해당 없음", "none of these"),
        (fact(FactType.FLAG), False, "아니요", "no"),
    ],
)
def test_a_stretch_is_said_in_words(kind: Fact, stretch: Stretch, korean: str, english: str) -> None:
    assert in_words((stretch,), kind, Wording(RULEBOOK, "ko", "GBP")) == korean
    assert in_words((stretch,), kind, Wording(RULEBOOK, "en", "GBP")) == english


def test_several_stretches_stand_side_by_side() -> None:
    assert in_words((Span(1, 2), Span(5, 5)), fact(FactType.INTEGER, 1, 5), Wording(RULEBOOK, "en")) == "1 to 2, 5"


@pytest.mark.parametrize(
    ("stretch", "test"),
    [
        (Span(1, 1), 1),
        (Span(0, 5, False, False), {"more than": 0, "less than": 5}),
        (Span(NEW_YEAR, None), {"at least": "2026-01-01"}),
        (Span(None, None), {}),
        (frozenset({"b", "a"}), ["a", "b"]),
        (OtherText(("x",)), {"is not": ["x"]}),
        (True, True),
    ],
)
def test_a_stretch_is_written_as_a_rule_tests_for_it(stretch: Stretch, test: object) -> None:
    assert as_test(stretch) == test


def test_a_range_is_said_with_its_unit() -> None:
    wording = Wording(RULEBOOK, "en", "GBP")
    assert range_in_words(fact(FactType.MONEY, 0), wording) == "£0 or more"
    assert range_in_words(fact(FactType.PERCENT, 0, 100), wording) == "0 to 100%"
    assert range_in_words(fact(FactType.NUMBER, None, 3), wording) == "3 or less"
    assert range_in_words(fact(FactType.NUMBER), wording) == ""


def lead(label: str, new: tuple[str, ...] = (), dropped: tuple[str, ...] = (), **answers: object) -> dict[str, Any]:
    return {"label": label, "answers": answers, "actions": {"new": list(new), "dropped": list(dropped)}}


def lines(*leads: dict[str, Any], language: str = "en", product: str | None = None) -> list[str]:
    ask = {"leads_to": list(leads)} | ({"product": product} if product else {})
    return [f"{one.answers}: {one.outcome}" for one in list_leads(ask, Wording(RULEBOOK, language, "GBP"))]


def test_a_question_whose_answer_changes_nothing_has_no_lines() -> None:
    assert lines(lead("any answer")) == []


def test_one_line_names_the_answer_the_first_action_and_how_many_more() -> None:
    told = lead("yes", ("hear-out", "report-and-correct", "offer-best-fit"), churn_cause=["dissatisfaction"])
    to_do = "Sit down with them and hear the dissatisfaction out and 2 more"
    assert lines(told, lead("no")) == [
        f"Yes: cause of drifting: unhappy with us · to do: {to_do}",
        "No: the plan stays as it is",
    ]
    assert lines(told, lead("no"), language="ko")[0].endswith("할 일 추가: 마주 앉아 불만을 끝까지 듣기 등 3가지")


def test_an_action_of_the_house_is_marked() -> None:
    assert lines(lead("yes", ("keep-at-low-effort",)), lead("no"))[0].endswith("(house)")
    assert lines(lead("예", ("keep-at-low-effort",)), lead("아니요"), language="ko")[0].endswith("(자체 기준)")


def test_what_ends_is_said_where_nothing_else_is() -> None:
    (first, second) = lines(lead("yes", (), ("hear-out",)), lead("no", churn_cause=None))
    assert first == "Yes: no longer: Sit down with them and hear the dissatisfaction out"
    assert second == "No: some answers fall away"


def test_rules_that_would_contradict_each_other_are_said_so() -> None:
    assert (
        lines({**lead("yes"), "contradiction": "A and B"}, lead("no"))[0] == "Yes: rules contradict each other; no plan"
    )


def test_many_outcomes_are_cut_short() -> None:
    told = lines(*(lead(str(n), quadrant=name) for n, name in enumerate(("EI", "EII", "EIII", "EIV", "EI", "EI"))))
    assert len(told) == 5
    assert told[-1] == "Other answers: group: EI, loyal"


def test_another_product_than_the_one_asked_about_is_named() -> None:
    other = {
        **lead("yes"),
        "products": {"ale": lead("", product_is_slow=True), "stout": lead("", product_is_slow=True)},
    }
    (line, _) = lines(other, lead("no"), product="ale")
    assert "stout: " in line
    assert "ale: " not in line


def test_only_the_most_decisive_questions_have_their_lines() -> None:
    from sangdo.tests.explain.test_effects import DRIFTING, build_plan, decide

    page = arrange_page(build_plan(decide(DRIFTING), "en"), RULEBOOK)
    shown = [ask for group in page.asks for ask in group.asks]
    assert [bool(ask.leads) for ask in shown] == [number < ASKS_WITH_LEADS for number in range(len(shown))]
