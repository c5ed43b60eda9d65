"""The shapes of files of scenarios, beside those of the rules."""

from __future__ import annotations

from sangdo.engine.language.shapes import PLAIN, Grammar, Shape, rule_grammar
from sangdo.engine.verify.scenarios.scenario import EXPECT_KEYS, KEYS


def file_grammar() -> Grammar:
    """Return the grammar of every YAML file of a rulebook."""
    rules = rule_grammar()
    plain = dict.fromkeys(EXPECT_KEYS, PLAIN)
    scenarios = {
        "scenarios": Shape(("scenarios",), {"scenarios": "all scenarios"}, block=True),
        "all scenarios": Shape(each="scenario", block=True),
        "scenario": Shape(KEYS, dict.fromkeys(KEYS, PLAIN) | {"expect": "expect"}, block=True),
        "expect": Shape(EXPECT_KEYS, plain, block=True),
    }
    return Grammar({**rules.shapes, **scenarios}, (*rules.files, "scenarios"))
