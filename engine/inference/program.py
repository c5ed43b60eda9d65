"""The program: a Rulebook compiled to the subset of durable-rules that is exact.

A program has one segment, a ruleset of durable-rules, for each run of strata of one level, or several for a
long run. In a segment every rule is a join of patterns over flat messages; its priority is its place in the
chain; a gate opens a question that applies, and a closing rule ends each stratum. What cannot be expressed
safely is refused with the rule named; the limits are those at which durable-rules 2.0.28 was seen to hang or
crash.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from sangdo.engine.inference.messages import FactMessages, element_name, encode, signal, subject_of, unknown_name
from sangdo.engine.inference.thresholds import ResolvedThreshold
from sangdo.engine.inference.variants import Check, Expander, TooManyVariants, Variant
from sangdo.engine.language.errors import Location, Problem, RulesInvalid
from sangdo.engine.language.rulebook import Choose, Level, Question, Rule, Rulebook, Status
from sangdo.engine.language.strata import arrange_runs

MAX_NAMES = 480
MAX_CHECKS = 60
MAX_SHARED = 250
MAX_PATTERNS = 16
MAX_RULES = 4000
MAX_STRATA = 200
MAX_TEXT_BYTES = 65_000

CLOCK = "$"


@dataclass(frozen=True, slots=True)
class Entry:
    """What one rule of the ruleset stands for: `opens` a question, `holds`, `fails`, or `closes` a stratum.

    `gates` are the messages that open the question.
    """

    role: str
    question: str = ""
    rule: str = ""
    gates: tuple[str, ...] = ()
    stratum: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Segment:
    """One ruleset: its definition as JSON, what each of its rules stands for, and the messages it reads.

    `start` are the messages every session begins with; `subjects` maps the id of a message to the fact it is
    about ("" for a gate or the clock); `messages` says what is asserted of each fact that a pattern reads, and
    `before` are those of them that no question of this segment answers. Questions in `always` need no gate.
    """

    definition: str
    entries: Mapping[str, Entry]
    start: tuple[str, ...]
    subjects: Mapping[str, str]
    messages: Mapping[str, FactMessages]
    before: tuple[str, ...]
    always: frozenset[str]


@dataclass(frozen=True, slots=True)
class Run:
    """The segments that are run for the customer, or for one product after another."""

    level: Level
    segments: tuple[Segment, ...]


@dataclass(frozen=True, slots=True)
class Program:
    """All runs, in their order."""

    runs: tuple[Run, ...]

    @property
    def segments(self) -> tuple[Segment, ...]:
        return tuple(segment for run in self.runs for segment in run.segments)


def compile_program(rulebook: Rulebook, thresholds: Mapping[str, ResolvedThreshold]) -> Program:
    """Compile a rulebook for one set of resolved thresholds; raises RulesInvalid naming the rule it refuses."""
    runs = []
    for run in arrange_runs(rulebook):
        level = rulebook.questions[run[0][0]].level
        parts = _parts(rulebook, run)
        runs.append(Run(level, tuple(_Compiler(rulebook, thresholds, part).compile() for part in parts)))
    return Program(tuple(runs))


def _parts(rulebook: Rulebook, strata: Iterable[tuple[str, ...]]) -> Iterator[list[tuple[str, ...]]]:
    """Cut a run into parts that stay under the limits of one ruleset."""
    part: list[tuple[str, ...]] = []
    rules = 0
    for stratum in strata:
        count = sum(len(rulebook.questions[name].rules) for name in stratum)
        if part and (rules + count > MAX_RULES // 4 or len(part) >= MAX_STRATA):
            yield part
            part, rules = [], 0
        rules += count
        part.append(stratum)
    if part:
        yield part


@dataclass
class _Pending:
    """A rule of the ruleset before it is written down."""

    name: str
    entry: Entry
    variant: Variant
    priority: int
    location: Location | None


@dataclass
class _Compiler:
    rulebook: Rulebook
    thresholds: Mapping[str, ResolvedThreshold]
    strata: list[tuple[str, ...]]
    pending: list[_Pending] = field(default_factory=list)
    always: set[str] = field(default_factory=set)
    opened: list[str] = field(default_factory=list)
    priority: int = 0

    def compile(self) -> Segment:
        self.expander = Expander(self.rulebook.facts, self.thresholds)
        for stratum in self.strata:
            for name in stratum:
                self._question(self.rulebook.questions[name])
            self._add(Entry("closes", stratum=stratum), frozenset([(CLOCK, None)]), None)
        self._check_limits()
        names = list(dict.fromkeys(name for one in self.pending for name, _ in sorted(one.variant, key=_order)))
        _check_identities(names)
        prefixes = {
            name: f'{{"id":"{number}","sid":"0","f":{encode(name)},"v":' for number, name in enumerate(names, start=1)
        }
        definition = ",".join(f"{encode(one.name)}:{_rule_json(one)}" for one in self.pending)
        messages = self._messages_by_fact(prefixes)
        answered = {name for stratum in self.strata for name in stratum}
        return Segment(
            "{" + definition + "}",
            {one.name: self._with_messages(one.entry, prefixes) for one in self.pending},
            tuple(signal(prefixes[name]) for name in (CLOCK, *self.opened)),
            {str(number): subject_of(name) for number, name in enumerate(names, start=1)},
            messages,
            tuple(name for name in messages if name not in answered),
            frozenset(self.always),
        )

    def _with_messages(self, entry: Entry, prefixes: Mapping[str, str]) -> Entry:
        """Name the gates of an entry by their messages, those that some rule waits for."""
        return replace(entry, gates=tuple(signal(prefixes[gate]) for gate in entry.gates if gate in prefixes))

    def _add(self, entry: Entry, variant: Variant, location: Location | None) -> None:
        self.pending.append(_Pending(f"r{len(self.pending)}", entry, variant, self.priority, location))

    def _question(self, question: Question) -> None:
        """Compile the gate of a question, its rules, and for a sum what makes each of them fail.

        A retired question is never asked: the closing of its stratum is all that is left of it.
        """
        if question.status is Status.RETIRED:
            return
        conditions = [self._rule_variants(question, rule) for rule in question.rules]
        self.priority += 1
        gates = self._open(question, [variant for both in conditions for variants in both for variant in variants])
        used = 0
        for rule, (holding, failing) in zip(question.rules, conditions, strict=True):
            self.priority += 1
            for role, variants in (("holds", holding), ("fails", failing)):
                for variant in variants:
                    gate = {(gates[used // MAX_SHARED], None)} if gates else set()
                    self._add(Entry(role, question.name, rule.id), variant | gate, rule.location)
                    used += 1
        self.priority += 1

    def _open(self, question: Question, variants: list[Variant]) -> tuple[str, ...]:
        """Compile what opens a question, and return its gates: several, where too many rules would share one.

        A question that always applies needs none, as long as each of its rules waits for some fact; else its gates
        are open from the start.
        """
        gates = tuple(f"${question.name}.{number}" for number in range((len(variants) - 1) // MAX_SHARED + 1))
        if question.applies is None:
            self.always.add(question.name)
            if all(variants):
                return ()
            self.opened += gates
            return gates
        try:
            opening = self.expander.holding(question.applies)
        except TooManyVariants as refused:
            raise self._refuse(question.location, f"applies of {question.name}", str(refused)) from None
        for variant in opening:
            self._add(Entry("opens", question.name, gates=gates), variant, question.location)
        return gates

    def _rule_variants(self, question: Question, rule: Rule) -> tuple[list[Variant], list[Variant]]:
        try:
            holding = self.expander.holding(rule.when)
            failing = self.expander.failing(rule.when) if question.choose is Choose.SUM else []
        except TooManyVariants as refused:
            raise self._refuse(rule.location, f"the rule {rule.id}", str(refused)) from None
        if isinstance(rule.points, str):
            holding = [variant | {(rule.points, None)} for variant in holding]
        return holding, failing

    def _refuse(self, at: Location, what: str, why: str) -> RulesInvalid:
        return RulesInvalid(Problem(at, f"{what} cannot be run safely: {why}", expected="several smaller rules"))

    def _check_limits(self) -> None:
        """Refuse what durable-rules would answer with a hang or a crash."""
        checks: dict[str, set[object]] = {}
        shared: Counter[object] = Counter()
        for one in self.pending:
            at = one.location or Location(self.rulebook.root)
            what = f"the rule {one.entry.rule}" if one.entry.rule else f"the question {one.entry.question}"
            if len({name for name, _ in one.variant}) > MAX_PATTERNS:
                raise self._refuse(at, what, f"it joins more than {MAX_PATTERNS} facts")
            for name, check in one.variant:
                if check is not None and len(encode(check[1]).encode()) > MAX_TEXT_BYTES:
                    raise self._refuse(at, what, "a text in it is too long")
                checks.setdefault(name, set()).add(check)
                if len(checks[name]) > MAX_CHECKS:
                    raise self._refuse(at, what, f"with it, {name} has more than {MAX_CHECKS} different tests")
            for pattern in _patterns(one.variant):
                shared[pattern] += 1
                if shared[pattern] > MAX_SHARED:
                    raise self._refuse(at, what, f"more than {MAX_SHARED} rules make the same test of {pattern[0]}")
        if len(checks) > MAX_NAMES:
            raise self._refuse(Location(self.rulebook.root), "the rulebook", f"it reads more than {MAX_NAMES} facts")
        if len(self.pending) > MAX_RULES:
            raise self._refuse(Location(self.rulebook.root), "the rulebook", f"it has over {MAX_RULES} alternatives")

    def _messages_by_fact(self, prefixes: Mapping[str, str]) -> dict[str, FactMessages]:
        """Map each fact to the messages about it that some pattern reads."""
        found: dict[str, FactMessages] = {}
        for fact in self.rulebook.facts.values():
            known, unknown = prefixes.get(fact.name), prefixes.get(unknown_name(fact.name))
            words = [(word, element_name(fact.name, word)) for word in fact.values or ()]
            read = tuple((word, prefixes[name]) for word, name in words if name in prefixes)
            if known or unknown or read:
                found[fact.name] = FactMessages(known, signal(unknown) if unknown else None, read)
        return found


def _order(item: tuple[str, object]) -> tuple[bool, str, str]:
    """Facts before gates and the clock: the most telling pattern of a join comes first."""
    return item[0].startswith("$"), item[0], str(item[1])


def _patterns(variant: Variant) -> Iterator[tuple[str, frozenset[Check]]]:
    """Yield the patterns of a variant: one for each message, with all the tests on it."""
    by_name: dict[str, set[Check]] = {}
    for name, check in variant:
        by_name.setdefault(name, set()).update([check] if check else [])
    for name in sorted(by_name, key=lambda n: (n.startswith("$"), n)):
        yield name, frozenset(by_name[name])


def _rule_json(one: _Pending) -> str:
    patterns = []
    for number, (name, checks) in enumerate(_patterns(one.variant)):
        tests = [f'{{"f":{encode(name)}}}']
        for symbol, value in sorted(checks, key=str):
            test = f'{{"v":{encode(value)}}}'
            tests.append(f'{{"{symbol}":{test}}}' if symbol else test)
        patterns.append(f'{{"m{number}":{{"$and":[{",".join(tests)}]}}}}')
    return f'{{"all":[{",".join(patterns)}],"pri":{one.priority}}}'


def _check_identities(names: list[str]) -> None:
    """Refuse message ids that durable-rules would take for the same: it compares 32-bit FNV-1a hashes."""
    seen: dict[int, str] = {}
    for text in [*(str(number) for number in range(1, len(names) + 1)), "0", "id", "sid", "f", "v"]:
        code = fnv1a(text)
        if seen.setdefault(code, text) != text:
            problem = Problem(Location("rules"), f"the identities {text} and {seen[code]} cannot be told apart")
            raise RulesInvalid(problem)


def fnv1a(text: str) -> int:
    """The 32-bit FNV-1a hash of a text, as durable-rules computes it for names and ids."""
    code = 0x811C9DC5
    for byte in text.encode():
        code = ((code ^ byte) * 0x01000193) & 0xFFFFFFFF
    return code
