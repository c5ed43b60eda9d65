"""Movement: who has changed group since an earlier date, and the names that matter most."""

# The SQL here is made of this project's own words.
# ruff: noqa: S608

from __future__ import annotations

from typing import Any

from sangdo.engine.bulk.report.book_figures import amount
from sangdo.engine.bulk.report.decided_book import DecidedBook
from sangdo.engine.bulk.report.groups import ABSENT, LOST, NEW, Groups
from sangdo.engine.facts.sql_text import literal

NAMES = 5
DOWN, UP, CAME, SAME, ASIDE = "down", "up", "came", "same", "aside"
"""What a move is: to a lower group or a higher one, come to us or into a group, none, or neither better nor worse."""

_JOINED = (
    "FROM people AS now LEFT JOIN people_then AS old USING (customer_id) "
    f"WHERE coalesce(old.grp, '{ABSENT}') = {{then}} AND now.grp = {{now}}"
)


def tell_movement(decided: DecidedBook) -> dict[str, Any] | None:
    """Tell how many customers went from which group to which since the earlier date; None without one.

    Moves are in order of what they mean: the fall from the first group to the second leads, then what else is being
    lost, then what was won, each by the revenue concerned. Those have the names with the most revenue.
    """
    if decided.since is None:
        return None
    rows = decided.rows(
        f"SELECT coalesce(old.grp, '{ABSENT}'), now.grp, count(*), sum(old.revenue), sum(now.revenue) "
        "FROM people AS now LEFT JOIN people_then AS old USING (customer_id) GROUP BY ALL"
    )
    moves = [_move(decided.groups, *row) for row in rows]
    order = {DOWN: 0, UP: 1, CAME: 2, ASIDE: 3, SAME: 4}
    fall = decided.groups.quadrants[:2]
    moves.sort(
        key=lambda move: (
            order[move["what"]],
            (move["then"], move["now"]) != fall,
            -max(move["revenue_then"], move["revenue_now"]),
            move["then"],
            move["now"],
        )
    )
    for move in moves:
        if move["what"] in (DOWN, UP, CAME):
            move["names"] = _names(decided, move)
    return {"since": decided.since.isoformat(), "moves": moves}


def _move(groups: Groups, then: str, now: str, customers: int, before: Any, after: Any) -> dict[str, Any]:
    return {
        "then": then,
        "now": now,
        "what": _what(groups, then, now),
        "customers": customers,
        "revenue_then": amount(before),
        "revenue_now": amount(after),
        "names": [],
    }


def _what(groups: Groups, then: str, now: str) -> str:
    if then == now:
        return SAME
    if then not in groups.existing:
        return CAME if now in groups.existing and now != LOST else ASIDE
    if now not in groups.existing:
        return ASIDE
    if LOST in (then, now):
        return DOWN if now == LOST else UP
    if then == NEW:
        return CAME
    if now == NEW:
        return ASIDE
    return DOWN if groups.quadrants.index(now) > groups.quadrants.index(then) else UP


def _names(decided: DecidedBook, move: dict[str, Any]) -> list[dict[str, Any]]:
    by = "old.revenue" if move["what"] == DOWN else "now.revenue"
    joined = _JOINED.format(then=literal(move["then"]), now=literal(move["now"]))
    rows = decided.rows(
        f"SELECT customer_id, coalesce(now.name, customer_id), old.revenue, now.revenue, now.rep {joined} "
        f"ORDER BY {by} DESC, customer_id LIMIT {NAMES}"
    )
    return [
        {"customer_id": one, "name": name, "rep": rep, "revenue_then": amount(old), "revenue_now": amount(new)}
        for one, name, old, new, rep in rows
    ]
