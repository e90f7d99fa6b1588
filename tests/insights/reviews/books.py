"""A team's books in a real database: labels as they were recorded, orders and messages as events.

The first of two reps owns even customers, the second odd ones, unless it is said otherwise.
"""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from zoneinfo import ZoneInfo

import psycopg
from psycopg.types.json import Jsonb

from people import read
from warmlist.clock import DAY, HOUR, parse_instant
from warmlist.events.log import EventLog
from warmlist.events.model import Event
from warmlist.insights.reviews.build import Question, review
from warmlist.insights.reviews.limits import Limits
from warmlist.insights.reviews.model import Figure, Period, Review
from warmlist.rules.model import Pack

#: A Monday, 9:00 in Rome.
NOW = parse_instant("2026-03-02T08:00:00Z")
ROME = ZoneInfo("Europe/Rome")


@dataclass
class Books:
    """Writes down what the labeller would have, without asking a rule."""

    conn: psycopg.Connection[Any]
    pack: Pack
    limits: Limits
    reps: tuple[str, str] = ("Rita", "Rob")
    log: EventLog = field(default_factory=lambda: EventLog(read, "test-1"))
    _ids: Iterator[int] = field(default_factory=lambda: itertools.count(1))
    _numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    def customer(self, owner: str | None = "?") -> int:
        """A new customer, known since two years ago."""
        number = next(self._numbers)
        handle = f"crm:books:{number}"
        whose = self.reps[number % 2] if owner == "?" else owner
        self.tell(handle, "profile", NOW - 700 * DAY, name=f"C{number}", owner=whose)
        row = self.conn.execute("SELECT customer_id FROM handles WHERE handle = %s", (handle,))
        customer = int(row.fetchone()[0])  # type: ignore[index]
        self.conn.execute(
            "INSERT INTO standings (customer_id, as_of, owner, facts) VALUES (%s, %s, %s, '{}')",
            (customer, NOW, whose),
        )
        return customer

    def tell(self, handle: str, kind: str, at: int, **fields: Any) -> None:
        event = Event(kind, str(next(self._ids)), "books", handle, at, at, fields=fields)
        self.log.append(self.conn, [event], now_ms=at)

    def handle(self, customer: int) -> str:
        row = self.conn.execute("SELECT handle FROM handles WHERE customer_id = %s", (customer,))
        return str(row.fetchone()[0])  # type: ignore[index]

    def orders(self, customer: int, at: int, **fields: Any) -> None:
        told = {"status": "paid", "amount": "10.00", "currency": "USD"} | fields
        self.tell(self.handle(customer), "order", at, **told)

    def writes(self, customer: int, at: int) -> None:
        self.tell(self.handle(customer), "message", at, direction="in", text="")

    def label(
        self,
        customer: int,
        dimension: str,
        label: str,
        since: int | None,
        until: int | None = None,
        *,
        rule: str = "R-1",
        origin: str = "rule",
        cause: str = "event",
        seen: int | None = None,
    ) -> None:
        """A label as recorded. seen: when the plan was asked, where `since` does not say it."""
        self.conn.execute(
            "INSERT INTO assignments (customer_id, dimension, label, since, until_at, rule, pack,"
            " origin, cause, evidence, because) VALUES (%s, %s, %s, %s, %s, %s, 'p 1', %s, %s, %s, '')",
            (customer, dimension, label, since, until, rule, origin, cause,
             Jsonb({"as_of": since if seen is None else seen})),
        )  # fmt: skip

    def colour(self, customer: int, *turns: tuple[str, int | None], **more: Any) -> None:
        """The colours of a customer one after another: (label, since), the last one holds."""
        ends = [since for _, since in turns[1:]] + [None]
        for (label, since), until in zip(turns, ends, strict=True):
            self.label(customer, "follow_up", label, since, until, **more)

    def review(
        self, period: Period, as_of: int = NOW, *, owner: str | None = None, live: bool = True
    ) -> Review:
        """As the page asks it: with the colour over time."""
        return review(
            self.conn,
            self.pack,
            self.limits,
            Question(period, as_of, owner, live, ROME, "follow_up"),
        )


def one(told: Review, section: str, name: str, owner: str | None = None, **which: Any) -> Figure:
    """The one figure of that name."""
    (found,) = [
        f
        for f in told.figures
        if (f.section, f.name, f.owner) == (section, name, owner)
        and all(getattr(f, key) == value for key, value in which.items())
    ]
    return found


def lively(books: Books, customers: int = 240) -> None:
    """Months of a busy shop: some ask and buy, some fall silent, many rest; the same each time."""
    dice = random.Random(7)
    for number in range(customers):
        one = books.customer()
        books.tell(books.handle(one), "profile", NOW - 699 * DAY, name=NAMES[number % len(NAMES)])
        at = NOW - dice.randint(150, 390) * DAY
        turns: list[tuple[str, int]] = [("yellow", at)]
        bought = 0
        while at < NOW - 2 * DAY:
            at += dice.randint(4, 90) * DAY
            if at > NOW - HOUR:
                break
            asked = at + dice.randint(0, 12) * HOUR
            if asked > NOW - HOUR:
                break
            turns.append(("red", asked))
            answered = (
                asked
                + dice.choice((5, 10, 15, 20, 25, 30, 35, 40, 50, 55, 58, 59, 59, 59, 300, 1_440))
                * 60_000
            )
            if answered >= NOW:
                break
            buys = dice.random() < 0.55
            bought += buys
            turns.append(("green" if bought else "orange", answered))
            if buys:
                books.orders(one, answered + dice.randint(1, 72) * HOUR // 4)
            books.label(one, "intent", "high" if dice.random() < 0.6 else "medium", asked)
            books.conn.execute(
                "UPDATE assignments SET until_at = %s WHERE customer_id = %s AND dimension = 'intent'"
                " AND until_at IS NULL",
                (answered + 2 * DAY, one),
            )
        books.label(
            one, "intent", dice.choice(("none", "none", "potential", "medium")), turns[-1][1] + 1
        )
        if dice.random() < 0.3 and turns[-1][1] < NOW - 12 * DAY:
            turns.append(("grey", NOW - dice.randint(0, 11) * DAY))
        books.colour(one, *turns)
        books.label(one, "activity", "medium", NOW - 300 * DAY, NOW - 40 * DAY)
        books.label(one, "activity", dice.choice(ACTIVITY), NOW - dice.randint(0, 40) * DAY - HOUR)
        tiers = ["low", "low", "low", "mid", "mid", "high"]
        began = NOW - dice.randint(20, 60) * DAY
        books.label(one, "spend_tier", dice.choice(tiers), NOW - 300 * DAY, began)
        books.label(one, "spend_tier", dice.choice(tiers), began, rule="SPD-3", cause="time")
        if dice.random() < 0.3:
            books.label(one, "interest", dice.choice(("new_arrival", "discount_sensitive")), began)
        if dice.random() < 0.2:
            books.conn.execute(
                "UPDATE standings SET playbook = 'COL-1', due_from = %s, due_by = %s, rank = 0,"
                " worth = 0 WHERE customer_id = %s",
                (NOW - HOUR, NOW + HOUR, one),
            )


ACTIVITY = (
    "high",
    "medium",
    "low",
    "dormant",
    "dormant",
    "dormant",
    "dormant",
    "low",
    "medium",
    "low",
)
NAMES = ("Giulia Rossi", "王丽", "Jonas Weber", "Amina Diallo", "Piet de Vries", "<b>Ugo</b>")
