"""Texts that are there in both languages by form only."""

from __future__ import annotations

import re
from collections.abc import Iterator

from sangdo.engine.language.rulebook import Rulebook, Text
from sangdo.engine.verify.findings.finding import Finding
from sangdo.engine.verify.findings.texts import texts_of

_PLACEHOLDER = re.compile(r"\{[^}]*\}+")
_HANGUL = re.compile(r"[가-힣ㄱ-ㅎㅏ-ㅣ]")
_WORD = re.compile(r"[^\W\d_]{3,}")


def find_untranslated(rulebook: Rulebook) -> Iterator[Finding]:
    """Yield each text whose Korean or English is missing in fact."""
    for one in texts_of(rulebook):
        why = _fault(_PLACEHOLDER.sub(" ", one.text.ko), _PLACEHOLDER.sub(" ", one.text.en))
        if why:
            text = Text(f"{one.about.ko}: {why.ko}", f"In {one.about.en} {why.en}")
            yield Finding("untranslated", text, (one.rule,) if one.rule else (), one.location, one.question)


def _fault(ko: str, en: str) -> Text | None:
    if _HANGUL.search(en):
        return Text("영어 자리에 한글이 있다.", "the English has Hangul.")
    if _HANGUL.search(ko) or not _has_words(ko):
        return None
    if ko.split() == en.split():
        return Text("한국어와 영어가 같다.", "the Korean is the English.")
    return Text("한국어 자리에 한글이 없다.", "the Korean has no Hangul.")


def _has_words(text: str) -> bool:
    """Whether there is a word to translate: longer than the sign of a unit (kg, km), and no abbreviation (VIP, ROI)."""
    return any(not word.isupper() for word in _WORD.findall(text))
