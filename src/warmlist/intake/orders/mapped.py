"""Orders from any CSV file whose columns are stated or known: one row an article, or an order.

Rows of one order are brought together (`grouping`). A row with a negative quantity is a return:
an order may give a paid event and a returned one, each with its own articles and amount. Without
an amount column, the amount is the sum of quantity x price.
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
    customer_of,
    email_of,
    number_of,
    order_of_dates,
    phone_of,
)
from warmlist.intake.orders.columns import ORDER_COLUMNS, find_columns
from warmlist.intake.orders.grouping import Groups
from warmlist.intake.orders.options import OrderOptions
from warmlist.intake.orders.table import Row, open_table
from warmlist.intake.problems import LineProblem

NO_CUSTOMER = "has no customer: nobody can be labelled by it"
NO_ORDER = "has no order number"
APART = "belongs to an order whose other rows stand too far before it"
OTHER_CUSTOMER = "names another customer than the first row of its order"

#: Words of shops for where an order stands, in small letters without spaces and dashes.
_WORDS = {
    "paid": "paid complete completed processing fulfilled shipped delivered closed bezahlt 已付款"
    " partiallyrefunded",
    "cancelled": "cancelled canceled void voided storniert annullato cancelado annulée 已取消",
    "returned": "returned refunded refund erstattet rimborsato reembolsado remboursée 已退款",
    "": "pending pendingpayment onhold draft failed unpaid checkoutdraft trash authorized expired",
}
_STATUSES = {word: status for status, words in _WORDS.items() for word in words.split()}


class _Line(NamedTuple):
    """One row, its cells read as far as a row alone can be."""

    number: int
    order: str
    customer: tuple[str, ...]  # the cells that name the customer, as written
    row: Row


@dataclass(slots=True)
class _Reader:
    """A file being read: where its columns are, and what its cells mean."""

    at: dict[str, int]
    naming: tuple[int, ...]  # places of the cells that name the customer
    moments: Moments
    comma_decimals: bool
    options: OrderOptions
    profiles: Profiles

    def cell(self, row: Row, name: str) -> str:
        place = self.at.get(name)
        return row[place].strip() if place is not None else ""


def read_orders(path: Path, options: OrderOptions) -> Iterator[Event | LineProblem]:
    """Every order of a CSV file, and a report of each row that belongs to none.

    BadInput when a needed column is missing, or when the order of day and month cannot be told.
    """
    reader = _reader(path, options)
    groups: Groups[_Line] = Groups()
    with open_table(path) as table:
        for found in table.rows:
            if isinstance(found, LineProblem):
                yield found
                continue
            line = _line(reader, *found)
            if isinstance(line, LineProblem):
                yield line
                continue
            is_open, closed = groups.add(line.order, line)
            if not is_open:
                yield LineProblem(line.number, APART)
            if closed is not None:
                yield from _order(reader, closed)
        for lines in groups.rest():
            yield from _order(reader, lines)


def _reader(path: Path, options: OrderOptions) -> _Reader:
    with open_table(path) as table:
        at = find_columns(table.header, ORDER_COLUMNS, options.columns, ("order", "at"))
        if not {"customer", "phone", "email"} & set(at):
            raise BadInput(
                "no column is known to name the customer",
                hint="say which one does, as --map customer=COLUMN (or phone=, email=)",
            )
        if "amount" not in at and not {"quantity", "price"} <= set(at):
            raise BadInput(
                "no column is known to hold the amount",
                hint="add --map amount=COLUMN, or both --map quantity=COLUMN and price=COLUMN",
            )
        place = at["at"]
        cells = (row[1][place] for row in table.rows if not isinstance(row, LineProblem))
        decision = order_of_dates(cells, now_ms=options.now_ms, stated=options.date_order)
        comma_decimals = table.comma_decimals
    if options.currency is None and "currency" not in at:
        raise BadInput("the file names no currency", hint="add --currency CODE, as --currency EUR")
    moments = Moments(local_time(options.time_zone), decision.order if decision else None)
    naming = tuple(at[name] for name in ("customer", "phone", "email") if name in at)
    return _Reader(at, naming, moments, comma_decimals, options, Profiles(options.source))


def _line(reader: _Reader, number: int, row: Row) -> _Line | LineProblem:
    order = row[reader.at["order"]].strip()
    if not order:
        return LineProblem(number, NO_ORDER)
    customer = tuple([row[place].strip() for place in reader.naming])
    if not any(customer):
        return LineProblem(number, NO_CUSTOMER)
    return _Line(number, order, customer, row)


def _order(reader: _Reader, lines: list[_Line]) -> Iterator[Event | LineProblem]:
    """One order's rows -> its events; what is wrong with a row is said with its number."""
    first = lines[0]
    try:
        buyer = _buyer(reader, first.row)
        at, doubt = _said_of("the date", reader.moments.instant, reader.cell(first.row, "at"))
        status = _status(reader, first)
        currency = _currency(reader, first.row)
    except BadInput as error:
        for line in lines:
            yield LineProblem(line.number, error.message)
        return
    if doubt is not None:
        yield LineProblem(first.number, doubt, kept=True)
    if at > reader.options.now_ms:
        yield LineProblem(first.number, "has a date in the future", kept=True)
    if status == "":
        for line in lines:
            yield LineProblem(line.number, "is of an order that is not paid", kept=True)
        return
    bought = _Basket()
    returned = _Basket()
    for line in lines:
        if line.customer != first.customer:
            yield LineProblem(line.number, OTHER_CUSTOMER)
            continue
        try:
            _put(reader, line.row, bought, returned, is_return=status == "returned")
        except BadInput as error:
            yield LineProblem(line.number, error.message)
    yield from reader.profiles.of(buyer, at)
    yield from _events(reader, first, buyer, at, status or "paid", currency, bought, returned)


