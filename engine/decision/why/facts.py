"""Facts and thresholds as an explanation tells them: the value, where it came from, and what it is made of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sangdo.engine.decision.decision import Decision
from sangdo.engine.decision.pages.figures import PARTS
from sangdo.engine.decision.why.words import words_in
from sangdo.engine.decision.wording import Wording
from sangdo.engine.inference.trace import Closing
from sangdo.engine.language.rulebook import Fact, FactType, Text, Threshold, Value
from sangdo.engine.language.values import as_json

_DAYS = Text("일", "days")


@dataclass(frozen=True)
class Known:
    """What is known in one decision, told as JSON in the language of `wording`; `plan` is the plan as JSON."""

    decision: Decision
    plan: Mapping[str, Any]
    wording: Wording

    def values(self, product: str | None) -> Mapping[str, Value]:
        """Return all known values of the customer, with those of a product."""
        trace = self.decision.trace
        return trace.values if product is None else {**trace.values, **trace.product_values[product]}

    def filled(self, text: Text, product: str | None) -> str:
        """Return a text with its placeholders filled from what is known."""
        lines = {name: line.value for name, line in self.decision.trace.thresholds.items()}
        return self.wording.filled(text, {**lines, **self.values(product)})

    def fact(self, name: str, product: str | None, depth: float) -> dict[str, Any]:
        """Return a fact with its value and origin; from depth 3 on with the parts of a measure."""
        value = self.values(product).get(name)
        source = self._source(name, product) if value is not None else {}
        parts = [part for part in PARTS.get(name, ()) if part in self.plan["facts"]] if depth >= 3 else []
        label = self.wording.text(self.decision.rulebook.facts[name].label)
        return {
            "fact": name,
            "label": label,
            "value": as_json(value),
            "value_label": self.wording.named(name, value) if value is not None else None,
            "origin": source.get("origin"),
            "source": source.get("source"),
            "origin_label": self._origin_in_words(name, source) if source else None,
            "by": source.get("by"),
            "date": source.get("date"),
            "reason": source.get("reason"),
            "parts": [self.fact(part, None, 0) for part in parts],
        }

    def threshold(self, name: str, depth: float) -> dict[str, Any]:
        """Return a threshold as it was resolved; from depth 3 on with the method of a measured line in words."""
        say = words_in(self.wording.language)
        line, resolved = self.decision.rulebook.thresholds[name], self.decision.trace.thresholds[name]
        measured = line.method if resolved.how == "book" else None
        if resolved.how == "dated":
            origin = say["line_dated"].format(resolved.since)
        elif resolved.how == "none":
            origin = say["line_none"]
        else:
            origin = say["line_book" if self._is_of_book else "line_handed"]
        return {
            "threshold": name,
            "title": self.wording.text(line.title),
            "value": resolved.value,
            "value_label": self.wording.named(name, resolved.value) if resolved.value is not None else None,
            "how": resolved.how,
            "since": resolved.since.isoformat() if resolved.since else None,
            "origin_label": origin,
            "method": {"kind": measured.kind, "share": measured.share, "within": measured.within} if measured else None,
            "method_label": self._method_in_words(line) if measured and depth >= 3 else None,
        }

    def how_far(self, fact: Fact, distance: float) -> str:
        """Return a distance without its sign in words, with the fact's unit; never rounded away to nothing."""
        wording, size = self.wording, abs(distance)
        if fact.type is FactType.DATE:
            return wording.with_unit(wording.number(size), _DAYS)
        words = wording.value(fact, size)
        if any(digit in words for digit in "123456789") and (fact.type is not FactType.MONEY or size >= 1):
            return words
        return wording.with_unit(significant(size), fact.unit)

    @property
    def _is_of_book(self) -> bool:
        """Whether anything was measured; where nothing was, lines were handed over in a facts file."""
        facts = self.decision.facts
        held = [facts.values, *facts.products.values()]
        return any(known.origin == "measured" for values in held for known in values.values())

    def _source(self, name: str, product: str | None) -> Mapping[str, Any]:
        if product is None or name not in self.decision.trace.product_values[product]:
            found: Mapping[str, Any] = self.plan["facts"].get(name, {})
            return found
        known: Mapping[str, Any] | None = self.plan["products"][product]["facts"].get(name)
        return known or {"origin": "answer", "source": _source_of(self.decision.trace.closing(name, product))}

    def _origin_in_words(self, name: str, source: Mapping[str, Any]) -> str:
        say, shown = words_in(self.wording.language), str(source["source"] or "")
        tally = self.decision.rulebook.facts[name].tally
        if source["origin"] == "answer":
            counted = tally is not None and shown == tally.question
            shown = say["source_counted"].format(shown) if counted else say.get(f"source_{shown}", shown)
        elif shown == "vocabulary":
            shown = say["source_vocabulary"]
        elif source.get("date") and shown.endswith(f" on {source['date']}"):
            place, by = shown.removesuffix(f" on {source['date']}"), source.get("by")
            if by:
                shown = say["recorded_by"].format(place.removesuffix(f" by {by}"), by, source["date"])
            else:
                shown = say["recorded"].format(place, source["date"])
        origin = say[f"origin_{source['origin']}"]
        return f"{origin}: {shown}" if shown else origin

    def _method_in_words(self, line: Threshold) -> str:
        say, method = words_in(self.wording.language), line.method
        assert method is not None
        assert line.of is not None
        label = self.wording.text(self.decision.rulebook.facts[line.of].label)
        words = say[method.kind].format(label, self.wording.number((method.share or 0) * 100))
        if method.within is None:
            return words
        low, high = (self.wording.named(line.name, bound) for bound in method.within)
        return f"{words}, {say['within'].format(low, high)}"


def significant(number: float) -> str:
    """Write a small number with its first two digits that count, without an exponent."""
    return f"{Decimal(f'{number:.2g}'):f}"


def _source_of(closing: Closing) -> str:
    return ", ".join(closing.deciding) or closing.how
