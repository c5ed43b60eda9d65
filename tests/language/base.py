"""A tiny valid rulebook, written out so that a test can break one file of it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from sangdo.engine.language.errors import Problem, RulesInvalid
from sangdo.engine.language.loading import load_rulebook

BASE: Mapping[str, str] = {
    "rulebook.yaml": 'release: "1"\ntitle: {ko: 책, en: book}\n',
    "clauses.yaml": """\
clauses:
  D1: {basis: document, title: {ko: 조항, en: clause}}
  H1: {basis: house, title: {ko: 집, en: house}}
""",
    "vocabulary.yaml": """\
facts:
  sales: {label: {ko: 매출, en: sales}, type: money, range: {at least: 0}, from: measured, ask: {ko: 얼마?, en: How much?}}
  kind: {label: {ko: 종류, en: kind}, type: choice, values: {new: {ko: 새, en: new}, old: {ko: 헌, en: old}}, ask: {ko: 종류?, en: Kind?}}
  tags: {label: {ko: 표, en: tags}, type: choices, values: {red: {ko: 빨강, en: red}, blue: {ko: 파랑, en: blue}}, ask: {ko: 표?, en: Tags?}}
  since: {label: {ko: 부터, en: since}, type: date, ask: {ko: 언제?, en: When?}}
  note: {label: {ko: 메모, en: note}, type: text, ask: {ko: 메모?, en: Note?}}
  slow: {label: {ko: 느림, en: slow}, type: flag, of: product, ask: {ko: 느린가?, en: Slow?}}
  answer: {label: {ko: 답, en: answer}, type: choice, values: {yes_: {ko: 예, en: aye}, no_: {ko: 아니오, en: nay}}, from: question, ask: {ko: 답?, en: Answer?}}
  score: {label: {ko: 점수, en: score}, type: number, from: question, ask: {ko: 점수?, en: Score?}}
  fate: {label: {ko: 운명, en: fate}, type: choice, values: {keep: {ko: 유지, en: keep}, drop: {ko: 중단, en: drop}}, of: product, from: question, ask: {ko: 운명?, en: Fate?}}
  weight: {label: {ko: 무게, en: weight}, type: number, of: product, ask: {ko: 무게?, en: Weight?}}
  dropped: {label: {ko: 중단 수, en: dropped}, type: integer, from: {count: fate, is: drop}}
""",
    "area/answer.yaml": """\
question: answer
title: {ko: 답, en: answer}
answers: [yes_, no_]
choose: first_match
otherwise: no_
owner: sales
status: stable
thresholds:
  line: {title: {ko: 선, en: line}, values: {2026-01-01: 5}}
rules:
  - id: A-1
    title: {ko: 하나, en: one}
    basis: document
    clauses: [D1]
    when:
      sales: {at least: line}
    then: yes_
    do: [call]
    because: {ko: "{sales}", en: "{sales}"}
""",
    "area/score.yaml": """\
question: score
title: {ko: 점수, en: score}
choose: sum
owner: sales
status: draft
rules:
  - id: S-1
    title: {ko: 하나, en: one}
    basis: house
    clauses: [H1]
    when: {kind: new}
    add: 3
    if unknown: 1
""",
    "area/fate.yaml": """\
question: fate
title: {ko: 운명, en: fate}
for: product
answers: [keep, drop]
choose: exactly_one
owner: sales
status: stable
rules:
  - id: F-1
    title: {ko: 하나, en: one}
    basis: house
    clauses: [H1]
    when: {slow: true}
    then: drop
""",
    "actions/all.yaml": """\
actions:
  call:
    title: {ko: 전화, en: call}
    who: rep
    within: 14 days
    hours: 1
    clauses: [D1]
    basis: document
    steps: [{ko: 걸어라, en: Call.}]
""",
}


def write(root: Path, files: Mapping[str, str | bytes]) -> Path:
    """Write the base rulebook with some files replaced or added."""
    for name, text in {**BASE, **files}.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return root


def problems_of(root: Path) -> tuple[Problem, ...]:
    """Load a broken rulebook and return its problems; none when it turns out to be valid."""
    try:
        load_rulebook(root)
    except RulesInvalid as invalid:
        return invalid.problems
    return ()
