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
IN_VOCABULARY = "a fact of the vocabulary (see: sangdo list facts)"


@dataclass
class Given:
    """The given facts of all customers, by id; `listed` are the customers of customers.*, with their names.

    `later` counts observations after the as-of date, which are not used.
    """

    listed: dict[str, str | None] = field(default_factory=dict)
    values: dict[str, dict[str, Known]] = field(default_factory=dict)
    products: dict[str, dict[str, dict[str, Known]]] = field(default_factory=dict)
    later: int = 0


@dataclass(frozen=True, slots=True)
class Layout:
    """The columns of one kind of table: which it must have, which it may have, and the facts among them.

    `facts` are those that a cell of the table can say; `of_product` those that an observation of a product can.
    """

    required: tuple[str, ...]
    allowed: tuple[str, ...]
    facts: Mapping[str, Fact]
    of_product: Mapping[str, Fact] = field(default_factory=dict)


def customers_layout(facts: Mapping[str, Fact]) -> Layout:
    """Return the layout of customers.*: one row a customer, one column a fact."""
    own = _givable(facts, Level.CUSTOMER)
    return Layout(("customer_id",), ("customer_id", "name", "kind", "role", "rep", *own), own)


def products_layout(facts: Mapping[str, Fact]) -> Layout:
    """Return the layout of products.*: one row a customer and product, one column a fact of products."""
    own = _givable(facts, Level.PRODUCT)
    return Layout(("customer_id", "product"), ("customer_id", "product", *own), own)


def observations_layout(facts: Mapping[str, Fact]) -> Layout:
    """Return the layout of observations.*: one row a fact seen."""
    return Layout(OBSERVED, (*OBSERVED, *OPTIONAL), _givable(facts, Level.CUSTOMER), _givable(facts, Level.PRODUCT))


@dataclass(frozen=True, slots=True)
class CellFault:
    """What is wrong with one cell of a row, and what was expected in the named column."""

    column: str
    message: str
    expected: str | None = None
    suggestion: str | None = None


class GivenTable:
    """One table being read: its rows as cells by column, and the problems found so far.

    Raises DataInvalid for a file that cannot be read, or has not the columns it must have.
    """

    def __init__(self, path: Path, shown: str, layout: Layout) -> None:
        self.layout = layout
        self.file: TableFile = open_table(path, shown, layout.allowed)
        self.names, self.text_rows = read_rows(self.file)
        check_header(self.file, self.names, layout.required, self.names)
        self.problems: list[Problem] = []
        for column in self.names:
            if column not in layout.allowed:
                self._unknown_column(column)

    def rows(self) -> Iterator[tuple[TextRow, dict[str, str]]]:
        for row in self.text_rows:
            if self.is_uneven(row):
                self.problems.append(Problem(Location(self.file.shown, row.line), uneven_row(row, len(self.names))))
            else:
                yield row, self.cells(row)

    def is_uneven(self, row: TextRow) -> bool:
        """Whether a row has too many cells, or too few for a CSV file; a row of a sheet ends with its last cell."""
        return len(row.cells) > len(self.names) or (self.file.kind == "csv" and len(row.cells) < len(self.names))

    def cells(self, row: TextRow) -> dict[str, str]:
        """Return the cells of a row by column, without the blanks around them."""
        return {name: cell.strip() for name, cell in zip(self.names, row.cells, strict=False)}

    def add(self, row: TextRow, fault: CellFault) -> None:
        place = self.names.index(fault.column) + 1 if fault.column in self.names else 0
        source, at = field_place(self.file, row.line, place) if len(self.problems) < 100 else (None, 0)
        where = Location(self.file.shown, row.line, at)
        self.problems.append(Problem(where, fault.message, source, fault.expected, fault.suggestion))

    def accept(self, row: TextRow, faults: list[CellFault]) -> bool:
        """Whether there is no fault; those there are become problems."""
        for fault in faults:
            self.add(row, fault)
        return not faults

    def close(self) -> None:
        if self.problems:
            raise DataInvalid(*self.problems)

    def _unknown_column(self, column: str) -> None:
        message = f'unknown column "{column}"' if column else "a column has no name"
        place = Location(self.file.shown, 1, field_place(self.file, 1, self.names.index(column) + 1)[1])
        close = nearest(column, list(self.layout.allowed))
        self.problems.append(Problem(place, message, None, IN_VOCABULARY, close))


def read_customers(path: Path, shown: str, facts: Mapping[str, Fact], given: Given) -> None:
    """Add customers.*: one row a customer, one column a fact; an empty cell is unknown. Raises DataInvalid."""
    table = GivenTable(path, shown, customers_layout(facts))
    for row, cells in table.rows():
        customer = cells.get("customer_id", "")
        if not table.accept(row, id_faults(customer)):
            continue
        if customer in given.listed:
            table.add(row, CellFault("customer_id", *listed_twice(customer)))
            continue
        given.listed[customer] = cells.get("name") or None
        known = given.values.setdefault(customer, {})
        _read_facts(table, row, cells, known)
    table.close()


