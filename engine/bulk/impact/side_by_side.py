"""Side by side: every customer of a book before and after, and what differs, as tables in DuckDB.

- **pairs**: a row a customer: customer_id, name, rep, contribution, stability, revenue; the group, the hours a week
  and the error before and after; and whether anything changed.
- **changes**: a row an answer that differs: customer_id, product, question, before and after as JSON, and the
  rules that decided it before and after.
- **tasks**: a row an action gained or lost: customer_id, product, action, `gained`, and the rules that call it.

A customer who cannot be decided on one side has no changes and no tasks, only the error.
"""

# The SQL here is made of this project's own words; names and values are quoted.
# ruff: noqa: S608

from __future__ import annotations

from collections.abc import Iterable, Iterator

import duckdb
import pyarrow

from sangdo.engine.bulk.impact.both_sides import BothParts, Decided
from sangdo.engine.bulk.impact.grouping import Grouping
from sangdo.engine.bulk.impact.side import Side
from sangdo.engine.bulk.impact.sql_lists import listed
from sangdo.engine.facts.sql_text import literal, quoted
from sangdo.engine.language.rulebook import FactType, Level, Rulebook
from sangdo.engine.language.strata import questions_read

HOURS = "hours_per_week"
SHOWN_FACTS = {"name": "VARCHAR", "rep": "VARCHAR", "contribution": "DOUBLE", "stability": "DOUBLE"}
NUMBERS = (FactType.NUMBER, FactType.MONEY, FactType.PERCENT, FactType.INTEGER)

_TABLES = """
CREATE TABLE pairs (customer_id VARCHAR, name VARCHAR, rep VARCHAR, contribution DOUBLE, stability DOUBLE,
    before VARCHAR, after VARCHAR, hours_before DOUBLE, hours_after DOUBLE, error_before VARCHAR, error_after VARCHAR);
CREATE TABLE changes (customer_id VARCHAR, product VARCHAR, question VARCHAR, before JSON, after JSON,
    rules_before VARCHAR[], rules_after VARCHAR[]);
CREATE TABLE tasks (customer_id VARCHAR, product VARCHAR, action VARCHAR, gained BOOLEAN, rules VARCHAR[]);
CREATE TABLE rules (side VARCHAR, rule VARCHAR, question VARCHAR, place INTEGER);
CREATE TABLE calls (side VARCHAR, rule VARCHAR, action VARCHAR);
CREATE TABLE reads (question VARCHAR, read VARCHAR);
CREATE TABLE chain (question VARCHAR, place INTEGER);
"""


