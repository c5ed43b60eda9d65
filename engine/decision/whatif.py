"""What if: a customer with some facts changed for one question, and how its plan would then differ."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sangdo.engine.decision.comparison import compare_plans
from sangdo.engine.decision.decision import Decision
from sangdo.engine.decision.plan import build_plan
from sangdo.engine.decision.wording import Wording
from sangdo.engine.facts.cells import SEPARATOR, cell_value
from sangdo.engine.facts.facts import Facts, Known
from sangdo.engine.language.errors import Location, Problem, SangdoError, nearest
from sangdo.engine.language.rulebook import Fact, FactType, Level, Origin, Rulebook, Value
from sangdo.engine.language.values import WrongValue, as_json

SOURCE = "what if"


class NotUnderstood(SangdoError):
    """A change or a target, as written on the command line, means nothing."""

    exit_code = 2


@dataclass(frozen=True, slots=True)
class Setting:
    """One change: a fact of the customer or of one of its products, or a threshold; None makes a fact unknown."""

    name: str
    product: str | None
    value: Value | None


def read_settings(texts: Iterable[str], rulebook: Rulebook, facts: Facts) -> tuple[Setting, ...]:
    """Read changes written as `fact=value`, `product/fact=value` or `threshold=number`.

    The value `unknown` takes a fact away; several choices are separated by commas. Raises NotUnderstood with all that
    is wrong.
    """
    settings: dict[tuple[str, str | None], Setting] = {}
    problems = []
    for text in texts:
        try:
            setting = _read_setting(text, rulebook, facts)
            if (setting.name, setting.product) in settings:
                raise WrongValue(f"{setting.name} is set twice", "each fact once")
            settings[setting.name, setting.product] = setting
        except WrongValue as wrong:
            place = Location(f"--set {text}")
            problems.append(Problem(place, str(wrong), expected=wrong.expected, suggestion=wrong.suggestion))
    if problems:
        raise NotUnderstood(*problems)
    return tuple(settings.values())


def _read_setting(text: str, rulebook: Rulebook, facts: Facts) -> Setting:
    left, equals, written = text.partition("=")
    if not equals:
        raise WrongValue("this is not a change", "fact=value, product/fact=value or threshold=number")
    name, product = read_name(left, facts)
    level = Level.CUSTOMER if product is None else Level.PRODUCT
    fact = rulebook.facts.get(name)
    if fact is None and product is None and name in rulebook.thresholds:
        return Setting(name, None, cell_value(_as_fact(rulebook, name), written))
    if fact is None or fact.level is not level:
        raise _unknown_name(name, level, rulebook)
    return Setting(name, product, None if written.strip() == "unknown" else read_value(fact, written))


def read_name(left: str, facts: Facts) -> tuple[str, str | None]:
    """Return the name and the product of `name` or `product/name`. Raises WrongValue when there is no such product."""
    product, slash, name = left.strip().rpartition("/")
    if not slash:
        return name, None
    if product not in facts.products:
        there = ", ".join(facts.products) or "a customer with products"
        raise WrongValue(f'there is no product "{product}"', there, nearest(product, facts.products))
    return name, product


def read_value(fact: Fact, written: str) -> Value:
    """Return the value written for a fact on a command line. Raises WrongValue."""
    if fact.type is not FactType.CHOICES:
        return cell_value(fact, written)
    try:
        return cell_value(fact, written.replace(",", SEPARATOR)) if written.strip() else frozenset()
    except WrongValue as wrong:
        listed = ", ".join(fact.values or {})
        raise WrongValue(str(wrong), f"one of {listed}; several are separated by commas", wrong.suggestion) from None


def _as_fact(rulebook: Rulebook, threshold: str) -> Fact:
    """A threshold as a number that can be read like one of a fact."""
    line = rulebook.thresholds[threshold]
    return Fact(threshold, line.title, FactType.NUMBER, Origin.GIVEN, Level.CUSTOMER, line.location)


def _unknown_name(name: str, level: Level, rulebook: Rulebook) -> WrongValue:
    fact = rulebook.facts.get(name)
    if fact is not None and level is Level.CUSTOMER:
        return WrongValue(f"{name} is about one product", f"product/{name}=value")
    if fact is not None:
        return WrongValue(f"{name} is about the customer", f"{name}=value")
    known = [one.name for one in rulebook.facts.values() if one.level is level]
    known += rulebook.thresholds if level is Level.CUSTOMER else ()
    expected = "a fact of the vocabulary (see: sangdo list facts) or a threshold"
    return WrongValue(f'unknown fact "{name}"', expected, nearest(name, known))


def apply_settings(facts: Facts, settings: Iterable[Setting], rulebook: Rulebook) -> Facts:
    """Return the facts of a customer with changes made; a threshold moves for this customer only."""
    values, lines = dict(facts.values), dict(facts.lines)
    products = {product: dict(own) for product, own in facts.products.items()}
    for setting in settings:
        own = values if setting.product is None else products[setting.product]
        if setting.name not in rulebook.facts:
            lines[setting.name] = float(setting.value)  # type: ignore[arg-type]
        elif setting.value is None:
            own.pop(setting.name, None)
        else:
            own[setting.name] = Known(setting.value, "given", SOURCE)
    return replace(facts, values=values, products=products, lines=lines)


def tell_what_if(before: Decision, after: Decision, settings: Sequence[Setting], language: str) -> dict[str, Any]:
    """Return what changes lead to as a JSON object: the changes, and the plan before and after them side by side."""
    plans = [build_plan(decision, language) for decision in (before, after)]
    return {
        "changes": [_tell_setting(setting, before, after, language) for setting in settings],
        "comparison": compare_plans(plans[0], plans[1], after.rulebook),
    }


def tell_customer(decision: Decision, language: str) -> dict[str, Any]:
    """Return whom a what-if is about, as the beginning of its JSON object."""
    facts, name = decision.facts, decision.facts.values.get("name")
    return {
        "customer_id": facts.customer_id,
        "name": as_json(name.value) if name else None,
        "as_of": facts.as_of.isoformat(),
        "language": language,
        "currency": facts.currency,
        "rulebook": {"release": decision.rulebook.release, "sha256": decision.rulebook.sha256},
    }


def _tell_setting(setting: Setting, before: Decision, after: Decision, language: str) -> dict[str, Any]:
    rulebook = before.rulebook
    wording = Wording(rulebook, language, before.facts.currency)
    old, new = (_value_in(decision, setting) for decision in (before, after))
    fact = rulebook.facts.get(setting.name)
    return {
        "fact" if fact else "threshold": setting.name,
        "product": setting.product,
        "label": wording.text(fact.label if fact else rulebook.thresholds[setting.name].title),
        "before": as_json(old),
        "after": as_json(new),
        "before_label": wording.named(setting.name, old),
        "after_label": wording.named(setting.name, new),
    }


def _value_in(decision: Decision, setting: Setting) -> Value | None:
    trace = decision.trace
    if setting.name not in decision.rulebook.facts:
        return trace.thresholds[setting.name].value
    values: Mapping[str, Value] = trace.values if setting.product is None else trace.product_values[setting.product]
    return values.get(setting.name)
