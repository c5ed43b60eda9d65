"""Whatever stands in a rule file or a facts file, reading it ends soon in a value or in a clear error."""

from __future__ import annotations

import gc
import random
import shutil
import time
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sangdo.engine.facts.facts import Facts
from sangdo.engine.facts.facts_file import parse_facts
from sangdo.engine.language.errors import DataInvalid, RulesInvalid, SangdoError
from sangdo.engine.language.loading import load_rulebook
from sangdo.engine.language.rule_files import rule_files
from sangdo.engine.language.rulebook import Rulebook

RULES = Path(__file__).parents[2] / "rules"
SMALL = Path(__file__).parents[1] / "language" / "base"
AS_OF = date(2026, 1, 1)
SECONDS = 2.0
FILES = ("rulebook.yaml", "vocabulary.yaml", "clauses.yaml", "area/answer.yaml", "actions/all.yaml")


def _rule(n: int) -> str:
    return (
        f"  - id: R-{n}\n    title: {{ko: a, en: a}}\n    basis: house\n    clauses: [H1]\n"
        f"    when: {{salse{n}: 1}}\n    then: yes_\n"
    )


def _bomb() -> bytes:
    doubled = (b"%c: &%c [*%c,*%c]\n" % (c, c, c - 1, c - 1) for c in range(98, 122))
    return b"a: &a [x,x,x,x]\n" + b"".join(doubled)


HOSTILE: dict[str, bytes | Callable[[], bytes]] = {
    "an alias bomb": _bomb,
    "deep brackets": lambda: b"[" * 100_000,
    "deep braces": lambda: b"{a: " * 100_000,
    "deep blocks": lambda: b"".join(b" " * n + b"a:\n" for n in range(1_900)),
    "deep dashes": lambda: b"- " * 100_000 + b"a",
    "deep question marks": lambda: b"? " * 100_000 + b"a",
    "a huge file": lambda: b"x" * 100_000_000,
    "two megabytes of one word": lambda: b"question: " + b"x" * 1_900_000,
    "a key of a megabyte": lambda: b"x" * 1_000_000 + b": 1\n",
    "many long keys": lambda: b"".join(b"%d" % n + b"x" * 900 + b": 1\n" for n in range(2_000)),
    "many unknown keys": lambda: b"".join(b"questoin%d: 1\n" % n for n in range(100_000)),
    "many unknown facts": lambda: b"facts: {}\n" + b"".join(b"slaes%d: 1\n" % n for n in range(100_000)),
    "many values": lambda: b"[" + b"1," * 900_000 + b"]",
    "many empty lists": lambda: b"[" + b"[]," * 600_000 + b"]",
    "many colons": lambda: b":" * 500_000,
    "many empty keys": lambda: b"? \n" * 500_000,
    "many quotes": lambda: b"'" * 1_000_000,
    "many comments": lambda: b"#\n" * 900_000,
    "many rules": lambda: (SMALL / "area/answer.yaml").read_bytes() + "".join(map(_rule, range(10_000))).encode(),
    "UTF-16": lambda: (SMALL / "vocabulary.yaml").read_text("utf-8").encode("utf-16"),
    "UTF-32": lambda: (SMALL / "vocabulary.yaml").read_text("utf-8").encode("utf-32"),
    "UTF-16 without a mark": lambda: "question: a\n".encode("utf-16-le"),
    "CP949": lambda: (SMALL / "vocabulary.yaml").read_text("utf-8").encode("cp949"),
    "a mark of byte order alone": b"\xef\xbb\xbf",
    "a lone surrogate": b"a: \xed\xa0\x80",
    "an escaped surrogate": b'sales: "\\ud800"\nnote: "\\ud800"\n',
    "NUL": b"a: \0\n",
    "a null byte escaped": b'note: "\\0"\n',
    "tabs": b"\ta:\t1\n\t\tb: 2\n",
    "a tag that runs a command": b"!!python/object/apply:os.system [exit]",
    "a tag of ours": b"!include /etc/passwd",
    "a directive": b"%YAML 9.9\n---\na: 1\n",
    "a directive of tags": b"%TAG ! tag:x,2000:\n---\n!a b\n",
    "keys given twice": b"a: 1\na: 2\na: 3\n",
    "no and on": b"no: on\nyes: off\ny: n\n",
    "an unquoted comparison": b"sales: > 5\nkind: >\n",
    "invalid dates": b"since: 2026-02-30\nas_of: 0000-00-00\n9999-99-99: 1\n",
    "1e999": b"sales: 1e999\nscore: -1e999\n",
    ".nan and .inf": b"sales: .nan\nscore: -.inf\n",
    "integers of 5,000 digits": b"sales: " + b"9" * 5_000 + b"\n" + b"9" * 5_000 + b": 1\n",
    "a fraction of 5,000 digits": b"sales: 1." + b"9" * 5_000 + b"\n",
    "an exponent of 5,000 digits": b"sales: 1e" + b"9" * 5_000 + b"\n",
    "an empty key": b": 1\n",
    "null and nothing": b"~: ~\nnull: null\n",
    "a list as key": b"? [a, b]\n: 1\n",
    "a mapping as key": b"? {a: b}\n: 1\n",
    "a merge": b"<<: {a: 1}\n<<: *b\n",
    "an alias that is not there": b"*a : 1\n",
    "several documents": b"a: 1\n---\nb: 2\n...\n---\n",
    "an end without a beginning": b"...\n...\n",
    "odd lines": "a: 1\u2028b: 2\u0085c: 3\r\rd: 4".encode(),
    "text from right to left": "\u202eselas: 1\n".encode(),
    "products that are odd": b"products: [1, {product: 1}, {product: a}, {product: a}, {slow: 3}, []]\n",
    "facts in facts": b"facts: {facts: {sales: 1}, products: []}\nlines: {line: .nan}\nreasons: [1]\n",
    "too many products": lambda: b"products: [" + b"{product: a}," * 60_000 + b"]",
    "many wrong values": lambda: b"tags: [" + b",".join(b"rde%d" % n for n in range(100_000)) + b"]",
}


