"""A rulebook written out as files and loaded again is the same rulebook."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings

from sangdo.engine.language.loading import load_rulebook
from sangdo.engine.language.rulebook import Rulebook
from sangdo.tests.property.rule_files_of import write_rulebook
from sangdo.tests.property.strategies import plain_json, rulebooks


def assert_read_back(rulebook: Rulebook) -> None:
    with tempfile.TemporaryDirectory() as folder:
        loaded = load_rulebook(write_rulebook(Path(folder), rulebook))
    assert plain_json(loaded) == plain_json(rulebook)


@settings(max_examples=60, derandomize=True, deadline=None, suppress_health_check=list(HealthCheck), database=None)
@given(rulebooks())
def test_a_rulebook_written_as_files_is_read_back_the_same(rulebook: Rulebook) -> None:
    assert_read_back(rulebook)


@pytest.mark.nightly
@settings(max_examples=1500, deadline=None, suppress_health_check=list(HealthCheck), database=None)
@given(rulebooks())
def test_many_rulebooks_written_as_files_are_read_back_the_same(rulebook: Rulebook) -> None:
    assert_read_back(rulebook)
