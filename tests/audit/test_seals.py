"""Seals: what goes in comes out, and nothing personal stays in between."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sangdo.engine.audit.store.seals import MARK, REDACTED, Seal, digest_of, seal, unseal

TEXTS = st.text(alphabet="가나ab: 1", max_size=6) | st.sampled_from(["sealed:", MARK + "0" * 64, "한빛상사"])
DOCUMENTS = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=12,
)


def strings(document: Any) -> list[str]:
    if isinstance(document, str):
        return [document]
    if isinstance(document, dict):
        return [text for key, value in document.items() for text in (key, *strings(value))]
    return [text for value in document for text in strings(value)] if isinstance(document, list) else []


@given(DOCUMENTS, st.lists(TEXTS, max_size=3))
def test_a_sealed_document_holds_no_personal_text_and_opens_to_what_it_was(document: Any, personal: list[str]) -> None:
    text, seals = seal({"all": {"in": document}}, personal)
    sealed = json.loads(text)
    digests = {MARK + one.digest for one in seals}
    for text in strings(sealed):
        whole = text in digests or not any(len(name) > 1 and name.strip() and name in text for name in personal)
        assert whole, text
        assert text not in personal or not text.strip(), text
    assert unseal(sealed, {one.digest: one.value for one in seals}) == {"all": {"in": document}}


def sealed_body(value: Any, *personal: str) -> tuple[Any, tuple[Seal, ...]]:
    text, seals = seal({"body": value}, personal)
    return json.loads(text)["body"], seals


def test_a_text_that_contains_a_personal_one_is_sealed_whole() -> None:
    sealed, seals = sealed_body({"why": "한빛상사가 늦게 낸다", "who": "rep"}, "한빛상사")
    assert sealed == {"why": MARK + seals[0].digest, "who": "rep"}
    assert seals[0].value == "한빛상사가 늦게 낸다"
    assert seals[0].digest == digest_of(seals[0].salt, seals[0].value)


def test_a_key_is_sealed_like_a_text() -> None:
    sealed, seals = sealed_body({"한빛상사": 1}, "한빛상사")
    assert sealed == {MARK + seals[0].digest: 1}


def test_a_text_of_one_character_counts_only_as_a_word() -> None:
    sealed, _ = sealed_body(["E", "EI", "group E rises"], "E")
    assert sealed[1] == "EI"
    assert sealed[0].startswith(MARK)
    assert sealed[2].startswith(MARK)


@pytest.mark.parametrize("text", [MARK, MARK + "0" * 64, MARK + "whatever"])
def test_a_text_that_looks_like_a_seal_is_no_seal(text: str) -> None:
    sealed, seals = sealed_body([text, {"sealed": "0" * 64}])
    assert sealed[0] != text
    assert unseal(sealed, {one.digest: one.value for one in seals}) == [text, {"sealed": "0" * 64}]


def test_the_same_text_has_another_digest_in_each_document() -> None:
    assert sealed_body("한빛상사", "한빛상사")[0] != sealed_body("한빛상사", "한빛상사")[0]


def test_a_redacted_text_is_shown_by_how_its_digest_begins() -> None:
    sealed, seals = sealed_body("한빛상사", "한빛상사")
    assert unseal(sealed, {seals[0].digest: None}) == REDACTED + seals[0].digest[:16]


def test_a_customer_called_like_a_part_of_a_word_of_the_log_leaves_the_log_readable() -> None:
    document = {"rulebook": {"rule": "ST-4", "clauses": ["E2.1"]}, "as_of": "2026-06-30", "why": "ST rules 2026"}
    for name in ("ST", "rule", "2026", "E2"):
        sealed, _ = sealed_body({**document, "name": name, "why": f"for {name}"}, name)
        assert sealed["rulebook"] == document["rulebook"]
        assert sealed["as_of"] == "2026-06-30"
        assert sealed["name"].startswith(MARK)
        assert sealed["why"].startswith(MARK)