def assert_clear(outcome: object, started: float) -> None:
    """What came of reading a file came soon, and an error has problems that can be read."""
    assert time.process_time() - started < SECONDS
    if isinstance(outcome, SangdoError):
        assert outcome.problems
        assert len(str(outcome)) < 200_000


def load(root: Path) -> Rulebook | RulesInvalid:
    """Load a rulebook, however broken, within the time allowed (processor time, not the clock's)."""
    started = time.process_time()
    try:
        outcome: Rulebook | RulesInvalid = load_rulebook(root)
    except RulesInvalid as invalid:
        outcome = invalid
    assert_clear(outcome, started)
    return outcome


def parse(data: bytes, rulebook: Rulebook) -> Facts | DataInvalid:
    """Read a facts file, however broken, within the time allowed."""
    started = time.process_time()
    try:
        outcome: Facts | DataInvalid = parse_facts(data, "facts.yaml", rulebook, AS_OF)
    except DataInvalid as invalid:
        outcome = invalid
    assert_clear(outcome, started)
    return outcome


@pytest.fixture(scope="module", autouse=True)
def _own_heap() -> Iterator[None]:
    """Keep what other tests left on the heap out of the collector, whose time would count as the reader's."""
    gc.collect()
    gc.freeze()
    yield
    gc.unfreeze()


@pytest.fixture(scope="module")
def small() -> Rulebook:
    return load_rulebook(SMALL)


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return Path(shutil.copytree(SMALL, tmp_path_factory.mktemp("rules") / "rules"))


def replaced(root: Path, name: str, content: bytes) -> Rulebook | RulesInvalid:
    """Load a rulebook with one file replaced, then put the file back."""
    path = root / name
    original = path.read_bytes()
    path.write_bytes(content)
    try:
        return load(root)
    finally:
        path.write_bytes(original)


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_rule_file_is_refused_soon(name: str, copy: Path) -> None:
    made = HOSTILE[name]
    content = made() if callable(made) else made
    for file in FILES if len(content) < 10_000 else FILES[3:4]:
        assert isinstance(replaced(copy, file, content), RulesInvalid), file


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_facts_file_is_refused_soon(name: str, small: Rulebook) -> None:
    made = HOSTILE[name]
    outcome = parse(made() if callable(made) else made, small)
    assert isinstance(outcome, Facts if name == "a fraction of 5,000 digits" else DataInvalid)


