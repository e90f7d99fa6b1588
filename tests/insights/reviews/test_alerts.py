"""Alerts open when a condition holds, close when it ends, and imports open none."""

from __future__ import annotations

import threading

import pytest

from insights.reviews.books import NOW, Books
from warmlist.clock import DAY, HOUR
from warmlist.insights.reviews.alerts import alerts_at, look
from warmlist.insights.reviews.model import Alert
from warmlist.insights.reviews.watch import AlertWatch
from warmlist.store.database import Store

pytestmark = pytest.mark.store


def looked(books: Books, at: int = NOW) -> dict[tuple[str, str | None], Alert]:
    """The alerts that are open after a look."""
    assert look(books.conn, books.limits, at) is not None
    return {(a.kind, a.owner): a for a in alerts_at(books.conn, at, None)}


def crowd(
    books: Books, n: int, label: str, dimension: str = "follow_up", **more: object
) -> list[int]:
    ids = []
    for _ in range(n):
        customer = books.customer("Rob")
        books.label(customer, dimension, label, NOW - HOUR, **more)  # type: ignore[arg-type]
        ids.append(customer)
    return ids


def test_too_many_reds_open_an_alert_that_closes_when_they_are_worked_off(books: Books) -> None:
    crowd(books, 30, "green")
    reds = crowd(books, 10, "red")
    alert = looked(books)["red_high", None]
    assert (alert.since, alert.until, alert.figure, alert.bound) == (NOW, None, 25.0, 15.0)
    assert alert.says == "Red is 25.0 % of customers, over 15.0 %"
    assert alert.do
    assert alert.people
    assert looked(books)["red_high", "Rob"].figure == 25.0
    crowd(books, 10, "green")
    later = looked(books, NOW + HOUR)["red_high", None]
    assert (later.since, later.figure) == (NOW, 20.0)  # still the same alert
    for customer in reds:
        books.conn.execute(
            "UPDATE assignments SET until_at = %s WHERE customer_id = %s", (NOW + HOUR, customer)
        )
    assert looked(books, NOW + 2 * HOUR) == {}
    then = alerts_at(books.conn, NOW + HOUR, None)
    assert {(a.kind, a.owner, a.until) for a in then} == {
        ("red_high", None, None),
        ("red_high", "Rob", None),
    }


def test_what_comes_back_within_a_day_is_the_same_alert(books: Books) -> None:
    crowd(books, 30, "green")
    crowd(books, 10, "red")
    looked(books)
    books.conn.execute("UPDATE assignments SET label = 'orange' WHERE label = 'red'")
    assert looked(books, NOW + HOUR) == {}
    books.conn.execute("UPDATE assignments SET label = 'red' WHERE label = 'orange'")
    assert looked(books, NOW + 3 * HOUR)["red_high", None].since == NOW
    books.conn.execute("UPDATE assignments SET label = 'orange' WHERE label = 'red'")
    looked(books, NOW + 4 * HOUR)
    books.conn.execute("UPDATE assignments SET label = 'red' WHERE label = 'orange'")
    assert looked(books, NOW + 3 * DAY)["red_high", None].since == NOW + 3 * DAY


def test_too_little_activity_is_an_alert(books: Books) -> None:
    for place in range(40):
        customer = books.customer("Rita")
        books.colour(customer, ("green", NOW - 90 * DAY))
        books.label(customer, "activity", "high" if place < 5 else "low", NOW - HOUR)
    assert looked(books)["high_activity_low", None].figure == 12.5


def test_grey_that_grew_by_a_fifth_is_an_alert(books: Books) -> None:
    for place in range(100):
        turns = [("grey" if place < 20 else "green", NOW - 300 * DAY)]
        if 20 <= place < 24:
            turns.append(("grey", NOW - 2 * DAY))
        books.colour(books.customer("Rob"), *turns)
    assert looked(books)["grey_up", None].figure == pytest.approx(20)


def test_a_leak_over_its_target_is_an_alert(books: Books) -> None:
    for place in range(40):
        customer = books.customer("Rob")
        began = NOW - 2 * DAY
        ended = began + (HOUR if place < 37 else 9 * HOUR)
        books.label(customer, "follow_up", "red", began, ended)
    assert looked(books)["leak_high", "Rob"].figure == 7.5


def test_few_customers_open_none(books: Books) -> None:
    crowd(books, 15, "red")
    assert looked(books) == {}


def test_an_import_opens_no_alert_of_the_past(books: Books) -> None:
    for place in range(60):  # an old shop, as it stands right after its import
        customer = books.customer("Rob")
        books.label(customer, "activity", "dormant", NOW - 90 * DAY, cause="fill", seen=NOW - HOUR)
        label = "red" if place < 20 else "grey"
        books.label(customer, "follow_up", label, NOW - 3 * DAY, cause="fill", seen=NOW - HOUR)
        books.label(
            customer, "follow_up", "green", NOW - 200 * DAY, NOW - 3 * DAY, origin="history"
        )
        for n in range(3):
            began = NOW - (30 + n) * DAY
            books.label(customer, "follow_up", "red", began, began + DAY, origin="history")
    assert looked(books) == {}
    # Once it has settled, what still holds is the shop's present, and worth an alert.
    books.conn.execute(
        "UPDATE assignments SET label = 'grey' WHERE label = 'red' AND until_at IS NULL"
    )
    later = looked(books, NOW + 8 * DAY)
    assert {kind for kind, _ in later} == {"high_activity_low"}
    assert later["high_activity_low", None].since == NOW + 8 * DAY


def test_comparisons_wait_for_the_past_to_be_replayed(books: Books) -> None:
    for place in range(100):
        turns = [("grey" if place < 20 else "green", NOW - 300 * DAY)]
        if 20 <= place < 40:
            turns.append(("grey", NOW - 2 * DAY))
        books.colour(books.customer("Rob"), *turns)
    books.conn.execute("INSERT INTO history_due SELECT id FROM customers LIMIT 1")
    assert looked(books) == {}


def test_two_watches_look_one_at_a_time(books: Books, store: Store) -> None:
    assert look(books.conn, books.limits, NOW) is not None
    with store.connect() as other:
        assert look(other, books.limits, NOW) is None
        other.rollback()


def test_the_watch_writes_down_what_it_sees_and_ends_when_told(books: Books, store: Store) -> None:
    crowd(books, 30, "green")
    crowd(books, 10, "red")
    books.conn.commit()
    watch = AlertWatch(store, lambda: books.pack, lambda: NOW)
    watch.look()
    assert {a.kind for a in alerts_at(books.conn, NOW, None)} == {"red_high"}
    stopping = threading.Event()
    thread = threading.Thread(target=watch.run, args=(stopping,))
    thread.start()
    stopping.set()
    thread.join(5)
    assert not thread.is_alive()


def test_orders_that_must_fall_are_an_alert(books: Books) -> None:
    greens = [books.customer("Rob") for _ in range(20)]
    for customer in greens:
        books.colour(customer, ("green", NOW - 600 * DAY))
    for n in range(1, 14):
        for customer in greens[: 15 if n == 1 else 5]:
            books.orders(customer, NOW - n * 14 * DAY + 3 * DAY)
    assert ("orders_falling", None) not in looked(books)  # one good fortnight is not the usual
    for customer in greens[:18]:
        books.conn.execute(
            "UPDATE assignments SET until_at = %s WHERE customer_id = %s", (NOW - DAY, customer)
        )
        books.label(customer, "follow_up", "grey", NOW - DAY)
    alert = looked(books, NOW)["orders_falling", None]
    assert alert.figure < alert.bound == 7.5
    assert alert.says.endswith("orders next, after 8")
