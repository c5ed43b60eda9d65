"""The canonical form of rule files: order of keys, layout, comments, and what is refused."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from sangdo.engine.language import formatting
from sangdo.engine.language.actions import KEYS as ACTION_KEYS
from sangdo.engine.language.errors import RulesInvalid
from sangdo.engine.language.formatting import MeaningChanged, format_file
from sangdo.engine.language.questions import KEYS, METHOD_KEYS, RULE_KEYS, THRESHOLD_KEYS
from sangdo.engine.language.vocabulary import KEYS as FACT_KEYS
from sangdo.engine.language.vocabulary import RANGE_KEYS, TALLY_KEYS
from sangdo.engine.verify.scenarios.scenario import EXPECT_KEYS
from sangdo.engine.verify.scenarios.scenario import KEYS as SCENARIO_KEYS
from sangdo.engine.verify.scenarios.scenario_shapes import file_grammar

GRAMMAR = file_grammar()
RULES = Path(__file__).parents[2] / "rules"


def canonical(text: str) -> str:
    formatted = format_file(text.encode(), "rule.yaml", GRAMMAR)
    assert format_file(formatted.encode(), "rule.yaml", GRAMMAR) == formatted
    return formatted


def reversed_record(keys: tuple[str, ...], indent: str) -> str:
    return "".join(f"{indent}{key}: x\n" for key in reversed(keys))


@pytest.mark.parametrize("path", sorted(RULES.rglob("*.yaml")), ids=lambda path: path.relative_to(RULES).as_posix())
def test_a_shipped_file_is_in_canonical_form(path: Path) -> None:
    assert canonical(path.read_text("utf-8")) == path.read_text("utf-8")


@pytest.mark.parametrize(
    ("head", "keys", "indent"),
    [
        ("", KEYS, ""),
        ("rules:\n  - ", RULE_KEYS, "    "),
        ("thresholds:\n  line:\n", THRESHOLD_KEYS, "    "),
        ("facts:\n  sales:\n", FACT_KEYS, "    "),
        ("actions:\n  call:\n", ACTION_KEYS, "    "),
        ("scenarios:\n  - ", SCENARIO_KEYS, "    "),
        ("scenarios:\n  - expect:\n", EXPECT_KEYS, "      "),
    ],
)
def test_the_keys_of_a_record_come_in_the_order_that_the_reader_checks(
    head: str, keys: tuple[str, ...], indent: str
) -> None:
    record = reversed_record(keys, indent)
    head = "question: x\n" + head if "thresholds" in head or "rules" in head else head
    formatted = canonical(head + (record[len(indent) :] if head.endswith("- ") else record))
    assert [key for key in re.findall(r"(?m)^[ -]*([a-z_ ]+):", formatted) if key in keys][-len(keys) :] == list(keys)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("clauses:\n  H1: {title: {en: a, ko: 가}, basis: house}\n",
         "clauses:\n  H1: {basis: house, title: {ko: 가, en: a}}\n"),
        ("facts:\n  sales:\n    range: {at most: 5, at least: 0}\n    from: {is: a, count: b}\n",
         "facts:\n  sales:\n    range: {at least: 0, at most: 5}\n    from: {count: b, is: a}\n"),
        ("question: q\nthresholds: {line: {method: {within: [1, 2], median: true}}}\n",
         "question: q\nthresholds:\n  line:\n    method: {median: true, within: [1, 2]}\n"),
        ("title: {ko: 책, en: book}\nrelease: '1'\n", "release: '1'\ntitle: {ko: 책, en: book}\n"),
    ],
)  # fmt: skip
def test_inner_records_have_an_order_too(text: str, expected: str) -> None:
    assert canonical(text) == expected
    assert (*RANGE_KEYS, *TALLY_KEYS, *METHOD_KEYS)[:2] == ("at least", "at most")


def test_what_has_no_fixed_order_keeps_its_own() -> None:
    text = (
        "question: q\nanswers: [b, a]\nrules:\n  - id: R-1\n"
        "    when:\n      b: 1\n      a: {less than: 2, at least: 1}\n"
    )
    assert canonical(text) == text
    values = "facts:\n  tongue:\n    values:\n      en: {ko: 영어, en: English}\n      ko: {ko: 한국어, en: Korean}\n"
    assert canonical(values) == values


def test_a_key_that_is_unknown_stays_behind_the_one_it_followed() -> None:
    assert canonical("title: a\nquestion: b\nquestoin: c\n") == "question: b\nquestoin: c\ntitle: a\n"


def test_texts_lists_and_tests_stand_on_one_line_when_it_fits() -> None:
    text = "question: q\ntitle:\n  ko: 가\n  en: a\nanswers:\n- a\n- b\napplies:\n  sales:\n    less than: 5\n"
    assert canonical(text) == (
        "question: q\ntitle: {ko: 가, en: a}\napplies: {sales: {less than: 5}}\nanswers: [a, b]\n"
    )


def test_a_line_is_at_most_120_characters_long() -> None:
    short, long = "x" * (120 - len("title: {ko: 가, en: }")), "x" * (121 - len("title: {ko: 가, en: }"))
    assert canonical(f"question: q\ntitle: {{ko: 가, en: {short}}}\n").endswith(f"\ntitle: {{ko: 가, en: {short}}}\n")
    assert canonical(f"question: q\ntitle: {{ko: 가, en: {long}}}\n").endswith(f"\ntitle:\n  ko: 가\n  en: {long}\n")


def test_records_and_groups_of_conditions_stand_in_blocks() -> None:
    text = "question: q\nrules: [{id: R-1, when: {any: [{a: 1}, {b: 2, c: [u, v]}]}}]\n"
    assert canonical(text) == (
        "question: q\nrules:\n  - id: R-1\n    when:\n      any:\n        - {a: 1}\n        - {b: 2, c: [u, v]}\n"
    )


@pytest.mark.parametrize("word", ['"12"', "'12'", "12", "1.50", "2026-01-01", "true", '"true"', "~", "나 다", "-3"])
def test_words_keep_their_spelling_and_their_quotes(word: str) -> None:
    text = f"actions:\n  call:\n    title: {word}\n    clauses: [{word}]\n"
    assert canonical(text) == text


@pytest.mark.parametrize("word", ["why?", "a, b", "{x", "a:b", "[x"])
def test_a_bare_word_that_braces_would_break_stays_outside_them(word: str) -> None:
    quoted = word if word[0] not in "{[" else f"x{word}"
    assert canonical(f"question: q\ntitle:\n  en: {quoted}\n  ko: 가\n").endswith(f"title:\n  ko: 가\n  en: {quoted}\n")


def test_long_texts_are_indented_but_not_filled_anew() -> None:
    text = (
        "rules:\n- because: >-\n     first\n       more\n\n     last\n  title:\n      - first\n        last\n"
        '  id: "a\n\n   b"\n'
    )
    assert canonical(text) == (
        'rules:\n  - id: "a\n\n      b"\n    title:\n      - first\n        last\n'
        "    because: >-\n      first\n        more\n\n      last\n"
    )


@pytest.mark.parametrize("mark", ["|", "|-", "|+", ">", "|2", "|2-"])
@pytest.mark.parametrize("end", ["", "\n", "\n\n\n"])
def test_a_block_of_text_keeps_its_value(mark: str, end: str) -> None:
    canonical(f"rules:\n - because: {mark}  # why\n     one\n      two{end}")
    assert "  # why\n" in canonical(f"rules:\n - because: {mark}  # why\n     one\n{end}   title: x\n")


def test_comments_stay_where_they_belong() -> None:
    text = """\
