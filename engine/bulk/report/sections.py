"""Sections: what a report's page is made of, the same for every form."""

from __future__ import annotations

from typing import NamedTuple


class Cell(NamedTuple):
    """A cell of a table: its words, a picture (SVG) that says more, the mark of the house, and how it is dressed."""

    text: str
    picture: str = ""
    kind: str = ""
    small: str = ""
    """A second line, such as the word for a month."""


class Named(NamedTuple):
    """Something listed with a number: a rule and how many customers it decided, marked where it is the house's."""

    name: str
    number: str
    is_house: bool
    title: str = ""


class Row(NamedTuple):
    """A row of a table: its head, its cells, and lists of named things that stand for cells."""

    head: str
    cells: tuple[Cell, ...] = ()
    lists: tuple[tuple[Named, ...], ...] = ()


class Table(NamedTuple):
    """A table: the words over its columns (the first is over the heads of rows), its rows, how it is dressed, and the
    heading above it, if any."""

    heads: tuple[str, ...]
    rows: tuple[Row, ...]
    kind: str = ""
    title: str = ""


class Line(NamedTuple):
    """A line of a list, with what is told of it in smaller words."""

    text: str
    detail: str = ""


class Listing(NamedTuple):
    """A list of lines under a heading."""

    heading: str
    lines: tuple[Line, ...]


class Section(NamedTuple):
    """A part of the page: `about` says what it is about, `heading` what is to be seen."""

    name: str
    about: str
    heading: str
    lead: tuple[str, ...] = ()
    picture: str = ""
    tables: tuple[Table, ...] = ()
    lists: tuple[Listing, ...] = ()
    notes: tuple[str, ...] = ()


class ReportPage(NamedTuple):
    """A report arranged for reading."""

    language: str
    title: str
    glance: tuple[str, ...]
    about: tuple[tuple[str, str], ...]
    sections: tuple[Section, ...]
    warnings: tuple[str, ...]
    foot: tuple[tuple[str, str], ...]
