"""The vocabulary: every fact a rule may read, with its type, range, labels and the sentence to ask for it."""

from __future__ import annotations

from dataclasses import replace

from sangdo.engine.language.acceptance import read_accepted
from sangdo.engine.language.errors import Location
from sangdo.engine.language.record import MAX_NAME, Record, check_name, read_text
from sangdo.engine.language.rulebook import Fact, FactType, Level, Origin, Tally, Text, Value
from sangdo.engine.language.source import Mapping, Node, Scalar, Source
from sangdo.engine.language.values import WrongValue, show_raw, typed

KEYS = ("label", "type", "unit", "range", "values", "of", "from", "default", "ask", "accept")
ORIGINS = ("given", "measured", "question")
MAX_VALUES = 40


def read_vocabulary(source: Source, node: Node | None) -> dict[str, Fact]:
    """Read vocabulary.yaml; facts with a problem are left out after it was collected."""
    record = Record(source, node, "the vocabulary", ("facts",), ("facts",))
    facts: dict[str, Fact] = {}
    for name, inner, at in record.items("facts"):
        if check_name(source, name, at, "fact"):
            fact = _read_fact(source, name, inner, at)
            if fact:
                facts[name] = fact
    return facts


def _read_fact(source: Source, name: str, node: Node, at: Location) -> Fact | None:
    record = Record(source, node, f"the fact {name}", KEYS, ("label", "type"))
    label, word = record.text("label"), record.word("type", tuple(FactType))
    if label is None or word is None:
        return None
    kind = FactType(word)
    origin, tally = _read_origin(record)
    minimum, maximum = _read_range(record, kind)
    level = Level.PRODUCT if record.word("of", ("product",)) else Level.CUSTOMER
    if level is Level.PRODUCT and origin is Origin.COUNTED:
        source.add(record.at("of"), f"the fact {name} counts products, and is about the customer", expected="no of:")
    if "default" in record and origin in (Origin.QUESTION, Origin.COUNTED):
        source.add(record.at("default"), f"only a given or measured fact has a default, not {name}")
    ask = record.text("ask")
    if "ask" not in record and origin is not Origin.COUNTED:
        source.add(at, f"the fact {name} has no question to ask for it", expected="ask: {ko: ..., en: ...}")
    values = _read_values(record, kind)
    fact = Fact(
        name, label, kind, origin, level, at, record.text("unit"), minimum, maximum, values, ask, None, tally,
        read_accepted(record),
    )  # fmt: skip
    return _with_default(record, fact)


def _read_origin(record: Record) -> tuple[Origin, Tally | None]:
    node = record.node("from")
    if not isinstance(node, Mapping):
        word = record.word("from", ORIGINS)
        return (Origin(word) if word else Origin.GIVEN), None
    inner = Record(record.source, node, f"from of {record.what}", ("count", "any", "is"), ("is",))
    how = "count" if "count" in inner else "any"
    question, answer = inner.word(how), inner.word("is")
    if ("count" in inner) == ("any" in inner) or question is None or answer is None:
        record.source.add(node, f"from of {record.what} is not clear", expected="{count: QUESTION, is: ANSWER}")
        return Origin.COUNTED, None
    return Origin.COUNTED, Tally(how, question, answer)


def _read_range(record: Record, kind: FactType) -> tuple[float | None, float | None]:
    if "range" not in record:
        return None, None
    if not kind.is_numeric:
        record.source.add(record.at("range"), f"only a number has a range, {record.what} is a {kind.value}")
    inner = Record(record.source, record.node("range"), f"the range of {record.what}", ("at least", "at most"))
    low, high = inner.number("at least"), inner.number("at most")
    if low is not None and high is not None and low > high:
        record.source.add(inner.location, f"the range of {record.what} is empty")
    return low, high


def _read_values(record: Record, kind: FactType) -> dict[str, Text] | None:
    takes = kind in (FactType.CHOICE, FactType.CHOICES)
    if takes != ("values" in record):
        message = f"{record.what} has no list of values" if takes else f"only a choice has values, not {record.what}"
        record.source.add(record.at("values"), message, expected="values: {word: {ko: ..., en: ...}}")
        return None
    if not takes:
        return None
    values: dict[str, Text] = {}
    for word, node, at in record.items("values"):
        if word in ("known", "unknown") or len(word) > MAX_NAME or not word.isprintable() or not word.strip():
            record.source.add(at, f"{show_raw(word)} cannot be a value of {record.what}", expected="a short word")
            continue
        label = read_text(record.source, node, f"the value {word} of {record.what}")
        if label:
            values[word] = label
    if len(values) > MAX_VALUES:
        record.source.add(record.at("values"), f"{record.what} has more than {MAX_VALUES} values")
    return values


def _with_default(record: Record, fact: Fact) -> Fact | None:
    node = record.node("default")
    if node is None:
        return fact
    try:
        default: Value = typed(fact, node.value if isinstance(node, Scalar) else None)
    except WrongValue as wrong:
        record.source.add(node, str(wrong), expected=wrong.expected, suggestion=wrong.suggestion)
        return None
    return replace(fact, default=default)
