"""The monthly review: false reds, missed greens, outcomes, freshness."""

from __future__ import annotations

import pytest

from insights.reviews.books import NOW, Books, one
from warmlist.clock import DAY, HOUR

pytestmark = pytest.mark.store

#: In the middle of the judged month: every label that began then had its 14 days.
THEN = NOW - 20 * DAY


def turn(books: Books, ordered: int | None, at: int = THEN, **more: str) -> int:
    """A green customer who was red for an hour; the order came so long after the red began."""
    customer = books.customer("Rob")
    books.colour(customer, ("green", at - 90 * DAY), ("red", at), ("green", at + HOUR), **more)
    if ordered is not None:
        books.orders(customer, at + ordered)
    return customer


def test_reds_that_close_and_those_that_do_not(books: Books) -> None:
    for ordered in (HOUR, 14 * DAY - 1, 14 * DAY, None):
        turn(books, ordered)
    told = books.review("monthly")
    closed = one(told, "accuracy", "reds_closed")
    assert (closed.count, closed.of, closed.value) == (2, 4, 50.0)
    assert one(told, "accuracy", "reds_closed", "Rob").of == 4
    assert one(told, "accuracy", "reds_closed", "Rita").value is None


def test_a_cancelled_order_is_no_sale(books: Books) -> None:
    customer = turn(books, None)
    for status in ("paid", "cancelled"):
        books.log.append(
            books.conn,
            [_order(books, customer, status, THEN + DAY)],
            now_ms=THEN + DAY,
        )
    assert one(books.review("monthly"), "accuracy", "reds_closed").count == 0


def _order(books: Books, customer: int, status: str, at: int):  # type: ignore[no-untyped-def]
    from warmlist.events.model import Event

    fields = {"status": status, "amount": "10.00", "currency": "USD"}
    return Event("order", "o-1", "books", books.handle(customer), at, at, fields=fields)


def test_reds_too_young_to_be_judged_are_not(books: Books) -> None:
    turn(books, HOUR, NOW - 13 * DAY)
    turn(books, HOUR, NOW - 45 * DAY)  # the month before
    closed = one(books.review("monthly"), "accuracy", "reds_closed")
    assert (closed.of, closed.previous) == (0, 100.0)


def test_reds_that_close_too_seldom_name_their_rule(books: Books) -> None:
    for place in range(24):
        turn(books, HOUR if place < 2 else None, rule="COL-8")
    for _ in range(24):
        turn(books, HOUR, rule="COL-7")
    told = books.review("monthly")
    assert one(told, "rules", "reds_closed", detail="COL-8").verdict == "bad"
    assert one(told, "rules", "reds_closed", detail="COL-7").verdict == "good"
    assert one(told, "accuracy", "reds_closed").verdict == "good"


def green(books: Books, wrote: int | None, ordered: int = THEN) -> int:
    """A green customer who orders, and wrote so long before."""
    customer = books.customer("Rita")
    books.colour(customer, ("green", NOW - 300 * DAY))
    if wrote is not None:
        books.writes(customer, ordered - wrote)
    books.orders(customer, ordered)
    return customer


def test_a_missed_green_wrote_and_ordered_and_was_never_red(books: Books) -> None:
    green(books, HOUR)
    green(books, None)  # said nothing: nothing could be seen
    green(books, 15 * DAY)  # long before
    seen = green(books, HOUR)  # was red before
    books.label(seen, "follow_up", "red", THEN - 2 * DAY, THEN - DAY)
    told = books.review("monthly")
    assert one(told, "accuracy", "missed_green").value == 1
    rita = one(told, "accuracy", "missed_green", "Rita")
    assert (rita.value, rita.expected, rita.verdict) == (1, (0.0, 8.0), "good")


def test_accuracy_is_the_share_of_customers_who_were_rightly_labelled(books: Books) -> None:
    turn(books, HOUR)  # right
    turn(books, None)  # false red
    green(books, HOUR)  # missed
    for _ in range(22):  # at rest, and nothing came: right
        books.colour(books.customer("Rita"), ("green", NOW - 200 * DAY))
    right = one(books.review("monthly"), "accuracy", "right")
    assert (right.count, right.of, right.value, right.verdict) == (23, 25, 92.0, "good")


def test_outcomes_against_those_expected(books: Books) -> None:
    for place in range(50):
        customer = books.customer()
        books.label(customer, "intent", "high", THEN)
        if place < 22:
            books.orders(customer, THEN + DAY)
        books.label(customer, "intent", "none", THEN - 300 * DAY, THEN)
    told = books.review("monthly")
    high = one(told, "outcomes", "followed_by_order", dimension="intent", label="high")
    assert (high.value, high.of, high.expected, high.verdict) == (44.0, 50, (40, 50), "good")
    none = one(told, "outcomes", "followed_by_order", dimension="intent", label="none")
    assert (none.of, none.verdict) == (0, "few")


def test_an_outcome_is_bad_only_beyond_its_interval(books: Books) -> None:
    for place in range(40):
        customer = books.customer()
        books.label(customer, "intent", "high", THEN)
        books.label(customer, "intent", "medium", THEN - 5 * DAY, THEN)
        if place < 12:  # 30 %, and 40 is within what chance does
            books.orders(customer, THEN + DAY)
    told = books.review("monthly")
    of_high = one(told, "outcomes", "followed_by_order", dimension="intent", label="high")
    assert (of_high.value, of_high.verdict) == (30.0, "good")
    for _ in range(160):
        books.label(books.customer(), "intent", "high", THEN)
    told = books.review("monthly")
    of_high = one(told, "outcomes", "followed_by_order", dimension="intent", label="high")
    assert (of_high.value, of_high.verdict) == (6.0, "bad")


def test_labels_older_than_their_review(books: Books) -> None:
    old, young, by_hand = (books.customer("Rob") for _ in range(3))
    books.label(old, "intent", "none", NOW - 8 * DAY)
    books.label(young, "intent", "none", NOW - 6 * DAY)
    books.label(by_hand, "intent", "high", NOW - 8 * DAY, rule="manual", origin="person")
    told = books.review("monthly")
    older = one(told, "freshness", "older", dimension="intent")
    assert (older.count, older.of) == (2, 3)
    waiting = one(told, "freshness", "by_hand", dimension="intent")
    assert (waiting.value, waiting.verdict) == (1, "bad")
    assert not [
        f for f in books.review("monthly", NOW, live=False).figures if f.section == "freshness"
    ]


def test_a_recheck_that_was_forgotten_is_told(books: Books) -> None:
    books.customer()
    assert one(books.review("monthly"), "freshness", "recheck_late").verdict == "good"
    books.conn.execute("UPDATE standings SET recheck_at = %s", (NOW - 2 * HOUR,))
    late = one(books.review("monthly"), "freshness", "recheck_late")
    assert (late.value, late.verdict) == (1, "bad")
