"""Rule figures: how many customers each rule decides, which decide nobody, and what is asked for most."""

# The SQL here is made of this project's own words.
# ruff: noqa: S608

from __future__ import annotations

from typing import Any

from sangdo.engine.bulk.report.book_figures import amount
from sangdo.engine.bulk.report.decided_book import DecidedBook
from sangdo.engine.decision.portfolio import QUESTIONS as OF_A_REP
from sangdo.engine.language.rulebook import Status


def tell_rules(decided: DecidedBook) -> list[dict[str, Any]]:
    """Tell of each question about customers its rules, with how many customers each one decides.

    `asked` is how many customers a rule, a default or a person gave an answer to.
    """
    fired = _fired(decided)
    told = []
    for question in decided.rulebook.questions.values():
        if question.name in OF_A_REP or question.status is Status.RETIRED or not question.rules:
            continue
        rules = [
            {
                "rule": rule.id, "title": {"ko": rule.title.ko, "en": rule.title.en}, "basis": rule.basis.value,
                "clauses": list(rule.clauses), "customers": fired.get(rule.id, 0),
            }
            for rule in question.rules
        ]  # fmt: skip
        title = {"ko": question.title.ko, "en": question.title.en}
        told.append({"question": question.name, "title": title, "rules": rules})
    return told


def _fired(decided: DecidedBook) -> dict[str, int]:
    tables = ["decided", *(["goods"] if decided.by_product else [])]
    rows = " UNION ".join(f"SELECT customer_id, unnest(fired) AS rule FROM {table}" for table in tables)
    return dict(decided.rows(f"SELECT rule, count(*) FROM ({rows}) GROUP BY rule"))


def tell_asks(decided: DecidedBook) -> list[dict[str, Any]]:
    """Tell which facts are wanting where they would decide something: for how many customers, of how many as the first
    thing to ask, and the revenue of these customers; the most wanted first."""
    tables = ["decided", *(["goods"] if decided.by_product else [])]
    wishes = " UNION ALL ".join(
        f"SELECT customer_id, unnest(ask) AS fact, generate_subscripts(ask, 1) AS place FROM {table}"
        for table in tables
    )
    once = f"SELECT customer_id, fact, min(place) AS place FROM ({wishes}) GROUP BY ALL"
    rows = decided.rows(
        "SELECT fact, count(*), count(*) FILTER (place = 1), sum(revenue) "
        f"FROM ({once}) JOIN people USING (customer_id) GROUP BY fact ORDER BY 2 DESC, 4 DESC, 1"
    )
    return [
        {"fact": fact, "customers": customers, "first": first, "revenue": amount(revenue)}
        for fact, customers, first, revenue in rows
        if fact in decided.rulebook.facts
    ]
