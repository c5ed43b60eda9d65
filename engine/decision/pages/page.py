"""The page: a plan arranged for reading, top to bottom, with everything already in words.

Its parts are named tuples, not frozen dataclasses: a page has some sixty of them, and they are made in a quarter of
the time, which is what rendering costs beyond its template.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import Any, NamedTuple

from sangdo.engine.decision.leads import Lead, list_leads
from sangdo.engine.decision.pages.changes import Changes, list_changes
from sangdo.engine.decision.pages.figures import Figure, list_figures, list_observations, value_of
from sangdo.engine.decision.pages.findings import ATTENTION, Citation, Finding, cite, find_aim, list_findings
from sangdo.engine.decision.phrases import phrases_in
from sangdo.engine.decision.wording import Wording
from sangdo.engine.language.rulebook import Basis, Rulebook

HEAD = ("quadrant", "prospect_quadrant", "strategy", "pursuit", "approach_next", "keep_or_abandon")
"""The answers that stand under the customer's name."""
GROUP_FALLBACK = ("standing", "kind")
TIME_QUESTIONS = (*ATTENTION, "attention_weight", "look_again")
ASKS_SHOWN = 6
ASKS_WITH_LEADS = 3
WEEK, QUARTER = 7, 91
TIMES_A_QUARTER = {"day": 65.0, "week": 13.0, "two_weeks": 6.5, "month": 3.0, "quarter": 1.0, "year": 0.25}


class Task(NamedTuple):
    """One action in words: `when` is a deadline or a rhythm, `hours` the effort of one time."""

    id: str
    product: str | None
    title: str
    who: str
    when: str
    hours: str
    because: str
    steps: tuple[str, ...]
    citation: Citation


class TaskGroup(NamedTuple):
    """The actions of one stretch of time."""

    name: str
    heading: str
    tasks: tuple[Task, ...]


class Asking(NamedTuple):
    """One question to put to the customer or a colleague, the rules that wait for its answer, and where each answer
    would lead."""

    number: int
    fact: str
    product: str | None
    question: str
    rules: tuple[str, ...]
    leads: tuple[Lead, ...]


class AskGroup(NamedTuple):
    """Questions whose answers decide the same thing."""

    decides: str
    asks: tuple[Asking, ...]


class ProductLine(NamedTuple):
    """What is known and answered of one product."""

    name: str
    known: tuple[Figure, ...]
    findings: tuple[Finding, ...]


class SalesRow(NamedTuple):
    """What a month or a product would sell by itself until the peak, its target and the difference, in words."""

    name: str
    season_index: str
    natural: str
    target: str
    to_add: str


class SeasonTable(NamedTuple):
    """A dealer's sales until the peak: what leads to the target, then by month and by product, and how it is made."""

    lead: str
    months: tuple[SalesRow, ...]
    products: tuple[SalesRow, ...]
    notes: tuple[str, ...]


class Page(NamedTuple):
    """A plan arranged for reading; an empty section is an empty tuple or an empty string."""

    language: str
    title: str
    number: str
    head: tuple[str, ...]
    about: tuple[tuple[str, str], ...]
    changes: Changes | None
    figures: tuple[Figure, ...]
    observations: tuple[Figure, ...]
    findings: tuple[Finding, ...]
    aim: Finding | None
    season: SeasonTable | None
    groups: tuple[TaskGroup, ...]
    priorities: tuple[Finding, ...]
    effort: tuple[str, ...]
    asks_lead: bool
    asks: tuple[AskGroup, ...]
    more_asks: str
    avoid: tuple[Task, ...]
    look_again: str
    look_again_because: Finding | None
    products: tuple[ProductLine, ...]
    warnings: tuple[str, ...]
    foot: tuple[tuple[str, str], ...]
    signatories: tuple[str, ...]


def arrange_page(plan: Mapping[str, Any], rulebook: Rulebook) -> Page:
    """Arrange a plan (the JSON object of the design) as a page in the plan's own language."""
    return _Arranger(plan, rulebook).arrange()


