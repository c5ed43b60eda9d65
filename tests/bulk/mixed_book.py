"""Books to load in place: the example book, and one of all kinds of facts with dealers, as Parquet files."""

from __future__ import annotations

import csv
import random
from datetime import date, timedelta
from pathlib import Path

import duckdb

FACTS = {
    "satisfaction": ["1", "4", "5"],
    "competitor_discount": ["12.5", "0", "1e1"],
    "changeable": ["true", "FALSE"],
    "competitor_offer": ["cheaper", "better"],
    "unsigned_obstacle": ["|"],
    "rep": ["Sora", "민준", "12"],
}


def write_book(folder: Path, rows: dict[str, list[list[str]]], settings: str = "") -> Path:
    """Write a book as CSV files, which plan reads; the first row of each table is its header."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, lines in rows.items():
        with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as stream:
            csv.writer(stream).writerows(lines)
    if settings:
        (folder / "book.yaml").write_text(settings, encoding="utf-8")
    return folder


def in_parquet(book: Path, folder: Path, typed: bool = False) -> Path:
    """The same book as Parquet files: all columns as text, or with the types that DuckDB finds in them."""
    folder.mkdir(parents=True, exist_ok=True)
    for path in sorted(book.glob("*.csv")):
        options = (
            "types = {'customer_id': 'VARCHAR'}" if typed and path.stem != "observations" else "all_varchar = true"
        )
        query = f"FROM read_csv('{path}', header = true, {options})"
        duckdb.sql(query).write_parquet(str(folder / f"{path.stem}.parquet"))
    if (book / "book.yaml").exists():
        (folder / "book.yaml").write_text((book / "book.yaml").read_text("utf-8"), encoding="utf-8")
    return folder


def mixed_book(folder: Path, choices: dict[str, list[str]], seed: int = 3) -> Path:
    """Dealers and end customers, prospects, products, observations old and new, of `choices` by fact."""
    chance = random.Random(seed)

    def day(since: date = date(2016, 1, 1)) -> str:
        return str(since + timedelta(days=chance.randrange(1_300)))

    ids = [f"c{n:02}" for n in range(40)]
    products = ["비누", "컵", "a", "b", ""]
    orders = [["customer_id", "date", "amount", "product", "order_id", "margin"]]
    for customer in ids[:32]:
        for _ in range(chance.randrange(1, 60)):
            margin = chance.choice(["", "0.25", "-0.5", "1"])
            amount = str(chance.randrange(-5_000, 90_000) / 100)
            orders.append([customer, day(), amount, chance.choice(products), chance.choice(["", "X", "Y"]), margin])
    of_customer = [name for name in choices if name not in ("dealer_willing", "product_share", "slow")]
    customers = [["customer_id", "name", "role", *of_customer[::2]]]
    for customer in ids[4:]:
        cells = [chance.choice([*choices[name], ""]) for name in of_customer[::2]]
        customers.append([customer, f"가게 {customer}", chance.choice(["dealer", "end_customer", ""]), *cells])
    seen = [["customer_id", "fact", "value", "date", "by", "reason", "product"]]
    moments = set()
    for _ in range(400):
        customer, name, on = chance.choice(ids), chance.choice([*choices, "role"]), day(date(2017, 1, 1))
        product = chance.choice(products[:4]) if name in ("dealer_willing", "product_share", "slow") else ""
        if (customer, name, on, product) not in moments:
            moments.add((customer, name, on, product))
            values = ["dealer", "end_customer"] if name == "role" else choices[name]
            seen.append([customer, name, chance.choice(values), on, "민준", "", product])
    goods = [["customer_id", "product", "dealer_willing", "slow"]]
    for customer in chance.sample(ids, 12):
        for product in chance.sample([*products[:4], "new"], 2):
            goods.append([customer, product, chance.choice(["true", "false", ""]), chance.choice(["true", ""])])
    tables = {"orders": orders, "customers": customers, "observations": seen, "products": goods}
    settings = "as_of: 2019-07-17\nseason: {off: [1, 2], peak: [7]}\ndefaults: {satisfaction: 3, role: end_customer}\n"
    return write_book(folder, tables, settings)
