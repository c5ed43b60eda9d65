"""Where a log is: paths, URLs, and what is said when there is none."""

from __future__ import annotations

from pathlib import Path

import pytest

from sangdo.engine.audit.store.log_url import LogUnusable, parse_log_url
from sangdo.engine.language.passwords import without_password


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("decisions.sqlite", "decisions.sqlite"),
        ("/var/log/decisions.sqlite", "/var/log/decisions.sqlite"),
        ("sqlite:///decisions.sqlite", "decisions.sqlite"),
        ("sqlite:////var/log/decisions.sqlite", "/var/log/decisions.sqlite"),
        ("sqlite:///our%20log.sqlite", "our log.sqlite"),
        ("C:decisions.sqlite", "C:decisions.sqlite"),
    ],
)
def test_a_path_or_url_of_sqlite_names_a_file(text: str, path: str) -> None:
    assert parse_log_url(text).path == Path(path)


@pytest.mark.parametrize("text", ["postgresql://rep@host/db", "postgresql+psycopg://rep@host/db"])
def test_a_url_of_postgresql_is_handed_to_its_own_library(text: str) -> None:
    assert (parse_log_url(text).path, parse_log_url(text).conninfo) == (None, "postgresql://rep@host/db")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "names no file"),
        ("sqlite://", "names no file"),
        ("sqlite:///", "names no file"),
        ("sqlite://decisions.sqlite", "names no file"),
        ("mysql://host/db", 'no log can be kept by "mysql"'),
        ("postgres://host/db", 'did you mean "postgresql"?'),
    ],
)
def test_what_names_no_log_is_said(text: str, message: str) -> None:
    with pytest.raises(LogUnusable, match="expected: ") as caught:
        parse_log_url(text)
    assert message in str(caught.value)
    assert caught.value.exit_code == 6


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://rep:s3cret@host/db",
        "postgresql://rep:s3c:r@et@host/db",
        "postgresql://:s3cret@host/db",
        "postgresql://host/db?user=rep&password=s3cret",
        "postgresql://rep:s3c/ret@host/db",
        "postgresql://rep:s3c?ret@host/db",
        "postgresql://rep:s3c#ret@host/db",
        "mysql://rep:s3cret@host/db",
    ],
)
def test_a_password_is_never_shown(url: str) -> None:
    assert "s3c" not in without_password(url)
    assert "***" in without_password(url)
    with pytest.raises(LogUnusable) as caught:
        parse_log_url(url.replace("postgresql", "oracle"))
    assert "s3c" not in str(caught.value)


@pytest.mark.parametrize("password", ["s3c/ret", "s3c?ret", "s3c#ret", "s3c@ret", "s3c%ret", "s3c ret"])
def test_a_password_that_the_database_would_misread_and_tell_is_refused(password: str) -> None:
    with pytest.raises(LogUnusable, match="must be written as %XX") as caught:
        parse_log_url(f"postgresql://rep:{password}@host/db")
    assert "s3c" not in str(caught.value)
    assert "ret" not in str(caught.value)


@pytest.mark.parametrize(
    "text",
    [
        "postgresql://rep:s3c%2Fret@host:5432/db",
        "postgresql://host:5432/db?application_name=a@b",
        "postgresql://rep@host:5432/db?application_name=a@b",
        "postgresql://[::1]:5432/db?application_name=a@b",
    ],
)
def test_what_only_looks_like_such_a_password_is_taken(text: str) -> None:
    assert parse_log_url(text).conninfo == text


@pytest.mark.parametrize(
    "text",
    [
        "host=db user=rep password=s3cret",
        "postgresql:/rep:s3cret@host/db",
        "postgres:rep:s3cret",
        "//rep:s3cret@host/db",
    ],
)
def test_what_is_no_url_but_has_a_password_is_no_file_either(text: str) -> None:
    with pytest.raises(LogUnusable, match="is neither a file nor a URL") as caught:
        parse_log_url(text)
    assert "s3cret" not in str(caught.value)
