"""Korean particles follow the sound that is spoken before them."""

import pytest

from sangdo.engine.decision.particles import settle_particles


@pytest.mark.parametrize(
    ("written", "spoken"),
    [
        ("한빛상사은(는)", "한빛상사는"),
        ("고객은(는)", "고객은"),
        ("상점이(가)", "상점이"),
        ("상사이(가)", "상사가"),
        ("상점을(를)", "상점을"),
        ("한빛와(과)", "한빛과"),
        ("상사와(과)", "상사와"),
        ("서울으로(로)", "서울로"),
        ("부산으로(로)", "부산으로"),
        ("대구으로(로)", "대구로"),
        ("3을(를)", "3을"),
        ("2을(를)", "2를"),
        ("1,000은(는)", "1,000은"),
        ("0.41은(는)", "0.41은"),
        ("7으로(로)", "7로"),
        ("7.5%은(는)", "7.5%는"),
        ("기준(EII)은(는)", "기준(EII)는"),
        ("B2B은(는)", "B2B는"),
        ("ABL은(는)", "ABL은"),
    ],
)
def test_a_particle_follows_the_last_sound(written: str, spoken: str) -> None:
    assert settle_particles(written) == spoken


@pytest.mark.parametrize(
    ("written", "spoken"),
    [
        ("£9,346은(는)", "£9,346는"),  # 파운드
        ("-£1,200을(를)", "-£1,200를"),
        ("₩9,340은(는)", "₩9,340은"),  # 원
        ("$1,001이(가)", "$1,001가"),  # 달러
        ("¥500와(과)", "¥500과"),  # 엔
        ("€1.5으로(로)", "€1.5로"),  # 유로
    ],
)
def test_an_amount_ends_with_its_currency_when_spoken(written: str, spoken: str) -> None:
    assert settle_particles(written) == spoken


def test_text_without_an_open_particle_stays_as_it_is() -> None:
    assert settle_particles("이미 정해진 말은 그대로(로마자 포함) 둔다") == "이미 정해진 말은 그대로(로마자 포함) 둔다"