@settings(max_examples=150, derandomize=True, deadline=None, suppress_health_check=list(HealthCheck), database=None)
@given(st.binary(max_size=200), st.sampled_from(FILES))
def test_random_bytes_in_a_rule_file_are_refused(copy: Path, content: bytes, name: str) -> None:
    assert isinstance(replaced(copy, name, content), RulesInvalid)


@settings(max_examples=300, derandomize=True, deadline=None, suppress_health_check=list(HealthCheck), database=None)
@given(st.binary(max_size=200) | st.text("abs: -[]{}'\"#&*!|>%@\n\t,?0.", max_size=60).map(str.encode))
def test_random_bytes_as_facts_are_refused_or_read(small: Rulebook, content: bytes) -> None:
    parse(content, small)


def mutations(text: bytes, chance: random.Random) -> Iterator[bytes]:
    """Yield one mutation of each kind: a flipped byte, a cut, a lost piece, swapped, repeated and deleted lines."""
    lines = text.splitlines(keepends=True)
    place, other = chance.randrange(len(text)), chance.randrange(len(lines))
    line = chance.randrange(len(lines))
    yield text[:place] + bytes([text[place] ^ (1 << chance.randrange(8))]) + text[place + 1 :]
    yield text[:place] + chance.choice(b"{}[]:,&*!|>'\"%@`#-?\t\n\0".decode()).encode() + text[place + 1 :]
    yield text[:place]
    yield text[:place] + text[place + chance.randrange(1, 40) :]
    swapped = list(lines)
    swapped[line], swapped[other] = swapped[other], swapped[line]
    yield b"".join(swapped)
    yield b"".join([*lines[:line], *lines[line + 1 :]])
    yield b"".join([*lines[:line], lines[line], lines[other], *lines[line + 1 :]])
    yield b"".join([*lines[:line], lines[line].split(b":")[0] + b":\n", *lines[line + 1 :]])
    yield b"".join([*lines[:line], b"  " + lines[line], *lines[line + 1 :]])


def mutate(root: Path, rounds: int, seed: int) -> tuple[int, int]:
    """Load a rulebook with each of its files mutated in turn; return how many were refused, and how many valid."""
    chance, refused, valid = random.Random(seed), 0, 0
    for path in rule_files(root) * rounds:
        for content in mutations(path.read_bytes(), chance):
            if isinstance(replaced(root, str(path.relative_to(root)), content), RulesInvalid):
                refused += 1
            else:
                valid += 1
    return refused, valid


def test_a_mutated_rule_file_is_read_or_refused(copy: Path) -> None:
    refused, valid = mutate(copy, 6, 1)
    assert refused > 150
    assert valid > 25, "some mutations only change a text"


def test_a_mutated_file_of_the_shipped_rules_is_read_or_refused(tmp_path: Path) -> None:
    root = Path(shutil.copytree(RULES, tmp_path / "rules"))
    name = random.Random(3).choice(rule_files(root)).relative_to(root)
    chance = random.Random(2)
    original = (root / name).read_bytes()
    outcomes = [replaced(root, str(name), content) for _ in range(3) for content in mutations(original, chance)]
    assert any(isinstance(outcome, RulesInvalid) for outcome in outcomes)


@pytest.mark.nightly
def test_every_file_of_the_shipped_rules_mutated_is_read_or_refused(tmp_path: Path) -> None:
    refused, valid = mutate(Path(shutil.copytree(RULES, tmp_path / "rules")), 6, 4)
    assert refused > valid > 0


def test_a_mutated_facts_file_is_read_or_refused(small: Rulebook) -> None:
    text = "sales: 12.5\nkind: new\ntags: [red]\nnote: '가 나'\nas_of: 2026-01-01\n".encode()
    text += b"products:\n  - {product: a, slow: true}\n"
    chance = random.Random(5)
    outcomes = [parse(content, small) for _ in range(150) for content in mutations(text, chance)]
    assert {type(outcome) for outcome in outcomes} == {Facts, DataInvalid}
