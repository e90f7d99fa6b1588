"""Shopify's orders_export.csv -> orders with their articles, cancellations and refunds."""

from __future__ import annotations

import csv
import io

import pytest

from intake.orders.files import events, problems, read, write
from warmlist.clock import parse_instant
from warmlist.errors import BadInput
from warmlist.intake.orders import read_shopify, shopify

pytestmark = pytest.mark.unit

COLUMNS = [
    "Name", "Email", "Financial Status", "Paid at", "Fulfillment Status", "Currency", "Subtotal",
    "Total", "Created at", "Lineitem quantity", "Lineitem name", "Lineitem price", "Lineitem sku",
    "Billing Name", "Billing Phone", "Billing Country", "Shipping Name", "Shipping Phone",
    "Shipping Country", "Cancelled at", "Refunded Amount", "Id", "Phone",
]  # fmt: skip
ORDER = {
    "Name": "#1001", "Email": "Jo@Example.com", "Financial Status": "paid",
    "Paid at": "2024-03-15 18:05:09 +0100", "Created at": "2024-03-15 18:00:00 +0100",
    "Currency": "EUR", "Total": "59.90",
    "Lineitem quantity": "1", "Lineitem name": "Borraccia, blu",
    "Lineitem price": "39.90", "Lineitem sku": "B-1", "Billing Name": "Jo Rossi",
    "Billing Country": "IT", "Shipping Country": "DE", "Shipping Phone": "+49 151 12345678",
    "Phone": "'+39 333 123 4567", "Id": "5551", "Refunded Amount": "0.00",
}  # fmt: skip
SECOND = {"Name": "#1001", "Lineitem quantity": "2", "Lineitem name": "杯子",
          "Lineitem price": "10", "Lineitem sku": ""}  # fmt: skip


def export(tmp_path, *rows):
    text = io.StringIO()
    writer = csv.DictWriter(text, COLUMNS, restval="")
    writer.writeheader()
    writer.writerows(rows)
    return write(tmp_path, text.getvalue(), "orders_export.csv")


def shop(tmp_path, *rows, **said):
    return read(read_shopify, export(tmp_path, *rows), **({"source": "shopify"} | said))


def test_an_order_over_two_rows(tmp_path):
    found = shop(tmp_path, ORDER, SECOND)
    (order,) = events(found)
    assert (order.id, order.status, order.source) == ("5551", "paid", "shopify")
    assert order.handle == "+393331234567"
    assert order.links == ("email:jo@example.com",)
    assert order.occurred_at == parse_instant("2024-03-15T18:05:09+01:00")
    assert order.fields["amount"] == "59.9"
    assert order.fields["lines"] == [
        {"sku": "B-1", "name": "Borraccia, blu", "quantity": 1, "price": "39.9"},
        {"name": "杯子", "quantity": 2, "price": "10"},
    ]
    (profile,) = events(found, "profile")
    assert profile.fields == {
        "name": "Jo Rossi", "country": "IT", "phone": "+393331234567", "email": "jo@example.com",
    }  # fmt: skip
    assert problems(found) == []


def test_a_cancelled_order_is_paid_and_then_cancelled(tmp_path):
    row = ORDER | {"Cancelled at": "2024-03-16 09:00:00 +0100", "Financial Status": "refunded",
                   "Refunded Amount": "59.90"}  # fmt: skip
    found = events(shop(tmp_path, row))
    assert [(e.status, e.fields["amount"]) for e in found] == [
        ("paid", "59.9"),
        ("cancelled", "59.9"),
    ]
    assert found[1].occurred_at == parse_instant("2024-03-16T09:00:00+01:00")


def test_money_given_back_is_a_return_of_that_amount(tmp_path):
    row = ORDER | {"Financial Status": "partially_refunded", "Refunded Amount": "20.00"}
    assert [(e.status, e.fields["amount"]) for e in events(shop(tmp_path, row))] == [
        ("paid", "59.9"),
        ("returned", "20"),
    ]


@pytest.mark.parametrize("state", ["pending", "authorized", "voided", "expired"])
def test_what_was_not_paid_is_no_order_yet(tmp_path, state):
    found = shop(tmp_path, ORDER | {"Financial Status": state, "Paid at": ""})
    assert events(found) == []
    assert [(p.number, p.reason, p.kept) for p in problems(found)] == [(2, shopify.NOT_PAID, True)]


def test_a_parcels_phone_may_be_anothers_and_is_used_last(tmp_path):
    by_mail = shop(tmp_path, ORDER | {"Phone": ""})
    assert events(by_mail)[0].handle == "email:jo@example.com"
    assert events(by_mail)[0].links == ()
    by_parcel = shop(tmp_path, ORDER | {"Phone": "", "Email": ""})
    assert events(by_parcel)[0].handle == "+4915112345678"


def test_a_phone_without_its_country_code_is_read_by_the_country(tmp_path):
    found = shop(tmp_path, ORDER | {"Phone": "333 123 4567"})
    assert events(found)[0].handle == "+393331234567"


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"Phone": "", "Email": "", "Shipping Phone": ""}, shopify.NOBODY),
        ({"Financial Status": "eaten"}, "has a financial status that is not known here"),
        ({"Total": "much"}, "Total is not a number"),
        ({"Paid at": "later"}, "Paid at is not a moment, as 2026-03-01 09:30"),
        ({"Currency": "XXY"}, "has no currency of ISO 4217; add it, or import with --currency"),
    ],
)
def test_a_row_that_cannot_be_read_is_reported(tmp_path, change, reason):
    found = shop(tmp_path, ORDER | change, ORDER | {"Name": "#1002", "Id": "2"})
    assert [(p.number, p.reason) for p in problems(found)] == [(2, reason)]
    assert [e.id for e in events(found)] == ["2"]


def test_an_article_without_its_order_is_reported(tmp_path):
    assert [(p.number, p.reason) for p in problems(shop(tmp_path, SECOND))] == [
        (2, shopify.NO_ORDER)
    ]


def test_another_file_is_refused(tmp_path):
    with pytest.raises(BadInput, match="Created at"):
        read(read_shopify, write(tmp_path, "Name,Total\n1,2\n"))


def test_without_an_id_the_name_stands_for_the_order(tmp_path):
    assert events(shop(tmp_path, ORDER | {"Id": ""}))[0].id == "1001"
