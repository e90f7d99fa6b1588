"""A flood: 1,000 webhook messages a second for a minute, every accepted one kept and labelled."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event, Thread

import psycopg

from bench import sender, webhooks
from bench.figures import Outcome, percentile
from bench.serving import Served, serving
from bench.workshop import Workshop
from warmlist import clock

RATE, SECONDS = 1_000, 60
CONNECTIONS = 64
#: Different customers that write during the minute.
CUSTOMERS = 20_000
#: After the load, labels are waited for so long, in seconds.
PATIENCE = 180


def run(shop: Workshop) -> Outcome:
    shop.filled()
    out = shop.outcome()
    seconds = SECONDS if shop.full else 5
    count = RATE * seconds
    with serving(shop) as served, psycopg.connect(shop.dsn, autocommit=True) as conn:
        time.sleep(3)
        file, now = shop.home / "accept.requests", clock.now_ms()
        customers = shop.busy_customers(min(CUSTOMERS, count), 60)
        webhooks.prepare(file, customers, count, f"accept-{now}", now, served.host)
        before = _one(conn, "SELECT coalesce(max(id), 0) FROM deliveries")
        shop.say(f"{RATE} messages a second for {seconds} s")
        with _watched(served) as memory:
            sent = sender.send(sender.Load("127.0.0.1", served.port, str(file), RATE, CONNECTIONS))
            drained = _drained(conn)
        accepted = sent.statuses.get("200", 0)
        kept = _one(conn, f"SELECT count(*) FROM deliveries WHERE id > {before}")
        failed = _one(
            conn, f"SELECT count(*) FROM deliveries WHERE id > {before} AND state <> 'done'"
        )
        messages = _one(
            conn, f"SELECT count(*) FROM events WHERE external_id LIKE 'wamid.accept-{now}-%'"
        )
    out.data |= {"writing_customers": len(customers), "messages": count}
    out.add("accepted (answered 200)", accepted, "messages", least=count, note=str(sent.statuses))
    out.add("accepted a second", accepted / sent.took, "messages/s", least=0.99 * RATE)
    out.add("accepted and not kept", accepted - kept, "messages", most=1)
    out.add("kept and not understood", failed, "deliveries", most=1)
    out.add("events of them in the log", messages, "messages", least=accepted)
    out.add("answer: p50", percentile(sent.answers, 0.5) * 1e3, "ms")
    out.add("answer: p99", percentile(sent.answers, 0.99) * 1e3, "ms", most=250)
    out.add("answer: worst", max(sent.answers) * 1e3, "ms")
    out.add("everything labelled after the load", drained, "s", most=30,
            note="" if drained is not None else f"not within {PATIENCE} s")  # fmt: skip
    out.add("memory of serve, most", max(memory), "MB", most=400)
    return out


def _drained(conn: psycopg.Connection) -> float | None:
    """Seconds until neither a delivery nor a customer with news waits; None = not in time."""
    began = time.perf_counter()
    while time.perf_counter() - began < PATIENCE:
        if not _one(
            conn,
            "SELECT (EXISTS (SELECT FROM deliveries WHERE state = 'waiting') "
            "OR EXISTS (SELECT FROM dirty))::int",
        ):
            return time.perf_counter() - began
        time.sleep(0.1)
    return None


@contextmanager
def _watched(served: Served) -> Iterator[list[float]]:
    """Memory of serve each half second, MB."""
    found, over = [served.rss()], Event()

    def watch() -> None:
        while not over.wait(0.5):
            found.append(served.rss())

    watcher = Thread(target=watch, daemon=True)
    watcher.start()
    try:
        yield found
    finally:
        over.set()
        watcher.join()


def _one(conn: psycopg.Connection, sql: str) -> int:
    row = conn.execute(sql).fetchone()
    assert row is not None
    return int(row[0])
