"""The quarterly review: who moved between labels, and why."""

from __future__ import annotations

import pytest

from insights.reviews.books import NOW, Books, one
from warmlist.clock import DAY

pytestmark = pytest.mark.store


def tier(books: Books, *turns: tuple[str, int], owner: str = "Rob", cause: str = "event") -> int:
    customer = books.customer(owner)
    ends = [since for _, since in turns[1:]] + [None]
    for (label, since), until in zip(turns, ends, strict=True):
        books.label(customer, "spend_tier", label, since, until, rule="SPD-3", cause=cause)
    return customer


def test_who_moved_between_tiers_and_why(books: Books) -> None:
    long_ago = NOW - 200 * DAY
    for _ in range(8):
        tier(books, ("low", long_ago))
    tier(books, ("low", long_ago), ("mid", NOW - 40 * DAY))
    tier(books, ("mid", long_ago), ("low", NOW - 10 * DAY), cause="time")
    tier(books, ("mid", NOW - 10 * DAY))  # had none
    tier(books, ("low", long_ago), ("high", NOW - 50 * DAY), ("low", NOW - DAY))  # back again
    told = books.review("quarterly")
    moved = one(told, "movement", "moved", dimension="spend_tier")
    assert (moved.count, moved.of) == (2, 11)
    up = one(told, "movement", "way", dimension="spend_tier", label="mid", detail="low")
    assert (up.value, up.unit) == (1, "customers")
    new = one(told, "movement", "way", dimension="spend_tier", label="mid", detail=None)
    assert new.value == 1
    assert one(told, "movement", "stayed", dimension="spend_tier", label="low").value == 9
    why = one(told, "movement", "reason", dimension="spend_tier", label="low", detail="mid")
    assert (why.value, why.note) == (1, "SPD-3 time")
    reason = one(told, "movement", "reason", dimension="spend_tier", label="mid", detail="low")
    assert reason.note == "SPD-3 event"


def test_of_a_set_each_label_is_joined_and_left(books: Books) -> None:
    stays = books.customer()
    books.label(stays, "interest", "new_arrival", NOW - 200 * DAY)
    books.label(stays, "interest", "brand_loyal", NOW - 20 * DAY)
    leaves = books.customer()
    books.label(leaves, "interest", "new_arrival", NOW - 200 * DAY, NOW - 30 * DAY)
    told = books.review("quarterly")
    moved = one(told, "movement", "moved", dimension="interest")
    assert (moved.count, moved.of) == (1, 2)
    ways = {
        (f.detail, f.label): f.value
        for f in told.figures
        if f.dimension == "interest" and f.name in ("way", "stayed")
    }
    assert ways == {
        ("new_arrival", "new_arrival"): 1,
        ("new_arrival", None): 1,
        (None, "brand_loyal"): 1,
    }


def test_the_colour_and_what_is_reviewed_by_the_quarter_are_told(books: Books) -> None:
    customer = books.customer()
    books.colour(customer, ("yellow", NOW - 100 * DAY), ("green", NOW - 80 * DAY))
    books.label(customer, "activity", "high", NOW - 100 * DAY)
    told = books.review("quarterly")
    assert {f.dimension for f in told.figures} == {"follow_up"}
    assert one(told, "movement", "way").label == "green"


def test_a_rep_sees_the_moves_of_own_customers(books: Books) -> None:
    tier(books, ("low", NOW - 200 * DAY), ("mid", NOW - 40 * DAY), owner="Rita")
    assert one(books.review("quarterly", owner="Rita"), "movement", "moved", "Rita").count == 1
    assert books.review("quarterly", owner="Rob").figures == ()
