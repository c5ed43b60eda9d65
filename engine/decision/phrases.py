"""The fixed words of a rendered plan, each in Korean and English, in one place."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from sangdo.engine.language.rulebook import Text

PHRASES: Mapping[str, Text] = {
    # ---- the head of the page
    "plan": Text("고객 영업 계획", "Customer plan"),
    "customer": Text("고객 {0}", "Customer {0}"),
    "unnamed": Text("이름 없는 고객", "Unnamed customer"),
    "number": Text("고객 번호 {0}", "No. {0}"),
    "unclassified": Text("아직 분류하지 못함", "Not yet classified"),
    "rep": Text("담당", "Rep"),
    "as_of": Text("기준일", "As of"),
    "logged": Text("기록", "Logged"),
    "logged_as": Text("{0}번, {1}, {2}", "no. {0}, {1}, by {2}"),
    "record": Text("기록 해시", "Record hash"),
    # ---- since the last plan
    "since": Text("지난 계획({0}) 이후 달라진 것", "Since the last plan ({0})"),
    "by_rule": Text("규칙이 바뀌어 달라진 것", "Because the rules changed"),
    "by_date": Text("날짜가 지나 달라진 것", "Because time passed"),
    "by_data": Text("자료가 바뀌어 달라진 것", "Because the data changed"),
    "new_action": Text("새로 할 일", "New"),
    "dropped_action": Text("빠진 일", "No longer"),
    "new_avoid": Text("‘하지 말 것’에 더함", "Added to what not to do"),
    "dropped_avoid": Text("‘하지 말 것’에서 빠짐", "Off what not to do"),
    # ---- the numbers
    "numbers": Text("수치", "The numbers"),
    "at_or_above": Text("기준선 {0} 이상", "at or above the line of {0}"),
    "below": Text("기준선 {0} 미만", "below the line of {0}"),
    "line_of_book": Text("장부에서 산출", "from the book"),
    "line_of_rules": Text("규칙에 정한 값", "set in the rules"),
    "silence": Text("마지막 주문 뒤", "Since the last order"),
    "times_the_gap": Text("평소 간격 {0}의 {1}배", "{1} times the usual gap of {0}"),
    "trend": Text("전년 대비 거래량", "Volume against the year before"),
    "trend_up": Text("{0}% 증가", "{0}% more"),
    "trend_down": Text("{0}% 감소", "{0}% less"),
    "trend_same": Text("같은 수준", "the same"),
    "also_known": Text("그 밖에 아는 것", "Also known"),
    "item": Text("항목", "Item"),
    "value": Text("값", "Figure"),
    "against": Text("견줌", "Compared"),
    "origin": Text("출처", "Origin"),
    "measured": Text("주문 기록", "measured"),
    "given": Text("직접 입력", "given"),
    "given_by": Text("{0} 보고", "from {0}"),
    "given_by_on": Text("{0} 보고, {1}", "from {0}, {1}"),
    "given_on": Text("직접 입력, {0}", "given, {0}"),
    "default": Text("기본값", "default"),
    "answer": Text("규칙의 답", "from the rules"),
    # ---- why, and to what end
    "why": Text("판단 근거", "Why we say so"),
    "finding": Text("판단", "Finding"),
    "reason": Text("근거", "Reason"),
    "set_by_hand": Text("규칙 대신 사람이 정했다 ({0}).", "Set by a person, not by the rules ({0})."),
    "by_default": Text(
        "해당하는 규칙이 없어 정해 둔 기본 답을 따른다.", "No rule applied, so the default answer stands."
    ),
    "aim": Text("목표", "The aim"),
    # ---- a dealer's sales until the peak
    "season": Text("성수기까지의 판매", "Sales until the peak"),
    "season_peak": Text(
        "성수기인 {0}의 목표는 {1}, 지난 성수기 {2}의 {3}배이다. 이대로 두면 그 달에 {4}만 팔릴 것으로 본다.",
        "The target for the peak in {0} is {1}, {3} times the {2} of the last one. As things stand that month would "
        "bring {4}.",
    ),
    "season_how": Text(
        "이대로 팔릴 양은 지난해 같은 달과 ‘월평균 × 계절 지수’의 중간에 전년 대비 변화의 절반을 얹은 것이다. "
        "목표는 성수기에 모자랄 비율을 첫 달부터 달마다 같은 폭으로 채워 간다. 품목의 비율은 모두 같다.",
        "What sells by itself lies midway between the same month last year and the average month times its seasonal "
        "index, with half of the year's change carried on. The target makes up the share that the peak would lack in "
        "equal monthly steps, the same for every product.",
    ),
    "season_short": Text(
        "거래 기록이 두 해에 못 미쳐 계절 지수는 주로 시장의 것이다.",
        "With less than two years of history the seasonal index is mostly the market's.",
    ),
    "month": Text("달", "Month"),
    "index": Text("계절 지수", "Index"),
    "natural": Text("이대로 팔릴 양", "By itself"),
    "target": Text("목표", "Target"),
    "to_add": Text("더 팔 양", "To add"),
    "whole": Text("모두", "In all"),
    "other_products": Text("그 밖의 제품", "Other products"),
    # ---- what to do
    "do": Text("할 일", "What to do"),
    "this_week": Text("이번 주 · {0}까지", "This week · by {0}"),
    "this_quarter": Text("앞으로 석 달 · {0}까지", "This quarter · by {0}"),
    "later": Text("그 뒤", "Later"),
    "standing": Text("꾸준히 할 일", "Standing rhythm"),
    "due": Text("{0}까지", "by {0}"),
    "before_peak": Text("성수기 {0}개월 전", "{0} months before the peak"),
    "month_before_peak": Text("성수기 {0}개월 전", "{0} month before the peak"),
    "each_time": Text("한 번에 {0}", "{0} each time"),
    "who_rep": Text("담당자", "rep"),
    "who_manager": Text("관리자", "manager"),
    "who_company": Text("회사", "company"),
    "every_day": Text("매일", "every day"),
    "every_week": Text("매주", "every week"),
    "every_two_weeks": Text("2주마다", "every two weeks"),
    "every_month": Text("매월", "every month"),
    "every_quarter": Text("분기마다", "every quarter"),
    "every_year": Text("해마다", "every year"),
    "time": Text("시간과 우선순위", "Time and priority"),
    "dated_hours": Text("기한이 있는 일: 모두 {0}", "Dated work: {0} in all"),
    "standing_hours": Text("꾸준히 할 일: 분기에 약 {0}", "Standing work: about {0} a quarter"),
    "over_budget": Text(
        "담당자의 석 달 치 일은 약 {0}, 배정된 시간은 {1}이다. 넘치는 일은 관리자와 순서를 정한다.",
        "The rep's work for the quarter comes to about {0}; the time set aside is {1}. Settle with the manager what "
        "comes first.",
    ),
    # ---- what to ask, what not to do, when to look again
    "ask": Text("물어볼 것", "What to ask"),
    "ask_first": Text(
        "아직 판단할 자료가 모자란다. 아래부터 확인하고 계획을 다시 뽑는다.",
        "Too little is known to decide. Find out the following first, then draw up this plan again.",
    ),
    "more": Text("그 밖에 {0}가지", "And {0} more"),
    # ---- where an answer leads
    "leads_nowhere": Text("지금 계획 그대로", "the plan stays as it is"),
    "leads_new": Text("할 일 추가: {0}", "to do: {0}"),
    "leads_dropped": Text("할 일 제외: {0}", "no longer: {0}"),
    "leads_less": Text("일부 판단이 빠진다", "some answers fall away"),
    "leads_contradiction": Text("규칙이 서로 어긋나 계획을 세울 수 없다", "rules contradict each other; no plan"),
    "and_more": Text("{0} 등 {2}가지", "{0} and {1} more"),
    "other_answers": Text("그 밖의 답", "other answers"),
    # ---- stretches of values
    "any_answer": Text("어떤 답이든", "any answer"),
    "none_of_these": Text("해당 없음", "none of these"),
    "other_text": Text("그 밖의 말", "anything else"),
    "at_least": Text("{0} 이상", "{0} or more"),
    "more_than": Text("{0} 초과", "more than {0}"),
    "at_most": Text("{0} 이하", "{0} or less"),
    "less_than": Text("{0} 미만", "less than {0}"),
    "from_to": Text("{0}~{1}", "{0} to {1}"),
    "from_below": Text("{0} 이상 {1} 미만", "{0} to less than {1}"),
    "above_to": Text("{0} 초과 {1} 이하", "more than {0}, up to {1}"),
    "above_below": Text("{0} 초과 {1} 미만", "more than {0}, less than {1}"),
    "from_day": Text("{0}부터", "from {0}"),
    "to_day": Text("{0}까지", "up to {0}"),
    "avoid": Text("하지 말 것", "What not to do"),
    "look_again": Text("다시 볼 날", "Look again"),
    "products": Text("제품별 판단", "Product by product"),
    "product": Text("제품", "Product"),
    "known": Text("아는 것", "Known"),
    "warnings": Text("자료에 관한 주의", "Notes on the data"),
    # ---- the foot of the page
    "house": Text("자체 기준", "house"),
    "legend": Text(
        "줄 끝의 작은 글자는 규칙과 조항의 번호이다. ‘자체 기준’은 원전에 없어 회사가 보탠 것임을 뜻한다. "
        "할 일의 세부 단계와 그 속의 수치, 기한, 시간은 모두 조항을 실행하는 회사의 방식이다(H6).",
        "The small codes are rules and clauses. “House” marks what the company added where the source is silent. "
        "The steps of every action, the figures in them, deadlines and hours are the company's own way of carrying out "
        "a clause (H6).",
    ),
    "rulebook": Text("규칙집", "Rulebook"),
    "decision": Text("판단 번호", "Decision"),
    "engine": Text("엔진", "Engine"),
    "agreed": Text("확인", "Agreed"),
    "date": Text("날짜", "Date"),
}


@cache
def phrases_in(language: str) -> Mapping[str, str]:
    """Return the fixed words in one language (ko or en)."""
    return {name: text.in_language(language) for name, text in PHRASES.items()}
