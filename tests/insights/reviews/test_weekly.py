"""The weekly review: shares, leaks and capacity."""

from __future__ import annotations

import pytest
from psycopg.types.json import Jsonb

from insights.reviews.books import NOW, Books, one
from warmlist.clock import DAY, HOUR, MINUTE

pytestmark = pytest.mark.store


def test_shares_as_they_were_at_each_moment(books: Books) -> None:
    ids = [books.customer() for _ in range(40)]
    for place, customer in enumerate(ids):
        if place < 30:
            books.colour(customer, ("green", NOW - 300 * DAY))
        elif place < 36:  # three days ago they turned grey
            books.colour(customer, ("green", NOW - 300 * DAY), ("grey", NOW - 3 * DAY))
        else:  # in touch for five days
            books.colour(customer, ("yellow", NOW - 5 * DAY))
    told = books.review("weekly")
    green = one(told, "distribution", "share", dimension="follow_up", label="green")
    assert (green.value, green.count, green.of) == (75.0, 30, 40)
    assert green.previous == 100.0
    assert green.change == -25.0
    grey = one(told, "distribution", "share", dimension="follow_up", label="grey")
    assert (grey.value, grey.previous) == (15.0, 0.0)
    (series,) = [s for s in told.series if s.dimension == "follow_up"]
    assert series.moments[-1] == NOW
    assert len(series.moments) == 13
    assert series.shares["green"][:12] == (100.0,) * 12
    for place in range(13):
        assert sum(held[place] for held in series.shares.values()) == pytest.approx(100)


def test_a_label_holds_from_its_beginning_and_not_at_its_end(books: Books) -> None:
    customer = books.customer()
    books.colour(customer, ("yellow", NOW - 7 * DAY), ("green", NOW))
    told = books.review("weekly")
    yellow = one(told, "distribution", "share", dimension="follow_up", label="yellow")
    assert (yellow.value, yellow.previous) == (0.0, 100.0)


def test_a_label_without_a_beginning_held_always(books: Books) -> None:
    books.label(books.customer(), "follow_up", "grey", None, seen=NOW)
    told = books.review("weekly")
    (series,) = [s for s in told.series if s.dimension == "follow_up"]
    assert series.shares["grey"] == (100.0,) * 13


def test_shares_are_judged_by_what_the_pack_expects(books: Books) -> None:
    for place in range(40):
        customer = books.customer()
        books.colour(customer, ("red" if place < 10 else "green", NOW - HOUR))
        books.label(customer, "activity", "high" if place < 7 else "dormant", NOW - HOUR)
    told = books.review("weekly")
    red = one(told, "distribution", "share", dimension="follow_up", label="red")
    assert (red.value, red.expected, red.verdict) == (25.0, (0.0, 15.0), "bad")
    high = one(told, "distribution", "share", dimension="activity", label="high")
    assert (high.value, high.expected, high.verdict) == (17.5, (15.0, 20.0), "good")
    dormant = one(told, "distribution", "share", dimension="activity", label="dormant")
    assert (dormant.expected, dormant.verdict) == ((35.0, 45.0), "bad")
    assert one(told, "distribution", "share", "Rob", dimension="activity", label="high").of == 20


def test_of_few_customers_nothing_is_said(books: Books) -> None:
    books.colour(books.customer(), ("red", NOW - HOUR))
    told = books.review("weekly")
    red = one(told, "distribution", "share", dimension="follow_up", label="red")
    assert (red.value, red.verdict) == (100.0, "few")


def test_a_set_is_counted_against_everybody_in_touch(books: Books) -> None:
    for place in range(4):
        customer = books.customer()
        books.colour(customer, ("green", NOW - 9 * DAY))
        if place == 0:
            books.label(customer, "interest", "discount_sensitive", NOW - DAY)
            books.label(customer, "interest", "new_arrival", NOW - DAY)
    told = books.review("weekly")
    for label in ("discount_sensitive", "new_arrival"):
        figure = one(told, "distribution", "share", dimension="interest", label=label)
        assert (figure.count, figure.of) == (1, 4)


def red(books: Books, began: int, answered: int | None, owner: str = "Rob", **more: object) -> int:
    """A red that was answered after so many ms (None: it ran out after a day)."""
    customer = books.customer(owner)
    ended = began + (DAY if answered is None else answered)
    books.label(customer, "follow_up", "red", began, ended if ended <= NOW else None, **more)
    return customer


