"""Korean particles: `은(는)`, `이(가)`, `을(를)`, `와(과)`, `으로(로)` settled by the sound before them."""

from __future__ import annotations

import re

_PAIRS = {
    "은(는)": ("은", "는"),
    "는(은)": ("은", "는"),
    "이(가)": ("이", "가"),
    "가(이)": ("이", "가"),
    "을(를)": ("을", "를"),
    "를(을)": ("을", "를"),
    "과(와)": ("과", "와"),
    "와(과)": ("과", "와"),
    "으로(로)": ("으로", "로"),
    "로(으로)": ("으로", "로"),
    "이라(라)": ("이라", "라"),
    "이다(다)": ("이다", "다"),
}
_PATTERN = re.compile("|".join(re.escape(pair) for pair in sorted(_PAIRS, key=len, reverse=True)))
_NO_FINAL, _RIEUL = 0, 8
_DIGITS = {"0": 21, "1": _RIEUL, "2": 0, "3": 16, "4": 0, "5": 0, "6": 1, "7": _RIEUL, "8": _RIEUL, "9": 0}
_LETTERS = {"L": _RIEUL, "M": 16, "N": 4, "R": _RIEUL}
_SIGNS = {"%": 0, "€": 0, "$": 0, "£": 0, "₩": 4, "¥": 4}
_AMOUNT = re.compile(r"([€$£₩¥])[\d,.]+\Z")
_SPOKEN = re.compile(r"[가-힣A-Za-z0-9%€$£₩¥]")


def settle_particles(text: str) -> str:
    """Choose each particle by the last syllable, digit or letter before it."""
    return _PATTERN.sub(lambda found: _choose(text[: found.start()], _PAIRS[found.group()]), text)


def _choose(before: str, pair: tuple[str, str]) -> str:
    final = _final_sound(before)
    with_final, without = pair
    if with_final == "으로":
        return without if final in (_NO_FINAL, _RIEUL) else with_final
    return without if final == _NO_FINAL else with_final


def _final_sound(before: str) -> int:
    """The final consonant of the last spoken character, as its index in Hangul syllables; 0 is none."""
    amount = _AMOUNT.search(before[-30:])
    if amount:  # the sign is written before the number and spoken after it
        return _SIGNS[amount.group(1)]
    spoken = _SPOKEN.findall(before[-20:])
    if not spoken:
        return _NO_FINAL
    last = spoken[-1]
    if "가" <= last <= "힣":
        return (ord(last) - ord("가")) % 28
    return _DIGITS.get(last, _SIGNS.get(last, _LETTERS.get(last.upper(), _NO_FINAL)))
