"""Rules that never hold or never decide, and the answers and actions that therefore nobody gets."""

from __future__ import annotations

from collections.abc import Iterator

import z3

from sangdo.engine.decision.decision import Decision
from sangdo.engine.language.rulebook import Choose, Question, Rule, Status, Text, Value
from sangdo.engine.language.values import show_raw
from sangdo.engine.verify.proofs.conditions_alone import ConditionsAlone
from sangdo.engine.verify.proofs.stage import Outcome, Proof, Stage, Suspicion
from sangdo.engine.verify.proofs.world import World
from sangdo.engine.verify.solver.truth import and_, not_


def find_dead(stage: Stage, alone: tuple[ConditionsAlone, ...], question: Question) -> Iterator[Suspicion]:
    """Yield the rules that hold for nobody, as impossible where their condition alone says so.

    A question that applies to nobody is found once, with all its rules.
    """
    if not stage.is_asked(question):
        text = Text(f"{question.name}에 해당하는 고객이 없다.", f"{question.name} applies to no customer.")
        ids = tuple(rule.id for rule in question.rules)
        code = "dead" if any(one.can_hold(question, None) for one in alone) else "impossible"
        yield Suspicion(code, _with_givers(stage, text, question, None), ids, question.location, question.name)
        return
    for rule in question.rules:
        if stage.holds(question, rule.id):
            continue
        lost = _lost_with(stage, question, rule)
        if any(one.can_hold(question, rule) for one in alone):
            text = Text(f"규칙 {rule.id}이(가) 성립하는 고객이 없다.", f"Rule {rule.id} holds for no customer.")
            text = _with_givers(stage, _joined(text, lost), question, rule)
            yield Suspicion("dead", text, (rule.id,), rule.location, question.name)
        else:
            text = Text(f"규칙 {rule.id}의 조건은 참이 될 수 없다.", f"The condition of rule {rule.id} cannot be true.")
            yield Suspicion("impossible", _joined(text, lost), (rule.id,), rule.location, question.name)


def find_shadowed(stage: Stage, question: Question) -> Iterator[Suspicion]:
    """Yield the rules that can hold, but for which an earlier one always decides."""
    if question.choose is not Choose.FIRST_MATCH:
        return
    for number, rule in enumerate(question.rules):
        if not stage.holds(question, rule.id) or stage.decides(question, rule.id):
            continue
        earlier = _covering(stage, question, number)
        ids = ", ".join(earlier)
        text = Text(
            f"규칙 {rule.id}이(가) 성립할 때마다 앞의 규칙({ids})이 먼저 성립한다.",
            f"Whenever rule {rule.id} holds, an earlier one does ({ids}).",
        )
        shows = Text(f"{rule.id}은(는) 성립하지만 결정하지 않는다.", f"{rule.id} holds, but does not decide.")
        proof = _proof_of_holding(stage, question, rule, shows)
        text = _joined(text, _lost_with(stage, question, rule))
        yield Suspicion("shadowed", text, (rule.id, *earlier), rule.location, question.name, proof)


def find_unreachable_answers(stage: Stage, question: Question) -> Iterator[Suspicion]:
    """Yield the answers that a rule or the otherwise gives but nobody gets, unless all their rules decide nothing."""
    if question.choose is Choose.SUM or not stage.is_asked(question):
        return
    for answer in _answers_given(question):
        givers = [rule for rule in question.rules if rule.then == answer]
        if _only_idle(stage, question, givers) and answer != question.otherwise:
            continue
        if stage.where(question, lambda world, answer=answer: _gets(world, question, answer)) is None:  # type: ignore[misc]
            shown = show_raw(answer) if isinstance(answer, bool) else str(answer)
            text = Text(
                f"{question.name}의 답 {shown}을(를) 받는 고객이 없다.",
                f"No customer gets the answer {shown} of {question.name}.",
            )
            ids = tuple(rule.id for rule in givers)
            yield Suspicion("unreachable_answer", text, ids, question.location, question.name, about=shown)


