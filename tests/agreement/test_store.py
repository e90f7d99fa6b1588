"""Through the real store: whatever arrives, however, the labels written are those of the oracle."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import psycopg
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from oracle import Oracle
from people import Lives, lives, read, told_by_handle
from support.asking import plan
from warmlist.clock import DAY
from warmlist.events.log import EventLog
from warmlist.events.model import Event
from warmlist.labels.assign import Labeller
from warmlist.store.database import Store

pytestmark = [pytest.mark.store, pytest.mark.agreement]
LOG = EventLog(read, "test", handle=told_by_handle)
Conn = psycopg.Connection[tuple[Any, ...]]


@pytest.fixture
def labeller(store: Store) -> Iterator[Labeller]:
    made = Labeller(store.dsn, plan(), "USD")
    yield made
    made.close()


def clear(conn: Conn) -> None:
    conn.execute(
        "TRUNCATE customers, handles, merges, events, superseded, signals, tags, dirty, standings, "
        "assignments, history_due RESTART IDENTITY CASCADE"
    )
    conn.commit()


@settings(max_examples=25)
@given(life=lives(customers=2, handles=1, asked=0), seed=st.integers(0, 1 << 30))
def test_what_is_written_as_news_comes_is_the_history_of_the_oracle(
    conn: Conn, labeller: Labeller, life: Lives, seed: int
) -> None:
    clear(conn)
    dice = random.Random(seed)
    end = max([e.known_at for e in life.events], default=0) + 5 * DAY
    for batch in batches_as_known(life.events, dice):
        deliver(conn, labeller, batch, max(e.known_at for e in batch))
    ids = [r[0] for r in conn.execute("SELECT id FROM customers")]
    labeller.relabel(conn, dict.fromkeys(ids, end + 1), end)
    written = conn.execute(
        "SELECT h.handle, a.dimension, a.label, a.shade, a.rule = 'manual', a.since, a.until_at "
        "FROM assignments a JOIN handles h ON h.customer_id = a.customer_id"
    ).fetchall()
    for handle in life.handles:
        expected = history(life, handle, end)
        assert sorted((r[1:] for r in written if r[0] == handle), key=str) == expected, handle


@settings(max_examples=25)
@given(life=lives(customers=2, handles=2, asked=0), seed=st.integers(0, 1 << 30))
def test_any_order_of_arrival_ends_at_the_labels_of_the_oracle(
    conn: Conn, labeller: Labeller, life: Lives, seed: int
) -> None:
    clear(conn)
    dice = random.Random(seed)
    main = {c: h for h, c in sorted(life.customers.items(), reverse=True)}
    linked = [replace(e, backfill=dice.random() < 0.3, links=(main[life.customers[e.handle]],))
              for e in life.events]  # fmt: skip
    now = max([e.known_at for e in linked], default=0) + 1
    dice.shuffle(linked)
    while linked:
        size = dice.randint(1, 8)
        deliver(conn, labeller, linked[:size], now)
        linked = linked[size:]
    standing = conn.execute(
        "SELECT h.handle, s.* FROM standings s JOIN handles h USING (customer_id)"
    )
    names = [c.name for c in standing.description or ()]
    for row in (dict(zip(names, r, strict=True)) for r in standing.fetchall()):
        if row["handle"] not in main.values():
            continue
        answer = Oracle(plan().pack, seen(life, row["handle"]), row["as_of"]).answer()
        for name in ("recheck_at", "playbook", "due_from", "due_by", "rank", "worth"):
            assert row[name] == answer[name], name
        held = conn.execute(
            "SELECT dimension, label, shade, rule = 'manual' FROM assignments "
            "WHERE customer_id = %s AND until_at IS NULL", (row["customer_id"],),
        )  # fmt: skip
        assert set(held.fetchall()) == labels(answer)


def deliver(conn: Conn, labeller: Labeller, batch: Sequence[Event], now: int) -> None:
    """Append twice, in one order and in another, then relabel."""
    LOG.append(conn, batch, now_ms=now)
    again = LOG.append(conn, batch[::-1], now_ms=now)
    assert again.new == 0
    conn.commit()
    labeller.relabel(conn, labeller.claim_news(conn, 100), now)
    conn.commit()


def batches_as_known(events: Sequence[Event], dice: random.Random) -> Iterator[list[Event]]:
    """All that becomes known at one moment comes together, the rest in order of becoming known."""
    batch: list[Event] = []
    for moment in sorted({e.known_at for e in events}):
        batch += [e for e in events if e.known_at == moment]
        if dice.random() < 0.5:
            dice.shuffle(batch)
            yield batch
            batch = []
    if batch:
        yield batch


def seen(life: Lives, handle: str) -> list[dict[str, Any]]:
    """The rows of the customer that count in plans."""
    mine = {n for n, h in enumerate(life.handles, 1) if life.customers[h] == life.customers[handle]}
    return [
        r for r in life.rows()
        if r["handle_id"] in mine and (r["type"] != "receipt" or r["status"] in ("read", "played"))
    ]  # fmt: skip


def labels(answer: dict[str, Any]) -> set[tuple[str, str, str | None, bool]]:
    return {(d, k, shade, rule == "manual") for (d, k), (shade, rule) in answer["labels"].items()}


def history(life: Lives, handle: str, end: int) -> list[tuple[Any, ...]]:
    """Every label with since and until: the oracle asked at each moment that can change anything."""
    rows = seen(life, handle)
    news = {r["known_at"] + 1 for r in rows if r["known_at"]}  # what a number tells is no news
    moment = min(news, default=None)
    open_: dict[Any, int] = {}
    found = []
    while moment is not None and moment <= end:
        answer = Oracle(plan().pack, rows, moment).answer()
        since = moment - 1 if moment in news else moment
        now = labels(answer)
        found += [(*key, open_.pop(key), since) for key in list(open_) if key not in now]
        open_ |= {key: since for key in now if key not in open_}
        moment = answer["recheck_at"]
    return sorted((*found, *((*key, since, None) for key, since in open_.items())), key=str)