@dataclass(slots=True)
class _Basket:
    """Articles that went one way, and what they cost together."""

    amount: Decimal = Decimal(0)
    items: list[dict[str, Any]] | None = None
    total: Decimal | None = None  # the order's own amount, where a column holds it

    def put(self, cost: Decimal, total: Decimal | None, article: dict[str, Any]) -> None:
        self.amount += cost
        if self.total is None:
            self.total = total
        if self.items is None:
            self.items = []
        if article:
            self.items.append(article)


def _put(reader: _Reader, row: Row, bought: _Basket, returned: _Basket, *, is_return: bool) -> None:
    quantity = _number(reader, row, "quantity")
    price = _number(reader, row, "price")
    total = _number(reader, row, "amount")
    backwards = is_return or (quantity or 0) < 0 or (quantity is None and (total or 0) < 0)
    count = abs(quantity) if quantity is not None else None
    cost = (count if count is not None else Decimal(1)) * (price if price is not None else 0)
    basket = returned if backwards else bought
    basket.put(
        Decimal(cost),
        abs(total) if total is not None else None,
        item(
            reader.cell(row, "sku"),
            reader.cell(row, "name"),
            reader.cell(row, "category"),
            _plain(count),
            decimal_text(price) if price is not None else None,
        ),
    )


def _events(
    reader: _Reader,
    first: _Line,
    buyer: Buyer,
    at: int,
    status: str,
    currency: str,
    bought: _Basket,
    returned: _Basket,
) -> Iterator[Event]:
    source = reader.options.source
    for basket, said in ((bought, status), (returned, "returned")):
        if basket.items is None:
            continue
        amount = basket.total if basket.total is not None else basket.amount
        if amount < 0:  # more discount than goods
            said, amount = "returned", -amount
        fields: dict[str, Any] = {"amount": decimal_text(amount), "currency": currency}
        if basket.items:
            fields["lines"] = basket.items
        yield order_event(buyer, first.order, said, at, source, fields)


def _number(reader: _Reader, row: Row, name: str) -> Decimal | None:
    place = reader.at.get(name)
    if place is None or not row[place]:
        return None
    try:
        return number_of(row[place], comma_decimals=reader.comma_decimals)
    except BadInput as error:
        raise BadInput(f"the {name} {error.message}") from None


def _plain(count: Decimal | None) -> int | float | None:
    if count is None:
        return None
    return int(count) if count == int(count) else float(count)


def _said_of(what: str, read: Any, cell: str) -> Any:
    try:
        return read(cell)
    except BadInput as error:
        raise BadInput(f"{what} {error.message}") from None


def _status(reader: _Reader, line: _Line) -> str | None:
    """paid, cancelled, returned; '' for an order that is not paid; None when nothing says."""
    prefix = reader.options.return_prefix
    if prefix and line.order.upper().startswith(prefix.upper()):
        return "returned"
    word = reader.cell(line.row, "status")
    if not word:
        return None
    plain = word.casefold().removeprefix("wc-").translate({ord(c): None for c in " -_"})
    if plain not in _STATUSES:
        raise BadInput("has an order status that is not known here")
    return _STATUSES[plain]


def _currency(reader: _Reader, row: Row) -> str:
    code = (reader.cell(row, "currency") or reader.options.currency or "").upper()
    if code not in currencies():
        raise BadInput("has no currency of ISO 4217; add it, or import with --currency")
    return code


def _buyer(reader: _Reader, row: Row) -> Buyer:
    country = country_of(reader.cell(row, "country"))
    phone = phone_of(reader.cell(row, "phone"), country)
    email = email_of(reader.cell(row, "email"))
    named = reader.cell(row, "customer")
    own = customer_of(named, reader.options.source) if named else None
    handle = own or phone or email
    if handle is None:
        raise BadInput("has neither a customer number nor a phone or e-mail address that is one")
    profile = {
        "country": country,
        "name": reader.cell(row, "customer_name") or None,
        "phone": phone,
        "email": email and email.removeprefix("email:"),
    }
    said = {key: value for key, value in profile.items() if value}
    return Buyer(handle, linked(handle, (phone, email)), said)
