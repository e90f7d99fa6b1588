"""Orders from any CSV file: their rows together, returns, and a word about every lost row."""

from __future__ import annotations

import gzip

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intake.orders.files import events, problems, read, write
from warmlist.clock import parse_instant
from warmlist.errors import BadInput
from warmlist.intake.local_time import TWICE
from warmlist.intake.orders import mapped, read_orders
from warmlist.intake.orders.cells import number_of
from warmlist.intake.problems import LineProblem

pytestmark = pytest.mark.unit

HEADER = "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country\n"
SHOP = {"source": "shop", "currency": "GBP", "time_zone": "Europe/London"}
STATED = {"order": "InvoiceNo", "at": "InvoiceDate", "customer": "CustomerID"}


def shop(tmp_path, rows, **said):
    return read(read_orders, write(tmp_path, HEADER + rows), **(SHOP | said))


def test_rows_of_one_order_become_one_event(tmp_path):
    found = shop(
        tmp_path,
        "1,A,Tasse,6,2010-12-01 08:26:00,2.55,17850.0,United Kingdom\n"
        "2,A,Tasse,1,2010-12-01 08:28:00,2.55,13047.0,France\n"
        "1,B,杯子,2,2010-12-01 08:26:00,3.39,17850.0,United Kingdom\n",
    )
    first, second = events(found)
    assert first.handle == "crm:shop:17850"
    assert (first.id, first.status, first.fields["currency"]) == ("1", "paid", "GBP")
    assert first.fields["amount"] == "22.08"
    assert first.fields["lines"] == [
        {"sku": "A", "name": "Tasse", "quantity": 6, "price": "2.55"},
        {"sku": "B", "name": "杯子", "quantity": 2, "price": "3.39"},
    ]
    assert first.occurred_at == first.known_at == parse_instant("2010-12-01T08:26:00Z")
    assert first.backfill
    assert second.fields["amount"] == "2.55"
    assert [p.fields for p in events(found, "profile")] == [{"country": "GB"}, {"country": "FR"}]
    assert problems(found) == []


def test_negative_quantities_are_returns_with_their_own_amount(tmp_path):
    found = shop(
        tmp_path,
        "C1,A,Tasse,-2,2010-12-01 08:26:00,2.50,7,\n"
        "5,A,Tasse,3,2010-12-02 08:26:00,2.50,7,\n"
        "5,B,Teller,-1,2010-12-02 08:26:00,4,7,\n",
    )
    assert [(e.id, e.status, e.fields["amount"]) for e in events(found)] == [
        ("C1", "returned", "5"),
        ("5", "paid", "7.5"),
        ("5", "returned", "4"),
    ]
    assert events(found)[0].fields["lines"][0]["quantity"] == 2
    assert len({e.ident for e in events(found)}) == 3


def test_a_prefix_can_tell_returns(tmp_path):
    found = shop(tmp_path, "R-1,A,x,2,2010-12-01,1,7,\n", return_prefix="r-")
    assert [e.status for e in events(found)] == ["returned"]


def test_rows_without_customer_or_order_are_reported(tmp_path):
    found = shop(
        tmp_path,
        "1,A,x,1,2010-12-01,1,,\n,A,x,1,2010-12-01,1,7,\n2,A,x,1,2010-12-01,1,7,\n2,A,x\n\n"
        "2,A,x,1,2010-12-01,1,8,\n3,A,x,many,2010-12-01,1,8,\n4,A,x,1,someday,1,8,\n"
        "5,A,x,1,2010-13-01,1,8,\n",
    )
    assert [(p.number, p.reason) for p in problems(found)] == [
        (2, mapped.NO_CUSTOMER),
        (3, mapped.NO_ORDER),
        (5, "has fewer cells than the header"),
        (7, mapped.OTHER_CUSTOMER),
        (8, "the quantity is not a number"),
        (9, "the date is not a moment, as 2026-03-01 09:30"),
        (10, "the date is a moment that does not exist"),
    ]
    assert [e.id for e in events(found)] == ["2"]


def test_an_amount_column_is_the_orders_total(tmp_path):
    text = (
        "Order ID,Date,Email,Total,Currency,Status\n"
        '7,2024-03-15 18:05 +0100,Jo@Example.com,"1,234.50",eur,wc-completed\n'
        "8,2024-03-16T18:05:00Z,jo@example.com,20,EUR,on-hold\n"
        "9,2024-03-17T18:05:00Z,jo@example.com,20,EUR,cancelled\n"
        "10,2024-03-17T18:05:00Z,jo@example.com,20,EUR,lost at sea\n"
        "11,2024-03-17T18:05:00Z,jo@example.com,20,XXY,paid\n"
    )
    found = read(read_orders, write(tmp_path, text))
    assert [(e.id, e.status, e.fields["amount"], e.handle) for e in events(found)] == [
        ("7", "paid", "1234.5", "email:jo@example.com"),
        ("9", "cancelled", "20", "email:jo@example.com"),
    ]
    assert events(found)[0].occurred_at == parse_instant("2024-03-15T18:05:00+01:00")
    assert [(p.number, p.kept) for p in problems(found)] == [(3, True), (5, False), (6, False)]


