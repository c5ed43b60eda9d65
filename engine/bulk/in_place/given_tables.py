"""What the tables customers, observations and products of a book say, where they lie: one row a customer, or one a
customer and product, with a column a fact."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import ibis  # type: ignore[import-untyped]

from sangdo.engine.bulk.backends.backend import Backend, Table
from sangdo.engine.bulk.in_place.cells import (
    Cell,
    Column,
    checked_value,
    date_cell,
    expected_of,
    fact_cell,
    identity_cell,
    text_cell,
)
from sangdo.engine.bulk.in_place.checked import Checked, Read, bad_rows_where, check, union
from sangdo.engine.bulk.in_place.order_table import require
from sangdo.engine.facts.given import OBSERVED, OPTIONAL
from sangdo.engine.language.errors import DataInvalid, Location, Problem, nearest
from sangdo.engine.language.rulebook import Fact, Level, Origin

ID = f"a text of at most {200} characters"
CUSTOMER, PRODUCT = "customer_id", "product"
PEOPLE = (CUSTOMER, "name", "kind", "role", "rep")


@dataclass(frozen=True, slots=True)
class Observed:
    """The latest observations by customer and by product, the bad rows, and how many are after the as-of date."""

    people: Table
    goods: Table
    bad: Table
    later: Table


def givable(facts: Mapping[str, Fact], level: Level) -> dict[str, Fact]:
    """Return the facts of a level that a person may state."""
    return {name: fact for name, fact in facts.items() if fact.level is level and fact.origin is not Origin.COUNTED}


def read_given(backend: Backend, name: str, table: Table, facts: Mapping[str, Fact], shown: str) -> Checked:
    """Check `customers` or `products`: a column a fact, an empty cell is unknown, each key at most once.

    Raises DataInvalid for a column that is missing or that the vocabulary does not know.
    """
    keys = (CUSTOMER,) if name == "customers" else (CUSTOMER, PRODUCT)
    own = givable(facts, Level.CUSTOMER if name == "customers" else Level.PRODUCT)
    require(table, keys, name, shown)
    _know(table, [*(PEOPLE if name == "customers" else keys), *own], name, shown)
    reads = {key: Read(identity_cell(table[key]), table[key], ID, required=True) for key in keys}
    for column in table.columns:
        if column in own and column not in keys:
            reads[column] = Read(fact_cell(own[column], table[column]), table[column], expected_of(own[column]))
    checked = check(backend, name, table, reads)
    counted = checked.good.mutate(times=ibis._.count().over(ibis.window(group_by=list(keys))))
    counted = backend.keep(f"counted_{name}", counted)
    twice = bad_rows_where(name, counted, counted.times > 1, keys[-1], f"the {keys[-1]} is there twice", "one row each")
    return Checked(counted.filter(counted.times == 1).drop("times"), checked.bad.union(twice))


def read_observations(
    backend: Backend, table: Table, facts: Mapping[str, Fact], as_of: date, known: Table, shown: str
) -> Observed:
    """Check the observations, and keep the latest at or before the date; `known` has the ids of all customers.

    A table has no order: two values of one moment are a fault. Raises DataInvalid as read_given does.
    """
    require(table, OBSERVED, "observations", shown)
    _know(table, [*OBSERVED, *OPTIONAL], "observations", shown)
    people, goods = _observable(facts, Level.CUSTOMER), _observable(facts, Level.PRODUCT)
    checked = check(backend, "observations", table, _observation_reads(table, people, goods))
    checked = of_known(backend, "observations", checked, known)
    rows, bad = checked.good, [checked.bad]
    counted = rows.filter(rows.date <= as_of)
    latest = ibis.window(group_by=[CUSTOMER, PRODUCT, "fact"])
    counted = counted.mutate(newest=counted.moment.max().over(latest))
    counted = counted.filter(counted.moment == counted.newest)
    several = counted.group_by(CUSTOMER, PRODUCT, "fact").agg(value=counted.value.min(), greatest=counted.value.max())
    several = backend.keep("latest_observations", several)
    differing = several.value != several.greatest
    bad.append(
        bad_rows_where("observations", several, differing, "fact", "two values of one moment", "one value a moment")
    )
    one = several.filter(~differing)
    # A fact that nobody has seen gets no column: what is unknown in every row costs the sweep nothing.
    seen = set(backend.fetch(one.select("fact").distinct())["fact"].to_pylist())
    own = {name: fact for name, fact in people.items() if name in seen}
    of_goods = {name: fact for name, fact in goods.items() if name in seen}
    return Observed(
        _pivoted(one.filter(one[PRODUCT].isnull()), own, (CUSTOMER,)),
        _pivoted(one.filter(one[PRODUCT].notnull()), of_goods, (CUSTOMER, PRODUCT)),
        union(bad),
        rows.filter(rows.date > as_of).count().name("later").as_table(),
    )


def of_known(backend: Backend, name: str, checked: Checked, known: Table) -> Checked:
    """Part the rows of customers who are not there from those of the others; `known` has the ids of all customers."""
    rows = checked.good.left_join(known.select(CUSTOMER, is_known=ibis.literal(True)), CUSTOMER)
    rows = backend.keep(f"known_{name}", rows.drop(f"{CUSTOMER}_right"))
    strange = rows.is_known.isnull()
    bad = bad_rows_where(name, rows, strange, CUSTOMER, "there is no such customer", "a customer of the book")
    return Checked(rows.filter(~strange).drop("is_known"), checked.bad.union(bad))


def _observable(facts: Mapping[str, Fact], level: Level) -> dict[str, Fact]:
    return {name: fact for name, fact in givable(facts, level).items() if name not in (CUSTOMER, PRODUCT)}


def _observation_reads(table: Table, people: Mapping[str, Fact], goods: Mapping[str, Fact]) -> dict[str, Read]:
    customer, fact, value, day = (table[name] for name in (CUSTOMER, "fact", "value", "date"))
    product = table[PRODUCT] if PRODUCT in table.columns else ibis.null("string")
    name, text, about = text_cell(fact).value, _written(value), identity_cell(product)
    # The same name may stand for a fact of customers or of products, never for both.
    is_own = ibis.ifelse(about.value.isnull(), name.isin(sorted(people)), name.isin(sorted(goods)))
    alike = _alike([*people.values(), *goods.values()])
    wrong = [(name.isin([fact.name for fact in facts]), fact_cell(facts[0], text).wrong) for facts in alike]
    misread = ibis.cases(*wrong, else_=ibis.literal(False)) & is_own.fill_null(False)
    return {
        CUSTOMER: Read(identity_cell(customer), customer, ID, required=True),
        PRODUCT: Read(about, product, ID),
        "fact": Read(Cell(name, ~is_own.fill_null(False)), fact, "a fact of the vocabulary (see: sangdo list facts)"),
        "value": Read(Cell(text, text.isnull() | misread), value, "a value of the fact"),
        "date": Read(date_cell(day), day, "a date as YYYY-MM-DD", required=True),
        "moment": Read(Cell(_moment(day), ibis.literal(False)), day, ""),
    }


def _alike(facts: Sequence[Fact]) -> list[list[Fact]]:
    """Facts that allow the same values, together: one check serves them all."""
    groups: dict[tuple[object, ...], list[Fact]] = {}
    for fact in facts:
        groups.setdefault((fact.type, fact.minimum, fact.maximum, tuple(fact.values or ())), []).append(fact)
    return list(groups.values())


def _moment(day: Column) -> Column:
    """What orders the observations of one fact: the clock too, where the column has it."""
    return day.cast("timestamp") if day.type().is_timestamp() else date_cell(day).value.cast("timestamp")


def _written(value: Column) -> Column:
    text = value if value.type().is_string() else value.cast("string")
    return text.strip().nullif("")


def _pivoted(rows: Table, facts: Mapping[str, Fact], keys: Sequence[str]) -> Table:
    """One column a fact, as typed values."""
    if not facts:
        return rows.select(*keys).distinct()
    wide = rows.group_by(*keys).agg(**{name: rows.value.max(where=rows.fact == name) for name in facts})
    return wide.select(*keys, **{name: checked_value(fact, wide[name]) for name, fact in facts.items()})


def _know(table: Table, known: Sequence[str], name: str, shown: str) -> None:
    problems = [
        Problem(
            Location(shown), f'the table {name} has an unknown column "{column}"',
            expected="a fact of the vocabulary (see: sangdo list facts)", suggestion=nearest(column, known),
        )
        for column in table.columns
        if column not in known
    ]  # fmt: skip
    if problems:
        raise DataInvalid(*problems)
