"""The difference of two rulebooks as JSON, as Markdown and as text."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from markupsafe import Markup

from sangdo.engine.decision.pages.rendering import printable, render_document
from sangdo.engine.decision.wording import Wording
from sangdo.engine.language.rulebook import Rulebook, Text
from sangdo.engine.language.values import as_json
from sangdo.engine.verify.difference.equivalence import Equivalence, Verdict
from sangdo.engine.verify.difference.rulebook_difference import Change
from sangdo.engine.verify.difference.witness import Outcome, Witness

FORMS = ("text", "json", "md")
_FILES = {"md": "difference.md.j2", "text": "difference.txt.j2"}

_WORDS = {
    "title": Text("규칙의 차이", "Difference of two rulebooks"),
    "old": Text("전", "OLD"),
    "new": Text("후", "NEW"),
    "as_of": Text("견준 날짜", "compared as of"),
    "text": Text("글이 바뀐 곳", "What was rewritten"),
    "no_text": Text("글은 그대로다.", "Nothing was rewritten."),
    "answers": Text("답이 바뀌는가", "Whether answers change"),
    "customer": Text("고객", "Customer"),
    "for_old": Text("전의 규칙에 주는 파일", "the file for OLD"),
    "for_new": Text("후의 규칙에 주는 파일", "the file for NEW"),
    "see": Text("고객", "customer"),
    "as_of_day": Text("기준일", "as of"),
    "product": Text("제품", "product"),
    "given": Text("사람이 답을 준 질문", "answers given by a person"),
    "calls": Text("할 일", "actions"),
    "house": Text("자체", "house"),
    "nothing": Text("답 없음", "no answer"),
    "was": Text("전 이름", "was"),
    "narrowed": Text(
        "다음 사실은 두 규칙 모두가 허용하는 값까지만 증명했다",
        "proved only for the values that both rulebooks allow of",
    ),
}
_HOW = {
    "otherwise": Text("해당 규칙이 없어 기본 답", "otherwise"),
    "given": Text("사람이 답함", "given"),
    "none": Text("해당 규칙 없음", "no rule holds"),
    "unknown": Text("모르는 수치가 있음", "a figure is missing"),
    "not_asked": Text("묻지 않음", "not asked"),
    "conflict": Text("규칙이 서로 어긋나 계획 없음", "two rules contradict each other, no plan"),
    "no_question": Text("이 질문이 없음", "no such question"),
}
_KINDS = {
    "question": Text("질문", "question"),
    "rule": Text("규칙", "rule"),
    "threshold": Text("기준선", "threshold"),
    "fact": Text("사실", "fact"),
    "action": Text("할 일", "action"),
    "clause": Text("조항", "clause"),
}
_CHANGES = {
    "added": Text("더함", "added"),
    "removed": Text("뺌", "removed"),
    "renamed": Text("이름만 바꿈", "renamed"),
    "changed": Text("바꿈", "changed"),
}
_VERDICTS = {
    "unchanged": Text("그대로", "unchanged"),
    "same": Text("모든 고객에게 같음", "the same for every customer"),
    "answer": Text("답이 다름", "another answer"),
    "actions": Text("답은 같고 할 일이 다름", "same answer, other actions"),
    "undecided": Text("정하지 못함", "not decided"),
}
_WHY = {
    "time": Text("제한 시간 안에 끝나지 않음", "not in time; give it more --seconds"),
    "products": Text("더 많은 제품이 있어야 알 수 있음", "it would take more products than were tried"),
    "replay": Text("찾은 고객이 추론에서 확인되지 않음", "inference did not confirm the customer that was found"),
}


def difference_as_json(
    old: Rulebook, new: Rulebook, changes: Sequence[Change], equivalence: Equivalence, language: str
) -> dict[str, Any]:
    """Return the difference as a JSON object, with every question whose verdict is more than `unchanged`.

    `customers` are the facts files that show differences; questions name them by number, counted from 1.
    """
    witnesses = list({id(v.witness): v.witness for v in equivalence.verdicts if v.witness}.values())
    told = [verdict for verdict in equivalence.verdicts if verdict.verdict != "unchanged"]
    return {
        "old": _identity(old),
        "new": _identity(new),
        "dates": [day.isoformat() for day in equivalence.dates],
        "changes": [_change(change) for change in changes],
        "questions": [_question(verdict, old, new, witnesses, language) for verdict in told],
        "unchanged": len(equivalence.verdicts) - len(told),
        "customers": [
            {
                "as_of": witness.as_of.isoformat(),
                "given": list(witness.given),
                "facts": {"old": witness.files[0], "new": witness.files[1]},
            }
            for witness in witnesses
        ],
        "proved_the_same": equivalence.is_proved,
    }


def report_difference(difference: dict[str, Any], form: str, language: str) -> str:
    """Return the JSON object of a difference as `md` or `text`."""
    texts = {"say": _WORDS, "how": _HOW, "kinds": _KINDS, "changes": _CHANGES, "verdicts": _VERDICTS, "why": _WHY}
    words = {name: {key: text.in_language(language) for key, text in own.items()} for name, own in texts.items()}
    counts = Counter(one["differs"] or one["verdict"] for one in difference["questions"])
    counts["unchanged"] = difference["unchanged"]
    summary = ", ".join(f"{words['verdicts'][name]} {counts[name]}" for name in _VERDICTS if counts[name])
    files = [_files(customer, words["say"]) for customer in difference["customers"]]
    return render_document(_FILES[form], form, difference=difference, summary=summary, files=files, **words)


def _files(customer: dict[str, Any], say: dict[str, str]) -> list[tuple[str, list[Markup]]]:
    """Return the facts files of a customer, each with a heading where there are two."""
    old, new = (
        [Markup(printable(line)) for line in customer["facts"][name].splitlines()]  # noqa: S704 - stands as code
        for name in ("old", "new")
    )
    return [("", old)] if old == new else [(say["for_old"], old), (say["for_new"], new)]


def _identity(rulebook: Rulebook) -> dict[str, str]:
    return {"rules": rulebook.root, "release": rulebook.release, "sha256": rulebook.sha256}


def _change(change: Change) -> dict[str, Any]:
    return {
        "kind": change.kind,
        "change": change.change,
        "name": change.name,
        "question": change.question,
        "basis": change.basis,
        "was": change.renamed_from,
        "at": str(change.location),
        "fields": [{"key": one.key, "old": one.old, "new": one.new} for one in change.fields],
    }


def _question(
    verdict: Verdict, old: Rulebook, new: Rulebook, witnesses: list[Witness], language: str
) -> dict[str, Any]:
    rulebook = new if verdict.question in new.questions else old
    outcomes, witness = verdict.outcomes, verdict.witness
    return {
        "question": verdict.question,
        "title": rulebook.questions[verdict.question].title.in_language(language),
        "verdict": verdict.verdict,
        "differs": verdict.what,
        "why": verdict.why,
        "narrowed": list(verdict.narrowed),
        "product": verdict.product,
        "as_of": witness.as_of.isoformat() if witness else None,
        "customer": [id(one) for one in witnesses].index(id(witness)) + 1 if witness else None,
        "old": _outcome(outcomes[0], verdict.question, old, language) if outcomes else None,
        "new": _outcome(outcomes[1], verdict.question, new, language) if outcomes else None,
    }


def _outcome(outcome: Outcome, question: str, rulebook: Rulebook, language: str) -> dict[str, Any]:
    fact, bases = rulebook.facts.get(question), {}
    if question in rulebook.questions:
        bases = {rule.id: str(rule.basis) for rule in rulebook.questions[question].rules}
    label = None
    if fact is not None and outcome.answer is not None:
        label = Wording(rulebook, language).value(fact, outcome.answer)
    return {
        "how": outcome.how,
        "answer": as_json(outcome.answer),
        "answer_label": label,
        "rules": [{"rule": rule, "basis": bases[rule]} for rule in outcome.rules],
        "actions": [{"action": one, "basis": str(rulebook.actions[one].basis)} for one in outcome.actions],
        "problem": outcome.problem,
    }