def test_columns_can_be_stated(tmp_path):
    text = "Beleg;Wann;Wer;Summe\n1;15.03.2024 18:05;+39 333 123 4567;1.234,50\n"
    columns = {"order": "Beleg", "at": "Wann", "customer": "wer", "amount": "Summe"}
    found = read(read_orders, write(tmp_path, text), columns=columns, currency="EUR")
    assert [(e.handle, e.fields["amount"]) for e in events(found)] == [("+393331234567", "1234.5")]


@pytest.mark.parametrize(
    ("text", "said", "message"),
    [
        ("", {}, "no header"),
        ("a,b\n", {}, "--map order=COLUMN"),
        ("order,date,total\n", {}, "--map customer=COLUMN"),
        ("order,date,customer\n", {}, "--map amount=COLUMN"),
        ("order,date,customer,total\n", {}, "--currency"),
        ("order,date,customer,total\n", {"columns": {"amount": "Totl"}}, "did you mean total"),
        ("order,date,customer,total\n", {"columns": {"sum": "total"}}, "sum is not one of"),
        ("order,date,customer,total\n1,3/5/24,7,1\n", {"currency": "EUR"}, "--date-order"),
        ("order,date,customer,total\n", {"time_zone": "Mars", "currency": "EUR"}, "--time-zone"),
    ],
)
def test_a_file_that_cannot_be_understood_says_what_to_add(tmp_path, text, said, message):
    with pytest.raises(BadInput, match=message):
        read(read_orders, write(tmp_path, text), **said)


def test_american_dates_are_told_by_a_day_over_twelve(tmp_path):
    found = shop(tmp_path, "1,A,x,1,12/1/2010 8:26,1,7,\n2,A,x,1,12/13/2010 8:26 PM,1,7,\n")
    assert [e.occurred_at for e in events(found)] == [
        parse_instant("2010-12-01T08:26:00Z"),
        parse_instant("2010-12-13T20:26:00Z"),
    ]


def test_a_file_that_runs_backwards_tells_its_order_too(tmp_path):
    days = ["4/2/2011", "2/2/2011", "1/2/2011", "12/1/2011", "11/1/2011", "9/1/2011"]
    rows = "".join(f"{n},A,x,1,{day},1,7,\n" for n, day in enumerate(days))
    assert events(shop(tmp_path, rows))[0].occurred_at == parse_instant("2011-02-04T00:00:00Z")


def test_local_times_that_came_twice_are_reported(tmp_path):
    found = shop(tmp_path, "1,A,x,1,2024-10-27 01:30,1,7,\n")
    assert problems(found) == [LineProblem(2, TWICE, kept=True)]


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
def test_any_usual_encoding_is_read(tmp_path, encoding, packed):
    data = (HEADER + '1,A,"Gutschein £40, ""schön""\nzweite Zeile",1,2010-12-01,1,7,\n').encode(
        encoding
    )
    path = write(tmp_path, gzip.compress(data) if packed else data)
    found = read(read_orders, path, **SHOP)
    assert events(found)[0].fields["lines"][0]["name"] == 'Gutschein £40, "schön"\nzweite Zeile'


def test_a_damaged_gzip_file_is_refused(tmp_path):
    path = write(tmp_path, gzip.compress(HEADER.encode() * 100)[:-20])
    with pytest.raises(BadInput, match="damaged"):
        read(read_orders, path, **SHOP)


def test_rows_far_apart_are_refused_and_never_a_second_order(tmp_path, monkeypatch):
    monkeypatch.setattr(mapped, "Groups", lambda: mapped_groups(limit=2))
    rows = "".join(f"{n},A,x,1,2010-12-01,1,7,\n" for n in (1, 2, 3, 1, 3))
    found = shop(tmp_path, rows)
    assert [(e.id, len(e.fields["lines"])) for e in events(found)] == [("1", 1), ("2", 1), ("3", 2)]
    assert problems(found) == [LineProblem(5, mapped.APART)]


def mapped_groups(limit):
    from warmlist.intake.orders.grouping import Groups

    return Groups(limit=limit)


@pytest.mark.parametrize(
    ("cell", "number"),
    [("1234.5", "1234.5"), ("1,234.50", "1234.50"), ("1.234,50", "1234.50"), ("€ 12,5", "12.5"),
     ("$1,234", "1234"), ("-3", "-3"), ("(3.00)", "-3.00"), ("12.50 EUR", "12.50")],
)  # fmt: skip
def test_money_is_read_as_shops_write_it(cell, number):
    assert str(number_of(cell)) == number


def test_with_decimal_commas_a_point_groups_thousands():
    assert str(number_of("1.234", comma_decimals=True)) == "1234"
    assert str(number_of("12.50", comma_decimals=True)) == "12.50"
    assert str(number_of("1,234", comma_decimals=True)) == "1.234"


@given(st.text(max_size=20))
def test_any_cell_is_a_number_or_bad_input(cell):
    try:
        assert number_of(cell).is_finite()
    except BadInput:
        return
