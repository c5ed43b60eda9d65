"""Findings: what an analysis says of a rulebook, each under one code of a closed list."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType

from sangdo.engine.facts.facts import Facts
from sangdo.engine.language.errors import Location
from sangdo.engine.language.rulebook import Text

SEVERITIES = ("info", "warning", "error")
"""How grave a finding is, ascending."""


@dataclass(frozen=True, slots=True)
class Code:
    """A kind of finding: its severity, and in both languages its title, what it means and what to do."""

    name: str
    severity: str
    title: Text
    explanation: Text


@dataclass(frozen=True, slots=True)
class Example:
    """A customer that shows a finding.

    `yaml` is a file for `sangdo plan --facts`; `shows` says what to see when it is run.
    """

    facts: Facts
    yaml: str
    shows: Text


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing found: what, the rules concerned, and where it stands.

    `as_of` is the first date at which it holds, or None when it holds at every date that was analysed.
    """

    code: str
    text: Text
    rules: tuple[str, ...]
    location: Location
    question: str | None = None
    as_of: date | None = None
    example: Example | None = None

    @property
    def severity(self) -> str:
        return CODES[self.code].severity


_CODES = (
    Code(
        "gap",
        "error",
        Text("답이 없는 고객", "A customer without an answer"),
        Text(
            "질문은 해당되는데 어느 규칙도 맞지 않는 고객이 있다. 모르는 사실 때문이 아니다. 빠진 경우를 규칙으로 "
            "더하거나 otherwise를 둔다.",
            "The question applies to a customer, yet no rule holds, and not because something is unknown. Add a rule "
            "for the case left out, or an otherwise.",
        ),
    ),
    Code(
        "conflict",
        "error",
        Text("서로 다른 두 답", "Two different answers"),
        Text(
            "답이 하나여야 하는 질문(exactly_one)에서 답이 다른 두 규칙이 한 고객에게 함께 성립한다. 두 조건이 "
            "겹치지 않게 한쪽을 좁힌다.",
            "In a question with exactly_one, two rules with different answers hold for one customer. Narrow one of "
            "the two until they no longer meet.",
        ),
    ),
    Code(
        "shadowed",
        "warning",
        Text("앞 규칙에 가려진 규칙", "A rule behind earlier ones"),
        Text(
            "first_match에서 이 규칙이 성립할 때마다 앞의 규칙이 먼저 성립하므로 결정하는 일이 없다. 위로 옮기거나, "
            "앞의 규칙을 좁히거나, 지운다.",
            "Under first_match an earlier rule holds whenever this one does, so that it never decides. Move it up, "
            "narrow the earlier ones, or remove it.",
        ),
    ),
    Code(
        "dead",
        "warning",
        Text("성립할 수 없는 규칙", "A rule that never holds"),
        Text(
            "앞선 질문이 줄 수 있는 답까지 따지면 이 규칙이 성립하는 고객이 없다. 앞선 질문의 규칙이 바뀌지 "
            "않았는지 보고, 필요 없으면 지운다.",
            "Given the answers that earlier questions can have, the rule holds for no customer. See whether an earlier "
            "question has changed; remove the rule if nobody misses it.",
        ),
    ),
    Code(
        "impossible",
        "error",
        Text("스스로 어긋나는 조건", "A condition at odds with itself"),
        Text(
            "조건(applies 포함)이 그 자체로 참이 될 수 없다. 서로 어긋나는 두 검사, 범위 밖의 값, 뒤바뀐 기준선이 "
            "흔한 원인이다. 조건을 바로잡는다.",
            "The condition, with the question's applies, cannot be true whatever the answers before it. Two tests at "
            "odds, a value out of range or two thresholds in the wrong order are the usual causes. Put it right.",
        ),
    ),
    Code(
        "redundant",
        "warning",
        Text("없어도 되는 규칙", "A rule that changes nothing"),
        Text(
            "이 규칙을 빼도 모든 고객의 답과 할 일이 같다. 다른 규칙이나 otherwise가 같은 일을 한다. 지우거나, 달리 "
            "뜻한 바가 있으면 조건을 고친다.",
            "Without this rule every customer gets the same answer and the same actions: other rules or the otherwise "
            "do its work. Remove it, or mend its condition if something else was meant.",
        ),
    ),
    Code(
        "always_true",
        "warning",
        Text("언제나 참인 조건", "A condition that is always true"),
        Text(
            "값을 아는 모든 고객에게 참이므로 아무것도 가르지 않는다. 검사를 빼거나 값을 고친다. 알려져 있는지만 "
            "보려면 {is: known}으로 쓴다.",
            "It is true for every customer of whom the fact is known, so it tells nobody apart. Take the test out or "
            "correct its value; where knowing is the point, write {is: known}.",
        ),
    ),
    Code(
        "twins",
        "warning",
        Text("id만 다른 두 규칙", "Two rules that differ only by id"),
        Text(
            "한 질문의 두 규칙이 id 말고는 모두 같다. 하나를 지우거나, 고치려던 쪽을 마저 고친다.",
            "Two rules of one question are the same in all but the id. Remove one, or finish the change meant for it.",
        ),
    ),
    Code(
        "unused_threshold",
        "warning",
        Text("쓰이지 않는 기준선", "A threshold nobody uses"),
        Text(
            "어느 조건에도 쓰이지 않는 기준선이다. 값을 바꾸어도 달라지는 것이 없다. 조건에 쓰거나 지운다.",
            "No condition reads the threshold, so changing it changes nothing. Use it in a condition, or remove it.",
        ),
    ),
    Code(
        "unused_fact",
        "info",
        Text("쓰이지 않는 사실", "A fact nobody reads"),
        Text(
            "규칙, 합계, 기준선, 문장 어디에서도 읽지 않는 사실이다. 묻고 적을 까닭이 없으면 지운다.",
            "No rule, sum, threshold or text reads the fact. Remove it unless it is kept for people.",
        ),
    ),
    Code(
        "unused_action",
        "warning",
        Text("아무 규칙도 부르지 않는 할 일", "An action no rule calls"),
        Text(
            "어느 규칙의 do에도 없으므로 어느 계획에도 나오지 않는다. 규칙에서 부르거나 지운다.",
            "It stands in no rule's do and so in no plan. Call it from a rule, or remove it.",
        ),
    ),
    Code(
        "unused_answer",
        "warning",
        Text("아무 규칙도 주지 않는 답", "An answer no rule gives"),
        Text(
            "answers나 어휘에 있지만 어느 규칙의 then에도, otherwise에도 없다. 규칙을 더하거나 목록에서 뺀다.",
            "It is listed in answers or in the vocabulary, but no rule and no otherwise gives it. Add a rule, or "
            "take it off.",
        ),
    ),
    Code(
        "unreachable_answer",
        "warning",
        Text("아무도 받지 못하는 답", "An answer nobody gets"),
        Text(
            "이 답을 주는 규칙이 있지만 실제로 이 답을 받는 고객은 없다. 그 규칙들의 조건과 순서를 살핀다.",
            "Rules give this answer, yet no customer gets it. Look at the conditions and the order of those rules.",
        ),
    ),
    Code(
        "unreachable_action",
        "warning",
        Text("아무에게도 가지 않는 할 일", "An action nobody gets"),
        Text(
            "이 할 일을 부르는 규칙이 있지만 어느 고객의 계획에도 들어가지 않는다. 부르는 규칙의 조건을 살핀다.",
            "Rules call this action, yet it enters no customer's plan. Look at the conditions of those rules.",
        ),
    ),
    Code(
        "boundary",
        "warning",
        Text("경계값이 빠짐", "The value on the line is left out"),
        Text(
            "한 규칙은 기준 미만, 다른 규칙은 기준 초과만 다루어 기준과 정확히 같은 값에는 답이 없다. 한쪽을 at "
            "least나 at most로 바꾼다.",
            "One rule takes values below a line and another those above it, so that a value exactly on it has no "
            "answer. "
            "Turn one test into at least or at most.",
        ),
    ),
    Code(
        "threshold_order",
        "warning",
        Text("순서가 뒤바뀌는 기준선", "Thresholds that change places"),
        Text(
            "같은 사실을 재는 두 기준선의 크고 작음이 어느 날부터 뒤바뀐다. 그날부터 두 값 사이의 고객은 다른 "
            "규칙을 만난다. 날짜와 값을 확인한다.",
            "Two thresholds on one fact swap their order from some date on; from then, customers between the two meet "
            "other rules. Check the dates and the values.",
        ),
    ),
    Code(
        "untranslated",
        "warning",
        Text("옮기지 않은 글", "A text not translated"),
        Text(
            "한국어와 영어가 같거나, 한국어에 한글이 없거나, 영어에 한글이 있다. 빠진 말로 옮겨 적는다.",
            "Korean and English are the same, the Korean has no Hangul, or the English has some. Write the missing "
            "one.",
        ),
    ),
    Code(
        "placeholder",
        "info",
        Text("모를 수 있는 값을 보이는 글", "A text that may show an unknown value"),
        Text(
            "규칙이 성립해도 글에 넣을 값을 모를 수 있어 “(아직 모름)”으로 나온다. 조건에 {is: known}을 더하거나 "
            "글에서 뺀다.",
            'The rule may hold while the value in its text is unknown; it then reads "(not known yet)". Add {is: '
            "known} "
            "to the condition, or leave the value out of the text.",
        ),
    ),
    Code(
        "invalid",
        "error",
        Text("쓸 수 없는 규칙 파일", "A rule file that cannot be used"),
        Text(
            "`sangdo check`가 받아들이지 않는다. 바로잡을 때까지 규칙집을 쓸 수 없고, 나머지도 분석하지 않는다.",
            "`sangdo check` refuses it. Until it is put right the rulebook cannot be used, and nothing else is "
            "analysed.",
        ),
    ),
    Code(
        "undecided",
        "info",
        Text("시간 안에 가리지 못함", "Not decided in time"),
        Text(
            "주어진 시간 안에 증명도 반증도 하지 못했다. --seconds를 늘려 다시 돌린다.",
            "It was neither proved nor refuted in the time given. Run it again with a larger --seconds.",
        ),
    ),
)

CODES: Mapping[str, Code] = MappingProxyType({code.name: code for code in _CODES})
"""The closed list of codes, by name."""
