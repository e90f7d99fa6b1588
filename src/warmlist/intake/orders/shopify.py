"""Shopify's orders_export.csv -> order events.

An order's first row holds the order; further articles repeat its Name and leave the rest empty.
The export says when an order was paid and cancelled, but not when money was given back: a refund
is dated with the payment (the earliest it can be).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple

from warmlist.errors import BadInput
from warmlist.events.model import Event
from warmlist.intake.local_time import local_time
from warmlist.intake.model.values import currencies, decimal_text
from warmlist.intake.orders.build import Buyer, Profiles, item, linked, order_event
from warmlist.intake.orders.cells import (
    Moments,
    country_of,
    email_of,
    first_filled,
    number_of,
    order_of_dates,
    phone_of,
)
from warmlist.intake.orders.columns import find_columns
from warmlist.intake.orders.grouping import Groups
from warmlist.intake.orders.options import OrderOptions
from warmlist.intake.orders.table import Row, open_table
from warmlist.intake.problems import LineProblem

_NAMES = (
    "Name", "Id", "Email", "Financial Status", "Paid at", "Created at", "Cancelled at", "Currency",
    "Total", "Refunded Amount", "Lineitem quantity", "Lineitem name", "Lineitem price",
    "Lineitem sku", "Phone", "Billing Name", "Billing Phone", "Billing Country", "Shipping Name",
    "Shipping Phone", "Shipping Country",
)  # fmt: skip
_COLUMNS = {name: (name.casefold(),) for name in _NAMES}
_NEEDED = ("Name", "Created at", "Total", "Currency", "Financial Status")
#: Financial states in which the customer has paid, even if money went back later.
_PAID = frozenset({"paid", "partially_refunded", "refunded"})
_KNOWN = _PAID | {"pending", "authorized", "partially_paid", "voided", "expired", ""}

NOT_PAID = "is of an order that is not paid"
NOBODY = "is of an order without a phone number or e-mail address"
NO_ORDER = "has an article, but no row before it has the order"


class _Line(NamedTuple):
    number: int
    row: Row


@dataclass(slots=True)
class _Reader:
    at: dict[str, int]
    moments: Moments
    options: OrderOptions
    profiles: Profiles

    def cell(self, row: Row, name: str) -> str:
        place = self.at.get(name)
        return row[place].strip() if place is not None else ""


def read_shopify(path: Path, options: OrderOptions) -> Iterator[Event | LineProblem]:
    """Every order of the export, and a report of each row that gave none.

    BadInput when a column that every export has is missing.
    """
    reader = _reader(path, options)
    groups: Groups[_Line] = Groups()
    with open_table(path) as table:
        for found in table.rows:
            if isinstance(found, LineProblem):
                yield found
                continue
            line = _Line(*found)
            is_open, closed = groups.add(reader.cell(line.row, "Name"), line)
            if not is_open:
                yield LineProblem(line.number, "belongs to an order that stands too far before it")
            if closed is not None:
                yield from _order(reader, closed)
        for lines in groups.rest():
            yield from _order(reader, lines)


def _reader(path: Path, options: OrderOptions) -> _Reader:
    with open_table(path) as table:
        at = find_columns(table.header, _COLUMNS, {}, _NEEDED)
        place = at["Created at"]
        cells = (
            found[1][place]
            for found in table.rows
            if not isinstance(found, LineProblem) and found[1][place]
        )
        decision = order_of_dates(cells, now_ms=options.now_ms, stated=options.date_order)
    moments = Moments(local_time(options.time_zone), decision.order if decision else None)
    return _Reader(at, moments, options, Profiles(options.source))


def _order(reader: _Reader, lines: list[_Line]) -> Iterator[Event | LineProblem]:
    head = next((line for line in lines if reader.cell(line.row, "Created at")), None)
    if head is None:
        for line in lines:
            yield LineProblem(line.number, NO_ORDER)
        return
    try:
        buyer = _buyer(reader, head.row)
        if buyer is None:
            yield LineProblem(head.number, NOBODY)
            return
        articles = [found for line in lines if (found := _article(reader, line.row))]
        events = list(_events(reader, head.row, buyer, articles))
    except BadInput as error:
        yield LineProblem(head.number, error.message)
        return
    if not events:
        yield LineProblem(head.number, NOT_PAID, kept=True)
        return
    yield from reader.profiles.of(buyer, events[0].occurred_at)
    yield from events


def _events(
    reader: _Reader, row: Row, buyer: Buyer, articles: list[dict[str, Any]]
) -> Iterator[Event]:
    state = reader.cell(row, "Financial Status").casefold()
    if state not in _KNOWN:
        raise BadInput("has a financial status that is not known here")
    paid_at = _moment(reader, row, "Paid at") or _moment(reader, row, "Created at")
    cancelled_at = _moment(reader, row, "Cancelled at")
    order_id = reader.cell(row, "Id") or reader.cell(row, "Name").removeprefix("#")
    source = reader.options.source
    fields: dict[str, Any] = {
        "amount": decimal_text(_amount(reader, row, "Total") or Decimal(0)),
        "currency": _currency(reader, row),
    }
    if articles:
        fields["lines"] = articles
    if state in _PAID and paid_at is not None:
        yield order_event(buyer, order_id, "paid", paid_at, source, fields)
    if cancelled_at is not None:
        yield order_event(buyer, order_id, "cancelled", cancelled_at, source, fields)
        return
    back = _amount(reader, row, "Refunded Amount")
    if back and paid_at is not None and state in _PAID:
        given = {"amount": decimal_text(abs(back)), "currency": fields["currency"]}
        yield order_event(buyer, order_id, "returned", paid_at, source, given)


def _article(reader: _Reader, row: Row) -> dict[str, Any]:
    quantity = _amount(reader, row, "Lineitem quantity")
    price = _amount(reader, row, "Lineitem price")
    count = None
    if quantity is not None:
        count = int(quantity) if quantity == int(quantity) else float(quantity)
    return item(
        reader.cell(row, "Lineitem sku"),
        reader.cell(row, "Lineitem name"),
        "",
        count,
        decimal_text(price) if price is not None else None,
    )


def _moment(reader: _Reader, row: Row, name: str) -> int | None:
    cell = reader.cell(row, name)
    if not cell:
        return None
    try:
        return reader.moments.instant(cell)[0]
    except BadInput as error:
        raise BadInput(f"{name} {error.message}") from None


def _amount(reader: _Reader, row: Row, name: str) -> Decimal | None:
    cell = reader.cell(row, name)
    if not cell:
        return None
    try:
        return number_of(cell)
    except BadInput as error:
        raise BadInput(f"{name} {error.message}") from None


def _currency(reader: _Reader, row: Row) -> str:
    code = (reader.cell(row, "Currency") or reader.options.currency or "").upper()
    if code not in currencies():
        raise BadInput("has no currency of ISO 4217; add it, or import with --currency")
    return code


def _buyer(reader: _Reader, row: Row) -> Buyer | None:
    """The buyer, by phone, else by address.

    The phone of a parcel may be another person's (a gift): it counts only where nothing else does.
    """
    bill_country = country_of(reader.cell(row, "Billing Country"))
    ship_country = country_of(reader.cell(row, "Shipping Country"))
    country = bill_country or ship_country
    phone = phone_of(reader.cell(row, "Phone"), country)
    phone = phone or phone_of(reader.cell(row, "Billing Phone"), bill_country)
    email = email_of(reader.cell(row, "Email"))
    if phone is None and email is None:
        phone = phone_of(reader.cell(row, "Shipping Phone"), ship_country)
    handle = phone or email
    if handle is None:
        return None
    name = first_filled([reader.cell(row, "Billing Name"), reader.cell(row, "Shipping Name")])
    profile = {
        "name": name,
        "country": country,
        "phone": phone,
        "email": email and email.removeprefix("email:"),
    }
    said = {key: value for key, value in profile.items() if value}
    return Buyer(handle, linked(handle, (phone, email)), said)
