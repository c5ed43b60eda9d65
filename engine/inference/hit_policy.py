"""Hit policies: from the rules of a question that hold to its one answer.

The names follow DMN: exactly_one is its unique, first_match its first, all_that_apply its collect and
sum its collect-sum, with unknown kept apart from zero.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping

from sangdo.engine.inference.trace import Closing
from sangdo.engine.language.errors import Problem, RulesInvalid
from sangdo.engine.language.rulebook import Choose, Fact, Question, Rule, Value

DECIMALS = 6
WHOLE = 2.0**33
"""From here on a number of points has no more than six decimals to begin with."""


def close_question(
    question: Question,
    product: str | None,
    asked: bool,
    held: Collection[str],
    failed: Collection[str],
    values: Mapping[str, Value],
    given: Value | None,
) -> Closing:
    """Close one question; `held` and `failed` are rule ids, the rest is undecided (`failed` matters for sums).

    Raises RulesInvalid, naming both rules, when exactly_one gets two different answers.
    """
    if not asked and given is None:
        return Closing(question.name, product, "not_asked", None, (), ())
    in_order = [rule for rule in question.rules if rule.id in held] if held else []
    ids = tuple([rule.id for rule in in_order])
    if given is not None:
        return Closing(question.name, product, "given", given, (), ids)
    if question.choose is Choose.SUM:
        return _close_sum(question, product, ids, failed, values)
    if not in_order:
        return _close_without(question, product)
    if question.choose is Choose.ALL_THAT_APPLY:
        return Closing(question.name, product, "rules", frozenset(str(rule.then) for rule in in_order), ids, ids)
    if question.choose is Choose.EXACTLY_ONE:
        _refuse_conflict(question, in_order)
        return Closing(question.name, product, "rules", in_order[0].then, ids, ids)
    return Closing(question.name, product, "rules", in_order[0].then, ids[:1], ids)


def _close_without(question: Question, product: str | None) -> Closing:
    """Close a question none of whose rules holds."""
    several = question.choose is Choose.ALL_THAT_APPLY
    if question.otherwise is not None:
        answer = frozenset([str(question.otherwise)]) if several else question.otherwise
        return Closing(question.name, product, "otherwise", answer, (), ())
    return Closing(question.name, product, "none", frozenset() if several else None, (), ())


def _refuse_conflict(question: Question, in_order: list[Rule]) -> None:
    first = in_order[0]
    for other in in_order[1:]:
        if other.then != first.then:
            message = (
                f"the rules {first.id} and {other.id} both hold, but {question.name} has exactly one answer: "
                f"{first.then} and {other.then}"
            )
            raise RulesInvalid(Problem(other.location, message, expected="conditions that exclude each other"))


def _close_sum(
    question: Question,
    product: str | None,
    held: tuple[str, ...],
    failed: Collection[str],
    values: Mapping[str, Value],
) -> Closing:
    total, assumed = 0.0, []
    for rule in question.rules:
        if rule.id in held:
            total += rule.sign * points_of(rule, values)
        elif rule.id not in failed:
            if rule.if_unknown is None:
                return Closing(question.name, product, "unknown", None, (), held)
            total += rule.sign * rule.if_unknown
            assumed.append(rule.id)
    return Closing(question.name, product, "rules", exact_sum(total), held, held, tuple(assumed))


def exact_sum(total: float) -> float:
    """Return a sum to six decimals: figures with cents must meet a line exactly, binary fractions add no amount.

    It takes no more than a floor and a division, which every engine computes to the same last digit.
    """
    if abs(total) >= WHOLE:
        return total
    scale = 10.0**DECIMALS
    return math.floor(total * scale + 0.5) / scale + 0.0


def points_of(rule: Rule, values: Mapping[str, Value]) -> float:
    """Return the points of a sum's rule that holds: its number, or the value of its numeric fact."""
    if isinstance(rule.points, str):
        return float(values[rule.points])  # type: ignore[arg-type]
    return float(rule.points or 0)


def tally(fact: Fact, product_values: Mapping[str, Mapping[str, Value]]) -> Value | None:
    """Return how many products have the answer of a counted fact, or whether any has; None when that is unknown.

    Without a single product nothing is known; one product without an answer leaves a count unknown.
    """
    assert fact.tally is not None
    answers = [values.get(fact.tally.question) for values in product_values.values()]
    if not answers:
        return None
    hits = sum(fact.tally.answer in a if isinstance(a, frozenset) else a == fact.tally.answer for a in answers)
    if fact.tally.how == "any" and hits:
        return True
    if None in answers:
        return None
    return hits if fact.tally.how == "count" else False
