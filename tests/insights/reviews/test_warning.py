"""The early warning: predicted from the colours, with an error of its own, or withheld."""

from __future__ import annotations

import random

import pytest

from insights.reviews.books import NOW, Books, one
from warmlist.clock import DAY
from warmlist.insights.reviews.limits import Limits
from warmlist.insights.reviews.warning import Stretch, predict, warn

SPAN = 14 * DAY


def past(n: int, *, red: int, rate: float, noise: random.Random | None = None) -> list[Stretch]:
    """Stretches in which one of five greens, and so many of the reds, order."""
    found = []
    for place in range(n):
        reds = red + 10 * (place % 3)
        orders = round(reds * rate) + (noise.randint(-3, 3) if noise else 0)
        found.append(
            Stretch(
                NOW - (n - place) * SPAN, {"red": reds, "green": 100}, {"red": orders, "green": 20}
            )
        )
    return found


@pytest.mark.unit
def test_what_the_colours_always_did_is_expected_again() -> None:
    assert predict(past(10, red=40, rate=0.5), {"red": 80, "green": 50}) == pytest.approx(50, abs=1)
    assert predict(past(10, red=40, rate=0.5), {"grey": 500}) == 0


@pytest.mark.unit
def test_each_prediction_of_the_past_knows_only_what_came_before_it(limits: Limits) -> None:
    history = past(12, red=40, rate=0.5)

    told = warn(history, {"red": 40, "green": 100}, limits)
    assert told is not None
    changed = [*history[:-1], Stretch(history[-1].begins, history[-1].customers, {"red": 500})]
    other = warn(changed, {"red": 40, "green": 100}, limits)
    assert other is not None
    assert [pair[:2] for pair in told.pairs] == [pair[:2] for pair in other.pairs]
    assert told.pairs[:-1] == other.pairs[:-1]
    assert other.error > told.error
    assert other.high - other.low > told.high - told.low


@pytest.mark.unit
def test_four_of_five_intervals_hold_what_comes(limits: Limits) -> None:

    hits = tries = 0
    for seed in range(300):
        life = past(15, red=40, rate=0.5, noise=random.Random(seed))
        told = warn(life[:-1], life[-1].customers, limits)
        assert told is not None
        tries += 1
        hits += told.low <= life[-1].came <= told.high
    assert 0.7 <= hits / tries <= 0.92


def shop(books: Books, stretches: int, *, rate: int, last: int | None = None) -> None:
    """20 customers who have been green for long; `rate` of them order in each stretch."""
    greens = [books.customer() for _ in range(20)]
    for customer in greens:
        books.colour(customer, ("green", NOW - 600 * DAY))
    for n in range(1, stretches + 1):
        for customer in greens[: (last if n == 1 and last is not None else rate + n % 2)]:
            books.orders(customer, NOW - n * SPAN + 3 * DAY)


@pytest.mark.store
def test_orders_are_expected_with_an_interval_and_the_error_of_the_past(books: Books) -> None:
    shop(books, 12, rate=5)
    told = books.review("monthly")
    expected = one(told, "warning", "orders_expected")
    assert expected.value == pytest.approx(5.5, abs=0.6)
    assert expected.interval is not None
    assert expected.interval[0] < expected.value < expected.interval[1]  # type: ignore[operator]
    assert expected.verdict == "good"
    error = one(told, "warning", "mean_error")
    assert error.of >= 6  # type: ignore[operator]
    assert 0 < error.value < 1.5  # type: ignore[operator]
    assert one(told, "warning", "mean_error_naive").value == pytest.approx(1, abs=0.01)
    rate = one(told, "warning", "orders_per_100", label="green")
    assert rate.value == pytest.approx(27.5, abs=2.5)
    assert rate.interval is not None
    assert rate.interval[0] < rate.value < rate.interval[1]  # type: ignore[operator]
    predicted = [f for f in told.figures if f.name == "predicted"]
    assert len(predicted) == error.of
    assert all(f.count in (5, 6) for f in predicted)


@pytest.mark.store
def test_with_too_little_past_it_says_so(books: Books) -> None:
    shop(books, 6, rate=5)
    expected = one(books.review("monthly"), "warning", "orders_expected")
    assert expected.value is None
    assert expected.note == "too little past: 5 of 8 stretches of 14 days, 28 of 30 orders"


@pytest.mark.store
def test_while_the_past_is_replayed_it_waits(books: Books) -> None:
    shop(books, 12, rate=5)
    books.conn.execute("INSERT INTO history_due SELECT id FROM customers LIMIT 3")
    told = books.review("monthly")
    assert told.replaying == 3
    assert one(told, "warning", "orders_expected").value is None


@pytest.mark.store
def test_orders_of_people_without_a_colour_count_too(books: Books) -> None:
    shop(books, 12, rate=5)
    for n in range(1, 13):
        stranger = books.customer()
        books.colour(stranger, ("yellow", NOW - n * SPAN + DAY))
        books.orders(stranger, NOW - n * SPAN + 2 * DAY)
    expected = one(books.review("monthly"), "warning", "orders_expected")
    assert expected.value == pytest.approx(6.5, abs=0.6)
