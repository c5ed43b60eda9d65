"""An explanation as a graph in the DOT language: facts lead to rules, rules to answers and actions."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping
from typing import Any

from sangdo.engine.decision.why.text import printable_line
from sangdo.engine.decision.why.words import words_in

GREY = "#9a958b"
_WIDTH = 30
_ATTRIBUTES = """\
  rankdir=LR;
  node [fontname="sans-serif", fontsize=11, shape=box, color="#1c1b19"];
  edge [fontname="sans-serif", fontsize=9, color="#5d5952"];
"""


def explanation_graph(explained: Mapping[str, Any]) -> str:
    """Return an explanation as Graphviz DOT.

    Boxes are facts, rounded boxes rules (dashed where the house added them), ellipses answers and notes actions;
    what did not decide is grey. Dotted lines lead from what a question is asked for.
    """
    return _Graph(explained).write()


def quoted(*lines: str) -> str:
    """Return lines of any text as one quoted string of DOT, in which nothing can act."""
    safe = [printable_line(line).replace("\\", "\\\\").replace('"', '\\"') for line in lines if line]
    return '"' + "\\n".join(part for line in safe for part in (textwrap.wrap(line, _WIDTH) or [""])) + '"'


class _Graph:
    def __init__(self, explained: Mapping[str, Any]) -> None:
        self._explained, self._say = explained, words_in(explained["language"])
        self._names: dict[tuple[str, ...], str] = {}
        self._nodes: dict[str, str] = {}
        self._edges: dict[str, None] = {}

    def write(self) -> str:
        told = list(_all_questions(self._explained["questions"]))
        for question in told:
            self._answer(question)
        for question in told:
            self._condition(question)
            for rule in question["rules"]:
                self._rule(rule, question)
        lines = [f"  {name} [{attributes}];" for name, attributes in self._nodes.items()]
        return "digraph explanation {\n" + _ATTRIBUTES + "".join(f"{one}\n" for one in [*lines, *self._edges]) + "}\n"

    def _name(self, *key: str) -> str:
        return self._names.setdefault(key, f"n{len(self._names) + 1}")

    def _answer(self, question: Mapping[str, Any]) -> None:
        name = self._name("answer", question["question"], question["product"] or "")
        product = f"[{question['product']}]" if question["product"] is not None else ""
        answer = question["answer_label"] or self._say["unanswered"]
        grey = "" if question["answer"] is not None else f', color="{GREY}", fontcolor="{GREY}"'
        self._nodes[name] = f"shape=ellipse, label={quoted(question['title'], product, answer)}{grey}"

    def _condition(self, question: Mapping[str, Any]) -> None:
        """What a question was asked for, or what kept it from being asked: dotted lines to its answer."""
        applies, product = question["applies"], question["product"] or ""
        if applies is None:
            return
        holds = applies["verdict"] == "holds"
        for told in _tests(applies["conditions"]):
            if told["in_the_way"] is not holds:
                answer = self._name("answer", question["question"], product)
                self._edge(self._fact(told, product), answer, _edge_label(told), holds, "dotted")

    def _rule(self, rule: Mapping[str, Any], question: Mapping[str, Any]) -> None:
        product = question["product"] or ""
        name = self._name("rule", rule["rule"], product)
        cites = ", ".join([*rule["clauses"], *([self._say["house"]] if rule["basis"] == "house" else [])])
        style = "rounded,dashed" if rule["basis"] == "house" else "rounded"
        decided = rule["outcome"] in ("decided", "assumed")
        grey = "" if decided else f', color="{GREY}", fontcolor="{GREY}"'
        label = quoted(f"{rule['rule']} [{cites}]", rule["because"] or rule["title"])
        self._nodes[name] = f'style="{style}", label={label}{grey}'
        for told in _facts_of(rule):
            self._edge(self._fact(told, product), name, _edge_label(told), decided)
        self._edge(name, self._name("answer", question["question"], product), "", decided)
        for action in rule["actions"] if rule["outcome"] == "decided" else ():
            called = self._name("action", action["action"], product)
            border = ', style="dashed"' if action["basis"] == "house" else ""
            self._nodes[called] = f"shape=note, label={quoted(action['action'], action['title'])}{border}"
            self._edge(name, called, "", decided)

    def _fact(self, told: Mapping[str, Any], product: str) -> str:
        """The node of a fact: the answer it is, where that is drawn, else a box of its own."""
        for about in (product, ""):
            if ("answer", told["fact"], about) in self._names:
                return self._names["answer", told["fact"], about]
        name = self._name("fact", told["fact"], product)
        value = told["value_label"] if "value_label" in told else told["actual_label"]
        self._nodes[name] = "label=" + quoted(
            told["label"], value if value is not None else self._say["not_known"], told["origin_label"] or ""
        )
        return name

    def _edge(self, start: str, end: str, label: str, decided: bool, style: str = "solid") -> None:
        attributes = [f"label={quoted(label)}"] if label else []
        attributes += [f'style="{style}"'] if style != "solid" else []
        attributes += [] if decided else [f'color="{GREY}"', f'fontcolor="{GREY}"']
        self._edges[f"  {start} -> {end}" + (f" [{', '.join(attributes)}];" if attributes else ";")] = None


def _all_questions(told: list[dict[str, Any]]) -> Iterator[Mapping[str, Any]]:
    """The questions explained and all those followed back to, each where it is told in full."""
    for question in told:
        if not question.get("repeated"):
            yield question
        trees = [owner["conditions"] for owner in (question["applies"], *question["rules"]) if owner]
        for tree in trees:
            for test in _tests(tree):
                yield from _all_questions(test["behind"])


def _tests(tree: Mapping[str, Any] | None) -> Iterator[Mapping[str, Any]]:
    if tree is None:
        return
    if tree["kind"] == "test":
        yield tree
    else:
        for part in tree["parts"]:
            yield from _tests(part)


def _facts_of(rule: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The facts a rule matched, or read where it did not hold; the figure that a sum takes up too."""
    facts: dict[str, Mapping[str, Any]] = {told["fact"]: told for told in rule["matched"]}
    if not facts:
        facts = {told["fact"]: told for told in _tests(rule["conditions"])}
    figure = rule["points"]["fact"] if rule["points"] else None
    return list((facts | ({figure["fact"]: figure} if figure else {})).values())


def _edge_label(told: Mapping[str, Any]) -> str:
    return ", ".join(f"{line['title']} {line['value_label'] or '?'}" for line in told.get("thresholds", ()))
