"""One customer in a file: YAML or JSON, a flat mapping from fact names to values, given answers included.

Beside the facts a file may hold `as_of` (a date), `products` (a list of mappings, each with `product`),
`lines` (values of thresholds that otherwise come from a book), `currency` and `reasons` (why an answer
was given, by question). An empty value (null) is unknown.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

from sangdo.engine.facts.facts import Facts, Known
from sangdo.engine.language.errors import DataInvalid, nearest
from sangdo.engine.language.record import read_day, read_number
from sangdo.engine.language.rulebook import Fact, FactType, Level, Origin, Rulebook, Value
from sangdo.engine.language.source import (
    Listing,
    Mapping,
    Node,
    Scalar,
    Source,
    parse_source,
    raise_problems,
    read_source,
)
from sangdo.engine.language.values import WrongValue, typed

KEYS = ("as_of", "products", "lines", "currency", "reasons", "facts")
MAX_PRODUCTS = 500


def read_facts(path: Path, rulebook: Rulebook, as_of: date) -> Facts:
    """Read one customer's facts; `as_of` is used unless the file has its own. Raises DataInvalid."""
    return _facts(*read_source(path, str(path), DataInvalid, _allowed_words(rulebook)), rulebook, as_of)


def parse_facts(data: bytes, shown: str, rulebook: Rulebook, as_of: date) -> Facts:
    """Read one customer's facts from bytes (standard input). Raises DataInvalid."""
    return _facts(*parse_source(data, shown, DataInvalid, _allowed_words(rulebook)), rulebook, as_of)


def _allowed_words(rulebook: Rulebook) -> set[str]:
    """The words that choices allow: `yes` and `no` may be answers, and then stand bare."""
    return {word for fact in rulebook.facts.values() for word in fact.values or ()}


def _facts(source: Source, node: Node | None, rulebook: Rulebook, as_of: date) -> Facts:
    reader = FactsReader(source, rulebook)
    facts = reader.read(node, as_of) if isinstance(node, Mapping) else None
    if node is not None and facts is None:
        source.add(node, "a customer is a mapping of facts", expected="fact: value")
    raise_problems(source.problems, DataInvalid)
    assert facts is not None
    return facts


