"""The fixed words of an impact, each in Korean and English."""

from __future__ import annotations

from collections.abc import Mapping

from sangdo.engine.language.rulebook import Text

_WORDS: Mapping[str, Text] = {
    "title": Text("규칙을 바꾸면 장부에 생기는 일", "What a change of rules does to a book"),
    "old": Text("전", "Before"),
    "new": Text("후", "After"),
    "rules": Text("규칙집", "Rulebook"),
    "moved_lines": Text("기준선을 옮김", "lines moved"),
    "book": Text("장부", "Book"),
    "as_of": Text("기준일", "As of"),
    "customers": Text("고객", "Customers"),
    "count": Text("{0}곳", "{0}"),
    "companies": Text("{0}곳", "{0} customers"),
    "company": Text("1곳", "1 customer"),
    # ---- what it comes to
    "nothing": Text(
        "어느 고객에게도 달라지는 것이 없다. {0} 모두 답도 할 일도 그대로이다.",
        "Nothing changes for anybody: all {0} keep their answers and actions.",
    ),
    "verdict": Text("{1} 가운데 {0}({2})이 다른 고객군으로 옮겨 간다.", "{4} of {1} ({2}) move to another group."),
    "verdict_one": Text("{1} 가운데 {0}({2})이 다른 고객군으로 옮겨 간다.", "{4} of {1} ({2}) moves to another group."),
    "verdict_of": Text("{1} 가운데 {0}({2})의 ‘{3}’ 답이 달라진다.", "Of {1}, {0} ({2}) get another answer to “{3}”."),
    "nobody_moves": Text("{0} 가운데 다른 고객군으로 옮겨 가는 곳은 없다.", "None of {0} moves to another group."),
    "nobody_of": Text("{0} 가운데 ‘{1}’의 답이 달라지는 곳은 없다.", "None of {0} gets another answer to “{1}”."),
    "with_revenue": Text("이들의 {0}은 {1}, 장부 전체({2})의 {3}이다.", "Their {0} is {1}, {3} of the book's {2}."),
    "others": Text(
        "{0}은 고객군은 그대로이나 다른 답이나 할 일이 달라진다.",
        "{0} stay in their group, but with other answers or actions.",
    ),
    "other": Text(
        "{0}은 고객군은 그대로이나 다른 답이나 할 일이 달라진다.",
        "{0} stays in its group, but with other answers or actions.",
    ),
    "work": Text("담당자의 시간은 주당 {0}에서 {1}이 된다({2}).", "Reps' hours a week go from {0} to {1} ({2})."),
    "same_work": Text("담당자의 시간은 주당 {0} 그대로이다.", "Reps' hours a week stay at {0}."),
    "last_12_months": Text("최근 12개월 매출", "revenue of the last 12 months"),
    "contribution_a_year": Text("한 해 기여도(분기 기여도의 4배)", "contribution a year (four times the quarter's)"),
    "revenue": Text("매출", "Revenue"),
    # ---- the lines
    "lines": Text("옮긴 기준선", "Lines that move"),
    "line": Text("기준선", "Line"),
    "between": Text("사이에 드는 고객", "Customers in between"),
    "lines_how": Text(
        "사이에 드는 고객은 그 기준선을 보는 조건의 결과가 달라지는 고객이다.",
        "In between are the customers for whom a test against the line turns out otherwise.",
    ),
    "book_line": Text("장부에서 잼", "from the book"),
    "dated_line": Text("규칙의 값", "in the rules"),
    "set_line": Text("옮긴 값", "moved"),
    "none_line": Text("값 없음", "no value"),
    "no_line": Text("없음", "none"),
    "not_read": Text("보는 조건 없음", "no test reads it"),
    # ---- the picture
    "picture": Text("전과 후", "Before and after"),
    "picture_before": Text("전", "Before"),
    "picture_after": Text("후", "After"),
    "contribution_axis": Text("기여도(분기당)", "Contribution a quarter"),
    "stability_axis": Text("안정성", "Stability"),
    "picture_desc": Text(
        "기여도를 가로로, 안정성을 세로로 놓은 고객의 그림. 고객군마다의 수:",
        "Customers by contribution across and stability up. Customers by group:",
    ),
    "picture_key": Text(
        "○ 그대로인 고객, 화살표는 옮겨 가는 고객과 그 방향. 실선은 기준선, 점선은 옮기기 전의 기준선.",
        "○ stays; an arrow moves, and points to where. Solid: the line. Dashed: where the line was before.",
    ),
    "cells_key": Text(
        "고객이 많아 칸으로 묶었다. 네모가 클수록 고객이 많다. 화살표는 그 칸에서 옮겨 가는 고객과 가장 잦은 방향. "
        "점선은 옮기기 전의 기준선.",
        "Many customers, drawn as cells: the larger the square, the more of them. An arrow: customers of the cell who "
        "move, and most of them where. Dashed: where the line was before.",
    ),
    "drawn": Text(
        "등급을 매기는 고객 {0}을 그렸다. 신규, 이탈, 잠재 고객은 표에만 있다.",
        "Drawn: {0}, all that are rated; new, lost and prospective customers stand in the table only.",
    ),
    "edge": Text("{0}은 기여도가 {1}에 못 미쳐 왼쪽 끝에 그렸다.", "{0} with less than {1} stand at the left edge."),
    # ---- groups
    "groups": Text("어디서 어디로", "From where to where"),
    "groups_how": Text(
        "가로줄은 전, 세로줄은 후. 대각선은 그대로인 고객이다.",
        "Rows are before, columns after; on the diagonal they stay.",
    ),
    "from_to": Text("전 ＼ 후", "Before ＼ after"),
    "no_group": Text("없음", "none"),
    "undecided": Text("판단 못함", "not decided"),
    "total": Text("모두", "All"),
    "stay": Text("그대로인 고객", "Customers who stay"),
    "moves": Text("어디로 옮겨 가는가", "The moves"),
    # ---- hours
    "hours": Text("담당자의 주당 시간", "Reps' hours a week"),
    "by_group": Text("고객군", "Group"),
    "by_rep": Text("담당자", "Rep"),
    "no_rep": Text("담당자 없음", "no rep"),
    "difference": Text("차이", "Change"),
    "more": Text("그 밖에 {0}", "and {0} more"),
    # ---- causes
    "causes": Text("무엇이 바꾸는가", "The rules responsible"),
    "causes_how": Text(
        "규칙이나 기준선이 달라 답이 처음 갈리는 질문이다. 뒤의 답은 이를 따라 달라진다.",
        "The first questions whose answers part, as their rules or lines differ; the answers after them follow.",
    ),
    "question": Text("질문", "Question"),
    "affected": Text("달라지는 고객", "changed"),
    "of_them_moved": Text("옮겨 가는 고객", "moved"),
    "otherwise": Text("정한 규칙 없음", "no rule"),
    # ---- customers
    "who_moves": Text("옮겨 가는 고객", "Customers who move"),
    "who_changes": Text("달라지는 고객", "Customers who change"),
    "first_of": Text(
        "{1}곳 가운데 {0}곳만 보인다. csv와 json에는 모두 있다.", "The first {0} of {1}; csv and json have all."
    ),
    "by_revenue": Text("{0}이(가) 큰 순서.", "By {0}, the largest first."),
    "because": Text("까닭", "Because of"),
    "gained": Text("새로 할 일", "New"),
    "dropped": Text("빠지는 일", "Dropped"),
    "avoid": Text("하지 말 것", "not to do"),
    "no_answer": Text("답 없음", "no answer"),
    "same_group": Text("고객군은 그대로", "same group"),
    # ---- questions
    "questions": Text("달라지는 답", "Answers that change"),
    "answers_more": Text("그 밖의 달라진 답 {0}건", "{0} more changed answers of other kinds"),
    "times": Text("{0}건", "{0}"),
    # ---- undecided
    "errors": Text("판단하지 못하게 되는 고객", "Customers that can no longer be decided"),
    "errors_lost": Text("판단할 수 있게 되는 고객", "Customers that can be decided now"),
    # ---- the foot
    "warnings": Text("자료에 관한 주의", "Notes on the data"),
    "bad_rows": Text("장부에 쓸 수 없는 줄이 {0}개 있다.", "{0} rows of the book cannot be used."),
    "house": Text("자체 기준", "house"),
    "legend": Text(
        "‘자체 기준’은 원전에 없어 회사가 보탠 규칙과 할 일이다.",
        "“House” marks the rules and actions that the company added where the source is silent.",
    ),
}


def impact_words(language: str) -> dict[str, str]:
    """Return the words of one language."""
    return {name: text.in_language(language) for name, text in _WORDS.items()}
