"""Each trap of durable-rules 2.0.28: what is just under its limit runs right, what is over is refused by name."""

from __future__ import annotations

from typing import Any

import pytest

from sangdo.engine.inference.messages import encode
from sangdo.engine.inference.program import MAX_NAMES, compile_program, fnv1a
from sangdo.engine.inference.thresholds import resolve_thresholds
from sangdo.engine.language.errors import RulesInvalid
from sangdo.engine.language.rulebook import AllOf, AnyOf, Choose, FactType, NoneOf, Rulebook
from sangdo.tests.inference.wide import AS_OF, at_least, decide, fact, includes, is_, points, question, rule, rulebook


def refusal(book: Rulebook) -> str:
    """Compile a rulebook that must be refused, and return the refusal."""
    with pytest.raises(RulesInvalid) as refused:
        compile_program(book, resolve_thresholds(book, AS_OF, {}))
    (problem,) = refused.value.problems
    assert problem.expected
    return problem.message


def many_tests(count: int) -> Rulebook:
    return rulebook([fact("x")], [question("q", [rule(f"R-{n}", at_least("x", n)) for n in range(count)])])


def test_sixty_many_tests_that_all_hold_fire_sixty_rules() -> None:
    (trace, half, none) = decide(many_tests(60), {"x": 100}, {"x": 29.5}, {"x": -1})
    assert [len(one.firings) for one in (trace, half, none)] == [60, 30, 0]


def test_sixty_one_many_tests_are_refused_with_the_rule_that_is_too_many() -> None:
    assert refusal(many_tests(61)) == (
        "the rule R-60 cannot be run safely: with it, x has more than 60 different tests"
    )


def facts_joined(count: int) -> Rulebook:
    names = [f"x{n}" for n in range(count)]
    joined = AllOf(tuple(is_(name, 1) for name in names))
    return rulebook([fact(name) for name in names], [question("q", [rule("R-1", joined)])])


def test_a_rule_that_joins_sixteen_facts_fires_only_when_all_of_them_match() -> None:
    all_match = {f"x{n}": 1 for n in range(16)}
    traces = decide(facts_joined(16), all_match, *({**all_match, name: 2} for name in all_match))
    assert [len(trace.firings) for trace in traces] == [1] + 16 * [0]
    assert [name for name, _ in traces[0].firings[0].matched] == sorted(all_match)


def test_a_rule_that_joins_seventeen_facts_is_refused() -> None:
    assert refusal(facts_joined(17)) == "the rule R-1 cannot be run safely: it joins more than 16 facts"


def rules_of_one_test(count: int) -> Rulebook:
    return rulebook([fact("x")], [question("q", [rule(f"R-{n}", is_("x", 1)) for n in range(count)])])


def test_two_hundred_and_fifty_rules_of_one_test_all_fire() -> None:
    (trace, none) = decide(rules_of_one_test(250), {"x": 1}, {"x": 0})
    assert [firing.rule for firing in trace.firings] == [f"R-{n}" for n in range(250)]
    assert not none.firings


def test_two_hundred_and_fifty_one_rules_of_one_test_are_refused() -> None:
    assert refusal(rules_of_one_test(251)) == (
        "the rule R-250 cannot be run safely: more than 250 rules make the same test of x"
    )


def test_more_rules_than_one_gate_can_open_are_shared_among_gates() -> None:
    names = [f"x{n}" for n in range(12)]
    rules = [rule(f"R-{n}-{m}", at_least(name, m)) for n, name in enumerate(names) for m in range(59)]
    book = rulebook([fact(name) for name in [*names, "open"]], [question("q", rules, is_("open", 1))])
    values = dict.fromkeys(names, 30)
    (asked, closed) = decide(book, {**values, "open": 1}, {**values, "open": 0})
    assert len(asked.firings) == 12 * 31
    assert not closed.firings


def alternatives(count: int) -> Rulebook:
    names = [f"x{n}" for n in range(count)]
    when = AnyOf(tuple(is_(name, 1) for name in names))
    return rulebook([fact(name) for name in names], [question("q", [rule("R-1", when)])])


def test_a_rule_of_sixty_four_alternatives_that_all_hold_fires_once() -> None:
    (trace, last, none) = decide(alternatives(64), {f"x{n}": 1 for n in range(64)}, {"x63": 1}, {"x3": 2})
    assert [len(one.firings) for one in (trace, last, none)] == [1, 1, 0]


def test_a_rule_of_sixty_five_alternatives_is_refused() -> None:
    assert refusal(alternatives(65)) == "the rule R-1 cannot be run safely: more than 64 alternatives"


def test_a_gate_of_sixty_five_alternatives_is_refused_with_its_question() -> None:
    names = [f"x{n}" for n in range(65)]
    gate = AnyOf(tuple(is_(name, 1) for name in names))
    book = rulebook([fact(name) for name in names], [question("q", [rule("R-1", None)], gate)])
    assert refusal(book) == "applies of q cannot be run safely: more than 64 alternatives"


def test_what_makes_a_rule_of_a_sum_fail_is_counted_too() -> None:
    names = [f"x{n}" for n in range(65)]
    joined = NoneOf(tuple(NoneOf((is_(name, 1),)) for name in names))
    book = rulebook([fact(name) for name in names], [question("q", [points("R-1", joined, 1)], None, Choose.SUM)])
    assert refusal(book) == "the rule R-1 cannot be run safely: more than 64 alternatives"


