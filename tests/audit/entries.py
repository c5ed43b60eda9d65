"""Entries to log, and a program that logs them: `python entries.py URL FIRST COUNT` prints each number once kept."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from sangdo.engine.audit.store.record import Entry
from sangdo.engine.audit.store.writer import LogWriter, Receipt
from sangdo.engine.language.rule_files import release_hash

NAME = "한빛상사"
RULES = {"rulebook.yaml": b"release: '1'\n", "area/question.yaml": "이름: 질문\n".encode(), "vocabulary.yaml": b""}
OTHER_RULES = {**RULES, "rulebook.yaml": b"release: '2'\n"}
RELEASE = release_hash(RULES)


def decision(number: int, customer: str = "C1", name: str = NAME, rules: dict[str, bytes] = RULES) -> Entry:
    """A small decision of a customer with a name and a reason."""
    body = {
        "plan": {"answers": {"quadrant": "EI", "net_benefit": -12.5}, "known": [True, None, 3]},
        "facts": {"name": name, "reason": f"{name}의 창고가 {number}월에 찬다"},
    }
    terms = ("rule:Q-1", "clause:E1", "answer:quadrant=EI")
    personal = (name, f"{name}의 창고가 {number}월에 찬다")
    return Entry("decision", "Hana", customer, f"{number:016x}", release_hash(rules), terms, body, personal)


def append(url: str, *entries: Entry, rules: dict[str, bytes] = RULES) -> list[Receipt]:
    """Append entries to a log."""
    with LogWriter.open(url) as writer:
        return [writer.append(entry, lambda: rules) for entry in entries]


def start_writer(url: str, first: int, count: int) -> subprocess.Popen[str]:
    """Start a process that appends decisions numbered from `first`."""
    words = [sys.executable, str(Path(__file__)), url, str(first), str(count)]
    return subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def main(url: str, first: str, count: str) -> None:
    """Append decisions one by one, and say the number of each when it is kept."""
    with LogWriter.open(url) as writer:
        for number in range(int(first), int(first) + int(count)):
            receipt = writer.append(decision(number), lambda: RULES)
            print(receipt.seq, f"{number:016x}", flush=True)  # noqa: T201


if __name__ == "__main__":
    main(*sys.argv[1:])
