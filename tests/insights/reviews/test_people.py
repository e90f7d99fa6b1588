"""Behind every figure that names people are as many customers as it counts."""

from __future__ import annotations

from urllib.parse import parse_qsl

import pytest

from insights.reviews.books import NOW, Books
from warmlist.clock import DAY, HOUR
from warmlist.errors import BadInput
from warmlist.followup.views import Viewer
from warmlist.insights.reviews import people
from warmlist.insights.reviews.model import Figure, Period

pytestmark = pytest.mark.store

LEAD, ROB, RITA = Viewer(1, "Lea", "lead"), Viewer(2, "Rob", "rep"), Viewer(3, "Rita", "rep")


def behind(books: Books, query: str, viewer: Viewer = LEAD, size: int = 50) -> list[int]:
    asked = people.read(dict(parse_qsl(query, keep_blank_values=True)))
    found: list[int] = []
    after: int | None = 0
    while after is not None:
        ids, after = people.behind(
            books.conn, books.pack, books.limits, viewer, asked, NOW, after, size
        )
        found += ids
    return found


@pytest.fixture
def busy(books: Books) -> Books:
    """A month in which everything happened to somebody."""
    then = NOW - 20 * DAY
    for place in range(12):
        customer = books.customer()
        books.colour(
            customer, ("green", NOW - 300 * DAY), ("red", then), ("green", then + 5 * HOUR)
        )
        if place % 3:
            books.orders(customer, then + DAY)
        books.label(customer, "intent", ("high", "none")[place % 2], then)
        books.label(customer, "spend_tier", "low", NOW - 300 * DAY, then)
        books.label(customer, "spend_tier", ("low", "mid")[place % 2], then)
        books.label(customer, "interest", "new_arrival", then)
    for _ in range(5):
        customer = books.customer()
        books.colour(customer, ("yellow", NOW - 8 * DAY), ("red", NOW - 2 * DAY))
        books.label(customer, "activity", "high", NOW - 20 * DAY, rule="manual", origin="person")
    for _ in range(3):
        customer = books.customer()
        books.colour(customer, ("green", NOW - 300 * DAY))
        books.writes(customer, then - HOUR)
        books.orders(customer, then)
    return books


def counted(figure: Figure) -> int:
    """How many customers a figure speaks of; here nobody is behind it twice."""
    if figure.name == "reds_closed":
        return (figure.of or 0) - (figure.count or 0)
    if figure.name == "followed_by_order":
        return figure.of or 0
    if figure.name in ("missed_green", "by_hand"):
        return int(figure.value or 0)
    return figure.count or 0


@pytest.mark.parametrize("period", ["weekly", "monthly", "quarterly"])
def test_each_figure_finds_its_people(busy: Books, period: Period) -> None:
    figures = [f for f in busy.review(period).figures if f.people]
    assert figures
    for figure in figures:
        assert figure.people is not None
        assert len(behind(busy, figure.people, size=4)) == counted(figure), figure


def test_a_rep_finds_own_customers_only(busy: Books) -> None:
    query = next(
        f.people
        for f in busy.review("weekly").figures
        if (f.name, f.owner, f.label) == ("share", None, "green") and f.people
    )
    both = set(behind(busy, query))
    robs, ritas = set(behind(busy, query, ROB)), set(behind(busy, query, RITA))
    assert robs
    assert ritas
    assert not robs & ritas
    assert robs | ritas == both
    assert set(behind(busy, query + "&owner=Rita", ROB)) == robs


@pytest.mark.parametrize(
    "query",
    ["", "of=everybody", "of=held&dimension=x&label=y", "of=held&dimension=x&label=y&at=soon",
     "of=leaked&since=1&until=99999999999999", "of=leaked&since=-1&until=5"],
)  # fmt: skip
def test_what_is_no_figure_is_refused(query: str) -> None:
    with pytest.raises(BadInput):
        people.read(dict(parse_qsl(query)))
