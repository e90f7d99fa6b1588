"""An invented shop of any size, the same for the same seed: few customers write most messages.

Customers' activity falls as 1 / (rank + 100)^0.8, ranks dealt out at random, over 400 days with an
hour of the day that people keep. Rows come in the order in which they became known.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from bench.words import COUNTRIES, FAMILY, GIVEN, INBOUND, OUTBOUND, REPS
from warmlist.clock import DAY, HOUR

Ints = npt.NDArray[np.int64]

CUSTOMERS, MESSAGES, ORDERS = 100_000, 5_000_000, 150_000  # at scale 1
SPAN = 400 * DAY
INBOUND_SHARE, READ_SHARE, PERSONAL_SHARE, BUYERS_SHARE = 0.45, 0.70, 0.85, 0.60
TYPES = ("message", "receipt", "order", "profile")
MESSAGE, RECEIPT, ORDER, PROFILE = range(4)
#: Relative activity of the 24 hours of a day, midnight first.
HOURS = np.array([1, .5, .3, .2, .2, .3, .8, 2, 4, 5, 6, 6, 7, 6, 5, 5, 5, 5, 6, 7, 8, 8, 6, 3])  # fmt: skip


@dataclass(frozen=True)
class Population:
    """customers: customer (1, 2, ...), joined_at (ms), name, country, owner (null = nobody's).

    events, by `at`: event (1, 2, ...), type, customer, at (ms), number (of its message or order),
    inbound, personal (messages), words (place in INBOUND or OUTBOUND), cents and paid (orders).
    """

    customers: pa.Table
    events: pa.Table

    def sizes(self) -> dict[str, int]:
        """How many there are of each."""
        counts = np.bincount(self.events["type"].to_numpy(), minlength=len(TYPES))
        return {"customers": self.customers.num_rows, "events": self.events.num_rows} | {
            f"{name}s": int(n) for name, n in zip(TYPES, counts, strict=True)
        }


def handle(customer: int) -> str:
    """The phone number of a customer: none that exists."""
    return f"+1555{customer:07d}"


def populate(scale: float, seed: int, end_ms: int) -> Population:
    """The shop as of end_ms (epoch ms); scale 1 = 100,000 customers and 5 million messages."""
    rng = np.random.default_rng(seed)
    n = max(20, round(CUSTOMERS * scale))
    weight = 1 / (np.arange(n) + 100.0) ** 0.8
    rng.shuffle(weight)
    weight /= weight.sum()
    joined = end_ms - DAY - (rng.random(n) * (SPAN - DAY)).astype(np.int64)
    stays = rng.random(n) < 0.55
    left = joined + (rng.random(n) * (end_ms - joined)).astype(np.int64)
    until = np.where(stays, end_ms, left)
    who = np.repeat(np.arange(n), np.maximum(1, rng.poisson(MESSAGES * scale * weight)))
    messages = _messages(rng, who, _times(rng, joined[who], until[who], end_ms))
    receipts = _receipts(rng, messages, end_ms)
    buys = rng.random(n) < BUYERS_SHARE
    buyer = np.repeat(
        np.arange(n), rng.poisson(ORDERS * scale * weight * buys / (weight * buys).sum())
    )
    orders = _orders(rng, buyer, _times(rng, joined[buyer], until[buyer], end_ms))
    profiles = _rows(PROFILE, np.arange(n), joined, np.arange(n))
    return Population(
        _customers(rng, joined), _in_order([messages, receipts, orders, profiles])
    )


def _times(rng: np.random.Generator, first: Ints, last: Ints, end_ms: int) -> Ints:
    """Moments between two others, moved within their day to hours that people keep."""
    day = (first + (rng.random(len(first)) * (last - first)).astype(np.int64)) // DAY * DAY
    hour = rng.choice(24, len(first), p=HOURS / HOURS.sum())
    moments = day + hour * HOUR + rng.integers(0, HOUR, len(first))
    return np.where(moments < first, first, np.minimum(moments, end_ms - 1))


def _rows(type_: int, customer: Ints, at: Ints, number: Ints, **more: Ints) -> dict[str, Ints]:
    """Rows of one type; whatever is not given is -1, which becomes null."""
    none = np.full(len(at), -1, np.int64)
    names = ("inbound", "personal", "words", "cents", "paid")
    return {
        "type": np.full(len(at), type_, np.int64), "customer": customer + 1, "at": at,
        "number": number, **{name: more.get(name, none) for name in names},
    }  # fmt: skip


def _messages(rng: np.random.Generator, who: Ints, at: Ints) -> dict[str, Ints]:
    inbound = (rng.random(len(who)) < INBOUND_SHARE).astype(np.int64)
    share = np.array([often for often, _ in INBOUND])
    said = np.where(
        inbound == 1,
        rng.choice(len(INBOUND), len(who), p=share / share.sum()),
        rng.integers(0, len(OUTBOUND), len(who)),
    )
    personal = np.where(inbound == 1, -1, rng.random(len(who)) < PERSONAL_SHARE)
    number = np.arange(1, len(who) + 1)
    return _rows(MESSAGE, who, at, number, inbound=inbound, personal=personal, words=said)


def _receipts(
    rng: np.random.Generator, messages: dict[str, Ints], end_ms: int
) -> dict[str, Ints]:
    """Most outbound messages are read, half of them within two hours."""
    read_at = messages["at"] + 1_000 + rng.exponential(3 * HOUR, len(messages["at"])).astype(np.int64)
    read = (messages["inbound"] == 0) & (rng.random(len(read_at)) < READ_SHARE) & (read_at < end_ms)
    return _rows(
        RECEIPT, messages["customer"][read] - 1, read_at[read], messages["number"][read]
    )


def _orders(rng: np.random.Generator, buyer: Ints, at: Ints) -> dict[str, Ints]:
    cents = 100 + (rng.lognormal(4.2, 0.8, len(buyer)) * 100).astype(np.int64)
    paid = (rng.random(len(buyer)) < 0.95).astype(np.int64)
    return _rows(ORDER, buyer, at, np.arange(1, len(buyer) + 1), cents=cents, paid=paid)


def _customers(rng: np.random.Generator, joined: Ints) -> pa.Table:
    n = len(joined)
    names = np.char.add(
        np.char.add(rng.choice(np.array(GIVEN), n), " "), rng.choice(np.array(FAMILY), n)
    )
    owners = rng.choice(np.array(REPS), n).astype(object)
    owners[rng.random(n) < 1 / 3] = None
    return pa.table(
        {
            "customer": np.arange(1, n + 1),
            "joined_at": joined,
            "name": names,
            "country": rng.choice(np.array(COUNTRIES), n),
            "owner": pa.array(owners, pa.string()),
        }
    )


def _in_order(parts: list[dict[str, Ints]]) -> pa.Table:
    columns = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    order = np.argsort(columns["at"], kind="stable")
    columns = {name: values[order] for name, values in columns.items()}
    arrays = {name: pa.array(v, mask=v == -1) for name, v in columns.items()}
    return pa.table({"event": np.arange(1, len(order) + 1), **arrays})