# yaml-language-server: $schema=../schemas/question.schema.json

# About this question.
title: {ko: 가, en: a}   # beside the title
# before the question
question: q
thresholds:  # beside the thresholds

  # ---- lines
  line:
      unit: {ko: 개, en: pieces}
      # before the title of the line
      title: {ko: 선, en: line}
      # values: {2026-01-01: 1}
  # at the end of the thresholds

rules:
- # above the rule
  title: {ko: 규칙, en: rule}
  id: R-1 # beside the id
  clauses: [E1, # beside E1
            E2]
# the end
"""
    assert (
        canonical(text)
        == """\
# yaml-language-server: $schema=../schemas/question.schema.json

# About this question.
# before the question
question: q
title: {ko: 가, en: a}  # beside the title
thresholds:  # beside the thresholds
  # ---- lines
  line:
    # before the title of the line
    title: {ko: 선, en: line}
    unit: {ko: 개, en: pieces}
    # values: {2026-01-01: 1}
  # at the end of the thresholds

rules:
  # above the rule
  - id: R-1  # beside the id
    title: {ko: 규칙, en: rule}
    clauses:
      - E1  # beside E1
      - E2
# the end
"""
    )


def test_a_blank_line_before_an_entry_stays_and_there_is_never_more_than_one() -> None:
    text = "\n\nactions:\n\n  a: {title: x}\n\n\n\n  b: {title: w}\n  c: {title: z}\n\n\n"
    assert canonical(text) == "actions:\n  a:\n    title: x\n\n  b:\n    title: w\n  c:\n    title: z\n"


def test_a_hash_within_a_word_is_no_comment() -> None:
    text = "release: \"a # b\"\ntitle: {ko: 'x #y', en: a#b}\n"
    assert canonical(text) == "release: \"a # b\"\ntitle:\n  ko: 'x #y'\n  en: a#b\n"


def test_line_ends_the_mark_of_byte_order_and_hangul_in_parts_are_made_plain() -> None:
    decomposed = "\u1100\u1161"
    data = f"\ufeffrelease: a  # {decomposed}\r\ntitle: {decomposed}".encode()
    assert format_file(data, "rule.yaml", GRAMMAR) == "release: a  # 가\ntitle: 가\n"


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("a: [\n", 2, "cannot be read as YAML"),
        ("question: &a q\n", 1, "anchors (&name) are not allowed"),
        ("question: q\nquestion: r\n", 2, 'the key "question" is given twice (first on line 1)'),
        ("# only\n", 0, "the file is empty"),
        ("- a\n", 1, "this is no kind of rule file\n     1 | - a\n       | ^\n       expected: the key actions or "),
        ("colour: red\n", 1, "this is no kind of rule file"),
        ("question: q\n? a\n  b\n: 1\n", 2, "this key cannot be laid out"),
        ("question: q\n? |\n  b\n: 1\n", 2, "this key cannot be laid out"),
        (f"question: q\n? {'k' * 1001}\n: 1\n", 2, "expected: a key on one line, of at most 1000 characters"),
        ("question: q\n# a\u2028title: x\n", 2, "the character U+2028 breaks the line, but editors do not show it"),
    ],
)  # fmt: skip
def test_what_cannot_be_formatted_is_said_with_its_place(text: str, line: int, message: str) -> None:
    with pytest.raises(RulesInvalid) as refused:
        canonical(text)
    assert message in str(refused.value)
    assert refused.value.problems[0].location.line == line


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ("question: q\ntitle: '1'\n", "would not mean the same"),
        ("question: q\n", "would not mean the same"),
        ("question: q\nquestion: q\ntitle: 1\n", "would not mean the same"),
        ("question: q\ntitle: [1]\n", "would not mean the same"),
        ("question: q\ntitle: 1\n", "would lose a comment"),
    ],
)
def test_a_form_that_says_something_else_is_a_fault(wrong: str, message: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(formatting, "lay_out", lambda *_: wrong)
    with pytest.raises(MeaningChanged, match=message):
        format_file(b"title: 1  # one\nquestion: q\n", "rule.yaml", GRAMMAR)
