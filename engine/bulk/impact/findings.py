"""The findings of a comparison: views over the tables of both sides, and the figures read from them.

- **seen**: pairs with their revenue, whether they `moved` to another group, and whether anything `changed`.
- **roots**: the changes that follow from no other change of the same customer: there the rules themselves differ.
  Actions gained or lost where no answer changed are roots of their rules' question.
"""

# The SQL here is made of this project's own words; names and values are quoted.
# ruff: noqa: S608

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

import duckdb

from sangdo.engine.bulk.impact.sql_lists import listed

Rows = list[tuple[Any, ...]]

_MADE = """
CREATE TABLE root_changes AS SELECT c.* FROM changes c WHERE NOT EXISTS (
    SELECT 1 FROM changes e JOIN reads r ON r.read = e.question
    WHERE r.question = c.question AND e.customer_id = c.customer_id
        AND (e.product IS NULL OR c.product IS NULL OR e.product = c.product));
CREATE TABLE root_tasks AS
    SELECT t.customer_id, t.product, r.question, NULL::JSON AS before, NULL::JSON AS after,
        list_sort(list(DISTINCT r.rule) FILTER (NOT t.gained)) AS rules_before,
        list_sort(list(DISTINCT r.rule) FILTER (t.gained)) AS rules_after
    FROM (SELECT *, unnest(rules) AS rule FROM tasks) t
        JOIN rules r ON r.rule = t.rule AND r.side = CASE WHEN t.gained THEN 'new' ELSE 'old' END
    WHERE t.customer_id NOT IN (SELECT customer_id FROM changes) GROUP BY ALL;
CREATE VIEW roots AS SELECT customer_id, product, question, before, after, rules_before, rules_after FROM root_changes
    UNION ALL SELECT customer_id, product, question, before, after, coalesce(rules_before, []),
        coalesce(rules_after, []) FROM root_tasks;
CREATE TABLE changed AS SELECT customer_id FROM changes UNION SELECT customer_id FROM tasks
    UNION SELECT customer_id FROM pairs WHERE (error_before IS NULL) <> (error_after IS NULL);
CREATE TABLE seen AS SELECT p.*, v.revenue, before IS DISTINCT FROM after AS moved,
        c.customer_id IS NOT NULL OR before IS DISTINCT FROM after AS changed
    FROM pairs p LEFT JOIN changed c USING (customer_id) LEFT JOIN revenue v USING (customer_id);
"""


