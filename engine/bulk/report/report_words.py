"""The fixed words of a report, each in Korean and English."""

from __future__ import annotations

from collections.abc import Mapping

from sangdo.engine.decision.phrases import phrases_in
from sangdo.engine.language.rulebook import Text

_WORDS: Mapping[str, Text] = {
    # ---- the head
    "report": Text("영업 책임자 보고서", "For the sales director"),
    "customers": Text("고객", "Customers"),
    "orders": Text("주문 기록", "Rows of orders"),
    "reps": Text("담당자", "Reps"),
    "count": Text("{0}곳", "{0}"),
    "rows": Text("{0}건", "{0}"),
    "people": Text("{0}명", "{0}"),
    "span": Text("{0} ~ {1}", "{0} to {1}"),
    "revenue": Text("최근 12개월 매출", "Revenue of the last 12 months"),
    "contribution_a_year": Text("한 해 기여도", "Contribution a year"),
    "revenue_short": Text("매출", "Revenue"),
    "against_before": Text("{0}, 그 전 12개월 {1}", "{0}, against {1} in the 12 before"),
    "month_span": Text("매출 기간", "Revenue of"),
    # ---- groups
    "new": Text("신규", "new"),
    "lost": Text("이탈", "lost"),
    "prospective": Text("잠재 고객(평가 전)", "prospects not assessed"),
    "future": Text("미래 고객", "future"),
    "absent": Text("거래 없음", "nothing bought"),
    "unknown": Text("분류하지 못함", "not classified"),
    "error": Text("판단하지 못함", "not decided"),
    "short_new": Text("신규", "new"),
    "short_lost": Text("이탈", "lost"),
    "short_prospective": Text("잠재", "prosp."),
    "short_future": Text("미래", "future"),
    "short_absent": Text("거래 전", "none"),
    "short_unknown": Text("미분류", "?"),
    "short_error": Text("보류", "error"),
    "picture": Text("기여도와 안정성", "Contribution and stability"),
    "contribution_axis": Text("분기 기여도", "Contribution a quarter"),
    "stability_axis": Text("안정성", "Stability"),
    "line": Text("기준선", "Line"),
    "value": Text("값", "Value"),
    "value_then": Text("{0}의 값", "On {0}"),
    "from_book": Text("이 장부에서 산출", "drawn from this book"),
    "from_rules": Text("규칙에 정한 값({0}부터)", "set in the rules, from {0}"),
    "pareto": Text("기여도 합의 {0}을(를) 만드는 고객의 하한", "the least of those who make up {0} of it all"),
    "median": Text("거래 고객의 중앙값", "the median of rated customers"),
    "held_within": Text("{0}~{1} 안에서", "held within {0} to {1}"),
    "each_point": Text("원 하나가 고객 한 곳이다.", "Each circle is a customer."),
    "each_cell": Text(
        "고객이 {0}곳이라 칸으로 묶었다. 사각형이 클수록 고객이 많다.",
        "There are {0} customers, taken together in cells: the larger the square, the more of them.",
    ),
    "not_drawn": Text(
        "기여도가 0이거나 알려지지 않은 고객 {0}곳은 그림에 없다.",
        "{0} customers without a contribution are not in the picture.",
    ),
    "groups": Text("고객군별 고객, 매출, 시간", "Customers, revenue and hours by group"),
    "group": Text("고객군", "Group"),
    "share": Text("비중", "Share"),
    "trend_year": Text("전년 대비", "On the year before"),
    "trend_quarter": Text("최근 분기, 전년 동기 대비", "Last quarter on a year ago"),
    "quarters": Text("분기 매출", "By quarter"),
    "hours": Text("주당 시간", "Hours a week"),
    "whole": Text("모두", "All"),
    "quarters_how": Text(
        "막대는 {0}개 분기의 매출로, 오른쪽 끝이 {1}에 끝난 분기이다. 채운 막대가 최근 네 분기이고, 눈금은 고객군마다 "
        "다르다.",
        "The bars are the revenue of {0} quarters, each group on its own scale; the last ends on {1}. Filled bars are "
        "the last four.",
    ),
    "quarters_listed": Text(
        "분기 매출은 오래된 것부터 적은 것으로, 마지막 것이 {1}에 끝난 분기이다.",
        "The quarters stand in order; the last ends on {1}.",
    ),
    "hours_how": Text(
        "규칙이 매긴 시간은 일주일에 {0}, 담당자 {1}명이 쓸 수 있는 시간은 {2}이다.",
        "The rules give {0} a week in all; {1} reps have {2}.",
    ),
    "hours_how_one": Text(
        "규칙이 매긴 시간은 일주일에 {0}, 담당자가 쓸 수 있는 시간은 {2}이다.",
        "The rules give {0} a week in all; the rep has {2}.",
    ),
    # ---- movement
    "movement": Text("고객군 이동", "Movement between groups"),
    "then_now": Text("그때 ↓ · 지금 →", "then ↓ · now →"),
    "down": Text("잃고 있는 것", "What is being lost"),
    "down_too": Text("그 밖에 잃고 있는 것", "Also being lost"),
    "up": Text("얻은 것", "What has been won"),
    "came": Text("새로 자리 잡은 고객", "Newly come into a group"),
    "move": Text("{0} → {1}: {2}, 매출 {3} → {4}", "{0} → {1}: {2}, revenue {3} → {4}"),
    "mover": Text("{0} {1} → {2}", "{0} {1} → {2}"),
    "revenue_then": Text("그때 매출", "Revenue then"),
    "revenue_now": Text("지금 매출", "Now"),
    "more_movers": Text("그 밖에 {0}곳", "and {0} more"),
    "matrix_how": Text(
        "행은 {0}의 고객군, 열은 {1}의 고객군이다. ▼는 낮은 고객군으로, ▲는 높은 고객군으로 옮긴 고객 수이다. 두 날짜 "
        "모두 지금 규칙으로, 기준선은 각 날짜의 것으로 보았다.",
        "Rows are the groups on {0}, columns those on {1}. ▼ counts who went to a lower group, ▲ who went to a higher "
        "one. Both dates are judged by the rules of today, each with its own lines.",
    ),
    "no_movement": Text(
        "주문 기록이 짧아 지난 날짜와 견줄 수 없다.",
        "The orders do not reach back far enough to compare with an earlier date.",
    ),
    # ---- season
    "season": Text("비수기 달력", "Off-season calendar"),
    "off": Text("비수기", "off"),
    "peak": Text("성수기", "peak"),
    "market": Text("시장 전체", "The market"),
    "rep": Text("담당자", "Rep"),
    "product": Text("제품", "Product"),
    "dealer": Text("딜러", "Dealer"),
    "average": Text("한 해 평균", "average"),
    "season_how": Text(
        "계절 지수는 그 달의 판매량을 앞뒤 열두 달의 평균과 견준 것이다(1이 평균). 시장은 {0}, 딜러는 {1}보다 낮으면 "
        "비수기이고, {2} 이상이면 성수기이다. {3}까지의 주문으로 보았다.",
        "The index holds a month's sales against the average of the twelve months around it; 1 is the average. Below "
        "{0} (a dealer: {1}) is off-season, {2} or more a peak. Told by the orders up to {3}.",
    ),
    "season_calendar": Text("장부의 달력은 {0}을(를) {1}로 정했다.", "The book's own calendar calls {0} {1}."),
    "season_short": Text(
        "주문 기록이 두 해가 못 되어 지수가 거칠다.", "With less than two years of orders the index is rough."
    ),
    "no_season": Text(
        "주문 기록이 한 해가 못 되어 계절을 말할 수 없다.", "With less than a year of orders no season can be told."
    ),
    # ---- rules
    "rules": Text("규칙별 고객 수", "Customers decided by each rule"),
    "question": Text("질문", "Question"),
    "deciding": Text("쓰인 규칙과 고객 수", "Rules that decided, and for how many"),
    "silent": Text("쓰이지 않은 규칙", "Rules that decided nobody"),
    "unheard": Text("규칙이 하나도 쓰이지 않은 질문", "Questions that no rule answered for anybody"),
    "rules_of_document": Text("규칙 {0}개", "{0} rules"),
    "rules_of_house": Text("규칙 {0}개, 모두 자체 기준", "{0} rules, all of the house"),
    "rules_some_of_house": Text("규칙 {0}개, 그 가운데 자체 기준 {1}개", "{0} rules, {1} of them of the house"),
    "nothing": Text("없음", "none"),
    "basis": Text(
        "쓰인 규칙 {0}개 가운데 {1}개가 원전의 것이고 {2}개가 자체 기준이다.",
        "Of the {0} rules that decided somebody, {1} are from the document and {2} are the house's own.",
    ),
    "asks": Text("먼저 알아볼 것", "What to find out first"),
    "ask": Text("물을 것", "To ask"),
    "wanted_for": Text("모르는 고객", "Not known of"),
    "ask_first_for": Text("가장 먼저 물을 고객", "First to ask"),
    "their_revenue": Text("이 고객의 매출", "Their revenue"),
    "asks_how": Text(
        "답이 있으면 규칙의 판단이 바뀔 수 있는 것만 꼽았다.",
        "Only what could change an answer of the rules is counted.",
    ),
    "more_asks": Text("그 밖에 {0}가지", "{0} more"),
    # ---- quality
    "quality": Text("자료의 질", "Quality of the data"),
    "fact": Text("항목", "Fact"),
    "known_of": Text("아는 고객", "Known of"),
    "known_share": Text("비율", "Share"),
    "wanted": Text("있으면 판단이 바뀔 고객", "Would matter for"),
    "faults": Text("쓸 수 없는 행", "Rows that cannot be used"),
    "fault": Text("{0}: {1}행, 예: {2}행 {3}", "{0}: {1} rows, such as line {2}: {3}"),
    "fault_one": Text("{0}: {2}행 {3}", "{0}, line {2}: {3}"),
    "no_faults": Text("쓸 수 없는 행은 없다.", "Every row can be used."),
    "undecided": Text(
        "판단하지 못한 고객 {0}곳(매출 {1}): 읽을 수 없는 행 {2}곳, 규칙의 모순 {3}곳",
        "Customers not decided: {0} (revenue {1}); for rows that cannot be read: {2}, for contradicting rules: {3}",
    ),
    "all_decided": Text("모든 고객을 판단했다.", "Every customer is decided."),
    "no_rep": Text("담당자가 없는 고객 {0}곳(매출 {1})", "Customers without a rep: {0} (revenue {1})"),
    "all_have_reps": Text("담당자가 없는 고객은 없다.", "Every customer has a rep."),
    "reps_unknown": Text("장부에 담당자가 적혀 있지 않다.", "The book names no reps."),
    "order_age": Text("마지막 주문은 기준일 {0}일 전이다.", "The last order is {0} days before the date."),
    "order_age_one": Text("마지막 주문은 기준일 하루 전이다.", "The last order is of the day before the date."),
    "order_age_none": Text("마지막 주문은 기준일의 것이다.", "The last order is of the date itself."),
    "observations": Text("관찰 {0}건: {1}", "Observations: {0}; {1}"),
    "no_observations": Text("고객을 만나 적은 관찰이 없다.", "There are no observations of customers."),
    "up_to": Text("{0}일 이내 {1}건", "{1} not older than {0} days"),
    "older": Text("더 오래된 것 {0}건", "{0} older"),
    # ---- what the figures rest on
    "assumed": Text("무엇을 가정했는가", "What is assumed"),
    "no_orders": Text(
        "주문이 없어 매출 대신 한 해 기여도(분기 기여도의 네 배)를 쓴다.",
        "There are no orders; a year of the contribution (four quarters of it) stands for revenue.",
    ),
    "returns": Text(
        "반품과 취소 {0}은(는) 매출에서 뺐다.", "Returns and cancellations of {0} are taken off the revenue."
    ),
    "no_margin": Text(
        "마진을 알 수 없어 기여도는 거래액 그대로이다.", "No margin is known, so contribution is the volume itself."
    ),
    "short_history": Text(
        "주문 기록이 두 해가 못 되어 전년 대비는 최근 분기로만 본다.",
        "The orders cover less than two years, so trends compare the last quarter with the same one a year ago.",
    ),
    "default": Text("‘{0}’을(를) 모르면 ‘{1}’(으)로 본다.", "Where {0} is not known, {1} is assumed."),
    "no_currency": Text("장부에 통화가 적혀 있지 않다.", "The book names no currency."),
    "rules_of_today": Text(
        "지난 날짜도 지금 규칙으로 보았다. 날짜가 없는 고객 정보는 두 날짜에 같다고 보았다.",
        "The earlier date is judged by the rules of today; what is given of customers without a date counts on both.",
    ),
    "legend": Text(
        "‘자체 기준’은 원전에 없어 회사가 보탠 규칙이다. 매출은 주문에서 반품을 뺀 것으로, 다 지난 달까지만 센다.",
        "“House” marks rules that the company added where the document is silent. Revenue is orders less returns, up "
        "to the last complete month.",
    ),
    "source": Text("자료", "Data"),
    "at_a_glance": Text("한눈에", "At a glance"),
}


def report_words(language: str) -> Mapping[str, str]:
    """Return the words of a report in one language (ko or en), with those of a plan that it shares."""
    return {**phrases_in(language), **{name: text.in_language(language) for name, text in _WORDS.items()}}
