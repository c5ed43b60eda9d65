"""A customer that the solver found, as the facts file that a rulebook accepts."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date
from typing import Any

import yaml

from sangdo.engine.language.rulebook import Level, Origin, Rulebook, Value
from sangdo.engine.verify.solver.model_facts import ModelFacts

WIDTH = 110
PRODUCT = "A"
"""What a product is called that has no name in the model."""


def facts_text(found: ModelFacts, rulebook: Rulebook, as_of: date, wanted_lines: Collection[str]) -> str:
    """Return the facts file of a customer, with what this rulebook's vocabulary knows of it; counts follow from its
    products."""
    content: dict[str, Any] = {"as_of": as_of, **_known(found.values, rulebook, Level.CUSTOMER)}
    lines = {
        name: value for name, value in found.lines.items() if name in wanted_lines and _is_measured(rulebook, name)
    }
    called = [own.get("product", name or PRODUCT) for name, own in found.products.items()]
    products = [
        {"product": named if called.count(named) == 1 else name}
        | {fact: value for fact, value in _known(own, rulebook, Level.PRODUCT).items() if fact != "product"}
        for named, (name, own) in zip(called, found.products.items(), strict=True)
    ]
    if lines:
        content["lines"] = lines
    if products:
        content["products"] = products
    return str(yaml.dump(content, Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=WIDTH))


def _known(values: Mapping[str, Value], rulebook: Rulebook, level: Level) -> dict[str, Any]:
    known = {name: values[name] for name in rulebook.facts if name in values}
    return {
        name: sorted(value) if isinstance(value, frozenset) else value
        for name, value in known.items()
        if rulebook.facts[name].level is level and rulebook.facts[name].origin is not Origin.COUNTED
    }


def _is_measured(rulebook: Rulebook, name: str) -> bool:
    threshold = rulebook.thresholds.get(name)
    return threshold is not None and threshold.method is not None


class _Dumper(yaml.SafeDumper):
    """Writes every value out, and the text `unknown` in quotes, since bare it would be no value."""

    def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002
        return True


def _text_node(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style='"' if text == "unknown" else None)


_Dumper.add_representer(str, _text_node)
