"""The explanation: the trace question by question, with the facts that matched and where they came from."""

from __future__ import annotations

from typing import Any

from sangdo.engine.decision.decision import Decision
from sangdo.engine.decision.plan import build_plan
from sangdo.engine.decision.wording import Wording
from sangdo.engine.inference.trace import Closing
from sangdo.engine.language.rulebook import Text, Value
from sangdo.engine.language.values import as_json

_WORDS = {
    "given": Text("사람이 답함", "given by a person"),
    "otherwise": Text("해당 규칙이 없어 기본 답", "no rule holds: the answer otherwise"),
    "none": Text("해당 규칙 없음", "no rule holds"),
    "unknown": Text("모르는 수치가 있어 합을 낼 수 없음", "a figure is missing, so there is no sum"),
    "unanswered": Text("답 없음", "no answer"),
    "also_held": Text("함께 성립함", "also held"),
    "waits": Text("확인을 기다림", "waits for"),
    "house": Text("자체 기준", "house"),
    "not_known": Text("모름", "not known"),
    "actions": Text("할 일", "actions"),
    "assumed": Text("모르므로 정해 둔 값으로 셈함", "unknown, counted at its set value"),
}
_ORIGINS = {
    "given": Text("받은 값", "given"),
    "measured": Text("측정", "measured"),
    "answer": Text("답", "answer"),
    "default": Text("기본값", "default"),
}


def explain_decision(decision: Decision, language: str) -> dict[str, Any]:
    """Return the explanation of a decision as a JSON object: every question asked, in chain order."""
    plan = build_plan(decision, language)
    wording = Wording(decision.rulebook, language, decision.facts.currency)
    return {
        "decision_id": plan["decision_id"],
        "customer_id": plan["customer_id"],
        "as_of": plan["as_of"],
        "rulebook": plan["rulebook"],
        "questions": [
            _question(decision, closing, plan, wording)
            for closing in decision.trace.closings
            if closing.how != "not_asked"
        ],
        "ask": plan["ask"],
    }


def _question(decision: Decision, closing: Closing, plan: dict[str, Any], wording: Wording) -> dict[str, Any]:
    fact = decision.rulebook.facts[closing.question]
    fired = [rule for rule in plan["fired"] if _belongs(rule, closing)]
    held = [rule for rule in plan["also_held"] if _belongs(rule, closing)]
    waiting = [
        {"fact": ask["fact"], "rules": [rule for rule in ask["would_decide"] if _is_rule_of(decision, closing, rule)]}
        for ask in plan["ask"]
        if closing.question in ask["for"]
    ]
    known = decision.facts.values.get(closing.question)
    return {
        "question": closing.question,
        **({"product": closing.product} if closing.product is not None else {}),
        "title": wording.text(decision.rulebook.questions[closing.question].title),
        "how": closing.how,
        "reason": known.reason if known and closing.how == "given" else None,
        "answer": as_json(closing.answer),
        "answer_label": wording.value(fact, closing.answer) if closing.answer is not None else None,
        "fired": [_rule(decision, rule, plan, wording) for rule in fired],
        "also_held": [_rule(decision, rule, plan, wording) for rule in held],
        "assumed": list(closing.assumed),
        "waits_for": waiting,
    }


def _belongs(rule: dict[str, Any], closing: Closing) -> bool:
    return bool(rule["question"] == closing.question and rule.get("product") == closing.product)


def _is_rule_of(decision: Decision, closing: Closing, rule: str) -> bool:
    return any(one.id == rule for one in decision.rulebook.questions[closing.question].rules)


def _rule(decision: Decision, rule: dict[str, Any], plan: dict[str, Any], wording: Wording) -> dict[str, Any]:
    kept = ("rule", "title", "basis", "clauses", "because", "answer", "actions")
    matched = [_matched(decision, name, rule.get("product"), plan, wording) for name in rule["matched"]]
    return {key: rule[key] for key in kept} | {"matched": matched}


def _matched(
    decision: Decision, name: str, product: str | None, plan: dict[str, Any], wording: Wording
) -> dict[str, Any]:
    fact = decision.rulebook.facts[name]
    own = decision.trace.product_values[product] if product is not None else {}
    value: Value | None = own.get(name, decision.trace.values.get(name))
    told = plan["products"][product]["facts"] if product is not None and name in own else plan["facts"]
    source = told.get(name, {})
    return {
        "fact": name,
        "label": wording.text(fact.label),
        "value": as_json(value),
        "value_label": wording.value(fact, value) if value is not None else None,
        "origin": source.get("origin"),
        "source": source.get("source"),
    }


def explanation_tree(explained: dict[str, Any], language: str) -> str:
    """Write an explanation as a tree of text."""
    lines = [f"{explained['customer_id']}  {explained['as_of']}  ({explained['decision_id']})"]
    questions = explained["questions"]
    for number, question in enumerate(questions):
        last = number == len(questions) - 1
        lines.append(("└─ " if last else "├─ ") + _headline(question, language))
        branches = _branches(question, language)
        for position, (text, leaves) in enumerate(branches):
            stem = "   " if last else "│  "
            end = position == len(branches) - 1
            lines.append(stem + ("└─ " if end else "├─ ") + text)
            for place, leaf in enumerate(leaves):
                twig = "└─ " if place == len(leaves) - 1 else "├─ "
                lines.append(stem + ("   " if end else "│  ") + twig + leaf)
    return "\n".join(map(_printable, lines)) + "\n"


def _printable(line: str) -> str:
    """A line without control characters, whatever names and texts may hold."""
    return "".join(character if character.isprintable() else " " for character in line)


def _word(name: str, language: str) -> str:
    return _WORDS[name].in_language(language)


def _headline(question: dict[str, Any], language: str) -> str:
    answer = question["answer_label"] or _word("unanswered", language)
    product = f" [{question['product']}]" if "product" in question else ""
    how = f"  ({_word(question['how'], language)})" if question["how"] in _WORDS else ""
    reason = f": {question['reason']}" if question["reason"] else ""
    return f"{question['title']}{product}  {question['question']} = {answer}{how}{reason}"


def _branches(question: dict[str, Any], language: str) -> list[tuple[str, list[str]]]:
    branches = [(_rule_line(rule, language), _leaves(rule, language)) for rule in question["fired"]]
    for rule in question["also_held"]:
        branches.append((f"{_rule_line(rule, language)}  ({_word('also_held', language)})", _leaves(rule, language)))
    for rule in question["assumed"]:
        branches.append((f"{rule}  ({_word('assumed', language)})", []))
    for waiting in question["waits_for"]:
        rules = ", ".join(waiting["rules"])
        branches.append((f"{_word('waits', language)}: {waiting['fact']}  [{rules}]", []))
    return branches


def _rule_line(rule: dict[str, Any], language: str) -> str:
    house = f", {_word('house', language)}" if rule["basis"] == "house" else ""
    return f"{rule['rule']} [{', '.join(rule['clauses'])}{house}] {rule['because']}"


def _leaves(rule: dict[str, Any], language: str) -> list[str]:
    leaves = []
    for matched in rule["matched"]:
        value = matched["value_label"] or _word("not_known", language)
        origin = _ORIGINS[matched["origin"]].in_language(language) if matched["origin"] else None
        told = f"  ({origin}: {matched['source']})" if origin else ""
        leaves.append(f"{matched['label']} {matched['fact']} = {value}{told}")
    if rule["actions"]:
        leaves.append(f"→ {_word('actions', language)}: {', '.join(rule['actions'])}")
    return leaves
