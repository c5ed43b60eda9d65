"""The fixed words of a rep's week, each in Korean and English."""

from __future__ import annotations

from collections.abc import Mapping

from sangdo.engine.decision.phrases import phrases_in
from sangdo.engine.language.rulebook import Text

_WORDS: Mapping[str, Text] = {
    "title": Text("한 주 계획", "The week"),
    "every_rep": Text("모든 담당자", "All reps"),
    "week_of": Text("{0} ~ {1}", "{0} to {1}"),
    "customers": Text("고객", "Customers"),
    "count": Text("{0}곳", "{0}"),
    # ---- the hours
    "hours": Text("시간", "Hours"),
    "per_week": Text("주당 시간", "Hours a week"),
    "demand": Text("규칙이 매기는 주당 시간", "A week by the rules"),
    "asked": Text("이번 주에 들 시간", "Asked for this week"),
    "this_week": Text("이번 주에 쓸 수 있는 시간", "Hours of this week"),
    "given": Text("배정한 시간", "Shared out"),
    "put_off_hours": Text("미룬 시간", "Put off"),
    "how_shared": Text(
        "이번 주에 차례가 온 고객마다 먼저 15분을 주고, 남은 시간은 관심 점수에 견주어 가장 적게 받은 고객에게 "
        "15분씩 더한다. 차례가 오면 그 주기 동안 규칙이 매긴 시간을 한꺼번에 쓴다. 방문 준비와 이동, 전화, 할 일에 "
        "드는 시간도 여기에 든다.",
        "Every customer whose turn it is gets a quarter of an hour; each further quarter goes to whoever has had the "
        "least for their weight. A turn takes the hours that the rules give for all the weeks since the last one. "
        "Preparing, travelling, calls and the actions of the plan are part of it.",
    ),
    "assumed": Text(
        "장부에 주당 시간(hours_per_week)이 없어 {0}으로(로) 보았다.",
        "The book gives no hours_per_week; {0} are assumed.",
    ),
    "fewer_days": Text("휴일이 있어 {0}일만 일한다.", "With the holidays there are {0} working days."),
    "one_day": Text("휴일이 있어 하루만 일한다.", "With the holidays there is one working day."),
    "no_days": Text("일하는 날이 없는 주이다.", "No day of this week is a working day."),
    "given_hours": Text("규칙이 매긴 시간", "The hours that the rules give"),
    "weight_head": Text("관심 점수", "Weight"),
    "rules": Text("규칙", "Rules"),
    # ---- the days
    "days": Text("방문 일정", "The days"),
    "day": Text("날", "Day"),
    "time": Text("때", "Time"),
    "customer": Text("고객", "Customer"),
    "holiday": Text("휴일", "Holiday"),
    "free": Text("잡힌 방문 없음", "nothing planned"),
    "desk": Text("방문 없이", "no visit"),
    "of_asked": Text("{1} 중 {0}", "{0} of {1}"),
    "waited": Text("지난주에서 미뤄 옴", "put off from last week"),
    "waited_weeks": Text("{0}주째 미뤄 옴", "put off for {0} weeks"),
    "rhythm": Text("주기", "Rhythm"),
    # ---- what is put off
    "deferred": Text("미룬 것과 까닭", "What is put off, and why"),
    "nothing_deferred": Text("이번 주에 들 시간이 모두 들어간다.", "All that is asked for fits in."),
    "weight": Text("관심 점수 {0}", "Weight {0}"),
    "why_first": Text(
        "{0}에 모두 {1}이(가) 모자란다. 이번 주에 이보다 점수가 높은 고객은 없다.",
        "{0}: {1} short in all. Nobody of more weight has a turn this week.",
    ),
    "why_heavier": Text(
        "{0}에 모두 {1}이(가) 모자란다. 점수가 더 높은 {2}이(가) 먼저이다({3}).",
        "{0}: {1} short in all. {2} of more weight came first ({3}).",
    ),
    "next_turn": Text("다음 차례는 {0} 주", "next turn in the week of {0}"),
    "no_hours": Text("남은 시간이 없어 {0} 주로 미룸", "no hours left; put off to the week of {0}"),
    "no_room": Text("한 번에 들어갈 날이 없어 {0} 주로 미룸", "no day has room for it; put off to the week of {0}"),
    "put_off_how": Text(
        "줄어든 시간은 나중에 더해 주지 않고, 다음 차례에 다시 제 시간을 신청한다. 통째로 미룬 고객은 다음 주에 먼저 "
        "들어간다.",
        "What is cut is not made up for: the next turn asks for its full time again. Who is put off whole comes first "
        "next week.",
    ),
    # ---- what else there is to know
    "actions": Text("이번 주에 마칠 일", "Due this week"),
    "actions_count": Text("모두 {0}건, 고객 {1}", "{0} in all, for {1}"),
    "portfolio": Text("고객 구성", "The mix of customers"),
    "watch": Text("기준선에 가까운 고객", "Near a line"),
    "watch_how": Text(
        "기준선의 {0} 안에 있어 조금만 움직여도 판단이 바뀐다. 바뀐 값으로 규칙을 다시 돌려 얻은 답이다.",
        "Within {0} of a line: a small move changes an answer. What it would become is what the rules answer there.",
    ),
    "nobody_near": Text("기준선의 {0} 안에 있는 고객이 없다.", "Nobody is within {0} of a line."),
    "figure": Text("수치", "Figure"),
    "line": Text("기준선", "Line"),
    "away": Text("거리", "Away"),
    "rises_to": Text("{0}이(가) 되면", "at {0}"),
    "falls_below": Text("{0}보다 내려가면", "below {0}"),
    "rises_above": Text("{0}을(를) 넘으면", "above {0}"),
    "would": Text("바뀔 답", "Would become"),
    "unanswered": Text("답 없음", "no answer"),
    "ask_wide": Text("여러 계획이 걸린 질문", "Questions on which most plans hang"),
    "plans": Text("계획 {0}건", "{0} plans"),
    "one_plan": Text("계획 1건", "1 plan"),
    "first": Text("먼저 물을 곳: {0}", "first: {0}"),
    "open": Text("아직 판단하지 못한 고객", "Not decided yet"),
    "open_how": Text(
        "규칙이 아직 시간을 정하지 못해 이번 주에 들지 않았다.",
        "The rules set no hours for them yet, so they have no place in the week.",
    ),
    "undecided": Text("계획을 세울 수 없는 고객", "No plan can be made"),
    "more": Text("그 밖에 {0}가지", "and {0} more"),
    "more_customers": Text("그 밖에 {0}곳", "and {0} more"),
    # ---- the whole book
    "summary": Text("한눈에", "At a glance"),
    "visits": Text("방문", "Visits"),
    "deferred_count": Text("줄거나 미룬 곳", "Cut or put off"),
    "due_count": Text("마칠 일", "Due"),
    "warning_count": Text("경고", "Warnings"),
    "no_rep": Text("담당자가 없는 고객", "Customers without a rep"),
    "nobody": Text("담당자가 있는 고객이 없다.", "No customer of the book has a rep."),
}
_SHARED = ("house", "rep", "as_of", "due", "warnings", "legend", "rulebook")


def week_words(language: str) -> Mapping[str, str]:
    """Return the fixed words of a week in one language (ko or en)."""
    plan = phrases_in(language)
    return {name: plan[name] for name in _SHARED} | {name: text.in_language(language) for name, text in _WORDS.items()}