def find_unreachable_actions(stage: Stage) -> Iterator[Suspicion]:
    """Yield the actions that rules call, none of which decides for anybody."""
    for action in stage.rulebook.actions.values():
        callers = [
            (question, rule)
            for question in stage.rulebook.questions.values()
            for rule in question.rules
            if action.id in rule.actions and question.status is not Status.RETIRED
        ]
        if callers and not any(stage.decides(question, rule.id) for question, rule in callers):
            ids = tuple(rule.id for _, rule in callers)
            text = Text(
                f"할 일 {action.id}을(를) 부르는 규칙({', '.join(ids)})이 아무에게도 결정되지 않는다.",
                f"The rules that call the action {action.id} ({', '.join(ids)}) decide for nobody.",
            )
            yield Suspicion("unreachable_action", text, ids, action.location, None, about=action.id)


def _covering(stage: Stage, question: Question, number: int) -> tuple[str, ...]:
    """Return earlier rules that together hold whenever the rule does, none of which could be left out."""
    rule, earlier = question.rules[number], [one.id for one in question.rules[:number]]
    for candidate in tuple(reversed(earlier)):
        fewer = [one for one in earlier if one != candidate]
        if stage.where(question, lambda world, fewer=fewer: _holds_past(world, question, rule, fewer)) is None:  # type: ignore[misc]
            earlier = fewer
    return tuple(earlier)


def _holds_past(world: World, question: Question, rule: Rule, others: list[str]) -> z3.BoolRef:
    product = world.product(question)
    misses = (z3.Not(world.encoding.holds(other, product)) for other in others)
    return z3.And(world.encoding.holds(rule.id, product), *misses)


def _proof_of_holding(stage: Stage, question: Question, rule: Rule, shows: Text) -> Proof | None:
    def wanted(world: World) -> z3.BoolRef:
        return world.encoding.holds(rule.id, world.product(question))

    def is_seen(outcome: Outcome) -> bool:
        return isinstance(outcome, Decision) and any(
            rule.id in closing.held and rule.id not in closing.deciding
            for closing in outcome.trace.closings
            if closing.question == question.name
        )

    world = stage.where(question, wanted)
    return Proof(world, wanted, shows, is_seen) if world else None


def _gets(world: World, question: Question, answer: Value) -> z3.BoolRef:
    product = world.product(question)
    if question.choose is Choose.ALL_THAT_APPLY:
        return world.encoding.answer_has(question.name, str(answer), product)
    return world.encoding.answered(question.name, answer, product)


def _answers_given(question: Question) -> list[Value]:
    given = [rule.then for rule in question.rules] + [question.otherwise]
    return list(dict.fromkeys(answer for answer in given if answer is not None))


def _only_idle(stage: Stage, question: Question, rules: list[Rule]) -> bool:
    return not any(stage.decides(question, rule.id) for rule in rules)


def _lost_with(stage: Stage, question: Question, rule: Rule) -> Text | None:
    """Return what to say of the answer that no other rule gives."""
    if rule.then is None or rule.then == question.otherwise:
        return None
    if not _only_idle(stage, question, [one for one in question.rules if one.then == rule.then]):
        return None
    shown = show_raw(rule.then) if isinstance(rule.then, bool) else str(rule.then)
    return Text(f"그래서 답 {shown}을(를) 받는 고객도 없다.", f"So nobody gets the answer {shown}.")


def _joined(text: Text, more: Text | None) -> Text:
    return Text(f"{text.ko} {more.ko}", f"{text.en} {more.en}") if more else text


def _with_givers(stage: Stage, text: Text, question: Question, rule: Rule | None) -> Text:
    """Add which answers a person has to give for the rule to hold, or the question to apply, after all."""
    names = _givers(stage, question, rule)
    if not names:
        return text
    listed = ", ".join(names)
    more = Text(f"사람이 {listed}의 답을 줄 때에만 성립한다.", f"It does only when a person gives {listed}.")
    return _joined(text, more)


def _givers(stage: Stage, question: Question, rule: Rule | None) -> list[str]:
    upstream = stage.upstream[question.name]
    if not upstream:
        return []
    for world in stage.worlds_with_given:
        product = world.product(question)
        encoding = world.encoding
        wanted = encoding.holds(rule.id, product) if rule else encoding.asked(question.name, product)
        wanted = and_((wanted, not_(encoding.given(question.name, product))))
        found = world.customer(wanted, upstream) if world.can(wanted, upstream) else None
        if found is not None:
            named = {name for values in (found.values, *found.products.values()) for name in values}
            return [name for name in stage.rulebook.questions if name in named]
    return []
