"""Values in words: as a Korean or an English reader writes them."""

from datetime import date

import pytest

from sangdo.engine.decision.wording import Wording
from sangdo.engine.language.rulebook import Rulebook, Text


@pytest.mark.parametrize(
    ("number", "written"),
    [
        (0, "0"),
        (-0.0, "0"),
        (-0.001, "0"),
        (0.5, "0.5"),
        (0.125, "0.12"),
        (2.675, "2.68"),
        (1000, "1,000"),
        (999.999, "1,000"),
        (12345.6, "12,346"),
        (-1234567, "-1,234,567"),
        (10.0, "10"),
    ],
)
def test_a_number_keeps_two_decimals_at_most(rulebook: Rulebook, number: float, written: str) -> None:
    assert Wording(rulebook, "ko").number(number) == written


@pytest.mark.parametrize(
    ("currency", "language", "written"),
    [
        ("GBP", "ko", "-£1,200"),
        ("KRW", "ko", "-₩1,200"),
        ("EUR", "en", "-€1,200"),
        ("CHF", "en", "-CHF1,200"),
        (None, "en", "-1,200"),
    ],
)
def test_money_carries_the_sign_of_the_book(
    rulebook: Rulebook, currency: str | None, language: str, written: str
) -> None:
    assert Wording(rulebook, language, currency).money(-1200.4) == written


def test_money_that_rounds_to_nothing_has_no_minus(rulebook: Rulebook) -> None:
    assert Wording(rulebook, "ko", "KRW").money(-0.3) == "₩0"


def test_dates_are_written_out_with_their_weekday(rulebook: Rulebook) -> None:
    day = date(2026, 1, 5)
    assert Wording(rulebook, "ko").date(day) == "2026년 1월 5일 (월)"
    assert Wording(rulebook, "en").date(day) == "Mon 5 January 2026"
    assert Wording(rulebook, "ko").short_date(day) == "2026. 1. 5."
    assert Wording(rulebook, "en").short_date(day) == "5 Jan 2026"


@pytest.mark.parametrize(
    ("hours", "ko", "en"),
    [(2, "2시간", "2 hours"), (1, "1시간", "1 hour"), (0.25, "15분", "15 minutes"), (1.5, "1.5시간", "1.5 hours")],
)
def test_less_than_an_hour_is_told_in_minutes(rulebook: Rulebook, hours: float, ko: str, en: str) -> None:
    assert Wording(rulebook, "ko").hours(hours) == ko
    assert Wording(rulebook, "en").hours(hours) == en


def test_a_unit_is_singular_for_one_and_per_cent_stands_close(rulebook: Rulebook) -> None:
    english = Wording(rulebook, "en")
    assert english.with_unit("1", Text("일", "days")) == "1 day"
    assert english.with_unit("5", Text("%", "%")) == "5%"


def test_placeholders_are_filled_and_particles_settled(rulebook: Rulebook) -> None:
    text = Text("{name}은(는) {contribution}을(를) 산다.", "{name} buys {contribution}.")
    values = {"name": "한빛", "contribution": 9345.6}
    assert Wording(rulebook, "ko", "GBP").filled(text, values) == "한빛은 £9,346를 산다."
    assert Wording(rulebook, "en", "GBP").filled(text, {"name": "Hanbit"}) == "Hanbit buys (not known yet)."
