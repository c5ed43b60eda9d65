"""The page of a rep's week: its JSON object arranged in words, for text, Markdown and HTML."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import Any

from babel.dates import format_date

from sangdo.engine.bulk.week.cited_rules import cite_rules
from sangdo.engine.bulk.week.watch_lines import arrange_near, per_cent
from sangdo.engine.bulk.week.week_words import week_words
from sangdo.engine.decision.pages.figures import capitalised, heading_of, value_of
from sangdo.engine.decision.pages.findings import cite
from sangdo.engine.decision.particles import settle_particles
from sangdo.engine.decision.wording import Wording
from sangdo.engine.language.rulebook import Basis, Rulebook

WATCHED = 15
ASKED = 8
ASKED_FIRST = 3
DUE_SHOWN = 12
NAMED = 40


def arrange_week(told: Mapping[str, Any], rulebook: Rulebook) -> dict[str, Any]:
    """Return the page of one rep's week (its JSON object) in words."""
    return _Page(told, rulebook).arrange()


def named_some(names: Sequence[str], say: Mapping[str, str]) -> str:
    """Return names in a line, and how many more there are."""
    more = len(names) - NAMED
    shown = ", ".join(names[:NAMED])
    return f"{shown}, {say['more_customers'].format(more)}" if more > 0 else shown


