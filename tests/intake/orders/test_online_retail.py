"""A real shop's year: every row of it is an article of an order, or is accounted for."""

from __future__ import annotations

import csv
import gzip
from collections import Counter
from decimal import Decimal

import pytest

from intake.orders.files import NOW, read
from warmlist.events.model import Event
from warmlist.intake.orders import mapped, read_orders
from warmlist.intake.problems import LineProblem

pytestmark = pytest.mark.data

STATED = {
    "order": "InvoiceNo", "at": "InvoiceDate", "customer": "CustomerID", "sku": "StockCode",
    "name": "Description", "quantity": "Quantity", "price": "UnitPrice", "country": "Country",
}  # fmt: skip


@pytest.fixture(scope="module")
def rows(shared_data):
    with gzip.open(shared_data / "online_retail.csv.gz", "rt", newline="") as text:
        return list(csv.DictReader(text))


@pytest.fixture(scope="module")
def found(shared_data):
    return read(
        read_orders, shared_data / "online_retail.csv.gz", columns=STATED, source="uci",
        currency="GBP", time_zone="Europe/London", return_prefix="C", now_ms=NOW,
    )  # fmt: skip


def test_every_row_is_an_article_or_reported(rows, found):
    articles = sum(
        len(e.fields["lines"]) for e in found if isinstance(e, Event) and e.type == "order"
    )
    reasons = Counter(x.reason for x in found if isinstance(x, LineProblem))
    without = [row for row in rows if not row["CustomerID"]]
    assert len(rows) == 541_909
    assert reasons == {mapped.NO_CUSTOMER: len(without)} == {mapped.NO_CUSTOMER: 135_080}
    assert articles == len(rows) - len(without)
    first = next(x for x in found if isinstance(x, LineProblem))
    assert first.number == 2 + next(n for n, row in enumerate(rows) if not row["CustomerID"])


def test_orders_returns_and_customers_are_all_there(rows, found):
    known = [row for row in rows if row["CustomerID"]]
    paid = {row["InvoiceNo"] for row in known if not row["Quantity"].startswith("-")}
    returned = {row["InvoiceNo"] for row in known if row["Quantity"].startswith("-")}
    orders = [e for e in found if isinstance(e, Event) and e.type == "order"]
    assert {e.id for e in orders if e.status == "paid"} == paid
    assert {e.id for e in orders if e.status == "returned"} == returned
    assert len(orders) == len(paid) + len(returned) == len({e.ident for e in orders})
    assert {e.handle for e in orders} == {
        f"crm:uci:{row['CustomerID'].removesuffix('.0')}" for row in known
    }
    assert len({e.handle for e in orders}) == 4_372


def test_not_a_penny_is_lost(rows, found):
    known = [row for row in rows if row["CustomerID"]]
    expected = sum(Decimal(row["Quantity"]) * Decimal(row["UnitPrice"]) for row in known)
    signs = {"paid": 1, "returned": -1}
    total = sum(
        signs[e.status] * Decimal(e.fields["amount"])
        for e in found
        if isinstance(e, Event) and e.type == "order"
    )
    assert total == expected
