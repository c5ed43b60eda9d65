"""The outline: an explanation (as JSON) as lines within lines, all in words, for text, Markdown and HTML alike."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from sangdo.engine.decision.particles import settle_particles
from sangdo.engine.decision.why.words import words_in

MARKS = {"holds": "✓", "fails": "✗", "unknown": "?"}
_HELD = ("decided", "lost")


class Line(NamedTuple):
    """One line of an outline.

    `mark` is its verdict, `code` the id of a rule, fact or question, `value` what it came to, `against` what was
    expected of it, `note` where it came from or what follows; `kind` and `tone` (the outcome of a rule, the verdict of
    a test) are for its looks.
    """

    kind: str
    words: str
    mark: str = ""
    code: str = ""
    clauses: tuple[str, ...] = ()
    is_house: bool = False
    value: str = ""
    against: str = ""
    note: str = ""
    tone: str = ""
    lines: tuple[Line, ...] = ()


def outline(explained: Mapping[str, Any]) -> tuple[Line, ...]:
    """Return the questions of an explanation as lines in its own language."""
    return tuple(_Outliner(explained).questions())


def obstacles(explained: Mapping[str, Any]) -> tuple[Line, ...]:
    """Return what stands in the way of the one rule that is explained, as lines; empty when nothing does."""
    outliner = _Outliner(explained)
    return tuple(outliner.obstacle(one) for one in explained["why_not"])


class _Outliner:
    def __init__(self, explained: Mapping[str, Any]) -> None:
        self._say = words_in(explained["language"])
        self._is_korean = explained["language"] == "ko"
        self._is_whole = explained["question"] is None
        self._questions = explained["questions"]

    def questions(self) -> Iterator[Line]:
        for question in self._questions:
            yield self._question(question, "question")

    def _question(self, told: Mapping[str, Any], kind: str) -> Line:
        lines: list[Line] = []
        applies = told["applies"]
        matters = kind == "question" or (told["how"] != "given" and applies and applies["verdict"] != "holds")
        if applies is not None and not self._is_whole and matters:
            lines.append(self._applies(applies))
        lines += [self._rule(rule, told) for rule in told["rules"]]
        product = f" [{told['product']}]" if told["product"] is not None else ""
        return Line(
            kind,
            told["title"] + product,
            code=told["question"],
            value=told["answer_label"] or self._say["unanswered"],
            note="; ".join(filter(None, [self._how(told), told["reason"], self._repeated(told)])),
            tone=told["how"],
            lines=tuple(lines),
        )

    def _how(self, told: Mapping[str, Any]) -> str:
        say, how = self._say, told["how"]
        if how == "given":
            by = told["given"]["by"]
            return self._filled("given_by", by) if by else say["given"]
        if how == "not_asked":
            if told["status"] == "retired":
                return say["retired"]
            is_open = told["applies"] is not None and told["applies"]["verdict"] == "unknown"
            return say["not_asked_unknown" if is_open else "not_asked"]
        return {"rules": "", "none": say["no_rule"]}.get(how, say.get(how, ""))

    def _repeated(self, told: Mapping[str, Any]) -> str:
        return self._say["repeated"] if told.get("repeated") else ""

    def _applies(self, applies: Mapping[str, Any]) -> Line:
        lines = tuple(self._tree(applies["conditions"])) if applies["conditions"] else ()
        return Line("applies", self._say["applies"], MARKS[applies["verdict"]], tone=applies["verdict"], lines=lines)

    def obstacle(self, told: Mapping[str, Any]) -> Line:
        """One test that keeps a rule from holding, or its question from being asked."""
        mark = "unknown" if told["verdict"] == "unknown" else "fails"
        product = f" [{told['product']}]" if told["product"] is not None else ""
        note = self._say["applies"] if told["part"] == "applies" else ""
        return Line(
            "test", told["label"] + product, MARKS[mark], told["fact"], value=self._value(told["actual_label"]),
            against=self._against(told), note=note, tone=mark,
        )  # fmt: skip

    def _against(self, told: Mapping[str, Any]) -> str:
        """What was expected, and how far off the value is."""
        far = f": {told['distance_label']}" if told["distance_label"] else ""
        return self._filled("expected", told["expected"]["words"]) + far

    # ---- rules

    def _rule(self, rule: Mapping[str, Any], question: Mapping[str, Any]) -> Line:
        lines: list[Line] = []
        if self._is_whole:
            lines += [self._fact(matched) for matched in rule["matched"]]
        elif rule["conditions"] is not None:
            lines += self._tree(rule["conditions"])
        figure = rule["points"]["fact"] if rule["points"] is not None and rule["outcome"] in _HELD else None
        if figure is not None and figure["fact"] not in {line.code for line in lines}:
            lines.append(self._fact(figure))
        if rule["outcome"] in _HELD:
            lines += self._actions(rule["actions"])
        return Line(
            "rule",
            rule["because"] or rule["title"],
            "" if self._is_whole else MARKS[rule["verdict"]],
            rule["rule"],
            tuple(rule["clauses"]),
            rule["basis"] == "house",
            note="; ".join(filter(None, self._became(rule, question))),
            tone=rule["outcome"],
            lines=tuple(lines),
        )

    def _became(self, rule: Mapping[str, Any], question: Mapping[str, Any]) -> Iterator[str]:
        """What became of a rule, what it counts in a sum, and why it did not hold or waits."""
        say, outcome, points = self._say, rule["outcome"], rule["points"]
        if outcome == "lost":
            yield self._lost(rule, question)
        elif outcome == "decided":
            yield "" if self._is_whole else say["decided"]
        else:
            yield say["rule_not_asked" if outcome == "not_asked" else outcome]
        if rule["together_with"]:
            yield self._filled("together", ", ".join(rule["together_with"]))
        if points is not None and points["counted"] is not None:
            yield self._filled("counts", points["label"])
        elif points is not None and outcome not in ("retired", "not_asked"):
            yield say["does_not_count"]
        if outcome == "fails" and rule["why_not"]:
            yield self._first_reason(rule["why_not"])
        if rule["waits_for"]:
            labels = {one["fact"]: one["label"] for one in rule["why_not"]}
            yield f"{say['waits']}: {', '.join(labels.get(fact, fact) for fact in rule['waits_for'])}"

    def _lost(self, rule: Mapping[str, Any], question: Mapping[str, Any]) -> str:
        if question["how"] == "given":
            by = question["given"]["by"]
            return self._filled("lost_given_by", by) if by else self._say["lost_given"]
        if question["how"] == "unknown":
            return self._say["lost_unknown"]
        return self._filled("lost_first_match", rule["lost_to"])

    def _first_reason(self, why_not: Iterable[Mapping[str, Any]]) -> str:
        """The first test that failed, in a few words."""
        first = next((one for one in why_not if one["verdict"] == "fails"), None)
        if first is None:
            return ""
        return f"{first['label']} {self._value(first['actual_label'])}, {self._against(first)}"

    def _actions(self, actions: Iterable[Mapping[str, Any]]) -> Iterator[Line]:
        for word, avoid in (("actions", False), ("avoid", True)):
            called = [action for action in actions if action["avoid"] is avoid]
            if not called:
                continue
            names = [
                f"{action['title']} ({action['action']})"
                + (f" [{self._say['house']}]" if action["basis"] == "house" else "")
                for action in called
            ]
            yield Line("action", f"→ {self._say[word]}: {', '.join(names)}")

    # ---- conditions

    def _tree(self, told: Mapping[str, Any]) -> Iterator[Line]:
        """A condition as lines; the outermost `all` stands for itself, as a rule's tests are joined by it."""
        if told["kind"] == "test":
            yield self._test(told)
        elif told["kind"] != "all" or not told["wanted"]:
            yield self._group(told)
        elif not told["parts"]:
            yield Line("note", self._say["always"], MARKS["holds"])
        else:
            if len(told["parts"]) > 1:
                yield self._group(told)
                return
            yield from self._tree(told["parts"][0])

    def _group(self, told: Mapping[str, Any]) -> Line:
        name = told["kind"] if told["wanted"] else f"{told['kind']}_negated"
        count = self._say["held_of"].format(told["holding"], told["of"])
        if told["which"] and told["kind"] != "all":
            count += ": " + ", ".join(self._part_name(told["parts"][place - 1], place) for place in told["which"])
        lines = [line for part in told["parts"] for line in self._part(part)]
        return Line(
            "group", self._say[name], MARKS[told["verdict"]], note=count, tone=told["verdict"], lines=tuple(lines)
        )

    def _part(self, told: Mapping[str, Any]) -> Iterator[Line]:
        yield self._test(told) if told["kind"] == "test" else self._group(told)

    def _part_name(self, part: Mapping[str, Any], place: int) -> str:
        return str(part["label"]) if part["kind"] == "test" else self._say["group"].format(place)

    def _test(self, told: Mapping[str, Any]) -> Line:
        lines = [*self._thresholds(told["thresholds"]), *self._parts(told["parts"])]
        behind = told["behind"]
        notes = [told["origin_label"] or ""]
        if len(behind) == 1 and behind[0]["question"] == told["fact"]:  # the test says what the answer is
            line = self._question(behind[0], "behind")
            lines += line.lines
            notes.append(line.note if behind[0]["how"] != "given" else behind[0]["reason"] or "")
        else:
            lines += [self._question(question, "behind") for question in behind]
        return Line(
            "test",
            told["label"],
            MARKS[told["verdict"]],
            told["fact"],
            value=self._value(told["actual_label"]),
            against=self._against(told),
            note="; ".join(filter(None, notes)),
            tone=told["verdict"] if told["wanted"] else f"{told['verdict']} negated",
            lines=tuple(lines),
        )

    # ---- facts

    def _fact(self, told: Mapping[str, Any]) -> Line:
        lines = [*self._thresholds(told.get("thresholds", ())), *self._parts(told["parts"])]
        value = self._value(told["value_label"])
        note = told["origin_label"] or ""
        return Line("fact", told["label"], code=told["fact"], value=value, note=note, lines=tuple(lines))

    def _value(self, label: str | None) -> str:
        return label if label is not None else self._say["not_known"]

    def _parts(self, parts: Iterable[Mapping[str, Any]]) -> Iterator[Line]:
        for part in parts:
            line = self._fact(part)
            yield line._replace(kind="part", words=f"{self._say['part']}: {line.words}")

    def _thresholds(self, lines: Iterable[Mapping[str, Any]]) -> Iterator[Line]:
        for line in lines:
            method = f": {line['method_label']}" if line["method_label"] else ""
            yield Line(
                "threshold",
                line["title"],
                code=line["threshold"],
                value=self._value(line["value_label"]),
                note=line["origin_label"] + method,
            )

    def _filled(self, name: str, *words: str) -> str:
        text = self._say[name].format(*words)
        return settle_particles(text) if self._is_korean else text
