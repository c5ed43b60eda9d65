"""The page of an impact: its JSON object arranged in words, for text, Markdown and HTML."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from sangdo.engine.decision.pages.figures import capitalised, heading_of
from sangdo.engine.decision.pages.findings import AIMS
from sangdo.engine.decision.particles import settle_particles
from sangdo.engine.decision.wording import Wording
from sangdo.engine.language.rulebook import Rulebook

SHOWN, REPS, MOVES, WIDEST = 20, 30, 20, 12
ACTIONS, ANSWERS = 4, 3
Told = Mapping[str, Any]


class ImpactPage:
    """Puts an impact (its JSON object) and the customers shown into words; `rulebook` is the new one."""

    def __init__(self, told: Told, customers: Sequence[Told], rulebook: Rulebook, say: Mapping[str, str]) -> None:
        self._told, self._shown, self._rulebook, self._say = told, customers, rulebook, say
        self._wording = Wording(rulebook, told["language"], told["currency"])

    def arrange(self) -> dict[str, Any]:
        """Return the page."""
        told, say = self._told, self._say
        customers = told["customers"]
        return {
            "language": told["language"],
            "heading": self._heading(),
            "sides": self._sides(),
            "book": told["book"],
            "as_of": self._wording.date(date.fromisoformat(told["as_of"])),
            "count": self._count(customers["all"]),
            "verdict": self._verdict(),
            "nothing": not customers["changed"],
            "lines": [self._line(one) for one in told["lines"]],
            "groups": self._groups(),
            "moves": self._moves(),
            "hours": self._hours(),
            "causes": [self._cause(one) for one in told["causes"]["told"]],
            "causes_more": self._more(told["causes"]["all"] - len(told["causes"]["told"])),
            "customers_title": say["who_moves" if customers["moved"] else "who_changes"],
            "customers_how": self._customers_how(),
            "customers": [self._customer(one) for one in self._shown],
            "questions": [self._question(one) for one in told["questions"]],
            "errors": self._errors("gained"),
            "errors_lost": self._errors("lost"),
            "warnings": [
                *told["warnings"],
                *([self._filled("bad_rows", told["bad_rows"])] if told["bad_rows"] else []),
            ],
        }

    def _heading(self) -> str:
        if not self._told["set"]:
            return f"{self._told['old']['rules']} → {self._told['new']['rules']}"
        words = ", ".join(
            f"{one['title']} {self._end(one['before'])} → {self._end(one['after'])}" for one in self._told["lines"]
        )  # fmt: skip
        return capitalised(words or ", ".join(self._told["set"]))

    def _sides(self) -> list[tuple[str, str]]:
        def identity(side: str) -> str:
            known = self._told[side]
            return f"{known['rules']} {known['release']} ({known['sha256'][:12]})"

        if self._told["old"] == self._told["new"]:
            return [(self._say["rules"], identity("new"))]
        return [(self._say["old"], identity("old")), (self._say["new"], identity("new"))]

    def _verdict(self) -> list[str]:
        """What it comes to, in sentences."""
        told, say = self._told, self._say
        customers, revenue, hours = told["customers"], told["revenue"], told["hours"]
        everybody, moved = self._companies(customers["all"]), customers["moved"]
        if not customers["changed"]:
            return [self._filled("nothing", everybody)]
        by_quadrant = len(told["of"]) > 1 or told["of"][0] == "quadrant"
        title = "" if by_quadrant else self._wording.text(self._title(told["of"][0]))
        if moved:
            words = "verdict_of" if not by_quadrant else "verdict_one" if moved == 1 else "verdict"
            share = self._share(moved, customers["all"])
            sentences = [self._filled(words, self._companies(moved), everybody, share, title, self._number(moved))]
            if revenue["all"] > 0:
                amounts = (self._wording.money(revenue[which]) for which in ("moved", "all"))
                share = self._share(revenue["moved"], revenue["all"])
                sentences.append(self._filled("with_revenue", say[revenue["basis"]], *amounts, share))
        else:
            sentences = [self._filled("nobody_moves" if by_quadrant else "nobody_of", everybody, title)]
        others = customers["changed"] - moved
        if others and by_quadrant:
            sentences.append(self._filled("other" if others == 1 else "others", self._companies(others)))
        before, after = hours["before"], hours["after"]
        if before or after:
            figures = self._hour(before), self._hour(after), self._difference(after - before)
            sentences.append(self._filled("same_work" if before == after else "work", *figures))
        return sentences

    def _title(self, question: str) -> Any:
        return self._rulebook.questions[question].title

    def _line(self, one: Told) -> dict[str, str]:
        between = self._say["not_read"] if one["between"] is None else self._count(one["between"])
        ends = {side: f"{self._end(one[side])} ({self._how(one[side])})" for side in ("before", "after")}
        return {"title": one["title"], "name": one["threshold"], **ends, "between": between}

    def _end(self, end: Told | None) -> str:
        return self._say["no_line"] if end is None else end["label"]

    def _how(self, end: Told | None) -> str:
        return self._say[f"{end['how'] if end else 'no'}_line" if end else "no_line"]

    def _groups(self) -> dict[str, Any]:
        """The matrix: a row for each group before, a column for each after."""
        matrix = self._told["matrix"]
        names = self._in_order({one[side] for one in matrix for side in ("before", "after")})
        counts = {(one["before"], one["after"]): one["customers"] for one in matrix}
        labels = {one[side]: one[f"{side}_label"] for one in matrix for side in ("before", "after")}
        short = {name: self._short(name, labels[name]) for name in names}
        rows = []
        for before in names:
            cells = [
                {"count": self._number(counts.get((before, after), 0)), "stays": before == after} for after in names
            ]
            total = sum(counts.get((before, after), 0) for after in names)
            rows.append({"label": short[before], "cells": cells, "total": self._number(total)})
        totals = [self._number(sum(counts.get((before, after), 0) for before in names)) for after in names]
        stay = {short[name]: self._number(counts.get((name, name), 0)) for name in names}
        fits = len(names) <= WIDEST
        return {"names": [short[name] for name in names], "rows": rows, "totals": totals, "fits": fits,
                "stay": stay}  # fmt: skip

    def _in_order(self, groups: set[str | None]) -> list[str | None]:
        """The groups in the order of their questions' answers; no group, and no decision, last."""
        facts = (self._rulebook.facts.get(name) for name in (*self._told["of"], "standing"))
        listed = [word for fact in facts if fact is not None for word in fact.values or ()]
        known = [word for word in dict.fromkeys(listed) if word in groups]
        others = sorted(word for word in groups if word is not None and word not in known and word != "undecided")
        return [*known, *others, *(word for word in (None, "undecided") if word in groups)]

    def _group(self, group: str | None, label: str | None = None) -> str:
        if group is None:
            return self._say["no_group"]
        return self._say["undecided"] if group == "undecided" else label or group

    def _short(self, group: str | None, label: str | None) -> str:
        """A group as it stands over a column: its code where its label begins with it, such as EI."""
        return self._group(
            group, None if label is not None and group is not None and label.startswith(group) else label
        )

    def _moves(self) -> list[dict[str, str]]:
        moved = [one for one in self._told["matrix"] if one["before"] != one["after"]]
        return [
            {
                "move": self._from_to(one),
                "customers": self._count(one["customers"]),
                "revenue": self._wording.money(one["revenue"]),
            }
            for one in moved[:MOVES]
        ]

    def _from_to(self, one: Told) -> str:
        return " → ".join(self._group(one[side], one[f"{side}_label"]) for side in ("before", "after"))

    def _hours(self) -> dict[str, Any] | None:
        hours = self._told["hours"]
        if not (hours["before"] or hours["after"]):
            return None
        groups = {one["group"]: one for one in hours["groups"]}
        by_group = [
            self._hour_row(self._group(name, groups[name]["label"]), groups[name])
            for name in self._in_order(set(groups))
        ]
        reps = [self._hour_row(one["rep"] or self._say["no_rep"], one) for one in hours["reps"][:REPS]]
        more = self._more(len(hours["reps"]) - len(reps))
        return {"total": self._hour_row(self._say["total"], hours), "groups": by_group, "reps": reps, "more": more}

    def _hour_row(self, label: str, one: Told) -> dict[str, str]:
        before, after = one["before"], one["after"]
        change = self._difference(after - before)
        return {"label": label, "before": self._hour(before), "after": self._hour(after), "change": change}

    def _cause(self, one: Told) -> dict[str, Any]:
        return {
            "title": one["title"],
            "before": self._marked(one["before"]),
            "after": self._marked(one["after"]),
            "customers": self._count(one["customers"]),
            "moved": self._count(one["moved"]),
        }

    def _marked(self, rules: Sequence[Told]) -> list[tuple[str, bool]]:
        """Rules, each with whether the house added it."""
        return [(one["rule"], one["basis"] == "house") for one in rules]

    def _customers_how(self) -> str:
        customers = self._told["customers"]
        by = self._filled("by_revenue", self._say[self._told["revenue"]["basis"]])
        if customers["changed"] <= len(self._shown):
            return capitalised(by)
        first = self._filled("first_of", self._number(len(self._shown)), self._number(customers["changed"]))
        return f"{by} {first}"

    def _customer(self, one: Told) -> dict[str, Any]:
        undecided = one["undecided"]["after"] or one["undecided"]["before"]
        causes = [cause for cause in one["causes"] if cause["matters"] or not one["moved"]]
        return {
            "name": one["name"] or one["customer_id"],
            "about": ", ".join([*([one["rep"]] if one["rep"] else []), self._money(one["revenue"])]),
            "group": self._from_to(one) if one["moved"] else self._say["same_group"],
            "answers": self._answers(one),
            "causes": [(self._marked(cause["before"]), self._marked(cause["after"])) for cause in causes[:ANSWERS]],
            "gained": self._actions(one["actions"], "new"),
            "dropped": self._actions(one["actions"], "dropped"),
            "problem": undecided,
        }

    def _answers(self, one: Told) -> list[str]:
        """The aim, where it changes; of a customer who stays in the group the first answers that do."""
        answers = [a for a in one["answers"] if a["question"] in AIMS and a["question"] not in self._told["of"]]
        if not one["moved"]:
            answers = one["answers"][:ANSWERS]
        return [
            f"{_of_product(self._label(one), one['product'])}: "
            f"{self._answer(one['before_label'])} → {self._answer(one['after_label'])}"
            for one in answers
        ]

    def _label(self, answer: Told) -> str:
        known = answer["question"] in self._rulebook.facts
        return heading_of(self._wording, answer["question"]) if known else str(answer["title"])

    def _answer(self, label: str | None) -> str:
        return self._say["no_answer"] if label is None else label

    def _actions(self, actions: Sequence[Told], change: str) -> str:
        own = [one for one in actions if one["change"] == change]
        words = [_of_product(one["title"], one["product"]) + self._marks(one) for one in own[:ACTIONS]]
        return ", ".join([*words, *([self._more(len(own) - ACTIONS)] if len(own) > ACTIONS else [])])

    def _marks(self, action: Told) -> str:
        house = f" [{self._say['house']}]" if action["basis"] == "house" else ""
        return (f" ({self._say['avoid']})" if action["avoid"] else "") + house

    def _question(self, one: Told) -> dict[str, Any]:
        return {
            "title": one["title"],
            "customers": self._companies(one["customers"]),
            "changes": [
                {
                    "before": self._answer(change["before_label"]),
                    "after": self._answer(change["after_label"]),
                    "times": self._number(change["answers"]),
                }
                for change in one["changes"]
            ],
            "more": self._filled("answers_more", self._number(one["other_changes"])) if one["other_changes"] else "",
        }

    def _errors(self, which: str) -> list[str]:
        return [f"{self._companies(e['customers'])}: {e['problem']}" for e in self._told["undecided"][which]]

    def _money(self, amount: float | None) -> str:
        return self._wording.money(amount or 0)

    def _hour(self, hours: float) -> str:
        number = self._wording.number(round(hours, 2))
        return f"{number}시간" if self._wording.language == "ko" else number

    def _difference(self, hours: float) -> str:
        number = self._wording.number(abs(round(hours, 2)))
        return "0" if number == "0" else f"{'+' if hours > 0 else '−'}{number}"

    def _share(self, part: float, whole: float) -> str:
        share = 100 * part / whole
        return f"{self._wording.number(round(share, 1))}%" if share >= 0.1 or not part else "<0.1%"

    def _number(self, number: int) -> str:
        return self._wording.number(number)

    def _count(self, number: int) -> str:
        return self._say["count"].format(self._number(number))

    def _companies(self, number: int) -> str:
        return self._say["company"] if number == 1 else self._say["companies"].format(self._number(number))

    def _more(self, number: int) -> str:
        return self._say["more"].format(self._number(number)) if number > 0 else ""

    def _filled(self, words: str, *values: object) -> str:
        text = self._say[words].format(*values)
        return settle_particles(text) if self._wording.language == "ko" else text


def _of_product(words: str, product: str | None) -> str:
    return words if product is None else f"{product}: {words}"