class FactsReader:
    """Reads one customer from a mapping of a file, collecting what is wrong in its source."""

    def __init__(self, source: Source, rulebook: Rulebook) -> None:
        self._source, self._rulebook = source, rulebook

    def read(self, node: Mapping, as_of: date) -> Facts:
        """Read one customer; problems are collected in the source."""
        reasons = self._words(node.get("reasons"), "reasons")
        as_of = self._date(node.get("as_of")) or as_of
        inner = node.get("facts")
        values = self._known(node, Level.CUSTOMER, reasons, KEYS)
        if isinstance(inner, Mapping):
            values |= self._known(inner, Level.CUSTOMER, reasons, ())
        elif inner is not None:
            self._source.add(inner, "facts must be a mapping", expected="facts: {fact: value}")
        products, lines = self._products(node.get("products")), self.lines(node.get("lines"))
        identity = values.get("customer_id")
        return Facts(
            str(identity.value) if identity else Path(self._source.path).stem,
            as_of,
            values,
            products,
            lines,
            self._currency(node.get("currency")),
        )

    def _known(
        self, node: Mapping, level: Level, reasons: dict[str, str], reserved: tuple[str, ...]
    ) -> dict[str, Known]:
        known: dict[str, Known] = {}
        for key, inner in node.entries:
            name = str(key.value)
            if name in reserved:
                continue
            fact = self._rulebook.facts.get(name)
            if fact is None or fact.level is not level:
                names = [f.name for f in self._rulebook.facts.values() if f.level is level]
                message = f'unknown fact "{name}"' if fact is None else f"{name} is about one {fact.level.value}"
                self._source.add(key, message, expected="a fact of the vocabulary (see: sangdo list facts)",
                                 suggestion=nearest(name, [*names, *reserved]))  # fmt: skip
                continue
            value = self._value(fact, inner)
            if value is not None:
                at = f"{self._source.path}:{key.location.line}"
                known[name] = Known(value, "given", at, reason=reasons.get(name))
        return known

    def _value(self, fact: Fact, node: Node) -> Value | None:
        if isinstance(node, Scalar) and (node.value is None or (node.value == "unknown" and not node.quoted)):
            return None
        raw: object = node.value if isinstance(node, Scalar) else {}
        if isinstance(node, Listing):
            raw = [item.value if isinstance(item, Scalar) else None for item in node.items]
        if fact.type is FactType.CHOICES and isinstance(raw, str):
            raw = [raw]
        if fact.type is FactType.DATE and isinstance(raw, str):
            raw = _as_date(raw)
        if fact.name == "customer_id" and isinstance(raw, int) and not isinstance(raw, bool):
            raw = str(raw)
        try:
            return typed(fact, raw)
        except WrongValue as wrong:
            self._source.add(node, str(wrong), expected=wrong.expected, suggestion=wrong.suggestion)
            return None

    def _products(self, node: Node | None) -> dict[str, dict[str, Known]]:
        products: dict[str, dict[str, Known]] = {}
        if node is None:
            return products
        if not isinstance(node, Listing) or len(node.items) > MAX_PRODUCTS:
            self._source.add(node, f"products must be a list of at most {MAX_PRODUCTS}", expected="- product: name")
            return products
        for item in node.items:
            name = item.get("product") if isinstance(item, Mapping) else None
            if not isinstance(item, Mapping) or not isinstance(name, Scalar) or not isinstance(name.value, str):
                self._source.add(item, "a product needs a name", expected="- product: name")
            elif name.value in products:
                self._source.add(name, f'the product "{name.value}" is there already')
            else:
                products[name.value] = self._known(item, Level.PRODUCT, {}, ())
        return products

    def lines(self, node: Node | None) -> dict[str, float]:
        """Read values of thresholds that otherwise come from a book."""
        lines: dict[str, float] = {}
        measured = [name for name, threshold in self._rulebook.thresholds.items() if threshold.method]
        if node is not None and not isinstance(node, Mapping):
            self._source.add(node, "lines must be a mapping", expected="threshold: number")
        for key, inner in node.entries if isinstance(node, Mapping) else ():
            name = str(key.value)
            number = read_number(self._source, inner, f"the line {name}")
            if name not in measured:
                self._source.unknown(key, "line measured from a book", name, measured)
            elif number is not None:
                lines[name] = number
        return lines

    def _words(self, node: Node | None, what: str) -> dict[str, str]:
        words: dict[str, str] = {}
        if node is not None and not isinstance(node, Mapping):
            self._source.add(node, f"{what} must be a mapping", expected="question: why")
        for key, inner in node.entries if isinstance(node, Mapping) else ():
            fact = self._rulebook.facts.get(str(key.value))
            if fact is None or fact.origin is not Origin.QUESTION:
                asked = [f.name for f in self._rulebook.facts.values() if f.origin is Origin.QUESTION]
                self._source.unknown(key, "question", key.value, asked)
            elif not isinstance(inner, Scalar) or not isinstance(inner.value, str):
                self._source.add(inner, "a reason must be a text")
            else:
                words[fact.name] = inner.value
        return words

    def _date(self, node: Node | None) -> date | None:
        if isinstance(node, Scalar) and isinstance(node.value, str):
            node = replace(node, value=_as_date(node.value))
        return read_day(self._source, node, "as_of")

    def _currency(self, node: Node | None) -> str | None:
        code = node.value if isinstance(node, Scalar) else None
        if isinstance(code, str) and len(code) == 3 and code.isascii() and code.isupper():
            return code
        if node is not None:
            self._source.add(node, "currency must be a code of three letters", expected="KRW, EUR, GBP, ...")
        return None


def _as_date(raw: str) -> date | str:
    """A quoted date, as JSON has it."""
    try:
        return date.fromisoformat(raw)
    except ValueError:
        return raw
