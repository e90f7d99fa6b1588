"""The sample shop in a workspace: its past once, then its day, for as long as it is looked at."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from itertools import islice

import orjson
import psycopg
import structlog

from warmlist.demo.day import day
from warmlist.demo.shop import WORKSPACE_FLAG, history, rates
from warmlist.errors import StoreUnavailable
from warmlist.events.log import EventLog
from warmlist.events.model import Event
from warmlist.store.database import Store
from warmlist.store.sql import queries

log = structlog.get_logger(__name__)
SQL = queries("demo/run.sql")

SEED = 7
BATCH = 2_000
Progress = Callable[[int], None]


def fill(store: Store, events: EventLog, now_ms: int, progress: Progress) -> int:
    """Put the shop's past into an empty workspace; returns the moment its past ends, epoch ms.

    A workspace that holds the shop already is left as it is. All in one transaction: it is there
    whole or not at all.
    """
    with store.connect() as conn:
        row = conn.execute(SQL.setting, {"key": "simulated_until"}).fetchone()
        if row is not None:
            return int(row[0])
        for currency, rate in rates().items():
            conn.execute(SQL.rate, {"currency": currency, "rate": rate})
        key, value = WORKSPACE_FLAG
        conn.execute(SQL.put_setting, {"key": key, "value": orjson.dumps(value).decode()})
        conn.execute(SQL.put_setting, {"key": "simulated_until", "value": str(now_ms)})
        done = 0
        past = history(SEED, now_ms)
        while batch := list(islice(past, BATCH)):
            events.append(conn, batch, now_ms=now_ms)
            done += len(batch)
            progress(done)
    return now_ms


def play(
    store: Store,
    events: EventLog,
    past_ends: int,
    now: Callable[[], int],
    stopping: threading.Event,
) -> None:
    """Let the shop's day go on until told to stop; a failing database is waited for."""
    stream = day(SEED, now(), history_ms=past_ends)
    while not stopping.is_set():
        try:
            with store.connect() as conn:
                _play(conn, events, stream, now, stopping)
        except (psycopg.OperationalError, StoreUnavailable):
            log.warning("the sample shop waits for the database")
            stopping.wait(2)


def _play(
    conn: psycopg.Connection,
    events: EventLog,
    stream: Iterator[tuple[int, Event]],
    now: Callable[[], int],
    stopping: threading.Event,
) -> None:
    for moment, event in stream:
        if stopping.wait(max(0.0, (moment - now()) / 1_000)):
            return
        events.append(conn, [event], now_ms=moment)
        conn.commit()
