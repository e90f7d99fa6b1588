"""What a worker does when nothing else waits: it learns, and reads history again at a measured pace."""

from __future__ import annotations

from typing import Any

import psycopg
import pytest

from warmlist.clock import MINUTE, parse_instant
from warmlist.events.log import EventLog, Read
from warmlist.events.model import Event
from warmlist.intake import reread
from warmlist.understanding.learning import kept
from warmlist.understanding.learning.chores import RESTS, WORKS, Chores, LogInForce
from warmlist.understanding.learning.kept import InForce
from warmlist.understanding.reader import Reader, default_reader

pytestmark = pytest.mark.store

NOW = parse_instant("2026-03-03T09:30:00Z")
READER = default_reader()


def log_of(reader: Reader) -> EventLog:
    """A log that reads every message as a question for the price."""
    return EventLog(lambda _: Read(1, [{"name": "price_inquiry"}]), reader.version)


def test_it_learns_then_reads_again_in_short_stretches_with_rests(
    conn: psycopg.Connection[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    log = LogInForce(InForce(READER), log_of)
    handle = "+393331234501"
    for n in range(12):
        fields: dict[str, Any] = {"direction": "in", "text": f"how much is the kettle no {n}?"}
        message = Event("message", f"m{n}", "shop", handle, NOW, NOW, fields=fields)
        log(conn).append(conn, [message], now_ms=NOW)
    fields = {"message": "m0", "name": "price_inquiry", "action": "confirm", "by": "Bob"}
    log(conn).append(
        conn, [Event("signal", "s", "shop", handle, NOW, NOW, fields=fields)], now_ms=NOW
    )
    time = 0.0
    monkeypatch.setattr(reread, "some", _some := _Slow(lambda: _advance()))

    def _advance() -> None:
        nonlocal time
        time += 0.6 * WORKS

    chores = Chores(log, lambda: time)
    assert chores(conn, NOW + MINUTE)
    assert log(conn).version == f"{READER.version}+w1"
    assert kept.newest(conn) is not None
    assert not chores(conn, NOW + MINUTE)
    reread.begin(conn, log(conn).version, NOW)
    time += 10
    before, calls = time, len(_some.calls)
    assert chores(conn, NOW + MINUTE)
    assert time - before == pytest.approx(1.2 * WORKS)
    assert len(_some.calls) - calls == 2
    assert not chores(conn, NOW + MINUTE)
    time += RESTS
    while chores(conn, NOW + MINUTE) or time < before + 20:
        time += 1
    run = reread.newest(conn)
    assert run is not None
    assert (run.seen, run.total) == (12, 12)
    assert run.finished_at is not None


class _Slow:
    """`reread.some`, two messages at a time; says when it did something."""

    def __init__(self, did: Any) -> None:
        self.did, self.calls, self.some = did, [], reread.some

    def __call__(self, conn: Any, log: Any, now_ms: int) -> bool:
        done = self.some(conn, log, now_ms, 2)
        self.calls.append(done)
        if done:
            self.did()
        return done