def test_a_red_is_missed_when_it_is_not_answered_in_time(books: Books) -> None:
    for answered in (10 * MINUTE, 2 * HOUR, 2 * HOUR + 1, 5 * HOUR, None):
        red(books, NOW - 3 * DAY, answered)
    red(books, NOW - 3 * HOUR, 30 * DAY)  # waits still, and its time ran out
    red(books, NOW - HOUR, 30 * DAY)  # waits, and has time
    red(books, NOW - 10 * DAY, 30 * DAY, owner="Rita")  # of the week before
    told = books.review("weekly")
    rate = one(told, "leaks", "leak_rate")
    assert (rate.count, rate.of, rate.value) == (4, 6, pytest.approx(66.67, abs=0.01))
    assert rate.previous == 100.0
    assert rate.interval is not None
    assert rate.interval[0] < rate.value < rate.interval[1]  # type: ignore[operator]
    assert one(told, "leaks", "never_answered").value == 1
    assert one(told, "leaks", "median_answer").value == 2 * 60
    assert one(told, "leaks", "leak_rate", "Rob").of == 6
    assert one(told, "leaks", "leak_rate", "Rita").of == 0
    assert one(told, "leaks", "leak_rate", "Rita").previous == 100.0


def test_a_red_that_follows_green_has_one_hour(books: Books) -> None:
    customer = books.customer()
    began = NOW - DAY
    books.colour(
        customer, ("green", NOW - 90 * DAY), ("red", began), ("green", began + 90 * MINUTE)
    )
    assert one(books.review("weekly"), "leaks", "leak_rate").value == 100.0


def test_imported_and_replayed_reds_are_nobodys_leaks(books: Books) -> None:
    red(books, NOW - 2 * DAY, None, origin="history", cause="time")
    red(books, NOW - 2 * DAY, None, cause="fill")
    red(books, NOW - 2 * DAY, None, cause="rule_change")
    rate = one(books.review("weekly"), "leaks", "leak_rate")
    assert (rate.of, rate.value, rate.note) == (0, None, "no red was due")


def test_a_missed_red_is_whose_it_was_then(books: Books) -> None:
    customer = red(books, NOW - 3 * DAY, None, owner="Rita")
    books.tell(books.handle(customer), "profile", NOW - DAY, owner="Rob")
    books.conn.execute("UPDATE standings SET owner = 'Rob'")
    told = books.review("weekly")
    assert one(told, "leaks", "leak_rate", "Rita").count == 1
    assert one(told, "leaks", "leak_rate", "Rob").of == 0


def test_the_past_is_reviewed_as_it_was(books: Books) -> None:
    customer = red(books, NOW - 10 * DAY, 5 * HOUR)
    books.label(customer, "follow_up", "green", NOW - 10 * DAY + 5 * HOUR)
    then = books.review("weekly", NOW - 10 * DAY + 3 * HOUR, live=False)
    share = one(then, "distribution", "share", dimension="follow_up", label="red")
    assert share.value == 100.0
    assert one(then, "leaks", "leak_rate").value == 100.0
    assert one(then, "leaks", "never_answered").value == 0
    assert not [f for f in then.figures if f.section == "capacity"]


def waits(books: Books, owner: str | None, playbook: str, rank: int) -> None:
    customer = books.customer(owner)
    books.conn.execute(
        "UPDATE standings SET playbook = %s, due_from = %s, due_by = %s, rank = %s, worth = 0,"
        " facts = %s WHERE customer_id = %s",
        (playbook, NOW - HOUR, NOW + HOUR, rank, Jsonb({}), customer),
    )


def test_capacity_is_what_the_queue_needs_against_what_there_is(books: Books) -> None:
    for _ in range(15):
        waits(books, "Rita", "COL-1", 0)  # a call, 6 minutes; high activity
    for _ in range(10):
        waits(books, "Rita", "COL-3", 23)  # a message, 3 minutes
    waits(books, None, "COL-3", 23)
    told = books.review("weekly")
    needed = one(told, "capacity", "needed", "Rita")
    assert (needed.value, needed.count, needed.verdict) == (15 * 6 + 10 * 3, 25, "bad")
    assert one(told, "capacity", "there", "Rita").value == 60
    assert one(told, "capacity", "beyond", "Rita").value == 60
    focus = one(told, "capacity", "focus", "Rita")
    assert (focus.value, focus.verdict) == (75.0, "good")
    assert one(told, "capacity", "needed", "Rob").value == 0
    assert one(told, "capacity", "needed").value == 123
    assert one(told, "capacity", "there").value == 300


def test_a_rep_gets_own_figures_only(books: Books) -> None:
    books.colour(books.customer("Rita"), ("red", NOW - HOUR))
    books.colour(books.customer("Rob"), ("green", NOW - HOUR))
    red(books, NOW - 3 * DAY, None, owner="Rita")
    told = books.review("weekly", owner="Rob")
    assert {f.owner for f in told.figures} == {"Rob"}
    share = one(told, "distribution", "share", "Rob", dimension="follow_up", label="green")
    assert (share.count, share.of) == (1, 1)
