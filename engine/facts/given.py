"""Given facts: what customers.*, observations.* and products.* of a book say, checked cell by cell."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from sangdo.engine.facts.cells import cell_value, iso_date
from sangdo.engine.facts.facts import Known
from sangdo.engine.facts.row_problems import field_place
from sangdo.engine.facts.table_file import TableFile, open_table
from sangdo.engine.facts.table_rows import TextRow, check_header, read_rows, uneven_row
from sangdo.engine.language.errors import DataInvalid, Location, Problem, nearest
from sangdo.engine.language.rulebook import Fact, Level, Origin, Value
from sangdo.engine.language.values import WrongValue, show_raw

OBSERVED = ("customer_id", "fact", "value", "date", "by")
OPTIONAL = ("reason", "product")
LONGEST_ID = 200
MOST_SUGGESTED = 20_000


@dataclass
class Given:
    """The given facts of all customers, by id; `listed` are the customers of customers.*, with their names.

    `later` counts observations after the as-of date, which are not used.
    """

    listed: dict[str, str | None] = field(default_factory=dict)
    values: dict[str, dict[str, Known]] = field(default_factory=dict)
    products: dict[str, dict[str, dict[str, Known]]] = field(default_factory=dict)
    later: int = 0


class _Table:
    """One table being read: its rows as cells by column, and the problems found so far."""

    def __init__(self, path: Path, shown: str, required: tuple[str, ...], known: tuple[str, ...]) -> None:
        self.file: TableFile = open_table(path, shown, known)
        self.names, self._rows = read_rows(self.file)
        check_header(self.file, self.names, required, self.names)
        self.problems: list[Problem] = []

    def rows(self) -> Iterator[tuple[TextRow, dict[str, str]]]:
        for row in self._rows:
            if len(row.cells) > len(self.names) or (self.file.kind == "csv" and len(row.cells) < len(self.names)):
                self.problems.append(Problem(Location(self.file.shown, row.line), uneven_row(row, len(self.names))))
            else:
                yield row, {name: cell.strip() for name, cell in zip(self.names, row.cells, strict=False)}

    def add(
        self, row: TextRow, column: str, message: str, expected: str | None = None, word: str | None = None
    ) -> None:
        place = self.names.index(column) + 1 if column in self.names else 0
        source, at = field_place(self.file, row.line, place) if len(self.problems) < 100 else (None, 0)
        self.problems.append(Problem(Location(self.file.shown, row.line, at), message, source, expected, word))

    def value(self, row: TextRow, column: str, fact: Fact, text: str) -> Value | None:
        try:
            return cell_value(fact, text)
        except WrongValue as wrong:
            self.add(row, column, str(wrong), wrong.expected, wrong.suggestion)
            return None

    def identity(self, row: TextRow, text: str, column: str = "customer_id") -> bool:
        """Whether an id can be one; the problem is collected."""
        if text and len(text) <= LONGEST_ID and text.isprintable():
            return True
        message = f"{column} cannot be {show_raw(text)}" if text else f"{column} is empty"
        self.add(row, column, message, f"a text of at most {LONGEST_ID} characters")
        return False

    def close(self) -> None:
        if self.problems:
            raise DataInvalid(*self.problems)


def read_customers(path: Path, shown: str, facts: Mapping[str, Fact], given: Given) -> None:
    """Add customers.*: one row a customer, one column a fact; an empty cell is unknown. Raises DataInvalid."""
    own = _givable(facts, Level.CUSTOMER)
    table = _Table(path, shown, ("customer_id",), tuple(own))
    _check_columns(table, own, ("customer_id", "name", "kind", "role", "rep"))
    for row, cells in table.rows():
        customer = cells.get("customer_id", "")
        if not table.identity(row, customer):
            continue
        if customer in given.listed:
            table.add(row, "customer_id", f"the customer {customer} is there already", "one row a customer")
            continue
        given.listed[customer] = cells.get("name") or None
        known = given.values.setdefault(customer, {})
        for column, text in cells.items():
            value = table.value(row, column, own[column], text) if text and column in own else None
            if value is not None:
                known[column] = Known(value, "given", f"{shown}:{row.line}")
    table.close()


def read_products(
    path: Path, shown: str, facts: Mapping[str, Fact], given: Given, exists: Callable[[str], bool]
) -> None:
    """Add products.*: one row a customer and product, one column a fact of products. Raises DataInvalid."""
    own = _givable(facts, Level.PRODUCT)
    table = _Table(path, shown, ("customer_id", "product"), (*own, "customer_id", "product"))
    _check_columns(table, own, ("customer_id", "product"))
    for row, cells in table.rows():
        customer, product = cells.get("customer_id", ""), cells.get("product", "")
        if not table.identity(row, customer) or not table.identity(row, product, "product"):
            continue
        if not exists(customer):
            table.add(row, "customer_id", f"there is no customer {customer}", "a customer of the book")
            continue
        held = given.products.setdefault(customer, {})
        if product in held:
            table.add(row, "product", f"the product {product} of {customer} is there already")
            continue
        known = held.setdefault(product, {})
        for column, text in cells.items():
            value = table.value(row, column, own[column], text) if text and column in own else None
            if value is not None:
                known[column] = Known(value, "given", f"{shown}:{row.line}")
    table.close()


def read_observations(
    path: Path, shown: str, facts: Mapping[str, Fact], given: Given, as_of: date, exists: Callable[[str], bool],
    customers: Callable[[], list[str]],
) -> None:  # fmt: skip
    """Add observations.*: one row a fact seen; the latest at or before the as-of date counts, of one day the last.

    A row with a product is about that product, and goes before products.*, which is read first. `exists` says whether
    a customer is in the book, `customers` lists them for a suggestion. Raises DataInvalid.
    """
    own = _givable(facts, Level.CUSTOMER)
    of_product = _givable(facts, Level.PRODUCT)
    table = _Table(path, shown, OBSERVED, (*OBSERVED, *OPTIONAL))
    for column in table.names:
        if column not in (*OBSERVED, *OPTIONAL):
            _unknown_column(table, column, [*OBSERVED, *OPTIONAL])
    for row, cells in table.rows():
        customer, name, text = cells.get("customer_id", ""), cells.get("fact", ""), cells.get("value", "")
        product = cells.get("product") or None
        day = iso_date(cells.get("date", ""))
        value = None
        if table.identity(row, customer) and not exists(customer):
            close = nearest(customer, customers()[:MOST_SUGGESTED])
            table.add(row, "customer_id", f"there is no customer {customer}", "a customer of the book", close)
        allowed = own if product is None else of_product
        if product is not None and not table.identity(row, product, "product"):
            pass
        elif name not in allowed:
            _unknown_fact(table, row, name, facts, allowed)
        elif not text:
            table.add(row, "value", f"the value of {name} is empty", "a value; a fact that is unknown has no row")
        else:
            value = table.value(row, "value", allowed[name], text)
        if day is None:
            table.add(row, "date", f"{show_raw(cells.get('date', ''))} is not a date", "a date as YYYY-MM-DD")
        elif day > as_of:
            given.later += 1
        elif value is not None:
            _observe(_known_of(given, customer, product), name, _seen(shown, row.line, value, day, cells))
    table.close()


def _seen(shown: str, line: int, value: Value, day: date, cells: dict[str, str]) -> Known:
    by = cells.get("by") or None
    source = f"{shown}:{line}" + (f" by {by}" if by else "") + f" on {day}"
    return Known(value, "given", source, by, day, cells.get("reason") or None)


def _known_of(given: Given, customer: str, product: str | None) -> dict[str, Known]:
    """What is given so far of a customer, or of one of its products."""
    if product is None:
        return given.values.setdefault(customer, {})
    return given.products.setdefault(customer, {}).setdefault(product, {})


def _observe(known: dict[str, Known], name: str, seen: Known) -> None:
    before = known.get(name)
    # What customers.* and products.* say has no date, so anything observed is newer.
    if before is None or before.date is None or seen.date is None or before.date <= seen.date:
        known[name] = seen


def _givable(facts: Mapping[str, Fact], level: Level) -> dict[str, Fact]:
    return {name: fact for name, fact in facts.items() if fact.level is level and fact.origin is not Origin.COUNTED}


def _check_columns(table: _Table, own: dict[str, Fact], always: tuple[str, ...]) -> None:
    for column in table.names:
        if column not in own and column not in always:
            _unknown_column(table, column, [*always, *own])


def _unknown_column(table: _Table, column: str, known: list[str]) -> None:
    message = f'unknown column "{column}"' if column else "a column has no name"
    place = Location(table.file.shown, 1, field_place(table.file, 1, table.names.index(column) + 1)[1])
    expected = "a fact of the vocabulary (see: sangdo list facts)"
    table.problems.append(Problem(place, message, None, expected, nearest(column, known)))


def _unknown_fact(table: _Table, row: TextRow, name: str, facts: Mapping[str, Fact], own: dict[str, Fact]) -> None:
    fact = facts.get(name)
    if fact is None:
        message = f'unknown fact "{name}"' if name else "the fact is empty"
        table.add(row, "fact", message, "a fact of the vocabulary (see: sangdo list facts)", nearest(name, own))
    elif fact.origin is not Origin.COUNTED and fact.level is Level.PRODUCT:
        table.add(row, "fact", f"{name} is about one product", "its name in the column product, or a row of products.*")
    elif fact.origin is not Origin.COUNTED:
        table.add(row, "product", f"{name} is about the customer, not about one product", "an empty product")
    else:
        table.add(row, "fact", f"{name} is counted from answers and cannot be given", "a fact that can be observed")
