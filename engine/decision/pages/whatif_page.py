"""The page of a what-if: its JSON object arranged in words, for text, Markdown and HTML."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from sangdo.engine.decision.comparison import is_same
from sangdo.engine.decision.pages.rendering import fold, render_document
from sangdo.engine.decision.particles import settle_particles
from sangdo.engine.decision.wording import Wording
from sangdo.engine.language.rulebook import Rulebook, Text

_FILES = {"text": "whatif.txt.j2", "md": "whatif.md.j2", "html": "whatif.html.j2"}
_WORDS: Mapping[str, Text] = {
    "title": Text("바꾸면 어떻게 되는가", "What if"),
    "as_of": Text("기준일", "As of"),
    "target": Text("목표", "Target"),
    "change": Text("바꾸는 것", "The change"),
    "what": Text("항목", "Item"),
    "now": Text("지금", "Now"),
    "then": Text("바꾼 뒤", "Then"),
    "who": Text("맡는 쪽", "Who"),
    "cost": Text("노력", "effort"),
    "answers": Text("달라지는 답", "Answers that change"),
    "because": Text("바뀐 까닭", "Because of"),
    "rules": Text("규칙", "Rules"),
    "actions": Text("달라지는 할 일", "Actions that change"),
    "new": Text("새로 할 일", "New"),
    "dropped": Text("빠지는 일", "Dropped"),
    "avoid_new": Text("‘하지 말 것’에 드는 것", "Added to what not to do"),
    "avoid_dropped": Text("‘하지 말 것’에서 빠지는 것", "Off the list of what not to do"),
    "effort": Text("시간과 관심", "Hours and attention"),
    "hours_of_actions": Text("할 일에 드는 시간(한 번씩 할 때)", "hours of all actions, each done once"),
    "look_again": Text("다시 볼 날", "next review"),
    "same": Text("계획은 달라지지 않는다.", "The plan stays the same."),
    "house": Text("자체 기준", "house"),
    "not_asked": Text("묻지 않음", "not asked"),
    "unanswered": Text("답 없음", "no answer"),
    "rep": Text("담당자", "rep"),
    "company": Text("회사", "company"),
    "way": Text("방법 {0}", "Way {0}"),
    "points": Text("노력 {0}", "effort {0}"),
    "reached": Text("이미 그렇다. 바꿀 것이 없다.", "That is so already: nothing needs to change."),
    "none": Text("바꿀 수 있는 것을 모두 바꾸어도 여기에 이르지 못한다.", "Nothing that can be changed gets there."),
    "none_by": Text(
        "{0}이(가) 바꿀 수 있는 것을 모두 바꾸어도 여기에 이르지 못한다.", "Nothing that the {0} can change gets there."
    ),
    "undecided": Text(
        "정해진 {0}초 안에 다 살피지 못했다. 다른 방법이 더 있을 수 있다.",
        "Not decided within {0} seconds: there may be other ways.",
    ),
    "against": Text("막고 있는 규칙", "The rules that stand against it"),
    "decides": Text("{2}: {0}을(를) {1}으로(로) 본다.", "{2} answers {0} = {1}."),
    "cannot_hold": Text("{2}: {0}을(를) {1}으로(로) 볼 수 없다.", "{2} cannot answer {0} = {1}."),
    "undecided_rule": Text(
        "{2}: 모르는 사실이 있어 {0}을(를) 셈할 수 없다.", "{2} leaves {0} without a sum: a fact is unknown."
    ),
    "given_answer": Text("{0} (사람이 준 답)", "{0} (given by a person)"),
    "lines": Text("값이 없는 기준선", "Lines that have no value"),
    "facts": Text("아무도 바꿀 수 없는 사실", "Facts that nobody can change"),
    "facts_by": Text("{0}이(가) 바꿀 수 없는 사실", "Facts that the {0} cannot change"),
}


def render_what_if(told: Mapping[str, Any], rulebook: Rulebook, form: str) -> str:
    """Return a what-if (its JSON object) as `text`, `md` or `html` in its own language; KeyError for another form."""
    page = _Page(told, rulebook)
    arranged = page.arrange()
    text = render_document(_FILES[form], form, page=arranged, say=page.say)
    return fold(text) if form == "text" else text


class _Page:
    def __init__(self, told: Mapping[str, Any], rulebook: Rulebook) -> None:
        self._told, self._rulebook = told, rulebook
        self._wording = Wording(rulebook, told["language"], told["currency"])
        self._house = {
            rule.id for question in rulebook.questions.values() for rule in question.rules if rule.basis == "house"
        }
        self.say = {name: self._wording.text(text) for name, text in _WORDS.items()}

    def arrange(self) -> dict[str, Any]:
        told = self._told
        target = told.get("target")
        ways = told["ways"] if target else [told]
        return {
            "language": told["language"],
            "customer": told["name"] or told["customer_id"],
            "as_of": self._wording.date(date.fromisoformat(told["as_of"])),
            "target": target["label"] if target else None,
            "verdict": self._verdict(target) if target else None,
            "cases": [self._case(way, number if target else None) for number, way in enumerate(ways, start=1)],
            "against": [self._standing(rule) for rule in told["against"]["rules"]] if target else [],
            "facts": [self._fact(fact) for fact in told["against"]["facts"]] if target else [],
            "lines": [line["label"] for line in told["against"]["lines"]] if target else [],
            "facts_title": self._by("facts", target) if target else None,
        }

    def _verdict(self, target: Mapping[str, Any]) -> str | None:
        outcome = self._told["outcome"]
        if outcome == "undecided":
            return self._filled("undecided", f"{target['seconds']:g}")
        if outcome == "none":
            return self._by("none", target)
        return self.say["reached"] if outcome == "reached" else None

    def _by(self, words: str, target: Mapping[str, Any]) -> str:
        return self._filled(f"{words}_by", self.say[target["by"]]) if target["by"] else self.say[words]

    def _filled(self, words: str, *values: str) -> str:
        text = self.say[words].format(*values)
        return settle_particles(text) if self._wording.language == "ko" else text

    def _case(self, way: Mapping[str, Any], number: int | None) -> dict[str, Any]:
        found = way["comparison"]
        acts = [("new", "dropped", found["actions"]), ("avoid_new", "avoid_dropped", found["avoid"])]
        groups = [
            (title, [self._action(one) for one in actions if one["change"] == change])
            for new, dropped, actions in acts
            for title, change in ((self.say[new], "new"), (self.say[dropped], "dropped"))
        ]
        return {
            "title": self._filled("way", str(number)) if number else None,
            "cost": self._filled("points", f"{way['cost']:g}") if number else None,
            "changes": [self._change(one) for one in way["changes"]],
            "answers": [self._answer(one) for one in found["answers"]],
            "actions": [(title, actions) for title, actions in groups if actions],
            "effort": self._effort(found),
            "same": is_same(found),
        }

    def _change(self, one: Mapping[str, Any]) -> dict[str, Any]:
        who = self.say[one["by"]] if "by" in one else None
        label = _of_product(one["label"], one["product"])
        return {"label": label, "now": one["before_label"], "then": one["after_label"], "who": who,
                "cost": f"{one['cost']:g}" if "cost" in one else None}  # fmt: skip

    def _answer(self, one: Mapping[str, Any]) -> dict[str, Any]:
        question = self._rulebook.questions[one["question"]]
        now, then = (
            self._value(one["question"], one[side], asked)
            for side, asked in zip(("before", "after"), one["asked"], strict=True)
        )
        return {
            "title": _of_product(self._wording.text(question.title), one["product"]),
            "now": now,
            "then": then,
            "because": ", ".join(self._label(name) for name in one["roots"]),
            "rules": [self._marked(rules) for rules in one["rules"]],
        }

    def _value(self, name: str, value: Any, asked: bool = True) -> str:
        if value is None:
            return self.say["unanswered" if asked else "not_asked"]
        return self._wording.named(name, frozenset(value) if isinstance(value, list) else value)

    def _label(self, name: str) -> str:
        fact = self._rulebook.facts.get(name)
        return self._wording.text(fact.label if fact else self._rulebook.thresholds[name].title)

    def _marked(self, rules: Iterable[str]) -> list[tuple[str, bool]]:
        """Rules, each with whether the house added it."""
        return [(rule, rule in self._house) for rule in rules]

    def _action(self, one: Mapping[str, Any]) -> dict[str, Any]:
        return {
            "title": _of_product(one["title"], one["product"]),
            "hours": self._wording.hours(one["hours"]) if one["hours"] else None,
            "cites": ", ".join([*one["rules"], *one["clauses"]]),
            "house": one["basis"] == "house",
        }

    def _effort(self, found: Mapping[str, Any]) -> list[tuple[str, ...]]:
        hours = found["hours"]
        rows: list[tuple[str, ...]] = []
        if hours["before"] != hours["after"]:
            rows = [(self.say["hours_of_actions"], *(self._wording.hours(hours[side]) for side in ("before", "after")))]
        for one in found["attention"]:
            rows.append((self._attention_label(one["name"]), *(self._attention(one, s) for s in ("before", "after"))))
        return rows

    def _attention_label(self, name: str) -> str:
        return self.say[name] if name in self.say else self._label(name)

    def _attention(self, one: Mapping[str, Any], side: str) -> str:
        value = one[side]
        if one["name"] == "look_again" and value is not None:
            return self._wording.date(date.fromisoformat(value))
        return self._value(one["name"], value) if value is not None else self.say["unanswered"]

    def _fact(self, fact: Mapping[str, Any]) -> tuple[str, str]:
        label = self._filled("given_answer", fact["label"]) if fact["given"] else fact["label"]
        return _of_product(label, fact["product"]), fact["value_label"]

    def _standing(self, rule: Mapping[str, Any]) -> dict[str, Any]:
        how = "undecided_rule" if rule["how"] == "undecided" else rule["how"]
        words = self._filled(how, self._label(rule["question"]), rule["answer_label"] or "", rule["rule"])
        marks = {"house": rule["basis"] == "house", "because": rule["because"] if rule["how"] == "decides" else None}
        cites = ", ".join(rule["clauses"])
        return {"words": _of_product(words, rule["product"]), "cites": cites, **marks}


def _of_product(words: str, product: str | None) -> str:
    return words if product is None else f"{product}: {words}"