class _Page:
    def __init__(self, told: Mapping[str, Any], rulebook: Rulebook) -> None:
        self._told, self._rulebook, self._say = told, rulebook, week_words(told["language"])
        self._wording = Wording(rulebook, told["language"], told["currency"])
        self._is_house = {
            rule.id: rule.basis is Basis.HOUSE for question in rulebook.questions.values() for rule in question.rules
        }

    def arrange(self) -> dict[str, Any]:
        told, say = self._told, self._say
        monday = date.fromisoformat(told["week"])
        near = per_cent(self._wording, told["near"])
        return {
            "rep": told["rep"],
            "span": say["week_of"].format(
                self._wording.short_date(monday), self._wording.short_date(monday + timedelta(4))
            ),
            "as_of": self._wording.date(date.fromisoformat(told["as_of"])),
            "customers": self._count(told["customers"]),
            "bars": self._bars(),
            "notes": self._notes(),
            "classes": self._classes(),
            "days": [self._day(day) for day in told["days"]],
            "deferred": self._deferred(),
            "actions": self._actions(),
            "portfolio": self._portfolio(),
            "watch": [arrange_near(one, self._wording, say) for one in told["watch"][:WATCHED]],
            "watch_more": max(len(told["watch"]) - WATCHED, 0),
            "watch_how": say["watch_how" if told["watch"] else "nobody_near"].format(near),
            "asks": [self._asked(one) for one in told["ask"][:ASKED]],
            "asks_more": max(len(told["ask"]) - ASKED, 0),
            "open": named_some([one["name"] for one in told["open"]], say),
            "undecided": [f"{one['name']}: {one['problem']}" for one in told["undecided"]],
            "warnings": told["warnings"],
        }

    def _bars(self) -> list[dict[str, Any]]:
        """The hours as bars, longest full; the figure stands beside each."""
        hours, say = self._told["hours"], self._say
        rows = (
            ("demand", "demand_per_week"), ("asked", "asked"), ("this_week", "this_week"), ("given", "given"),
            ("put_off_hours", "put_off"),
        )  # fmt: skip
        most = max(hours[name] for _, name in rows) or 1
        return [
            {"label": say[label], "value": self._hours(hours[name]), "share": hours[name] / most}
            for label, name in rows
        ]

    def _classes(self) -> list[dict[str, Any]]:
        """The customers by what the rules give them: hours a week, rhythm and weight, and the rules."""
        wording = self._wording
        return [
            {
                "customers": self._companies(len(list(members))),
                "hours": self._hours(hours),
                "rhythm": wording.named("visit_every", rhythm),
                "weight": wording.number(-weight),
                "cite": cite(rules, (), any(self._is_house[rule] for rule in rules)),
            }
            for (weight, hours, rhythm, rules), members in groupby(
                sorted(self._told["attention"], key=_by_class), key=_by_class
            )
        ]

    def _notes(self) -> list[str]:
        hours, say = self._told["hours"], self._say
        working = sum(day["holiday"] is None for day in self._told["days"])
        notes = [say["how_shared"]]
        if working < len(self._told["days"]):
            notes.append(say["no_days" if not working else "one_day" if working == 1 else "fewer_days"].format(working))
        if hours["assumed"]:
            notes.append(self._filled("assumed", self._hours(hours["per_week"])))
        return notes

    def _day(self, day: Mapping[str, Any]) -> dict[str, Any]:
        used = sum(visit["hours"] for visit in day["visits"])
        return {
            "name": self._day_of(day["date"], weekday=True),
            "holiday": day["holiday"],
            "hours": self._hours(used) if used else "",
            "visits": [self._visit(visit) for visit in day["visits"]],
        }

    def _visit(self, visit: Mapping[str, Any]) -> dict[str, Any]:
        say, waited = self._say, visit["weeks_waited"]
        how = [self._wording.named("visit_every", visit["visit_every"]) if visit["visit"] else say["desk"]]
        how += [say["waited"] if waited == 1 else say["waited_weeks"].format(waited)] if waited else []
        return {
            "start": _clock(visit["start"]),
            "end": _clock(visit["end"]),
            "name": visit["name"],
            "hours": self._of(visit["hours"], visit["asked"]),
            "how": ", ".join(how),
            "rules": " ".join(_rules_of(visit)),
        }

    def _deferred(self) -> list[dict[str, Any]]:
        """The customers who get less than they should, by weight: why, and each with when the rest comes."""
        told = self._told["deferred"]
        groups = []
        for (weight, _), members in groupby(sorted(told, key=_by_weight), key=_by_weight):
            group = list(members)
            before = group[0]["before"]
            heavier, short = before["heavier"], self._hours(sum(one["put_off"] for one in group))
            rules = cite_rules(before["rules"])
            house = f", {self._say['house']}" if rules.is_house else ""
            words = "why_heavier" if heavier else "why_first"
            groups.append(
                {
                    "heading": self._say["weight"].format(self._wording.number(-weight)),
                    "cite": cite_rules(group[0]["rules"]["attention_weight"]),
                    "why": self._filled(
                        words, self._companies(len(group)), short, self._companies(heavier), rules.short + house
                    ),
                    "rows": list(self._short(group)),
                }
            )
        return groups

    def _short(self, group: Iterable[Mapping[str, Any]]) -> Iterator[dict[str, str]]:
        """Those who get the same and whose turn comes again in the same week, in a line each."""

        def alike(one: Mapping[str, Any]) -> tuple[str, float, float, str]:
            return one["to"], -one["hours"], one["asked"], one["lacks"]

        for (to, given, asked, lacks), members in groupby(sorted(group, key=alike), key=alike):
            when = self._say["next_turn" if given else f"no_{lacks}"].format(self._day_of(to))
            names = ", ".join(one["name"] for one in members)
            yield {"names": names, "hours": self._of(-given, asked), "to": when}

    def _actions(self) -> dict[str, Any]:
        told, say = self._told["actions"], self._say
        rows = [
            {
                "name": customer["name"],
                "title": f"{one['product']}: {one['title']}" if "product" in one else one["title"],
                "due": self._due(one["due"]),
                "hours": self._hours(one["hours"]) if one["hours"] else "",
                "cite": cite_rules(one["rules"], one["basis"] == "house"),
            }
            for customer in told["customers"]
            for one in customer["actions"]
        ]
        return {
            "count": say["actions_count"].format(told["due"], self._companies(len(told["customers"]))),
            "rows": rows[:DUE_SHOWN],
            "more": max(len(rows) - DUE_SHOWN, 0),
        }

    def _portfolio(self) -> dict[str, Any] | None:
        plan = self._told["portfolio"]
        if plan is None:
            return None
        figures = [
            (heading_of(self._wording, name), value_of(self._wording, name, known["value"]))
            for name in self._rulebook.facts
            if name.startswith("book_") and (known := plan["facts"].get(name)) is not None
        ]
        warnings = [
            {
                "title": one["title"],
                "because": one["because"],
                "cite": cite((one["rule"],), tuple(one["clauses"]), one["basis"] == "house"),
            }
            for one in plan["fired"]
        ]
        actions = [
            {
                "title": one["title"],
                "due": self._due(one["due"]) if one["due"] else "",
                "hours": self._hours(one["hours"]) if one["hours"] else "",
                "steps": one["steps"],
                "cite": cite(tuple(one["rules"]), tuple(one["clauses"]), one["basis"] == "house"),
            }
            for one in plan["actions"]
        ]
        return {"figures": figures, "warnings": warnings, "actions": actions}

    def _asked(self, one: Mapping[str, Any]) -> dict[str, Any]:
        say = self._say
        names = list(dict.fromkeys(customer["name"] for customer in one["customers"]))
        return {
            "question": one["question"],
            "plans": say["one_plan"] if one["plans"] == 1 else say["plans"].format(one["plans"]),
            "first": say["first"].format(", ".join(names[:ASKED_FIRST])),
        }

    def _of(self, given: float, asked: float) -> str:
        if given == asked:
            return self._hours(asked)
        return self._say["of_asked"].format(self._hours(given), self._hours(asked))

    def _due(self, day: str) -> str:
        return self._say["due"].format(self._wording.date(date.fromisoformat(day)))

    def _day_of(self, day: str, *, weekday: bool = False) -> str:
        """A day of this year or the next, without its year."""
        korean = self._wording.language == "ko"
        pattern = ("M월 d일 (EEE)" if weekday else "M월 d일") if korean else ("EEE d MMM" if weekday else "d MMM")
        return format_date(date.fromisoformat(day), pattern, locale=self._wording.locale)

    def _hours(self, hours: float) -> str:
        return self._wording.hours(hours)

    def _count(self, number: int) -> str:
        return self._say["count"].format(self._wording.number(number))

    def _companies(self, number: int) -> str:
        """A number of customers in words."""
        if self._wording.language == "ko":
            return f"{self._wording.number(number)}곳"
        return "1 customer" if number == 1 else f"{self._wording.number(number)} customers"

    def _filled(self, words: str, *values: str) -> str:
        text = self._say[words].format(*values)
        return settle_particles(text) if self._wording.language == "ko" else capitalised(text)


def _clock(moment: str) -> str:
    return datetime.fromisoformat(moment).strftime("%H:%M")


def _by_class(one: Mapping[str, Any]) -> tuple[float, float, str, tuple[str, ...]]:
    return -one["weight"], one["hours_per_week"], one["visit_every"], _rules_of(one)


def _rules_of(one: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(rule["rule"] for rules in one["rules"].values() for rule in rules)


def _by_weight(one: Mapping[str, Any]) -> tuple[float, tuple[str, ...]]:
    return -one["weight"], tuple(rule["rule"] for rule in one["rules"]["attention_weight"])