def test_alternatives_are_counted_before_they_multiply() -> None:
    names = [f"x{n}" for n in range(40)]
    pairs = [AnyOf((is_(name, 1), is_(name, 2))) for name in names]
    book = rulebook([fact(name) for name in names], [question("q", [rule("R-1", AllOf(tuple(pairs)))])])
    assert refusal(book) == "the rule R-1 cannot be run safely: more than 64 alternatives"


def facts_read(count: int) -> Rulebook:
    names = [f"x{n}" for n in range(count)]
    rules = [rule(f"R-{n}", at_least(name, 1)) for n, name in enumerate(names)]
    return rulebook([fact(name) for name in names], [question("q", rules)])


def test_as_many_facts_as_one_ruleset_can_read_all_match() -> None:
    count = MAX_NAMES - 1  # the clock is one more
    (trace, none) = decide(facts_read(count), {f"x{n}": 1 for n in range(count)}, {f"x{n}": 0 for n in range(count)})
    assert len(trace.firings) == count
    assert not none.firings


def test_a_fact_more_than_one_ruleset_can_read_is_refused() -> None:
    assert refusal(facts_read(MAX_NAMES)) == (
        f"the rulebook cannot be run safely: it reads more than {MAX_NAMES} facts"
    )


def test_over_four_thousand_alternatives_in_one_stratum_are_refused() -> None:
    names = [f"x{n}" for n in range(64)]
    either = [AnyOf(tuple(at_least(name, m) for name in names)) for m in range(59)]
    questions = [question(f"q{n}", [rule(f"R{n}-{m}", one) for m, one in enumerate(either)]) for n in range(2)]
    message = refusal(rulebook([fact(name) for name in names], questions))
    assert message == "the rulebook cannot be run safely: it has over 4000 alternatives"


def test_nearly_four_thousand_alternatives_in_one_stratum_run_right() -> None:
    names = [f"x{n}" for n in range(64)]
    either = [AnyOf(tuple(at_least(name, m) for name in names)) for m in range(59)]
    rules = [rule(f"R-{m}", one) for m, one in enumerate(either)]
    book = rulebook([fact(name) for name in names], [question("q", rules)])
    (all_hold, some, one) = decide(book, dict.fromkeys(names, 99), dict.fromkeys(names, 10), {"x7": 57})
    assert [len(trace.firings) for trace in (all_hold, some, one)] == [59, 11, 58]


@pytest.mark.parametrize("depth", [150, 450])
def test_a_chain_hundreds_of_questions_deep_runs_to_its_end(depth: int) -> None:
    chain = [question("q0", [rule("R-0", is_("x", 1))])]
    for n in range(1, depth):
        before = includes(f"q{n - 1}", "a1")
        chain.append(question(f"q{n}", [rule(f"R-{n}", before)]))
    (trace, broken) = decide(rulebook([fact("x")], chain), {"x": 1}, {"x": 2})
    assert [firing.rule for firing in trace.firings] == [f"R-{n}" for n in range(depth)]
    assert not broken.firings


def test_hundreds_of_questions_that_always_apply_run_right() -> None:
    questions = [question(f"q{n}", [rule(f"R-{n}", None)]) for n in range(400)]
    (trace,) = decide(rulebook([], questions), {})
    assert len(trace.firings) == 400


def text_of(length: int) -> Rulebook:
    return rulebook([fact("x", FactType.TEXT)], [question("q", [rule("R-1", is_("x", "가" * length))])])


def test_long_texts_are_told_apart_by_their_last_character() -> None:
    (same, other) = decide(text_of(10_000), {"x": "가" * 10_000}, {"x": "가" * 9_999 + "나"})
    assert (len(same.firings), len(other.firings)) == (1, 0)


def test_a_text_longer_than_durable_rules_compares_is_refused() -> None:
    assert refusal(text_of(22_000)) == "the rule R-1 cannot be run safely: a text in it is too long"


def test_names_and_words_of_one_hash_are_told_apart() -> None:
    one, other = "k32728", "k261234"
    assert fnv1a(one) == fnv1a(other)
    tests = [is_(one, 1), is_(other, 1), is_("x", one), is_("x", other)]
    rules = [rule(f"R-{number}", test) for number, test in enumerate(tests, start=1)]
    book = rulebook([fact(one), fact(other), fact("x", FactType.TEXT)], [question("q", rules)])
    traces = decide(book, {one: 1, other: 0, "x": other}, {one: 0, other: 1, "x": one}, {one: 1}, {"x": one})
    fired = [[firing.rule for firing in trace.firings] for trace in traces]
    assert fired == [["R-1", "R-4"], ["R-2", "R-3"], ["R-1"], ["R-3"]]


def test_the_ids_of_messages_never_share_a_hash() -> None:
    hashes = {fnv1a(text) for text in [*map(str, range(MAX_NAMES + 1)), "id", "sid", "f", "v"]}
    assert len(hashes) == MAX_NAMES + 5


@pytest.mark.parametrize(
    ("value", "written"),
    [(1, "1.0"), (1e15, "1000000000000000.0"), (2**53, "9007199254740992.0"), (1e-7, "0.0000001"), (-0.0, "-0.0"),
     (2e16, "20000000000000000.0"), (True, "true"), ("가\n\"", '"가\\n\\""'), (AS_OF, "739617.0")],
)  # fmt: skip
def test_values_are_written_as_durable_rules_reads_them(value: Any, written: str) -> None:
    assert encode(value) == written


def test_a_set_has_no_message_of_its_own() -> None:
    with pytest.raises(TypeError, match="word by word"):
        encode(frozenset(["a"]))
