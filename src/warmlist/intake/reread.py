"""Reads messages of the past again with the reader in force, a few at a time.

A run knows how far it got, so it goes on where a killed process left it. What a message was read as
before is kept beside (`former_readings`); labels that were recorded stay as they are, and change from
now on where the new reading says so. Corrections hold as they did.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import psycopg

from warmlist.events import corrections, customers
from warmlist.events.log import EventLog
from warmlist.events.rates import SQL as RATES
from warmlist.store.sql import queries

SQL = queries("intake/reread.sql")
#: Messages of one transaction: some 50 ms, for a correction waits for it.
CHUNK = 200
#: From so many changed messages on the columnar mirror is sooner built anew than mended.
MANY = 20_000
#: Where the workspace keeps which shipped reader its history was read by.
KEY = "history_read_by"


@dataclass(frozen=True, slots=True)
class Run:
    """A re-reading; times are epoch ms, `finished_at` None = under way."""

    id: int
    version: str
    since: int
    started_at: int
    finished_at: int | None
    total: int
    seen: int
    changed: int


def newest(conn: psycopg.Connection[Any]) -> Run | None:
    """The newest run, finished or not."""
    row = conn.execute(SQL.newest_run).fetchone()
    return Run(*row) if row else None


def begin(conn: psycopg.Connection[Any], version: str, now_ms: int, since: int = 0) -> bool:
    """Begin a run for `version` over messages since a moment; says whether there is anything new.

    A run under way for the same version and span goes on. One for another begins anew with this one.
    """
    running = newest(conn)
    values: dict[str, Any] = {"version": version, "since": since, "now": now_ms}
    if running is not None and running.finished_at is None:
        if (running.version, running.since) == (version, since):
            return False
        conn.execute(SQL.again, values | {"total": _total(conn, since)})
        return True
    return conn.execute(SQL.begin, values | {"total": _total(conn, since)}).fetchone() is not None


def begin_if_newer(conn: psycopg.Connection[Any], base: str, version: str, now_ms: int) -> bool:
    """Begin a run where the shipped reader (`base`) is another than the one that read the history."""
    row = conn.execute(SQL.setting, {"key": KEY}).fetchone()
    if row is not None and row[0] == base:
        return False
    conn.execute(SQL.put_setting, {"key": KEY, "value": base})
    if row is None:  # a workspace that just began, or one from before this was kept
        seen = conn.execute(SQL.newest_version).fetchone()
        if seen is None or seen[0] == base or seen[0].startswith(f"{base}+w"):
            return False
    return begin(conn, version, now_ms)


def some(conn: psycopg.Connection[Any], log: EventLog, now_ms: int, limit: int = CHUNK) -> bool:
    """Read the next messages in the caller's transaction; says whether there were any.

    The version is the one in force now; a run that was begun for an older one begins anew.
    """
    row = conn.execute(SQL.open_run).fetchone()
    if row is None:
        return False
    run, version, since, _, _, changed, handle, pos, event = row
    if version != log.version:
        begin(conn, log.version, now_ms, since)
        handle = pos = event = 0
    place = {"handle": handle, "pos": pos, "event": event, "since": since, "limit": limit}
    found = conn.execute(SQL.next_messages, place).fetchall()
    if not found:
        conn.execute(SQL.finish, {"id": run, "now": now_ms})
        if changed >= MANY:
            conn.execute(RATES.revalued, {"now": now_ms})
        return False
    again = corrections.read_again(conn, [f[3] for f in found], log.read, log.version, now_ms)
    handle, pos, event, _ = found[-1]
    conn.execute(
        SQL.advance,
        {"id": run, "seen": len(found), "changed": again.messages, "handle": handle, "pos": pos,
         "event": event},
    )  # fmt: skip
    if again.handles:
        rows = conn.execute(SQL.customers, {"handles": sorted(again.handles)})
        customers.mark_dirty(conn, {row[0]: now_ms for row in rows})
    return True


def all_of_it(
    connect: Callable[[], psycopg.Connection[Any]],
    log: Callable[[psycopg.Connection[Any]], EventLog],
    now: Callable[[], int],
    progress: Callable[[int], None] = lambda _: None,
) -> Run | None:
    """Finish the run under way, a transaction a chunk; how it ended, None where there is none.

    Where a worker reads too, both share the work.
    """
    with connect() as conn:
        while some(conn, log(conn), now()):
            conn.commit()
            if (run := newest(conn)) is not None:
                progress(run.seen)
        conn.commit()
        return newest(conn)


def _total(conn: psycopg.Connection[Any], since: int) -> int:
    row = conn.execute(SQL.to_read, {"since": since}).fetchone()
    return int(row[0]) if row else 0
