"""An answer typed in the terminal: what may be typed, and the value it stands for."""

from __future__ import annotations

import re
from collections.abc import Iterator
from unicodedata import normalize

from sangdo.engine.decision.stretches import range_in_words
from sangdo.engine.decision.wording import Wording
from sangdo.engine.facts.cells import SEPARATOR, cell_value
from sangdo.engine.language.rulebook import Fact, FactType, Text, Value

NONE_OF_THEM = "0"
_FLAGS = {
    **dict.fromkeys(("yes", "y", "true", "예", "네"), "true"),
    **dict.fromkeys(("no", "n", "false", "아니요", "아니오"), "false"),
}
_KINDS = {
    FactType.NUMBER: Text("수", "a number"),
    FactType.INTEGER: Text("정수", "a whole number"),
    FactType.MONEY: Text("금액 (쉼표나 통화 기호 없이)", "an amount of money, without commas or a sign of currency"),
    FactType.PERCENT: Text("퍼센트 (12.5%면 12.5)", "a percentage (12.5 for 12.5%)"),
    FactType.FLAG: Text("예 / 아니요", "yes / no"),
    FactType.DATE: Text("날짜 (YYYY-MM-DD)", "a date as YYYY-MM-DD"),
    FactType.TEXT: Text("글", "a text"),
}
_SEVERAL = Text("여럿이면 쉼표로 나눈다, 없으면 0", "several with commas between, 0 for none")


def describe_values(fact: Fact, wording: Wording) -> Iterator[str]:
    """Say what may be typed for a fact, in a line each: the allowed words with their numbers, or a range with unit."""
    if fact.type in (FactType.CHOICE, FactType.CHOICES):
        yield " · ".join(f"{n} {wording.label(fact, word)}" for n, word in enumerate(fact.values or (), start=1))
        if fact.type is FactType.CHOICES:
            yield wording.text(_SEVERAL)
        return
    within = range_in_words(fact, wording)
    unit = f"({wording.text(fact.unit)})" if fact.unit is not None else ""
    yield ", ".join(filter(None, (" ".join(filter(None, (wording.text(_KINDS[fact.type]), unit))), within)))


def read_answer(fact: Fact, typed: str) -> Value:
    """Return the value that a typed answer stands for: as in a cell of a table, or as `describe_values` offers it.

    Allowed words may be typed as they are, by their label in either language, or by their number. Raises WrongValue.
    """
    typed = normalize("NFC", typed.strip())
    if fact.type is FactType.FLAG:
        typed = _FLAGS.get(typed.lower(), typed)
    elif fact.type is FactType.CHOICE:
        typed = _word(fact, typed)
    elif fact.type is FactType.CHOICES:
        typed = _words(fact, typed)
    return cell_value(fact, typed)


def _words(fact: Fact, typed: str) -> str:
    if typed == NONE_OF_THEM and typed not in (fact.values or {}):
        return SEPARATOR
    whole = _word(fact, typed)
    if whole in (fact.values or {}):
        return whole
    return SEPARATOR.join(_word(fact, part.strip()) for part in re.split(r"[,|]", typed))


def _word(fact: Fact, typed: str) -> str:
    values = fact.values or {}
    words = list(values)
    if typed in values:
        return typed
    if typed.isascii() and typed.isdigit() and 1 <= int(typed[:6]) <= len(words):
        return words[int(typed[:6]) - 1]
    labelled = [
        word for word, label in values.items() if typed.casefold() in (label.ko.casefold(), label.en.casefold())
    ]
    return labelled[0] if len(labelled) == 1 else typed
