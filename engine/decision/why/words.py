"""The fixed words of an explanation, each in Korean and English, in one place."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from sangdo.engine.language.rulebook import Operator, Text

WORDS: Mapping[str, Text] = {
    "explanation": Text("판단 설명", "Explanation"),
    "as_of": Text("기준일", "As of"),
    "rulebook": Text("규칙집", "Rulebook"),
    "decision": Text("판단 번호", "Decision"),
    "legend": Text("✓ 성립  ✗ 성립하지 않음  ? 알 수 없음", "✓ holds  ✗ does not hold  ? unknown"),
    "house": Text("자체 기준", "house"),
    "house_legend": Text(
        "‘자체 기준’은 원전에 없어 회사가 보탠 것이다.",
        "“House” marks what the company added where the source document is silent.",
    ),
    # ---- how a question was answered
    "rules": Text("규칙에 따른 답", "by the rules"),
    "given": Text("사람이 답함", "given by a person"),
    "given_by": Text("{0} 답함", "given by {0}"),
    "otherwise": Text("해당 규칙이 없어 기본 답", "no rule holds: the answer otherwise"),
    "no_rule": Text("해당 규칙 없음", "no rule holds"),
    "unknown": Text("모르는 수치가 있어 합을 낼 수 없음", "a figure is missing, so there is no sum"),
    "not_asked": Text("묻지 않음: 물을 조건이 성립하지 않음", "not asked: it does not apply"),
    "not_asked_unknown": Text("묻지 않음: 물을 조건을 알 수 없음", "not asked: whether it applies is unknown"),
    "retired": Text("폐지된 질문", "the question is retired"),
    "unanswered": Text("답 없음", "no answer"),
    "applies": Text("물을 조건", "asked only when"),
    # ---- what became of a rule
    "decided": Text("성립하여 답을 정함", "holds and decided"),
    "together": Text("{0}도 같은 답", "{0} gives the same answer"),
    "lost_first_match": Text("성립하나 앞선 {0}이(가) 답을 정함", "also held, but {0} comes first and decided"),
    "lost_given": Text("성립하나 사람이 정한 답을 따름", "also held, but a person gave the answer"),
    "lost_given_by": Text("성립하나 {0}의 답을 따름", "also held, but {0} gave the answer"),
    "lost_unknown": Text("성립하나 다른 수치를 몰라 합을 내지 못함", "also held, but the sum lacks another figure"),
    "assumed": Text("모르므로 정해 둔 값으로 셈함", "unknown, counted at its set value"),
    "undecided": Text("알 수 없음", "undecided"),
    "fails": Text("성립하지 않음", "does not hold"),
    "rule_not_asked": Text("질문을 묻지 않음", "its question is not asked"),
    "waits": Text("확인을 기다림", "waits for"),
    "counts": Text("셈: {0}", "counts {0}"),
    "does_not_count": Text("세지 않음", "does not count"),
    "always": Text("조건이 없어 늘 성립함", "no condition: always holds"),
    "actions": Text("할 일", "actions"),
    "avoid": Text("하지 말 것", "not to do"),
    # ---- groups of tests
    "all": Text("모두 성립해야 함", "all of these"),
    "any": Text("하나라도 성립하면 됨", "any of these"),
    "any_negated": Text("하나라도 성립하면 안 됨", "any of these, which must not hold"),
    "all_negated": Text("모두 성립하면 안 됨", "all of these, which must not hold together"),
    "none": Text("하나도 성립하지 않아야 함", "none of these"),
    "none_negated": Text("하나는 성립해야 함", "none of these, which must not hold"),
    "held_of": Text("{1}개 중 {0}개 성립", "{0} of {1} hold"),
    "group": Text("{0}번째 묶음", "group {0}"),
    # ---- facts and where they come from
    "not_known": Text("모름", "not known"),
    "origin_given": Text("받은 값", "given"),
    "origin_measured": Text("측정", "measured"),
    "origin_answer": Text("답", "answer"),
    "origin_default": Text("기본값", "default"),
    "source_otherwise": Text("정해 둔 기본 답", "the answer otherwise"),
    "source_none": Text("해당 규칙 없음", "no rule holds"),
    "source_vocabulary": Text("어휘집", "vocabulary"),
    "source_counted": Text("제품별 {0}의 답을 셈", "the answers to {0}, counted over the products"),
    "recorded_by": Text("{0}, {2} {1} 기록", "{0} by {1} on {2}"),
    "recorded": Text("{0}, {1} 기록", "{0} on {1}"),
    "part": Text("구성", "made of"),
    # ---- what a test expects, and how far off it is
    "expected": Text("기준: {0}", "expected {0}"),
    "short": Text("{0} 모자람", "{0} short of {1}"),
    "over": Text("{0} 넘침", "{0} above {1}"),
    "early": Text("{0} 이름", "{0} before {1}"),
    "late": Text("{0} 늦음", "{0} after {1}"),
    "on_the_line": Text("기준과 같아 벗어나지 못함", "on the line itself, which is not enough"),
    "days": Text("일", "days"),
    "line_unknown": Text("기준선의 값이 없음", "the line has no value"),
    # ---- thresholds
    "line_dated": Text("{0}부터 시행", "in force since {0}"),
    "line_book": Text("장부에서 산출", "measured from the book"),
    "line_handed": Text("사실 파일에 적힌 장부의 값", "a book's value, as the facts file states it"),
    "line_none": Text("이 날짜에 정한 값이 없음", "no value on this date"),
    "pareto": Text(
        "{0} 합계의 {1}%를 이루는 가장 적은 수의 고객 가운데 가장 작은 값",
        "the line at or above which lie the fewest customers that together make {1}% of all {0}",
    ),
    "median": Text("등급 대상 고객의 {0} 중앙값", "the median {0} of the rated customers"),
    "within": Text("{0} 이상 {1} 이하로 제한", "held within {0} to {1}"),
    # ---- what else there is to say
    "no_products": Text(
        "제품마다 묻는 질문인데 이 고객의 제품을 아는 것이 없다.",
        "This is asked of each product, and no product of this customer is known.",
    ),
    "repeated": Text("위에 적음", "shown above"),
    "stands_in_the_way": Text("막고 있는 것", "What stands in the way"),
}  # fmt: skip

EXPECTED: Mapping[tuple[Operator, bool], Text] = {
    (Operator.IS, True): Text("{0}", "{0}"),
    (Operator.IS, False): Text("{0} 아님", "not {0}"),
    (Operator.IS_NOT, True): Text("{0} 아님", "not {0}"),
    (Operator.IS_NOT, False): Text("{0}", "{0}"),
    (Operator.ONE_OF, True): Text("{0} 중 하나", "one of {0}"),
    (Operator.ONE_OF, False): Text("{0} 모두 아님", "none of {0}"),
    (Operator.AT_LEAST, True): Text("{0} 이상", "at least {0}"),
    (Operator.AT_LEAST, False): Text("{0} 미만", "less than {0}"),
    (Operator.MORE_THAN, True): Text("{0} 초과", "more than {0}"),
    (Operator.MORE_THAN, False): Text("{0} 이하", "at most {0}"),
    (Operator.AT_MOST, True): Text("{0} 이하", "at most {0}"),
    (Operator.AT_MOST, False): Text("{0} 초과", "more than {0}"),
    (Operator.LESS_THAN, True): Text("{0} 미만", "less than {0}"),
    (Operator.LESS_THAN, False): Text("{0} 이상", "at least {0}"),
    (Operator.BETWEEN, True): Text("{0} 이상 {1} 이하", "between {0} and {1}"),
    (Operator.BETWEEN, False): Text("{0} 미만이거나 {1} 초과", "outside {0} to {1}"),
    (Operator.INCLUDES, True): Text("{0} 포함", "including {0}"),
    (Operator.INCLUDES, False): Text("{0} 없음", "without {0}"),
    (Operator.KNOWN, True): Text("알고 있을 것", "known"),
    (Operator.KNOWN, False): Text("모를 것", "unknown"),
    (Operator.UNKNOWN, True): Text("모를 것", "unknown"),
    (Operator.UNKNOWN, False): Text("알고 있을 것", "known"),
}
"""What a test expects, by its operator and by whether it is to hold (False: it must not, inside `none`)."""


@cache
def words_in(language: str) -> Mapping[str, str]:
    """Return the fixed words in one language (ko or en)."""
    return {name: text.in_language(language) for name, text in WORDS.items()}
