"""Headlines: what is to be seen in each part of a report, in one sentence made of its figures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from babel.dates import get_month_names

from sangdo.engine.bulk.report.group_labels import GroupLabels
from sangdo.engine.bulk.report.groups import Groups
from sangdo.engine.decision.particles import settle_particles
from sangdo.engine.decision.wording import Wording
from sangdo.engine.language.rulebook import Text

_HEADLINES: Mapping[str, Text] = {
    "half": Text("매출의 절반을 고객 {0}곳이 올린다", "Half of the revenue comes from {0} of {1} customers"),
    "half_one": Text("매출의 절반을 고객 한 곳이 올린다", "Half of the revenue comes from one customer"),
    "no_revenue": Text("최근 12개월에 매출이 없다", "There is no revenue in the last 12 months"),
    "hangs": Text("매출의 {0}이(가) {1} {2}곳에 걸려 있다", "{0} of the revenue hangs on {2} customers of {1}"),
    "hangs_one": Text("매출의 {0}이(가) {1} 한 곳에 걸려 있다", "{0} of the revenue hangs on one customer of {1}"),
    "too_little_time": Text(
        "규칙이 매긴 시간은 일주일에 {0}인데 담당자에게는 {1}뿐이다", "The rules ask for {0} a week; the reps have {1}"
    ),
    "hours": Text("{2}에 시간의 {0}이(가) 드는데 매출은 {1}이다", "{2}: {0} of the hours, and {1} of the revenue"),
    "nobody_in": Text("{0}은(는) 한 곳도 없다", "There is nobody in {0}"),
    "fell": Text(
        "{0} 이후 {1}곳이 {2}에서 {3}로(으로) 내려갔다(그때 매출 {4})",
        "Since {0}, {1} customers have fallen from {2} to {3}: {4} of revenue then",
    ),
    "fell_one": Text(
        "{0} 이후 한 곳이 {2}에서 {3}로(으로) 내려갔다(그때 매출 {4})",
        "Since {0}, one customer has fallen from {2} to {3}: {4} of revenue then",
    ),
    "none_fell": Text(
        "{0} 이후 {1}에서 {2}로(으로) 내려간 고객은 없다", "Since {0}, nobody has fallen from {1} to {2}"
    ),
    "no_past": Text("지난 날짜와 견줄 수 없다", "There is no earlier date to compare with"),
    "off_and_peak": Text("비수기는 {0}, 성수기는 {1}이다", "Off-season in {0}; the peak is in {1}"),
    "off": Text("비수기는 {0}이다", "Off-season in {0}"),
    "peak": Text("비수기는 없고 성수기는 {0}이다", "No month is off-season; the peak is in {0}"),
    "even": Text("비수기도 성수기도 없다", "No month is off-season, and none a peak"),
    "no_season": Text("아직 계절을 말할 수 없다", "No season can be told yet"),
    "silent": Text("규칙 {1}개 가운데 {0}개는 어느 고객에게도 쓰이지 않았다", "{0} of {1} rules decided nobody"),
    "all_decide": Text("모든 규칙이 쓰였다", "Every rule decided somebody"),
    "wanted": Text("가장 많이 비어 있는 것은 ‘{0}’이다(고객 {1}곳)", "Most often wanting: {0}, for {1} customers"),
    "wanted_one": Text("비어 있는 것은 고객 한 곳의 ‘{0}’이다", "Wanting of one customer: {0}"),
    "nothing_wanted": Text("더 물을 것이 없다", "Nothing is left to ask"),
    "undecided": Text("고객 {0}곳을 판단하지 못했다", "{0} customers cannot be decided"),
    "undecided_one": Text("고객 한 곳을 판단하지 못했다", "One customer cannot be decided"),
    "bad_rows": Text("쓸 수 없는 행이 {0}개 있다", "{0} rows cannot be used"),
    "no_rep": Text("고객 {0}곳에 담당자가 없다", "{0} customers have no rep"),
    "no_rep_one": Text("고객 한 곳에 담당자가 없다", "One customer has no rep"),
    "known_least": Text(
        "판단에 필요한 ‘{0}’을(를) 아는 고객은 {1}뿐이다",
        "{0}, which rules wait for, is known of only {1} of the customers",
    ),
    "sound": Text("모든 행을 쓸 수 있고 모든 고객을 판단했다", "Every row can be used, and every customer is decided"),
}


class Headlines:
    """The headlines of one report in one language."""

    def __init__(self, report: Mapping[str, Any], wording: Wording, groups: Groups) -> None:
        self._report, self._wording, self._groups = report, wording, groups
        self._labels = GroupLabels(wording, groups)

    def half(self) -> str:
        """How few customers bring half of the revenue."""
        half = self._report["book"]["half"]
        if half is None:
            return self._say("no_revenue")
        return self._counted("half", half, half, self._report["book"]["customers"])

    def second_group(self) -> str:
        """What hangs on those who buy much but not steadily."""
        second = self._groups.quadrants[1]
        label = self._labels.named(second)
        found = next((one for one in self._report["groups"] if one["group"] == second), None)
        if found is None:
            return self._say("nobody_in", label)
        return self._counted("hangs", found["customers"], percent(found["share"], self._wording), label,
                             found["customers"])  # fmt: skip

    def hours(self) -> str:
        """Whether the time suffices, or else which quadrant takes the most of it beyond its share of the revenue."""
        book = self._report["book"]
        if book["hours_of_reps"] and book["hours"] > book["hours_of_reps"]:
            return self._say("too_little_time", *map(self._wording.hours, (book["hours"], book["hours_of_reps"])))
        timed = [
            one for one in self._report["groups"]
            if one["group"] in self._groups.quadrants and one["hours_share"] and one["share"] is not None
        ]  # fmt: skip
        if not timed:
            return self.half()
        most = max(timed, key=lambda one: one["hours_share"] - one["share"])
        shares = (percent(most[name], self._wording) for name in ("hours_share", "share"))
        return self._say("hours", *shares, self._labels.named(most["group"]))

    def movement(self) -> str:
        """How many fell from the first group to the second."""
        movement, (first, second) = self._report["movement"], self._groups.quadrants[:2]
        if movement is None:
            return self._say("no_past")
        day = self._wording.short_date(date.fromisoformat(movement["since"]))
        fall = next((one for one in movement["moves"] if (one["then"], one["now"]) == (first, second)), None)
        if fall is None:
            return self._say("none_fell", day, first, second)
        money = self._wording.money(fall["revenue_then"])
        return self._counted("fell", fall["customers"], day, fall["customers"], first, second, money)

    def season(self) -> str:
        """Which months are off-season, and which the peak."""
        season = self._report["season"]
        if season is None:
            return self._say("no_season")
        market = season["rows"][0]
        off, peak = (season[f"calendar_{kind}"] or market[kind] for kind in ("off", "peak"))
        words = [listed_months(months, self._wording) for months in (off, peak) if months]
        name = "off_and_peak" if off and peak else "off" if off else "peak" if peak else "even"
        return self._say(name, *words)

    def rules(self) -> str:
        """How many rules decided nobody."""
        rules = [rule for question in self._report["rules"] for rule in question["rules"]]
        silent = sum(rule["customers"] == 0 for rule in rules)
        return self._say("silent", silent, len(rules)) if silent else self._say("all_decide")

    def asks(self) -> str:
        """What is wanting of most customers."""
        asks = self._report["asks"]
        if not asks:
            return self._say("nothing_wanted")
        label = self._wording.text(self._wording.rulebook.facts[asks[0]["fact"]].label)
        return self._counted("wanted", asks[0]["customers"], label, asks[0]["customers"])

    def quality(self) -> str:
        """The gravest fault of the data."""
        quality, book = self._report["quality"], self._report["book"]
        if quality["undecided"]:
            return self._counted("undecided", quality["undecided"], quality["undecided"])
        if book["bad_rows"]:
            return self._say("bad_rows", book["bad_rows"])
        if quality["no_rep"] and quality["no_rep"]["customers"]:
            return self._counted("no_rep", quality["no_rep"]["customers"], quality["no_rep"]["customers"])
        wanted = [one for one in quality["facts"] if one["wanted"] and one["origin"] == "given"]
        if not wanted:
            return self._say("sound")
        least = max(wanted, key=lambda one: (one["wanted"], one["fact"]))
        label = self._wording.text(self._wording.rulebook.facts[least["fact"]].label)
        return self._say("known_least", label, percent(least["share"], self._wording))

    def _counted(self, name: str, count: int, *values: object) -> str:
        return self._say(f"{name}_one" if count == 1 else name, *values)

    def _say(self, name: str, *values: object) -> str:
        shown = [self._wording.number(value) if isinstance(value, int) else value for value in values]
        words = self._wording.text(_HEADLINES[name]).format(*shown)
        words = settle_particles(words) if self._wording.language == "ko" else words
        return words[:1].upper() + words[1:]


def percent(share: float | None, wording: Wording) -> str:
    """Return a share in whole per cent; what is not nothing is at least “under 1%”."""
    if share is None:
        return "–"
    if 0 < share < 0.01:
        return "1% 미만" if wording.language == "ko" else "under 1%"
    return f"{wording.number(round(share * 100))}%"


def listed_months(months: Sequence[int], wording: Wording) -> str:
    """Return calendar months in words, those that follow each other as a stretch: 11~2월, November to February."""
    runs: list[list[int]] = []
    for month in sorted(months):
        if runs and runs[-1][-1] == month - 1:
            runs[-1].append(month)
        else:
            runs.append([month])
    if len(runs) > 1 and runs[0][0] == 1 and runs[-1][-1] == 12:
        runs[-1] += runs.pop(0)
    spoken = [_run(run, wording) for run in runs]
    if wording.language == "ko":
        return ", ".join(spoken)
    return " and ".join([", ".join(spoken[:-1]), spoken[-1]] if len(spoken) > 1 else spoken)


def _run(run: Sequence[int], wording: Wording) -> str:
    if wording.language == "ko":
        return f"{run[0]}월" if len(run) == 1 else f"{run[0]}~{run[-1]}월"
    names = get_month_names("wide", locale=wording.locale)
    first, last = (names[month] for month in (run[0], run[-1]))
    return first if len(run) == 1 else f"{first} to {last}"