class _Arranger:
    def __init__(self, plan: Mapping[str, Any], rulebook: Rulebook) -> None:
        self._plan, self._rulebook = plan, rulebook
        self._say = phrases_in(plan["language"])
        self._wording = Wording(rulebook, plan["language"], plan["currency"])
        self._as_of = date.fromisoformat(plan["as_of"])

    def arrange(self) -> Page:
        plan, say, wording = self._plan, self._say, self._wording
        name, number = self._fact("name"), plan["customer_id"]
        groups = tuple(self._groups())
        priorities = tuple(self._priorities())
        look_again = plan["attention"]["look_again"]
        asks = plan["ask"]
        return Page(
            language=plan["language"],
            title=name or (say["customer"].format(number) if number else say["unnamed"]),
            number=say["number"].format(number) if name and number and number != name else "",
            head=tuple(self._head()),
            about=tuple(self._about()),
            changes=list_changes(plan, wording),
            figures=tuple(list_figures(plan, wording)),
            observations=tuple(list_observations(plan, wording)),
            findings=tuple(list_findings(plan, wording)),
            aim=find_aim(plan, wording),
            season=self._season(),
            groups=groups,
            priorities=priorities,
            effort=tuple(self._effort()),
            asks_lead=bool(asks) and not groups,
            asks=tuple(self._asking(asks[:ASKS_SHOWN])),
            more_asks=self._more(asks[ASKS_SHOWN:]),
            avoid=tuple(self._tasks(plan["avoid"])),
            look_again=wording.date(date.fromisoformat(look_again)) if look_again else "",
            look_again_because=next(iter(list_findings(plan, wording, only=("look_again",))), None),
            products=tuple(self._products()),
            warnings=tuple(plan["warnings"]),
            foot=tuple(self._foot()),
            signatories=tuple(say[f"who_{who}"] for who in ("rep", "manager")) if groups else (),
        )

    def _fact(self, name: str) -> str:
        known = self._plan["facts"].get(name)
        return str(value_of(self._wording, name, known["value"])) if known and name in self._rulebook.facts else ""

    def _head(self) -> Iterator[str]:
        """The group with its code, the strategy, and what was decided about going on."""
        answers = self._plan["answers"]
        grouped = any(answers.get(name) is not None for name in HEAD[:2])
        if not grouped and HEAD[0] in self._rulebook.questions:
            yield next(filter(None, map(self._fact, GROUP_FALLBACK)), self._say["unclassified"])
        for name in HEAD:
            code = answers.get(name)
            if code is not None:
                label = value_of(self._wording, name, code)
                is_coded = name not in HEAD[:2] or label.startswith(code)
                yield label if is_coded else f"{code} {label}"

    def _about(self) -> Iterator[tuple[str, str]]:
        rep = self._fact("rep")
        if rep:
            yield self._say["rep"], rep
        yield self._say["as_of"], self._wording.date(self._as_of)
        record = self._plan.get("record")
        if record is not None:
            at = record["at"][:16].replace("T", " ") + " UTC"
            yield self._say["logged"], self._say["logged_as"].format(record["seq"], at, record["by"])

    def _season(self) -> SeasonTable | None:
        season, say, wording = self._plan["season"], self._say, self._wording
        if season is None:
            return None
        peak = season["peak"]
        lead = say["season_peak"].format(
            wording.month(date.fromisoformat(peak["month"] + "-01")),
            *(wording.money(peak[name]) for name in ("required", "last_year")),
            wording.number(season["growth"]),
            wording.money(peak["natural"]),
        )
        months = [
            self._sales(wording.month(date.fromisoformat(one["month"] + "-01")), one, one["index"])
            for one in season["months"]
        ]
        whole = {name: sum(one[name] for one in season["months"]) for name in ("natural", "target")}
        products = [self._sales(one["product"] or say["other_products"], one) for one in season["products"]]
        notes = (say["season_how"], *((say["season_short"],) if season["short_history"] else ()))
        named = len(products) > 1 or any(one["product"] for one in season["products"])
        rows = (*months, self._sales(say["whole"], whole))
        return SeasonTable(lead, rows, tuple(products) if named else (), notes)

    def _sales(self, name: str, sales: Mapping[str, Any], index: float | None = None) -> SalesRow:
        natural, target = sales["natural"], sales["target"]
        shown = "" if index is None else self._wording.number(index)
        return SalesRow(name, shown, *(self._wording.money(one) for one in (natural, target, target - natural)))

    def _groups(self) -> Iterator[TaskGroup]:
        say, actions = self._say, self._plan["actions"]
        week, quarter = self._as_of + timedelta(WEEK), self._as_of + timedelta(QUARTER)
        stretches: dict[str, list[Mapping[str, Any]]] = {"this_week": [], "this_quarter": [], "later": []}
        for action in sorted((one for one in actions if one["due"]), key=lambda one: str(one["due"])):
            due = date.fromisoformat(action["due"])
            name = "this_week" if due <= week else "this_quarter" if due <= quarter else "later"
            stretches[name].append(action)
        rhythms = list(TIMES_A_QUARTER)
        standing = sorted((one for one in actions if one["every"]), key=lambda one: rhythms.index(one["every"]))
        headings = {
            "this_week": say["this_week"].format(self._wording.date(week)),
            "this_quarter": say["this_quarter"].format(self._wording.date(quarter)),
        }
        for name, members in [*stretches.items(), ("standing", standing)]:
            if members:
                yield TaskGroup(name, headings.get(name, say.get(name, "")), tuple(self._tasks(members)))

    def _tasks(self, actions: list[Mapping[str, Any]]) -> Iterator[Task]:
        """The tasks in order; a reason that stands just above is not said again."""
        said = None
        for action in actions:
            yield self._task(action, "" if action["because"] == said else action["because"])
            said = action["because"]

    def _task(self, action: Mapping[str, Any], because: str) -> Task:
        say, when = self._say, ""
        hours = self._wording.hours(action["hours"]) if action["hours"] else ""
        if action["due"]:
            when = say["due"].format(self._wording.date(date.fromisoformat(action["due"])))
            if action["before_peak"]:
                months = self._wording.number(action["before_peak"])
                when = f"{when} ({say['before_peak' if months != '1' else 'month_before_peak'].format(months)})"
        elif action["every"]:
            when = say[f"every_{action['every']}"]
            hours = say["each_time"].format(hours) if hours else ""
        return Task(
            id=action["id"],
            product=action.get("product"),
            title=action["title"],
            who=say[f"who_{action['who']}"],
            when=when,
            hours=hours,
            because=because,
            steps=tuple(action["steps"]),
            citation=cite(tuple(action["rules"]), tuple(action["clauses"]), action["basis"] == Basis.HOUSE.value),
        )

    def _effort(self) -> Iterator[str]:
        """The hours the plan takes, and whether they fit into the hours set aside for the customer."""
        say, actions = self._say, self._plan["actions"]
        dated = sum(one["hours"] for one in actions if one["due"])
        standing = sum(one["hours"] * TIMES_A_QUARTER[one["every"]] for one in actions if one["every"])
        if dated:
            yield say["dated_hours"].format(self._wording.hours(dated))
        if standing:
            yield say["standing_hours"].format(self._wording.hours(round(standing * 2) / 2 or standing))
        weekly, horizon = self._plan["attention"]["hours_per_week"], (self._as_of + timedelta(QUARTER)).isoformat()
        needed = sum(
            one["hours"] * TIMES_A_QUARTER.get(one["every"], 1)
            for one in actions
            if one["who"] == "rep" and (one["every"] or (one["due"] or "") <= horizon)
        )
        if weekly is not None and needed > weekly * TIMES_A_QUARTER["week"]:
            allowed = weekly * TIMES_A_QUARTER["week"]
            yield say["over_budget"].format(
                self._wording.hours(round(needed)), self._wording.hours(round(allowed * 2) / 2)
            )

    def _priorities(self) -> Iterator[Finding]:
        yield from list_findings(self._plan, self._wording, only=ATTENTION)

    def _asking(self, asks: list[Mapping[str, Any]]) -> Iterator[AskGroup]:
        """The questions under what they decide; how much time the customer gets only where nothing else is decided."""
        groups: dict[str, list[Mapping[str, Any]]] = {}
        for ask in asks:
            names = [name for name in ask["for"] if name not in TIME_QUESTIONS] or ask["for"]
            titles = dict.fromkeys(self._wording.text(self._rulebook.questions[name].title) for name in names)
            groups.setdefault(" / ".join(titles), []).append(ask)
        number = 0
        for decides, members in groups.items():
            numbered = enumerate(members, start=number + 1)
            number += len(members)
            yield AskGroup(
                decides,
                tuple(
                    Asking(
                        at, ask["fact"], ask.get("product"), ask["question"], tuple(ask["would_decide"]),
                        tuple(list_leads(ask, self._wording)) if asks.index(ask) < ASKS_WITH_LEADS else (),
                    )
                    for at, ask in numbered
                ),
            )  # fmt: skip

    def _more(self, asks: list[Mapping[str, Any]]) -> str:
        if not asks:
            return ""
        labels = []
        for ask in asks:
            label = self._wording.text(self._rulebook.facts[ask["fact"]].label)
            labels.append(f"{ask['product']}: {label}" if ask.get("product") else label)
        return f"{self._say['more'].format(len(asks))}: {', '.join(labels)}"

    def _products(self) -> Iterator[ProductLine]:
        for name in self._plan["products"]:
            known = tuple(list_observations(self._plan, self._wording, product=name))
            findings = tuple(list_findings(self._plan, self._wording, product=name))
            if known or findings:
                yield ProductLine(name, known, findings)

    def _foot(self) -> Iterator[tuple[str, str]]:
        plan = self._plan
        yield self._say["rulebook"], f"{plan['rulebook']['release']} ({plan['rulebook']['sha256'][:12]})"
        yield self._say["decision"], plan["decision_id"]
        if "record" in plan:
            yield self._say["record"], plan["record"]["hash"]
        engine = plan["engine"]
        yield self._say["engine"], f"{engine['name']} {engine['version']}, sangdo {engine['sangdo']}"