class SideBySide:
    """Two sides over one book, filled part by part."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, old: Side, new: Side, grouping: Grouping) -> None:
        self._connection, self._grouping = connection, grouping
        self._old, self._new = old.rulebook, new.rulebook
        connection.execute(_TABLES)
        for side, rulebook in (("old", self._old), ("new", self._new)):
            self._note_rules(side, rulebook)
        for rulebook in (self._old, self._new):
            self._insert("reads", _reads(rulebook))
        chain = dict.fromkeys([*self._new.questions, *self._old.questions])
        self._insert("chain", [(question, place) for place, question in enumerate(chain)])
        self._recalled = _rules_with_other_actions(self._old, self._new)

    def add(self, part: BothParts) -> None:
        """Add some customers."""
        tables = {"facts": part.facts, **_named("old", part.old), **_named("new", part.new)}
        for table, rows in tables.items():
            self._connection.register(f"part_{table}", rows)
        self._add_pairs(part)
        self._add_differences(Level.CUSTOMER, part.old.customers, part.new.customers)
        if part.old.products is not None and part.new.products is not None:
            self._add_differences(Level.PRODUCT, part.old.products, part.new.products)
        for table in tables:
            self._connection.unregister(f"part_{table}")

    def _note_rules(self, side: str, rulebook: Rulebook) -> None:
        rules = [(rule, question) for question in rulebook.questions.values() for rule in question.rules]
        self._insert("rules", [(side, rule.id, q.name, place) for place, (rule, q) in enumerate(rules)])
        self._insert("calls", [(side, rule.id, action) for rule, _ in rules for action in dict.fromkeys(rule.actions)])

    def _insert(self, table: str, rows: Iterable[tuple[object, ...]]) -> None:
        held = list(rows)
        if held:
            marks = ", ".join("?" for _ in held[0])
            self._connection.executemany(f"INSERT INTO {table} VALUES ({marks})", held)

    def _add_pairs(self, part: BothParts) -> None:
        columns = part.facts.column_names
        facts = [f"f.{one}" if one in columns else f"NULL::{kind}" for one, kind in SHOWN_FACTS.items()]
        groups, hours = [], []
        for alias, decided in (("o", part.old), ("n", part.new)):
            known = decided.customers.column_names
            groups.append(self._grouping.sql(alias, known, columns))
            hours.append(f"{alias}.{HOURS}::DOUBLE" if HOURS in known else "NULL::DOUBLE")
        self._connection.execute(
            f"INSERT INTO pairs SELECT f.customer_id, {', '.join([*facts, *groups, *hours])}, o.error, n.error "
            "FROM part_facts f JOIN part_old o USING (customer_id) JOIN part_new n USING (customer_id)"
        )

    def _add_differences(self, level: Level, old: pyarrow.Table, new: pyarrow.Table) -> None:
        suffix = "" if level is Level.CUSTOMER else "_products"
        keys = ["customer_id"] if level is Level.CUSTOMER else ["customer_id", "product"]
        asked = [
            (one, _answer("o", one, self._old, old), _answer("n", one, self._new, new))
            for one in dict.fromkeys([*self._new.questions, *self._old.questions])
            if _is_asked(one, level, self._old) or _is_asked(one, level, self._new)
        ]
        differ = [f"({before} IS DISTINCT FROM {after})" for _, before, after in asked]
        recalled = f"list_has_any(o.fired::VARCHAR[], {listed(self._recalled)})"
        differ += ["(o.fired::VARCHAR[] IS DISTINCT FROM n.fired::VARCHAR[])", recalled]
        product = "o.product" if level is Level.PRODUCT else "NULL::VARCHAR AS product"
        columns = [f"{before} AS b{n}, {after} AS a{n}" for n, (_, before, after) in enumerate(asked)]
        chosen = ", ".join(["o.customer_id", product, "o.fired::VARCHAR[] AS fb", "n.fired::VARCHAR[] AS fa", *columns])
        self._connection.execute(
            f"CREATE OR REPLACE TEMP TABLE differing AS SELECT {chosen} FROM part_old{suffix} o "
            f"JOIN part_new{suffix} n USING ({', '.join(keys)}) "
            f"WHERE o.error IS NULL AND n.error IS NULL AND ({' OR '.join(differ)})"
        )
        for number, (question, _, _) in enumerate(asked):
            self._add_changes(number, question)
        self._add_tasks()

    def _add_changes(self, number: int, question: str) -> None:
        fired = [
            f"list_filter({column}, lambda r: list_contains({listed(_rules_of(rulebook, question))}, r))"
            for column, rulebook in (("fb", self._old), ("fa", self._new))
        ]
        self._connection.execute(
            f"INSERT INTO changes SELECT customer_id, product, {literal(question)}, to_json(b{number}), "
            f"to_json(a{number}), {', '.join(fired)} FROM differing WHERE b{number} IS DISTINCT FROM a{number}"
        )

    def _add_tasks(self) -> None:
        called = (
            "SELECT customer_id, coalesce(product, '') AS product, action, list(r ORDER BY place) AS rules "
            "FROM (SELECT customer_id, product, unnest({fired}) AS r FROM differing) "
            "JOIN calls ON calls.rule = r AND calls.side = '{side}' "
            "JOIN rules ON rules.rule = r AND rules.side = '{side}' GROUP BY ALL"
        )
        old, new = called.format(fired="fb", side="old"), called.format(fired="fa", side="new")
        for gained, mine, other in ((True, new, old), (False, old, new)):
            self._connection.execute(
                f"INSERT INTO tasks SELECT customer_id, nullif(product, ''), action, {gained}, rules "
                f"FROM ({mine}) ANTI JOIN ({other}) USING (customer_id, product, action)"
            )


def _named(side: str, part: Decided) -> dict[str, pyarrow.Table]:
    held = {side: part.customers, f"{side}_products": part.products}
    return {table: rows for table, rows in held.items() if rows is not None}


def _is_asked(question: str, level: Level, rulebook: Rulebook) -> bool:
    return question in rulebook.questions and rulebook.questions[question].level is level


def _answer(alias: str, question: str, rulebook: Rulebook, table: pyarrow.Table) -> str:
    """SQL of an answer as JSON can hold it; null where the question is not asked at this level."""
    if question not in table.column_names or question not in rulebook.questions:
        return "NULL::VARCHAR"
    column = f"{alias}.{quoted(question)}"
    kind = rulebook.facts[question].type
    if kind in NUMBERS:
        return f"{column}::DOUBLE"
    if kind is FactType.FLAG:
        return column
    return f"{column}::VARCHAR[]" if kind is FactType.CHOICES else f"{column}::VARCHAR"


def _rules_of(rulebook: Rulebook, question: str) -> list[str]:
    return [rule.id for rule in rulebook.questions[question].rules] if question in rulebook.questions else []


def _rules_with_other_actions(old: Rulebook, new: Rulebook) -> list[str]:
    """The rules of both that call other actions now: with them a plan differs though the same rules fire."""
    before, after = ({r.id: set(r.actions) for q in book.questions.values() for r in q.rules} for book in (old, new))
    return [rule for rule in before if rule in after and before[rule] != after[rule]]


def _reads(rulebook: Rulebook) -> Iterator[tuple[str, str]]:
    for question in rulebook.questions.values():
        for read in sorted(questions_read(question, rulebook.questions, rulebook.facts)):
            yield question.name, read
