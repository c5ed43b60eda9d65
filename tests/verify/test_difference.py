"""What was rewritten between two folders of rules, part by part and key by key."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from sangdo.engine.language.loading import load_rulebook
from sangdo.engine.verify.difference.rulebook_difference import Change, FieldChange, compare_rulebooks

BASE = Path(__file__).parents[2] / "rules"
OLD = load_rulebook(BASE)
KEEP, CLAUSES, VOCABULARY = "existing/keep_or_abandon.yaml", "clauses.yaml", "vocabulary.yaml"


def compared(folder: Path, file: str, *edits: tuple[str, str]) -> tuple[Change, ...]:
    """The changes from the shipped rules to a copy with each text in one file replaced once."""
    shutil.copytree(BASE, folder / "rules")
    path = folder / "rules" / file
    text = path.read_text("utf-8")
    for before, after in edits:
        assert before in text
        text = text.replace(before, after, 1)
    path.write_text(text, "utf-8")
    return compare_rulebooks(OLD, load_rulebook(folder / "rules"))


def summary(changes: tuple[Change, ...]) -> list[tuple[str, str, str]]:
    return [(change.kind, change.change, change.name) for change in changes]


def test_a_copy_differs_in_nothing(tmp_path: Path) -> None:
    assert compared(tmp_path, KEEP) == ()


def test_comments_layout_and_the_file_of_an_action_are_no_change(tmp_path: Path) -> None:
    shutil.copytree(BASE, tmp_path / "rules")
    path = tmp_path / "rules" / KEEP
    path.write_text("# a comment\n\n" + path.read_text("utf-8").replace("  - id: KA-2", "\n\n  - id: KA-2"), "utf-8")
    actions = tmp_path / "rules" / "actions"
    (actions / "book.yaml").rename(actions / "zz.yaml")
    assert compare_rulebooks(OLD, load_rulebook(tmp_path / "rules")) == ()


def test_a_changed_condition_is_shown_as_the_rule_file_has_it(tmp_path: Path) -> None:
    (change,) = compared(tmp_path, KEEP, ("changeable: false", "changeable: {is: unknown}"))
    assert (change.kind, change.change, change.name, change.question) == ("rule", "changed", "KA-1", "keep_or_abandon")
    assert (change.basis, change.location.line) == ("document", 15)
    assert change.fields == (
        FieldChange(
            "when",
            "{net_benefit: {less than: break_even}, changeable: false}",
            "{net_benefit: {less than: break_even}, changeable: {is: unknown}}",
        ),
    )


@pytest.mark.parametrize(
    ("before", "after", "key", "old", "new"),
    [
        ("    then: repair", "    then: keep", "then", "repair", "keep"),
        ("house\n    clauses: [E5.3]", "house\n    clauses: [E5.3, H1]", "clauses", "[E5.3]", "[E5.3, H1]"),
        ("본전 이상이다", "본전은 된다", "because", None, None),
        ("Effort above return, but open to change", "Open to change", "title", None, None),
    ],
)  # fmt: skip
def test_each_key_of_a_rule_is_compared(
    tmp_path: Path, before: str, after: str, key: str, old: str | None, new: str | None
) -> None:
    (change,) = compared(tmp_path, KEEP, (before, after))
    (field,) = change.fields
    assert field.key == key
    assert (old, new) in ((field.old, field.new), (None, None))


def test_a_rule_with_another_id_is_renamed_and_one_that_differs_besides_is_not(tmp_path: Path) -> None:
    renamed = compared(tmp_path / "1", KEEP, ("id: KA-2", "id: KA-9"))
    assert summary(renamed) == [("rule", "renamed", "KA-9")]
    assert renamed[0].renamed_from == "KA-2"
    rewritten = compared(tmp_path / "2", KEEP, ("id: KA-2", "id: KA-9"), ("then: repair", "then: keep"))
    assert summary(rewritten) == [("rule", "added", "KA-9"), ("rule", "removed", "KA-2")]


def test_the_order_of_rules_is_a_change_only_where_the_first_match_decides(tmp_path: Path) -> None:
    shutil.copytree(BASE, tmp_path / "rules")
    for name, first in (("keep_or_abandon", "KA"), ("stability_level", "SL")):
        path = tmp_path / "rules" / "existing" / f"{name}.yaml"
        head, *rules = path.read_text("utf-8").split("  - id: ")
        path.write_text("  - id: ".join([head, *(rule.rstrip("\n") + "\n" for rule in reversed(rules))]), "utf-8")
        assert rules[0].startswith(first)
    (change,) = compare_rulebooks(OLD, load_rulebook(tmp_path / "rules"))
    assert (change.kind, change.name) == ("question", "keep_or_abandon")
    assert change.fields == (FieldChange("order of rules", "[KA-1, KA-2, KA-3]", "[KA-3, KA-2, KA-1]"),)


def test_a_threshold_says_which_date_has_which_value(tmp_path: Path) -> None:
    edit = ("values: {2000-01-01: 0}", "values: {2000-01-01: 5, 2027-01-01: 100}")
    (change,) = compared(tmp_path, KEEP, edit)
    assert (change.kind, change.name) == ("threshold", "break_even")
    assert change.fields == (
        FieldChange("values from 2000-01-01", "0", "5"),
        FieldChange("values from 2027-01-01", "-", "100"),
    )


def test_facts_actions_and_clauses_are_compared_too(tmp_path: Path) -> None:
    fact = compared(tmp_path / "1", VOCABULARY, ("    default: end_customer\n", ""))
    assert [(one.name, one.fields) for one in fact] == [("role", (FieldChange("default", "end_customer", "-"),))]
    action = compared(tmp_path / "2", "actions/clearing.yaml", ("    hours: 1", "    hours: 3"))
    assert [(one.name, one.basis, one.fields) for one in action] == [
        ("analyse-profit", "document", (FieldChange("hours", "1", "3"),))
    ]
    clause = compared(tmp_path / "3", CLAUSES, ("Three kinds of customer,", "Three kinds,"))
    assert [(one.kind, one.change, one.name, [field.key for field in one.fields]) for one in clause] == [
        ("clause", "changed", "K1", ["title"])
    ]


def test_a_part_that_is_gone_is_shown_where_it_stood(tmp_path: Path) -> None:
    text = (BASE / KEEP).read_text("utf-8")
    (change,) = compared(tmp_path, KEEP, (text[text.index("  - id: KA-3") :], ""))
    assert (change.kind, change.change, change.name) == ("rule", "removed", "KA-3")
    assert change.location == OLD.questions["keep_or_abandon"].rules[2].location