def read_products(
    path: Path, shown: str, facts: Mapping[str, Fact], given: Given, exists: Callable[[str], bool]
) -> None:
    """Add products.*: one row a customer and product, one column a fact of products. Raises DataInvalid."""
    table = GivenTable(path, shown, products_layout(facts))
    for row, cells in table.rows():
        customer, product = cells.get("customer_id", ""), cells.get("product", "")
        if not table.accept(row, id_faults(customer) or id_faults(product, "product")):
            continue
        if not exists(customer):
            table.add(row, CellFault("customer_id", *no_customer(customer)))
            continue
        held = given.products.setdefault(customer, {})
        if product in held:
            table.add(row, CellFault("product", product_twice(customer, product)))
            continue
        _read_facts(table, row, cells, held.setdefault(product, {}))
    table.close()


def read_observations(
    path: Path, shown: str, facts: Mapping[str, Fact], given: Given, as_of: date, exists: Callable[[str], bool],
    customers: Callable[[], list[str]],
) -> None:  # fmt: skip
    """Add observations.*: one row a fact seen; the latest at or before the as-of date counts, of one day the last.

    A row with a product is about that product, and goes before products.*, which is read first. `exists` says whether
    a customer is in the book, `customers` lists them for a suggestion. Raises DataInvalid.
    """
    table = GivenTable(path, shown, observations_layout(facts))
    for row, cells in table.rows():
        customer, product = cells.get("customer_id", ""), cells.get("product") or None
        if table.accept(row, id_faults(customer)) and not exists(customer):
            close = nearest(customer, customers()[:MOST_SUGGESTED])
            table.add(row, CellFault("customer_id", *no_customer(customer), close))
        value, faults = observed_value(cells, table.layout, facts)
        table.accept(row, faults)
        day = iso_date(cells.get("date", ""))
        if not table.accept(row, day_faults(cells)) or day is None:
            continue
        if day > as_of:
            given.later += 1
        elif value is not None:
            name = cells.get("fact", "")
            _observe(_known_of(given, customer, product), name, _seen(shown, row.line, value, day, cells))
    table.close()


def _read_facts(table: GivenTable, row: TextRow, cells: Mapping[str, str], known: dict[str, Known]) -> None:
    """Read the cells that are facts; the problems of those that cannot be read are collected."""
    for column, text in cells.items():
        if text and column in table.layout.facts:
            value, faults = read_cell(table.layout.facts[column], text, column)
            if table.accept(row, faults) and value is not None:
                known[column] = Known(value, "given", f"{table.file.shown}:{row.line}")


def read_cell(fact: Fact, text: str, column: str) -> tuple[Value | None, list[CellFault]]:
    """Return a cell's value, or what is wrong with it."""
    try:
        return cell_value(fact, text), []
    except WrongValue as wrong:
        return None, [CellFault(column, str(wrong), wrong.expected, wrong.suggestion)]


def id_faults(text: str, column: str = "customer_id") -> list[CellFault]:
    """Say what keeps a text from being the id of a customer, or the name of a product."""
    if text and len(text) <= LONGEST_ID and text.isprintable():
        return []
    message = f"{column} cannot be {show_raw(text)}" if text else f"{column} is empty"
    return [CellFault(column, message, f"a text of at most {LONGEST_ID} characters")]


def day_faults(cells: Mapping[str, str]) -> list[CellFault]:
    """Say what keeps the date of an observation from being one."""
    text = cells.get("date", "")
    if iso_date(text):
        return []
    return [CellFault("date", f"{show_raw(text)} is not a date", "a date as YYYY-MM-DD")]


def observed_value(
    cells: Mapping[str, str], layout: Layout, facts: Mapping[str, Fact]
) -> tuple[Value | None, list[CellFault]]:
    """Return the value of an observation, or what is wrong with its product, fact or value."""
    name, text, product = cells.get("fact", ""), cells.get("value", ""), cells.get("product") or None
    allowed = layout.facts if product is None else layout.of_product
    if product is not None and (faults := id_faults(product, "product")):
        return None, faults
    if name not in allowed:
        return None, [_unknown_fact(name, facts.get(name), allowed)]
    if not text:
        expected = "a value; a fact that is unknown has no row"
        return None, [CellFault("value", f"the value of {name} is empty", expected)]
    return read_cell(allowed[name], text, "value")


def no_customer(customer: str) -> tuple[str, str]:
    """Say that the book has no such customer, and what was expected."""
    return f"there is no customer {customer}", "a customer of the book"


def listed_twice(customer: str) -> tuple[str, str]:
    """Say that customers.* has a customer twice, and what was expected."""
    return f"the customer {customer} is there already", "one row a customer"


def product_twice(customer: str, product: str) -> str:
    """Say that products.* has a product of a customer twice."""
    return f"the product {product} of {customer} is there already"


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


def _unknown_fact(name: str, fact: Fact | None, own: Mapping[str, Fact]) -> CellFault:
    if fact is None:
        message = f'unknown fact "{name}"' if name else "the fact is empty"
        return CellFault("fact", message, IN_VOCABULARY, nearest(name, own))
    if fact.origin is Origin.COUNTED:
        message = f"{name} is counted from answers and cannot be given"
        return CellFault("fact", message, "a fact that can be observed")
    if fact.level is Level.PRODUCT:
        expected = "its name in the column product, or a row of products.*"
        return CellFault("fact", f"{name} is about one product", expected)
    return CellFault("product", f"{name} is about the customer, not about one product", "an empty product")
