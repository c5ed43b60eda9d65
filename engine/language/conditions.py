"""Conditions: the closed list of tests on facts, and the groups any, all and none."""

from __future__ import annotations

from dataclasses import dataclass

from sangdo.engine.language.errors import Location, nearest
from sangdo.engine.language.record import NAME
from sangdo.engine.language.rulebook import (
    AllOf,
    AnyOf,
    Condition,
    Fact,
    FactType,
    Level,
    NoneOf,
    Operand,
    Operator,
    Test,
    ThresholdName,
    Value,
)
from sangdo.engine.language.source import Listing, Mapping, Node, Scalar, Source
from sangdo.engine.language.values import WrongValue, show_raw, typed

GROUPS = ("any", "all", "none")
WORDED = ("at least", "more than", "at most", "less than", "between", "is not", "includes", "is")
_SYMBOLS = {">": "more than", ">=": "at least", "<": "less than", "<=": "at most", "=": "is", "!=": "is not"}
_MEANT = {"greater than": "more than", "above": "more than", "below": "less than", "not": "is not", "in": "one of"}


@dataclass(frozen=True, slots=True)
class Names:
    """The names a condition may use, and the level of the question it stands in."""

    facts: dict[str, Fact]
    thresholds: frozenset[str]
    level: Level


def read_condition(source: Source, node: Node | None, names: Names, what: str) -> Condition | None:
    """Read a condition: a mapping whose entries all hold; None when it is absent or wrong."""
    if node is None:
        return None
    if not isinstance(node, Mapping):
        source.add(node, f"{what} must be a mapping of tests", expected="fact: value")
        return None
    if not node.entries:
        source.add(node, f"{what} is empty", expected="at least one test, or no such key")
        return None
    parts: list[Condition] = []
    for key, inner in node.entries:
        word = str(key.value)
        if word in GROUPS:
            group = _read_group(source, word, inner, names, what)
            if group:
                parts.append(group)
        else:
            parts.extend(_read_tests(source, key, inner, names))
    if len(parts) == 1:
        return parts[0]
    return AllOf(tuple(parts)) if parts else None


def _read_group(source: Source, word: str, node: Node, names: Names, what: str) -> Condition | None:
    if not isinstance(node, Listing) or not node.items:
        source.add(node, f"{word}: must be a list of conditions", expected="- fact: value")
        return None
    read = (read_condition(source, item, names, f"{word} in {what}") for item in node.items)
    parts = tuple(part for part in read if part)
    if not parts:
        return None
    if word == "all":
        return AllOf(parts)
    return AnyOf(parts) if word == "any" else NoneOf(parts)


def _read_tests(source: Source, key: Scalar, node: Node, names: Names) -> list[Condition]:
    word = str(key.value)
    fact = names.facts.get(word)
    if fact is None:
        known = [*names.facts, *GROUPS]
        source.add(key, f'unknown fact "{word}"', expected="a fact of vocabulary.yaml, or any, all, none",
                   suggestion=nearest(word, known))  # fmt: skip
        return []
    if fact.level is Level.PRODUCT and names.level is Level.CUSTOMER:
        source.add(key, f"{word} is about one product", expected='a question with "for: product"')
        return []
    if isinstance(node, Mapping):
        return _read_worded(source, fact, node, names)
    if isinstance(node, Listing):
        return _test(source, fact, Operator.ONE_OF, node.items, names, key.location)
    return _test(source, fact, Operator.IS, (node,), names, key.location)


def _read_worded(source: Source, fact: Fact, node: Mapping, names: Names) -> list[Condition]:
    if not node.entries:
        source.add(node, f"the test of {fact.name} is empty", expected=", ".join(WORDED))
    tests: list[Condition] = []
    for key, inner in node.entries:
        word = str(key.value)
        if word not in WORDED:
            meant = _SYMBOLS.get(word) or _MEANT.get(word) or nearest(word, WORDED)
            source.add(key, f'unknown test "{word}"', expected=", ".join(WORDED), suggestion=meant)
            continue
        if word == "is" and isinstance(inner, Scalar) and inner.value in ("known", "unknown") and not inner.quoted:
            tests.append(Test(fact.name, Operator(str(inner.value)), (), key.location))
            continue
        operator = Operator(word)
        operands: tuple[Node, ...] = (inner,)
        if isinstance(inner, Listing) and operator in (Operator.BETWEEN, Operator.INCLUDES, Operator.IS):
            operands = inner.items
            operator = Operator.ONE_OF if operator is Operator.IS else operator
        tests.extend(_test(source, fact, operator, operands, names, key.location))
    return tests


