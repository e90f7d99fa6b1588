"""A shop's orders as the relations that plans read, and what plain sums say of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from warmlist.clock import DAY
from warmlist.engines.relations import SCHEMAS, table
from warmlist.events.columns import NAMES, Money, columns
from warmlist.events.model import Event

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
#: Where the log's row names a column otherwise than the log does.
_PLAIN = [name for name in SCHEMAS["events"].names if name in NAMES]


@dataclass(frozen=True)
class Book:
    """All events of a shop. Customer and handle have one number, 1 and up, in order of appearance."""

    events: pa.Table
    handles: pa.Table

    def with_events(self, more: pa.Table) -> Book:
        return Book(pa.concat_tables([self.events, more]), self.handles)


@dataclass(frozen=True)
class Ledger:
    """Each customer with a paid order before a moment, and what came in the `days` after it.

    A row each, by customer number: recency in days since the last paid order; frequency in days with a
    paid order; money in minor units, what came back taken off; buys 0 or 1; revenue likewise in minor
    units, not under 0; orders: days with a paid order in the days after.
    """

    customers: Ints
    recency: Floats
    frequency: Floats
    money: Floats
    buys: Floats
    revenue: Floats
    orders: Floats


def book(events: Iterable[Event], money: Money) -> Book:
    """Bring events into rows, as the log does."""
    numbers: dict[str, int] = {}
    rows = []
    for place, event in enumerate(events, 1):
        number = numbers.setdefault(event.handle, len(numbers) + 1)
        rows.append((place, columns(event, number, money, None)))
    known = [*numbers.values()]
    handles = table("handles", {"handle_id": known, "customer_id": known})
    return Book(_relation(rows), handles)


def rows_of(events: Sequence[tuple[int, Event]], money: Money, first: int) -> pa.Table:
    """(handle number, event) as rows of the relation; first: the number of the first event."""
    return _relation(
        [(first + n, columns(e, number, money, None)) for n, (number, e) in enumerate(events)]
    )


def ledger(book: Book, at: int, days: int) -> Ledger:
    """The plain sums as of a moment (epoch ms), from the rows alone."""
    orders = book.events.filter(pc.equal(book.events["type"], "order"))
    who = orders["handle_id"].to_numpy()
    when = orders["known_at"].to_numpy()
    value = orders["value"].to_numpy().astype(float)
    paid = orders["status"].to_numpy(zero_copy_only=False) == "paid"
    size = int(who.max()) + 1
    past, next_ = when < at, (when >= at) & (when < at + days * DAY)

    def per_day(rows: NDArray[np.bool_]) -> Floats:
        pairs = np.unique(np.stack([who[rows], when[rows] // DAY]), axis=1)
        return np.bincount(pairs[0], minlength=size).astype(float)

    last = np.full(size, -1, dtype=np.int64)
    np.maximum.at(last, who[past & paid], when[past & paid])
    customers = np.flatnonzero(last >= 0)
    spent = np.bincount(who[past], value[past], minlength=size)
    after = np.maximum(np.bincount(who[next_], value[next_], minlength=size), 0)
    orders_after = per_day(next_ & paid)
    return Ledger(
        customers, ((at - last) / DAY)[customers], per_day(past & paid)[customers],
        spent[customers], (orders_after > 0).astype(float)[customers], after[customers],
        orders_after[customers],
    )  # fmt: skip


def _relation(rows: Sequence[tuple[int, tuple[object, ...]]]) -> pa.Table:
    at = {name: NAMES.index(name) for name in _PLAIN}
    given = {name: [row[place] for _, row in rows] for name, place in at.items()}
    given["event_id"] = [number for number, _ in rows]
    empty = [None] * len(rows)
    return table("events", {name: given.get(name, empty) for name in SCHEMAS["events"].names})