class Findings:
    """What the tables of both sides say; they are complete, and so is `revenue`."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, cone: Collection[str]) -> None:
        self.connection = connection
        self._in_cone = f"list_contains({listed(sorted(cone))}, question)"
        connection.execute(_MADE)

    def rows(self, query: str, values: Sequence[object] = ()) -> Rows:
        """Return the rows of a query."""
        return self.connection.execute(query, list(values)).fetchall()

    def totals(self) -> tuple[int, int, int, float, float]:
        """Return how many customers there are, moved and changed, and the revenue of all and of those moved."""
        sums = "sum(revenue::DECIMAL(28, 9))"
        count, moved, changed, revenue, revenue_moved = self.rows(
            f"SELECT count(*), count(*) FILTER (moved), count(*) FILTER (changed), coalesce({sums}, 0)::DOUBLE, "
            f"coalesce({sums} FILTER (moved), 0)::DOUBLE FROM seen"
        )[0]
        return count, moved, changed, revenue, revenue_moved

    def matrix(self) -> Rows:
        """Return each pair of groups before and after, with its customers and their revenue."""
        return self.rows(
            "SELECT before, after, count(*), coalesce(sum(revenue::DECIMAL(28, 9)), 0)::DOUBLE FROM seen "
            "GROUP BY before, after ORDER BY count(*) DESC, before NULLS LAST, after NULLS LAST"
        )

    def questions(self) -> Rows:
        """Return the questions with changed answers: customers, answers, in order of the most customers."""
        return self.rows(
            "SELECT question, count(DISTINCT customer_id), count(*) FROM changes JOIN chain USING (question) "
            "GROUP BY question, place ORDER BY count(DISTINCT customer_id) DESC, place"
        )

    def answers(self, question: str, most: int) -> Rows:
        """Return the answers of one question before and after, as JSON, with how often, the most frequent first."""
        return self.rows(
            "SELECT before::VARCHAR, after::VARCHAR, count(*) FROM changes WHERE question = ? "
            "GROUP BY ALL ORDER BY count(*) DESC, 1 NULLS FIRST, 2 NULLS FIRST LIMIT ?",
            [question, most],
        )

    def hours(self, by: str) -> Rows:
        """Return hours a week before and after: `all`, `group` (each side by its own groups) or `rep`."""
        sums = "coalesce(sum({}::DECIMAL(28, 9)), 0)::DOUBLE"
        before, after = sums.format("hours_before"), sums.format("hours_after")
        if by == "group":
            return self.rows(
                f"SELECT g, sum(b)::DOUBLE, sum(a)::DOUBLE FROM (SELECT before AS g, {before} AS b, 0 AS a FROM seen "
                f"GROUP BY 1 UNION ALL SELECT after, 0, {after} FROM seen GROUP BY 1) GROUP BY g ORDER BY g NULLS LAST"
            )
        if by == "rep":
            return self.rows(f"SELECT rep, {before}, {after} FROM seen GROUP BY rep ORDER BY rep NULLS LAST")
        return self.rows(f"SELECT {before}, {after} FROM seen")

    def errors(self, gained: bool) -> Rows:
        """Return why customers can no longer be decided, or can be now, with how many."""
        mine, other = ("error_after", "error_before") if gained else ("error_before", "error_after")
        return self.rows(
            f"SELECT {mine}, count(*) FROM pairs WHERE {mine} IS NOT NULL AND {other} IS NULL "
            "GROUP BY 1 ORDER BY count(*) DESC, 1"
        )

    def undecided(self) -> tuple[int, int]:
        """Return how many customers cannot be decided before and after."""
        before, after = self.rows("SELECT count(error_before), count(error_after) FROM pairs")[0]
        return before, after

    def causes(self) -> Rows:
        """Return what decides differently: question, rules before and after, the customers whose answers change by
        it, and those of them who move to another group because of it."""
        return self.rows(
            f"SELECT question, rules_before, rules_after, count(DISTINCT customer_id), "
            f"count(DISTINCT customer_id) FILTER (moved AND {self._in_cone}) "
            "FROM roots JOIN seen USING (customer_id) JOIN chain USING (question) "
            "GROUP BY question, place, rules_before, rules_after "
            "ORDER BY 5 DESC, 4 DESC, place, rules_before, rules_after"
        )

    def rules(self) -> Rows:
        """Return each rule that decides differently: its question, on how many customers' answers it decided before,
        on how many it decides now, and how many of these move."""
        return self.rows(
            f"SELECT question, rule, count(DISTINCT customer_id) FILTER (side = 'old') AS decided, "
            "count(DISTINCT customer_id) FILTER (side = 'new') AS decides, "
            f"count(DISTINCT customer_id) FILTER (moved AND {self._in_cone}) AS moving FROM ("
            "SELECT customer_id, question, unnest(rules_before) AS rule, 'old' AS side FROM roots UNION ALL "
            "SELECT customer_id, question, unnest(rules_after), 'new' FROM roots) "
            "JOIN seen USING (customer_id) JOIN chain USING (question) "
            "GROUP BY question, place, rule ORDER BY moving DESC, greatest(decided, decides) DESC, place, rule"
        )

    def moved(self, most: int | None = None) -> duckdb.DuckDBPyConnection:
        """Return a cursor over the customers changed: those moved first, then by revenue, the largest first.

        Columns: customer_id, name, rep, revenue, group before and after, moved, hours before and after, error before
        and after, then as JSON the answers, causes and tasks.
        """
        limit = f" LIMIT {most}" if most is not None else ""
        return self.connection.cursor().execute(
            "WITH chosen AS (SELECT * FROM seen WHERE changed "
            f"ORDER BY moved DESC, revenue DESC NULLS LAST, customer_id{limit}), "
            "told AS (SELECT customer_id, to_json(list({question: question, product: product, before: before, "
            "after: after} ORDER BY place, product)) AS answers FROM changes JOIN chain USING (question) "
            "SEMI JOIN chosen USING (customer_id) GROUP BY customer_id), "
            "why AS (SELECT customer_id, to_json(list({question: question, product: product, "
            f"matters: {self._in_cone}, before: rules_before, after: rules_after}} ORDER BY place, product)) AS causes "
            "FROM roots JOIN chain USING (question) SEMI JOIN chosen USING (customer_id) GROUP BY customer_id), "
            "work AS (SELECT customer_id, to_json(list({action: action, product: product, gained: gained} "
            "ORDER BY gained DESC, product NULLS FIRST, action)) AS tasks FROM tasks "
            "SEMI JOIN chosen USING (customer_id) GROUP BY customer_id) "
            "SELECT customer_id, name, rep, revenue, before, after, moved, hours_before, hours_after, error_before, "
            "error_after, answers::VARCHAR, causes::VARCHAR, tasks::VARCHAR "
            "FROM chosen LEFT JOIN told USING (customer_id) LEFT JOIN why USING (customer_id) "
            "LEFT JOIN work USING (customer_id) ORDER BY moved DESC, revenue DESC NULLS LAST, customer_id"
        )