def _test(
    source: Source, fact: Fact, operator: Operator, nodes: tuple[Node, ...], names: Names, at: Location
) -> list[Condition]:
    """Check that the operator suits the fact, and type each operand against it."""
    refusal = _unsuitable(fact, operator, len(nodes))
    if refusal:
        source.add(at, refusal[0], expected=refusal[1])
        return []
    operands = [_operand(source, fact, node, names) for node in nodes]
    if any(operand is None for operand in operands):
        return []
    kept = tuple(operand for operand in operands if operand is not None)
    if len(set(map(_identity, kept))) < len(kept):
        source.add(at, f"a value is named twice in the test of {fact.name}")
        return []
    if operator is Operator.BETWEEN and _is_empty_range(kept[0], kept[1]):
        source.add(at, f"nothing lies between {kept[0]} and {kept[1]}", expected="the smaller one first")
        return []
    return [Test(fact.name, operator, kept, at)]


def _is_empty_range(low: Operand, high: Operand) -> bool:
    if isinstance(low, ThresholdName) or isinstance(high, ThresholdName):
        return False
    return bool(low > high)  # type: ignore[operator]


def _identity(operand: Operand) -> tuple[str, str]:
    return type(operand).__name__, str(operand)


def _unsuitable(fact: Fact, operator: Operator, count: int) -> tuple[str, str] | None:
    ordered = operator in (
        Operator.AT_LEAST, Operator.MORE_THAN, Operator.AT_MOST, Operator.LESS_THAN, Operator.BETWEEN
    )  # fmt: skip
    if ordered and not fact.type.is_ordered:
        return f'{fact.name} is a {fact.type.value}, which is never "{operator.value}" something', "is, is not"
    if fact.type is FactType.CHOICES and operator not in (Operator.INCLUDES,):
        return f"{fact.name} holds several values at once", f"{fact.name}: {{includes: value}}"
    if operator is Operator.INCLUDES and fact.type is not FactType.CHOICES:
        return f"{fact.name} is a single {fact.type.value}", f"{fact.name}: value"
    if operator is Operator.BETWEEN and count != 2:
        return "between takes two values", "between: [smallest, largest]"
    if count == 0:
        return f"the test of {fact.name} has no value", "at least one value"
    return None


def _operand(source: Source, fact: Fact, node: Node, names: Names) -> Operand | None:
    if not isinstance(node, Scalar):
        source.add(node, f"the test of {fact.name} needs a single value", expected="a value or a threshold's name")
        return None
    raw = node.value
    if raw in ("known", "unknown") and not node.quoted and raw not in (fact.values or ()):
        source.add(node, f"{fact.name} is never {raw} as a value", expected=f"{fact.name}: {{is: {raw}}}")
        return None
    if isinstance(raw, str) and not node.quoted and fact.type.is_numeric and NAME.match(raw):
        if raw in names.thresholds:
            return ThresholdName(raw)
        source.unknown(node, "threshold", raw, sorted(names.thresholds))
        return None
    if isinstance(raw, str) and fact.type.is_numeric and raw.startswith(("<", ">", "=", "!")):
        source.add(node, f"comparisons are written in words, not {show_raw(raw)}",
                   expected="{more than: x}, {at least: x}, {less than: x}, {at most: x}")  # fmt: skip
        return None
    if raw is None:
        source.add(node, f"the test of {fact.name} has no value", expected="a value, or {is: unknown}")
        return None
    return read_single(source, fact, raw, node)


def read_single(source: Source, fact: Fact, raw: object, node: Node) -> Value | None:
    """Return a raw value typed against its fact, a word where the fact holds several; report what is wrong."""
    try:
        value = typed(fact, [raw] if fact.type is FactType.CHOICES else raw)
    except WrongValue as wrong:
        source.add(node, str(wrong), expected=wrong.expected, suggestion=wrong.suggestion)
        return None
    return next(iter(value)) if isinstance(value, frozenset) else value
