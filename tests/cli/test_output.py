"""Where verbs write: -f, -o, and what a file's ending says."""

from __future__ import annotations

from pathlib import Path

import pytest

from sangdo.commands.output import Output

FORMS = ("text", "md", "html", "json")


@pytest.mark.parametrize(
    ("form", "target", "expected"),
    [
        (None, None, Output("text", None)),
        ("md", None, Output("md", None)),
        (None, "json", Output("json", None)),
        (None, "plan.html", Output("html", Path("plan.html"))),
        ("md", "plan.html", Output("md", Path("plan.html"))),
        ("json", "md", Output("json", Path("md"))),
        (None, "./json", Output("text", Path("json"))),
        (None, "plan.csv", Output("text", Path("plan.csv"))),
    ],
)
def test_the_format_is_what_f_says_else_a_bare_o_else_the_ending(
    form: str | None, target: str | None, expected: Output
) -> None:
    assert Output.of(form, target, FORMS) == expected


def test_a_file_that_cannot_be_made_whole_leaves_nothing_behind(tmp_path: Path) -> None:
    with pytest.raises(UnicodeEncodeError):
        Output("text", tmp_path / "plan.txt").write("half \ud800")
    assert list(tmp_path.iterdir()) == []
