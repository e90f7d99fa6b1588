"""What a job concluded about customers becomes events: only what differs from what it said before."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import orjson
import psycopg

from warmlist.clock import HOUR
from warmlist.events.log import EventLog
from warmlist.events.model import Event
from warmlist.insights.past import Past
from warmlist.store.sql import queries

SQL = queries("insights/findings.sql")
SOURCE = "warmlist"
BATCH = 5_000
#: Ends that lie closer than this are the same: a day's end moves when the clocks are changed.
SLACK = 2 * HOUR

#: Which labels are a job's: (dimension, how they begin). Two jobs never share one.
Owned = Sequence[tuple[str, str]]


def load_standing(past: Past, owned: Owned) -> None:
    """Make `standing`: what the job's earlier runs said and what holds still."""
    tests = [f"(dimension = '{d}' AND STARTS_WITH(label, '{begin}'))" for d, begin in owned]
    past.run(SQL.standing, owned=" OR ".join(tests) or "FALSE")


def differ(past: Past) -> tuple[int, int]:
    """Make `differences` of `wanted` and `standing`; returns how many labels begin and how many end."""
    past.run(SQL.differences, slack=SLACK)
    rows = past.rows("SELECT action, COUNT(*)::BIGINT AS n FROM differences GROUP BY action")
    counts = {row["action"]: row["n"] for row in rows}
    return counts.get("add", 0), counts.get("remove", 0)


def append(conn: psycopg.Connection[Any], log: EventLog, past: Past, job: str) -> None:
    """Write the differences to the log, in the caller's transaction."""
    for events in _events(conn, past, job):
        log.append(conn, events, now_ms=past.at)


def _events(conn: psycopg.Connection[Any], past: Past, job: str) -> Iterator[list[Event]]:
    rows = past.run(SQL.sorted)
    while batch := rows.fetchmany(BATCH):
        ids = sorted({row[1] for row in batch})
        handles = dict(conn.execute(SQL.handles, {"ids": ids}).fetchall())
        yield [_event(job, past.at, handles[row[1]], row) for row in batch]


def _event(job: str, at: int, handle: str, row: tuple[Any, ...]) -> Event:
    action, _, dimension, label, until, proof = row
    fields: dict[str, Any] = {
        "job": job, "dimension": dimension, "label": label, "action": action,
        "evidence": orjson.loads(proof) if proof else {},
    }  # fmt: skip
    if until is not None:
        fields["until"] = until
    name = f"{job}:{at}:{handle}:{dimension}:{label}"
    return Event("finding", name, SOURCE, handle, at, at, fields=fields)
